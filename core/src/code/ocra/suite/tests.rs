//! Suites that are read, suites that are refused with a reason, and texts that are neither.

use super::*;
use proptest::prelude::*;

fn parse(inputs: &str) -> Result<Suite, SuiteError> {
    format!("OCRA-1:HOTP-SHA1-6:{inputs}").parse()
}

#[test]
fn every_part_is_read() {
    let suite: Suite = "OCRA-1:HOTP-SHA512-10:C-QH40-PSHA256-S128-T12H".parse().unwrap();
    assert_eq!(suite.algorithm(), Algorithm::Sha512);
    assert_eq!(suite.digits(), Digits::new(10).ok());
    assert!(suite.has_counter());
    assert_eq!((suite.challenge_format(), suite.challenge_length()), (ChallengeFormat::Hexadecimal, 40));
    assert_eq!(suite.pin_hash(), Some(Algorithm::Sha256));
    assert_eq!(suite.session_length(), Some(128));
    assert_eq!(suite.time_step(), Some(43_200));
}

#[test]
fn the_examples_of_rfc_6287_section_6_4() {
    for text in ["OCRA-1:HOTP-SHA512-8:C-QN08-PSHA1", "OCRA-1:HOTP-SHA256-6:QA10-T1M", "OCRA-1:HOTP-SHA1-4:QH8-S512"] {
        assert_eq!(text.parse::<Suite>().unwrap().as_str(), text);
    }
}

#[test]
fn a_bare_letter_means_the_default() {
    let suite = parse("Q-P-S-T").unwrap();
    assert_eq!((suite.challenge_format(), suite.challenge_length()), (ChallengeFormat::Numeric, 8));
    assert_eq!(suite.pin_hash(), Some(Algorithm::Sha1));
    assert_eq!(suite.session_length(), Some(64));
    assert_eq!(suite.time_step(), Some(60));
    // What TiQR servers send.
    assert_eq!(parse("QH10-S").unwrap().session_length(), Some(64));
}

#[test]
fn the_same_meaning_written_otherwise_is_another_suite() {
    let (short, long) = (parse("QN8").unwrap(), parse("QN08").unwrap());
    assert_eq!(short.challenge_length(), long.challenge_length());
    assert_ne!(short, long);
}

#[test]
fn the_pins_hash_is_not_the_answers() {
    let suite: Suite = "OCRA-1:HOTP-SHA1-6:QN08-PSHA256".parse().unwrap();
    assert_eq!((suite.algorithm(), suite.pin_hash()), (Algorithm::Sha1, Some(Algorithm::Sha256)));
}

#[test]
fn no_truncation_and_every_other() {
    let digits = |text: &str| format!("OCRA-1:HOTP-SHA1-{text}:QN08").parse::<Suite>().map(|suite| suite.digits());
    assert_eq!(digits("0"), Ok(None));
    for length in 4..=10_u64 {
        assert_eq!(digits(&length.to_string()), Ok(Digits::new(length).ok()));
    }
    for wrong in ["", "1", "3", "11", "06", "00", "+6", "6 ", "６", "256", "4294967302"] {
        assert_eq!(digits(wrong), Err(SuiteError::Digits), "{wrong:?}");
    }
}

#[test]
fn time_steps_have_ranges() {
    for (text, seconds) in [("T1S", 1), ("T59S", 59), ("T01M", 60), ("T59M", 3540), ("T1H", 3600), ("T48H", 172_800)] {
        assert_eq!(parse(&format!("QN08-{text}")).unwrap().time_step(), Some(seconds));
    }
    for wrong in ["T0S", "T60S", "T60M", "T0H", "T49H", "T1D", "T1", "TM", "T100M", "T1MM", "T-1M", "T1m", "TxxM"] {
        assert!(parse(&format!("QN08-{wrong}")).is_err(), "{wrong}");
    }
}

#[test]
fn what_is_no_suite_says_why() {
    use SuiteError as E;
    for (text, error) in [
        ("", E::Shape),
        ("OCRA-1", E::Shape),
        ("OCRA-1:HOTP-SHA1-6", E::Shape),
        ("OCRA-1:HOTP-SHA1-6:QN08:", E::Shape),
        ("OCRA-2:HOTP-SHA1-6:QN08", E::Version),
        ("ocra-1:HOTP-SHA1-6:QN08", E::Version),
        (" OCRA-1:HOTP-SHA1-6:QN08", E::Version),
        ("OCRA-1:TOTP-SHA1-6:QN08", E::Function),
        ("OCRA-1:HOTP-SHA3-6:QN08", E::Function),
        ("OCRA-1:HOTP-SHA1:QN08", E::Function),
        ("OCRA-1::QN08", E::Function),
        ("OCRA-1:HOTP-SHA1-6:", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:C", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:C-", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:C-C-QN08", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:PSHA1-QN08", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:QX08", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:QN", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:QN03", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:QN65", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:QN008", E::Challenge),
        ("OCRA-1:HOTP-SHA1-6:QN08-PSHA3", E::PinHash),
        ("OCRA-1:HOTP-SHA1-6:QN08-PMD5", E::PinHash),
        ("OCRA-1:HOTP-SHA1-6:QN08-S100", E::SessionLength),
        ("OCRA-1:HOTP-SHA1-6:QN08-S64", E::SessionLength),
        ("OCRA-1:HOTP-SHA1-6:QN08-T100M", E::TimeStep),
        ("OCRA-1:HOTP-SHA1-6:QN08-", E::Surplus),
        ("OCRA-1:HOTP-SHA1-6:QN08-X", E::Surplus),
        ("OCRA-1:HOTP-SHA1-6:QN08-C", E::Surplus),
        ("OCRA-1:HOTP-SHA1-6:QN08-T1M-T1M", E::Surplus),
        ("OCRA-1:HOTP-SHA1-6:QN08-T1M-S064", E::Surplus),
    ] {
        assert_eq!(text.parse::<Suite>(), Err(error), "{text:?}");
    }
}

proptest! {
    #[test]
    fn no_text_makes_the_parser_panic(text in ".*") {
        let _ = text.parse::<Suite>();
    }

    #[test]
    fn nearly_a_suite_neither(text in "OCRA-1:HOTP-SHA(1|256|512)-[0-9]{0,3}:(C-?)?Q?[ANH]?[0-9:-]{0,3}([-PSTMH]|SHA|\\PC){0,8}") {
        if let Ok(suite) = text.parse::<Suite>() {
            prop_assert_eq!(suite.to_string(), text);
        }
    }

    #[test]
    fn every_suite_of_the_grammar_is_read_and_kept(
        text in "OCRA-1:HOTP-SHA(1|256|512)-(0|[4-9]|10):(C-)?Q[ANH](0[4-9]|[1-5][0-9]|6[0-4])(-PSHA(1|256|512))?(-S(064|128|256|512)?)?(-T([1-9]|[1-5][0-9])[SM]|-T([1-9]|[1-3][0-9]|4[0-8])H|-T)?"
    ) {
        prop_assert_eq!(text.parse::<Suite>().map(|suite| suite.to_string()), Ok(text));
    }
}
