//! Many requests and many push tokens: what is built of the list, and how politely a server is asked, by the test's own clock.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test ends where its ground gives way, and says its figures"
)]

use std::collections::HashMap;
use std::time::{Duration, Instant};

use slint::ComponentHandle as _;
use smartotp_core::secret::SecretText;
use smartotp_core::token::TokenId;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::push_server::{PushServer, Question};
use smartotp_ui::Attention;

const NOW: u64 = 1_790_000_000;
const PASSWORD: &str = "a row of four words";
const TOKENS: u16 = 1_000;
const QUESTIONS: usize = 200;

fn phone(server: &PushServer, tokens: u16) -> Phone {
    let mut phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    let tokens = (0..tokens).map(|number| {
        let mut token = server.token(&format!("PIPU{number}"), "Kontor Webmail", &format!("mira {number}"));
        let mut id = [1; 16];
        id[..2].copy_from_slice(&number.to_be_bytes());
        token.id = TokenId::from_bytes(id);
        token
    });
    session.add_push_all(tokens.collect()).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone
}

/// So much time on the test's clock, in steps after each of which every answer has come.
fn pass(phone: &Phone, time: Duration) {
    const STEP: Duration = Duration::from_millis(96);
    let mut left = time;
    while left > Duration::ZERO {
        // Somebody is there, or it would be locked.
        phone.ui().window().global::<Attention>().invoke_noticed();
        phone.pass(STEP.min(left));
        left = left.saturating_sub(STEP);
        while phone.outside.threads.running() > 0 {
            std::thread::sleep(Duration::from_micros(200));
        }
    }
}

/// The cards that exist, each once.
fn cards(phone: &Phone) -> Vec<String> {
    let labels =
        phone.heard().into_iter().map(String::from).filter(|label| label.starts_with("Kontor Webmail: Is it you"));
    let mut labels: Vec<String> = labels.collect();
    labels.sort();
    labels.dedup();
    labels
}

fn ask_many(server: &PushServer) {
    for number in 0..QUESTIONS {
        server.ask("PIPU0", Question::new(&format!("Is it you, number {number}?")));
    }
}

#[test]
fn of_two_hundred_requests_only_those_in_sight_are_built() {
    let server = PushServer::start();
    let phone = phone(&server, 1);
    phone.tap("Requests");
    ask_many(&server);
    for _ in 0..20 {
        pass(&phone, Duration::from_secs(1));
        phone.settle();
        if phone.sees("Requests, 200") {
            break;
        }
    }
    assert!(phone.sees("Requests, 200"), "{:?}", phone.heard());
    let built = cards(&phone).len();
    assert!((3..=12).contains(&built), "{built} cards for a screen of seven");
    phone.drag((200., 600.), (200., 200.));
    assert!(cards(&phone).len() <= 12);
}

#[test]
fn a_server_of_a_thousand_tokens_is_asked_politely() {
    let server = PushServer::start();
    let phone = phone(&server, TOKENS);
    server.ask("PIPU0", Question::new("Is it you?"));
    phone.tap("Requests");
    pass(&phone, Duration::from_secs(20));
    phone.settle();
    let found = cards(&phone);
    phone.tap(found.first().unwrap());
    assert!(phone.sees("Sign-in request"), "{:?}", phone.heard());

    drop(server.take_polls());
    let minutes = 5;
    pass(&phone, Duration::from_secs(minutes * 60));
    let polls = server.take_polls();
    let mut counts: HashMap<&str, u64> = HashMap::new();
    polls.iter().for_each(|serial| *counts.entry(serial).or_default() += 1);
    let in_view = counts["PIPU0"];
    let total = u64::try_from(polls.len()).unwrap();
    println!("{total} questions in {minutes} minutes, {in_view} of the token in view, {} tokens", counts.len());
    assert!((minutes * 20 - 12..=minutes * 20 + 1).contains(&in_view), "every three seconds: {in_view}");
    assert!(total <= minutes * 60 * 4, "never more than four in a second: {total}");
    let most = counts.iter().filter(|(serial, _)| **serial != "PIPU0").map(|(_, count)| *count).max().unwrap();
    assert!(most <= 4, "the others back off: {most}");
    let (made, at_once) = server.connections();
    assert_eq!(at_once, 1, "one connection");
    assert!(made <= 3, "and it is kept: {made}");
}

/// How long frames take: the figures of docs/figures.md. To be run alone, in release.
#[test]
#[ignore = "measures; run it alone and optimised"]
fn no_frame_waits_for_requests() {
    let server = PushServer::start();
    let phone = phone(&server, TOKENS);
    phone.tap("Requests");
    ask_many(&server);
    let (mut longest, mut frames) = (Duration::ZERO, 0_u32);
    let mut all = Vec::new();
    let begun = Instant::now();
    while frames < 2_000 {
        let start = Instant::now();
        phone.pass(Duration::from_millis(16));
        let _ = phone.drawn();
        let took = start.elapsed();
        longest = longest.max(took);
        all.push(took);
        frames += 1;
        std::thread::sleep(Duration::from_millis(16).saturating_sub(took));
    }
    all.sort();
    println!(
        "{frames} frames in {:.1} s: median {:?}, 99 of 100 within {:?}, longest {longest:?}",
        begun.elapsed().as_secs_f32(),
        all[all.len() / 2],
        all[all.len() * 99 / 100]
    );
    assert!(longest <= Duration::from_millis(16), "{longest:?}");
}
