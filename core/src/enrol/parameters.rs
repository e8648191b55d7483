//! The parameters of an enrolment URI: each is taken once, what nobody takes is kept.

use super::{EnrolError, found};
use crate::secret::SecretText;
use crate::token::{Algorithm, Digits, Period};

/// Parameters that nobody has taken yet, in order.
pub(super) struct Parameters(Vec<(String, SecretText)>);

impl Parameters {
    /// # Errors
    /// [`EnrolError::TwoStep`]: the secret of a two-step roll-out is only half of one, and would give wrong codes.
    pub(super) fn new(query: Vec<(String, SecretText)>) -> Result<Self, EnrolError> {
        let two_step = |name: &String| name.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("2step_"));
        if query.iter().any(|(name, _)| two_step(name)) {
            return Err(EnrolError::TwoStep);
        }
        Ok(Self(query))
    }

    /// The value of the first that has one of these names, without taking it.
    pub(super) fn peek(&self, names: &[&str]) -> Option<&str> {
        self.0.iter().find(|(name, _)| is_one_of(name, names)).map(|(_, value)| value.expose().trim())
    }

    /// Takes a parameter that goes by several names. Empty ones count as absent; the same value twice is forgiven.
    ///
    /// # Errors
    /// [`EnrolError::Repeated`] when it came with two values: nobody can know which one the server means.
    pub(super) fn take(&mut self, names: &[&str]) -> Result<Option<SecretText>, EnrolError> {
        let mut values = self.take_all(names);
        values.retain(|value| !value.expose().trim().is_empty());
        if values.windows(2).any(|pair| matches!(pair, [one, other] if one != other)) {
            return Err(repeated(names));
        }
        Ok(values.pop().map(|value| SecretText::from(value.expose().trim())))
    }

    /// Takes the secret, which must be there exactly once.
    ///
    /// # Errors
    /// [`EnrolError::NoSecret`], [`EnrolError::Repeated`].
    pub(super) fn take_secret(&mut self) -> Result<SecretText, EnrolError> {
        let mut values = self.take_all(&["secret"]);
        if values.len() > 1 {
            return Err(repeated(&["secret"]));
        }
        values.pop().filter(|value| !value.expose().trim().is_empty()).ok_or(EnrolError::NoSecret)
    }

    /// Takes a whole number.
    ///
    /// # Errors
    /// [`EnrolError::BadNumber`], [`EnrolError::Repeated`].
    pub(super) fn take_number(&mut self, name: &str) -> Result<Option<u64>, EnrolError> {
        let Some(text) = self.take(&[name])? else { return Ok(None) };
        match text.expose() {
            digits if digits.bytes().all(|b| b.is_ascii_digit()) => digits.parse().map(Some).map_err(|_| bad(name)),
            _ => Err(bad(name)),
        }
    }

    /// Takes `algorithm`; `null` (Ente Auth writes it) is absent.
    ///
    /// # Errors
    /// [`EnrolError::Algorithm`], [`EnrolError::Repeated`].
    pub(super) fn take_algorithm(&mut self) -> Result<Option<Algorithm>, EnrolError> {
        match self.take(&["algorithm"])? {
            Some(text) if !text.expose().eq_ignore_ascii_case("null") => algorithm(text.expose()).map(Some),
            _ => Ok(None),
        }
    }

    /// Takes `digits`.
    ///
    /// # Errors
    /// [`EnrolError::BadNumber`], [`EnrolError::Repeated`].
    pub(super) fn take_digits(&mut self) -> Result<Option<Digits>, EnrolError> {
        self.take_number("digits")?.map(|number| Digits::new(number).map_err(|_| bad("digits"))).transpose()
    }

    /// Takes `period`.
    ///
    /// # Errors
    /// [`EnrolError::BadNumber`], [`EnrolError::Repeated`].
    pub(super) fn take_period(&mut self) -> Result<Option<Period>, EnrolError> {
        self.take_number("period")?.map(|number| Period::new(number).map_err(|_| bad("period"))).transpose()
    }

    /// What nobody took, in order.
    pub(super) fn rest(self) -> Vec<(String, String)> {
        self.0.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect()
    }

    fn take_all(&mut self, names: &[&str]) -> Vec<SecretText> {
        let (taken, left) = core::mem::take(&mut self.0).into_iter().partition(|(name, _)| is_one_of(name, names));
        self.0 = left;
        let taken: Vec<(String, SecretText)> = taken;
        taken.into_iter().map(|(_, value)| value).collect()
    }
}

/// An algorithm as apps name it: `SHA1`, `sha-256`, `HmacSHA512`.
///
/// # Errors
/// [`EnrolError::Algorithm`]; MD5 is the one that turns up.
pub(super) fn algorithm(text: &str) -> Result<Algorithm, EnrolError> {
    let name: String = text.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_uppercase()).collect();
    match name.strip_prefix("HMAC").unwrap_or(&name) {
        "SHA1" => Ok(Algorithm::Sha1),
        "SHA256" => Ok(Algorithm::Sha256),
        "SHA512" => Ok(Algorithm::Sha512),
        _ => Err(EnrolError::Algorithm { found: found(text) }),
    }
}

/// A number that cannot be used.
pub(super) fn bad(parameter: &str) -> EnrolError {
    EnrolError::BadNumber { parameter: parameter.to_owned() }
}

fn repeated(names: &[&str]) -> EnrolError {
    EnrolError::Repeated { parameter: names.first().copied().unwrap_or_default().to_owned() }
}

fn is_one_of(name: &str, names: &[&str]) -> bool {
    names.iter().any(|known| name.eq_ignore_ascii_case(known))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn algorithms_as_apps_name_them() {
        for (text, algorithm_meant) in [
            ("SHA1", Algorithm::Sha1),
            ("sha-1", Algorithm::Sha1),
            ("HmacSHA1", Algorithm::Sha1),
            ("Sha256", Algorithm::Sha256),
            ("SHA-256", Algorithm::Sha256),
            ("HMAC-SHA-256", Algorithm::Sha256),
            ("hmacsha512", Algorithm::Sha512),
        ] {
            assert_eq!(algorithm(text), Ok(algorithm_meant), "{text}");
        }
        for text in ["MD5", "HmacMD5", "SHA224", "SHA384", "SHA3-256", "HMAC", "none"] {
            assert_eq!(algorithm(text), Err(EnrolError::Algorithm { found: text.to_owned() }));
        }
    }
}
