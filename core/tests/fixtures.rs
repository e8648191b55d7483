//! Files that other people's apps wrote give the tokens that their manifest says. They stand outside the project
//! (`../shared/fixtures`, or `SMARTOTP_FIXTURES`); where they are absent, this says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use smartotp_core::enrol::migration::Progress;
use smartotp_core::enrol::{EnrolError, Enrolment};
use smartotp_core::import::{ImportError, Loss, read, read_all};
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::Kind;

/// The fixtures' folder, or `None` with a word about it.
fn fixtures() -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures");
    let folder = std::env::var_os("SMARTOTP_FIXTURES").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    if !folder.join("exports/manifest.json").exists() {
        println!("skipped: no fixtures");
        return None;
    }
    Some(folder)
}

fn bytes(name: &str) -> Vec<u8> {
    fs::read(fixtures().unwrap().join(name)).unwrap()
}

/// The manifest's row as [`as_token`] writes tokens: parameters that a kind has fixed mean nothing there.
fn expected(row: &Value, file: &str) -> Value {
    let kind = match row["type"].as_str().unwrap() {
        // The manifest overlooks KeePassXC's `encoder=steam`.
        "totp" if file.ends_with(".kdbx") && row["digits"] == 5 => "steam",
        kind => kind,
    };
    let mut token = serde_json::json!({
        "type": kind,
        "issuer": row["issuer"],
        "name": row["name"],
        // The last character's unused bits make no difference to the key, and are written as zeros.
        "secret": Secret::from_base32(row["secret"].as_str().unwrap()).unwrap().to_base32().expose(),
    });
    match kind {
        "totp" | "hotp" => {
            token["algo"] = row["algo"].clone();
            token["digits"] = row["digits"].clone();
        }
        "motp" | "yandex" => token["pin"] = row["pin"].clone(),
        _ => {}
    }
    match kind {
        "totp" => token["period"] = row["period"].clone(),
        // These two apps store the counter last used.
        "hotp"
            if ["freeotp.xml", "freeotp_plus.json", "freeotp_plus_internal.xml", "freeotpplus.json"]
                .iter()
                .any(|name| file.ends_with(&format!("/{name}"))) =>
        {
            token["counter"] = (row["counter"].as_u64().unwrap() + 1).into();
        }
        "hotp" => token["counter"] = row["counter"].clone(),
        _ => {}
    }
    token
}

/// A token in the manifest's words.
fn as_token(token: &Enrolment) -> Value {
    let mut row = serde_json::json!({
        "type": token.kind.name().as_str(),
        "issuer": token.issuer,
        "name": token.account,
        "secret": token.secret.to_base32().expose(),
    });
    match &token.kind {
        Kind::Totp { algorithm, digits, period } => {
            row["algo"] = algorithm.name().into();
            row["digits"] = digits.get().into();
            row["period"] = period.seconds().into();
        }
        Kind::Hotp { algorithm, digits, counter } => {
            row["algo"] = algorithm.name().into();
            row["digits"] = digits.get().into();
            row["counter"] = counter.0.into();
        }
        Kind::Motp { pin } | Kind::Yandex { pin } => row["pin"] = pin.expose().into(),
        _ => {}
    }
    row
}

/// A token that nobody could use: mOTP and Yandex need a PIN, and the file has none.
fn lacks_its_pin(row: &Value) -> bool {
    matches!(row["type"].as_str(), Some("motp" | "yandex")) && row["pin"].is_null()
}

#[test]
fn every_file_of_the_manifest() {
    if fixtures().is_none() {
        return;
    }
    let manifest: Vec<Value> = serde_json::from_slice(&bytes("exports/manifest.json")).unwrap();
    let mut wrong = Vec::new();
    for row in &manifest {
        let (file, password) = (row["file"].as_str().unwrap(), row["password"].as_str().map(SecretText::from));
        let Some(tokens) = row["tokens"].as_array() else { continue };
        let outcome = match read(&bytes(&format!("exports/{file}")), password.as_ref()) {
            Ok(outcome) => outcome,
            // A format that is refused by name instead of being read.
            Err(ImportError::Unsupported { .. }) if tokens.is_empty() => continue,
            // A database without any one-time code.
            Err(ImportError::NoTokens { unreadable }) if tokens.is_empty() && unreadable.is_empty() => continue,
            Err(error) => {
                wrong.push(format!("{file}: {error}"));
                continue;
            }
        };
        let sorted = |mut tokens: Vec<Value>| {
            tokens.sort_by_key(ToString::to_string);
            tokens
        };
        // Where nothing lies outside of the bin it is what the user came for, and each is told.
        let binned = outcome.lost.iter().filter(|lost| lost.what == Loss::FromBin).count();
        let all_binned = file.ends_with("keepass.recyclebin.kdbx");
        assert_eq!(binned, if all_binned { tokens.len() } else { 0 }, "{file}");
        let found = sorted(outcome.tokens.iter().map(as_token).collect());
        let usable = tokens.iter().filter(|row| !lacks_its_pin(row)).map(|row| expected(row, file));
        let usable = sorted(usable.collect());
        if found != usable {
            let extra: Vec<_> = found.iter().filter(|token| !usable.contains(token)).collect();
            let missing: Vec<_> = usable.iter().filter(|token| !found.contains(token)).collect();
            wrong.push(format!("{file}: {} of {}, extra {extra:?}, missing {missing:?}", found.len(), usable.len()));
        }
        let without_pin = tokens.iter().filter(|row| lacks_its_pin(row)).count();
        if outcome.unreadable.len() < without_pin {
            wrong.push(format!("{file}: {:?}", outcome.unreadable));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn a_wrong_password_says_so() {
    if fixtures().is_none() {
        return;
    }
    for file in [
        "aegis-repo/importers/aegis_encrypted.json",
        "aegis-repo/importers/2fas_authenticator_encrypted_v4.2fas",
        "aegis-repo/importers/andotp_encrypted.bin",
        "aegis-repo/importers/andotp_encrypted_old.bin",
        "aegis-repo/importers/stratum_encrypted.bin",
        "aegis-repo/importers/stratum_encrypted_legacy.bin",
        "stratum-repo/bitwarden.encrypted.pbkdf2.json",
    ] {
        let bytes = bytes(&format!("exports/{file}"));
        assert_eq!(read(&bytes, Some(&"wrong".into())), Err(ImportError::WrongPassword), "{file}");
        assert_eq!(read(&bytes, None), Err(ImportError::NeedsPassword), "{file}");
    }
    let restricted = bytes("exports/stratum-repo/bitwarden.encrypted.accountrestricted.json");
    assert_eq!(read(&restricted, None), Err(ImportError::Restricted));
}

#[test]
fn a_photo_of_a_google_export() {
    if fixtures().is_none() {
        return;
    }
    let outcome = read(&bytes("exports/google-extract/example_export.png"), None).unwrap();
    // The manifest marks it as a picture only.
    let names: Vec<_> = outcome.tokens.iter().map(|token| format!("{}:{}", token.issuer, token.account)).collect();
    assert_eq!(names, [1, 2, 3].map(|n| format!("Test{n}:test{n}@example{n}.com")));
}

#[test]
fn files_that_hold_no_token_say_why() {
    if fixtures().is_none() {
        return;
    }
    let error = |name: &str| read(&bytes(&format!("exports/google-extract/{name}")), None).unwrap_err();
    let reasons = |error| match error {
        ImportError::NoTokens { unreadable } => unreadable.into_iter().map(|failed| failed.reason).collect::<Vec<_>>(),
        other => panic!("{other}"),
    };
    assert_eq!(error("only_comments.txt"), ImportError::Empty);
    assert_eq!(error("test_export_wrong_content.txt"), ImportError::Unknown);
    assert_eq!(error("test_export_wrong_prefix.txt"), ImportError::Unknown);
    assert_eq!(reasons(error("test_export_wrong_data.txt")), [EnrolError::Migration]);
    assert_eq!(reasons(error("qr_but_without_otp.png")), [EnrolError::Unknown]);
}

#[test]
fn screens_of_a_google_export() {
    let Some(folder) = fixtures() else { return };
    for (picture, tokens) in [
        ("GoogleAuthImportScreenshotCropped.jpg", 1),
        ("GoogleAuthenticatorExport_2.png", 10),
        ("GoogleAuthenticator_ScreenshotBigQR.jpeg", 7),
    ] {
        let name = format!("qr/proton/{picture}");
        let text = PathBuf::from(&name).with_extension("txt");
        let from_text = read(&fs::read(folder.join(text)).unwrap(), None).unwrap();
        assert_eq!(from_text.tokens.len(), tokens, "{picture}");
        assert!(from_text.unreadable.is_empty(), "{picture}");
        assert_eq!(read(&bytes(&name), None).unwrap(), from_text, "{picture}");
    }
}

#[test]
fn screens_of_several_exports_at_once() {
    if fixtures().is_none() {
        return;
    }
    let files = [
        bytes("qr/proton/GoogleAuthenticatorExport_2.png"),
        bytes("qr/proton/GoogleAuthImportScreenshotCropped.jpg"),
        bytes("exports/google-extract/only_comments.txt"),
        bytes("qr/proton/GoogleAuthenticator_ScreenshotBigQR.jpeg"),
    ];
    let (outcome, errors) = read_all(&files.each_ref().map(Vec::as_slice), None, None);
    assert_eq!(outcome.tokens.len(), 18);
    // The second of three screens; the user takes what came.
    assert_eq!(outcome.unfinished, [Progress { have: 1, of: 3, restarted: false }]);
    assert_eq!(errors, [(2, ImportError::Empty)]);
}
