//! The documented format is the real one: a script in another language, written from its page alone, reads a vault.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::collections::HashMap;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Algorithm, ChallengeEncoding, Counter, Digits, Kind, Period, TokenId};
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    Environment, Keystore, KeystoreError, NewSlot, ProcessClock, RecoveryKey, Session, SystemEntropy,
};

const PASSWORD: &str = "pässwörd with blanks";

fn script() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/decrypt_vault.py")
}

fn run(file: &Path, password: &str) -> Output {
    run_with(&[], file, password)
}

fn run_with(options: &[&str], file: &Path, password: &str) -> Output {
    let mut child = Command::new("python3")
        .arg(script())
        .args(options)
        .arg(file)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(password.as_bytes()).unwrap();
    child.wait_with_output().unwrap()
}

fn has_packages() -> bool {
    let imports = Command::new("python3").args(["-c", "import argon2, cryptography"]).output();
    imports.is_ok_and(|output| output.status.success())
}

#[test]
fn a_script_written_from_the_documented_format_decrypts_a_vault() {
    if !has_packages() {
        println!("skipped: no python3 with cryptography and argon2-cffi");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.smartotp");
    let (entropy, boot) = (Arc::new(SystemEntropy), Arc::new(ProcessClock::start()));
    let environment = Environment { file: file.clone(), entropy, keystore: None, boot };
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost { lanes: 4, ..Cost::FLOOR });
    let mut session = Session::create(environment, slot).unwrap();

    let key = |byte: u8| Secret::from_bytes(vec![byte; 20]);
    let digits = Digits::EIGHT;
    let kinds = [
        Kind::Totp { algorithm: Algorithm::Sha256, digits, period: Period::new(60).unwrap() },
        Kind::Hotp { algorithm: Algorithm::Sha1, digits, counter: Counter(u64::MAX - 1) },
        Kind::Ocra {
            suite: "OCRA-1:HOTP-SHA1-6:QN08".parse().unwrap(),
            counter: Counter(0),
            encoding: ChallengeEncoding::Ascii,
        },
        Kind::Steam,
        Kind::Motp { pin: "1\"2\\3".into() },
    ];
    let tokens = kinds.into_iter().zip(1..).map(|(kind, number)| {
        Enrolment::new(format!("Issuer {number} Ž"), "mira@keller.example".into(), key(number), kind)
    });
    session.add(tokens.collect()).unwrap();
    let steam = session.contents().tokens()[3].id;
    session.remove(&[steam], 1_700_000_000).unwrap();

    let output = run(&file, PASSWORD);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let ids: Vec<_> = session.contents().tokens().iter().map(|token| token.id.to_string()).collect();
    let account = "mira@keller.example";
    let base32 = |byte| key(byte).to_base32().expose().to_owned();
    assert_eq!(
        read["tokens"],
        json!([
            {"id": ids[0], "type": "totp", "issuer": "Issuer 1 Ž", "account": account, "secret": base32(1),
             "algorithm": "SHA256", "digits": 8, "period": 60},
            {"id": ids[1], "type": "hotp", "issuer": "Issuer 2 Ž", "account": account, "secret": base32(2),
             "algorithm": "SHA1", "digits": 8, "counter": u64::MAX - 1},
            {"id": ids[2], "type": "ocra", "issuer": "Issuer 3 Ž", "account": account, "secret": base32(3),
             "counter": 0, "suite": "OCRA-1:HOTP-SHA1-6:QN08", "encoding": "ascii"},
            {"id": ids[3], "type": "motp", "issuer": "Issuer 5 Ž", "account": account, "secret": base32(5),
             "pin": "1\"2\\3"},
        ])
    );
    assert_eq!(read["bin"][0]["token"]["type"], "steam");
    assert_eq!(read["bin"][0]["deleted_at"], 1_700_000_000);

    assert!(!run(&file, "wrong").status.success());
}

#[test]
fn the_same_script_reads_the_journal_and_finds_a_missing_record() {
    if !has_packages() {
        println!("skipped: no python3 with cryptography and argon2-cffi");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.smartotp");
    let (entropy, boot) = (Arc::new(SystemEntropy), Arc::new(ProcessClock::start()));
    let environment = Environment { file: file.clone(), entropy, keystore: None, boot };
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(environment, slot).unwrap();
    let mut wanted = session.contents().protection().clone();
    wanted.lock_after_seconds = 300;
    session.protect(wanted).unwrap();
    let token = TokenId::from_bytes([7; 16]);
    session.record(Event::WrongTries { count: 2, last: 1_699_999_999 }, 1_700_000_000);
    session.record(Event::QrShown { token }, 1_700_000_005);
    session.used(token, 1_700_000_007);
    drop(session);

    let output = run_with(&["--journal"], &file, PASSWORD);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let read: Value = serde_json::from_slice(&output.stdout).unwrap();
    let token = token.to_string();
    assert_eq!(
        read,
        json!([
            {"at": 1_700_000_000, "event": "wrong-tries", "count": 2, "last": 1_699_999_999},
            {"at": 1_700_000_005, "event": "qr-shown", "token": token},
            {"usage": [{"token": token, "count": 1, "last": 1_700_000_007}]},
        ])
    );
    let payload: Value = serde_json::from_slice(&run(&file, PASSWORD).stdout).unwrap();
    assert_eq!(payload["protection"]["lock_after_seconds"], 300);

    let journal = folder.path().join("vault.smartotp.journal");
    let mut bytes = std::fs::read(&journal).unwrap();
    let text = usize::try_from(u32::from_be_bytes(*bytes[74..].first_chunk().unwrap())).unwrap();
    bytes.drain(74..74 + 56 + text);
    std::fs::write(journal, bytes).unwrap();
    assert!(!run_with(&["--journal"], &file, PASSWORD).status.success());
}

#[test]
fn the_same_script_opens_by_pin_and_by_recovery_key() {
    if !has_packages() {
        println!("skipped: no python3 with cryptography and argon2-cffi");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("vault.smartotp");
    let keystore = Arc::new(Drawer::default());
    let environment = Environment {
        file: file.clone(),
        entropy: Arc::new(SystemEntropy),
        keystore: Some(keystore.clone()),
        boot: Arc::new(ProcessClock::start()),
    };
    let recovery = RecoveryKey::generate(&SystemEntropy).unwrap();
    let printed = recovery.text();
    let slots = vec![NewSlot::Pin("258013".into(), Cost::FLOOR), NewSlot::Recovery(recovery)];
    drop(Session::create_with(environment, slots).unwrap());
    let secret = keystore.0.lock().unwrap().iter().find(|(name, _)| name.contains(" pin ")).unwrap().1.clone();
    let hexadecimal: String = secret.iter().map(|byte| format!("{byte:02x}")).collect();

    let opens = |option, given: &str| run_with(&[option], &file, given).status.success();
    assert!(opens("--pin", &format!("258013\n{hexadecimal}")));
    assert!(!opens("--pin", &format!("258014\n{hexadecimal}")));
    assert!(!opens("--pin", &format!("258013\n{}", "00".repeat(32))));
    assert!(opens("--recovery", printed.expose()));
    assert!(opens("--recovery", &printed.expose().to_lowercase().replace('-', " ")));
    let other = RecoveryKey::generate(&SystemEntropy).unwrap();
    assert!(!opens("--recovery", other.text().expose()));
}

/// A keystore that can be looked into.
#[derive(Default)]
struct Drawer(Mutex<HashMap<String, Vec<u8>>>);

impl Keystore for Drawer {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        Ok(self.0.lock().unwrap().get(name).cloned().map(Secret::from_bytes))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        self.0.lock().unwrap().insert(name.to_owned(), secret.expose().to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}
