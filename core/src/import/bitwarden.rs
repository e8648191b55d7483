//! Bitwarden and Bitwarden Authenticator: JSON, plain or under a password of its own, and CSV.
//!
//! ```text
//! password ── PBKDF2-HMAC-SHA-256(salt, rounds) or Argon2id(SHA-256(salt), …) ─► master key
//! master key ── HKDF-expand "enc", "mac" ─► AES-256-CBC and HMAC-SHA-256 open `data`
//! ```
//! The salt is its text, not what the Base64 in it means. `encKeyValidation_DO_NOT_EDIT` tells a wrong password from damage.
//! An export that is encrypted without a password of its own is for one account: nobody else can read it.

pub(super) mod csv;

use data_encoding::BASE64;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit as _, Mac as _};
use ring::pbkdf2::PBKDF2_HMAC_SHA256;
use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::cipher::{self, Plain};
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, Loss, kdf, login};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::{Secret, SecretText};

/// Whether it has an export's outermost names.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.object().is_some_and(|file| file.has("encrypted") && (file.has("items") || file.has("data")))
}

/// Reads an export.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let file = input.whole_object()?;
    if !file.bool("encrypted") {
        return vault(file, found);
    }
    if !file.bool("passwordProtected") {
        return Err(ImportError::Restricted);
    }
    let opened = open(file, password.ok_or(ImportError::NeedsPassword)?)?;
    vault(&Value::parse(&opened)?.object().ok_or(ImportError::Damaged)?, found)
}

fn open(file: &Object<'_>, password: &SecretText) -> Result<Plain, ImportError> {
    let salt = file.text("salt").ok_or(ImportError::Damaged)?;
    let validation = Sealed::read(file, "encKeyValidation_DO_NOT_EDIT")?;
    let data = Sealed::read(file, "data")?;
    let (password, salt) = (password.expose().as_bytes(), salt.expose().as_bytes());
    let rounds = file.required("kdfIterations")?;
    let master = match file.required("kdfType")? {
        0 => kdf::pbkdf2(PBKDF2_HMAC_SHA256, password, salt, rounds, 32)?,
        1 => {
            let memory_kib = file.required("kdfMemory")?.saturating_mul(1024);
            let cost = (memory_kib, rounds, file.required("kdfParallelism")?);
            kdf::argon2(argon2::Algorithm::Argon2id, password, &Sha256::digest(salt), cost)?
        }
        _ => return Err(ImportError::Unsupported { what: "Bitwarden" }),
    };
    let keys = Keys::of(&master)?;
    keys.open(&validation).ok_or(ImportError::WrongPassword)?;
    keys.open(&data).ok_or(ImportError::Damaged)
}

/// What Bitwarden calls an encrypted string of type 2: `2.iv|text|mac`.
struct Sealed {
    iv: Vec<u8>,
    text: Vec<u8>,
    mac: Vec<u8>,
}

impl Sealed {
    fn read(file: &Object<'_>, name: &str) -> Result<Self, ImportError> {
        let text = file.text(name).ok_or(ImportError::Damaged)?;
        let (kind, parts) = text.expose().split_once('.').ok_or(ImportError::Damaged)?;
        if kind != "2" {
            let known = !kind.is_empty() && kind.bytes().all(|b| b.is_ascii_digit());
            return Err(if known { ImportError::Unsupported { what: "Bitwarden" } } else { ImportError::Damaged });
        }
        let mut parts = parts.split('|').map(|part| BASE64.decode(part.as_bytes()));
        match (parts.next(), parts.next(), parts.next(), parts.next()) {
            (Some(Ok(iv)), Some(Ok(text)), Some(Ok(mac)), None) => Ok(Self { iv, text, mac }),
            _ => Err(ImportError::Damaged),
        }
    }
}

/// The two keys that a master key makes.
struct Keys {
    enc: Zeroizing<[u8; 32]>,
    mac: Zeroizing<[u8; 32]>,
}

impl Keys {
    fn of(master: &Secret) -> Result<Self, ImportError> {
        let hkdf = Hkdf::<Sha256>::from_prk(master.expose()).map_err(|_| ImportError::Damaged)?;
        let mut keys = Self { enc: Zeroizing::default(), mac: Zeroizing::default() };
        hkdf.expand(b"enc", keys.enc.as_mut_slice()).map_err(|_| ImportError::Damaged)?;
        hkdf.expand(b"mac", keys.mac.as_mut_slice()).map_err(|_| ImportError::Damaged)?;
        Ok(keys)
    }

    fn open(&self, sealed: &Sealed) -> Option<Plain> {
        let mut mac = Hmac::<Sha256>::new_from_slice(self.mac.as_slice()).ok()?;
        mac.update(&sealed.iv);
        mac.update(&sealed.text);
        mac.verify_slice(&sealed.mac).ok()?;
        cipher::cbc(self.enc.as_slice(), &sealed.iv, &sealed.text)
    }
}

fn vault(file: &Object<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let mut folders = Vec::new();
    // An organisation's export has collections instead.
    for name in ["folders", "collections"] {
        for folder in file.list(name)? {
            let folder = folder.object().ok_or(ImportError::Damaged)?;
            folders.push((folder.string("id"), folder.string("name")));
        }
    }
    let items = file.get("items").ok_or(ImportError::Damaged)?.list()?;
    found.each((1..).zip(items), names, |item, lost| read_item(item, &folders, lost))
}

fn names(item: &Object<'_>) -> (String, String) {
    (item.string("name"), item.object("login").map(|login| login.string("username")).unwrap_or_default())
}

/// `None` for items without TOTP.
fn read_item(
    item: &Object<'_>,
    folders: &[(String, String)],
    lost: &mut Vec<Loss>,
) -> Result<Option<Enrolment>, EnrolError> {
    let field = item.object("login").and_then(|login| login.text("totp"));
    let Some(field) = field.filter(|field| !field.expose().trim().is_empty()) else { return Ok(None) };
    if item.get("deletedDate").is_some() {
        lost.push(Loss::Trashed);
    }
    let (name, user) = names(item);
    let mut enrolment = login::enrol(&field, name, user)?;
    enrolment.note = item.string("notes");
    enrolment.favourite = item.bool("favorite");
    let collections = item.get("collectionIds").and_then(|ids| ids.list().ok()).into_iter().flatten();
    for id in item.get("folderId").into_iter().chain(collections).filter_map(Value::string) {
        match folders.iter().find(|(known, _)| *known == id) {
            Some((_, name)) => enrolment.groups.push(name.clone()),
            None => lost.push(Loss::UnknownGroup),
        }
    }
    Ok(Some(enrolment))
}

#[cfg(test)]
mod tests;
