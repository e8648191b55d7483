//! What is written can be read, and what is lost is said.
#![allow(clippy::cast_possible_truncation)] // test data

use proptest::prelude::*;

use super::testing::{every_kind, vault};
use super::*;
use crate::import;

const CHEAP: Cost = Cost::FLOOR;

fn written(name: &str, tokens: &[Token], request: &Request<'_>) -> Written {
    let tokens: Vec<&Token> = tokens.iter().collect();
    Format::named(name).unwrap().write(&tokens, request).unwrap()
}

/// Writes, reads back, compares: `None` where the format holds none of these tokens.
fn round_trip(name: &str, tokens: &[Token], request: &Request<'_>) -> Option<Written> {
    let format = Format::named(name).unwrap();
    let tokens: Vec<&Token> = tokens.iter().collect();
    let written = match format.write(&tokens, request) {
        Ok(written) => written,
        Err(ExportError::HoldsNone) => return None,
        Err(other) => panic!("{name}: {other}"),
    };
    assert_eq!(verify(format, &written.files(), &tokens, &written.lost, request), Ok(()), "{name}");
    Some(written)
}

#[test]
fn one_of_every_kind_goes_out_and_what_does_not_is_said() {
    let tokens = every_kind();
    let password = SecretText::from("pässwörd");
    let sealed = Request { password: Some(&password), cost: CHEAP, ..Request::default() };
    let clear = Request::default();
    let svg = Request { extension: "svg", ..clear };
    let txt = Request { extension: "txt", ..clear };
    let html = Request { extension: "html", ..clear };
    for (name, request, left_out) in [
        ("sealed", &sealed, 0),
        ("json", &clear, 0),
        ("otpauth", &clear, 0),
        ("aegis", &clear, 1),
        ("aegis", &sealed, 1),
        ("2fas", &clear, 3),
        ("2fas", &sealed, 3),
        ("bitwarden", &clear, 4),
        ("migration", &clear, 5),
        ("migration", &svg, 5),
        ("migration", &txt, 5),
        ("sheet", &clear, 0),
        ("sheet", &html, 0),
    ] {
        let written = round_trip(name, &tokens, request).unwrap();
        assert_eq!(written.left_out(), left_out, "{name}");
        let is_lost = |what| written.lost.contains(&Lost { token: tokens[0].id, what });
        assert_eq!(is_lost(Loss::Note), !["sealed", "json", "aegis", "bitwarden"].contains(&name), "{name}");
        assert_eq!(is_lost(Loss::Groups), ["otpauth", "migration", "sheet"].contains(&name), "{name}");
        assert_eq!(is_lost(Loss::FurtherGroups), ["2fas", "bitwarden"].contains(&name), "{name}");
    }
}

#[test]
fn an_altered_file_is_no_export() {
    let tokens = every_kind();
    let some: Vec<&Token> = tokens.iter().collect();
    let request = Request::default();
    let format = Format::named("json").unwrap();
    let file = written("json", &tokens, &request);
    let text = String::from_utf8(file.files()[0].to_vec()).unwrap();
    let verified = |text: String| verify(format, &[text.as_bytes()], &some, &file.lost, &request);
    assert_eq!(verified(text.clone()), Ok(()));
    let token = tokens[0].id;
    assert_eq!(verified(text.replacen("\"digits\": 6", "\"digits\": 7", 1)), Err(VerifyError::Differs { token }));
    assert_eq!(verified(text.replacen("Work", "Home", 1)), Err(VerifyError::Differs { token }));
    assert!(matches!(verified(text.replacen("totp", "tops", 1)), Err(VerifyError::Unreadable(_))));
    assert!(matches!(verified("[]".to_owned()), Err(VerifyError::Unreadable(_))));
    let fewer = verify(format, &file.files(), &some[1..], &file.lost, &request);
    assert_eq!(fewer, Err(VerifyError::Count { found: 7, expected: 6 }));
    // Nothing that was not told may be missing.
    let format = Format::named("otpauth").unwrap();
    let links = format.write(&some, &request).unwrap();
    assert_eq!(verify(format, &links.files(), &some, &[], &request), Err(VerifyError::Differs { token }));
}

#[test]
fn passwords_where_they_belong() {
    let tokens = every_kind();
    let tokens: Vec<&Token> = tokens.iter().collect();
    let (password, empty) = (SecretText::from("password"), SecretText::default());
    let asked = |name: &str, password| {
        let request = Request { password, cost: CHEAP, ..Request::default() };
        Format::named(name).unwrap().write(&tokens, &request).map(|_| ()).map_err(|error| error.to_string())
    };
    assert_eq!(asked("sealed", None), Err(ExportError::NeedsPassword.to_string()));
    assert_eq!(asked("sealed", Some(&empty)), Err(ExportError::NeedsPassword.to_string()));
    assert_eq!(asked("json", Some(&password)), Err(ExportError::TakesNoPassword.to_string()));
    assert_eq!(asked("aegis", Some(&empty)), Ok(()));
    let hopeless = Format::named("migration").unwrap().write(&tokens[6..], &Request::default());
    assert_eq!(hopeless.map(|_| ()).unwrap_err(), ExportError::HoldsNone);
    let empty = Format::named("migration").unwrap().write(&[], &Request::default());
    assert_eq!(empty.map(|_| ()).unwrap_err(), ExportError::Nothing);
}

#[test]
fn an_empty_vault_is_an_empty_list() {
    for (name, expected) in [("json", "[]\n"), ("otpauth", "")] {
        let written = round_trip(name, &[], &Request::default()).unwrap();
        assert_eq!(written.files(), [expected.as_bytes()], "{name}");
    }
    assert!(round_trip("aegis", &[], &Request::default()).is_some());
}

#[test]
fn the_contract_of_json() {
    let tokens = every_kind();
    let file = written("json", &tokens, &Request::default());
    let entries: serde_json::Value = serde_json::from_slice(file.files()[0]).unwrap();
    assert_eq!(
        entries[6],
        serde_json::json!({"type": "ocra", "issuer": "Банк 7", "account": "mira@keller.example",
            "secret": tokens[6].secret.to_base32().expose(), "algorithm": "SHA256", "digits": 8, "counter": 7,
            "suite": "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1", "challenge_encoding": "ascii", "groups": ["Work", "Дом"],
            "note": "in the \"drawer\"", "favourite": false})
    );
    assert_eq!(entries[4]["pin"], "1234");
}

#[test]
fn an_encrypted_file_needs_its_password() {
    let tokens = every_kind();
    let (password, wrong) = (SecretText::from("pässwörd"), SecretText::from("wrong"));
    let request = Request { password: Some(&password), cost: CHEAP, ..Request::default() };
    for name in ["sealed", "aegis", "2fas"] {
        let file = written(name, &tokens, &request);
        let text = String::from_utf8_lossy(file.files()[0]).into_owned();
        assert!(!text.contains("mira") && !text.contains("AEAQC"), "{name}");
        assert_eq!(import::read(file.files()[0], None), Err(import::ImportError::NeedsPassword), "{name}");
        assert_eq!(import::read(file.files()[0], Some(&wrong)), Err(import::ImportError::WrongPassword), "{name}");
    }
}

/// Vaults per format: a thousand, or as many as the environment says.
fn cases(count: u32) -> ProptestConfig {
    ProptestConfig { cases: count, failure_persistence: None, ..ProptestConfig::default() }
}

proptest! {
    #![proptest_config(cases(1000))]

    #[test]
    fn random_vaults_come_back_as_json(tokens in vault()) {
        round_trip("json", &tokens, &Request::default());
    }

    #[test]
    fn random_vaults_come_back_as_links(tokens in vault()) {
        round_trip("otpauth", &tokens, &Request::default());
    }

    #[test]
    fn random_vaults_come_back_from_aegis(tokens in vault()) {
        round_trip("aegis", &tokens, &Request::default());
    }

    #[test]
    fn random_vaults_come_back_from_2fas(tokens in vault()) {
        round_trip("2fas", &tokens, &Request::default());
    }

    #[test]
    fn random_vaults_come_back_from_bitwarden(tokens in vault()) {
        round_trip("bitwarden", &tokens, &Request::default());
    }

    #[test]
    fn random_vaults_come_back_from_export_codes(tokens in vault()) {
        round_trip("migration", &tokens, &Request { extension: "txt", ..Request::default() });
        round_trip("migration", &tokens, &Request { extension: "svg", ..Request::default() });
    }

    #[test]
    fn random_vaults_come_back_from_paper(tokens in vault()) {
        round_trip("sheet", &tokens, &Request::default());
    }

    #[test]
    fn random_vaults_come_back_sealed(tokens in vault()) {
        use crate::backup::words::TransferKey;
        use crate::backup::{Keys, Lock};
        let key = TransferKey::random(&SystemEntropy).unwrap();
        let keys = Keys::new(&[Lock::Transfer(&key)], &SystemEntropy).unwrap();
        let some: Vec<&Token> = tokens.iter().collect();
        let file = keys.seal(&Origin::default(), &some, &SystemEntropy).unwrap();
        prop_assert_eq!(keys.open(&file).unwrap().tokens, tokens);
    }
}

proptest! {
    #![proptest_config(cases(20))]

    // A key derivation each.
    #[test]
    fn random_vaults_come_back_from_encrypted_files(tokens in vault(), password in "\\PC{1,20}") {
        let password = SecretText::new(password);
        let request = Request { password: Some(&password), cost: CHEAP, ..Request::default() };
        for name in ["sealed", "aegis", "2fas"] {
            round_trip(name, &tokens, &request);
        }
    }
}
