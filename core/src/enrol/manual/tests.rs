use super::*;
use crate::secret::SecretError;

fn form(key: &str) -> Form {
    Form {
        issuer: " Northgate Bank ".to_owned(),
        account: "mira".to_owned(),
        key: SecretText::from(key),
        kind: KindName::Totp,
        digits: 6,
        period: 30,
        algorithm: Algorithm::Sha1,
        counter: 0,
        suite: String::new(),
        encoding: None,
        pin: SecretText::default(),
        protectimus_checksum: false,
    }
}

#[test]
fn a_key_as_people_type_it() {
    let check = check_key("gezd gnbv-GY3T qojq==", KindName::Totp, false);
    assert_eq!(check.read_as.expose(), "GEZDGNBVGY3TQOJQ");
    assert_eq!((check.bad, check.hex, check.suggest_checksum), (None, false, false));
}

#[test]
fn the_wrong_character_is_shown_where_it_stands() {
    assert_eq!(check_key("gezd 1nbv", KindName::Totp, false).bad, Some((4, '1')));
    assert_eq!(check_key("ключ", KindName::Totp, false).bad, Some((0, 'к')));
    assert_eq!(enrol(&form("gezd 1nbv")), Err(SecretError::BadCharacter { position: 4, character: '1' }.into()));
}

#[test]
fn hexadecimal_only_where_it_can_be_nothing_else() {
    let check = check_key("3132 3334 3536 3738 3930", KindName::Totp, false);
    assert!(check.hex && check.bad.is_none());
    assert_eq!(enrol(&form("31323334353637383930")).expect("hex").secret.expose(), b"1234567890");
    assert!(!check_key("ABCDEF234567", KindName::Totp, false).hex, "Base32 goes first");
    assert_eq!(enrol(&form("313233343536373839301")), Err(SecretError::OddHex.into()));
}

#[test]
fn an_motp_key_is_hexadecimal() {
    let mut form = form("7ac6 1d47 36f5 1a2b");
    form.kind = KindName::Motp;
    assert_eq!(enrol(&form), Err(EnrolError::NeedsPin));
    form.pin = SecretText::from("5555");
    let enrolment = enrol(&form).expect("mOTP");
    assert_eq!(enrolment.secret, Secret::from_hex("7ac61d4736f51a2b").expect("hex"));
    assert!(enrolment.warnings.is_empty());
    assert_eq!(check_key("7ac61x", KindName::Motp, false).bad, Some((5, 'X')));
    assert!(check_key("ABCD2222", KindName::Motp, false).hex);
}

#[test]
fn the_protectimus_sample() {
    let check = check_key("BBM6 tcmg p5d2 wjw2 97", KindName::Totp, true);
    assert_eq!(check.read_as.expose(), "BBM6TCMGP5D2WJW2");
    assert_eq!((check.check.as_deref(), check.checksum_unsure, check.bad), (Some("97"), false, None));
    let unticked = check_key("bbm6tcmgp5d2wjw297", KindName::Totp, false);
    assert!(unticked.suggest_checksum);
    assert_eq!(unticked.bad, Some((16, '9')));

    let mut form = form("bbm6tcmgp5d2wjw298");
    form.protectimus_checksum = true;
    let enrolment = enrol(&form).expect("doubted, never refused");
    assert_eq!(enrolment.warnings, [Warning::ChecksumDoesNotFit]);
    assert_eq!(enrolment.secret.expose().len(), 10);
    form.key = SecretText::from("7");
    assert!(enrol(&form).is_err());
    form.key = SecretText::from("");
    assert_eq!(enrol(&form), Err(EnrolError::NoSecret));
}

#[test]
fn numbers_out_of_range_are_named() {
    let number = |change: fn(&mut Form)| {
        let mut form = form("GEZDGNBVGY3TQOJQ");
        change(&mut form);
        enrol(&form).map(|_| ()).map_err(|error| match error {
            EnrolError::BadNumber { parameter } => parameter,
            other => panic!("{other}"),
        })
    };
    assert_eq!(number(|form| form.digits = 11), Err("digits".to_owned()));
    assert_eq!(number(|form| form.digits = 3), Err("digits".to_owned()));
    assert_eq!(number(|form| form.period = 0), Err("period".to_owned()));
    assert_eq!(number(|form| form.period = 86_401), Err("period".to_owned()));
    assert_eq!(number(|form| (form.kind, form.period) = (KindName::Hotp, 0)), Ok(()), "HOTP has no period");
}

#[test]
fn ocra_defaults_follow_the_issuer() {
    let mut form = form("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
    form.kind = KindName::Ocra;
    for (issuer, suite, encoding) in [
        ("Protectimus", "OCRA-1:HOTP-SHA1-6:QN8", ChallengeEncoding::Ascii),
        ("Northgate", "OCRA-1:HOTP-SHA1-6:QN08", ChallengeEncoding::Rfc),
    ] {
        issuer.clone_into(&mut form.issuer);
        let enrolment = enrol(&form).expect("OCRA");
        assert_eq!(enrolment.warnings, [Warning::SuiteAssumed]);
        let Kind::Ocra { suite: taken, encoding: set, .. } = enrolment.kind else { panic!("not OCRA") };
        assert_eq!((taken.to_string().as_str(), set), (suite, encoding));
    }
}

use crate::secret::Secret;

proptest::proptest! {
    #[test]
    fn whatever_is_typed(key: String, ticked: bool, kind in 0..6_usize) {
        let kind = KindName::ALL[kind];
        let check = check_key(&key, kind, ticked);
        let mut form = form(&key);
        form.kind = kind;
        form.protectimus_checksum = ticked;
        form.pin = SecretText::from("1234");
        if check.bad.is_some() {
            proptest::prop_assert!(enrol(&form).is_err());
        }
    }

    #[test]
    fn a_key_with_its_check_characters_is_the_key(bytes in proptest::array::uniform10(0u8..)) {
        let key = Secret::from_bytes(bytes.to_vec());
        let text = key.to_base32();
        let check = (0..100).map(|n| format!("{n:02}")).find(|check| protectimus::fits(text.expose(), check));
        let typed = format!("{}{}", text.expose().to_lowercase(), check.expect("one of a hundred fits"));
        proptest::prop_assert!(check_key(&typed, KindName::Totp, false).suggest_checksum);
        let mut form = form(&typed);
        form.protectimus_checksum = true;
        let enrolment = enrol(&form).expect("a key");
        proptest::prop_assert_eq!(enrolment.secret, key);
        proptest::prop_assert!(enrolment.warnings.is_empty());
    }
}
