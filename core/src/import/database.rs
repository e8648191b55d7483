//! The databases of Google Authenticator, Microsoft Authenticator, Stratum and Authenticator Plus, as a rooted phone or
//! a backup gives them: which app's it is shows in its tables.

use super::found::Found;
use super::input::Input;
use super::sqlite::{self, Database, Row, Table};
use super::{ImportError, Loss, base64, sqlcipher};
use crate::enrol::draft::{Draft, DraftKey, unknown_type};
use crate::enrol::{EnrolError, Enrolment, names};
use crate::secret::SecretText;
use crate::token::KindName;

/// A row's token before the rows are put in the user's order.
struct Drafted {
    position: i64,
    number: usize,
    name: String,
    read: Result<Enrolment, EnrolError>,
    lost: Vec<Loss>,
}

/// Whether it is a database in clear.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.bytes.starts_with(sqlite::MAGIC)
}

/// Reads one in clear.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    tables(input.bytes, found)
}

/// Whether it may be one that SQLCipher encrypted.
pub(super) fn fits_sealed(input: &Input<'_>) -> bool {
    sqlcipher::fits(input.bytes)
}

/// Reads one that SQLCipher encrypted.
pub(super) fn read_sealed(
    input: &Input<'_>,
    password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let plain = sqlcipher::decrypt(input.bytes, password.ok_or(ImportError::NeedsPassword)?)?;
    tables(&plain, found)
}

fn tables(bytes: &[u8], found: &mut Found<'_>) -> Result<(), ImportError> {
    let database = Database::open(bytes)?;
    if let Some(table) = database.table("accounts")? {
        if table.has(&["oath_secret_key", "account_type"]) {
            return all(&database, &table, "ux_position", microsoft, found);
        }
        if table.has(&["email", "secret", "type"]) {
            return all(&database, &table, "position", google, found);
        }
    }
    if let Some(table) = database.table("authenticator")?.filter(|table| table.has(&["issuer", "secret", "type"])) {
        let groups = groups(&database)?;
        return all(&database, &table, "ranking", |row| stratum(row, &groups), found);
    }
    Err(ImportError::Unknown)
}

/// What a reader makes of a row.
type Drafts = (Result<Draft, EnrolError>, Vec<Loss>, Vec<String>);

fn all(
    database: &Database<'_>,
    table: &Table,
    order: &str,
    draft: impl Fn(&Row<'_>) -> (String, Drafts),
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let mut rows = Vec::new();
    database.rows(table, |row| {
        let (name, (read, lost, groups)) = draft(row);
        let read = read.and_then(Draft::enrol).map(|mut enrolment| {
            enrolment.groups = groups;
            enrolment
        });
        rows.push(Drafted { position: row.integer(order).unwrap_or(0), number: rows.len() + 1, name, read, lost });
        Ok(())
    })?;
    rows.sort_by_key(|row| row.position);
    for row in rows {
        if row.read.is_ok() {
            for what in row.lost {
                found.lost(row.number, &row.name, what);
            }
        }
        found.entry(row.number, &row.name, row.read)?;
    }
    Ok(())
}

fn text(row: &Row<'_>, column: &str) -> String {
    row.text(column).unwrap_or_default().to_owned()
}

fn secret(row: &Row<'_>, column: &str) -> Option<SecretText> {
    row.text(column).filter(|text| !text.trim().is_empty()).map(SecretText::from)
}

fn counter(row: &Row<'_>) -> Result<Option<u64>, EnrolError> {
    let bad = |_| EnrolError::BadNumber { parameter: "counter".to_owned() };
    row.integer("counter").map(|counter| u64::try_from(counter).map_err(bad)).transpose()
}

/// Google Authenticator, and Authenticator Plus, which took over its table: 0 TOTP, 1 HOTP, and 2 Battle.net there.
fn google(row: &Row<'_>) -> (String, Drafts) {
    let (mut issuer, mut account) = (text(row, "issuer"), text(row, "email"));
    if let [before, after] = *account.split(':').collect::<Vec<_>>() {
        if issuer.trim().is_empty() {
            before.clone_into(&mut issuer);
        }
        account = after.to_owned();
    }
    let name = names::whole(&issuer, &account);
    let group = Some(text(row, "category")).filter(|group| !group.is_empty() && group != "All Accounts");
    let groups = group.into_iter().collect();
    let read = || {
        // Encrypted under a key that never leaves the phone.
        if row.integer("isencrypted").is_some_and(|encrypted| encrypted != 0) {
            return Err(EnrolError::NoSecret);
        }
        let key = secret(row, "secret").ok_or(EnrolError::NoSecret)?;
        let (kind, key, digits) = match row.integer("type").unwrap_or(0) {
            0 => (KindName::Totp, DraftKey::Base32(key), None),
            1 => (KindName::Hotp, DraftKey::Base32(key), None),
            2 => (KindName::Totp, DraftKey::Hex(key), Some(8)),
            other => return Err(unknown_type(&other.to_string())),
        };
        let counter = counter(row)?.filter(|_| kind == KindName::Hotp);
        Ok(Draft { digits, counter, ..Draft::new(kind, issuer.clone(), account.clone(), key) })
    };
    let read = read();
    let lost = match &read {
        Ok(draft) if draft.digits.is_some() => Vec::new(),
        Ok(draft) if draft.kind == KindName::Totp => vec![Loss::Algorithm, Loss::Period],
        _ => vec![Loss::Algorithm],
    };
    (name, (read, lost, groups))
}

/// Microsoft Authenticator: 0 TOTP of others, 1 a Microsoft account; work accounts have no secret of their own.
fn microsoft(row: &Row<'_>) -> (String, Drafts) {
    let (issuer, account) = (text(row, "name"), text(row, "username"));
    let name = names::whole(&issuer, &account);
    let not_a_token = || EnrolError::NotACodeToken { scheme: "microsoft".to_owned() };
    let read = || {
        let key = secret(row, "oath_secret_key");
        let (key, digits) = match (row.integer("account_type").unwrap_or(0), key) {
            (0, Some(key)) => (DraftKey::Base32(key), None),
            (0, None) => return Err(EnrolError::NoSecret),
            (1, Some(key)) => (base64::key(key.expose()).ok_or(EnrolError::SecretDoesNotFit)?, Some(8)),
            _ => return Err(not_a_token()),
        };
        Ok(Draft { digits, ..Draft::new(KindName::Totp, issuer.clone(), account.clone(), key) })
    };
    (name, (read(), vec![Loss::Algorithm, Loss::Period], Vec::new()))
}

/// Stratum's own types: 1 HOTP, 2 TOTP, 3 Mobile-OTP, 4 Steam, 5 Yandex.
fn stratum(row: &Row<'_>, groups: &[(SecretText, String)]) -> (String, Drafts) {
    let (issuer, account) = (text(row, "issuer"), text(row, "username"));
    let name = names::whole(&issuer, &account);
    let read = || {
        let key = secret(row, "secret").ok_or(EnrolError::NoSecret)?;
        let kind = match row.integer("type").unwrap_or(0) {
            1 => KindName::Hotp,
            2 => KindName::Totp,
            3 => KindName::Motp,
            4 => KindName::Steam,
            5 => KindName::Yandex,
            other => return Err(unknown_type(&other.to_string())),
        };
        let key = if kind == KindName::Motp { DraftKey::Hex(key) } else { DraftKey::Base32(key) };
        let mut draft = Draft::new(kind, issuer.clone(), account.clone(), key);
        let algorithm = match row.integer("algorithm").unwrap_or(0) {
            0 => "SHA1".to_owned(),
            1 => "SHA256".to_owned(),
            2 => "SHA512".to_owned(),
            other => other.to_string(),
        };
        draft.algorithm = Some(algorithm);
        let number = |name: &str| {
            let bad = |_| EnrolError::BadNumber { parameter: name.to_owned() };
            row.integer(name).map(|number| u64::try_from(number).map_err(bad)).transpose()
        };
        draft.digits = number("digits")?;
        draft.period = number("period")?.filter(|_| kind == KindName::Totp);
        draft.counter = counter(row)?.filter(|_| kind == KindName::Hotp);
        draft.pin = secret(row, "pin");
        Ok(draft)
    };
    let own_icon = row.text("icon").is_some_and(|icon| icon.starts_with('@'));
    let secret = row.text("secret").unwrap_or_default();
    let start = groups.partition_point(|(of, _)| of.expose() < secret);
    let own = groups.iter().skip(start).take_while(|(of, _)| of.expose() == secret).take(64);
    let own = own.map(|(_, group)| group.clone()).collect();
    (name, (read(), own_icon.then_some(Loss::Icon).into_iter().collect(), own))
}

/// Which token, by its secret, is in which group: in the secrets' order.
fn groups(database: &Database<'_>) -> Result<Vec<(SecretText, String)>, ImportError> {
    let (Some(names), Some(links)) = (database.table("category")?, database.table("authenticatorcategory")?) else {
        return Ok(Vec::new());
    };
    let mut categories = std::collections::HashMap::new();
    database.rows(&names, |row| {
        categories.insert(text(row, "id"), text(row, "name"));
        Ok(())
    })?;
    let mut groups = Vec::new();
    database.rows(&links, |row| {
        if let (Some(secret), Some(name)) =
            (secret(row, "authenticatorSecret"), row.text("categoryId").and_then(|id| categories.get(id)))
        {
            groups.push((secret, name.clone()));
        }
        Ok(())
    })?;
    groups.sort_by(|(one, _), (other, _)| one.expose().cmp(other.expose()));
    Ok(groups)
}

#[cfg(test)]
mod tests;
