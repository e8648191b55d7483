//! 2FAS: its backup, schemas 1 to 4, plain or encrypted.
//!
//! ```text
//! servicesEncrypted = Base64(text ‖ tag) : Base64(salt) : Base64(nonce)
//! password ── PBKDF2-HMAC-SHA-256(salt, 10,000) ─► AES-256-GCM
//! ```
//! `reference` is a known text under the same password: it tells a wrong password from a damaged list. Schema 1 kept neither
//! algorithm nor period, schemas 1 and 2 no type.

use data_encoding::BASE64;
use ring::pbkdf2::PBKDF2_HMAC_SHA256;

use super::cipher::{self, Plain};
use super::found::{Found, ordered};
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, Loss, kdf};
use crate::enrol::draft::{self, Draft, DraftKey};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::{Icon, KindName};

/// The newest schema that is known.
const SCHEMA: u64 = 4;
const ROUNDS: u64 = 10_000;

/// Whether it has the backup's outermost names.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.object().is_some_and(|file| file.has_all(&["services", "schemaVersion"]))
}

/// Reads a backup.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let file = input.whole_object()?;
    let schema = file.required("schemaVersion")?;
    if schema > SCHEMA {
        return Err(ImportError::Unsupported { what: "2FAS schema 5" });
    }
    match file.text("servicesEncrypted").filter(|sealed| !sealed.is_empty()) {
        None => services(file, file.list("services")?, schema, found),
        Some(sealed) => {
            let opened = open(sealed.expose(), file.text("reference"), password.ok_or(ImportError::NeedsPassword)?)?;
            services(file, Value::parse(&opened)?.list()?, schema, found)
        }
    }
}

fn open(sealed: &str, reference: Option<SecretText>, password: &SecretText) -> Result<Plain, ImportError> {
    if let Some(opened) = unseal(sealed, password)? {
        return Ok(opened);
    }
    match reference.filter(|reference| !reference.is_empty()) {
        Some(reference) if unseal(reference.expose(), password)?.is_some() => Err(ImportError::Damaged),
        _ => Err(ImportError::WrongPassword),
    }
}

/// `None`: the password does not open it.
fn unseal(sealed: &str, password: &SecretText) -> Result<Option<Plain>, ImportError> {
    let mut parts = sealed.split(':').map(|part| BASE64.decode(part.trim().as_bytes()));
    let (Some(Ok(text)), Some(Ok(salt)), Some(Ok(nonce)), None) =
        (parts.next(), parts.next(), parts.next(), parts.next())
    else {
        return Err(ImportError::Damaged);
    };
    let key = kdf::pbkdf2(PBKDF2_HMAC_SHA256, password.expose().as_bytes(), &salt, ROUNDS, 32)?;
    Ok(cipher::gcm(key.expose(), &nonce, &[], &text))
}

fn services(
    file: &Object<'_>,
    services: Vec<Value<'_>>,
    schema: u64,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let mut groups = Vec::new();
    for group in file.list("groups")? {
        let group = group.object().ok_or(ImportError::Damaged)?;
        groups.push((group.string("id"), group.string("name")));
    }
    found.each(
        ordered(services, |service| service.object("order")?.get("position")?.number()),
        names,
        |service, lost| read_service(service, schema, &groups, lost).map(Some),
    )
}

/// Issuer and account: what the issuer said, else what the user calls it.
fn names(service: &Object<'_>) -> (String, String) {
    let Some(otp) = service.object("otp") else { return (service.string("name"), String::new()) };
    let mut issuer = otp.string("issuer");
    if issuer.trim().is_empty() {
        issuer = service.string("name");
    }
    let mut account = otp.string("account");
    if account.trim().is_empty() {
        let label = otp.string("label");
        account = match label.split_once(':') {
            Some((prefix, account)) if prefix.trim() == issuer.trim() => account.to_owned(),
            _ => label,
        };
    }
    (issuer, account)
}

fn read_service(
    service: &Object<'_>,
    schema: u64,
    groups: &[(String, String)],
    lost: &mut Vec<Loss>,
) -> Result<Enrolment, EnrolError> {
    let (issuer, account) = names(service);
    let otp = service.object("otp");
    let kind = match otp.as_ref().and_then(|otp| otp.get("tokenType")).and_then(Value::string) {
        Some(kind) => draft::kind(&kind)?,
        None => KindName::Totp,
    };
    let key = service.text("secret").map_or(DraftKey::Missing, DraftKey::Base32);
    let mut draft = Draft::new(kind, issuer, account, key);
    if let Some(otp) = &otp {
        draft.algorithm = otp.get("algorithm").and_then(Value::string);
        draft.digits = otp.number("digits")?;
        draft.period = otp.number("period")?;
        draft.counter = otp.number("counter")?;
    }
    let untold = |name| !otp.as_ref().is_some_and(|otp| otp.has(name));
    if schema < 3 && untold("tokenType") && untold("period") {
        // TOTP entries of schema 2 have a period; of schema 1 nobody knows.
        lost.push(Loss::Type);
        if untold("algorithm") {
            lost.extend([Loss::Algorithm, Loss::Period]);
        }
    }
    let mut enrolment = draft.enrol()?;
    let name = service.string("name");
    if name.trim() != enrolment.issuer {
        enrolment.note = name;
    }
    enrolment.icon = icon(service).unwrap_or_default();
    if let Some(id) = service.get("groupId").and_then(Value::string).filter(|id| !id.is_empty()) {
        match groups.iter().find(|(known, _)| *known == id) {
            Some((_, name)) => enrolment.groups.push(name.clone()),
            None => lost.push(Loss::UnknownGroup),
        }
    }
    Ok(enrolment)
}

/// The letter tile whose colour comes nearest to the label's.
fn icon(service: &Object<'_>) -> Option<Icon> {
    let icon = service.object("icon")?;
    if icon.string("selected") != "Label" {
        return None;
    }
    let tile = match icon.object("label")?.string("backgroundColor").as_str() {
        "Turquoise" => 0,
        "Green" => 1,
        "Orange" | "Yellow" => 2,
        "Red" => 3,
        "Pink" => 4,
        "Purple" => 5,
        "Indigo" => 7,
        "LightBlue" => 8,
        "Brown" => 10,
        _ => return None,
    };
    Some(Icon::Tile(tile))
}

#[cfg(test)]
mod tests;
