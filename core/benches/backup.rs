//! A backup as a user has it made: one token is edited, and all of them are sealed, brought to a server on loopback, read back, opened and
//! compared. Beside it what a look costs where nothing is new, and the memory at its peak, each case in a process of its own.
//!
//! `cargo bench -p smartotp-core --features backup-remote --bench backup`; the servers are those of `tests/run install`.
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

#[path = "../../tests/src/servers.rs"]
#[allow(dead_code, unreachable_pub, reason = "a crate's module, in another one")]
mod servers;

use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::Provider;
use smartotp_core::backup::remote::Remote;
use smartotp_core::backup::versions::{self, Done, How};
use smartotp_core::backup::{Keys, Lock};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::Kind;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    Edit, Entropy as _, Environment, NewSlot, ProcessClock, RecoveryKey, Session, SystemEntropy,
};

const PLACES: [&str; 3] = ["folder", "webdav", "s3"];
const SIZES: [usize; 3] = [10, 1_000, 10_000];
const ROUNDS: u32 = 15;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with("--")).collect();
    if let [place, tokens] = arguments.as_slice() {
        return case(place, tokens.parse().unwrap());
    }
    println!("medians of {ROUNDS}, in ms; memory in MiB");
    println!(
        "| place | tokens | sealed, written, verified | nothing new, heads read again | nothing new | bytes | a token | before | peak |"
    );
    println!("| --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    for place in PLACES {
        for tokens in SIZES {
            let own = std::env::current_exe().unwrap();
            let status = Command::new(own).args([place, &tokens.to_string()]).status().unwrap();
            assert!(status.success());
        }
    }
}

fn case(place: &str, tokens: usize) {
    let home = tempfile::tempdir().unwrap();
    let served = home.path().join("served");
    std::fs::create_dir(&served).unwrap();
    let server = match place {
        "webdav" => servers::rclone(&served, None),
        "s3" => servers::s3s(&served, None),
        _ => None,
    };
    let location = match (place, &server) {
        ("folder", _) => Location::Folder { path: served.display().to_string() },
        (_, None) => return println!("| {place} | no server |"),
        ("webdav", Some(server)) => Location::WebDav {
            url: format!("http://127.0.0.1:{}/", server.port),
            user: servers::USER.into(),
            password: SecretText::from(servers::PASSWORD),
            authority: String::new(),
        },
        (_, Some(server)) => Location::S3 {
            url: format!("http://127.0.0.1:{}", server.port),
            bucket: servers::BUCKET.into(),
            region: "eu-central-1".into(),
            folder: "otp".into(),
            key_id: servers::USER.into(),
            secret_key: SecretText::from(servers::PASSWORD),
            authority: String::new(),
        },
    };
    let mut session = vault(&home.path().join("vault.smartotp"), tokens);
    let key = RecoveryKey::generate(&SystemEntropy).unwrap();
    let keys = Keys::new(&[Lock::Recovery(&key)], &SystemEntropy).unwrap();
    session.add_place(location.duplicate(), keys).unwrap();
    let provider: Box<dyn Provider> = match &location {
        Location::Folder { path } => Box::new(Folder::new(path.into())),
        _ => Box::new(Remote::new(&location).unwrap()),
    };
    let before = memory("VmRSS:");
    let now = |session: &mut Session, verify| {
        let how = How { device: "a bench", now: 1_700_000_000, entropy: &SystemEntropy, verify };
        versions::now(session, &*provider, 1, &how, &()).unwrap()
    };
    now(&mut session, true);
    let id = session.contents().tokens()[0].id;
    let (mut written, mut verified, mut looked) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        session.edit(id, Edit { note: Some(format!("round {round}")), ..Edit::default() }).unwrap();
        written.push(timed(|| now(&mut session, true), true));
        verified.push(timed(|| now(&mut session, true), false));
        looked.push(timed(|| now(&mut session, false), false));
    }
    let bytes = session.backup().places()[0].versions()[0].1.bytes;
    let each = bytes / tokens as u64;
    let [written, verified, looked] = [written, verified, looked].map(median);
    let peak = memory("VmHWM:");
    println!(
        "| {place} | {tokens} | {written:.1} | {verified:.1} | {looked:.1} | {bytes} | {each} | {before} | {peak} |"
    );
}

fn timed(call: impl FnOnce() -> Done, writes: bool) -> Duration {
    let begun = Instant::now();
    let done = call();
    let took = begun.elapsed();
    assert_eq!(done.written.is_some(), writes);
    took
}

fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1_000.0
}

/// A line of what the system says of this process, in MiB.
fn memory(line: &str) -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let kib = status.lines().find_map(|text| text.strip_prefix(line)?.trim().strip_suffix(" kB")?.parse::<u64>().ok());
    kib.unwrap_or(0) / 1_024
}

fn vault(file: &Path, tokens: usize) -> Session {
    let environment = Environment {
        file: file.to_owned(),
        entropy: Arc::new(SystemEntropy),
        keystore: None,
        boot: Arc::new(ProcessClock::start()),
    };
    let slot = NewSlot::Password(SecretText::from("of the vault"), Cost::FLOOR);
    let mut session = Session::create(environment, slot).unwrap();
    let enrolment = |number: usize| {
        let mut secret = vec![0; 20];
        SystemEntropy.fill(&mut secret).unwrap();
        let (issuer, account) = (format!("Issuer {}", number % 500), format!("someone{number}@example.org"));
        Enrolment::new(issuer, account, Secret::from_bytes(secret), Kind::usual_totp())
    };
    session.add((0..tokens).map(enrolment).collect()).unwrap();
    session
}
