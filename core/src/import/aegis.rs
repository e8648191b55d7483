//! Aegis: its vault file, plain or encrypted, database versions 1 to 3. Its otpauth text is an ordinary text.
//!
//! ```text
//! password ── scrypt(slot's salt, n, r, p) ─► AES-256-GCM opens the slot's key ─► master key ─► AES-256-GCM opens `db`
//! ```
//! The format is described in Aegis' `docs/vault.md`.

use data_encoding::{BASE64, HEXLOWER_PERMISSIVE};

use super::cipher::{self, Plain};
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, Loss, bounds, kdf};
use crate::enrol::draft::{self, Draft, DraftKey};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;

/// The versions that are known: of the file, and of the database in it.
const FILE_VERSION: u64 = 1;
const DATABASE_VERSION: u64 = 3;

/// A slot that a password opens; others are for the keystore of one phone.
const PASSWORD_SLOT: u64 = 1;

/// Whether it has Aegis' outermost names.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.object().is_some_and(|file| file.has_all(&["version", "header", "db"]))
}

/// Reads a vault file.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let file = input.whole_object()?;
    if file.required("version")? > FILE_VERSION {
        return Err(ImportError::Unsupported { what: "Aegis 2" });
    }
    let db = file.get("db").ok_or(ImportError::Damaged)?;
    match db.text() {
        None => database(db, found),
        Some(sealed) => {
            let header = file.object("header").ok_or(ImportError::Damaged)?;
            let opened = open(&header, sealed.expose(), password.ok_or(ImportError::NeedsPassword)?)?;
            database(Value::parse(&opened)?, found)
        }
    }
}

/// Tries the password on every slot that takes one.
fn open(header: &Object<'_>, sealed: &str, password: &SecretText) -> Result<Plain, ImportError> {
    let params = header.object("params").ok_or(ImportError::Damaged)?;
    let sealed = BASE64.decode(sealed.as_bytes()).map_err(|_| ImportError::Damaged)?;
    let (nonce, tag) = (hex(&params, "nonce")?, hex(&params, "tag")?);
    let slots = header.list("slots")?.into_iter().map(|slot| slot.object().ok_or(ImportError::Damaged));
    let slots: Vec<Slot> =
        slots.map(|slot| Slot::read(&slot?)).filter_map(Result::transpose).collect::<Result<_, _>>()?;
    if slots.is_empty() {
        return Err(ImportError::Restricted);
    }
    bounds::scrypt(slots.iter().map(|slot| slot.cost))?;
    for slot in &slots {
        if let Some(master) = slot.master_key(password)? {
            let opened = cipher::gcm_detached(&master, &nonce, &[], &sealed, &tag);
            return opened.ok_or(ImportError::Damaged);
        }
    }
    Err(ImportError::WrongPassword)
}

/// A slot that a password opens.
struct Slot {
    salt: Vec<u8>,
    /// N, r, p.
    cost: (u64, u64, u64),
    nonce: Vec<u8>,
    sealed: Vec<u8>,
    tag: Vec<u8>,
}

impl Slot {
    /// `None` for one of another kind.
    fn read(slot: &Object<'_>) -> Result<Option<Self>, ImportError> {
        if slot.required("type")? != PASSWORD_SLOT {
            return Ok(None);
        }
        let params = slot.object("key_params").ok_or(ImportError::Damaged)?;
        Ok(Some(Self {
            salt: hex(slot, "salt")?,
            cost: (slot.required("n")?, slot.required("r")?, slot.required("p")?),
            nonce: hex(&params, "nonce")?,
            sealed: hex(slot, "key")?,
            tag: hex(&params, "tag")?,
        }))
    }

    /// What the slot holds, where the password fits it.
    fn master_key(&self, password: &SecretText) -> Result<Option<Plain>, ImportError> {
        let (n, r, p) = self.cost;
        let key = kdf::scrypt(password.expose().as_bytes(), &self.salt, n, r, p)?;
        Ok(cipher::gcm_detached(key.expose(), &self.nonce, &[], &self.sealed, &self.tag))
    }
}

fn hex(object: &Object<'_>, name: &str) -> Result<Vec<u8>, ImportError> {
    let text = object.text(name).ok_or(ImportError::Damaged)?;
    HEXLOWER_PERMISSIVE.decode(text.expose().as_bytes()).map_err(|_| ImportError::Damaged)
}

fn database(db: Value<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let db = db.object().ok_or(ImportError::Damaged)?;
    if db.required("version")? > DATABASE_VERSION {
        return Err(ImportError::Unsupported { what: "Aegis 4" });
    }
    let mut groups = Vec::new();
    for group in db.list("groups")? {
        let group = group.object().ok_or(ImportError::Damaged)?;
        groups.push((group.string("uuid"), group.string("name")));
    }
    let entries = db.get("entries").ok_or(ImportError::Damaged)?.list()?;
    found.each(
        (1..).zip(entries),
        |entry| (entry.string("issuer"), entry.string("name")),
        |entry, lost| read_entry(entry, &groups, lost).map(Some),
    )
}

fn read_entry(entry: &Object<'_>, groups: &[(String, String)], lost: &mut Vec<Loss>) -> Result<Enrolment, EnrolError> {
    let kind = draft::kind(&entry.string("type"))?;
    let info = entry.object("info").ok_or(EnrolError::NoSecret)?;
    let key = info.text("secret").map_or(DraftKey::Missing, DraftKey::Base32);
    let mut draft = Draft::new(kind, entry.string("issuer"), entry.string("name"), key);
    draft.algorithm = info.get("algo").and_then(Value::string);
    draft.digits = info.number("digits")?;
    draft.period = info.number("period")?;
    draft.counter = info.number("counter")?;
    draft.pin = info.text("pin");
    let mut enrolment = draft.enrol()?;
    enrolment.note = entry.string("note");
    enrolment.favourite = entry.bool("favorite");
    if let Some(icon) = entry.text("icon")
        && !icon.is_empty()
    {
        lost.push(Loss::Icon);
    }
    // One name up to version 2, any number of ids since.
    if let Some(group) = entry.get("group").and_then(Value::string) {
        enrolment.groups.push(group);
    }
    for group in entry.get("groups").and_then(|groups| groups.list().ok()).into_iter().flatten() {
        let id = group.string();
        match groups.iter().find(|(known, _)| Some(known) == id.as_ref()) {
            Some((_, name)) => enrolment.groups.push(name.clone()),
            None => lost.push(Loss::UnknownGroup),
        }
    }
    Ok(enrolment)
}

#[cfg(test)]
mod tests;
