//! Bitwarden: an unencrypted JSON export of logins whose TOTP field carries the token. Vaultwarden and Bitwarden Authenticator
//! read the same.

use serde::Serialize;

use super::{ExportError, Files, Groups, Holds, Loss, Lost, PasswordUse, Reader, Request, Target, write};
use crate::enrol::otpauth;
use crate::secret::SecretText;
use crate::token::{Kind, Token};
use crate::vault::hex::Hex;

pub(super) const TARGET: Target = Target {
    name: "bitwarden",
    extensions: &["json"],
    password: PasswordUse::Never,
    holds: Holds { note: true, groups: Groups::First, favourite: true, parameters: true, ..Holds::CODES },
    reader: Reader::Import("bitwarden"),
    write,
};

#[derive(Serialize)]
struct File<'a> {
    encrypted: bool,
    folders: Vec<Folder<'a>>,
    items: Vec<Item<'a>>,
}

#[derive(Serialize)]
struct Folder<'a> {
    id: String,
    name: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Item<'a> {
    id: String,
    organization_id: Option<&'a str>,
    folder_id: Option<&'a str>,
    /// A login.
    r#type: u8,
    reprompt: u8,
    name: &'a str,
    notes: Option<&'a str>,
    favorite: bool,
    login: Login<'a>,
    collection_ids: Option<&'a str>,
}

#[derive(Serialize)]
struct Login<'a> {
    uris: [&'a str; 0],
    username: &'a str,
    password: Option<&'a str>,
    totp: &'a str,
}

fn write(tokens: &[&Token], request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let mut folders: Vec<Folder<'_>> = Vec::new();
    for name in tokens.iter().filter_map(|token| token.groups.first()) {
        if !folders.iter().any(|folder| folder.name == name) {
            folders.push(Folder { id: write::uuid(&Hex::<16>::random(request.entropy)?), name });
        }
    }
    let mut lost = Vec::new();
    let fields: Vec<Option<SecretText>> = tokens.iter().map(|token| field(token, &mut lost)).collect();
    let items = tokens.iter().zip(&fields).filter_map(|(token, field)| {
        let field = field.as_ref()?;
        let folder = token.groups.first().and_then(|name| folders.iter().find(|folder| folder.name == name));
        Some(Item {
            id: write::uuid(&token.id),
            organization_id: None,
            folder_id: folder.map(|folder| folder.id.as_str()),
            r#type: 1,
            reprompt: 0,
            name: &token.issuer,
            notes: Some(token.note.as_str()).filter(|note| !note.is_empty()),
            favorite: token.favourite,
            login: Login { uris: [], username: &token.account, password: None, totp: field.expose() },
            collection_ids: None,
        })
    });
    let items = items.collect();
    let file = write::json(&File { encrypted: false, folders: folders_of(&folders), items }, tokens.len())?;
    Ok((vec![file], lost))
}

fn folders_of<'a>(folders: &[Folder<'a>]) -> Vec<Folder<'a>> {
    folders.iter().map(|folder| Folder { id: folder.id.clone(), name: folder.name }).collect()
}

/// The TOTP field; `None` for what Bitwarden has none for: it knows TOTP and Steam.
fn field(token: &Token, lost: &mut Vec<Lost>) -> Option<SecretText> {
    match &token.kind {
        Kind::Totp { .. } => Some(otpauth::write(token)),
        Kind::Steam => {
            // The field carries no names, and without an issuer it is taken for Steam's.
            if token.issuer.is_empty() {
                lost.push(Lost { token: token.id, what: Loss::Issuer });
            }
            if !token.unknown.is_empty() {
                lost.push(Lost { token: token.id, what: Loss::Parameters });
            }
            Some(SecretText::new(format!("steam://{}", token.secret.to_base32().expose())))
        }
        _ => {
            lost.push(Lost::token(token));
            None
        }
    }
}
