//! Requests as a server signs them, and everything that can be wrong with one.

use super::*;
use crate::push::ProviderName;
use crate::push::keys::{PushKey, tests::key};
use crate::token::TokenId;

const NOW: u64 = 1_795_478_400;
const URL: &str = "https://mfa.example/ttype/push";

fn server() -> PushKey {
    PushKey::read(&key().private).unwrap()
}

fn token() -> PushToken {
    PushToken {
        id: TokenId::from_bytes([1; 16]),
        provider: ProviderName::PrivacyIdea,
        label: "work".into(),
        issuer: "Work".into(),
        serial: "PIPU1".into(),
        url: URL.into(),
        key: key().private.duplicate(),
        server_key: server().public(),
        ask_unlock: false,
        enrolled_at: NOW,
        seen: Vec::new(),
    }
}

/// As privacyIDEA signs it, after `change`.
fn wire(change: impl FnOnce(&mut Wire)) -> Wire {
    let mut wire = Wire {
        nonce: "NONCE1".into(),
        url: URL.into(),
        serial: "PIPU1".into(),
        question: "Do you want to confirm the login?".into(),
        title: "Work".into(),
        sslverify: "1".into(),
        signature: String::new(),
        require_presence: None,
        capabilities: Some(r#"{"decline_reason": true}"#.into()),
        capabilities_signature: None,
    };
    change(&mut wire);
    wire.signature = server().sign(&signed_text(&wire)).unwrap();
    let canonical = format!(r#"{{"capabilities":{{"decline_reason":true}},"nonce":"{}"}}"#, wire.nonce);
    wire.capabilities_signature = Some(server().sign(&canonical).unwrap());
    wire
}

fn dropped(wire: &Wire) -> Option<Dropped> {
    request(wire, &token(), NOW).err()
}

#[test]
fn a_sound_request_is_shown() {
    let read = request(&wire(|_| {}), &token(), NOW).unwrap();
    assert_eq!((read.title.as_str(), read.choices.len(), read.takes_reason, read.seen_at), ("Work", 0, true, NOW));
    let presence = wire(|wire| wire.require_presence = Some("A,B,C".into()));
    assert_eq!(request(&presence, &token(), NOW).unwrap().choices, ["A", "B", "C"]);
    let old = wire(|_| {});
    let old = Wire { capabilities: None, capabilities_signature: None, ..old };
    assert!(!request(&old, &token(), NOW).unwrap().takes_reason, "an older server knows no reasons");
}

#[test]
fn what_was_changed_on_the_way_is_dropped() {
    for change in [
        (|wire: &mut Wire| wire.question = "Nothing to see here".into()) as fn(&mut Wire),
        |wire| wire.title = "Other".into(),
        |wire| wire.nonce = "NONCE2".into(),
        |wire| wire.sslverify = "0".into(),
        |wire| wire.require_presence = Some("A".into()),
        |wire| wire.signature = wire.signature.replace('A', "B"),
        |wire| wire.signature.clear(),
        |wire| wire.capabilities = Some(r#"{"decline_reason": false}"#.into()),
        |wire| wire.capabilities_signature = None,
        |wire| wire.capabilities = None,
    ] {
        let mut forged = wire(|_| {});
        change(&mut forged);
        assert_eq!(dropped(&forged), Some(Dropped::BadSignature), "{:?}", forged.question);
    }
}

#[test]
fn fields_cannot_be_split_anew() {
    // `question|title` of one request are `question` and `title` of another, under the same signature.
    let signed = wire(|wire| (wire.question, wire.title) = ("Pay 1".into(), "to me|Bank".into()));
    assert_eq!(dropped(&signed), Some(Dropped::Ambiguous));
    let mut again = signed;
    (again.question, again.title) = ("Pay 1|to me".into(), "Bank".into());
    assert_eq!(dropped(&again), Some(Dropped::Ambiguous));
}

#[test]
fn requests_for_others_and_from_elsewhere_are_dropped() {
    assert_eq!(dropped(&wire(|wire| wire.serial = "PIPU2".into())), Some(Dropped::ForeignSerial));
    let foreign = "https://mfa.example.evil.example/ttype/push";
    assert_eq!(dropped(&wire(|wire| wire.url = foreign.into())), Some(Dropped::ForeignUrl));
}

#[test]
fn what_no_server_sends_is_dropped() {
    for change in [
        (|wire: &mut Wire| wire.nonce.clear()) as fn(&mut Wire),
        |wire| wire.nonce = "a b".into(),
        |wire| wire.nonce = "x".repeat(129),
        |wire| wire.question = "x".repeat(1_001),
        |wire| wire.sslverify = "2".into(),
        |wire| wire.require_presence = Some(String::new()),
        |wire| wire.require_presence = Some("A,A".into()),
        |wire| wire.require_presence = Some("A,,B".into()),
        |wire| wire.require_presence = Some("x,".repeat(100)),
        |wire| wire.require_presence = Some("x".repeat(10_000)),
    ] {
        assert_eq!(dropped(&wire(change)), Some(Dropped::Malformed));
    }
    for capabilities in ["", "[]", "{", r#"{"decline_reason":1}"#, r#"{"a":{"b":true}}"#] {
        let odd = Wire { capabilities: Some(capabilities.into()), ..wire(|_| {}) };
        assert_eq!(dropped(&odd), Some(Dropped::Malformed), "{capabilities}");
    }
}

#[test]
fn what_was_answered_or_has_been_there_for_long_is_dropped() {
    let (wire, mut token) = (wire(|_| {}), token());
    assert!(token.remember("NONCE1", NOW - 60, false));
    assert_eq!(request(&wire, &token, NOW).unwrap().seen_at, NOW - 60, "it comes again until it is answered");
    assert_eq!(request(&wire, &token, NOW + 841), Err(Dropped::Stale));
    assert!(token.remember("NONCE1", NOW, true) && !token.remember("NONCE1", NOW, true));
    assert_eq!(request(&wire, &token, NOW), Err(Dropped::Replayed));
}

#[test]
fn the_memory_of_requests_is_bounded_and_keeps_what_was_answered() {
    let mut token = token();
    token.remember("answered", 1, true);
    for number in 0..1_000 {
        token.remember(&format!("open {number}"), number, false);
    }
    assert_eq!(token.seen.len(), crate::push::MOST_SEEN);
    assert!(token.seen("answered").is_some() && token.seen("open 999").is_some());
}

#[test]
fn canonical_json_is_rfc_8785s() {
    let map = |text: &str| serde_json::from_str(text).unwrap();
    assert_eq!(
        canonical(&map(r#"{"zeta": true, "alpha": "a\u00e9\u000a", "é": null}"#), "N").unwrap(),
        "{\"capabilities\":{\"alpha\":\"aé\\n\",\"zeta\":true,\"é\":null},\"nonce\":\"N\"}"
    );
    assert_eq!(canonical(&map(r#"{"a":1}"#), "N"), None);
}
