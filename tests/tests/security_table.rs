//! What SECURITY.md says is shown by a test is shown by one that exists.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
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

fn linked() -> HashSet<String> {
    let lock = fs::read_to_string(project().join("Cargo.lock")).unwrap();
    let names = lock.lines().filter_map(|line| Some(line.strip_prefix("name = \"")?.strip_suffix('"')?.to_owned()));
    let names: HashSet<_> = names.collect();
    assert!(names.contains("smartotp-core"));
    names
}

/// Where a connection is opened: HTTPS, the questions to time servers, and the backup's providers.
const CONNECTIONS: [&str; 3] = ["core/src/web.rs", "core/src/clock/measure.rs", "core/src/backup/"];

/// The message bus of the desktop is no network.
#[test]
fn connections_are_made_by_rustls_in_named_files_alone() {
    let names = linked();
    let others =
        ["ureq", "isahc", "curl", "attohttpc", "minreq", "native-tls", "openssl", "openssl-sys", "aws-lc-rs", "quinn"];
    for client in others {
        assert!(!names.contains(client), "{client}");
    }
    let words = ["reqwest::", "UdpSocket", "TcpStream", "TcpListener", "opendal::"];
    let mut opened = 0;
    for file in ["core/src", "ui/src", "app/src"].into_iter().flat_map(|folder| sources(&project().join(folder))) {
        let text = fs::read_to_string(&file).unwrap();
        let own = text.split("#[cfg(test)]").next().unwrap();
        let is_named =
            CONNECTIONS.iter().any(|named| file.strip_prefix(project()).unwrap().to_str().unwrap().starts_with(named));
        let opens = words.iter().any(|word| own.contains(word));
        assert!(is_named || !opens, "{} opens connections", file.display());
        opened += usize::from(opens);
    }
    assert!(opened >= 2, "what is looked for is found where it is");
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    let files = files.into_iter().filter(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.chain(folders.iter().flat_map(|folder| sources(folder))).collect()
}

#[test]
fn there_is_no_web_view() {
    assert!(!linked().iter().any(|name| name == "wry" || name.contains("webview") || name.contains("webkit")));
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
