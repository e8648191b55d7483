//! The screens of the locks as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::path::Path;
use std::time::Duration;

use slint::ComponentHandle as _;
use slint::platform::Key;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, RecoveryKey, Session, SystemEntropy};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::{
    CreateScreen, Nav, NewLock, OpenSheet, Palette, Place, Protect, RecoveryScreen, RehearsalScreen, SecurityScreen,
    StepUpScreen, UnlockScreen, WayIn,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const PIN: &str = "730419";
const URI: &str = "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub";

struct Look {
    name: &'static str,
    language: &'static str,
    glass: Glass,
    dark: bool,
    text: f32,
}

impl Look {
    fn take(&self, phone: &Phone, name: &str) {
        let picture = phone.picture();
        let first = picture.get_pixel(0, picture.height() / 2);
        assert!(picture.pixels().filter(|pixel| *pixel != first).count() > 2000, "{name} is blank");
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("pictures");
        phone.keep(&folder, &format!("lock-{name}-{}", self.name));
    }

    fn set(&self, phone: &Phone) {
        use slint::language::ColorScheme::{Dark, Light};
        phone.ui().window().global::<Palette>().set_color_scheme(if self.dark { Dark } else { Light });
        phone.ui().set_text_scale(self.text);
        phone.settle();
    }

    fn restart(&self, phone: &mut Phone) {
        phone.restart(self.glass);
        self.set(phone);
    }

    /// The end of a page that is longer than the screen.
    fn to_the_end(&self, phone: &Phone) {
        for _ in 0..6 {
            phone.drag(
                (self.glass.width - 12., self.glass.height * 0.8),
                (self.glass.width - 12., self.glass.height * 0.2),
            );
        }
    }

    fn walk(&self) {
        let mut phone = Phone::with_keystore(self.glass, NOW, true);
        std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{}\"}}", self.language)).unwrap();
        self.restart(&mut phone);
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
        self.take(&phone, "recovery");
        app(&phone).global::<RecoveryScreen>().set_written(true);
        phone.settle();
        // The field has the keyboard.
        "AAAAF-AAAAK-AAAAP-ABAAU-AAAAR-AAAA6-AAAA3-AAAAN".chars().for_each(|typed| phone.type_key(&typed.to_string()));
        phone.press(Key::Return);
        self.take(&phone, "recovery-mistyped");
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
        self.restart(&mut phone);
        self.take(&phone, "unlock-pin");
        let unlock = |phone: &Phone, text: &str| {
            app(phone).global::<UnlockScreen>().invoke_unlock(text.into());
            phone.settle();
        };
        unlock(&phone, "1111");
        phone.pass(Duration::from_millis(400));
        self.take(&phone, "unlock-wrong");
        app(&phone).global::<UnlockScreen>().set_way(WayIn::Password);
        phone.settle();
        self.take(&phone, "unlock-password");
        app(&phone).global::<UnlockScreen>().set_way(WayIn::Pin);
        (0..4).for_each(|_| unlock(&phone, "1111"));
        phone.pass(Duration::from_secs(3));
        self.take(&phone, "unlock-wait");
        phone.pass(Duration::from_secs(31));
        phone.settle();
        unlock(&phone, PIN);

        app(&phone).global::<Nav>().invoke_go(Place::Security);
        phone.settle();
        self.take(&phone, "security");
        app(&phone).global::<SecurityScreen>().invoke_set(Protect::TapToReveal, true);
        phone.settle();
        self.take(&phone, "step-up");
        app(&phone).global::<StepUpScreen>().set_way(WayIn::Password);
        phone.settle();
        self.take(&phone, "step-up-password");
        app(&phone).global::<StepUpScreen>().invoke_prove(PASSWORD.into());
        phone.settle();
        self.to_the_end(&phone);
        self.take(&phone, "security-end");
        for (sheet, name) in
            [(OpenSheet::WipeAfter, "wipe-after"), (OpenSheet::Wipe, "wipe"), (OpenSheet::Slot, "slot")]
        {
            app(&phone).global::<SecurityScreen>().set_chosen(WayIn::Recovery);
            app(&phone).global::<Nav>().invoke_show(sheet);
            phone.settle();
            self.take(&phone, name);
            app(&phone).global::<Nav>().invoke_close();
        }
        app(&phone).global::<SecurityScreen>().invoke_make(WayIn::Pin);
        phone.settle();
        "1234".chars().for_each(|digit| phone.type_key(&digit.to_string()));
        phone.settle();
        self.take(&phone, "new-pin");
        app(&phone).global::<Nav>().invoke_go(Place::Security);
        app(&phone).global::<SecurityScreen>().invoke_get_back_in();
        app(&phone).global::<RehearsalScreen>().invoke_rehearse(WayIn::Password);
        phone.settle();
        app(&phone).global::<StepUpScreen>().invoke_prove(PASSWORD.into());
        phone.settle();
        self.take(&phone, "rehearsal");
        app(&phone).global::<Nav>().invoke_go(Place::Security);
        app(&phone).global::<SecurityScreen>().invoke_open_log();
        phone.settle();
        self.take(&phone, "log");
        app(&phone).global::<Nav>().invoke_go(Place::Home);
        phone.at(NOW);
        self.take(&phone, "tokens-hidden");
    }
}

const PHONE: Look = Look { name: "light", language: "en", glass: Glass::PHONE, dark: false, text: 1. };

#[test]
fn light() {
    PHONE.walk();
}

#[test]
fn dark() {
    Look { name: "dark", dark: true, ..PHONE }.walk();
}

#[test]
fn small_and_in_other_languages() {
    for (name, language) in [("small", "en"), ("small-de", "de"), ("small-ru", "ru"), ("small-fr", "fr")] {
        // One platform a thread, so one language a thread.
        std::thread::spawn(move || Look { name, language, glass: Glass::SMALL, ..PHONE }.walk()).join().unwrap();
    }
}

#[test]
fn large_text() {
    let glass = Glass { width: 360., height: 800., scale: 1. };
    Look { name: "large-text", language: "de", glass, text: 1.5, ..PHONE }.walk();
}

#[test]
fn desktop() {
    Look { name: "wide", glass: Glass::WIDE, ..PHONE }.walk();
}
