//! What a second costs: the rings that run down are drawn anew, and nothing else, until a step turns.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::time::Duration;

use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};

/// Ten seconds into a step.
const NOW: u64 = 1_790_000_000 / 30 * 30 + 10;
const PASSWORD: &str = "a row of four words";
/// Three areas are told apart, so six rings of 34 by 34 pixels are drawn in three pairs, with what lies between them.
const RINGS: u64 = 3 * 34 * 160;

fn six_tokens() -> Phone {
    let mut phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    let link = |n: u32| format!("otpauth://totp/mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJ{n}&issuer=Issuer%20{n}");
    session.add((2..8).map(|n| otpauth::read(&link(n), None).unwrap()).collect()).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.at(NOW);
    assert!(phone.spoken("Issuer 7").is_some(), "{:?}", phone.heard());
    phone
}

#[test]
fn a_second_draws_the_rings_alone_and_a_step_the_codes_too() {
    let phone = six_tokens();
    // The first frame is drawn whole.
    phone.pass(Duration::from_secs(1));
    let _ = phone.drawn();
    for second in 1..=3 {
        phone.pass(Duration::from_secs(1));
        let drawn = phone.drawn();
        println!("{drawn} pixels, second {second}");
        assert!((1..=RINGS).contains(&drawn), "{drawn} pixels, second {second}");
    }
    let before = phone.spoken("Issuer 7").unwrap();
    // Into the last seconds: other colours, and the next code beside the one that runs out.
    phone.pass(Duration::from_secs(9));
    assert!(phone.drawn() > 2 * RINGS);
    assert!(phone.spoken("Copy the next code").is_some(), "{:?}", phone.heard());
    phone.pass(Duration::from_secs(9));
    assert!(phone.drawn() > 2 * RINGS);
    let after = phone.spoken("Issuer 7").unwrap();
    let code = |spoken: &str| spoken.split(", ").nth(2).unwrap().to_owned();
    assert_ne!(code(&before), code(&after));
    assert!(phone.spoken("Copy the next code").is_none(), "{:?}", phone.heard());
}
