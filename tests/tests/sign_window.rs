//! Signing in the window: what is asked is seen before anything is computed, and the answers are those of RFC 6287.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::sync::Arc;
use std::time::Duration;

use data_encoding::BASE32_NOPAD;
use smartotp_core::code::ocra::{self, Inputs};
use smartotp_core::enrol::otpauth;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{ChallengeEncoding, Counter};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Contents, Credential, NewSlot, Protection, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::services::Clip;

const PASSWORD: &str = "a row of four words";
/// RFC 6287, Appendix C: T = 132d0b6 in steps of a minute.
const TIME: u64 = 0x132_d0b6 * 60;

fn key(length: usize) -> Vec<u8> {
    b"1234567890".iter().copied().cycle().take(length).collect()
}

fn link(name: &str, length: usize, suite: &str) -> String {
    format!("otpauth://ocra/{name}:giro?secret={}&issuer={name}&suite={suite}", BASE32_NOPAD.encode(&key(length)))
}

fn with_tokens(links: &[String], mut protection: Protection) -> Phone {
    let mut phone = Phone::new(Glass::PHONE, TIME);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(links.iter().map(|link| otpauth::read(link, None).unwrap()).collect()).unwrap();
    // Answers that run out are waited for.
    protection.lock_after_seconds = 0;
    session.protect(protection).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.at(TIME);
    phone
}

fn on_disk(phone: &Phone) -> Arc<Contents> {
    let credential = Credential::Password(SecretText::from(PASSWORD));
    Session::open(phone.services().vault, credential).unwrap().0.contents().clone()
}

fn spoken(code: &str) -> String {
    let digits: Vec<String> = code.chars().map(String::from).collect();
    format!("Response code {}", digits.join(" "))
}

fn paste(phone: &Phone, text: &str) {
    phone.outside.clipboard.put(Clip::Text(SecretText::from(text)));
    phone.tap("From the clipboard");
}

#[test]
fn without_a_token_that_signs_there_is_a_way_to_one() {
    let totp = "otpauth://totp/GitHub:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub".to_owned();
    let phone = with_tokens(&[totp], Protection::default());
    phone.tap("Sign");
    assert!(phone.sees("Nothing to sign with yet"), "{:?}", phone.heard());
    phone.tap("Add a token");
    assert!(phone.sees("Read a picture"), "{:?}", phone.heard());
}

#[test]
fn the_answers_are_those_of_the_rfc() {
    for (length, suite, challenge, pin, answer) in [
        (20, "OCRA-1:HOTP-SHA1-6:QN08", "0000 0000", "", "237653"),
        (32, "OCRA-1:HOTP-SHA256-8:QN08-PSHA1", "11111111", "1234", "01501458"),
        (64, "OCRA-1:HOTP-SHA512-8:QN08-T1M", "00000000", "", "95209754"),
        (32, "OCRA-1:HOTP-SHA256-8:QA08", "SIG10000", "", "53095496"),
    ] {
        let link = link("Nordwind", length, suite);
        std::thread::spawn(move || {
            let phone = with_tokens(&[link], Protection::default());
            phone.tap("Sign a challenge");
            phone.type_into("Challenge", challenge);
            if !pin.is_empty() {
                assert!(phone.sees("Its PIN is missing."), "{:?}", phone.heard());
                phone.type_into("PIN of this token", pin);
            }
            phone.tap("Check before you sign");
            assert!(phone.sees("Nothing says what this challenge is for"), "{:?}", phone.heard());
            assert!(phone.spoken("Response code").is_none(), "no code before it was confirmed");
            phone.tap("Confirm details");
            assert!(phone.sees(&spoken(answer)), "{suite}: {:?}", phone.heard());
            phone.tap("Copy");
            assert_eq!(phone.outside.clipboard.copied(), Some((answer.to_owned(), 30)));
            phone.tap("Done");
            assert!(phone.spoken("Response code").is_none());
            assert_eq!(on_disk(&phone).signatures().len(), 1);
        })
        .join()
        .unwrap();
    }
}

#[test]
fn a_counter_is_on_disk_before_its_answer_is_shown() {
    let phone = with_tokens(&[link("Nordwind", 64, "OCRA-1:HOTP-SHA512-8:C-QN08")], Protection::default());
    phone.tap("Sign");
    for (challenge, answer, next) in [("00000000", "07016083", 1), ("11111111", "63947962", 2)] {
        phone.type_into("Challenge", challenge);
        phone.tap("Check before you sign");
        phone.tap("Confirm details");
        assert!(phone.sees(&spoken(answer)), "{:?}", phone.heard());
        assert_eq!(on_disk(&phone).tokens()[0].kind.counter(), Some(Counter(next)));
        phone.tap("Done");
    }
}

#[test]
fn session_data_goes_in_as_text_or_as_figures() {
    let suite = "OCRA-1:HOTP-SHA1-6:QN08-S064";
    let phone = with_tokens(&[link("Nordwind", 20, suite)], Protection::default());
    let expected = |session: &[u8]| {
        let inputs = Inputs {
            challenge: "12345678",
            encoding: ChallengeEncoding::Rfc,
            counter: Counter(0),
            pin: None,
            session: Some(session),
            unix: 0,
        };
        ocra::respond(&Secret::from_bytes(key(20)), &suite.parse().unwrap(), &inputs).unwrap().as_str().to_owned()
    };
    phone.tap("Sign");
    phone.type_into("Challenge", "12345678");
    assert!(phone.sees("The session data is missing."), "{:?}", phone.heard());
    phone.type_into("Session data", "ab12");
    phone.tap("Check before you sign");
    phone.tap("Confirm details");
    assert!(phone.sees(&spoken(&expected(b"ab12"))), "{:?}", phone.heard());
    phone.tap("Done");
    phone.type_into("Challenge", "12345678");
    phone.type_into("Session data", "ab1");
    phone.tap("Session data is hexadecimal");
    assert!(phone.sees("The session data is missing."), "{:?}", phone.heard());
    phone.type_into("Session data", "2");
    phone.tap("Check before you sign");
    phone.tap("Confirm details");
    assert!(phone.sees(&spoken(&expected(&[0xAB, 0x12]))), "{:?}", phone.heard());
}

#[test]
fn an_answer_by_time_runs_out_and_is_made_anew() {
    let phone = with_tokens(&[link("Nordwind", 64, "OCRA-1:HOTP-SHA512-8:QN08-T1M")], Protection::default());
    phone.tap("Sign");
    phone.type_into("Challenge", "22222222");
    phone.tap("Check before you sign");
    phone.tap("Confirm details");
    assert!(phone.sees(&spoken("22048402")), "{:?}", phone.heard());
    phone.pass(Duration::from_secs(61));
    phone.settle();
    assert!(phone.spoken("This code ran out.").is_some(), "{:?}", phone.heard());
    assert!(phone.spoken("Response code").is_none(), "{:?}", phone.heard());
    phone.tap("Make a new one");
    assert!(phone.spoken("Response code").is_some_and(|code| code != spoken("22048402")), "{:?}", phone.heard());
}

#[test]
fn a_challenge_is_held_against_the_suite_with_every_key() {
    let phone = with_tokens(&[link("Nordwind", 20, "OCRA-1:HOTP-SHA1-6:QN08")], Protection::default());
    phone.tap("Sign");
    phone.type_into("Challenge", "1234");
    assert!(phone.sees("4 of 8 characters"), "{:?}", phone.heard());
    phone.type_into("Challenge", "x");
    assert!(phone.sees("“x” is no digit, and this token takes digits alone."), "{:?}", phone.heard());
    paste(&phone, "{\"amount\":1}");
    assert!(phone.spoken("There is no challenge in this text.").is_some(), "{:?}", phone.heard());
    paste(&phone, "{\"challenge\":\"12345678\",\"to\":\"a\",\"TO\":\"b\"}");
    assert!(phone.spoken("“TO” stands in it twice").is_some(), "{:?}", phone.heard());
    assert!(on_disk(&phone).signatures().is_empty());
}

const TRANSFER: &str = r#"{"challenge":"48261937","transactionData":"amount=1250.00|currency=EUR|to=Elena Petrova|iban=DE89370400440532013000|purpose=Rent, December"}"#;

#[test]
fn a_transaction_is_seen_then_proven_then_signed_then_remembered() {
    let mut protection = Protection::default();
    protection.ask_before_sign = true;
    let phone = with_tokens(&[link("Nordwind", 20, "OCRA-1:HOTP-SHA1-6:QN08")], protection);
    phone.tap("Sign");
    phone.outside.gallery.next(vec![("challenge.png".into(), Modules::encode(TRANSFER).unwrap().to_png(6))]);
    phone.tap("Read a picture of the challenge");
    for seen in [
        "Amount, 1\u{202f}250.00\u{a0}EUR",
        "To, Elena Petrova",
        "Account, DE89 3704 0044 0532 0130 00",
        "Purpose, Rent, December",
        "Challenge, 4826 1937",
        "The challenge only stands beside these details",
    ] {
        assert!(phone.sees(seen), "{seen}: {:?}", phone.heard());
    }
    phone.tap("Something's off");
    assert!(phone.sees("Nothing was signed."), "{:?}", phone.heard());
    assert!(on_disk(&phone).signatures().is_empty());

    paste(&phone, TRANSFER);
    phone.tap("Confirm details");
    assert!(phone.spoken("Response code").is_none(), "the lock is asked first");
    assert!(on_disk(&phone).signatures().is_empty());
    phone.type_into("Your password", PASSWORD);
    phone.tap("Sign");
    let answer = phone.spoken("Response code").unwrap();
    let disk = on_disk(&phone);
    assert_eq!((disk.signatures().len(), disk.signatures()[0].binding.as_deref()), (1, Some("beside")));
    phone.tap("Done");

    phone.tap("What was signed, 1");
    let line = phone.spoken("1\u{202f}250.00\u{a0}EUR to Elena Petrova, Nordwind, giro").unwrap();
    assert!(!phone.sees(&answer));
    phone.tap(&line);
    assert!(phone.sees("Purpose, Rent, December"), "{:?}", phone.heard());
    phone.tap("Forget this entry");
    assert!(on_disk(&phone).signatures().is_empty());
    assert!(phone.sees("Nothing signed yet"), "{:?}", phone.heard());
}

#[test]
fn a_lock_takes_everything_that_was_entered_away() {
    let phone = with_tokens(&[link("Nordwind", 20, "OCRA-1:HOTP-SHA1-6:QN08")], Protection::default());
    phone.tap("Sign");
    phone.type_into("Challenge", "12345678");
    phone.tap("Check before you sign");
    phone.tap("Confirm details");
    assert!(phone.sees(&spoken("937109")), "{:?}", phone.heard());
    phone.ui().lock();
    phone.settle();
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.tap("Sign");
    assert!(phone.spoken("Response code").is_none(), "{:?}", phone.heard());
    assert!(!phone.sees("8 of 8 characters, as many as this token takes"), "{:?}", phone.heard());
}

#[test]
fn a_number_that_is_refused_is_read_the_other_way() {
    let phone = with_tokens(&[link("Nordwind", 20, "OCRA-1:HOTP-SHA1-6:QN08")], Protection::default());
    phone.tap("Sign");
    phone.type_into("Challenge", "12345678");
    phone.tap("Check before you sign");
    phone.tap("Confirm details");
    phone.tap("Refused? Read the challenge the other way");
    assert!(phone.sees(&spoken("078241")), "{:?}", phone.heard());
    phone.tap("Keep it for this token");
    phone.tap("Done");
    phone.type_into("Challenge", "98765432");
    phone.tap("Check before you sign");
    phone.tap("Confirm details");
    assert!(phone.sees(&spoken("775055")), "{:?}", phone.heard());
}
