//! A key typed by hand, checked while it is typed.

use super::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::{Algorithm, ChallengeEncoding, KindName};

/// The form, as the user has filled it in so far.
#[derive(Debug)]
pub struct Form {
    /// Issuer.
    pub issuer: String,
    /// Account.
    pub account: String,
    /// The key as typed: Base32, or hexadecimal where it can be nothing else.
    pub key: SecretText,
    /// Which kind.
    pub kind: KindName,
    /// Length of a code.
    pub digits: u64,
    /// Seconds.
    pub period: u64,
    /// Hash under HMAC.
    pub algorithm: Algorithm,
    /// For HOTP, and OCRA suites with `C`.
    pub counter: u64,
    /// For OCRA; empty: the default of the issuer.
    pub suite: String,
    /// For OCRA; `None`: the default of the issuer.
    pub encoding: Option<ChallengeEncoding>,
    /// For mOTP and Yandex.
    pub pin: SecretText,
    /// Whether the last two characters are Protectimus check characters.
    pub protectimus_checksum: bool,
}

/// What the typed key looks like: for the *Read as* strip and the messages under it.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyCheck {
    /// Key characters without blanks, upper case, check characters excluded.
    pub read_as: SecretText,
    /// The two check characters, where the box is ticked.
    pub check: Option<String>,
    /// Position in `read_as` of the first character that occurs in no key, and the character.
    pub bad: Option<(usize, char)>,
    /// Whether it is read as hexadecimal.
    pub hex: bool,
    /// The box is ticked and the check characters do not fit the rule.
    pub checksum_unsure: bool,
    /// The box is not ticked, but the key looks like one with check characters.
    pub suggest_checksum: bool,
}

/// Looks at a key while it is typed.
#[must_use]
pub fn check_key(_key: &str, _kind: KindName, _protectimus_checksum: bool) -> KeyCheck {
    todo!()
}

/// The form as an enrolment.
///
/// # Errors
/// [`EnrolError`] for the first thing that is missing or wrong.
pub fn enrol(_form: &Form) -> Result<Enrolment, EnrolError> {
    todo!()
}
