use super::*;
use crate::secret::SecretError;
use crate::token::{Algorithm, Token, TokenId};

const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn totp(text: &str) -> Enrolment {
    read(text, None).unwrap_or_else(|error| panic!("{text}: {error}"))
}

fn error(text: &str) -> EnrolError {
    read(text, None).map(|_| ()).expect_err(text)
}

#[test]
fn the_example_of_the_key_uri_format() {
    let read = totp(
        "otpauth://totp/ACME%20Co:john.doe@email.com?secret=HXDMVJECJJWSRB3HWIZR4IFUGFTMXBOZ&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30",
    );
    assert_eq!((read.issuer.as_str(), read.account.as_str()), ("ACME Co", "john.doe@email.com"));
    assert_eq!(read.kind, Kind::usual_totp());
    assert!(read.warnings.is_empty() && read.unknown.is_empty());
}

#[test]
fn scheme_type_and_names_in_any_case() {
    let read = totp(&format!("  OTPAUTH://TOTP/a:b?SECRET={KEY}&Issuer=a&Digits=8&PERIOD=60&Algorithm=sha-256\r\n"));
    let (algorithm, digits) = (Algorithm::Sha256, Digits::EIGHT);
    assert_eq!(read.kind, Kind::Totp { algorithm, digits, period: Period::new(60).expect("a minute") });
    assert_eq!(totp(&format!("apple-otpauth://totp/a:b?secret={KEY}")).issuer, "a");
    assert_eq!(totp(&format!("apple-otpauth:totp/a:b?secret={KEY}")).account, "b");
}

#[test]
fn secrets_as_apps_write_them() {
    for secret in
        ["gezd%20gnbv%20gy3t%20qojq", "GEZD-GNBV-GY3T-QOJQ", "GEZDGNBVGY3TQOJQ%3D%3D", "gezd+gnbv+gy3t+qojq=="]
    {
        let read = totp(&format!("otpauth://totp/x?secret={secret}"));
        assert_eq!(read.secret.expose(), b"1234567890");
        assert!(read.warnings.is_empty(), "{secret}");
    }
    let odd = totp("otpauth://totp/x?secret=GEZDGNBVGY3TQOJQG");
    assert_eq!((odd.secret.len(), odd.warnings), (10, vec![Warning::OddLength]));
    let short = totp("otpauth://totp/x?secret=GEZDGNBV");
    assert_eq!(short.warnings, [Warning::ShortSecret { bytes: 5 }]);
}

#[test]
fn secrets_that_are_none() {
    assert_eq!(error("otpauth://totp/x"), EnrolError::NoSecret);
    assert_eq!(error("otpauth://totp/x?secret="), EnrolError::NoSecret);
    assert_eq!(error("otpauth://totp/x?secret=%3D"), EnrolError::NoSecret);
    assert_eq!(
        error("otpauth://totp/x?secret=GEZD1"),
        SecretError::BadCharacter { position: 4, character: '1' }.into()
    );
    let twice = format!("otpauth://totp/x?secret={KEY}&secret={KEY}");
    assert_eq!(error(&twice), EnrolError::Repeated { parameter: "secret".to_owned() });
    let twice = format!("otpauth://totp/x?digits=6&secret={KEY}&DIGITS=8");
    assert_eq!(error(&twice), EnrolError::Repeated { parameter: "digits".to_owned() });
}

#[test]
fn the_parameter_beats_the_label() {
    let read = totp(&format!("otpauth://totp/Old:mira?secret={KEY}&issuer=New"));
    assert_eq!((read.issuer.as_str(), read.account.as_str()), ("New", "mira"));
    assert_eq!(read.warnings, [Warning::IssuersDiffer { label: "Old".to_owned() }]);
    assert!(totp(&format!("otpauth://totp/github:mira?secret={KEY}&issuer=GitHub")).warnings.is_empty());
    assert_eq!(totp(&format!("otpauth://totp/Old:mira?secret={KEY}&issuer=")).issuer, "Old");
}

#[test]
fn a_plus_is_a_blank_in_the_query_only() {
    let read = totp(&format!("otpauth://totp/Air%20Canada:a+b?secret={KEY}&issuer=Air+Canada"));
    assert_eq!((read.issuer.as_str(), read.account.as_str()), ("Air Canada", "a+b"));
    assert!(read.warnings.is_empty());
}

#[test]
fn labels_of_all_sorts() {
    let names = |label: &str, query: &str| {
        let read = totp(&format!("otpauth://totp{label}?secret={KEY}{query}"));
        (read.issuer, read.account)
    };
    let pair = |issuer: &str, account: &str| (issuer.to_owned(), account.to_owned());
    assert_eq!(names("", ""), pair("", ""));
    assert_eq!(names("/", "&issuer=ACME"), pair("ACME", ""));
    assert_eq!(names("/Long%3APeriod", "&issuer=Long"), pair("Long", "Period"));
    assert_eq!(names("/NoIssuer", "&issuer=NoIssuer"), pair("NoIssuer", "NoIssuer"));
    assert_eq!(names("/ACME:a:b", ""), pair("ACME", "a:b"));
    assert_eq!(names("/%D0%9F%D1%80%D0%B8%D0%B2%D0%B5%D1%82:%E6%97%A5", ""), pair("Привет", "日"));
    assert_eq!(names("/Привет мир:日", ""), pair("Привет мир", "日"));
    assert_eq!(names("/ACME:team/mira/", ""), pair("ACME", "team/mira"));
    assert_eq!(names("/ACME #1:mira", ""), pair("ACME #1", "mira"));
}

#[test]
fn numbers_out_of_range() {
    for (query, parameter) in [
        ("digits=3", "digits"),
        ("digits=11", "digits"),
        ("digits=six", "digits"),
        ("digits=-6", "digits"),
        ("period=0", "period"),
        ("period=86401", "period"),
        ("period=99999999999999999999", "period"),
    ] {
        let expected = EnrolError::BadNumber { parameter: parameter.to_owned() };
        assert_eq!(error(&format!("otpauth://totp/x?secret={KEY}&{query}")), expected, "{query}");
    }
    let expected = EnrolError::BadNumber { parameter: "counter".to_owned() };
    assert_eq!(error(&format!("otpauth://hotp/x?secret={KEY}&counter=-1")), expected);
    assert_eq!(
        totp(&format!("otpauth://totp/x?secret={KEY}&digits=&period=&algorithm=&issuer=")).kind,
        Kind::usual_totp()
    );
    assert_eq!(totp(&format!("otpauth://totp/x?secret={KEY}&algorithm=null")).kind, Kind::usual_totp());
}

#[test]
fn md5_is_refused_by_name() {
    let expected = EnrolError::Algorithm { found: "HmacMD5".to_owned() };
    assert_eq!(error(&format!("otpauth://totp/x?secret={KEY}&algorithm=HmacMD5")), expected);
}

#[test]
fn counters() {
    let hotp = |query: &str| totp(&format!("otpauth://hotp/x?secret={KEY}{query}"));
    let kind = |counter| Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(counter) };
    assert_eq!((hotp("&counter=10").kind, hotp("&counter=10").warnings), (kind(10), vec![]));
    assert_eq!((hotp("").kind, hotp("").warnings), (kind(0), vec![Warning::CounterAssumed]));
    assert_eq!(hotp("&counter=18446744073709551615").kind, kind(u64::MAX));
    let ignored = totp(&format!("otpauth://totp/x?secret={KEY}&counter=7"));
    assert_eq!(ignored.warnings, [Warning::Ignored { parameter: "counter".to_owned() }]);
    assert!(ignored.unknown.is_empty());
    // Some apps write every parameter beside every type.
    assert!(totp(&format!("otpauth://totp/x?secret={KEY}&counter=0")).warnings.is_empty());
    assert!(hotp("&counter=1&period=30").warnings.is_empty());
}

#[test]
fn unknown_parameters_are_kept_in_order() {
    let read = totp(&format!("otpauth://totp/x?image=https%3A%2F%2Fa%2Fb.png&secret={KEY}&Lock=true&color=f+0"));
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(read.unknown, [pair("image", "https://a/b.png"), pair("Lock", "true"), pair("color", "f 0")]);
    let text = write(&read.into_token(TokenId::from_bytes([0; 16])));
    assert!(text.expose().ends_with("&image=https%3A%2F%2Fa%2Fb.png&Lock=true&color=f%200"));
}

#[test]
fn steam_in_all_its_guises() {
    for text in [
        format!("otpauth://totp/Steam:gabe?secret={KEY}&issuer=Steam&encoder=steam"),
        format!("otpauth://totp/Steam:gabe?secret={KEY}&issuer=Steam&encoding=STEAM&digits=5&period=30"),
        format!("otpauth://steam/Steam:gabe?secret={KEY}&issuer=Steam&algorithm=SHA1&digits=5&period=30"),
        format!("otpauth://totp/Steam:gabe?secret={KEY}&issuer=Steam&digits=5"),
        format!("steam://{KEY}"),
    ] {
        let read = totp(&text);
        assert_eq!((read.kind, read.issuer.as_str(), read.warnings), (Kind::Steam, "Steam", vec![]), "{text}");
        assert!(read.unknown.is_empty(), "{text}");
    }
    let other = totp(&format!("otpauth://totp/Steam:gabe?secret={KEY}&issuer=Steam&digits=6"));
    assert_eq!(other.kind.name(), crate::token::KindName::Totp);
    assert_eq!(error("steam://"), EnrolError::NoSecret);
}

#[test]
fn motp_and_its_pin() {
    let text = "motp://MOTP:Username?secret=7ac61d4736f51a2b";
    assert_eq!(error(text), EnrolError::NeedsPin);
    let read = read(text, Some(&SecretText::from("5555"))).expect("mOTP");
    assert_eq!((read.issuer.as_str(), read.account.as_str()), ("MOTP", "Username"));
    assert_eq!(read.secret, Secret::from_hex("7ac61d4736f51a2b").expect("hex"));
    assert!(read.warnings.is_empty());
    assert_eq!(error(&format!("{text}&pin=12%2034x")), EnrolError::BadPin);
    let own = totp(&format!("{text}&pin=9999"));
    assert_eq!(own.kind, Kind::Motp { pin: SecretText::from("9999") });
    let base32 = totp("otpauth://motp/a:b?secret=PLDB2RZW6UNCW&pin=1&algorithm=MD5&digits=6&period=10");
    assert_eq!((base32.secret, base32.warnings), (read.secret.duplicate(), vec![]));
    assert_eq!(totp("otpauth://motp/a:b?secret=7AC61D4736F51A2B&pin=1").secret, read.secret);
}

#[test]
fn yandex_and_its_pin() {
    let text = "otpauth://yaotp/mira@yandex.example?secret=LA2V6KMCGYMWWVEW64RNP3JA3IAAAAAAHTSG4HRZPI&name=mira";
    assert_eq!(error(text), EnrolError::NeedsPin);
    let read = totp(&format!("{text}&pin=G42TQNQ"));
    assert_eq!((read.issuer.as_str(), read.account.as_str()), ("Yandex", "mira@yandex.example"));
    assert_eq!(read.kind, Kind::Yandex { pin: SecretText::from("7586") });
    assert_eq!(read.unknown, [("name".to_owned(), "mira".to_owned())]);
    assert_eq!(error("otpauth://yaotp/x?secret=GEZDGNBVGY3TQOJQ&pin=1234"), EnrolError::SecretDoesNotFit);
}

#[test]
fn ocra_suites_by_three_names() {
    for name in ["suite", "ocraSuite", "ocra_suite", "OCRASUITE"] {
        let read = totp(&format!(
            "otpauth://ocra/Bank:mira?secret={KEY}&issuer=Bank&{name}=OCRA-1%3AHOTP-SHA256-8%3AC-QN08&counter=5"
        ));
        let Kind::Ocra { suite, counter, encoding } = read.kind else { panic!("not OCRA") };
        assert_eq!(suite.to_string(), "OCRA-1:HOTP-SHA256-8:C-QN08");
        assert_eq!((counter, encoding), (Counter(5), ChallengeEncoding::Rfc));
        assert!(read.warnings.is_empty());
    }
    let text = format!("otpauth://ocra/Bank:mira?secret={KEY}&suite=OCRA-1%3Anonsense");
    assert!(matches!(error(&text), EnrolError::Suite(_)));
}

#[test]
fn ocra_without_a_suite() {
    let read = |issuer: &str, query: &str| {
        let read = totp(&format!("otpauth://ocra/x?secret={KEY}&issuer={issuer}{query}"));
        assert_eq!(read.warnings, [Warning::SuiteAssumed]);
        let Kind::Ocra { suite, encoding, .. } = read.kind else { panic!("not OCRA") };
        (suite.to_string(), encoding)
    };
    assert_eq!(read("Protectimus", ""), ("OCRA-1:HOTP-SHA1-6:QN8".to_owned(), ChallengeEncoding::Ascii));
    assert_eq!(read("Bank", ""), ("OCRA-1:HOTP-SHA1-6:QN08".to_owned(), ChallengeEncoding::Rfc));
    let long = ("OCRA-1:HOTP-SHA256-8:QN08".to_owned(), ChallengeEncoding::Rfc);
    assert_eq!(read("Bank", "&algorithm=HmacSHA256&digits=8"), long);
}

#[test]
fn what_makes_no_codes() {
    for (text, scheme) in [
        ("otpauth://pipush/x?url=https://a&ttl=10&v=1", "pipush"),
        ("pia://pipush/x", "pia"),
        ("tiqrenroll://https://a/b", "tiqrenroll"),
        ("tiqrauth://a/b/c/d", "tiqrauth"),
    ] {
        assert_eq!(error(text), EnrolError::NotACodeToken { scheme: scheme.to_owned() });
    }
    assert_eq!(error("otpauth://magic/x?secret=A"), EnrolError::UnknownType { found: "magic".to_owned() });
    for text in
        ["", "https://a.example/?secret=GEZDGNBV", "QR-Code:otpauth://totp/x?secret=GEZDGNBV", "GEZDGNBVGY3TQOJQ"]
    {
        assert_eq!(error(text), EnrolError::Unknown, "{text}");
    }
    let two_step = format!("otpauth://hotp/x?secret={KEY}&2step_salt=8&2step_output=20&2step_difficulty=10000");
    assert_eq!(error(&two_step), EnrolError::TwoStep);
}

#[test]
fn an_entry_is_named_by_its_label_and_never_by_its_secret() {
    assert_eq!(label("otpauth://totp/ACME:mira?secret=x").as_deref(), Some("ACME:mira"));
    assert_eq!(label("steam://GEZDGNBVGY3TQOJQ"), None);
    assert_eq!(label("motp://GEZDGNBVGY3TQOJQ"), None);
}

#[test]
fn written_as_phones_read_it() {
    let read = totp(&format!("otpauth://totp/ACME%20Co:mira@keller.example?secret={KEY}&issuer=ACME+Co"));
    assert_eq!(
        write(&read.into_token(TokenId::from_bytes([0; 16]))).expose(),
        format!(
            "otpauth://totp/ACME%20Co:mira@keller.example?secret={KEY}&issuer=ACME%20Co&algorithm=SHA1&digits=6&period=30"
        )
    );
}

mod properties {
    use proptest::prelude::*;

    use super::*;
    use crate::code::ocra::Suite;

    const SUITES: [&str; 3] =
        ["OCRA-1:HOTP-SHA1-6:QN8", "OCRA-1:HOTP-SHA512-8:C-QA10-PSHA1", "OCRA-1:HOTP-SHA256-0:QH40-S064-T30S"];

    /// A name as the enrolment keeps it.
    fn name() -> impl Strategy<Value = String> {
        prop_oneof!["[a-zA-Z :%+/?#&=@.-]{0,20}", "\\PC{0,20}", "[ж日é👩]{0,5}"]
            .prop_map(|name: String| super::super::names::clean(&name))
    }

    fn algorithm() -> impl Strategy<Value = Algorithm> {
        prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)]
    }

    fn kind() -> impl Strategy<Value = Kind> {
        let digits = || (4..=10_u64).prop_map(|digits| Digits::new(digits).expect("in range"));
        let period = (1..=86_400_u64).prop_map(|period| Period::new(period).expect("in range"));
        let suite = prop::sample::select(&SUITES[..]).prop_map(|suite| suite.parse::<Suite>().expect("a suite"));
        let encoding = prop_oneof![Just(ChallengeEncoding::Rfc), Just(ChallengeEncoding::Ascii)];
        prop_oneof![
            (algorithm(), digits(), period).prop_map(|(algorithm, digits, period)| Kind::Totp {
                algorithm,
                digits,
                period
            }),
            (algorithm(), digits(), any::<u64>()).prop_map(|(algorithm, digits, counter)| Kind::Hotp {
                algorithm,
                digits,
                counter: Counter(counter)
            }),
            (suite, any::<u64>(), encoding).prop_map(|(suite, counter, encoding)| {
                let counter = Counter(if suite.has_counter() { counter } else { 0 });
                Kind::Ocra { suite, counter, encoding }
            }),
            Just(()).prop_map(|()| Kind::Steam),
            "[!-~]{1,32}".prop_map(|pin| Kind::Motp { pin: SecretText::new(pin) }),
            "[0-9]{4,16}".prop_map(|pin| Kind::Yandex { pin: SecretText::new(pin) }),
        ]
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            issuer in prop_oneof![name(), Just("Protectimus".to_owned()), Just("Steam".to_owned())],
            account in name(),
            secret in prop::collection::vec(0u8.., 16..64),
            kind in kind(),
            unknown in prop::collection::vec(("x[a-zA-Z%&= ]{0,7}[a-z]", "[^\u{0}]{0,12}"), 0..4),
        ) {
            let mut token = Token::new(TokenId::from_bytes([7; 16]), issuer, account, Secret::from_bytes(secret), kind);
            // Yandex tokens always have an issuer, and these two are Steam's by definition.
            if token.kind.name() == crate::token::KindName::Yandex {
                token.secret = Secret::from_bytes(token.secret.expose().iter().copied().take(16).collect());
                if token.issuer.is_empty() {
                    token.issuer = "Yandex".to_owned();
                }
            }
            prop_assume!(!(token.issuer == "Steam" && matches!(&token.kind, Kind::Totp { digits, .. } if digits.get() == 5)));
            token.unknown = unknown;
            let text = write(&token);
            let back = read(text.expose(), None).map_err(|error| TestCaseError::fail(format!("{}: {error}", text.expose())))?;
            prop_assert!(back.warnings.is_empty(), "{:?} {}", back.warnings, text.expose());
            prop_assert_eq!(back.into_token(token.id), token, "{}", text.expose());
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in "\\PC{0,80}") {
            let _ = read(&text, None);
            let _ = read(&format!("otpauth://totp/{text}"), None);
            let _ = read(&format!("otpauth://ocra/{text}?secret=GEZDGNBVGY3TQOJQ&{text}"), None);
        }
    }
}
