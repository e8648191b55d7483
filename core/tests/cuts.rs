//! Files that other people's apps wrote, cut short: an error, or fewer tokens where a text or a page has ended early;
//! never others, and never a panic. Without the fixtures (see `fixtures.rs`) this says so and passes; the importers' own tests
//! cut their own files.
#![allow(clippy::unwrap_used, clippy::print_stdout)]

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use serde_json::Value;
use smartotp_core::import::{ImportError, Outcome, read};
use smartotp_core::secret::SecretText;

/// Texts of lines and rows: where one ends early nobody can tell, and the last line may have become another.
fn may_end_anywhere(file: &str) -> bool {
    file.ends_with(".txt") || file.ends_with(".csv")
}

/// Where a file is cut: a plain one after every hundredth byte, an encrypted one at up to 60 borders of its fields and at
/// 20 places more.
fn cuts(bytes: &[u8], encrypted: bool) -> BTreeSet<usize> {
    if !encrypted {
        return (0..bytes.len()).step_by(100).collect();
    }
    let text = core::str::from_utf8(bytes).is_ok();
    let is_border =
        |place: &usize| matches!(bytes[*place], b'"' | b',' | b':' | b'{' | b'}' | b'.' | b'|' | b'<' | b'>');
    let borders: Vec<usize> = (0..bytes.len()).filter(|place| text && is_border(place)).collect();
    let some = (borders.len() / 60).max(1);
    // Binary ones: marks, salts, nonces and headers lie in front.
    let header = (0..if text { 0 } else { bytes.len().min(64) }).step_by(4);
    let step = (bytes.len() / 20).max(1);
    borders.into_iter().step_by(some).chain(header).chain((0..bytes.len()).step_by(step)).collect()
}

fn keys(outcome: &Outcome) -> Vec<(String, String)> {
    let key = |token: &smartotp_core::enrol::Enrolment| {
        (format!("{}:{}", token.issuer, token.account), token.secret.to_base32().expose().to_owned())
    };
    outcome.tokens.iter().map(key).collect()
}

#[test]
fn a_file_cut_short_is_an_error_or_has_fewer_tokens() {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared/fixtures");
    let folder =
        std::env::var_os("SMARTOTP_FIXTURES").map_or_else(|| PathBuf::from(beside), PathBuf::from).join("exports");
    let Ok(manifest) = fs::read(folder.join("manifest.json")) else {
        println!("skipped: no fixtures");
        return;
    };
    let manifest: Vec<Value> = serde_json::from_slice(&manifest).unwrap();
    let mut tried = 0;
    for row in &manifest {
        let (file, password) = (row["file"].as_str().unwrap(), row["password"].as_str().map(SecretText::from));
        let bytes = fs::read(folder.join(file)).unwrap();
        let Ok(whole) = read(&bytes, password.as_ref()) else { continue };
        for cut in cuts(bytes.trim_ascii_end(), password.is_some()) {
            tried += 1;
            match read(&bytes[..cut], password.as_ref()) {
                Err(ImportError::Cancelled | ImportError::TooLarge | ImportError::NeedsPassword) => {
                    panic!("{file} at {cut}: an error that does not fit");
                }
                Err(_) => {}
                Ok(part) => {
                    assert!(may_end_anywhere(file), "{file} at {cut}: tokens of a file cut short");
                    // All but the last line, which may be cut, are as they were.
                    let (whole, mut part) = (keys(&whole), keys(&part));
                    part.pop();
                    assert!(part.iter().all(|token| whole.contains(token)), "{file} at {cut}");
                }
            }
        }
    }
    println!("{tried} cuts");
}
