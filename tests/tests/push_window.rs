//! Push requests in the window, from the question to the answer, against a server on loopback.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::time::{Duration, Instant};

use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::push_server::{PushServer, Question, Told};

const NOW: u64 = 1_790_000_000;
const PASSWORD: &str = "a row of four words";

/// A phone whose vault has push tokens of a server.
fn phone(server: &PushServer, serials: &[&str], strict: bool) -> Phone {
    let mut phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    for serial in serials {
        let mut token = server.token(serial, "Kontor Webmail", "mira.keller");
        token.ask_unlock = strict;
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
