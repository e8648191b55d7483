//! Secret and moving factor in, code out: one file a standard.

pub mod ocra;

use crate::secret::{Secret, SecretText};
use crate::token::Kind;

/// A one-time code, as it is displayed (without gaps): digits, or letters for Steam, mOTP and Yandex. Wiped on drop.
#[derive(Debug, PartialEq, Eq)]
pub struct Code(SecretText);

impl Code {
    /// The characters, as they are copied.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.0.expose()
    }
}

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// An OCRA token answers challenges only.
    #[error("this token answers challenges only")]
    NeedsChallenge,
    /// The secret cannot be used with this kind (a Yandex secret of the wrong length).
    #[error("the secret does not fit its kind")]
    BadSecret,
}

/// The code of a token at a Unix time; for HOTP the code of its next counter, without using it up.
///
/// # Errors
/// [`CodeError`] for OCRA tokens and for secrets that do not fit.
pub fn at(_kind: &Kind, _secret: &Secret, _unix: u64) -> Result<Code, CodeError> {
    todo!()
}
