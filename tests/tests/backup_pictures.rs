//! The screens of the backup as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, NewSlot, Session};
use smartotp_tests::look::{Look, Series};
use smartotp_tests::phone::Phone;
use smartotp_ui::{
    BackupKind, BackupOnScreen, BackupPick, BackupScreen, Nav, OpenSheet, Place, StepUpScreen, Tab, UnlockScreen,
    VersionScreen, WelcomeScreen,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const HERE: [&str; 4] = [
    "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://totp/Nordwind%20Bank:Giro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA&issuer=Nordwind%20Bank&digits=8",
    "otpauth://hotp/Aurora%20Mail:mira@aurora.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora%20Mail&counter=148",
    "steam://GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJE",
];

const SERIES: Series = Series { name: "backup", folder: env!("CARGO_TARGET_TMPDIR") };

fn begun(look: &Look) -> Phone {
    let mut phone = Phone::new(look.glass, NOW);
    std::fs::write(phone.folder().join("settings.json"), format!("{{\"language\":\"{}\"}}", look.language)).unwrap();
    phone.restart(look.glass);
    look.set(&phone);
    phone
}

fn walk(look: &Look) {
    let mut phone = begun(look);
    look.take(&phone, "welcome");
    phone.ui().window().global::<WelcomeScreen>().invoke_restore();
    phone.settle();
    look.take(&phone, "welcome-where");

    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(HERE.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
    drop(session);
    phone.restart(look.glass);
    look.set(&phone);
    let window = phone.ui().window();
    window.global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
    phone.settle();
    let (nav, screen, on) =
        (window.global::<Nav>(), window.global::<BackupScreen>(), window.global::<BackupOnScreen>());
    let version = window.global::<VersionScreen>();
    nav.set_tab(Tab::Backup);
    phone.settle();
    look.take(&phone, "off");
    screen.invoke_turn_on();
    phone.settle();
    look.take(&phone, "where");
    for (kind, name) in [(BackupKind::Folder, "folder"), (BackupKind::Webdav, "webdav"), (BackupKind::S3, "s3")] {
        on.set_kind(kind);
        nav.set_backup_step(1);
        phone.settle();
        look.take(&phone, name);
    }
    let place = phone.folder().join("Nextcloud");
    let pick =
        || BackupPick { kind: BackupKind::Folder, path: place.display().to_string().into(), ..Default::default() };
    on.invoke_look(pick());
    phone.settle();
    look.take(&phone, "password");
    on.invoke_choose(PASSWORD.into(), PASSWORD.into());
    phone.settle();
    look.take(&phone, "on");
    look.to_the_end(&phone);
    look.take(&phone, "on-end");
    let mut other = Session::open(phone.services().vault, Credential::Password(SecretText::from(PASSWORD))).unwrap().0;
    let first = other.contents().tokens()[0].id;
    other.remove(&[first], NOW).unwrap();
    drop(other);
    phone.pass(std::time::Duration::from_secs(2));
    phone.settle();
    look.take(&phone, "pending");
    screen.invoke_now();
    phone.settle();
    nav.invoke_go(Place::Versions);
    phone.settle();
    look.take(&phone, "versions");
    screen.invoke_open_version(1, Place::Versions);
    phone.settle();
    look.take(&phone, "version");
    nav.invoke_show(OpenSheet::VersionDelete);
    phone.settle();
    look.take(&phone, "version-delete");
    nav.invoke_close();
    phone.settle();
    version.invoke_replace();
    phone.settle();
    look.take(&phone, "replace");
    nav.invoke_go(Place::Home);
    screen.invoke_open_place(1);
    phone.settle();
    look.take(&phone, "place");
    screen.invoke_turn_off();
    phone.settle();
    look.take(&phone, "turn-off");
    nav.invoke_close();
    screen.invoke_ask_password(0, Place::Home);
    phone.settle();
    window.global::<StepUpScreen>().invoke_prove(PASSWORD.into());
    phone.settle();
    look.take(&phone, "new-password");
    nav.invoke_go(Place::Home);
    std::fs::rename(&place, phone.folder().join("away")).unwrap();
    screen.invoke_now();
    phone.settle();
    look.take(&phone, "waiting");
    std::fs::rename(phone.folder().join("away"), &place).unwrap();
    // A place that holds a backup already: as another device would find it.
    screen.invoke_turn_on();
    on.invoke_look(pick());
    phone.settle();
    look.take(&phone, "open");
    on.invoke_open("wrong".into());
    phone.settle();
    look.take(&phone, "open-wrong");
    on.invoke_open(PASSWORD.into());
    phone.settle();
    look.take(&phone, "found");
}

#[test]
fn light() {
    walk(&SERIES.light());
}

#[test]
fn dark() {
    walk(&SERIES.dark());
}

#[test]
fn more_contrast() {
    walk(&SERIES.contrast());
}

#[test]
fn small_and_in_other_languages() {
    SERIES.small(walk);
}

#[test]
fn large_text() {
    walk(&SERIES.large_text());
}

#[test]
fn desktop() {
    walk(&SERIES.wide());
}
