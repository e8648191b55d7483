//! What the tests of this module share: a folder that goes away, randomness that repeats, a keystore in memory, a cheap cost.

mod simulated;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};

use sha2::{Digest as _, Sha256};

pub(crate) use simulated::{Fault, Simulated};

use super::kdf::Cost;
use super::slots::CostRule;
use super::store::{Disk, Files};
use super::{
    BootClock, BootTime, ChangeError, Credential, Entropy, Environment, Keystore, KeystoreError, NewSlot, NoEntropy,
    RecoveryKey, Session,
};
use crate::enrol::Enrolment;
use crate::secret::{Secret, SecretText};
use crate::token::{Algorithm, Counter, Digits, Kind};

/// Far below the floor: a test that cuts a write at every call opens hundreds of vaults.
pub(crate) const CHEAP: Cost = Cost { memory_kib: 8, passes: 1, lanes: 1 };

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Numbers that repeat from run to run, and never within one.
#[derive(Default)]
pub(crate) struct CountingEntropy(AtomicU64);

impl Entropy for CountingEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        for chunk in buffer.chunks_mut(32) {
            let block = Sha256::digest(self.0.fetch_add(1, Ordering::Relaxed).to_be_bytes());
            chunk.copy_from_slice(&block[..chunk.len()]);
        }
        Ok(())
    }
}

/// A keystore in memory, which can be made to lose things.
#[derive(Default)]
pub(crate) struct MemoryKeystore {
    pub(crate) entries: Mutex<HashMap<String, Vec<u8>>>,
    pub(crate) refuses: Mutex<Option<KeystoreError>>,
    /// How many changes are taken before the process dies.
    pub(crate) cut_after: Mutex<Option<usize>>,
}

impl MemoryKeystore {
    pub(crate) fn names(&self, containing: &str) -> Vec<String> {
        self.entries.lock().unwrap().keys().filter(|name| name.contains(containing)).cloned().collect()
    }

    /// The same entries, and nothing wrong.
    pub(crate) fn snapshot(&self) -> Self {
        Self { entries: Mutex::new(self.entries.lock().unwrap().clone()), ..Self::default() }
    }

    fn changes(&self) -> Result<(), KeystoreError> {
        self.answers()?;
        match &mut *self.cut_after.lock().unwrap() {
            Some(0) => Err(KeystoreError::Failed),
            Some(left) => {
                *left -= 1;
                Ok(())
            }
            None => Ok(()),
        }
    }

    fn answers(&self) -> Result<(), KeystoreError> {
        self.refuses.lock().unwrap().map_or(Ok(()), Err)
    }
}

impl Keystore for MemoryKeystore {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        self.answers()?;
        Ok(self.entries.lock().unwrap().get(name).cloned().map(Secret::from_bytes))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        self.changes()?;
        self.entries.lock().unwrap().insert(name.to_owned(), secret.expose().to_vec());
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        self.changes()?;
        self.entries.lock().unwrap().remove(name);
        Ok(())
    }
}

/// A system that starts, and time that passes, as a test says.
pub(crate) struct TestBoot(Mutex<BootTime>);

impl Default for TestBoot {
    fn default() -> Self {
        Self(Mutex::new(BootTime { boot: "first".to_owned(), seconds: 1_000 }))
    }
}

impl TestBoot {
    pub(crate) fn pass(&self, seconds: u64) {
        self.0.lock().unwrap().seconds += seconds;
    }

    pub(crate) fn restart(&self, boot: &str, seconds: u64) {
        *self.0.lock().unwrap() = BootTime { boot: boot.to_owned(), seconds };
    }
}

impl BootClock for TestBoot {
    fn now(&self) -> BootTime {
        self.0.lock().unwrap().clone()
    }
}

/// A folder with a vault's environment.
pub(crate) struct Place {
    pub(crate) folder: tempfile::TempDir,
    pub(crate) environment: Environment,
    pub(crate) boot: Arc<TestBoot>,
}

impl Place {
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("vault.smartotp");
        let boot = Arc::new(TestBoot::default());
        let entropy = Arc::new(CountingEntropy::default());
        let environment = Environment { file, entropy, keystore: None, boot: boot.clone() };
        Self { folder, environment, boot }
    }

    pub(crate) fn with_keystore() -> (Self, Arc<MemoryKeystore>) {
        let keystore = Arc::new(MemoryKeystore::default());
        let mut place = Self::new();
        place.environment.keystore = Some(keystore.clone());
        (place, keystore)
    }

    pub(crate) fn file(&self) -> &Path {
        &self.environment.file
    }

    pub(crate) fn beside(&self, suffix: &str) -> PathBuf {
        format!("{}{suffix}", self.file().display()).into()
    }

    pub(crate) fn bytes(&self) -> Vec<u8> {
        std::fs::read(self.file()).unwrap()
    }

    pub(crate) fn create(&self) -> Session {
        self.create_on(Arc::new(Disk))
    }

    pub(crate) fn create_on(&self, files: Arc<dyn Files>) -> Session {
        Session::create_on(files, self.environment.clone(), password_slot(PASSWORD), CostRule::AnyForTests).unwrap()
    }

    pub(crate) fn open(&self) -> Session {
        let (session, notices) = Session::open(self.environment.clone(), password(PASSWORD)).unwrap();
        assert_eq!(notices, []);
        session
    }
}

pub(crate) fn password(text: &str) -> Credential {
    Credential::Password(SecretText::from(text))
}

pub(crate) fn password_slot(text: &str) -> NewSlot {
    NewSlot::Password(SecretText::from(text), CHEAP)
}

pub(crate) fn pin(text: &str) -> Credential {
    Credential::Pin(SecretText::from(text))
}

pub(crate) fn pin_slot(text: &str) -> NewSlot {
    NewSlot::Pin(SecretText::from(text), CHEAP)
}

/// A recovery key that is the same each time.
pub(crate) fn recovery_key() -> RecoveryKey {
    RecoveryKey::generate(&CountingEntropy::default()).unwrap()
}

/// An enrolment whose secret is made from its number.
pub(crate) fn totp(number: u32, issuer: &str, account: &str) -> Enrolment {
    Enrolment::new(issuer.into(), account.into(), secret(number), Kind::usual_totp())
}

pub(crate) fn hotp(number: u32, issuer: &str, counter: u64) -> Enrolment {
    let kind = Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(counter) };
    Enrolment::new(issuer.into(), "account".into(), secret(number), kind)
}

pub(crate) fn secret(number: u32) -> Secret {
    Secret::from_bytes(Sha256::digest(number.to_be_bytes())[..20].to_vec())
}

pub(crate) fn issuers(session: &Session) -> Vec<&str> {
    session.contents().tokens().iter().map(|token| token.issuer.as_str()).collect()
}

/// Adds one token by name.
pub(crate) fn add(session: &mut Session, number: u32, issuer: &str) -> Result<(), ChangeError> {
    session.add(vec![totp(number, issuer, "account")]).map(|_| ())
}
