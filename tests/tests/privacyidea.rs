//! Push, TiQR and OCRA against a real privacyIDEA on this machine: enrolled, polled, approved, denied, presence right and
//! wrong, a code to show, replay, a question changed on the way, a clock off by two minutes, a server that goes and comes back.
//!
//! The server comes from PyPI, by a tool beside the project; without it this is skipped.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

mod privacyidea {
    pub(crate) mod server;
}

use privacyidea::server::{Server, iso};
use smartotp_core::clock::device_millis;
use smartotp_core::code::ocra::{ChallengeFormat, Inputs, Suite, respond};
use smartotp_core::enrol::push_uri;
use smartotp_core::push::privacyidea::sift;
use smartotp_core::push::{
    self, Answer, Answered, DenyReason, Dropped, ProviderName, PushError, PushToken, Request, keys,
};
use smartotp_core::secret::Secret;
use smartotp_core::tiqr::{Login, service};
use smartotp_core::token::{ChallengeEncoding, Counter, TokenId};
use smartotp_core::vault::SystemEntropy;
use smartotp_core::web::{Limits, Web, WebError};

/// Everything in one: the server takes seconds to start, and a key seconds to make.
#[test]
fn a_real_server_takes_what_this_app_says() {
    let Some(mut server) = Server::start() else { return };
    push_works(&mut server);
    ocra_works(&server);
    tiqr_works(&server);
}

fn now() -> i64 {
    device_millis()
}

fn push_works(server: &mut Server) {
    server.policy("push", "enrollment", &server.push_enrolment());
    let texts = "push_text_on_mobile=Log in as alice?,push_title_on_mobile=Test";
    server.policy("ask", "authentication", texts);
    let web = Web::new().unwrap();
    let provider = push::provider(ProviderName::PrivacyIdea, &web);
    let uri = server.new_token(&[("type", "push"), ("genkey", "1")])["pushurl"]["value"].as_str().unwrap().to_owned();
    let enrolment = push_uri::read(&uri).unwrap();
    let key = keys::make(&SystemEntropy).unwrap();

    let wrong = push_uri::read(&uri.replace("enrollment_credential=", "enrollment_credential=00")).unwrap();
    assert_eq!(provider.enrol(&wrong, &key), Err(PushError::EnrolmentOver));
    let server_key = provider.enrol(&enrolment, &key).unwrap();
    assert_eq!(provider.enrol(&enrolment, &key), Err(PushError::EnrolmentOver), "a code works once");
    let mut token = PushToken {
        id: TokenId::from_bytes([1; 16]),
        provider: ProviderName::PrivacyIdea,
        label: enrolment.label,
        issuer: enrolment.issuer,
        serial: enrolment.serial,
        url: enrolment.url,
        key: key.private,
        server_key,
        ask_unlock: enrolment.ask_unlock,
        enrolled_at: 0,
        seen: Vec::new(),
    };
    assert!(provider.poll(&token, &now).unwrap().requests.is_empty());

    // Approved.
    let (transaction, request) = ask(server, &*provider, &token);
    assert_eq!((request.title.as_str(), request.question.as_str()), ("Test", "Log in as alice?"));
    assert!(request.choices.is_empty() && request.takes_reason);
    let again = provider.poll(&token, &now).unwrap();
    assert_eq!(again.requests.len(), 1, "it comes again until it is answered");
    changed_on_the_way(&web, &token);
    a_wrong_clock(&*provider, &token);
    assert!(!server.is_accepted(&transaction));
    assert_eq!(provider.answer(&token, &request, Answer::Approve { choice: None }), Ok(Answered::Done));
    assert!(server.is_accepted(&transaction));
    assert_eq!(
        provider.answer(&token, &request, Answer::Approve { choice: None }),
        Err(PushError::NotTaken),
        "a replay"
    );
    assert!(token.remember(&request.nonce, 0, true));
    assert!(provider.poll(&token, &now).unwrap().requests.is_empty());

    // Denied, each way.
    for reason in [DenyReason::None, DenyReason::NotMe, DenyReason::Cancelled] {
        let (transaction, request) = ask(server, &*provider, &token);
        assert_eq!(provider.answer(&token, &request, Answer::Deny(reason)), Ok(Answered::Done), "{reason:?}");
        assert!(!server.is_accepted(&transaction));
        assert!(provider.poll(&token, &now).unwrap().requests.is_empty(), "{reason:?}");
    }

    // Presence: the choice that the other screen shows, and another.
    server.policy("ask", "authentication", &format!("{texts},push_require_presence=True"));
    let asked = server.trigger(&token.serial);
    let (transaction, request) = (asked.transaction.clone(), one(&*provider, &token));
    assert!(request.choices.len() > 1, "{}", request.choices.len());
    let right = asked.presence.as_deref().unwrap();
    let wrong = request.choices.iter().find(|choice| *choice != right).unwrap().clone();
    let approve = |choice| provider.answer(&token, &request, Answer::Approve { choice });
    assert_eq!(approve(None), Err(PushError::Choice));
    assert_eq!(approve(Some("no choice of theirs")), Err(PushError::Choice));
    assert_eq!(approve(Some(&wrong)), Err(PushError::NotTaken));
    assert!(!server.is_accepted(&transaction));
    assert_eq!(approve(Some(right)), Ok(Answered::Done));
    assert!(server.is_accepted(&transaction));

    // A code that this app shows and the user types there.
    server.policy("ask", "authentication", &format!("{texts},push_code_to_phone=True"));
    let (transaction, request) = ask(server, &*provider, &token);
    let Ok(Answered::Code(code)) = provider.answer(&token, &request, Answer::Approve { choice: None }) else {
        panic!("a code")
    };
    assert!(server.validate(&token.serial, &transaction, code.expose()), "the server takes the code");
    server.policy("ask", "authentication", texts);

    // The server goes, and comes back.
    server.stop();
    assert_eq!(provider.poll(&token, &now).err(), Some(PushError::Web(WebError::Unreachable)));
    server.run();
    let (transaction, request) = ask(server, &*provider, &token);
    assert_eq!(provider.answer(&token, &request, Answer::Approve { choice: None }), Ok(Answered::Done));
    assert!(server.is_accepted(&transaction));
}

/// Starts a login; gives its transaction and the request that this app sees of it.
fn ask(server: &Server, provider: &dyn push::Provider, token: &PushToken) -> (String, Request) {
    let asked = server.trigger(&token.serial);
    (asked.transaction, one(provider, token))
}

fn one(provider: &dyn push::Provider, token: &PushToken) -> Request {
    let polled = provider.poll(token, &now).unwrap();
    assert_eq!((polled.requests.len(), polled.dropped.len(), polled.clock_off), (1, 0, None));
    polled.requests.into_iter().next().unwrap()
}

/// What the real server signed, with a word changed on the way.
fn changed_on_the_way(web: &Web, token: &PushToken) {
    let key = keys::PushKey::read(&token.key).unwrap();
    let seconds = now() / 1_000;
    let stamp = iso(seconds);
    let signature = key.sign(&format!("{}|{stamp}", token.serial)).unwrap();
    let query = [("serial", token.serial.as_str()), ("timestamp", &stamp), ("signature", &signature)];
    let limits = Limits { bytes: 100_000, time: std::time::Duration::from_secs(20) };
    let answer = web.get(&token.url, &query, limits).unwrap();
    let body: serde_json::Value = serde_json::from_slice(&answer.body).unwrap();
    let real = body["result"]["value"][0].to_string();
    assert_eq!(sift(&[&real], token, 0).requests.len(), 1);
    for (from, to) in [("Log in as alice?", "Log in as carol?"), ("\"Test\"", "\"Bank\"")] {
        let changed = real.replace(from, to);
        assert_ne!(changed, real);
        assert_eq!(sift(&[&changed], token, 0).dropped, [Dropped::BadSignature]);
    }
    assert_eq!(sift(&[&real, &real], token, 0).dropped, [Dropped::Duplicate]);
}

/// Two minutes off either way: the server refuses, and its own time is taken.
fn a_wrong_clock(provider: &dyn push::Provider, token: &PushToken) {
    for off in [-130_000, 130_000] {
        let polled = provider.poll(token, &|| now() + off).unwrap();
        let seen = polled.clock_off.unwrap();
        assert!((seen + off / 1_000).abs() <= 2, "{seen} for {off}");
        assert_eq!(polled.requests.len(), 1);
    }
    assert_eq!(provider.poll(token, &|| now() + 5_000).unwrap().clock_off, None, "five seconds are nothing");
}

/// privacyIDEA's OCRA takes the answers of six suites that have a question alone.
fn ocra_works(server: &Server) {
    let key = b"12345678901234567890123456789012";
    for suite in [
        "OCRA-1:HOTP-SHA1-6:QN08",
        "OCRA-1:HOTP-SHA256-8:QN08",
        "OCRA-1:HOTP-SHA512-8:QN10",
        "OCRA-1:HOTP-SHA1-6:QA10",
        "OCRA-1:HOTP-SHA256-6:QH40",
        "OCRA-1:HOTP-SHA512-8:QA08",
    ] {
        let hex = data_encoding::HEXLOWER.encode(key);
        let detail = server.new_token(&[("type", "ocra"), ("otpkey", &hex), ("ocrasuite", suite)]);
        let serial = detail["serial"].as_str().unwrap();
        let asked = server.trigger(serial);
        let parsed: Suite = suite.parse().unwrap();
        let answer = |challenge: &str| {
            let inputs = Inputs {
                challenge,
                encoding: ChallengeEncoding::Rfc,
                counter: Counter(0),
                pin: None,
                session: None,
                unix: 0,
            };
            respond(&Secret::from_bytes(key.to_vec()), &parsed, &inputs).unwrap().as_str().to_owned()
        };
        let challenge = asked.attributes["challenge"].as_str().unwrap().to_owned();
        let mut wrong = answer(if parsed.challenge_format() == ChallengeFormat::Numeric { "1" } else { "a" });
        if wrong == answer(&challenge) {
            wrong = "0".repeat(wrong.len());
        }
        assert!(!server.validate(serial, &asked.transaction, &wrong), "{suite}");
        assert!(server.validate(serial, &asked.transaction, &answer(&challenge)), "{suite} {challenge}");
    }
}

/// privacyIDEA's TiQR says `OK`.
fn tiqr_works(server: &Server) {
    let base = format!("{}/ttype/tiqr", server.url());
    server.set("tiqr.regServer", &base);
    server.set("tiqr.serviceIdentifier", "org.test");
    let detail = server.new_token(&[("type", "tiqr"), ("genkey", "1")]);
    let web = Web::new().unwrap();
    let code = detail["tiqrenroll"]["value"].as_str().unwrap();
    let offer = service::metadata(&web, &service::address(code).unwrap()).unwrap();
    assert_eq!(offer.service_id, "org.test");
    assert!(offer.user.contains("alice"), "{}", offer.user);
    let entropy = SystemEntropy;
    let identity = service::enrol(&web, &offer, &entropy, "en", 0).unwrap();
    assert_eq!(service::enrol(&web, &offer, &entropy, "en", 0).err(), Some(service::TiqrError::NotTaken), "once");

    let serial = detail["serial"].as_str().unwrap();
    let asked = server.trigger(serial);
    let login = Login::read(asked.attributes["value"].as_str().unwrap()).unwrap();
    assert!(login.is_for(&identity) && login.shown_as == "privacyIDEA", "{:?}", login.shown_as);
    let mut other = login.clone();
    other.challenge = "0000000000".into();
    let wrong = service::answer(&web, &other, &identity, "en", 0).unwrap();
    assert!(matches!(wrong, service::Outcome::WrongResponse { left: Some(_) }), "{wrong:?}");
    assert_eq!(service::answer(&web, &login, &identity, "en", 0), Ok(service::Outcome::Ok));
}
