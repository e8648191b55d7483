//! All six languages are in the program, and the window switches between them while it is open.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::LANGUAGES;

#[test]
fn every_language_is_bundled() {
    let _phone = Phone::new(Glass::PHONE, 0);
    for (code, _) in LANGUAGES {
        let code = if code == "en" { "" } else { code };
        slint::select_bundled_translation(code).unwrap_or_else(|error| panic!("{error}"));
    }
}

#[test]
fn the_window_switches_and_remembers() {
    let mut phone = Phone::new(Glass::PHONE, 0);
    for (_, name) in LANGUAGES {
        let button = phone.heard().into_iter().find(|label| label.ends_with(now(&phone))).unwrap();
        phone.tap(&button);
        phone.tap(name);
        assert_eq!(now(&phone), name);
        phone.restart(Glass::PHONE);
        assert_eq!(now(&phone), name, "it is remembered");
    }
}

/// The language that the welcome page names.
fn now(phone: &Phone) -> &'static str {
    use slint::ComponentHandle as _;
    let name = phone.ui().window().global::<smartotp_ui::WelcomeScreen>().get_language();
    LANGUAGES.iter().find(|(_, own)| name == *own).map(|(_, own)| *own).unwrap()
}
