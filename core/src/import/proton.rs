//! Proton Authenticator: its export as JSON, plain or under a password.
//!
//! ```text
//! password ── Argon2id(salt, 19 MiB, 2 passes, 1 lane) ─► AES-256-GCM opens content = nonce (12) ‖ text ‖ tag
//! ```

pub(super) mod pass;

use data_encoding::BASE64;

use super::cipher::{self, Plain};
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, kdf, login};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;

const VERSION: u64 = 1;
/// What the cipher's text belongs to.
const AAD: &[u8] = b"proton.authenticator.export.v1";

/// Whether it has the export's names, in either form.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let Some(file) = input.object() else { return false };
    if !file.has("version") {
        return false;
    }
    match file.get("entries") {
        None => file.has_all(&["salt", "content"]),
        Some(entries) => entries.list().is_ok_and(|entries| {
            entries.first().is_none_or(|entry| entry.object().is_some_and(|entry| entry.has("content")))
        }),
    }
}

/// Reads an export.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let file = input.whole_object()?;
    if file.required("version")? > VERSION {
        return Err(ImportError::Unsupported { what: "Proton Authenticator 2" });
    }
    if file.has("entries") {
        return entries(file, found);
    }
    let opened = open(file, password.ok_or(ImportError::NeedsPassword)?)?;
    entries(&Value::parse(&opened)?.object().ok_or(ImportError::Damaged)?, found)
}

fn open(file: &Object<'_>, password: &SecretText) -> Result<Plain, ImportError> {
    let base64 = |name| {
        let text = file.text(name).ok_or(ImportError::Damaged)?;
        BASE64.decode(text.expose().as_bytes()).map_err(|_| ImportError::Damaged)
    };
    let (salt, content) = (base64("salt")?, base64("content")?);
    let (nonce, text) = content.split_first_chunk::<12>().ok_or(ImportError::Damaged)?;
    let cost = (19 * 1024, 2, 1);
    let key = kdf::argon2(argon2::Algorithm::Argon2id, password.expose().as_bytes(), &salt, cost)?;
    cipher::gcm(key.expose(), nonce, AAD, text).ok_or(ImportError::WrongPassword)
}

fn entries(file: &Object<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let entries = file.get("entries").ok_or(ImportError::Damaged)?.list()?;
    found.each(
        (1..).zip(entries),
        |entry| (String::new(), entry.object("content").map(|content| content.string("name")).unwrap_or_default()),
        |entry, _| read_entry(entry).map(Some),
    )
}

fn read_entry(entry: &Object<'_>) -> Result<Enrolment, EnrolError> {
    let content = entry.object("content").ok_or(EnrolError::NoSecret)?;
    let uri = content.text("uri").ok_or(EnrolError::NoSecret)?;
    let mut enrolment = login::enrol(&uri, String::new(), content.string("name"))?;
    enrolment.note = entry.string("note");
    Ok(enrolment)
}

#[cfg(test)]
mod tests;
