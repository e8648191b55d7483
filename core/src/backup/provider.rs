//! What a place has to be able to do: four things, none of which changes anything that is there.
//!
//! Real servers are dumb: some ignore preconditions, some answer late, some lie. So nothing is ever written over, and nothing that
//! a place says is believed before the bytes have been read back.

use std::io;

use super::cloud::SignIn;
use super::name::VersionId;

/// A place that holds versions. Calls block: they belong on a thread of their own.
pub trait Provider: Send + Sync {
    /// The versions that are there, by their names alone.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn list(&self) -> Result<Vec<VersionId>, ProviderError>;
    /// A version's bytes, as the place gives them: whoever asks compares them with the name. At most 64 MiB.
    ///
    /// # Errors
    /// [`ProviderError`].
    fn get(&self, id: VersionId) -> Result<Vec<u8>, ProviderError>;
    /// Puts a version there that was not there before.
    ///
    /// # Errors
    /// [`ProviderError`]; it may be there all the same.
    fn put_new(&self, id: VersionId, bytes: &[u8]) -> Result<(), ProviderError>;
    /// Takes a version away; one that is not there is no error.
    ///
    /// # Errors
    /// [`ProviderError`]; it may be gone all the same.
    fn delete(&self, id: VersionId) -> Result<(), ProviderError>;
    /// The sign-in as it stands now, where the place is signed in to: a cloud may have exchanged or ended it meanwhile.
    fn sign_in(&self) -> Option<SignIn> {
        None
    }
}

/// Why a place did not do what it was asked.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ProviderError {
    /// The place is not there: a folder that is gone, a drive that is not plugged in.
    #[error("the place is not there")]
    Missing,
    /// No such version (any more).
    #[error("no such version")]
    NoSuchVersion,
    /// The file system does not let this user in.
    #[error("access is denied")]
    Denied,
    /// The service does not take this user, password or key, or it has run out.
    #[error("the service does not take this user or key")]
    Refused,
    /// The sign-in has run out or was taken back: somebody has to sign in again. What lies there is as it was.
    #[error("the sign-in has ended")]
    SignedOut,
    /// The service does not take what this device's clock says.
    #[error("the clock is wrong")]
    ClockWrong,
    /// There is no room left.
    #[error("no room left")]
    Full,
    /// It asks to come back later.
    #[error("it asks to come back later")]
    Busy {
        /// After so many seconds, where it said so.
        retry_after: Option<u64>,
    },
    /// Nobody answers, or the answer is cut off.
    #[error("it cannot be reached: {reason}")]
    Unreachable {
        /// In the system's words. Nothing secret.
        reason: String,
    },
    /// The answer makes no sense.
    #[error("it answers otherwise than it should: {reason}")]
    Odd {
        /// In the library's words. Nothing secret.
        reason: String,
    },
    /// The file system's own reason.
    #[error(transparent)]
    Io(io::Error),
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
}

impl ProviderError {
    /// Whether it may be gone by itself: worth another try, later.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Missing | Self::Busy { .. } | Self::Unreachable { .. } | Self::Odd { .. } | Self::ClockWrong
        )
    }
}

/// Who looks at long work, and may end it.
pub trait Watch {
    /// What is done now.
    fn step(&self, step: Step);
    /// Whether it should stop, at the next moment at which it can.
    fn is_cancelled(&self) -> bool;
}

/// What is done now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Step {
    /// Asks the place what is there.
    Looking,
    /// Reads versions.
    Reading {
        /// How many are read.
        done: usize,
        /// Of how many.
        of: usize,
    },
    /// Seals the vault's tokens and writes them.
    Writing,
    /// Reads back what was written, and compares.
    Verifying,
    /// Takes away versions that are not kept.
    Tidying {
        /// How many are gone.
        done: usize,
        /// Of how many.
        of: usize,
    },
}

/// Nobody looks.
impl Watch for () {
    fn step(&self, _step: Step) {}

    fn is_cancelled(&self) -> bool {
        false
    }
}
