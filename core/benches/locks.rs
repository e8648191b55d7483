//! What a guess costs: opening by password, PIN and recovery key, and what follows for somebody who has the file.
//!
//! `cargo bench -p smartotp-core --bench locks`
#![allow(clippy::unwrap_used, clippy::print_stdout, missing_docs)]

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use divan::Bencher;
use smartotp_core::secret::Secret;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    Credential, Environment, Keystore, KeystoreError, NewSlot, ProcessClock, RecoveryKey, Session, SystemEntropy,
};

fn main() {
    divan::main();
    print_price();
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

const PASSWORD: &str = "password";
const PIN: &str = "258013";

/// A vault that opens by all three.
fn vault(cost: Cost) -> (tempfile::TempDir, Session, RecoveryKey) {
    let folder = tempfile::tempdir().unwrap();
    let environment = Environment {
        file: folder.path().join("vault.smartotp"),
        entropy: Arc::new(SystemEntropy),
        keystore: Some(Arc::new(MemoryKeystore::default())),
        boot: Arc::new(ProcessClock::start()),
    };
    let recovery = RecoveryKey::generate(&SystemEntropy).unwrap();
    let same = RecoveryKey::parse(recovery.text().expose()).unwrap();
    let slots = vec![NewSlot::Password(PASSWORD.into(), cost), NewSlot::Pin(PIN.into(), cost), NewSlot::Recovery(same)];
    let session = Session::create_with(environment, slots).unwrap();
    (folder, session, recovery)
}

#[divan::bench(args = [Cost::DEFAULT, Cost::FLOOR], sample_count = 10, sample_size = 1)]
fn password(bencher: Bencher, cost: Cost) {
    let (_folder, session, _) = vault(cost);
    let credential = Credential::Password(PASSWORD.into());
    bencher.bench_local(|| session.verify(&credential).unwrap());
}

#[divan::bench(args = [Cost::DEFAULT, Cost::FLOOR], sample_count = 10, sample_size = 1)]
fn pin(bencher: Bencher, cost: Cost) {
    let (_folder, session, _) = vault(cost);
    let credential = Credential::Pin(PIN.into());
    bencher.bench_local(|| session.verify(&credential).unwrap());
}

/// No derivation: 160 random bits need none. This is the count of tries and the cipher.
#[divan::bench(sample_count = 10, sample_size = 1)]
fn recovery(bencher: Bencher) {
    let (_folder, session, recovery) = vault(Cost::FLOOR);
    let credential = Credential::Recovery(recovery);
    bencher.bench_local(|| session.verify(&credential).unwrap());
}

/// What all PINs of a length cost somebody who guesses offline.
fn print_price() {
    let seconds = |credential: &Credential| {
        let (_folder, session, _) = vault(Cost::DEFAULT);
        let start = Instant::now();
        (0..5).for_each(|_| session.verify(credential).unwrap());
        start.elapsed().as_secs_f64() / 5.0
    };
    let (password, pin) = (seconds(&Credential::Password(PASSWORD.into())), seconds(&Credential::Pin(PIN.into())));
    println!("\nSeconds per guess at the default cost on this machine: password {password:.3}, PIN {pin:.3}.");
    println!("All PINs, with the file AND the PIN secret of the keystore:");
    for (digits, pins) in [(4, 1e4), (6, 1e6), (8, 1e8), (12, 1e12)] {
        let one = pins * pin / 3600.0;
        println!("  {digits:2} digits: {one:14.1} hours on one such machine, {:12.3} hours on a thousand", one / 1e3);
    }
    println!("With the file alone: a PIN says nothing without its 256-bit secret, so 2^256 keys, however short it is.");
    println!("On the device: 5 tries, then one after 30 s, 1, 5 and 15 min, then 24 a day.");
}
