//! Aegis: its vault file, database version 3, plain or encrypted as its `docs/vault.md` says.
//!
//! ```text
//! password ── scrypt(salt, N 32768, r 8, p 1) ─► AES-256-GCM wraps the master key ─► AES-256-GCM seals `db`
//! ```

use std::collections::BTreeMap;

use data_encoding::{BASE64, HEXLOWER};
use serde::Serialize;
use zeroize::Zeroizing;

use super::write::{json, uuid};
use super::{ExportError, Files, Groups, Holds, Lost, PasswordUse, Reader, Request, Target};
use crate::secret::SecretText;
use crate::token::{Kind, Token};
use crate::vault::Entropy;
use crate::vault::hex::Hex;
use crate::vault::keys::{Key, NONCE_LEN, TAG_LEN};

pub(super) const TARGET: Target = Target {
    name: "aegis",
    extensions: &["json"],
    password: PasswordUse::Optional,
    holds: Holds { note: true, groups: Groups::Any, favourite: true, ..Holds::CODES },
    reader: Reader::Import("aegis"),
    write,
};

/// scrypt's N as a power of two: Aegis' own choice, with r 8 and p 1.
const LOG_N: u8 = 15;
const SALT_LEN: usize = 32;

#[derive(Serialize)]
struct File<'a, T: Serialize> {
    version: u8,
    header: Header<'a>,
    db: T,
}

#[derive(Default, Serialize)]
struct Header<'a> {
    slots: Option<[Slot<'a>; 1]>,
    params: Option<Params>,
}

#[derive(Serialize)]
struct Slot<'a> {
    r#type: u8,
    uuid: String,
    key: String,
    key_params: Params,
    n: u32,
    r: u32,
    p: u32,
    salt: &'a str,
    repaired: bool,
}

#[derive(Serialize)]
struct Params {
    nonce: Hex<NONCE_LEN>,
    tag: Hex<TAG_LEN>,
}

#[derive(Serialize)]
struct Database<'a> {
    version: u8,
    entries: Vec<Entry<'a>>,
    groups: Vec<Group<'a>>,
}

#[derive(Serialize)]
struct Group<'a> {
    uuid: &'a str,
    name: &'a str,
}

#[derive(Serialize)]
struct Entry<'a> {
    r#type: &'static str,
    uuid: String,
    name: &'a str,
    issuer: &'a str,
    note: &'a str,
    favorite: bool,
    icon: Option<&'a str>,
    info: Info<'a>,
    groups: Vec<&'a str>,
}

#[derive(Serialize)]
struct Info<'a> {
    secret: &'a str,
    algo: &'static str,
    digits: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<&'a str>,
}

fn write(tokens: &[&Token], request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let mut groups = BTreeMap::new();
    for name in tokens.iter().flat_map(|token| &token.groups) {
        if !groups.contains_key(name.as_str()) {
            groups.insert(name.as_str(), uuid(&Hex::<16>::random(request.entropy)?));
        }
    }
    let secrets: Vec<SecretText> = tokens.iter().map(|token| token.secret.to_base32()).collect();
    let mut lost = Vec::new();
    let mut entries = Vec::with_capacity(tokens.len());
    for (token, secret) in tokens.iter().zip(&secrets) {
        match Entry::of(token, secret.expose(), &groups) {
            Some(entry) => entries.push(entry),
            None => lost.push(Lost::token(token)),
        }
    }
    let groups = groups.iter().map(|(name, uuid)| Group { uuid, name }).collect();
    let database = Database { version: 3, entries, groups };
    let file = match request.password() {
        None => json(&File { version: 1, header: Header::default(), db: database }, tokens.len())?,
        Some(password) => seal(json(&database, tokens.len())?, password, request.entropy)?,
    };
    Ok((vec![file], lost))
}

impl<'a> Entry<'a> {
    /// `None` for what Aegis does not know.
    fn of(token: &'a Token, secret: &'a str, groups: &'a BTreeMap<&str, String>) -> Option<Self> {
        let info = |algo, digits| Info { secret, algo, digits, period: None, counter: None, pin: None };
        let (r#type, info) = match &token.kind {
            Kind::Totp { algorithm, digits, period } => {
                ("totp", Info { period: Some(period.seconds()), ..info(algorithm.name(), digits.get()) })
            }
            // Java's numbers have a sign.
            Kind::Hotp { counter, .. } if i64::try_from(counter.0).is_err() => return None,
            Kind::Hotp { algorithm, digits, counter } => {
                ("hotp", Info { counter: Some(counter.0), ..info(algorithm.name(), digits.get()) })
            }
            Kind::Steam => ("steam", Info { period: Some(30), ..info("SHA1", 5) }),
            Kind::Motp { pin } => ("motp", Info { period: Some(10), pin: Some(pin.expose()), ..info("MD5", 6) }),
            Kind::Yandex { pin } => ("yandex", Info { period: Some(30), pin: Some(pin.expose()), ..info("SHA256", 8) }),
            Kind::Ocra { .. } => return None,
        };
        Some(Self {
            r#type,
            uuid: uuid(&token.id.to_string()),
            name: &token.account,
            issuer: &token.issuer,
            note: &token.note,
            favorite: token.favourite,
            icon: None,
            info,
            groups: token.groups.iter().filter_map(|name| groups.get(name.as_str())).map(String::as_str).collect(),
        })
    }
}

/// Encrypts a database, and wraps its key.
fn seal(
    mut database: Zeroizing<Vec<u8>>,
    password: &SecretText,
    entropy: &dyn Entropy,
) -> Result<Zeroizing<Vec<u8>>, ExportError> {
    let master = Key::random(entropy)?;
    let params = encrypt(&master, &mut database, entropy)?;

    let salt = Hex::<SALT_LEN>::random(entropy)?;
    let mut wrapping = Key::zero();
    let cost = scrypt::Params::new(LOG_N, 8, 1).map_err(|_| ExportError::TooLarge)?;
    scrypt::scrypt(password.expose().as_bytes(), &salt.0, &cost, wrapping.as_mut()).map_err(|_| ExportError::Memory)?;
    let mut key = Zeroizing::new(master.expose().to_vec());
    let key_params = encrypt(&wrapping, &mut key, entropy)?;
    let slot = Slot {
        r#type: 1,
        uuid: uuid(&Hex::<16>::random(entropy)?),
        key: HEXLOWER.encode(&key),
        key_params,
        n: 1 << LOG_N,
        r: 8,
        p: 1,
        salt: &salt.to_string(),
        repaired: true,
    };
    let header = Header { slots: Some([slot]), params: Some(params) };
    json(&File { version: 1, header, db: BASE64.encode(&database) }, 0)
}

fn encrypt(key: &Key, text: &mut [u8], entropy: &dyn Entropy) -> Result<Params, ExportError> {
    let nonce = Hex::random(entropy)?;
    let tag = key.seal(&nonce, &[], text).ok_or(ExportError::TooLarge)?;
    Ok(Params { nonce, tag: Hex(tag) })
}
