//! A vault that several processes share: its folder, a keystore of files, a clock that lets nobody wait.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Algorithm, Counter, Digits, Kind, TokenId};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    BootClock, BootTime, Credential, Entropy as _, Environment, Keystore, KeystoreError, NewSlot, Notice, RecoveryKey,
    Session, SystemEntropy,
};

/// A keystore that two processes share: a file for each entry.
struct FolderKeystore(PathBuf);

impl FolderKeystore {
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name.replace(' ', "_"))
    }
}

impl Keystore for FolderKeystore {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        Ok(fs::read(self.file(name)).ok().map(Secret::from_bytes))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        let new = self.0.join(format!("new-{}", std::process::id()));
        fs::write(&new, secret.expose()).unwrap();
        fs::rename(new, self.file(name)).unwrap();
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        fs::remove_file(self.file(name)).ok();
        Ok(())
    }
}

/// A microsecond counts as a second: no try is held up.
struct Hurried;

impl BootClock for Hurried {
    fn now(&self) -> BootTime {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        BootTime { boot: "one".into(), seconds: u64::try_from(since.as_micros()).unwrap() }
    }
}

/// The vault of a folder, `vault/vault.smartotp`, with its keystore beside.
pub(crate) fn environment(folder: &Path) -> Environment {
    Environment {
        file: folder.join("vault/vault.smartotp"),
        entropy: Arc::new(SystemEntropy),
        keystore: Some(Arc::new(FolderKeystore(folder.join("keystore")))),
        boot: Arc::new(Hurried),
    }
}

/// Written in a folder beside the vault: opening by it costs no derivation.
fn recovery_file(folder: &Path) -> PathBuf {
    folder.join("keystore/recovery-key")
}

pub(crate) fn recovery(folder: &Path) -> Credential {
    let text = fs::read_to_string(recovery_file(folder)).unwrap();
    Credential::Recovery(RecoveryKey::parse(&text).unwrap())
}

pub(crate) fn open(folder: &Path) -> (Session, Vec<Notice>) {
    Session::open(environment(folder), recovery(folder)).unwrap()
}

pub(crate) fn password(number: u64) -> SecretText {
    SecretText::from(format!("password number {number} of many").as_str())
}

pub(crate) fn pin(number: u64) -> SecretText {
    SecretText::from(format!("{:06}", 583_920 + number).as_str())
}

pub(crate) fn enrolment(name: &str, kind: Kind) -> Enrolment {
    let mut secret = vec![0; 20];
    SystemEntropy.fill(&mut secret).unwrap();
    Enrolment::new(name.into(), "a".into(), Secret::from_bytes(secret), kind)
}

/// A vault with password 0, PIN 0, a recovery key and the counter of a bank.
pub(crate) fn furnish(folder: &Path) {
    fs::create_dir_all(folder.join("keystore")).unwrap();
    fs::create_dir_all(folder.join("vault")).unwrap();
    let key = RecoveryKey::generate(&SystemEntropy).unwrap();
    fs::write(recovery_file(folder), key.text().expose()).unwrap();
    let slots =
        vec![NewSlot::Password(password(0), Cost::FLOOR), NewSlot::Pin(pin(0), Cost::FLOOR), NewSlot::Recovery(key)];
    let mut session = Session::create_with(environment(folder), slots).unwrap();
    let kind = Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(0) };
    session.add(vec![enrolment("Bank", kind)]).unwrap();
}

/// The token whose counter is used.
pub(crate) fn bank(session: &Session) -> TokenId {
    session.contents().tokens().iter().find(|token| token.issuer == "Bank").unwrap().id
}

pub(crate) fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % below
}
