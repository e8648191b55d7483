//! andOTP: its backup as JSON, plain or encrypted in its two ways.
//!
//! ```text
//! new   rounds (32 bits) ‖ salt (12) ‖ nonce (12) ‖ AES-256-GCM      key: PBKDF2-HMAC-SHA-1
//! old   nonce (12) ‖ AES-256-GCM                                     key: SHA-256 of the password
//! ```
//! Neither says what it is. The new one is known by its number of rounds; the old one looks like noise, so it is what
//! noise is taken for when nothing else fits.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use ring::pbkdf2::PBKDF2_HMAC_SHA1;

use super::cipher::{self, Plain};
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, kdf};
use crate::enrol::draft::{self, Draft, DraftKey};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::{Secret, SecretText};
use crate::token::KindName;

/// What andOTP draws the number of rounds from is 140,000 to 160,000.
const ROUNDS: core::ops::RangeInclusive<u32> = 100_000..=200_000;
/// Salt, nonce, tag and the shortest list.
const SHORTEST: usize = 12 + 12 + 16 + 2;

/// Whether it is a list of andOTP's entries, or starts with a likely number of rounds.
pub(super) fn fits(input: &Input<'_>) -> bool {
    if input.is_like_json() {
        let first = input.json().ok().and_then(|list| list.list().ok()?.into_iter().next()?.object());
        return first
            .is_some_and(|entry| entry.has_all(&["secret", "label", "algorithm"]) && !entry.has("accountType"));
    }
    rounds(input.bytes).is_some()
}

/// Whether it could be an old encrypted backup: noise.
pub(super) fn is_noise(input: &Input<'_>) -> bool {
    let bytes = input.bytes;
    if bytes.len() < SHORTEST || core::str::from_utf8(bytes).is_ok() {
        return false;
    }
    let sample = bytes.get(..bytes.len().min(64 * 1024)).unwrap_or(bytes);
    let mut counts = [0_usize; 256];
    for byte in sample {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    // Every value is about as frequent as any other.
    counts.iter().all(|count| *count <= sample.len() / 64 + 12)
}

/// Reads a backup.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    match rounds(input.bytes) {
        Some((rounds, rest)) => {
            let password = password.ok_or(ImportError::NeedsPassword)?;
            entries(Value::parse(&open(rounds, rest, password)?)?, found)
        }
        None => entries(input.json()?, found),
    }
}

/// Reads an old encrypted backup.
pub(super) fn read_old(
    input: &Input<'_>,
    password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let password = password.ok_or(ImportError::NeedsPassword)?;
    let (nonce, text) = input.bytes.split_first_chunk::<12>().ok_or(ImportError::Damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    Sha256::new()
        .chain_update(password.expose())
        .finalize_into(key.as_mut_slice().try_into().map_err(|_| ImportError::Damaged)?);
    let opened = cipher::gcm(key.as_slice(), nonce, &[], text).ok_or(ImportError::WrongPassword)?;
    entries(Value::parse(&opened)?, found)
}

/// The rounds of a new encrypted backup, and what follows.
fn rounds(bytes: &[u8]) -> Option<(u32, &[u8])> {
    let (rounds, rest) = bytes.split_first_chunk::<4>()?;
    let rounds = u32::from_be_bytes(*rounds);
    (ROUNDS.contains(&rounds) && rest.len() >= SHORTEST).then_some((rounds, rest))
}

fn open(rounds: u32, rest: &[u8], password: &SecretText) -> Result<Plain, ImportError> {
    let (salt, rest) = rest.split_first_chunk::<12>().ok_or(ImportError::Damaged)?;
    let (nonce, text) = rest.split_first_chunk::<12>().ok_or(ImportError::Damaged)?;
    let key = kdf::pbkdf2(PBKDF2_HMAC_SHA1, password.expose().as_bytes(), salt, rounds.into(), 32)?;
    cipher::gcm(key.expose(), nonce, &[], text).ok_or(ImportError::WrongPassword)
}

fn entries(list: Value<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    found.each((1..).zip(list.list()?), names, |entry, _| read_entry(entry).map(Some))
}

/// Early versions had one label for both names.
fn names(entry: &Object<'_>) -> (String, String) {
    let label = entry.string("label");
    if entry.has("issuer") {
        return (entry.string("issuer"), label);
    }
    match label.split_once(" - ") {
        Some((issuer, account)) => (issuer.to_owned(), account.to_owned()),
        None => (String::new(), label),
    }
}

fn read_entry(entry: &Object<'_>) -> Result<Enrolment, EnrolError> {
    let (issuer, account) = names(entry);
    let kind = match entry.get("type").and_then(Value::string) {
        Some(kind) => draft::kind(&kind)?,
        None => KindName::Totp,
    };
    let secret = entry.text("secret").ok_or(EnrolError::NoSecret)?;
    let key = if kind == KindName::Motp { typed(&secret)? } else { DraftKey::Base32(secret) };
    let mut draft = Draft::new(kind, issuer, account, key);
    draft.algorithm = entry.get("algorithm").and_then(Value::string);
    draft.digits = entry.number("digits")?;
    draft.period = entry.number("period")?;
    draft.counter = entry.number("counter")?;
    let mut enrolment = draft.enrol()?;
    enrolment.used = entry.number("used_frequency")?.unwrap_or_default();
    enrolment.groups = entry.list("tags").ok().into_iter().flatten().filter_map(Value::string).collect();
    Ok(enrolment)
}

/// mOTP's key: Base32 of the hexadecimal digits that were typed.
fn typed(secret: &SecretText) -> Result<DraftKey, EnrolError> {
    let digits = Secret::from_base32(secret.expose())?;
    core::str::from_utf8(digits.expose())
        .map(|digits| DraftKey::Hex(digits.into()))
        .map_err(|_| EnrolError::SecretDoesNotFit)
}

#[cfg(test)]
mod tests;
