//! The shared secret out of a text, with what the user should know about it.

use super::{EnrolError, Warning};
use crate::secret::{Secret, SecretError};

/// RFC 4226 asks for 16 bytes; fewer than these are worth a word.
const SHORT: usize = 10;

/// Base32, as [`Secret::from_base32`] forgives it.
///
/// # Errors
/// [`EnrolError::NoSecret`], [`EnrolError::Secret`].
pub(super) fn base32(text: &str, warnings: &mut Vec<Warning>) -> Result<Secret, EnrolError> {
    let secret = not_empty(Secret::from_base32(text))?;
    let characters = text.chars().filter(char::is_ascii_alphanumeric).count();
    // 1, 3 and 6 characters over a multiple of 8 leave 5, 7 and 6 bits that fill no byte.
    if matches!(characters % 8, 1 | 3 | 6) {
        warnings.push(Warning::OddLength);
    }
    Ok(secret)
}

/// Hexadecimal.
///
/// # Errors
/// [`EnrolError::NoSecret`], [`EnrolError::Secret`].
pub(super) fn hex(text: &str) -> Result<Secret, EnrolError> {
    not_empty(Secret::from_hex(text))
}

/// Warns where the secret is short. Not for mOTP, whose keys have 8 bytes by design.
pub(super) fn short(secret: &Secret, warnings: &mut Vec<Warning>) {
    if secret.len() < SHORT {
        warnings.push(Warning::ShortSecret { bytes: secret.len() });
    }
}

/// Whether every character is a hexadecimal digit, and their number is even.
pub(super) fn is_hex(text: &str) -> bool {
    let mut digits = text.chars().filter(|c| !c.is_whitespace() && *c != '-').peekable();
    digits.peek().is_some()
        && digits.try_fold(0_usize, |n, c| c.is_ascii_hexdigit().then_some(n + 1)).is_some_and(|n| n % 2 == 0)
}

fn not_empty(read: Result<Secret, SecretError>) -> Result<Secret, EnrolError> {
    read.map_err(|error| match error {
        SecretError::Empty => EnrolError::NoSecret,
        other => EnrolError::Secret(other),
    })
}
