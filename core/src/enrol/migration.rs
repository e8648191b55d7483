//! Google Authenticator's export codes (`otpauth-migration://offline?data=`), one or many parts.

mod collector;
mod message;
mod write;

pub use collector::{Collector, Progress};
pub use write::write;

use data_encoding::BASE64_NOPAD;
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use self::message::{OtpParameters, Payload};
use super::uri::{Plus, Uri, decode};
use super::{EnrolError, Enrolment, Warning, key, names, parameters};
use crate::secret::{Secret, SecretError};
use crate::token::{Algorithm, Counter, Digits, Kind, Period};

/// The scheme of export codes.
pub(crate) const SCHEME: &str = "otpauth-migration";

/// The most entries that one code is read for; Google writes ten.
const MAX_ENTRIES: usize = 1_000;

/// The most parts that an export may claim to have.
const MAX_PARTS: u32 = 10_000;

/// One scanned code of an export.
#[derive(Debug)]
pub struct Part {
    /// What it holds: each entry is a token, or the reason why it is none.
    pub entries: Vec<Result<Enrolment, Unreadable>>,
    /// Which part it is, from 0.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
    /// Which export it belongs to; may be negative, and is 0 where the export has none.
    pub batch: i64,
    /// The format's version: exports of two versions are two exports.
    pub version: i32,
    /// Tells a code that came again from another one of the same place.
    digest: [u8; 32],
}

/// An entry of an export that is no token.
#[derive(Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// `Issuer:account`, or what there is of it.
    pub name: String,
    /// Why.
    pub reason: EnrolError,
}

impl Part {
    /// Reads one export code. Damage to one entry is that entry's own.
    ///
    /// # Errors
    /// [`EnrolError::Unknown`] for another scheme, [`EnrolError::Migration`], [`EnrolError::TooLong`].
    pub fn read(text: &str) -> Result<Self, EnrolError> {
        let uri = Uri::split(text)?;
        if uri.scheme != SCHEME {
            return Err(EnrolError::Unknown);
        }
        let (_, data) =
            uri.query.iter().find(|(name, _)| name.eq_ignore_ascii_case("data")).ok_or(EnrolError::Migration)?;
        let bytes = base64(data.expose())?;
        let payload = Payload::decode(bytes.as_slice()).map_err(|_| EnrolError::Migration)?;
        if payload.otp_parameters.len() > MAX_ENTRIES {
            return Err(EnrolError::TooLong);
        }
        // Sizes that contradict each other are no reason to withhold the tokens.
        let index = u32::try_from(payload.batch_index).unwrap_or(0);
        let of = u32::try_from(payload.batch_size).unwrap_or(1).max(index.saturating_add(1));
        if of > MAX_PARTS {
            return Err(EnrolError::Migration);
        }
        Ok(Self {
            index,
            of,
            batch: payload.batch_id.into(),
            version: payload.version,
            digest: Sha256::digest(bytes.as_slice()).into(),
            entries: payload.otp_parameters.into_iter().map(entry).collect(),
        })
    }
}

/// Base64 as it arrives: `+` turned into a blank on the way, escaped once too often, URL-safe, without padding.
fn base64(data: &str) -> Result<Zeroizing<Vec<u8>>, EnrolError> {
    let unescaped = data.contains('%').then(|| decode(data, Plus::Literal));
    let data = unescaped.as_ref().map_or(data, |text| text.expose());
    let mut clean = Zeroizing::new(String::with_capacity(data.len()));
    clean.extend(data.trim_end_matches(['=', '\r', '\n']).chars().map(|c| match c {
        ' ' | '-' => '+',
        '_' => '/',
        other => other,
    }));
    BASE64_NOPAD.decode(clean.as_bytes()).map(Zeroizing::new).map_err(|_| EnrolError::Migration)
}

fn entry(mut entry: OtpParameters) -> Result<Enrolment, Unreadable> {
    let (issuer, account) = issuer_and_account(&entry);
    let name = names::whole(&issuer, &account);
    let mut warnings = Vec::new();
    match secret_and_kind(&mut entry, &mut warnings) {
        Ok((secret, kind)) => {
            key::short(&secret, &mut warnings);
            let mut enrolment = Enrolment::new(issuer, account, secret, kind);
            enrolment.warnings = warnings;
            Ok(enrolment)
        }
        Err(reason) => Err(Unreadable { name, reason }),
    }
}

/// The name repeats the issuer as a prefix, or carries it instead of the issuer's field.
///
/// Without that field a colon splits as in a label, but not one with a blank behind it: `encoding: (demo)` is a name, and
/// no app is known to write an issuer so.
fn issuer_and_account(entry: &OtpParameters) -> (String, String) {
    let issuer = names::clean(&String::from_utf8_lossy(&entry.issuer));
    let name = String::from_utf8_lossy(&entry.name);
    if !issuer.is_empty() {
        let account = names::clean(names::after_issuer(&name, &issuer).unwrap_or(&name));
        return (issuer, account);
    }
    match name.split_once(':') {
        Some((issuer, account)) if !account.starts_with(char::is_whitespace) => {
            (names::clean(issuer), names::clean(account))
        }
        _ => (issuer, names::clean(&name)),
    }
}

fn secret_and_kind(entry: &mut OtpParameters, warnings: &mut Vec<Warning>) -> Result<(Secret, Kind), EnrolError> {
    if entry.secret.is_empty() {
        return Err(EnrolError::NoSecret);
    }
    if entry.secret.len() > Secret::MAX_LEN {
        return Err(EnrolError::Secret(SecretError::TooLong));
    }
    let algorithm = match entry.algorithm {
        0 | 1 => Algorithm::Sha1,
        2 => Algorithm::Sha256,
        3 => Algorithm::Sha512,
        4 => return Err(EnrolError::Algorithm { found: "MD5".to_owned() }),
        other => return Err(EnrolError::Algorithm { found: other.to_string() }),
    };
    let digits = match entry.digits {
        0 | 1 => Digits::SIX,
        2 => Digits::EIGHT,
        _ => return Err(parameters::bad("digits")),
    };
    let kind = match entry.r#type {
        2 => {
            warnings.push(Warning::PeriodAssumed);
            Kind::Totp { algorithm, digits, period: Period::THIRTY }
        }
        kind @ (0 | 1) => {
            if kind == 0 {
                warnings.push(Warning::TypeAssumed);
            }
            let counter = u64::try_from(entry.counter).map_err(|_| parameters::bad("counter"))?;
            Kind::Hotp { algorithm, digits, counter: Counter(counter) }
        }
        other => return Err(EnrolError::UnknownType { found: other.to_string() }),
    };
    Ok((Secret::from_bytes(core::mem::take(&mut entry.secret)), kind))
}

impl core::fmt::Debug for Unreadable {
    /// Without the name.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unreadable").field("reason", &self.reason).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
