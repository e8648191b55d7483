//! What another app's file says about a token, field by field, before it is known whether that makes one.

use super::parameters::{algorithm, bad};
use super::{EnrolError, Enrolment, Warning, found, key, names, pin};
use crate::code::yandex;
use crate::secret::{Secret, SecretText};
use crate::token::{Counter, Digits, Kind, KindName, Period};

/// A key as a file has it.
pub(crate) enum DraftKey {
    /// Nothing, or nothing that is text.
    Missing,
    /// As people write Base32.
    Base32(SecretText),
    /// As people write hexadecimal digits.
    Hex(SecretText),
    /// Raw.
    Bytes(Secret),
}

/// Everything that makes codes, as far as a file says it. Empty texts count as absent.
pub(crate) struct Draft {
    pub(crate) issuer: String,
    pub(crate) account: String,
    pub(crate) key: DraftKey,
    pub(crate) kind: KindName,
    /// As the file names it.
    pub(crate) algorithm: Option<String>,
    pub(crate) digits: Option<u64>,
    pub(crate) period: Option<u64>,
    pub(crate) counter: Option<u64>,
    pub(crate) pin: Option<SecretText>,
}

impl Draft {
    pub(crate) fn new(kind: KindName, issuer: String, account: String, key: DraftKey) -> Self {
        Self { issuer, account, key, kind, algorithm: None, digits: None, period: None, counter: None, pin: None }
    }

    /// `Issuer:account`, to name an entry that cannot be read.
    pub(crate) fn name(&self) -> String {
        names::whole(&names::clean(&self.issuer), &names::clean(&self.account))
    }

    /// What it makes. A kind's fixed parameters are not looked at: apps write anything there.
    ///
    /// # Errors
    /// [`EnrolError`] for the first thing that is missing or wrong.
    pub(crate) fn enrol(self) -> Result<Enrolment, EnrolError> {
        let mut warnings = Vec::new();
        let secret = match &self.key {
            DraftKey::Missing => return Err(EnrolError::NoSecret),
            DraftKey::Base32(text) => key::base32(text.expose(), &mut warnings)?,
            DraftKey::Hex(text) => key::hex(text.expose())?,
            DraftKey::Bytes(bytes) if bytes.is_empty() => return Err(EnrolError::NoSecret),
            DraftKey::Bytes(bytes) if bytes.len() > Secret::MAX_LEN => return Err(EnrolError::TooLong),
            DraftKey::Bytes(bytes) => bytes.duplicate(),
        };
        if self.kind != KindName::Motp {
            key::short(&secret, &mut warnings);
        }
        let algorithm = || match self.algorithm.as_deref().map(str::trim) {
            None | Some("") => Ok(crate::token::Algorithm::Sha1),
            Some(name) => algorithm(name),
        };
        let digits = || self.digits.map_or(Ok(Digits::SIX), Digits::new).map_err(|_| bad("digits"));
        let kind = match self.kind {
            KindName::Totp => {
                let period = self.period.map_or(Ok(Period::THIRTY), Period::new).map_err(|_| bad("period"))?;
                Kind::Totp { algorithm: algorithm()?, digits: digits()?, period }
            }
            KindName::Hotp => {
                if self.counter.is_none() {
                    warnings.push(Warning::CounterAssumed);
                }
                let counter = Counter(self.counter.unwrap_or_default());
                Kind::Hotp { algorithm: algorithm()?, digits: digits()?, counter }
            }
            KindName::Steam => Kind::Steam,
            KindName::Motp => Kind::Motp { pin: pin::motp(self.pin.as_ref())? },
            KindName::Yandex => {
                yandex::check(&secret).map_err(|_| EnrolError::SecretDoesNotFit)?;
                Kind::Yandex { pin: pin::yandex(self.pin.as_ref())? }
            }
            // No other app's file has them.
            KindName::Ocra => return Err(unknown_type("ocra")),
        };
        let mut enrolment = Enrolment::new(names::clean(&self.issuer), names::clean(&self.account), secret, kind);
        enrolment.warnings = warnings;
        Ok(enrolment)
    }
}

/// A type that nobody knows, as the file names it.
pub(crate) fn unknown_type(name: &str) -> EnrolError {
    EnrolError::UnknownType { found: found(name) }
}

/// The kind that a file names: `TOTP`, `yaotp`.
///
/// # Errors
/// [`EnrolError::UnknownType`].
pub(crate) fn kind(name: &str) -> Result<KindName, EnrolError> {
    Ok(match name.trim().to_ascii_lowercase().as_str() {
        "totp" => KindName::Totp,
        "hotp" => KindName::Hotp,
        "steam" => KindName::Steam,
        "motp" => KindName::Motp,
        "yandex" | "yaotp" => KindName::Yandex,
        _ => return Err(unknown_type(name)),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draft(kind: KindName) -> Draft {
        let key = DraftKey::Base32("GEZDGNBVGY3TQOJQ".into());
        Draft::new(kind, " ACME\u{202e} ".to_owned(), "mira".to_owned(), key)
    }

    #[test]
    fn what_is_absent_is_the_usual() {
        let enrolment = draft(KindName::Totp).enrol().unwrap();
        assert_eq!((enrolment.issuer.as_str(), enrolment.kind), ("ACME", Kind::usual_totp()));
        assert_eq!(draft(KindName::Hotp).enrol().unwrap().warnings, [Warning::CounterAssumed]);
    }

    #[test]
    fn what_is_wrong_is_named() {
        let with = |change: fn(&mut Draft)| {
            let mut draft = draft(KindName::Totp);
            change(&mut draft);
            draft.enrol().unwrap_err()
        };
        assert_eq!(with(|draft| draft.digits = Some(11)), bad("digits"));
        assert_eq!(with(|draft| draft.period = Some(0)), bad("period"));
        assert_eq!(with(|draft| draft.key = DraftKey::Missing), EnrolError::NoSecret);
        assert_eq!(with(|draft| draft.kind = KindName::Motp), EnrolError::NeedsPin);
        assert_eq!(with(|draft| draft.kind = KindName::Yandex), EnrolError::SecretDoesNotFit);
        assert!(matches!(with(|draft| draft.algorithm = Some("MD5".to_owned())), EnrolError::Algorithm { .. }));
        assert!(kind("Yaotp") == Ok(KindName::Yandex) && kind("ocra").is_err());
    }
}
