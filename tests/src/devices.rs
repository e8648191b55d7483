//! Devices that back up to one place behind a network, as the app does it.
#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::sync::Arc;
use std::time::Duration;

use smartotp_core::backup::location::Location;
use smartotp_core::backup::remote::{Patience, Remote};
use smartotp_core::backup::schedule::Standing;
use smartotp_core::backup::settings::Keep;
use smartotp_core::backup::versions::{self, BackupError, Done, How};
use smartotp_core::backup::{Keys, Lock, Origin, Unlock};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::Kind;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Edit, Environment, NewSlot, ProcessClock, RecoveryKey, Session, SystemEntropy};
use tempfile::TempDir;

use crate::servers::{BUCKET, USER};

/// The name of each device, as its user knows it.
pub const NAME: &str = "Mira's telephone";

/// The key of one backup, as several devices have it.
#[derive(Debug)]
pub struct Shared {
    /// What opens it.
    pub recovery: RecoveryKey,
    sealed: Vec<u8>,
}

impl Shared {
    /// A new one.
    ///
    /// # Panics
    /// Where there is no randomness.
    #[must_use]
    pub fn new() -> Self {
        let recovery = RecoveryKey::generate(&SystemEntropy).unwrap();
        let keys = Keys::new(&[Lock::Recovery(&recovery)], &SystemEntropy).unwrap();
        let sealed = keys.seal(&Origin::default(), &[], &SystemEntropy).unwrap();
        Self { recovery, sealed }
    }

    /// The keys, for one device more.
    ///
    /// # Panics
    /// Never: it is its own key.
    #[must_use]
    pub fn keys(&self) -> Keys {
        Keys::unlock(&self.sealed, &Unlock::Recovery(&self.recovery)).unwrap()
    }
}

impl Default for Shared {
    fn default() -> Self {
        Self::new()
    }
}

/// Waits for as long as a test may.
#[must_use]
pub fn impatient() -> Patience {
    Patience { connect: Duration::from_secs(2), silence: Duration::from_secs(1), call: Duration::from_secs(10) }
}

/// A device: a vault with the backup turned on.
pub struct Device {
    _home: TempDir,
    /// Its vault.
    pub session: Session,
    /// The way to the place.
    pub remote: Remote,
}

impl std::fmt::Debug for Device {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Device").finish_non_exhaustive()
    }
}

impl Device {
    /// A new vault that backs up to a place.
    ///
    /// # Panics
    /// Where the folder for temporary files cannot be written.
    #[must_use]
    pub fn new(location: &Location, keys: Keys, patience: Patience) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (file, entropy) = (home.path().join("vault.smartotp"), Arc::new(SystemEntropy));
        let environment = Environment { file, entropy, keystore: None, boot: Arc::new(ProcessClock::start()) };
        let slot = NewSlot::Password(SecretText::from("of the vault itself"), Cost::FLOOR);
        let mut session = Session::create(environment, slot).unwrap();
        session.add_place(location.duplicate(), keys).unwrap();
        Self { _home: home, session, remote: Remote::with_patience(location, patience).unwrap() }
    }

    /// Which versions are kept from now on.
    ///
    /// # Panics
    /// Where the vault cannot be written.
    pub fn keep(&mut self, newest: u32, days: u32) {
        self.session.set_keep(1, Keep { newest, days }).unwrap();
    }

    /// Enrols a token.
    ///
    /// # Panics
    /// Where the vault cannot be written.
    pub fn add(&mut self, number: u32) {
        let secret = Secret::from_bytes(format!("the secret number {number:04}").into_bytes());
        let account = format!("mira-{number}@keller.example");
        let enrolment = Enrolment::new(format!("Issuer{number:04}"), account, secret, Kind::usual_totp());
        self.session.add(vec![enrolment]).unwrap();
    }

    /// Writes a note to the first token.
    ///
    /// # Panics
    /// Where there is none.
    pub fn note(&mut self, note: &str) {
        let id = self.session.contents().tokens()[0].id;
        self.session.edit(id, Edit { note: Some(note.to_owned()), ..Edit::default() }).unwrap();
    }

    /// Backs up, as of some Unix time.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn backup_at(&mut self, now: u64) -> Result<Done, BackupError> {
        let how = How { device: NAME, now, entropy: &SystemEntropy, verify: true };
        versions::now(&mut self.session, &self.remote, 1, &how, &())
    }

    /// Backs up.
    ///
    /// # Errors
    /// [`BackupError`].
    pub fn backup(&mut self) -> Result<Done, BackupError> {
        self.backup_at(1_700_000_000)
    }

    /// What it says of its backup.
    ///
    /// # Panics
    /// Never: the backup is on.
    #[must_use]
    pub fn standing(&self, now: u64) -> Standing {
        Standing::of(&self.session.backup().places()[0], self.session.contents(), now)
    }

    /// The issuers in its list, sorted.
    #[must_use]
    pub fn issuers(&self) -> Vec<String> {
        let tokens = self.session.contents().tokens().iter();
        let mut issuers: Vec<String> = tokens.map(|token| token.issuer.clone()).collect();
        issuers.sort();
        issuers
    }
}

/// A folder of a WebDAV server on this machine.
#[must_use]
pub fn webdav(scheme: &str, port: u16, folder: &str, password: &str, authority: &str) -> Location {
    Location::WebDav {
        url: format!("{scheme}://127.0.0.1:{port}/{folder}"),
        user: USER.into(),
        password: SecretText::from(password),
        authority: authority.into(),
    }
}

/// A folder of the bucket of an S3 server on this machine.
#[must_use]
pub fn s3(port: u16, folder: &str, secret_key: &str) -> Location {
    Location::S3 {
        url: format!("http://127.0.0.1:{port}"),
        bucket: BUCKET.into(),
        region: "eu-central-1".into(),
        folder: folder.into(),
        key_id: USER.into(),
        secret_key: SecretText::from(secret_key),
        authority: String::new(),
    }
}
