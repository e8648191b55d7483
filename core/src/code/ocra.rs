//! OCRA, RFC 6287: an answer to a challenge.
//!
//! ```text
//! HMAC(secret, suite ‖ 00 ‖ C ‖ Q ‖ P ‖ S ‖ T)  ─ truncated as in HOTP ─►  answer
//!
//! C  counter, 8 bytes                   P  hash of the PIN, 20, 32 or 64 bytes
//! Q  challenge, 128 bytes, zeros right  S  session information, n bytes, zeros left
//!                                       T  number of time steps since 1970, 8 bytes
//! ```
//!
//! All but Q are there only where the suite names them.

mod challenge;
mod suite;
#[cfg(test)]
mod vectors;

pub use suite::{ChallengeFormat, Suite, SuiteError};

use data_encoding::HEXLOWER;
use ring::{digest, hmac};
use zeroize::Zeroizing;

use super::{Code, hotp};
use crate::secret::{Secret, SecretText};
use crate::token::{Algorithm, ChallengeEncoding, Counter};

/// What the user and the clock bring to one answer.
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

/// The answer to a challenge: as many digits as the suite says, or for `HOTP-…-0` the whole HMAC, which the RFC leaves
/// as bytes and which is given here in lower-case hexadecimal.
///
/// ```
/// use smartotp_core::code::ocra::{Inputs, respond};
/// use smartotp_core::secret::Secret;
/// use smartotp_core::token::{ChallengeEncoding, Counter};
///
/// let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
/// let inputs = Inputs {
///     challenge: "00000000",
///     encoding: ChallengeEncoding::Rfc,
///     counter: Counter(0),
///     pin: None,
///     session: None,
///     unix: 0,
/// };
/// let answer = respond(&secret, &"OCRA-1:HOTP-SHA1-6:QN08".parse()?, &inputs)?;
/// assert_eq!(answer.as_str(), "237653");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// [`OcraError`] says what is missing.
pub fn respond(secret: &Secret, suite: &Suite, inputs: &Inputs<'_>) -> Result<Code, OcraError> {
    let key = hmac::Key::new(hmac_algorithm(suite.algorithm()), secret.expose());
    let mac = hmac::sign(&key, &data_input(suite, inputs)?);
    Ok(match suite.digits() {
        Some(digits) => Code::decimal(hotp::truncate(mac.as_ref()), digits),
        None => Code::letters(HEXLOWER.encode(mac.as_ref())),
    })
}

/// Whether a suite has an answer to a challenge at all, without a secret.
///
/// # Errors
/// [`OcraError`] says what is wrong with it.
pub fn check(suite: &Suite, challenge: &str) -> Result<(), OcraError> {
    challenge::bytes(challenge, suite.challenge_format(), ChallengeEncoding::Rfc).map(drop)
}

/// RFC 6287 section 5.1, `DataInput`. Wiped, because the hash of a PIN is as good as the PIN.
fn data_input(suite: &Suite, inputs: &Inputs<'_>) -> Result<Zeroizing<Vec<u8>>, OcraError> {
    let challenge = challenge::bytes(inputs.challenge, suite.challenge_format(), inputs.encoding)?;
    let session_length = suite.session_length().unwrap_or(0);
    // Reserved whole, so that no growth leaves an unwiped copy behind.
    let length = suite.as_str().len() + 1 + 8 + challenge.len() + digest::MAX_OUTPUT_LEN + session_length + 8;
    let mut data = Zeroizing::new(Vec::with_capacity(length));

    data.extend_from_slice(suite.as_str().as_bytes());
    data.push(0);
    if suite.has_counter() {
        data.extend_from_slice(&inputs.counter.0.to_be_bytes());
    }
    data.extend_from_slice(&challenge);
    if let Some(hash) = suite.pin_hash() {
        let pin = inputs.pin.ok_or(OcraError::NeedsPin)?;
        data.extend_from_slice(digest::digest(digest_algorithm(hash), pin.expose().as_bytes()).as_ref());
    }
    if suite.session_length().is_some() {
        let session = inputs.session.ok_or(OcraError::NeedsSession)?;
        // On the left: so does the RFC's reference implementation; its text does not say.
        let zeros =
            session_length.checked_sub(session.len()).ok_or(OcraError::SessionTooLong { max: session_length })?;
        data.extend(core::iter::repeat_n(0, zeros));
        data.extend_from_slice(session);
    }
    if let Some(step) = suite.time_step() {
        data.extend_from_slice(&(inputs.unix / u64::from(step)).to_be_bytes());
    }
    Ok(data)
}

fn hmac_algorithm(algorithm: Algorithm) -> hmac::Algorithm {
    match algorithm {
        Algorithm::Sha1 => hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        Algorithm::Sha256 => hmac::HMAC_SHA256,
        Algorithm::Sha512 => hmac::HMAC_SHA512,
    }
}

fn digest_algorithm(algorithm: Algorithm) -> &'static digest::Algorithm {
    hmac_algorithm(algorithm).digest_algorithm()
}

impl core::fmt::Debug for Inputs<'_> {
    /// Without challenge, PIN and session: a challenge may be a payment.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Inputs").field("encoding", &self.encoding).field("unix", &self.unix).finish_non_exhaustive()
    }
}
