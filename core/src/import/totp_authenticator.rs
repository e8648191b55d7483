//! TOTP Authenticator: its backup, and its preferences as a rooted phone gives them.
//!
//! The backup is Base64 of AES-256-CBC with an IV of zeros under SHA-256 of the password, or of a fixed word where the
//! user set none. Inside is an object whose one name is the list of tokens, as text.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::cipher::{BLOCK, decrypt_cbc, unpad};
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::preferences::{self, Preferences};
use super::{ImportError, Loss, base64};
use crate::enrol::draft::{Draft, DraftKey};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::KindName;

const LIST: &str = "STATIC_TOTP_CODES_LIST";
/// What the app takes where the user sets no password.
const NO_PASSWORD: &str = "TotpAuthenticator";

/// Whether it is the preferences.
pub(super) fn fits_xml(input: &Input<'_>) -> bool {
    preferences::fits_with(input.bytes, LIST)
}

/// Reads the preferences.
pub(super) fn read_xml(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let preferences = Preferences::read(input.bytes)?;
    tokens(preferences.get(LIST).ok_or(ImportError::Damaged)?, found)
}

/// Whether it may be the backup: Base64 of whole blocks, and nothing else.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let text = input.bytes.trim_ascii();
    let digits = text.iter().filter(|byte| !byte.is_ascii_whitespace()).count();
    digits >= 88
        && text.iter().all(|byte| {
            byte.is_ascii_alphanumeric() || byte.is_ascii_whitespace() || matches!(byte, b'+' | b'/' | b'=')
        })
        && ciphertext(text).is_some()
}

fn ciphertext(text: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    base64::base64(core::str::from_utf8(text).ok()?).filter(|bytes| bytes.len().is_multiple_of(BLOCK))
}

/// Reads the backup.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let sealed = ciphertext(input.bytes.trim_ascii()).ok_or(ImportError::Damaged)?;
    let plain = match password {
        Some(password) => open(&sealed, password.expose())?,
        None => open(&sealed, NO_PASSWORD).map_err(|error| match error {
            ImportError::WrongPassword => ImportError::NeedsPassword,
            other => other,
        })?,
    };
    let object = Value::parse(&plain)?.object().ok_or(ImportError::Damaged)?;
    let list = object.members().next().map(|(list, _)| SecretText::from(list)).ok_or(ImportError::Damaged)?;
    tokens(&list, found)
}

fn open(sealed: &[u8], password: &str) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    let mut plain = Zeroizing::new(sealed.to_vec());
    let key = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(password.as_bytes())));
    decrypt_cbc::<aes::Aes256Dec>(&*key, &[0; BLOCK], &mut plain).ok_or(ImportError::Damaged)?;
    // Nothing is authenticated. What comes first tells the right password, so that what comes last tells a cut.
    if !plain.starts_with(b"{") {
        return Err(ImportError::WrongPassword);
    }
    let starts_right = plain.get(1..).unwrap_or_default().trim_ascii_start().starts_with(b"\"[");
    match unpad(&mut plain) {
        Some(()) if starts_right => Ok(plain),
        None if starts_right => Err(ImportError::Damaged),
        _ => Err(ImportError::WrongPassword),
    }
}

fn tokens(list: &SecretText, found: &mut Found<'_>) -> Result<(), ImportError> {
    for (number, token) in (1..).zip(Value::parse(list.expose().as_bytes())?.list()?) {
        let Some(token) = token.object() else {
            found.entry(number, "", Err(EnrolError::Unknown))?;
            continue;
        };
        let mut draft = Draft::new(KindName::Totp, token.string("issuer"), token.string("name"), DraftKey::Missing);
        let name = draft.name();
        draft.key = key(&token);
        let read = enrol(draft, &token);
        if read.is_ok() {
            found.lost(number, &name, Loss::Algorithm);
        }
        found.entry(number, &name, read)?;
    }
    Ok(())
}

fn enrol(mut draft: Draft, token: &Object<'_>) -> Result<Enrolment, EnrolError> {
    draft.digits = number(token, "digits")?;
    draft.period = number(token, "period")?;
    let mut enrolment = draft.enrol()?;
    enrolment.favourite = token.bool("isFavorite");
    Ok(enrolment)
}

/// The key in the base that the token names.
fn key(token: &Object<'_>) -> DraftKey {
    let Some(key) = token.text("key").filter(|key| !key.is_empty()) else { return DraftKey::Missing };
    match token.get("base").and_then(Value::number) {
        Some(16) => DraftKey::Hex(key),
        Some(64) => base64::key(key.expose()).unwrap_or(DraftKey::Missing),
        _ => DraftKey::Base32(key),
    }
}

/// A number as text, which is empty where the usual one counts.
fn number(token: &Object<'_>, name: &str) -> Result<Option<u64>, EnrolError> {
    if token.get(name).and_then(Value::text).is_some_and(|text| text.expose().trim().is_empty()) {
        return Ok(None);
    }
    token.number(name)
}

#[cfg(test)]
mod tests;
