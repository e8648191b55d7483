//! The screens of the locks as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::time::Duration;

use slint::ComponentHandle as _;
use slint::platform::Key;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, RecoveryKey, Session, SystemEntropy};
use smartotp_tests::look::{Look, Series};
use smartotp_tests::phone::Phone;
use smartotp_ui::{
    CreateScreen, Nav, NewLock, OpenSheet, Place, Protect, RecoveryScreen, RehearsalScreen, SecurityScreen,
    StepUpScreen, UnlockScreen, WayIn,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const PIN: &str = "730419";
const URI: &str = "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub";

const SERIES: Series = Series { name: "lock", folder: env!("CARGO_TARGET_TMPDIR") };

fn restart(look: &Look, phone: &mut Phone) {
    phone.restart(look.glass);
    look.set(phone);
}

fn walk(look: &Look) {
    let mut phone = Phone::with_keystore(look.glass, NOW, true);
    std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{}\"}}", look.language)).unwrap();
    restart(look, &mut phone);
    let app = |phone: &Phone| phone.ui().window().as_weak().upgrade().unwrap();
    app(&phone).global::<Nav>().invoke_go(Place::Create);
    phone.settle();
    app(&phone).global::<CreateScreen>().invoke_create(NewLock {
        way: WayIn::Pin,
        pin: PIN.into(),
        pin_again: PIN.into(),
        recovery: true,
        ..NewLock::default()
    });
    phone.settle();
    look.take(&phone, "recovery");
    app(&phone).global::<RecoveryScreen>().set_written(true);
    phone.settle();
    // The field has the keyboard.
    "AAAAF-AAAAK-AAAAP-ABAAU-AAAAR-AAAA6-AAAA3-AAAAN".chars().for_each(|typed| phone.type_key(&typed.to_string()));
    phone.press(Key::Return);
    look.take(&phone, "recovery-mistyped");
    app(&phone).global::<Nav>().invoke_go(Place::Welcome);

    let cost = Cost::FLOOR;
    let slots = vec![
        NewSlot::Password(SecretText::from(PASSWORD), cost),
        NewSlot::Pin(SecretText::from(PIN), cost),
        NewSlot::Recovery(RecoveryKey::generate(&SystemEntropy).unwrap()),
    ];
    let mut session = Session::create_with(phone.services().vault, slots).unwrap();
    session.add(vec![otpauth::read(URI, None).unwrap()]).unwrap();
    drop(session);
    restart(look, &mut phone);
    look.take(&phone, "unlock-pin");
    let unlock = |phone: &Phone, text: &str| {
        app(phone).global::<UnlockScreen>().invoke_unlock(text.into());
        phone.settle();
    };
    unlock(&phone, "1111");
    phone.pass(Duration::from_millis(400));
    look.take(&phone, "unlock-wrong");
    app(&phone).global::<UnlockScreen>().set_way(WayIn::Password);
    phone.settle();
    look.take(&phone, "unlock-password");
    app(&phone).global::<UnlockScreen>().set_way(WayIn::Pin);
    (0..4).for_each(|_| unlock(&phone, "1111"));
    phone.pass(Duration::from_secs(3));
    look.take(&phone, "unlock-wait");
    phone.pass(Duration::from_secs(31));
    phone.settle();
    unlock(&phone, PIN);

    app(&phone).global::<Nav>().invoke_go(Place::Security);
    phone.settle();
    look.take(&phone, "security");
    app(&phone).global::<SecurityScreen>().invoke_set(Protect::TapToReveal, true);
    phone.settle();
    look.take(&phone, "step-up");
    app(&phone).global::<StepUpScreen>().set_way(WayIn::Password);
    phone.settle();
    look.take(&phone, "step-up-password");
    app(&phone).global::<StepUpScreen>().invoke_prove(PASSWORD.into());
    phone.settle();
    look.to_the_end(&phone);
    look.take(&phone, "security-end");
    for (sheet, name) in [(OpenSheet::WipeAfter, "wipe-after"), (OpenSheet::Wipe, "wipe"), (OpenSheet::Slot, "slot")] {
        app(&phone).global::<SecurityScreen>().set_chosen(WayIn::Recovery);
        app(&phone).global::<Nav>().invoke_show(sheet);
        phone.settle();
        look.take(&phone, name);
        app(&phone).global::<Nav>().invoke_close();
    }
    app(&phone).global::<SecurityScreen>().invoke_make(WayIn::Pin);
    phone.settle();
    "1234".chars().for_each(|digit| phone.type_key(&digit.to_string()));
    phone.settle();
    look.take(&phone, "new-pin");
    app(&phone).global::<Nav>().invoke_go(Place::Security);
    app(&phone).global::<SecurityScreen>().invoke_get_back_in();
    app(&phone).global::<RehearsalScreen>().invoke_rehearse(WayIn::Password);
    phone.settle();
    app(&phone).global::<StepUpScreen>().invoke_prove(PASSWORD.into());
    phone.settle();
    look.take(&phone, "rehearsal");
    app(&phone).global::<Nav>().invoke_go(Place::Security);
    app(&phone).global::<SecurityScreen>().invoke_open_log();
    phone.settle();
    look.take(&phone, "log");
    app(&phone).global::<Nav>().invoke_go(Place::Home);
    phone.at(NOW);
    look.take(&phone, "tokens-hidden");
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
    walk(&SERIES.large_text().at(1.5));
}

#[test]
fn desktop() {
    walk(&SERIES.wide());
}
