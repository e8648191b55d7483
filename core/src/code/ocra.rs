//! OCRA, RFC 6287: an answer to a challenge.

mod suite;

pub use suite::{Suite, SuiteError};

use super::Code;
use crate::secret::{Secret, SecretText};
use crate::token::{ChallengeEncoding, Counter};

/// What the user and the clock bring to one answer.
#[derive(Debug)]
pub struct Inputs<'a> {
    /// The challenge as the user has it.
    pub challenge: &'a str,
    /// How a numeric challenge becomes bytes.
    pub encoding: ChallengeEncoding,
    /// For suites with `C`.
    pub counter: Counter,
    /// For suites with `P`: the PIN itself; it is hashed with the suite's own hash here.
    pub pin: Option<&'a SecretText>,
    /// For suites with `S`: the session information.
    pub session: Option<&'a [u8]>,
    /// For suites with `T`: Unix time in seconds.
    pub unix: u64,
}

/// Why there is no answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum OcraError {
    /// The suite has `P` and no PIN came.
    #[error("the suite asks for a PIN")]
    NeedsPin,
    /// The suite has `S` and no session information came.
    #[error("the suite asks for session information")]
    NeedsSession,
    /// The session information is longer than the suite's.
    #[error("the session information is longer than {max} bytes")]
    SessionTooLong {
        /// The suite's length.
        max: usize,
    },
    /// The challenge is empty.
    #[error("the challenge is empty")]
    ChallengeEmpty,
    /// The challenge is longer than 128 bytes allow.
    #[error("the challenge is longer than {max} characters")]
    ChallengeTooLong {
        /// How many characters fit.
        max: usize,
    },
    /// A character that this kind of challenge lacks.
    #[error("character {position} does not belong to this kind of challenge")]
    ChallengeCharacter {
        /// From 0.
        position: usize,
    },
}

/// The answer to a challenge.
///
/// # Errors
/// [`OcraError`] says what is missing.
pub fn respond(_secret: &Secret, _suite: &Suite, _inputs: &Inputs<'_>) -> Result<Code, OcraError> {
    todo!()
}
