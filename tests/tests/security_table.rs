//! What SECURITY.md says is shown by a test is shown by one that exists.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Environment, NewSlot, ProcessClock, Session, SystemEntropy};

/// The controls of MASVS 2, group by group.
const MASVS: &[(&str, u8)] = &[
    ("STORAGE", 2),
    ("CRYPTO", 2),
    ("AUTH", 3),
    ("NETWORK", 2),
    ("PLATFORM", 3),
    ("CODE", 4),
    ("RESILIENCE", 4),
    ("PRIVACY", 4),
];

/// The failures of the study.
const FAILURES: u8 = 16;

fn project() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap()
}

/// The rows of both tables: name and evidence.
fn rows(page: &str) -> Vec<(&str, &str)> {
    let tables = page.split_once("## Control by control").unwrap().1.split_once("## Reporting").unwrap().0;
    let cells = tables.lines().filter_map(|line| line.strip_prefix("| ")?.strip_suffix(" |"));
    let named = cells.filter_map(|row| Some((row.split_once(" | ")?.0, row.rsplit_once(" | ")?.1)));
    named.filter(|(name, _)| name.chars().any(|letter| letter.is_ascii_digit())).collect()
}

/// What stands before a test's name where it is written.
fn is_there(file: &str, test: &str) -> bool {
    let Ok(text) = fs::read_to_string(project().join(file)) else { return false };
    let mut lines = text.lines().map(str::trim_start);
    if file.ends_with(".py") {
        return lines.any(|line| line.starts_with(&format!("def {test}(")));
    }
    if !file.ends_with(".rs") {
        return lines.any(|line| line.starts_with(&format!("{test}() {{")));
    }
    let mut is_test = false;
    lines.any(|line| {
        let attribute = line.starts_with("#[");
        is_test = if attribute { is_test || line.starts_with("#[test]") } else { is_test };
        let found = is_test && line.starts_with(&format!("fn {test}("));
        is_test &= attribute;
        found
    })
}

#[test]
fn every_named_test_exists() {
    let page = fs::read_to_string(project().join("SECURITY.md")).unwrap();
    for (row, evidence) in rows(&page) {
        let named: Vec<_> = evidence.split('`').skip(1).step_by(2).collect();
        assert!(!named.is_empty() || evidence.contains("Not tested here"), "{row} has no test and doesn't say so");
        for name in named {
            let (file, test) = name.split_once("::").unwrap();
            assert!(is_there(file, test), "{row} names {test} in {file}, where it is not");
        }
    }
    assert!(!is_there("tests/tests/security_table.rs", "rows"), "a helper is no test");
}

#[test]
fn every_control_and_every_failure_has_its_row() {
    let page = fs::read_to_string(project().join("SECURITY.md")).unwrap();
    let rows: Vec<_> = rows(&page).into_iter().map(|(name, _)| name.to_owned()).collect();
    let controls = MASVS.iter().flat_map(|(group, count)| (1..=*count).map(move |one| format!("MASVS-{group}-{one}")));
    let expected: Vec<_> = controls.chain((1..=FAILURES).map(|one| format!("F{one}"))).collect();
    assert_eq!(expected.len(), 24 + 16);
    assert_eq!(rows, expected);
}

/// Libraries that are what connections and web pages are made with. The message bus of the desktop is none of them.
#[test]
fn nothing_that_speaks_to_a_network_is_linked() {
    let lock = fs::read_to_string(project().join("Cargo.lock")).unwrap();
    let names: HashSet<_> = lock.lines().filter_map(|line| line.strip_prefix("name = \"")?.strip_suffix('"')).collect();
    assert!(names.contains("smartotp-core"));
    for client in
        ["reqwest", "hyper", "ureq", "isahc", "curl", "attohttpc", "minreq", "rustls", "native-tls", "openssl", "quinn"]
    {
        assert!(!names.contains(client), "{client}");
    }
    assert!(!names.iter().any(|name| *name == "wry" || name.contains("webview") || name.contains("webkit")));
}

#[test]
fn every_vault_has_its_own_salt() {
    let folder = tempfile::tempdir().unwrap();
    let salts: HashSet<String> = (0..3)
        .map(|number| {
            let file = folder.path().join(format!("{number}.smartotp"));
            let (entropy, boot) = (Arc::new(SystemEntropy), Arc::new(ProcessClock::start()));
            let environment = Environment { file: file.clone(), entropy, keystore: None, boot };
            let slot = NewSlot::Password(SecretText::from("the same everywhere"), Cost::FLOOR);
            drop(Session::create(environment, slot).unwrap());
            let bytes = fs::read(file).unwrap();
            let text = String::from_utf8_lossy(&bytes).into_owned();
            text.split_once(r#""salt":""#).unwrap().1.split_once('"').unwrap().0.to_owned()
        })
        .collect();
    assert_eq!(salts.len(), 3);
    assert!(salts.iter().all(|salt| salt.len() >= 32), "16 bytes each");
}
