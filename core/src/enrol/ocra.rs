//! What an OCRA enrolment leaves open: the suite and the challenge encoding that its issuer uses.

use super::{EnrolError, Warning, protectimus};
use crate::code::ocra::Suite;
use crate::token::{Algorithm, ChallengeEncoding, Digits};

/// The suite as given, else the issuer's default: `QN8` for Protectimus (published), `QN08` for all others (a guess, and
/// therefore a warning).
///
/// # Errors
/// [`EnrolError::Suite`].
pub(super) fn suite(
    given: Option<&str>,
    issuer: &str,
    algorithm: Option<Algorithm>,
    digits: Option<Digits>,
    warnings: &mut Vec<Warning>,
) -> Result<Suite, EnrolError> {
    if let Some(text) = given {
        return Ok(text.parse::<Suite>()?);
    }
    warnings.push(Warning::SuiteAssumed);
    let algorithm = algorithm.unwrap_or_default().name();
    let digits = digits.unwrap_or(Digits::SIX).get();
    let question = if protectimus::is_issuer(issuer) { "QN8" } else { "QN08" };
    Ok(format!("OCRA-1:HOTP-{algorithm}-{digits}:{question}").parse::<Suite>()?)
}

/// How the issuer turns a numeric challenge into bytes: Protectimus its own way (deduced), all others as RFC 6287 says.
pub(super) fn encoding(issuer: &str) -> ChallengeEncoding {
    if protectimus::is_issuer(issuer) { ChallengeEncoding::Ascii } else { ChallengeEncoding::Rfc }
}
