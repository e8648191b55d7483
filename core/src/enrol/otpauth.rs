//! `otpauth://` and its relatives (`apple-otpauth:`, `steam://`, `motp://`), read and written.
//!
//! There is no standard: Google's Key URI Format is the common root, and what is read here is what apps write.

mod write;

pub use write::write;

use super::parameters::Parameters;
use super::uri::{Plus, Uri, decode};
use super::{EnrolError, Enrolment, Warning, found, key, names, ocra, pin as pins};
use crate::code::yandex;
use crate::secret::{Secret, SecretText};
use crate::token::{ChallengeEncoding, Counter, Digits, Kind, Period};

/// The names that the OCRA suite goes by.
const SUITE: [&str; 3] = ["suite", "ocraSuite", "ocra_suite"];
/// KeePassXC's `encoder=steam`, also seen as `encoding=steam`.
const STEAM_MARK: [&str; 2] = ["encoder", "encoding"];
/// Our own: how an OCRA challenge becomes bytes, written where it is not the issuer's default.
const CHALLENGE_ENCODING: &str = "challengeEncoding";

/// The most parameters that are kept without being known.
const MAX_UNKNOWN: usize = 64;

/// Reads one URI.
///
/// # Errors
/// [`EnrolError`].
pub fn read(uri: &str, pin: Option<&SecretText>) -> Result<Enrolment, EnrolError> {
    let uri = Uri::split(uri)?;
    match uri.scheme.as_str() {
        "otpauth" | "apple-otpauth" => typed(uri, pin),
        "steam" => steam_scheme(uri),
        "motp" => motp_scheme(uri, pin),
        "pia" | "tiqrenroll" | "tiqrauth" => Err(EnrolError::NotACodeToken { scheme: uri.scheme }),
        _ => Err(EnrolError::Unknown),
    }
}

/// The decoded label of an `otpauth` or `motp` URI, to name an entry that cannot be read. Other schemes have none: what stands
/// there may be the secret.
pub(crate) fn label(uri: &str) -> Option<String> {
    let uri = Uri::split(uri).ok()?;
    let raw = match uri.scheme.as_str() {
        "otpauth" | "apple-otpauth" => uri.type_and_label().1,
        "motp" if uri.query.iter().any(|(name, _)| name.eq_ignore_ascii_case("secret")) => uri.path,
        _ => return None,
    };
    let label = names::clean(decode(raw, Plus::Literal).expose());
    (!label.is_empty()).then_some(label)
}

/// `otpauth://TYPE/LABEL?…`
fn typed(uri: Uri<'_>, pin: Option<&SecretText>) -> Result<Enrolment, EnrolError> {
    let (kind, label) = uri.type_and_label();
    match kind.as_str() {
        "totp" | "hotp" | "steam" | "ocra" | "motp" | "yaotp" | "yandex" => {}
        "pipush" => return Err(EnrolError::NotACodeToken { scheme: kind }),
        other => return Err(EnrolError::UnknownType { found: found(other) }),
    }
    let mut reading = Reading::new(uri.query, label)?;
    match kind.as_str() {
        "totp" => reading.totp(),
        "hotp" => reading.hotp(),
        "steam" => reading.steam(),
        "ocra" => reading.ocra(),
        "motp" => {
            let key = reading.parameters.take_secret()?;
            // Nobody has written down which encoding this form has. Base32 of 8 or 16 random bytes is never taken for
            // hexadecimal: 13 characters are odd, and 26 all between A and F or 2 and 7 don't happen.
            let secret = if key::is_hex(key.expose()) {
                key::hex(key.expose())?
            } else {
                key::base32(key.expose(), &mut reading.warnings)?
            };
            reading.motp(secret, pin)
        }
        _ => reading.yandex(pin),
    }
}

/// `steam://SECRET`, as Bitwarden writes it.
fn steam_scheme(uri: Uri<'_>) -> Result<Enrolment, EnrolError> {
    let secret = decode(uri.path.trim_end_matches('/'), Plus::Literal);
    let mut reading = Reading::new(uri.query, "")?;
    if reading.issuer.is_empty() {
        "Steam".clone_into(&mut reading.issuer);
    }
    let secret = key::base32(secret.expose(), &mut reading.warnings)?;
    key::short(&secret, &mut reading.warnings);
    reading.done(secret, Kind::Steam)
}

/// `motp://ISSUER:ACCOUNT?secret=HEX&pin=PIN`, as multiOTP, Stratum and Aegis have it.
fn motp_scheme(uri: Uri<'_>, pin: Option<&SecretText>) -> Result<Enrolment, EnrolError> {
    let label = uri.path.strip_suffix('/').unwrap_or(uri.path);
    let mut reading = Reading::new(uri.query, label)?;
    let secret = key::hex(reading.parameters.take_secret()?.expose())?;
    reading.motp(secret, pin)
}

/// A URI half read: names are known, the kind's parameters are not yet.
struct Reading {
    issuer: String,
    account: String,
    parameters: Parameters,
    warnings: Vec<Warning>,
}

impl Reading {
    fn new(query: Vec<(String, SecretText)>, label: &str) -> Result<Self, EnrolError> {
        let mut parameters = Parameters::new(query)?;
        let issuer = parameters.take(&["issuer"])?.map(|issuer| names::clean(issuer.expose()));
        let issuer = issuer.filter(|issuer| !issuer.is_empty());
        let label = names::split(label, issuer.as_deref());
        let mut warnings = Vec::new();
        if let (Some(issuer), Some(prefix)) = (&issuer, &label.prefix)
            && issuer.to_lowercase() != prefix.to_lowercase()
        {
            warnings.push(Warning::IssuersDiffer { label: prefix.clone() });
        }
        let issuer = issuer.or(label.prefix).unwrap_or_default();
        Ok(Self { issuer, account: label.account, parameters, warnings })
    }

    fn totp(mut self) -> Result<Enrolment, EnrolError> {
        let steam_code = self.issuer == "Steam" && self.parameters.peek(&["digits"]) == Some("5");
        if steam_code || self.has_steam_mark() {
            return self.steam();
        }
        let secret = self.base32()?;
        let algorithm = self.parameters.take_algorithm()?.unwrap_or_default();
        let digits = self.parameters.take_digits()?.unwrap_or(Digits::SIX);
        let period = self.parameters.take_period()?.unwrap_or(Period::THIRTY);
        self.ignore("counter", "0")?;
        self.done(secret, Kind::Totp { algorithm, digits, period })
    }

    fn hotp(mut self) -> Result<Enrolment, EnrolError> {
        let secret = self.base32()?;
        let algorithm = self.parameters.take_algorithm()?.unwrap_or_default();
        let digits = self.parameters.take_digits()?.unwrap_or(Digits::SIX);
        let counter = self.parameters.take_number("counter")?;
        if counter.is_none() {
            self.warnings.push(Warning::CounterAssumed);
        }
        self.ignore("period", "30")?;
        self.done(secret, Kind::Hotp { algorithm, digits, counter: Counter(counter.unwrap_or_default()) })
    }

    fn steam(mut self) -> Result<Enrolment, EnrolError> {
        let secret = self.base32()?;
        if self.has_steam_mark() {
            self.parameters.take(&STEAM_MARK)?;
        }
        self.ignore_all([("algorithm", "SHA1"), ("digits", "5"), ("period", "30")])?;
        self.ignore("counter", "0")?;
        self.done(secret, Kind::Steam)
    }

    fn ocra(mut self) -> Result<Enrolment, EnrolError> {
        let secret = self.base32()?;
        let suite = if let Some(text) = self.parameters.take(&SUITE)? {
            let suite = ocra::suite(Some(text.expose()), &self.issuer, None, None, &mut self.warnings)?;
            // The suite says both.
            self.ignore("algorithm", suite.algorithm().name())?;
            self.ignore("digits", &suite.digits().map_or(0, Digits::get).to_string())?;
            suite
        } else {
            let algorithm = self.parameters.take_algorithm()?;
            let digits = self.parameters.take_digits()?;
            ocra::suite(None, &self.issuer, algorithm, digits, &mut self.warnings)?
        };
        let encoding = match self.parameters.take(&[CHALLENGE_ENCODING])? {
            Some(text) if text.expose().eq_ignore_ascii_case("ascii") => ChallengeEncoding::Ascii,
            Some(text) if text.expose().eq_ignore_ascii_case("rfc") => ChallengeEncoding::Rfc,
            _ => ocra::encoding(&self.issuer),
        };
        let counter = if suite.has_counter() {
            Counter(self.parameters.take_number("counter")?.unwrap_or_default())
        } else {
            self.ignore("counter", "0")?;
            Counter(0)
        };
        self.ignore("period", "30")?;
        self.done(secret, Kind::Ocra { suite, counter, encoding })
    }

    fn motp(mut self, secret: Secret, pin: Option<&SecretText>) -> Result<Enrolment, EnrolError> {
        let own = self.parameters.take(&["pin"])?;
        let pin = pins::motp(own.as_ref().or(pin))?;
        self.ignore_all([("algorithm", "MD5"), ("digits", "6"), ("period", "10")])?;
        self.done(secret, Kind::Motp { pin })
    }

    fn yandex(mut self, pin: Option<&SecretText>) -> Result<Enrolment, EnrolError> {
        let secret = self.base32()?;
        yandex::check(&secret).map_err(|_| EnrolError::SecretDoesNotFit)?;
        let own = self.parameters.take(&["pin"])?;
        let pin = pins::yandex(own.as_ref().or(pin))?;
        self.ignore_all([("algorithm", "SHA256"), ("digits", "8"), ("period", "30")])?;
        // Yandex' own codes name the account only.
        if self.issuer.is_empty() {
            "Yandex".clone_into(&mut self.issuer);
        }
        self.done(secret, Kind::Yandex { pin })
    }

    fn has_steam_mark(&self) -> bool {
        self.parameters.peek(&STEAM_MARK).is_some_and(|value| value.eq_ignore_ascii_case("steam"))
    }

    fn base32(&mut self) -> Result<Secret, EnrolError> {
        let text = self.parameters.take_secret()?;
        let secret = key::base32(text.expose(), &mut self.warnings)?;
        key::short(&secret, &mut self.warnings);
        Ok(secret)
    }

    /// Takes a parameter that this kind has no use for, and says so unless it only repeats what is fixed anyway, or the
    /// value that apps write beside every kind.
    fn ignore(&mut self, name: &str, usual: &str) -> Result<(), EnrolError> {
        if let Some(value) = self.parameters.take(&[name])?
            && !value.expose().eq_ignore_ascii_case(usual)
        {
            self.warnings.push(Warning::Ignored { parameter: name.to_owned() });
        }
        Ok(())
    }

    /// The same for the parameters that a kind has fixed.
    fn ignore_all(&mut self, fixed: [(&str, &str); 3]) -> Result<(), EnrolError> {
        fixed.into_iter().try_for_each(|(name, fixed)| self.ignore(name, fixed))
    }

    fn done(self, secret: Secret, kind: Kind) -> Result<Enrolment, EnrolError> {
        let mut enrolment = Enrolment::new(self.issuer, self.account, secret, kind);
        enrolment.unknown = self.parameters.rest();
        // So that what is written with our own parameters beside them can be read again.
        if enrolment.unknown.len() > MAX_UNKNOWN {
            return Err(EnrolError::TooLong);
        }
        enrolment.warnings = self.warnings;
        Ok(enrolment)
    }
}

#[cfg(test)]
mod tests;
