//! The OS keystore, by the `keyring` family of crates: Secret Service, Keychain, Credential Manager, Android Keystore.

use data_encoding::BASE64;
use keyring_core::{Entry, Error};
use smartotp_core::secret::Secret;
use smartotp_core::vault::{Keystore, KeystoreError};
use zeroize::Zeroizing;

/// Under which name the entries stand in the keystore; a user sees it there.
const SERVICE: &str = "smartotp";

/// The keystore of this system.
pub(crate) struct OsKeystore {
    /// Connects to it. Asked before every use, answers at once when it is connected.
    pub(crate) connect: fn() -> bool,
}

impl OsKeystore {
    fn entry(&self, name: &str) -> Result<Entry, KeystoreError> {
        if !(self.connect)() {
            return Err(KeystoreError::Missing);
        }
        Entry::new(SERVICE, name).map_err(|error| because(&error))
    }
}

impl Keystore for OsKeystore {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        let written = match self.entry(name)?.get_secret() {
            Ok(written) => Zeroizing::new(written),
            Err(Error::NoEntry) => return Ok(None),
            Err(error) => return Err(because(&error)),
        };
        BASE64.decode(&written).map(|bytes| Some(Secret::from_bytes(bytes))).map_err(|_| KeystoreError::Failed)
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        // As Base64: not every keystore, and not every tool that copies one, carries any byte whole.
        let written = Zeroizing::new(BASE64.encode(secret.expose()));
        self.entry(name)?.set_secret(written.as_bytes()).map_err(|error| because(&error))
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        match self.entry(name)?.delete_credential() {
            Ok(()) | Err(Error::NoEntry) => Ok(()),
            Err(error) => Err(because(&error)),
        }
    }
}

/// The fact in an error, without the values that it may carry.
fn because(error: &Error) -> KeystoreError {
    match error {
        Error::NoDefaultStore => KeystoreError::Missing,
        Error::NoStorageAccess(_) => KeystoreError::Locked,
        _ => KeystoreError::Failed,
    }
}
