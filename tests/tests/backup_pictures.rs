//! The screens of the backup as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::path::Path;

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::{
    BackupKind, BackupOnScreen, BackupPick, BackupScreen, Nav, OpenSheet, Palette, Place, StepUpScreen, Tab, Theme,
    UnlockScreen, VersionScreen, WelcomeScreen,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const HERE: [&str; 4] = [
    "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://totp/Nordwind%20Bank:Giro?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJA&issuer=Nordwind%20Bank&digits=8",
    "otpauth://hotp/Aurora%20Mail:mira@aurora.example?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora%20Mail&counter=148",
    "steam://GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJE",
];

struct Look {
    name: &'static str,
    language: &'static str,
    glass: Glass,
    dark: bool,
    contrast: bool,
    text: f32,
}

impl Look {
    fn take(&self, phone: &Phone, name: &str) {
        let picture = phone.picture();
        let first = picture.get_pixel(0, picture.height() / 2);
        assert!(picture.pixels().filter(|pixel| *pixel != first).count() > 2000, "{name} is blank");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        phone.keep(&folder, &format!("backup-{name}-{}", self.name));
    }

    fn set(&self, phone: &Phone) {
        use slint::language::ColorScheme::{Dark, Light};
        let window = phone.ui().window();
        window.global::<Palette>().set_color_scheme(if self.dark { Dark } else { Light });
        window.global::<Theme>().set_contrast(self.contrast);
        phone.ui().set_text_scale(self.text);
        phone.settle();
    }

    fn begun(&self) -> Phone {
        let mut phone = Phone::new(self.glass, NOW);
        std::fs::write(phone.folder().join("settings.json"), format!("{{\"language\":\"{}\"}}", self.language))
            .unwrap();
        phone.restart(self.glass);
        self.set(&phone);
        phone
    }

    fn to_the_end(&self, phone: &Phone) {
        let (x, height) = (self.glass.width / 2., self.glass.height);
        for _ in 0..3 {
            phone.drag((x, height * 0.6), (x, height * 0.15));
        }
    }

    fn walk(&self) {
        let mut phone = self.begun();
        self.take(&phone, "welcome");
        phone.ui().window().global::<WelcomeScreen>().invoke_restore();
        phone.settle();
        self.take(&phone, "welcome-where");

        let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
        let mut session = Session::create(phone.services().vault, slot).unwrap();
        session.add(HERE.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
        drop(session);
        phone.restart(self.glass);
        self.set(&phone);
        let window = phone.ui().window();
        window.global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
        phone.settle();
        let (nav, screen, on) =
            (window.global::<Nav>(), window.global::<BackupScreen>(), window.global::<BackupOnScreen>());
        let version = window.global::<VersionScreen>();
        nav.set_tab(Tab::Backup);
        phone.settle();
        self.take(&phone, "off");
        screen.invoke_turn_on();
        phone.settle();
        self.take(&phone, "where");
        for (kind, name) in [(BackupKind::Folder, "folder"), (BackupKind::Webdav, "webdav"), (BackupKind::S3, "s3")] {
            on.set_kind(kind);
            nav.set_backup_step(1);
            phone.settle();
            self.take(&phone, name);
        }
        let place = phone.folder().join("Nextcloud");
        let pick =
            || BackupPick { kind: BackupKind::Folder, path: place.display().to_string().into(), ..Default::default() };
        on.invoke_look(pick());
        phone.settle();
        self.take(&phone, "password");
        on.invoke_choose(PASSWORD.into(), PASSWORD.into());
        phone.settle();
        self.take(&phone, "on");
        self.to_the_end(&phone);
        self.take(&phone, "on-end");
        let mut other =
            Session::open(phone.services().vault, Credential::Password(SecretText::from(PASSWORD))).unwrap().0;
        let first = other.contents().tokens()[0].id;
        other.remove(&[first], NOW).unwrap();
        drop(other);
        phone.pass(std::time::Duration::from_secs(2));
        phone.settle();
        self.take(&phone, "pending");
        screen.invoke_now();
        phone.settle();
        nav.invoke_go(Place::Versions);
        phone.settle();
        self.take(&phone, "versions");
        screen.invoke_open_version(1, Place::Versions);
        phone.settle();
        self.take(&phone, "version");
        nav.invoke_show(OpenSheet::VersionDelete);
        phone.settle();
        self.take(&phone, "version-delete");
        nav.invoke_close();
        phone.settle();
        version.invoke_replace();
        phone.settle();
        self.take(&phone, "replace");
        nav.invoke_go(Place::Home);
        screen.invoke_open_place(1);
        phone.settle();
        self.take(&phone, "place");
        screen.invoke_turn_off();
        phone.settle();
        self.take(&phone, "turn-off");
        nav.invoke_close();
        screen.invoke_ask_password(0, Place::Home);
        phone.settle();
        window.global::<StepUpScreen>().invoke_prove(PASSWORD.into());
        phone.settle();
        self.take(&phone, "new-password");
        nav.invoke_go(Place::Home);
        std::fs::rename(&place, phone.folder().join("away")).unwrap();
        screen.invoke_now();
        phone.settle();
        self.take(&phone, "waiting");
        std::fs::rename(phone.folder().join("away"), &place).unwrap();
        // A place that holds a backup already: as another device would find it.
        screen.invoke_turn_on();
        on.invoke_look(pick());
        phone.settle();
        self.take(&phone, "open");
        on.invoke_open("wrong".into());
        phone.settle();
        self.take(&phone, "open-wrong");
        on.invoke_open(PASSWORD.into());
        phone.settle();
        self.take(&phone, "found");
    }
}

const PHONE: Look = Look { name: "light", language: "en", glass: Glass::PHONE, dark: false, contrast: false, text: 1. };

#[test]
fn light() {
    Look { glass: Glass::PHONE.at(2.), ..PHONE }.walk();
}

#[test]
fn dark() {
    Look { name: "dark", dark: true, ..PHONE }.walk();
}

#[test]
fn more_contrast() {
    Look { name: "contrast", contrast: true, ..PHONE }.walk();
}

#[test]
fn small_and_in_other_languages() {
    for (name, language) in [("small", "en"), ("de", "de"), ("ru", "ru"), ("fr", "fr"), ("es", "es"), ("uk", "uk")] {
        // One platform a thread, so one language a thread.
        std::thread::spawn(move || Look { name, language, glass: Glass::SMALL, ..PHONE }.walk()).join().unwrap();
    }
}

#[test]
fn large_text() {
    let glass = Glass { width: 360., height: 800., scale: 1. };
    Look { name: "large-text", language: "de", glass, text: 2., ..PHONE }.walk();
}

#[test]
fn desktop() {
    Look { name: "wide", glass: Glass::WIDE, ..PHONE }.walk();
}
