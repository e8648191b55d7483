//! Proton Pass: the TOTP fields of its JSON export. Inside a zip it is the file `Proton Pass/data.json`.

use crate::enrol::{EnrolError, Enrolment};
use crate::import::found::Found;
use crate::import::input::Input;
use crate::import::json::{Object, Value};
use crate::import::{ImportError, Loss, login};
use crate::secret::SecretText;

/// An item's state in the bin.
const TRASHED: u64 = 2;

/// How an export under a password starts, in the zip too.
const OPENPGP: &[u8] = b"-----BEGIN PGP MESSAGE-----";

/// Whether it has the export's outermost names, or is an OpenPGP message.
pub(in crate::import) fn fits(input: &Input<'_>) -> bool {
    input.bytes.starts_with(OPENPGP) || input.object().is_some_and(|file| file.has("vaults") && file.has("version"))
}

/// Reads an export.
pub(in crate::import) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    if input.bytes.starts_with(OPENPGP) {
        return Err(ImportError::Unsupported { what: "OpenPGP" });
    }
    let file = input.whole_object()?;
    if file.bool("encrypted") {
        return Err(ImportError::Unsupported { what: "OpenPGP" });
    }
    let vaults = file.object("vaults").ok_or(ImportError::Damaged)?;
    let mut number = 1;
    for (_, vault) in vaults.members() {
        let vault = vault.object().ok_or(ImportError::Damaged)?;
        let group = vault.string("name");
        let items = vault.list("items")?;
        let count = items.len();
        found.each((number..).zip(items), names, |item, lost| read_item(item, &group, lost))?;
        number += count;
    }
    Ok(())
}

fn names(item: &Object<'_>) -> (String, String) {
    let Some(data) = item.object("data") else { return <_>::default() };
    let name = data.object("metadata").map(|metadata| metadata.string("name")).unwrap_or_default();
    let content = data.object("content");
    let first = |name: &&str| content.as_ref().map(|content| content.string(name)).filter(|user| !user.is_empty());
    (name, ["itemUsername", "itemEmail", "username"].iter().find_map(first).unwrap_or_default())
}

/// `None` for items without TOTP.
fn read_item(item: &Object<'_>, group: &str, lost: &mut Vec<Loss>) -> Result<Option<Enrolment>, EnrolError> {
    let data = item.object("data").ok_or(EnrolError::Unknown)?;
    let own = data.object("content").and_then(|content| content.text("totpUri"));
    let extra = || {
        let fields = data.list("extraFields").ok()?;
        fields.into_iter().filter_map(Value::object).find_map(|field| field.object("data")?.text("totpUri"))
    };
    let filled = |field: &SecretText| !field.expose().trim().is_empty();
    let Some(field) = own.filter(filled).or_else(extra).filter(filled) else { return Ok(None) };
    if item.get("state").and_then(Value::number) == Some(TRASHED) {
        lost.push(Loss::Trashed);
    }
    let (name, user) = names(item);
    let mut enrolment = login::enrol(&field, name, user)?;
    enrolment.note = data.object("metadata").map(|metadata| metadata.string("note")).unwrap_or_default();
    enrolment.favourite = item.bool("pinned");
    enrolment.groups.extend(Some(group).filter(|group| !group.is_empty()).map(str::to_owned));
    Ok(Some(enrolment))
}
