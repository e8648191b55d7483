//! 2FAS: its backup, schema 4, plain or encrypted.
//!
//! ```text
//! password ── PBKDF2-HMAC-SHA-256(256 bytes of salt, 10,000) ─► AES-256-GCM
//! servicesEncrypted = Base64(text ‖ tag) : Base64(salt) : Base64(nonce)
//! ```
//! `reference` is a text that 2FAS knows, under the same key: it tells a wrong password from a damaged list.

use core::num::NonZeroU32;

use data_encoding::BASE64;
use ring::pbkdf2::{self, PBKDF2_HMAC_SHA256};
use serde::Serialize;
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::write::json;
use super::{ExportError, Files, Groups, Holds, Lost, PasswordUse, Reader, Request, Target};
use crate::secret::SecretText;
use crate::token::{Icon, Kind, Token};
use crate::vault::Entropy;
use crate::vault::hex::Hex;
use crate::vault::keys::Key;

pub(super) const TARGET: Target = Target {
    name: "2fas",
    extensions: &["2fas"],
    password: PasswordUse::Optional,
    holds: Holds { groups: Groups::First, icon: |icon| colour(icon).is_some(), ..Holds::CODES },
    reader: Reader::Import("2fas"),
    write,
};

const ROUNDS: NonZeroU32 = NonZeroU32::new(10_000).unwrap();
const SALT_LEN: usize = 256;
/// The text that 2FAS compares with after it has opened it.
const REFERENCE: &str = "tRViSsLKzd86Hprh4ceC2OP7xazn4rrt4xhfEUbOjxLX8Rc3mkISXE0lWbmnWfggogbBJhtYgpK6fMl1D6mtsy92R3HkdGfwuXbzLebq\
VFJsR7IZ2w58t938iymwG4824igYy1wi6n2WDpO1Q1P69zwJGs2F5a1qP4MyIiDSD7NCV2OvidXQCBnDlGfmz0f1BQySRkkt4ryiJeCjD2o4QsveJ9uDBUn8ELyO\
rESv5R5DMDkD4iAF8TXU7KyoJujd";

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<'a> {
    services: &'a RawValue,
    groups: Vec<Group<'a>>,
    updated_at: u64,
    schema_version: u8,
    app_version_code: u32,
    app_version_name: &'static str,
    app_origin: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    services_encrypted: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    reference: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Group<'a> {
    id: String,
    name: &'a str,
    is_expanded: bool,
    updated_at: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Service<'a> {
    name: &'a str,
    secret: &'a str,
    updated_at: u64,
    otp: Otp<'a>,
    order: Order,
    icon: Label,
    #[serde(skip_serializing_if = "Option::is_none")]
    group_id: Option<&'a str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Otp<'a> {
    label: &'a str,
    account: &'a str,
    issuer: &'a str,
    digits: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    period: Option<u32>,
    algorithm: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
    token_type: &'static str,
    source: &'static str,
}

#[derive(Serialize)]
struct Order {
    position: usize,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Label {
    selected: &'static str,
    label: LabelText,
    icon_collection: Collection,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct LabelText {
    text: String,
    background_color: &'static str,
}

/// The icon that 2FAS gives to what it has no mark for.
#[derive(Serialize)]
struct Collection {
    id: &'static str,
}

fn write(tokens: &[&Token], request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let now = request.origin.made_at.saturating_mul(1000);
    let mut groups: Vec<Group<'_>> = Vec::new();
    for name in tokens.iter().filter_map(|token| token.groups.first()) {
        if !groups.iter().any(|group| group.name == name) {
            let id = Hex::<16>::random(request.entropy)?.to_string();
            groups.push(Group { id, name, is_expanded: true, updated_at: now });
        }
    }
    let secrets: Vec<SecretText> = tokens.iter().map(|token| token.secret.to_base32()).collect();
    let mut lost = Vec::new();
    let mut services = Vec::with_capacity(tokens.len());
    for (position, (token, secret)) in tokens.iter().zip(&secrets).enumerate() {
        match otp(token) {
            Some(otp) => services.push(Service {
                name: &token.issuer,
                secret: secret.expose(),
                updated_at: now,
                otp,
                order: Order { position },
                icon: label(token),
                group_id: group_of(token, &groups),
            }),
            None => lost.push(Lost::token(token)),
        }
    }
    let services = json(&services, tokens.len())?;
    let file = file(&services, &groups, now, request)?;
    Ok((vec![file], lost))
}

fn file(
    services: &[u8],
    groups: &[Group<'_>],
    now: u64,
    request: &Request<'_>,
) -> Result<Zeroizing<Vec<u8>>, ExportError> {
    let raw = |json| serde_json::from_slice::<&RawValue>(json).map_err(|_| ExportError::TooLarge);
    let groups = groups.iter().map(|group| Group { id: group.id.clone(), ..*group }).collect();
    let mut file = File {
        services: raw(services)?,
        groups,
        updated_at: now,
        schema_version: 4,
        app_version_code: 5_000_000,
        app_version_name: "5.0.0",
        app_origin: "android",
        services_encrypted: None,
        reference: None,
    };
    if let Some(password) = request.password() {
        let seal = Sealing::new(password, request.entropy)?;
        file.services = raw(b"[]")?;
        file.services_encrypted = Some(seal.text(services, request.entropy)?);
        file.reference = Some(seal.text(REFERENCE.as_bytes(), request.entropy)?);
    }
    json(&file, if file.reference.is_some() { 0 } else { services.len() / 256 })
}

/// `None` for what 2FAS does not know: it has TOTP, HOTP and Steam, and a choice of periods and digits.
fn otp(token: &Token) -> Option<Otp<'_>> {
    let otp = Otp {
        label: &token.account,
        account: &token.account,
        issuer: &token.issuer,
        digits: 5,
        period: None,
        algorithm: "SHA1",
        counter: None,
        token_type: "STEAM",
        source: "Manual",
    };
    Some(match &token.kind {
        Kind::Totp { algorithm, digits, period }
            if matches!(period.seconds(), 10 | 30 | 60 | 90) && (5..=8).contains(&digits.get()) =>
        {
            let (algorithm, period) = (algorithm.name(), Some(period.seconds()));
            Otp { digits: digits.get(), algorithm, period, token_type: "TOTP", ..otp }
        }
        // Its counters are 32 bits with a sign.
        Kind::Hotp { algorithm, digits, counter }
            if (5..=8).contains(&digits.get()) && i32::try_from(counter.0).is_ok() =>
        {
            let (algorithm, counter) = (algorithm.name(), Some(counter.0));
            Otp { digits: digits.get(), algorithm, counter, token_type: "HOTP", ..otp }
        }
        Kind::Steam => Otp { period: Some(30), ..otp },
        _ => return None,
    })
}

fn group_of<'a>(token: &Token, groups: &'a [Group<'_>]) -> Option<&'a str> {
    let name = token.groups.first()?;
    groups.iter().find(|group| group.name == name).map(|group| group.id.as_str())
}

/// Two letters on a colour, as 2FAS draws what has no mark.
fn label(token: &Token) -> Label {
    let name = if token.issuer.is_empty() { &token.account } else { &token.issuer };
    let text = name.chars().take(2).flat_map(char::to_uppercase).collect();
    let background_color = colour(&token.icon).unwrap_or("Default");
    let collection = Collection { id: "a5b3fb65-4ec5-43e6-8ec1-49e24ca9e7ad" };
    Label { selected: "Label", label: LabelText { text, background_color }, icon_collection: collection }
}

/// 2FAS' colour for a tile; `None` where it has none that comes near.
fn colour(icon: &Icon) -> Option<&'static str> {
    Some(match icon {
        Icon::Letter => "Default",
        Icon::Tile(0) => "Turquoise",
        Icon::Tile(1) => "Green",
        Icon::Tile(2) => "Orange",
        Icon::Tile(3) => "Red",
        Icon::Tile(4) => "Pink",
        Icon::Tile(5) => "Purple",
        Icon::Tile(7) => "Indigo",
        Icon::Tile(8) => "LightBlue",
        Icon::Tile(10) => "Brown",
        Icon::Tile(_) => return None,
    })
}

/// A password's key, with the salt that made it.
struct Sealing {
    key: Key,
    salt: Hex<SALT_LEN>,
}

impl Sealing {
    fn new(password: &SecretText, entropy: &dyn Entropy) -> Result<Self, ExportError> {
        let salt = Hex::<SALT_LEN>::random(entropy)?;
        let mut key = Key::zero();
        pbkdf2::derive(PBKDF2_HMAC_SHA256, ROUNDS, &salt.0, password.expose().as_bytes(), key.as_mut());
        Ok(Self { key, salt })
    }

    fn text(&self, text: &[u8], entropy: &dyn Entropy) -> Result<String, ExportError> {
        let nonce = Hex::random(entropy)?;
        let mut sealed = Zeroizing::new(Vec::with_capacity(text.len() + 16));
        sealed.extend_from_slice(text);
        let tag = self.key.seal(&nonce, &[], &mut sealed).ok_or(ExportError::TooLarge)?;
        sealed.extend_from_slice(&tag);
        Ok([BASE64.encode(&sealed), BASE64.encode(&self.salt.0), BASE64.encode(&nonce.0)].join(":"))
    }
}
