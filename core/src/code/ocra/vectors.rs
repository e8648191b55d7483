//! Answers that are known: RFC 6287 Appendix C, the two encodings of a numeric challenge, and what is missing or wrong.

use super::*;
use proptest::prelude::*;

const PIN: &str = "1234";
/// Appendix C's T = 132d0b6 (2008-03-25, 12:06) in seconds.
const TIME: u64 = 0x132_d0b6 * 60;

/// Appendix C's standard keys are the same digits, 20, 32 and 64 of them.
fn standard_key(length: usize) -> Secret {
    Secret::from_bytes(b"1234567890".iter().copied().cycle().take(length).collect())
}

fn answer(
    key: usize,
    suite: &str,
    encoding: ChallengeEncoding,
    counter: u64,
    challenge: &str,
) -> Result<String, OcraError> {
    let inputs =
        Inputs { challenge, encoding, counter: Counter(counter), pin: Some(&PIN.into()), session: None, unix: TIME };
    respond(&standard_key(key), &suite.parse().unwrap(), &inputs).map(|code| code.as_str().to_owned())
}

macro_rules! rfc_6287_appendix_c {
    ($($name:ident: $key:literal, $suite:literal => $($counter:literal, $challenge:literal, $answer:literal;)+)+) => {
        $(#[test] fn $name() {
            $(assert_eq!(
                answer($key, $suite, ChallengeEncoding::Rfc, $counter, $challenge).as_deref(),
                Ok($answer),
                "C {} Q {}", $counter, $challenge
            );)+
        })+
    };
}

rfc_6287_appendix_c! {
    rfc_6287_c_1_one_way_sha1: 20, "OCRA-1:HOTP-SHA1-6:QN08" =>
        0, "00000000", "237653";
        0, "11111111", "243178";
        0, "22222222", "653583";
        0, "33333333", "740991";
        0, "44444444", "608993";
        0, "55555555", "388898";
        0, "66666666", "816933";
        0, "77777777", "224598";
        0, "88888888", "750600";
        0, "99999999", "294470";
    rfc_6287_c_1_one_way_with_counter_and_pin: 32, "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1" =>
        0, "12345678", "65347737";
        1, "12345678", "86775851";
        2, "12345678", "78192410";
        3, "12345678", "71565254";
        4, "12345678", "10104329";
        5, "12345678", "65983500";
        6, "12345678", "70069104";
        7, "12345678", "91771096";
        8, "12345678", "75011558";
        9, "12345678", "08522129";
    rfc_6287_c_1_one_way_with_pin: 32, "OCRA-1:HOTP-SHA256-8:QN08-PSHA1" =>
        0, "00000000", "83238735";
        0, "11111111", "01501458";
        0, "22222222", "17957585";
        0, "33333333", "86776967";
        0, "44444444", "86807031";
    rfc_6287_c_1_one_way_with_counter: 64, "OCRA-1:HOTP-SHA512-8:C-QN08" =>
        0, "00000000", "07016083";
        1, "11111111", "63947962";
        2, "22222222", "70123924";
        3, "33333333", "25341727";
        4, "44444444", "33203315";
        5, "55555555", "34205738";
        6, "66666666", "44343969";
        7, "77777777", "51946085";
        8, "88888888", "20403879";
        9, "99999999", "31409299";
    rfc_6287_c_1_one_way_with_time: 64, "OCRA-1:HOTP-SHA512-8:QN08-T1M" =>
        0, "00000000", "95209754";
        0, "11111111", "55907591";
        0, "22222222", "22048402";
        0, "33333333", "24218844";
        0, "44444444", "36209546";
    rfc_6287_c_2_mutual_server_sha256: 32, "OCRA-1:HOTP-SHA256-8:QA08" =>
        0, "CLI22220SRV11110", "28247970";
        0, "CLI22221SRV11111", "01984843";
        0, "CLI22222SRV11112", "65387857";
        0, "CLI22223SRV11113", "03351211";
        0, "CLI22224SRV11114", "83412541";
    rfc_6287_c_2_mutual_client_sha256: 32, "OCRA-1:HOTP-SHA256-8:QA08" =>
        0, "SRV11110CLI22220", "15510767";
        0, "SRV11111CLI22221", "90175646";
        0, "SRV11112CLI22222", "33777207";
        0, "SRV11113CLI22223", "95285278";
        0, "SRV11114CLI22224", "28934924";
    rfc_6287_c_2_mutual_server_sha512: 64, "OCRA-1:HOTP-SHA512-8:QA08" =>
        0, "CLI22220SRV11110", "79496648";
        0, "CLI22221SRV11111", "76831980";
        0, "CLI22222SRV11112", "12250499";
        0, "CLI22223SRV11113", "90856481";
        0, "CLI22224SRV11114", "12761449";
    rfc_6287_c_2_mutual_client_sha512_with_pin: 64, "OCRA-1:HOTP-SHA512-8:QA08-PSHA1" =>
        0, "SRV11110CLI22220", "18806276";
        0, "SRV11111CLI22221", "70020315";
        0, "SRV11112CLI22222", "01600026";
        0, "SRV11113CLI22223", "18951020";
        0, "SRV11114CLI22224", "32528969";
    rfc_6287_c_3_signature_sha256: 32, "OCRA-1:HOTP-SHA256-8:QA08" =>
        0, "SIG10000", "53095496";
        0, "SIG11000", "04110475";
        0, "SIG12000", "31331128";
        0, "SIG13000", "76028668";
        0, "SIG14000", "46554205";
    rfc_6287_c_3_signature_sha512_with_time: 64, "OCRA-1:HOTP-SHA512-8:QA10-T1M" =>
        0, "SIG1000000", "77537423";
        0, "SIG1100000", "31970405";
        0, "SIG1200000", "10235557";
        0, "SIG1300000", "95213541";
        0, "SIG1400000", "65360607";
}

#[test]
fn protectimus_suite_in_both_encodings() {
    let both = |challenge| {
        [ChallengeEncoding::Rfc, ChallengeEncoding::Ascii]
            .map(|encoding| answer(20, "OCRA-1:HOTP-SHA1-6:QN8", encoding, 0, challenge).unwrap())
    };
    assert_eq!(both("00000000"), ["565812", "920812"]);
    assert_eq!(both("12345678"), ["510517", "052583"]);
    assert_eq!(both("98765432"), ["807102", "278854"]);
}

#[test]
fn qn08_in_both_encodings() {
    let both = |challenge| {
        [ChallengeEncoding::Rfc, ChallengeEncoding::Ascii]
            .map(|encoding| answer(20, "OCRA-1:HOTP-SHA1-6:QN08", encoding, 0, challenge).unwrap())
    };
    assert_eq!(both("00000000"), ["237653", "713673"]);
    assert_eq!(both("12345678"), ["937109", "078241"]);
    assert_eq!(both("98765432"), ["473501", "775055"]);
}

#[test]
fn what_is_missing_is_said() {
    let suite: Suite = "OCRA-1:HOTP-SHA1-6:QN08-PSHA1-S064".parse().unwrap();
    let long = [1; 65];
    let with = |pin, session| {
        let inputs =
            Inputs { challenge: "1", encoding: ChallengeEncoding::Rfc, counter: Counter(0), pin, session, unix: 0 };
        respond(&standard_key(20), &suite, &inputs).map(|code| code.as_str().len())
    };
    let pin = SecretText::from(PIN);
    assert_eq!(with(None, Some(&long[..1])), Err(OcraError::NeedsPin));
    assert_eq!(with(Some(&pin), None), Err(OcraError::NeedsSession));
    assert_eq!(with(Some(&pin), Some(&long)), Err(OcraError::SessionTooLong { max: 64 }));
    assert_eq!(with(Some(&pin), Some(&long[..64])), Ok(6));
    assert_eq!(with(Some(&pin), Some(&[])), Ok(6));
}

#[test]
fn no_truncation_gives_the_whole_mac_in_hexadecimal() {
    let whole = |suite| answer(20, suite, ChallengeEncoding::Rfc, 0, "1").unwrap();
    assert_eq!(whole("OCRA-1:HOTP-SHA1-0:QN08").len(), 40);
    assert_eq!(whole("OCRA-1:HOTP-SHA256-0:QN08").len(), 64);
    assert_eq!(whole("OCRA-1:HOTP-SHA512-0:QN08").len(), 128);
}

proptest! {
    #[test]
    fn an_answer_has_just_its_digits(
        suite in "OCRA-1:HOTP-SHA(1|256|512)-([4-9]|10):(C-)?Q[ANH](0[4-9]|[1-5][0-9]|6[0-4])(-PSHA(1|256|512))?(-T[1-9][SMH])?",
        encoding in prop_oneof![Just(ChallengeEncoding::Rfc), Just(ChallengeEncoding::Ascii)],
        counter in any::<u64>(),
        challenge in "[0-9]{1,128}",
    ) {
        let digits = suite.parse::<Suite>().unwrap().digits().unwrap();
        let answer = answer(20, &suite, encoding, counter, &challenge).unwrap();
        prop_assert_eq!(answer.len(), usize::from(digits.get()));
        prop_assert!(answer.bytes().all(|byte| byte.is_ascii_digit()));
    }

    #[test]
    fn no_challenge_makes_it_panic(challenge in ".*") {
        for suite in ["OCRA-1:HOTP-SHA1-6:QA64", "OCRA-1:HOTP-SHA1-6:QN64", "OCRA-1:HOTP-SHA1-6:QH64"] {
            let _ = answer(20, suite, ChallengeEncoding::Rfc, 0, &challenge);
        }
    }
}
