//! Stratum, once Authenticator Pro: its backup as JSON, plain or encrypted in its two ways, and its HTML page.
//!
//! ```text
//! strong   AUTHENTICATORPRO ‖ salt (16) ‖ nonce (12) ‖ AES-256-GCM      key: Argon2id, 64 MiB, 3 passes, 4 lanes
//! legacy   AuthenticatorPro ‖ salt (20) ‖ IV (16) ‖ AES-256-CBC         key: PBKDF2-HMAC-SHA-1, 64,000 rounds; no MAC
//! ```
//! Its list of URIs is an ordinary text.

pub(super) mod html;

use ring::pbkdf2::PBKDF2_HMAC_SHA1;

use super::cipher::{self, Plain};
use super::found::{Found, ordered};
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, Loss, kdf};
use crate::enrol::draft::{self, Draft, DraftKey};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::KindName;

const STRONG: &[u8] = b"AUTHENTICATORPRO";
const LEGACY: &[u8] = b"AuthenticatorPro";

/// Whether it has the backup's outermost names, or starts like an encrypted one.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.bytes.starts_with(STRONG)
        || input.bytes.starts_with(LEGACY)
        || input.object().is_some_and(|file| file.has("Authenticators"))
}

/// Reads a backup.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let password = || password.map(|password| password.expose().as_bytes()).ok_or(ImportError::NeedsPassword);
    if let Some(sealed) = input.bytes.strip_prefix(STRONG) {
        return backup(&Value::parse(&open_strong(sealed, password)?)?, found);
    }
    if let Some(sealed) = input.bytes.strip_prefix(LEGACY) {
        return backup(&Value::parse(&open_legacy(sealed, password)?)?, found);
    }
    backup(&input.json()?, found)
}

fn open_strong<'a>(sealed: &[u8], password: impl Fn() -> Result<&'a [u8], ImportError>) -> Result<Plain, ImportError> {
    let (salt, rest) = sealed.split_first_chunk::<16>().ok_or(ImportError::Damaged)?;
    let (nonce, text) = rest.split_first_chunk::<12>().ok_or(ImportError::Damaged)?;
    // A tag and the shortest backup.
    if text.len() < 16 + 2 {
        return Err(ImportError::Damaged);
    }
    let key = kdf::argon2(argon2::Algorithm::Argon2id, password()?, salt, (64 * 1024, 3, 4))?;
    cipher::gcm(key.expose(), nonce, &[], text).ok_or(ImportError::WrongPassword)
}

fn open_legacy<'a>(sealed: &[u8], password: impl Fn() -> Result<&'a [u8], ImportError>) -> Result<Plain, ImportError> {
    let (salt, rest) = sealed.split_first_chunk::<20>().ok_or(ImportError::Damaged)?;
    let (iv, text) = rest.split_first_chunk::<16>().ok_or(ImportError::Damaged)?;
    if text.is_empty() || !text.len().is_multiple_of(16) {
        return Err(ImportError::Damaged);
    }
    let key = kdf::pbkdf2(PBKDF2_HMAC_SHA1, password()?, salt, 64_000, 32)?;
    // Nothing but the text itself says whether the key is right.
    cipher::cbc_of(key.expose(), iv, text, b"{\"")
}

fn backup(file: &Value<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let file = file.object().ok_or(ImportError::Damaged)?;
    let groups = Groups::read(&file)?;
    let entries = file.get("Authenticators").ok_or(ImportError::Damaged)?.list()?;
    found.each(
        ordered(entries, |entry| entry.get("Ranking")?.number()),
        |entry| (entry.string("Issuer"), entry.string("Username")),
        |entry, lost| read_entry(entry, &groups, lost).map(Some),
    )
}

fn read_entry(entry: &Object<'_>, groups: &Groups, lost: &mut Vec<Loss>) -> Result<Enrolment, EnrolError> {
    let number = entry.number("Type")?;
    let kind = match number {
        Some(1) => KindName::Hotp,
        Some(2) => KindName::Totp,
        Some(3) => KindName::Motp,
        Some(4) => KindName::Steam,
        Some(5) => KindName::Yandex,
        other => return Err(draft::unknown_type(&other.unwrap_or_default().to_string())),
    };
    let secret = entry.text("Secret").ok_or(EnrolError::NoSecret)?;
    let (joined, unknown) = groups.of(secret.expose());
    // mOTP keys are kept as they were typed.
    let key = if kind == KindName::Motp { DraftKey::Hex(secret) } else { DraftKey::Base32(secret) };
    let mut draft = Draft::new(kind, entry.string("Issuer"), entry.string("Username"), key);
    draft.algorithm = match entry.number("Algorithm")? {
        None | Some(0) => None,
        Some(1) => Some("SHA256".to_owned()),
        Some(2) => Some("SHA512".to_owned()),
        Some(other) => Some(other.to_string()),
    };
    draft.digits = entry.number("Digits")?;
    draft.period = entry.number("Period")?;
    draft.counter = entry.number("Counter")?;
    draft.pin = entry.text("Pin");
    let mut enrolment = draft.enrol()?;
    enrolment.groups = joined;
    enrolment.used = entry.number("CopyCount")?.unwrap_or_default();
    lost.extend(unknown.then_some(Loss::UnknownGroup));
    // Others name a picture of the app's own, which come with the issuer's name as letters do here.
    lost.extend(entry.string("Icon").starts_with('@').then_some(Loss::Icon));
    Ok(enrolment)
}

/// Which entries, by their secrets, are in which categories.
struct Groups {
    names: Vec<(String, String)>,
    /// Sorted by secret.
    members: Vec<(SecretText, String)>,
}

impl Groups {
    fn read(file: &Object<'_>) -> Result<Self, ImportError> {
        let mut names = Vec::new();
        for category in file.list("Categories")? {
            let category = category.object().ok_or(ImportError::Damaged)?;
            names.push((category.string("Id"), category.string("Name")));
        }
        let mut members = Vec::new();
        for member in file.list("AuthenticatorCategories")? {
            let member = member.object().ok_or(ImportError::Damaged)?;
            members.push((member.text("AuthenticatorSecret").unwrap_or_default(), member.string("CategoryId")));
        }
        members.sort_by(|(one, _), (other, _)| one.expose().cmp(other.expose()));
        Ok(Self { names, members })
    }

    /// The names of an entry's groups, and whether one has none.
    fn of(&self, secret: &str) -> (Vec<String>, bool) {
        let start = self.members.partition_point(|(known, _)| known.expose() < secret);
        let ids = self.members.iter().skip(start).take_while(|(known, _)| known.expose() == secret);
        let (mut names, mut unknown) = (Vec::new(), false);
        for (_, id) in ids {
            match self.names.iter().find(|(known, _)| known == id) {
                Some((_, name)) => names.push(name.clone()),
                None => unknown = true,
            }
        }
        (names, unknown)
    }
}

#[cfg(test)]
mod tests;
