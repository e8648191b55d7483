//! Ente Auth: its encrypted export, and what its text export adds to each URI.
//!
//! ```text
//! password ── Argon2id(salt, opsLimit passes over memLimit bytes) ─► libsodium's secretstream opens the text
//! ```

use data_encoding::BASE64;

use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, kdf, secretstream, text};
use crate::enrol::Enrolment;
use crate::secret::SecretText;

/// The parameter that holds what is shown beside a code, as JSON.
const DISPLAY: &str = "codeDisplay";

/// Whether it has the encrypted export's names.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.object().is_some_and(|file| file.has_all(&["kdfParams", "encryptedData", "encryptionNonce"]))
}

/// Reads an encrypted export.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let file = input.whole_object()?;
    if file.required("version")? > 1 {
        return Err(ImportError::Unsupported { what: "Ente Auth 2" });
    }
    let params = file.object("kdfParams").ok_or(ImportError::Damaged)?;
    let cost = (params.required("memLimit")? / 1024, params.required("opsLimit")?, 1);
    let (salt, header) = (base64(&params, "salt")?, base64(file, "encryptionNonce")?);
    let sealed = base64(file, "encryptedData")?;
    let password = password.ok_or(ImportError::NeedsPassword)?.expose().as_bytes();
    let key = kdf::argon2(argon2::Algorithm::Argon2id, password, &salt, cost)?;
    let key = key.expose().try_into().map_err(|_| ImportError::Damaged)?;
    let header = header.as_slice().try_into().map_err(|_| ImportError::Damaged)?;
    let opened = secretstream::open(key, header, &sealed).ok_or(ImportError::WrongPassword)?;
    text::read_lines(&opened, found)
}

fn base64(object: &Object<'_>, name: &str) -> Result<Vec<u8>, ImportError> {
    let text = object.text(name).ok_or(ImportError::Damaged)?;
    BASE64.decode(text.expose().as_bytes()).map_err(|_| ImportError::Damaged)
}

/// Takes what Ente adds to a URI to where it belongs, and says whether the token lay in Ente's bin.
pub(super) fn unfold(enrolment: &mut Enrolment) -> bool {
    let Some(place) = enrolment.unknown.iter().position(|(name, _)| name == DISPLAY) else { return false };
    let text = enrolment.unknown.get(place).map(|(_, text)| text.as_bytes());
    let Some(display) = text.and_then(|text| Value::parse(text).ok()).and_then(Value::object) else { return false };
    let note = display.string("note");
    if !note.is_empty() {
        enrolment.note = note;
    }
    enrolment.favourite = display.bool("pinned");
    enrolment.used = display.get("tapCount").and_then(Value::number).unwrap_or_default();
    enrolment.groups.extend(display.list("tags").ok().into_iter().flatten().filter_map(Value::string));
    let trashed = display.bool("trashed");
    drop(display);
    enrolment.unknown.remove(place);
    trashed
}

#[cfg(test)]
mod tests;
