//! The vault without its key derivation: a device slot's secret comes from memory, so what is left is file, cipher, deflate
//! and JSON. `disk` is the same bytes written with the same two fsyncs and nothing else: what no vault can beat.
//!
//! `cargo bench -p smartotp-core --bench vault`
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::HashMap;
use std::fs::{self, File};
use std::io::Write as _;
use std::path::PathBuf;
use std::sync::{Arc, Mutex};

use divan::Bencher;
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Algorithm, Counter, Digits, Kind, TokenId};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    Credential, Edit, Entropy as _, Environment, Keystore, KeystoreError, NewSlot, ProcessClock, Session, SystemEntropy,
};

const SIZES: [usize; 4] = [10, 1_000, 10_000, 100_000];

fn main() {
    divan::main();
}

#[derive(Default)]
struct MemoryKeystore(Mutex<HashMap<String, Secret>>);

impl Keystore for MemoryKeystore {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        Ok(self.0.lock().unwrap().get(name).map(Secret::duplicate))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        self.0.lock().unwrap().insert(name.to_owned(), secret.duplicate());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        self.0.lock().unwrap().remove(name);
        Ok(())
    }
}

struct Vault {
    folder: tempfile::TempDir,
    environment: Environment,
    session: Session,
    /// The first token, which is HOTP.
    first: TokenId,
}

impl Vault {
    fn with(tokens: usize) -> Self {
        // On the disk that is built on: /tmp may be memory.
        let folder =
            tempfile::tempdir_in(std::env::var_os("CARGO_TARGET_TMPDIR").map_or(PathBuf::from("."), PathBuf::from));
        let folder = folder.unwrap();
        let environment = Environment {
            file: folder.path().join("vault.smartotp"),
            entropy: Arc::new(SystemEntropy),
            keystore: Some(Arc::new(MemoryKeystore::default())),
            boot: Arc::new(ProcessClock::start()),
        };
        let mut session = Session::create(environment.clone(), NewSlot::Device).unwrap();
        let outcome = session.add((0..tokens).map(enrolment).collect()).unwrap();
        let first = outcome.added[0].1;
        Self { folder, environment, session, first }
    }

    fn open(&self) -> Session {
        Session::open(self.environment.clone(), Credential::Device).unwrap().0
    }
}

fn enrolment(number: usize) -> Enrolment {
    let mut secret = vec![0; 20];
    SystemEntropy.fill(&mut secret).unwrap();
    let hotp = Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(0) };
    let kind = if number == 0 { hotp } else { Kind::usual_totp() };
    let (issuer, account) = (format!("Issuer {}", number % 500), format!("someone{number}@example.org"));
    let mut enrolment = Enrolment::new(issuer, account, Secret::from_bytes(secret), kind);
    enrolment.groups = vec![["Work", "Private", "Bank"][number % 3].into()];
    enrolment
}

/// Open the file, however it was locked, but for the key derivation.
#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn open(bencher: Bencher, tokens: usize) {
    let vault = Vault::with(tokens);
    bencher.bench_local(|| vault.open());
}

/// Change one field and have it on disk.
#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn save(bencher: Bencher, tokens: usize) {
    let mut vault = Vault::with(tokens);
    let (id, mut number) = (vault.first, 0);
    bencher.bench_local(|| {
        number += 1;
        vault.session.edit(id, Edit { note: Some(number.to_string()), ..Edit::default() }).unwrap();
    });
}

/// One HOTP code, its counter on disk.
#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn next_code(bencher: Bencher, tokens: usize) {
    let mut vault = Vault::with(tokens);
    let id = vault.first;
    bencher.bench_local(|| vault.session.next_code(id).unwrap());
}

/// As many bytes as the vault has, with the two fsyncs of a save.
#[divan::bench(args = SIZES, sample_count = 20, sample_size = 1)]
fn disk(bencher: Bencher, tokens: usize) {
    let vault = Vault::with(tokens);
    let bytes = fs::read(&vault.environment.file).unwrap();
    let (new, current) = (vault.folder.path().join("new"), vault.folder.path().join("current"));
    bencher.bench_local(|| {
        let mut file = File::create(&new).unwrap();
        file.write_all(&bytes).unwrap();
        file.sync_all().unwrap();
        fs::rename(&new, &current).unwrap();
        File::open(vault.folder.path()).unwrap().sync_all().unwrap();
    });
}

/// What the window asks every second while nothing has changed.
#[divan::bench(args = [10_000])]
fn refresh(bencher: Bencher, tokens: usize) {
    let mut vault = Vault::with(tokens);
    bencher.bench_local(|| vault.session.refresh().unwrap());
}

/// Import of everything again: all are duplicates, none is compared with all.
#[divan::bench(args = SIZES, sample_count = 5, sample_size = 1)]
fn add(bencher: Bencher, tokens: usize) {
    bencher
        .with_inputs(|| (Vault::with(1), (0..tokens).map(enrolment).collect::<Vec<_>>()))
        .bench_local_values(|(mut vault, enrolments)| vault.session.add(enrolments).unwrap());
}

/// The one derivation that opening with a password pays, at the default and at the floor.
#[divan::bench(args = [Cost::DEFAULT, Cost::FLOOR], sample_count = 10, sample_size = 1)]
fn derive(bencher: Bencher, cost: Cost) {
    let mut vault = Vault::with(1);
    vault.session.change_lock(NewSlot::Password(SecretText::from("password"), cost)).unwrap();
    let credential = Credential::Password(SecretText::from("password"));
    bencher.bench_local(|| vault.session.verify(&credential).unwrap());
}
