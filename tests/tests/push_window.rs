//! Push requests in the window, from the question to the answer, against a server on loopback.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends where its ground gives way, and says why")]

#[path = "privacyidea/server.rs"]
#[allow(dead_code, reason = "another test does more of it")]
mod real;

use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use slint::ComponentHandle as _;
use smartotp_core::push::PushToken;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::push_server::{PushServer, Question, Told};
use smartotp_ui::{Attention, Nav, OpenSheet};

const NOW: u64 = 1_790_000_000;
const PASSWORD: &str = "a row of four words";

fn picture_of(text: &str) -> Vec<u8> {
    Modules::encode(text).unwrap().to_png(8)
}

/// Picks a picture of a code on the Add sheet.
fn scan(phone: &Phone, text: &str) {
    phone.outside.gallery.next(vec![("code.png".to_owned(), picture_of(text))]);
    phone.ui().window().global::<Nav>().invoke_show(OpenSheet::Add);
    phone.settle();
    phone.tap("Read a picture");
}

/// A phone whose vault has push tokens of a server.
fn phone(server: &PushServer, serials: &[&str], strict: bool) -> Phone {
    let tokens = serials.iter().map(|serial| {
        let mut token = server.token(serial, "Kontor Webmail", "mira.keller");
        token.ask_unlock = strict;
        token
    });
    phone_with(NOW, tokens.collect())
}

fn phone_with(now: u64, tokens: Vec<PushToken>) -> Phone {
    let mut phone = Phone::new(Glass::PHONE, now);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    for token in tokens {
        session.add_push(token).unwrap();
    }
    drop(session);
    phone.restart(Glass::PHONE);
    unlock(&phone);
    phone
}

fn unlock(phone: &Phone) {
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
}

/// Lets time go by until something is there.
fn wait_for(phone: &Phone, what: &str, seen: impl Fn() -> bool) {
    let begun = Instant::now();
    while !seen() {
        assert!(begun.elapsed() < Duration::from_secs(20), "no {what}; there is {:?}", phone.heard());
        phone.pass(Duration::from_millis(250));
        phone.settle();
    }
}

fn to_requests(phone: &Phone) {
    let tab = phone.heard().into_iter().find(|label| label == "Requests" || label.starts_with("Requests, "));
    phone.tap(&tab.unwrap());
}

fn card(phone: &Phone, question: &str) -> Option<String> {
    phone.heard().into_iter().map(String::from).find(|label| label.contains(question) && label.contains("left"))
}

fn open(phone: &Phone, question: &str) {
    wait_for(phone, "request", || card(phone, question).is_some());
    phone.tap(&card(phone, question).unwrap());
    assert!(phone.sees("Sign-in request"), "{:?}", phone.heard());
}

fn on_disk(phone: &Phone) -> Vec<(String, bool)> {
    let credential = Credential::Password(SecretText::from(PASSWORD));
    let session = Session::open(phone.services().vault, credential).unwrap().0;
    let seen = session.contents().push().iter().flat_map(|token| token.seen.clone());
    seen.map(|seen| (seen.nonce, seen.answered)).collect()
}

#[test]
fn a_request_comes_is_approved_and_written_down() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    assert!(phone.sees("No requests are waiting"), "{:?}", phone.heard());
    let nonce = server.ask("PIPU1", Question::new("Are you signing in to Webmail right now?"));
    wait_for(&phone, "badge", || phone.sees("Requests, 1"));
    assert_eq!(on_disk(&phone), [(nonce.clone(), false)], "on disk before it is seen");
    open(&phone, "Are you signing in");
    assert!(phone.sees("Signed by the server, signature checked"));
    assert!(server.told().is_empty(), "nothing is sent by looking");
    phone.tap("Approve");
    wait_for(&phone, "answer", || !server.told().is_empty());
    phone.settle();
    assert_eq!(server.told(), [(nonce.clone(), Told::Approved(None))]);
    assert!(phone.sees("No requests are waiting"), "{:?}", phone.heard());
    assert_eq!(on_disk(&phone), [(nonce, true)]);
    phone.tap("History");
    assert!(phone.spoken("Approved, Kontor Webmail, mira.keller").is_some(), "{:?}", phone.heard());
}

#[test]
fn a_choice_only_selects_and_a_wrong_one_is_said() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    let choices = ["27", "84", "51"].map(str::to_owned).to_vec();
    let question = Question { presence: Some((choices, "84".to_owned())), ..Question::new("Is it you?") };
    server.ask("PIPU1", question);
    open(&phone, "Is it you?");
    assert!(phone.sees("Which number does that screen show?"));
    phone.tap("Approve");
    assert!(server.told().is_empty());
    phone.tap("27");
    assert!(phone.sees("Approve with 27") && server.told().is_empty(), "{:?}", phone.heard());
    phone.tap("Approve with 27");
    let wrong = "The server did not take the answer: the choice is wrong, or the request is over.";
    wait_for(&phone, "refusal", || phone.sees(wrong));
    phone.tap("84");
    assert!(!phone.sees(wrong), "it is about the choice before");
    phone.tap("Approve with 84");
    wait_for(&phone, "answer", || !server.told().is_empty());
    assert_eq!(server.told()[0].1, Told::Approved(Some("84".to_owned())));
}

#[test]
fn there_are_two_kinds_of_no() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    for (words, reason) in [
        ("No, it was not me", Some("unknown_trigger")),
        ("Yes, but I don't want it any more", Some("cancelled")),
        ("Deny without a reason", None),
    ] {
        let before = server.told().len();
        server.ask("PIPU1", Question::new("Is it you?"));
        open(&phone, "Is it you?");
        phone.tap("Deny");
        assert!(phone.sees("Did you start this sign-in?") && server.told().len() == before, "{:?}", phone.heard());
        phone.tap(words);
        wait_for(&phone, "answer", || server.told().len() > before);
        phone.settle();
        assert_eq!(server.told().last().unwrap().1, Told::Denied(reason.map(str::to_owned)));
    }
    phone.tap("History");
    assert!(phone.spoken("Denied, Kontor Webmail").is_some(), "{:?}", phone.heard());
}

#[test]
fn a_code_is_shown_until_the_page_is_left() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    server.ask("PIPU1", Question { code: Some("481 502".to_owned()), ..Question::new("Is it you?") });
    open(&phone, "Is it you?");
    phone.tap("Approve");
    wait_for(&phone, "code", || phone.sees("Type this code on the other screen: 481 502"));
    phone.tap("Back to the requests");
    assert!(!phone.heard().iter().any(|label| label.contains("481 502")), "{:?}", phone.heard());
    assert!(phone.sees("No requests are waiting"));
}

#[test]
fn the_lock_is_asked_where_the_server_wants_it() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], true);
    to_requests(&phone);
    server.ask("PIPU1", Question::new("Is it you?"));
    open(&phone, "Is it you?");
    phone.tap("Approve");
    assert!(server.told().is_empty());
    phone.type_into("Your password", "not the password");
    phone.tap("Approve");
    assert!(server.told().is_empty() && phone.sees("That password is wrong. Try again."), "{:?}", phone.heard());
    phone.type_into("Your password", PASSWORD);
    phone.tap("Approve");
    wait_for(&phone, "answer", || !server.told().is_empty());
}

#[test]
fn what_runs_out_is_said_to_be_over() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    server.ask("PIPU1", Question::new("Is it you?"));
    open(&phone, "Is it you?");
    server.take_back();
    let over = "This request ran out before your answer arrived. Start the sign-in again.";
    wait_for(&phone, "end", || phone.sees(over));
    assert!(!phone.sees("Approve"));
    phone.tap("Back to the requests");
    phone.tap("History");
    assert!(phone.spoken("Not answered, Kontor Webmail, mira.keller: Is it you?").is_some(), "{:?}", phone.heard());

    // Taken back between the last look and the answer.
    phone.tap("Back");
    server.ask("PIPU1", Question::new("And now?"));
    open(&phone, "And now?");
    server.take_back();
    phone.tap("Approve");
    wait_for(&phone, "end", || phone.sees(over));
}

#[test]
fn what_is_forged_is_never_shown_and_named() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    server.ask("PIPU1", Question { forged: Some("Pay 5000 EUR?".to_owned()), ..Question::new("Is it you?") });
    server.ask("PIPU1", Question::new("Is this one real?"));
    wait_for(&phone, "request", || card(&phone, "Is this one real?").is_some());
    assert!(!phone.heard().iter().any(|label| label.contains("5000")), "{:?}", phone.heard());
    phone.tap("History");
    assert!(phone.spoken("Not shown: its server has not signed it, Kontor Webmail").is_some(), "{:?}", phone.heard());
}

#[test]
fn without_a_network_it_says_so_and_goes_on_when_it_is_back() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    server.ask("PIPU1", Question::new("Is it you?"));
    open(&phone, "Is it you?");
    server.set_down(true);
    phone.tap("Approve");
    wait_for(&phone, "banner", || phone.sees("The server's answer broke off."));
    assert!(server.told().is_empty());
    server.set_down(false);
    phone.tap("Approve");
    wait_for(&phone, "answer", || !server.told().is_empty());
}

#[test]
fn nothing_is_asked_for_nobody() {
    let server = PushServer::start();
    let phone = phone(&server, &["PIPU1"], false);
    to_requests(&phone);
    wait_for(&phone, "question", || !server.take_polls().is_empty());
    let minute = || {
        drop(server.take_polls());
        for _ in 0..60 {
            // Somebody is there, or it would be locked.
            phone.ui().window().global::<Attention>().invoke_noticed();
            phone.pass(Duration::from_secs(1));
            phone.settle();
        }
        server.take_polls().len()
    };
    // A settled second takes a third of one more, and an answer is only heard at the end of one.
    let asked = minute();
    assert!((12..=28).contains(&asked), "every three seconds: {asked}");
    phone.ui().set_visible(false);
    assert_eq!(minute(), 0, "hidden");
    phone.ui().set_visible(true);
    wait_for(&phone, "question", || !server.take_polls().is_empty());
    phone.ui().lock();
    phone.settle();
    assert_eq!(minute(), 0, "locked");
    assert_eq!(server.connections().1, 1, "one connection");
}

#[test]
fn a_push_token_is_shown_then_enrolled_named_anew_and_gone_for_good() {
    let server = PushServer::start();
    let phone = phone(&server, &[], false);
    scan(&phone, &server.enrolment("PIPU9", "Kontor", "webmail"));
    assert!(phone.sees("Look before you enrol"), "{:?}", phone.heard());
    assert!(phone.spoken("Server, 127.0.0.1:").is_some() && phone.sees("Serial number, PIPU9"));
    assert!(!server.has("PIPU9"), "nothing is sent by looking");
    phone.tap("Enrol");
    wait_for(&phone, "token", || server.has("PIPU9") && phone.spoken("Kontor, webmail, push token").is_some());
    let card = phone.spoken("Kontor, webmail, push token").unwrap();

    // What was enrolled here answers.
    to_requests(&phone);
    server.ask("PIPU9", Question::new("Is it you?"));
    open(&phone, "Is it you?");
    phone.tap("Approve");
    wait_for(&phone, "answer", || !server.told().is_empty());

    phone.ui().window().global::<Nav>().invoke_go(smartotp_ui::Place::Home);
    phone.tap("Tokens");
    phone.tap(&card);
    assert!(phone.sees("Push token"), "{:?}", phone.heard());
    phone.tap("Label, webmail");
    phone.type_into("Label", " of mira");
    phone.tap("Save");
    assert!(phone.sees("Label, webmail of mira"), "{:?}", phone.heard());
    phone.tap("Delete for good");
    phone.tap("Delete for good");
    phone.type_into("Your password", PASSWORD);
    phone.tap("Delete");
    wait_for(&phone, "end", || phone.spoken("Kontor").is_none());

    // The code works once.
    scan(&phone, &server.enrolment("PIPU9", "Kontor", "webmail"));
    phone.tap("Enrol");
    let over = "The server did not take it: the code was used before, or its time is over. Ask for a new one.";
    wait_for(&phone, "refusal", || phone.sees(over));
}

#[test]
fn a_code_that_is_no_good_is_refused_in_a_sentence() {
    let server = PushServer::start();
    let phone = phone(&server, &[], false);
    scan(&phone, &server.enrolment("PIPU9", "Kontor", "webmail").replace("v=1", "v=2"));
    assert!(phone.sees("This code is of a later version of the protocol. A newer Smart OTP may read it."));
    phone.tap("Back to the tokens");
    scan(&phone, &server.enrolment("PIPU9", "Kontor", "webmail").replace("http%3A", "http%3A//bank.example/%3F"));
    assert!(phone.sees("The address is not https."), "{:?}", phone.heard());
}

#[test]
fn an_enrolment_is_cancelled_while_its_key_is_made() {
    let server = PushServer::start();
    let phone = phone(&server, &[], false);
    scan(&phone, &server.enrolment("PIPU9", "Kontor", "webmail"));
    let window = phone.ui().window();
    window.global::<smartotp_ui::PushEnrolScreen>().invoke_enrol();
    window.global::<smartotp_ui::PushEnrolScreen>().invoke_cancel();
    phone.settle();
    assert!(phone.sees("Enrol") && !server.has("PIPU9"), "{:?}", phone.heard());
}

#[test]
fn a_tiqr_account_is_enrolled_and_logs_in() {
    let server = PushServer::start();
    let phone = phone(&server, &[], false);
    scan(&phone, &server.tiqr_enrolment());
    assert!(phone.sees("TiQR account") && !phone.sees("The Library"), "{:?}", phone.heard());
    phone.tap("Ask this server");
    wait_for(&phone, "offer", || phone.sees("Enrol"));
    phone.tap("Enrol");
    wait_for(&phone, "account", || phone.spoken("The Library, Mira Keller, TiQR account").is_some());
    scan(&phone, "tiqrauth://mira@library.example/old/1234567890/Reading%20room/2");
    assert!(phone.sees("Login to, Reading room"), "{:?}", phone.heard());
    phone.tap("Log in");
    wait_for(&phone, "refusal", || phone.sees("The service did not take the answer. Tries left: 2."));
    phone.tap("Back");
    scan(&phone, "tiqrauth://mira@library.example/new/1234567890/Reading%20room/2");
    phone.tap("Log in");
    wait_for(&phone, "login", || phone.sees("Logged in: The Library"));
    scan(&phone, "tiqrauth://otto@bank.example/s/1234567890/x");
    assert!(phone.sees("No account of bank.example is here. Enrol it first."), "{:?}", phone.heard());
}

/// A real privacyIDEA, and a phone whose clock is wrong by minutes: enrolled by a picture, asked, approved, denied.
#[test]
fn a_real_server_is_enrolled_at_and_answered() {
    let Some(server) = real::Server::start() else { return };
    server.policy("push", "enrollment", &server.push_enrolment());
    server.policy("ask", "authentication", "push_text_on_mobile=Log in as alice?,push_title_on_mobile=Test");
    let detail = server.new_token(&[("type", "push"), ("genkey", "1")]);
    let serial = detail["serial"].as_str().unwrap();
    let right = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    let phone = phone_with(right + 200, Vec::new());
    scan(&phone, detail["pushurl"]["value"].as_str().unwrap());
    phone.tap("Enrol");
    wait_for(&phone, "token", || phone.spoken("privacyIDEA").is_some_and(|card| card.contains("push token")));
    to_requests(&phone);
    let asked = server.trigger(serial);
    open(&phone, "Log in as alice?");
    phone.tap("Approve");
    wait_for(&phone, "answer", || server.is_accepted(&asked.transaction));
    phone.settle();
    assert!(phone.sees("This device's clock is wrong; the server's time was taken."), "{:?}", phone.heard());
    let asked = server.trigger(serial);
    open(&phone, "Log in as alice?");
    phone.tap("Deny");
    phone.tap("No, it was not me");
    wait_for(&phone, "answer", || phone.sees("No requests are waiting"));
    assert!(!server.is_accepted(&asked.transaction));
}
