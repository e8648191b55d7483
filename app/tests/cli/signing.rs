//! `sign`: answers to challenges.

use serde_json::json;

use crate::harness::Home;

const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn bank(suite: &str) -> Home {
    Home::with(&[&format!("otpauth://ocra/Bank:mira?secret={KEY}&issuer=Bank&suite={suite}")])
}

#[test]
fn an_answer_is_the_rfcs() {
    // RFC 6287, appendix C.1.
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    for (challenge, answer) in [("00000000", "237653\n"), ("11111111", "243178\n"), ("99999999", "294470\n")] {
        assert_eq!(home.run(&["sign", "bank", "--challenge", challenge]).out, answer);
    }
    assert_eq!(home.run(&["sign", "bank", "--challenge", "12345678", "--encoding", "ascii"]).out, "078241\n");
    let answer = home.json(&["sign", "bank", "--challenge", "00000000"]);
    assert_eq!((&answer["code"], &answer["suite"]), (&json!("237653"), &json!("OCRA-1:HOTP-SHA1-6:QN08")));
}

#[test]
fn a_pin_and_a_counter_go_in_and_the_counter_moves_on() {
    // RFC 6287, appendix C.1: SHA-256 with counter, question and PIN; its key has 32 bytes.
    let key = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQGEZA";
    let home = Home::with(&[&format!("otpauth://ocra/Bank?secret={key}&suite=OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1")]);
    let pin = home.file("pin", "1234\n");
    let sign = |more: &[&str]| {
        home.run(&[&["sign", "bank", "--challenge", "12345678", "--pin-file", pin.to_str().unwrap()], more].concat())
    };
    assert_eq!(home.run(&["sign", "bank", "--challenge", "12345678"]).code, 2);
    assert_eq!(home.json(&["list"])[0]["counter"], 0, "a refused challenge uses no counter up");
    assert_eq!(sign(&[]).out, "65347737\n");
    assert_eq!(sign(&["--counter", "7"]).out, "91771096\n");
    assert_eq!(home.json(&["list"])[0]["counter"], 1, "a counter given by hand moves nothing");
    assert_eq!(sign(&[]).out, "86775851\n");
    assert_eq!(home.json(&["list"])[0]["counter"], 2);
}

#[test]
fn a_challenge_that_does_not_fit_is_six() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    for challenge in ["", "12a4", &"1".repeat(600)] {
        assert_eq!(home.run(&["sign", "bank", "--challenge", challenge]).code, 6, "{challenge:?}");
    }
}

#[test]
fn code_and_sign_send_to_each_other() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    home.feed(&["add", "-"], "otpauth://totp/GitHub?secret=GEZDGNBVGY3TQOJQ");
    let code = home.run(&["code", "bank"]);
    assert!(code.code == 2 && code.err.contains("smartotp sign"), "{code:?}");
    let sign = home.run(&["sign", "github", "--challenge", "1"]);
    assert!(sign.code == 2 && sign.err.contains("smartotp code"), "{sign:?}");
    assert_eq!(home.json(&["code", "--at", "0"])[0]["code"], json!(null));
}

#[test]
fn a_challenge_can_be_scanned() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    let picture = smartotp_core::qr::write::Modules::encode("00000000").unwrap().to_png(8);
    let picture = home.file("challenge.png", picture);
    let outcome = home.run(&["sign", "bank", "--challenge-image", picture.to_str().unwrap()]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "237653\n"));
    assert!(outcome.err.contains("00000000"), "what is signed is shown: {outcome:?}");
}
