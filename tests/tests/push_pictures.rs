//! The screens of push requests and TiQR as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::path::Path;
use std::time::Duration;

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::push_server::{PushServer, Question};
use smartotp_ui::{
    AddScreen, Nav, OpenSheet, Palette, Place, RequestScreen, RequestsScreen, Tab, Theme, TiqrScreen, TokensScreen,
    UnlockScreen,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const GITHUB: &str = "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub";

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
        phone.keep(&folder, &format!("push-{name}-{}", self.name));
    }

    fn prepared(&self, server: &PushServer) -> Phone {
        use slint::language::ColorScheme::{Dark, Light};
        let mut phone = Phone::new(self.glass, NOW);
        std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{}\"}}", self.language)).unwrap();
        let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
        let mut session = Session::create(phone.services().vault, slot).unwrap();
        session.add(vec![otpauth::read(GITHUB, None).unwrap()]).unwrap();
        session.add_push(server.token("PIPU1", "Kontor Webmail", "mira.keller")).unwrap();
        session.add_push(server.token("PIPU2", "Nordwind Bank", "Giro")).unwrap();
        drop(session);
        phone.restart(self.glass);
        let window = phone.ui().window();
        window.global::<Palette>().set_color_scheme(if self.dark { Dark } else { Light });
        window.global::<Theme>().set_contrast(self.contrast);
        phone.ui().set_text_scale(self.text);
        window.global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
        phone.settle();
        phone
    }

    fn walk(&self) {
        let server = PushServer::start();
        let phone = self.prepared(&server);
        let window = phone.ui().window();
        let nav = window.global::<Nav>();
        let requests = window.global::<RequestsScreen>();
        let go = |place| {
            nav.invoke_go(place);
            phone.settle();
        };
        let wait = |seconds| {
            (0..seconds).for_each(|_| {
                phone.pass(Duration::from_secs(1));
                phone.settle();
            });
        };
        let scan = |text: &str| {
            go(Place::Home);
            let picture = Modules::encode(text).unwrap().to_png(8);
            phone.outside.gallery.next(vec![("code.png".to_owned(), picture)]);
            window.global::<AddScreen>().invoke_picture();
            phone.settle();
        };
        self.take(&phone, "tokens");
        nav.invoke_show(OpenSheet::Add);
        phone.settle();
        self.take(&phone, "add");
        nav.invoke_close();
        nav.set_tab(Tab::Requests);
        phone.settle();
        self.take(&phone, "none");
        requests.set_offline(true);
        phone.settle();
        self.take(&phone, "offline");

        let choices = ["27", "84", "51"].map(str::to_owned).to_vec();
        let presence = Some((choices, "84".to_owned()));
        server.ask("PIPU1", Question { presence, ..Question::new("Are you signing in to Webmail right now?") });
        wait(10);
        let long = "Do you confirm the transfer of 1 250,00 EUR to Lumen Energy, contract 40 118, to be done today?";
        server.ask("PIPU2", Question { title: "Transfer".to_owned(), ..Question::new(long) });
        wait(6);
        self.take(&phone, "list");
        let open = |key| {
            requests.invoke_open(key);
            phone.settle();
        };
        open(1);
        window.global::<RequestScreen>().set_chosen("84".into());
        phone.settle();
        self.take(&phone, "request");
        open(2);
        self.take(&phone, "question");
        nav.invoke_show(OpenSheet::Deny);
        phone.settle();
        self.take(&phone, "deny");
        nav.invoke_close();
        server.take_back();
        wait(5);
        self.take(&phone, "over");
        go(Place::Home);
        let letters = ["A", "F", "K", "M", "Q", "T", "X"].map(str::to_owned).to_vec();
        server.ask("PIPU1", Question { presence: Some((letters, "K".to_owned())), ..Question::new("Is it you?") });
        wait(5);
        open(3);
        self.take(&phone, "letters");
        server.take_back();
        server.ask("PIPU1", Question { code: Some("481502".to_owned()), ..Question::new("Is it you?") });
        wait(5);
        open(4);
        window.global::<RequestScreen>().invoke_approve();
        wait(2);
        self.take(&phone, "code");
        server.ask("PIPU2", Question { forged: Some("Pay?".to_owned()), ..Question::new("Is it you?") });
        go(Place::Home);
        requests.invoke_refresh();
        wait(4);
        requests.invoke_history();
        phone.settle();
        self.take(&phone, "history");

        scan(&server.enrolment("PIPU9", "Kontor", "webmail").replace("sslverify=1", "sslverify=0&pin=True"));
        self.take(&phone, "enrol");
        scan(&server.enrolment("PIPU9", "Kontor", "webmail").replace("v=1", "v=2"));
        self.take(&phone, "enrol-refused");
        scan(&server.tiqr_enrolment());
        self.take(&phone, "tiqr-ask");
        let tiqr = window.global::<TiqrScreen>();
        tiqr.invoke_go();
        phone.settle();
        self.take(&phone, "tiqr-offer");
        tiqr.invoke_go();
        phone.settle();
        scan("tiqrauth://mira@library.example/new/1234567890/Reading%20room/2");
        self.take(&phone, "tiqr-login");
        go(Place::Home);
        nav.set_tab(Tab::Tokens);
        phone.settle();
        self.take(&phone, "tokens-all");
        window.global::<TokensScreen>().invoke_open(1);
        phone.settle();
        self.take(&phone, "token");
        nav.invoke_show(OpenSheet::PushDelete);
        phone.settle();
        self.take(&phone, "token-delete");
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
