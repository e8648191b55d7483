//! The screens of push requests and TiQR as pictures to look at, reached without a word of any language.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::time::Duration;

use slint::ComponentHandle as _;
use smartotp_core::enrol::otpauth;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::look::{Look, Series};
use smartotp_tests::phone::Phone;
use smartotp_tests::push_server::{PushServer, Question};
use smartotp_ui::{
    AddScreen, Nav, OpenSheet, Place, RequestScreen, RequestsScreen, Tab, TiqrScreen, TokensScreen, UnlockScreen,
};

const NOW: u64 = 1_790_000_000 / 60 * 60 + 9;
const PASSWORD: &str = "a row of four words";
const GITHUB: &str = "otpauth://totp/GitHub:mira-keller?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub";

const SERIES: Series = Series { name: "push", folder: env!("CARGO_TARGET_TMPDIR") };

fn prepared(look: &Look, server: &PushServer) -> Phone {
    let mut phone = Phone::new(look.glass, NOW);
    std::fs::write(&phone.services().settings_file, format!("{{\"language\":\"{}\"}}", look.language)).unwrap();
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(vec![otpauth::read(GITHUB, None).unwrap()]).unwrap();
    session.add_push(server.token("PIPU1", "Kontor Webmail", "mira.keller")).unwrap();
    session.add_push(server.token("PIPU2", "Nordwind Bank", "Giro")).unwrap();
    drop(session);
    phone.restart(look.glass);
    look.set(&phone);
    phone.ui().window().global::<UnlockScreen>().invoke_unlock(PASSWORD.into());
    phone.settle();
    phone
}

fn walk(look: &Look) {
    let server = PushServer::start();
    let phone = prepared(look, &server);
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
    look.take(&phone, "tokens");
    nav.invoke_show(OpenSheet::Add);
    phone.settle();
    look.take(&phone, "add");
    nav.invoke_close();
    nav.set_tab(Tab::Requests);
    phone.settle();
    look.take(&phone, "none");
    requests.set_offline(true);
    phone.settle();
    look.take(&phone, "offline");

    let choices = ["27", "84", "51"].map(str::to_owned).to_vec();
    let presence = Some((choices, "84".to_owned()));
    server.ask("PIPU1", Question { presence, ..Question::new("Are you signing in to Webmail right now?") });
    wait(10);
    let long = "Do you confirm the transfer of 1 250,00 EUR to Lumen Energy, contract 40 118, to be done today?";
    server.ask("PIPU2", Question { title: "Transfer".to_owned(), ..Question::new(long) });
    wait(6);
    look.take(&phone, "list");
    let open = |key| {
        requests.invoke_open(key);
        phone.settle();
    };
    open(1);
    window.global::<RequestScreen>().set_chosen("84".into());
    phone.settle();
    look.take(&phone, "request");
    open(2);
    look.take(&phone, "question");
    nav.invoke_show(OpenSheet::Deny);
    phone.settle();
    look.take(&phone, "deny");
    nav.invoke_close();
    server.take_back();
    wait(5);
    look.take(&phone, "over");
    go(Place::Home);
    let letters = ["A", "F", "K", "M", "Q", "T", "X"].map(str::to_owned).to_vec();
    server.ask("PIPU1", Question { presence: Some((letters, "K".to_owned())), ..Question::new("Is it you?") });
    wait(5);
    open(3);
    look.take(&phone, "letters");
    server.take_back();
    server.ask("PIPU1", Question { code: Some("481502".to_owned()), ..Question::new("Is it you?") });
    wait(5);
    open(4);
    window.global::<RequestScreen>().invoke_approve();
    wait(2);
    look.take(&phone, "code");
    server.ask("PIPU2", Question { forged: Some("Pay?".to_owned()), ..Question::new("Is it you?") });
    go(Place::Home);
    requests.invoke_refresh();
    wait(4);
    requests.invoke_history();
    phone.settle();
    look.take(&phone, "history");

    scan(&server.enrolment("PIPU9", "Kontor", "webmail").replace("sslverify=1", "sslverify=0&pin=True"));
    look.take(&phone, "enrol");
    scan(&server.enrolment("PIPU9", "Kontor", "webmail").replace("v=1", "v=2"));
    look.take(&phone, "enrol-refused");
    scan(&server.tiqr_enrolment());
    look.take(&phone, "tiqr-ask");
    let tiqr = window.global::<TiqrScreen>();
    tiqr.invoke_go();
    phone.settle();
    look.take(&phone, "tiqr-offer");
    tiqr.invoke_go();
    phone.settle();
    scan("tiqrauth://mira@library.example/new/1234567890/Reading%20room/2");
    look.take(&phone, "tiqr-login");
    go(Place::Home);
    nav.set_tab(Tab::Tokens);
    phone.settle();
    look.take(&phone, "tokens-all");
    window.global::<TokensScreen>().invoke_open(1);
    phone.settle();
    look.take(&phone, "token");
    nav.invoke_show(OpenSheet::PushDelete);
    phone.settle();
    look.take(&phone, "token-delete");
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
