//! Sealed files: what an export for this app, a transfer to another phone and a backup have in common.
//!
//! [`mod@sealed`] describes the file so that an outsider could read it. [`Keys`] seal and open all files of one set with
//! one key derivation; [`open`] is for a single file.
//!
//! ```
//! use smartotp_core::backup::{self, Keys, Lock, Origin, Unlock};
//! use smartotp_core::secret::{Secret, SecretText};
//! use smartotp_core::token::{Kind, Token, TokenId};
//! use smartotp_core::vault::{SystemEntropy, kdf::Cost};
//!
//! let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
//! let token = Token::new(TokenId::from_bytes([7; 16]), "ACME".into(), "mira".into(), secret, Kind::usual_totp());
//! let password = SecretText::from("correct horse battery staple");
//!
//! let keys = Keys::new(&[Lock::Password(&password, Cost::FLOOR)], &SystemEntropy)?;
//! let file = keys.seal(&Origin::default(), &[&token], &SystemEntropy)?;
//!
//! let (snapshot, _keys) = backup::open(&file, &Unlock::Password(&password))?;
//! assert_eq!(snapshot.tokens, [token]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod cloud;
#[cfg(feature = "file-store")]
pub mod folder;
pub mod location;
pub(crate) mod merge;
mod name;
#[cfg(feature = "backup-remote")]
pub mod oauth;
pub mod provider;
#[cfg(feature = "backup-remote")]
pub mod remote;
#[cfg(feature = "file-store")]
pub mod schedule;
pub mod sealed;
mod set;
pub mod settings;
mod snapshot;
#[cfg(test)]
pub(crate) mod testing;
#[cfg(feature = "file-store")]
pub mod versions;
pub mod words;

pub use name::{ParseVersionIdError, VersionId};
pub use sealed::{SealedError, SealedInfo, UnsealError, open};
pub use set::{Keys, Lock, LockKind, Unlock};
pub use snapshot::{Origin, Snapshot};
