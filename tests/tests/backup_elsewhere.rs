//! A version of a backup, read by a script that knows nothing but the documented format.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::versions::{self, How};
use smartotp_core::backup::{Keys, Lock};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::Kind;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Environment, NewSlot, ProcessClock, Session, SystemEntropy};

const PASSWORD: &str = "pässwörd of the backup";

#[test]
fn a_script_written_from_the_documented_format_opens_a_version_of_a_backup() {
    let packages = Command::new("python3").args(["-c", "import argon2, cryptography"]).output();
    if !packages.is_ok_and(|output| output.status.success()) {
        println!("skipped: no python3 with cryptography and argon2-cffi");
        return;
    }
    let home = tempfile::tempdir().unwrap();
    let (file, cloud) = (home.path().join("vault.smartotp"), home.path().join("cloud"));
    let (entropy, boot) = (Arc::new(SystemEntropy), Arc::new(ProcessClock::start()));
    let environment = Environment { file, entropy, keystore: None, boot };
    let slot = NewSlot::Password(SecretText::from("of the vault"), Cost::FLOOR);
    let mut session = Session::create(environment, slot).unwrap();
    let secret = |byte: u8| Secret::from_bytes(vec![byte; 20]);
    let enrolment =
        |byte: u8| Enrolment::new(format!("Issuer {byte}"), "mira".into(), secret(byte), Kind::usual_totp());
    session.add((1..=3).map(enrolment).collect()).unwrap();

    let password = SecretText::from(PASSWORD);
    let keys = Keys::new(&[Lock::Password(&password, Cost::FLOOR)], &SystemEntropy).unwrap();
    let location = Location::Folder { path: cloud.to_str().unwrap().into() };
    let place = session.add_place(location, keys).unwrap();
    let folder = Folder::new(cloud.clone());
    folder.make().unwrap();
    let how = How { device: "Mira's phone", now: 1_700_000_000, entropy: &SystemEntropy, verify: true };
    let first = versions::now(&mut session, &folder, place, &how, &()).unwrap().written.unwrap();
    let gone = session.contents().tokens()[1].id;
    session.remove(&[gone], 1_700_000_001).unwrap();
    let second = versions::now(&mut session, &folder, place, &how, &()).unwrap().written.unwrap();

    let read = read(&cloud.join(second.file_name()));
    assert_eq!((&read["device"], &read["parents"][0]), (&"Mira's phone".into(), &first.to_string().into()));
    let issuers: Vec<&str> =
        read["tokens"].as_array().unwrap().iter().map(|token| token["issuer"].as_str().unwrap()).collect();
    assert_eq!((issuers, &read["bin"][0]["token"]["issuer"]), (vec!["Issuer 1", "Issuer 3"], &"Issuer 2".into()));
    // One device, which has spoken four times: three tokens, and one that went to the bin.
    assert_eq!(read["merging"]["devices"][0][1], 4);
    assert_eq!(read["tokens"][0]["marks"]["added"], serde_json::json!([1, 0]));
    assert_eq!(read["bin"][0]["token"]["marks"]["status"], serde_json::json!([4, 0]));
}

fn read(file: &Path) -> Value {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/open_sealed.py");
    let mut child = Command::new("python3")
        .arg(script)
        .args([file.to_str().unwrap(), "password"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(PASSWORD.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}
