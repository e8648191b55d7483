//! `otpauth://` and its relatives (`apple-otpauth:`, `steam://`, `motp://`), read and written.

use super::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::Token;

/// Reads one URI.
///
/// # Errors
/// [`EnrolError`].
pub fn read(_uri: &str, _pin: Option<&SecretText>) -> Result<Enrolment, EnrolError> {
    todo!()
}

/// Writes a token as the URI that other apps read; it carries the secret.
#[must_use]
pub fn write(_token: &Token) -> SecretText {
    todo!()
}
