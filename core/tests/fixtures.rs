//! Files that other people's apps wrote give the tokens that their manifest says. They stand outside the project
//! (`../shared/fixtures`, or `SMARTOTP_FIXTURES`); where they are absent, this says so and passes.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use smartotp_core::enrol::migration::Progress;
use smartotp_core::enrol::{EnrolError, Enrolment};
use smartotp_core::import::{ImportError, Outcome, read, read_all};
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

/// The tokens that the manifest has for a file under `exports/`.
fn expected(name: &str) -> Vec<Value> {
    let manifest: Vec<Value> = serde_json::from_slice(&bytes("exports/manifest.json")).unwrap();
    let row = manifest.iter().find(|row| row["file"] == *name).unwrap();
    row["tokens"].as_array().unwrap().clone()
}

/// A token as the manifest writes it.
fn as_manifest(token: &Enrolment) -> Value {
    let (algorithm, digits) = match &token.kind {
        Kind::Totp { algorithm, digits, .. } | Kind::Hotp { algorithm, digits, .. } => (algorithm.name(), digits.get()),
        _ => ("SHA1", 5),
    };
    let mut row = serde_json::json!({
        "type": token.kind.name().as_str(),
        "issuer": token.issuer,
        "name": token.account,
        "secret": token.secret.to_base32().expose(),
        "algo": algorithm,
        "digits": digits,
    });
    match &token.kind {
        Kind::Hotp { counter, .. } => row["counter"] = counter.0.into(),
        kind => row["period"] = kind.period().unwrap().seconds().into(),
    }
    row
}

fn gives_its_tokens(name: &str) -> Outcome {
    let outcome = read(&bytes(&format!("exports/{name}")), None).unwrap_or_else(|error| panic!("{name}: {error}"));
    let found: Vec<Value> = outcome.tokens.iter().map(as_manifest).collect();
    assert_eq!(found, expected(name), "{name}");
    assert!(outcome.unreadable.is_empty() && outcome.unfinished.is_empty(), "{name}");
    outcome
}

#[test]
fn texts_of_uris() {
    if fixtures().is_some() {
        gives_its_tokens("aegis-repo/importers/plain.txt");
        gives_its_tokens("stratum-repo/urilist.txt");
    }
}

#[test]
fn texts_of_google_exports() {
    if fixtures().is_some() {
        gives_its_tokens("stratum-repo/googleauthenticator.txt");
        gives_its_tokens("google-extract/example_export.txt");
    }
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
