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

const PAYMENT: &str = r#"{"challenge":"00000000","transactionData":"amount=100.00|to=ACME GmbH"}"#;

#[test]
fn what_a_challenge_is_for_is_shown_before_it_is_signed() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    let outcome = home.run(&["sign", "bank", "--challenge", PAYMENT]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "237653\n"));
    for words in ["00000000", "Amount  100.00", "To      ACME GmbH", "only stand beside"] {
        assert!(outcome.err.contains(words), "{words}: {outcome:?}");
    }
    let answer = home.json(&["sign", "bank", "--challenge", PAYMENT]);
    assert_eq!(
        answer["transaction"],
        json!({"fields": [
            {"name": "amount", "value": "100.00", "meaning": "amount"},
            {"name": "to", "value": "ACME GmbH", "meaning": "payee"},
        ], "binding": "beside"})
    );
}

#[test]
fn a_challenge_that_is_the_hash_of_its_transaction_is_bound() {
    let home = bank("OCRA-1:HOTP-SHA256-8:QH64");
    // printf 'amount=100.00|to=ACME GmbH' | sha256sum
    let hash = "fb1d43d32316bd500e5572b2d084077d7860fb9ac8e08ccc5e7cc5113d1d9962";
    let link = format!("cwys://sign?challenge={hash}&transactionData=amount=100.00|to=ACME+GmbH");
    let answer = home.json(&["sign", "bank", "--challenge", &link]);
    assert_eq!((&answer["transaction"]["binding"], &answer["transaction"]["bits"]), (&json!("bound"), &json!(256)));
    let forged = link.replace("100.00", "999.00");
    assert_eq!(home.json(&["sign", "bank", "--challenge", &forged])["transaction"]["binding"], "beside");
}

#[test]
fn a_transaction_that_hides_something_is_not_signed() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    for challenge in [
        r#"{"challenge":"00000000","to":"ACME\u202eHBmG"}"#,
        r#"{"challenge":"00000000","amount":"1","Amount":"9999"}"#,
        r#"{"challenge":"00000000","challenge":"11111111"}"#,
    ] {
        let outcome = home.run(&["sign", "bank", "--challenge", challenge]);
        assert!(outcome.code == 8 && outcome.out.is_empty(), "{challenge}: {outcome:?}");
    }
    for challenge in [r#"{"amount":1}"#, "{", r#"{"challenge":[1]}"#] {
        assert_eq!(home.run(&["sign", "bank", "--challenge", challenge]).code, 6, "{challenge}");
    }
    assert_eq!(home.json(&["sign", "--history"]), json!([]));
}

#[test]
fn what_a_suite_misses_is_said_at_once() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08-PSHA1-S064");
    let outcome = home.run(&["sign", "bank", "--challenge", "12345678", "--json"]);
    assert_eq!(outcome.code, 2);
    assert_eq!(outcome.error()["missing"], json!(["pin", "session"]));
}

#[test]
fn signatures_are_remembered_without_their_answers() {
    let home = bank("OCRA-1:HOTP-SHA1-6:C-QN08-T1M");
    let answer = home.json(&["sign", "bank", "--challenge", PAYMENT, "--at", "59"]);
    assert_eq!((&answer["valid_until"], &answer["counter"]), (&json!(60), &json!(0)));
    let history = home.json(&["sign", "--history"]);
    assert_eq!(history.as_array().map(Vec::len), Some(1));
    let entry = &history[0];
    assert_eq!(
        (&entry["issuer"], &entry["challenge"], &entry["counter"]),
        (&json!("Bank"), &json!("00000000"), &json!(0))
    );
    assert_eq!(entry["fields"][0], json!({"name": "amount", "value": "100.00"}));
    let words = home.run(&["sign", "--history"]);
    assert!(words.out.contains("amount=100.00") && !words.out.contains(answer["code"].as_str().unwrap()), "{words:?}");
}

#[test]
fn an_answer_can_be_shown_to_a_camera() {
    let home = bank("OCRA-1:HOTP-SHA1-6:QN08");
    let picture = home.path("answer.png");
    let picture = picture.to_str().unwrap();
    assert_eq!(home.run(&["sign", "bank", "--challenge", "00000000", "--png", picture]).out, "237653\n");
    assert_eq!(home.plain(&["qr", "read", picture]).out, "237653\n");
}
