//! LastPass Authenticator: its JSON export.

use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::{ImportError, Loss};
use crate::enrol::draft::{Draft, DraftKey};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::KindName;

/// The folders that every export has: "Other accounts" and "Favorites". Ours come after.
const OWN_FOLDERS: u64 = 2;

/// Whether its accounts are LastPass'.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let Some(file) = input.object() else { return false };
    let first = file.get("accounts").and_then(|accounts| accounts.list().ok()?.into_iter().next()?.object());
    match first {
        Some(account) => account.has("issuerName") || account.has("originalIssuerName"),
        None => file.has_all(&["accounts", "folders", "localDeviceId"]),
    }
}

/// Reads an export.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let file = input.whole_object()?;
    let mut folders = Vec::new();
    for folder in file.list("folders")? {
        let folder = folder.object().ok_or(ImportError::Damaged)?;
        folders.push((folder.required("id")?, folder.string("name")));
    }
    let accounts = file.get("accounts").ok_or(ImportError::Damaged)?.list()?;
    found.each((1..).zip(accounts), names, |account, lost| read_account(account, &folders, lost).map(Some))
}

fn names(account: &Object<'_>) -> (String, String) {
    let either =
        |name, original| Some(account.string(name)).filter(|name| !name.is_empty()).unwrap_or(account.string(original));
    (either("issuerName", "originalIssuerName"), either("userName", "originalUserName"))
}

fn read_account(
    account: &Object<'_>,
    folders: &[(u64, String)],
    lost: &mut Vec<Loss>,
) -> Result<Enrolment, EnrolError> {
    let (issuer, user) = names(account);
    let key = account.text("secret").map_or(DraftKey::Missing, DraftKey::Base32);
    let mut draft = Draft::new(KindName::Totp, issuer, user, key);
    draft.algorithm = account.get("algorithm").and_then(Value::string);
    draft.digits = account.number("digits")?;
    draft.period = account.number("timeStep")?;
    let mut enrolment = draft.enrol()?;
    enrolment.favourite = account.bool("isFavorite");
    let folder = account.object("folderData").and_then(|folder| folder.get("folderId")?.number());
    if let Some(id) = folder.filter(|id| *id >= OWN_FOLDERS) {
        match folders.iter().find(|(known, _)| *known == id) {
            Some((_, name)) => enrolment.groups.push(name.clone()),
            None => lost.push(Loss::UnknownGroup),
        }
    }
    Ok(enrolment)
}

#[cfg(test)]
mod tests;
