//! The OCRA suite, RFC 6287 section 6: which inputs go into an answer, and how.
//!
//! ```text
//! OCRA-1 : HOTP-<SHA1|SHA256|SHA512>-<0|4..10> : [C-]Q<A|N|H><4..64>[-P<hash>][-S<bytes>][-T<step>]
//! ```
//!
//! A real parser, because a search for "SHA256" in the whole text takes the hash of the PIN for that of the answer.

#[cfg(test)]
mod tests;

use core::{fmt, iter::Peekable, ops::RangeInclusive, str::FromStr};

use crate::token::{Algorithm, Digits};

/// A parsed suite, which keeps its text verbatim: the text itself is hashed (`QN8` is not `QN08`).
///
/// ```
/// use smartotp_core::code::ocra::{ChallengeFormat, Suite};
///
/// let suite: Suite = "OCRA-1:HOTP-SHA512-8:C-QN08-PSHA1".parse()?;
/// assert!(suite.has_counter());
/// assert_eq!((suite.challenge_format(), suite.challenge_length()), (ChallengeFormat::Numeric, 8));
/// assert_eq!(suite.to_string(), "OCRA-1:HOTP-SHA512-8:C-QN08-PSHA1");
/// # Ok::<(), smartotp_core::code::ocra::SuiteError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    text: String,
    algorithm: Algorithm,
    digits: Option<Digits>,
    counter: bool,
    challenge: (ChallengeFormat, u8),
    pin_hash: Option<Algorithm>,
    session_length: Option<usize>,
    time_step: Option<u32>,
}

/// What a challenge is written in: RFC 6287's `QA`, `QN` and `QH`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ChallengeFormat {
    /// `QA`: letters and digits. Any printable ASCII is taken, as servers send it.
    Alphanumeric,
    /// `QN`: decimal digits.
    Numeric,
    /// `QH`: hexadecimal digits.
    Hexadecimal,
}

/// Why a text is no suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// Not `version:function:inputs`.
    #[error("not an OCRA suite")]
    Shape,
    /// A version other than `OCRA-1`.
    #[error("not version OCRA-1")]
    Version,
    /// A function other than HOTP with SHA1, SHA256 or SHA512.
    #[error("not HOTP with SHA1, SHA256 or SHA512")]
    Function,
    /// A length of the answer other than 0 and 4 to 10.
    #[error("an answer has 0 or 4 to 10 digits")]
    Digits,
    /// No challenge, or one that is not `QA`, `QN` or `QH` with a length of 4 to 64.
    #[error("no challenge of the kinds QA, QN, QH with 4 to 64 characters")]
    Challenge,
    /// A PIN hash other than SHA1, SHA256 and SHA512.
    #[error("not a hash for the PIN")]
    PinHash,
    /// A session length other than 064, 128, 256 and 512.
    #[error("not a length of session information")]
    SessionLength,
    /// A time step other than 1 to 59 S or M, or 1 to 48 H.
    #[error("not a time step")]
    TimeStep,
    /// Something after the inputs: unknown, repeated, or not in the order of C, Q, P, S, T.
    #[error("an input that is unknown, repeated or out of order")]
    Surplus,
}

impl Suite {
    /// The text, as it was parsed and as it is hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The hash under HMAC.
    #[must_use]
    pub fn algorithm(&self) -> Algorithm {
        self.algorithm
    }

    /// Length of the answer; none for `HOTP-…-0`, whose answer is the whole HMAC.
    #[must_use]
    pub fn digits(&self) -> Option<Digits> {
        self.digits
    }

    /// Whether a counter goes in.
    #[must_use]
    pub fn has_counter(&self) -> bool {
        self.counter
    }

    /// What a challenge is written in.
    #[must_use]
    pub fn challenge_format(&self) -> ChallengeFormat {
        self.challenge.0
    }

    /// The longest challenge of one party, in characters: 4 to 64. In mutual authentication (RFC 6287 section 7.2) both
    /// parties' challenges follow each other, so that twice as much can come.
    #[must_use]
    pub fn challenge_length(&self) -> u8 {
        self.challenge.1
    }

    /// How the PIN is hashed, for suites with `P`.
    #[must_use]
    pub fn pin_hash(&self) -> Option<Algorithm> {
        self.pin_hash
    }

    /// Length of the session information in bytes, for suites with `S`.
    #[must_use]
    pub fn session_length(&self) -> Option<usize> {
        self.session_length
    }

    /// Length of a time step in seconds, for suites with `T`: a second to 48 hours.
    #[must_use]
    pub fn time_step(&self) -> Option<u32> {
        self.time_step
    }
}

impl FromStr for Suite {
    type Err = SuiteError;

    fn from_str(text: &str) -> Result<Self, SuiteError> {
        let mut parts = text.split(':');
        let (Some(version), Some(function), Some(inputs), None) =
            (parts.next(), parts.next(), parts.next(), parts.next())
        else {
            return Err(SuiteError::Shape);
        };
        if version != "OCRA-1" {
            return Err(SuiteError::Version);
        }
        let (algorithm, digits) = function
            .strip_prefix("HOTP-")
            .and_then(|function| function.split_once('-'))
            .and_then(|(hash, digits)| Some((hash_function(hash)?, digits)))
            .ok_or(SuiteError::Function)?;
        let digits = answer_length(digits).ok_or(SuiteError::Digits)?;

        let mut inputs = inputs.split('-').peekable();
        let suite = Self {
            text: text.to_owned(),
            algorithm,
            digits,
            counter: inputs.next_if_eq(&"C").is_some(),
            challenge: input(&mut inputs, 'Q', "N08", challenge)
                .and_then(|challenge| challenge.ok_or(Malformed))
                .map_err(|Malformed| SuiteError::Challenge)?,
            pin_hash: input(&mut inputs, 'P', "SHA1", hash_function).map_err(|Malformed| SuiteError::PinHash)?,
            session_length: input(&mut inputs, 'S', "064", session_length)
                .map_err(|Malformed| SuiteError::SessionLength)?,
            time_step: input(&mut inputs, 'T', "1M", time_step).map_err(|Malformed| SuiteError::TimeStep)?,
        };
        match inputs.next() {
            None => Ok(suite),
            Some(_) => Err(SuiteError::Surplus),
        }
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

/// An input that begins with the right letter and goes on wrong.
struct Malformed;

/// The next input, if it is the one that `letter` stands for; a bare letter means the RFC's default.
fn input<'a, T>(
    inputs: &mut Peekable<impl Iterator<Item = &'a str>>,
    letter: char,
    default: &'a str,
    read: fn(&str) -> Option<T>,
) -> Result<Option<T>, Malformed> {
    let Some(given) = inputs.peek().and_then(|input| input.strip_prefix(letter)) else { return Ok(None) };
    inputs.next();
    read(if given.is_empty() { default } else { given }).map(Some).ok_or(Malformed)
}

fn hash_function(name: &str) -> Option<Algorithm> {
    [Algorithm::Sha1, Algorithm::Sha256, Algorithm::Sha512].into_iter().find(|algorithm| algorithm.name() == name)
}

/// `0` (nothing is cut off), or `4` to `10`.
fn answer_length(text: &str) -> Option<Option<Digits>> {
    match text {
        "0" => Some(None),
        _ if text.starts_with('0') => None,
        _ => Digits::new(number(text, 4..=10)?).ok().map(Some),
    }
}

fn challenge(text: &str) -> Option<(ChallengeFormat, u8)> {
    let mut characters = text.chars();
    let format = match characters.next()? {
        'A' => ChallengeFormat::Alphanumeric,
        'N' => ChallengeFormat::Numeric,
        'H' => ChallengeFormat::Hexadecimal,
        _ => return None,
    };
    Some((format, number(characters.as_str(), 4..=64)?))
}

fn session_length(text: &str) -> Option<usize> {
    match text {
        "064" => Some(64),
        "128" => Some(128),
        "256" => Some(256),
        "512" => Some(512),
        _ => None,
    }
}

/// In seconds. The RFC's table lets hours begin at 0, which would be no step at all.
fn time_step(text: &str) -> Option<u32> {
    let mut characters = text.chars();
    let (unit, most) = match characters.next_back()? {
        'S' => (1, 59),
        'M' => (60, 59),
        'H' => (3600, 48),
        _ => return None,
    };
    let count: u32 = number(characters.as_str(), 1..=most)?;
    Some(count * unit)
}

/// One or two decimal digits: with or without a leading zero, as suites in use have them.
fn number<T: FromStr + PartialOrd>(text: &str, range: RangeInclusive<T>) -> Option<T> {
    let digits = matches!(text.len(), 1 | 2) && text.bytes().all(|byte| byte.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten().filter(|number| range.contains(number))
}
