//! The encrypted file that holds the tokens.
//!
//! [`Session`] is the only door: it makes, opens and changes a vault, and every change is on disk when its method returns.
//! [`Contents`] is what is shown. The file itself is described in [`mod@format`].
//!
//! ```text
//! Session ── changes.rs (what is done) ── payload.rs (as JSON) ── format.rs (sealed) ── store.rs (on disk, whole)
//!    └────── slots.rs, kdf.rs, keys.rs (who may open it)
//! ```
//!
//! ```
//! use std::sync::Arc;
//! use smartotp_core::enrol::Enrolment;
//! use smartotp_core::secret::{Secret, SecretText};
//! use smartotp_core::token::Kind;
//! use smartotp_core::vault::{Credential, Environment, NewSlot, ProcessClock, Session, SystemEntropy, kdf::Cost};
//!
//! # let folder = tempfile::tempdir()?;
//! # let file = folder.path().join("vault.smartotp");
//! let (entropy, boot) = (Arc::new(SystemEntropy), Arc::new(ProcessClock::start()));
//! let environment = Environment { file, entropy, keystore: None, boot };
//! let password = || SecretText::from("correct horse battery staple");
//! let mut session = Session::create(environment.clone(), NewSlot::Password(password(), Cost::FLOOR))?;
//!
//! let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
//! session.add(vec![Enrolment::new("GitHub".into(), "mira".into(), secret, Kind::usual_totp())])?;
//! drop(session); // locks it: every secret is wiped
//!
//! let (session, notices) = Session::open(environment, Credential::Password(password()))?;
//! assert!(notices.is_empty());
//! let token = &session.contents().tokens()[0];
//! let code = session.contents().code(token.id, 1_111_111_109).ok_or("gone")??;
//! assert_eq!(code.as_str(), "081804"); // RFC 6238, Appendix B, in six digits
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![cfg_attr(not(feature = "file-store"), allow(dead_code, reason = "the file store is what drives all of it"))]

mod apart;
mod boot;
mod changes;
pub(crate) mod contents;
pub(crate) mod deflate;
#[cfg(feature = "file-store")]
mod device;
mod errors;
pub mod format;
pub(crate) mod frame;
pub(crate) mod hex;
pub mod journal;
pub mod kdf;
pub(crate) mod keys;
pub(crate) mod payload;
mod protection;
pub(crate) mod record;
mod recovery;
mod requests;
#[cfg(feature = "file-store")]
mod session;
mod signed;
pub(crate) mod slots;
#[cfg(feature = "file-store")]
mod store;
pub mod strength;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(feature = "file-store")]
mod tries;
#[cfg(feature = "file-store")]
mod wipe;
pub(crate) mod wiped;

pub use boot::{BootClock, BootTime, ProcessClock};
pub use changes::{BIN_SECONDS, COUNTER_SKIP};
pub use contents::{Binned, Contents};
pub use errors::{ChangeError, CreateError, OpenError};
pub use protection::Protection;
pub use recovery::{RecoveryError, RecoveryKey};
pub use requests::{AddOutcome, Edit, Notice, Rehearsal, SignRequest, VaultInfo, Wait, WrongTries};
#[cfg(feature = "file-store")]
pub use session::{Environment, Restored, SeenRequest, Session, TakenIn};
pub use signed::{MOST_SIGNATURES, Signature};
pub use slots::{Credential, NewSlot, SlotInfo, SlotKind};
#[cfg(feature = "file-store")]
pub use wipe::{WipeError, wipe};

use crate::secret::Secret;

/// Where randomness comes from. `app` and tests bring it; [`SystemEntropy`] is the real one.
pub trait Entropy: Send + Sync {
    /// Fills the whole buffer.
    ///
    /// # Errors
    /// When the system has none.
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoEntropy>;
}

/// The operating system gave no randomness.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no randomness")]
pub struct NoEntropy;

/// The operating system's own, by `ring`.
#[derive(Debug, Default, Clone, Copy)]
pub struct SystemEntropy;

impl Entropy for SystemEntropy {
    fn fill(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
        use ring::rand::SecureRandom as _;
        ring::rand::SystemRandom::new().fill(buffer).map_err(|_| NoEntropy)
    }
}

/// The operating system's keystore (Secret Service, Keychain, Credential Manager, Android Keystore). `app` fills it.
pub trait Keystore: Send + Sync {
    /// The secret under a name, or `None` where there is none.
    ///
    /// # Errors
    /// [`KeystoreError`] when the keystore cannot be asked.
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError>;
    /// Puts a secret under a name, over what was there.
    ///
    /// # Errors
    /// [`KeystoreError`].
    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError>;
    /// Takes a secret away; nothing there is no error.
    ///
    /// # Errors
    /// [`KeystoreError`].
    fn remove(&self, name: &str) -> Result<(), KeystoreError>;
}

/// Why the keystore did not answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum KeystoreError {
    /// This system has none (a bare Linux), or it does not run.
    #[error("no keystore")]
    Missing,
    /// It is locked, and the user did not open it.
    #[error("the keystore is locked")]
    Locked,
    /// It runs, and has no such entry (any more): some lose theirs.
    #[error("the keystore has no such entry")]
    NoEntry,
    /// Anything else.
    #[error("the keystore failed")]
    Failed,
}
