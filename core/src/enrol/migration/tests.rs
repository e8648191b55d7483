use prost::Message as _;

use super::*;
use crate::enrol::{Detected, detect};
use crate::secret::SecretText;
use crate::token::{Token, TokenId};

fn parameters(name: &str, issuer: &str) -> OtpParameters {
    OtpParameters {
        secret: b"12345678901234567890".to_vec(),
        name: name.as_bytes().to_vec(),
        issuer: issuer.as_bytes().to_vec(),
        algorithm: 1,
        digits: 1,
        r#type: 2,
        counter: 0,
    }
}

fn payload(entries: Vec<OtpParameters>, index: i32, of: i32, batch: i32) -> Payload {
    Payload { otp_parameters: entries, version: 1, batch_size: of, batch_index: index, batch_id: batch }
}

fn uri(bytes: &[u8]) -> String {
    let base64 = data_encoding::BASE64.encode(bytes);
    format!("otpauth-migration://offline?data={}", base64.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D"))
}

fn part(name: &str, index: i32, of: i32, batch: i32) -> Part {
    Part::read(&uri(&payload(vec![parameters(name, "")], index, of, batch).encode_to_vec())).expect("a part")
}

fn one(entry: OtpParameters) -> Result<Enrolment, Unreadable> {
    let mut part = Part::read(&uri(&payload(vec![entry], 0, 1, 0).encode_to_vec())).expect("a part");
    part.entries.pop().expect("an entry")
}

fn names(entries: &[Result<Enrolment, Unreadable>]) -> Vec<&str> {
    entries.iter().map(|entry| entry.as_ref().map_or("?", |enrolment| enrolment.account.as_str())).collect()
}

#[test]
fn one_entry() {
    let read = one(parameters("mira@keller.example", "GitHub")).expect("a token");
    assert_eq!((read.issuer.as_str(), read.account.as_str()), ("GitHub", "mira@keller.example"));
    assert_eq!((read.kind, read.warnings), (Kind::usual_totp(), vec![Warning::PeriodAssumed]));
    assert_eq!(read.secret.expose(), b"12345678901234567890");
}

#[test]
fn the_issuer_in_front_of_the_name() {
    let split = |name: &str, issuer: &str| {
        let read = one(parameters(name, issuer)).expect("a token");
        (read.issuer, read.account)
    };
    let pair = |issuer: &str, account: &str| (issuer.to_owned(), account.to_owned());
    assert_eq!(split("GitHub:mira", "GitHub"), pair("GitHub", "mira"));
    assert_eq!(split("GitHub: mira", "GitHub"), pair("GitHub", "mira"));
    assert_eq!(split("GitHub:mira", ""), pair("GitHub", "mira"));
    assert_eq!(split("work:mira", "GitHub"), pair("GitHub", "work:mira"));
    assert_eq!(split("encoding: (demo)", ""), pair("", "encoding: (demo)"));
    assert_eq!(split(":a:b", ""), pair("", "a:b"));
}

#[test]
fn an_entry_that_cannot_be_read_takes_no_other_down() {
    let mut md5 = parameters("mira", "Old");
    md5.algorithm = 4;
    let mut empty = parameters("nothing", "");
    empty.secret = Vec::new();
    let mut long = parameters("long", "");
    long.secret = vec![1; Secret::MAX_LEN + 1];
    let mut negative = parameters("negative", "");
    (negative.r#type, negative.counter) = (1, -1);
    let mut strange = parameters("strange", "");
    strange.r#type = 9;
    let mut nine = parameters("nine", "");
    nine.digits = 3;
    let mut latin1 = parameters("", "");
    latin1.name = b"caf\xe9".to_vec();
    let entries = vec![md5, empty, long, negative, strange, nine, latin1];
    let part = Part::read(&uri(&payload(entries, 0, 1, 0).encode_to_vec())).expect("a part");
    let reasons: Vec<_> =
        part.entries.iter().map(|entry| entry.as_ref().err().map(|e| (e.name.as_str(), &e.reason))).collect();
    assert_eq!(
        reasons,
        [
            Some(("Old:mira", &EnrolError::Algorithm { found: "MD5".to_owned() })),
            Some(("nothing", &EnrolError::NoSecret)),
            Some(("long", &EnrolError::Secret(SecretError::TooLong))),
            Some(("negative", &EnrolError::BadNumber { parameter: "counter".to_owned() })),
            Some(("strange", &EnrolError::UnknownType { found: "9".to_owned() })),
            Some(("nine", &EnrolError::BadNumber { parameter: "digits".to_owned() })),
            None,
        ]
    );
}

#[test]
fn unset_fields_have_defaults() {
    let mut bare = OtpParameters::default();
    bare.secret = b"12345678901234567890".to_vec();
    let read = one(bare).expect("a token");
    assert_eq!(read.kind, Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(0) });
    assert_eq!(read.warnings, [Warning::TypeAssumed]);
}

#[test]
fn the_ways_in_which_data_gets_mangled() {
    // A secret whose Base64 has both special characters, and a name that makes it need padding.
    let code = |name: &str| {
        let mut entry = parameters(name, "");
        entry.secret = vec![0, 0, 0xFB, 0xEF, 0xBE, 0xFF, 0xFF, 0xFF, 0, 0];
        data_encoding::BASE64.encode(&payload(vec![entry], 0, 1, -7).encode_to_vec())
    };
    let base64 = ["x", "xx"].map(code).into_iter().find(|code| code.ends_with('=')).expect("one of the two");
    assert!(base64.contains('+') && base64.contains('/') && base64.ends_with('='));
    for data in [
        base64.clone(),
        base64.replace('+', " "),
        base64.replace('+', "%20"),
        base64.replace('+', "%2B").replace('/', "%2f").replace('=', "%3D"),
        base64.replace('+', "%252B").replace('/', "%252F").replace('=', "%253D"),
        base64.replace('+', "-").replace('/', "_"),
        base64.trim_end_matches('=').to_owned(),
    ] {
        let text = format!("OTPAUTH-MIGRATION://offline/?DATA={data}");
        let Ok(Detected::Migration(part)) = detect(&text, None) else { panic!("{text}") };
        assert_eq!((part.batch, part.index, part.of, part.entries.len()), (-7, 0, 1, 1));
    }
}

#[test]
fn fields_that_nobody_knows_are_skipped() {
    let mut entry = parameters("x", "").encode_to_vec();
    entry.extend(b"\x42\x0301b\x48\x07\xfd\x02abcd"); // 8: a string, 9: a number, 47: four fixed bytes
    let mut bytes = vec![0x0A, u8::try_from(entry.len()).expect("short")];
    bytes.extend(entry);
    bytes.extend(b"\x10\x02\x18\x03\x20\x01\x32\x02hi"); // version 2, size 3, index 1, no batch; 6: a string
    let part = Part::read(&uri(&bytes)).expect("a part");
    assert_eq!((part.version, part.of, part.index, part.batch), (2, 3, 1, 0));
    assert_eq!(names(&part.entries), ["x"]);
}

#[test]
fn what_is_no_export() {
    let error = |text: &str| Part::read(text).map(|_| ()).expect_err(text);
    for text in ["otpauth-migration://offline", "otpauth-migration://offline?data=XXXX", "otpauth-migration:?data=A"] {
        assert_eq!(error(text), EnrolError::Migration, "{text}");
    }
    assert_eq!(error("https://a.example?data=AAAA"), EnrolError::Unknown);
    let many = vec![OtpParameters::default(); MAX_ENTRIES + 1];
    assert_eq!(error(&uri(&payload(many, 0, 1, 0).encode_to_vec())), EnrolError::TooLong);
    assert_eq!(error(&uri(&payload(vec![], 0, i32::MAX, 0).encode_to_vec())), EnrolError::Migration);
    // An empty export is one, with nothing in it.
    assert!(Part::read("otpauth-migration://offline?data=").expect("empty").entries.is_empty());
}

#[test]
fn parts_come_in_any_order_and_more_than_once() {
    let mut collector = Collector::default();
    let progress = |have, restarted| Progress { have, of: 3, restarted };
    assert_eq!(collector.add(part("c", 2, 3, -9)), progress(1, false));
    assert_eq!(collector.add(part("a", 0, 3, -9)), progress(2, false));
    assert_eq!(collector.add(part("a", 0, 3, -9)), progress(2, false), "the same code again");
    assert_eq!(collector.unfinished(), [progress(2, false)]);
    assert_eq!(collector.add(part("b", 1, 3, -9)), progress(3, false));
    assert!(collector.unfinished().is_empty());
    assert_eq!(names(&collector.take()), ["a", "b", "c"]);
    assert!(collector.take().is_empty());
}

#[test]
fn another_export_starts_its_own_collection() {
    let mut collector = Collector::default();
    collector.add(part("a", 0, 2, 1));
    assert_eq!(collector.add(part("x", 1, 2, 2)), Progress { have: 1, of: 2, restarted: true });
    assert_eq!(collector.add(part("b", 1, 2, 1)), Progress { have: 2, of: 2, restarted: false });
    assert_eq!(names(&collector.take()), ["a", "b", "x"]);
}

#[test]
fn exports_without_a_number_are_told_apart_by_their_bytes() {
    let mut collector = Collector::default();
    collector.add(part("a", 0, 2, 0));
    assert_eq!(collector.add(part("x", 0, 2, 0)), Progress { have: 1, of: 2, restarted: true });
    assert_eq!(collector.add(part("y", 1, 2, 0)), Progress { have: 2, of: 2, restarted: false });
    assert_eq!(collector.unfinished(), [Progress { have: 1, of: 2, restarted: false }]);
    assert_eq!(names(&collector.take()), ["a", "x", "y"]);
}

fn token(issuer: &str, account: &str, kind: Kind) -> Token {
    let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
    Token::new(TokenId::from_bytes([1; 16]), issuer.to_owned(), account.to_owned(), secret, kind)
}

#[test]
fn what_the_format_cannot_carry_is_left_out() {
    let (algorithm, minute) = (Algorithm::Sha1, Period::new(60).expect("a minute"));
    let tokens = [
        token("a", "", Kind::usual_totp()),
        token("b", "", Kind::Totp { algorithm, digits: Digits::SIX, period: minute }),
        token("c", "", Kind::Totp { algorithm, digits: Digits::new(7).expect("seven"), period: Period::THIRTY }),
        token("d", "", Kind::Steam),
        token("e", "", Kind::Hotp { algorithm, digits: Digits::EIGHT, counter: Counter(u64::MAX) }),
        token("f", "", Kind::Motp { pin: SecretText::from("1234") }),
    ];
    let (codes, left_out) = write(&tokens.iter().collect::<Vec<_>>(), 1);
    assert_eq!((codes.len(), left_out), (1, vec![1, 2, 3, 4, 5]));
    assert!(write(&[], 1).0.is_empty());
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    fn kind() -> impl Strategy<Value = Kind> {
        let algorithm = prop::sample::select(&[Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512][..]);
        let digits = prop::sample::select(&[Digits::SIX, Digits::EIGHT][..]);
        (algorithm, digits, prop::option::of(0..=i64::MAX.unsigned_abs())).prop_map(|(algorithm, digits, counter)| {
            match counter {
                Some(counter) => Kind::Hotp { algorithm, digits, counter: Counter(counter) },
                None => Kind::Totp { algorithm, digits, period: Period::THIRTY },
            }
        })
    }

    fn name() -> impl Strategy<Value = String> {
        "[a-zA-Z :@.жé日-]{0,40}".prop_map(|name| crate::enrol::names::clean(&name))
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_back(
            tokens in prop::collection::vec((name(), name(), prop::collection::vec(0u8.., 10..64), kind()), 1..40),
            batch: i32,
        ) {
            let tokens: Vec<Token> = tokens
                .into_iter()
                .map(|(issuer, account, secret, kind)| {
                    Token::new(TokenId::from_bytes([1; 16]), issuer, account, Secret::from_bytes(secret), kind)
                })
                .collect();
            let (codes, left_out) = write(&tokens.iter().collect::<Vec<_>>(), batch);
            prop_assert!(left_out.is_empty());
            let mut collector = Collector::default();
            for code in codes.iter().rev() {
                let part = Part::read(code.expose()).expect("our own");
                prop_assert!(part.entries.len() <= 10);
                prop_assert!(code.expose().len() <= 1_400);
                collector.add(part);
            }
            prop_assert!(collector.unfinished().is_empty());
            let back = collector.take();
            prop_assert_eq!(back.len(), tokens.len());
            for (read, token) in back.into_iter().zip(tokens) {
                prop_assert_eq!(read.expect("a token").into_token(token.id), token);
            }
        }

        #[test]
        fn no_bytes_make_the_reader_panic(bytes in prop::collection::vec(0u8.., 0..200)) {
            if let Ok(part) = Part::read(&uri(&bytes)) {
                let mut collector = Collector::default();
                collector.add(part);
                collector.take();
            }
        }
    }
}
