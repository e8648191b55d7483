//! FreeOTP 1, FreeOTP+ and FreeOTP 2.
//!
//! FreeOTP 1 and FreeOTP+ keep a JSON object for each token: as a list in FreeOTP+' export, under names in both apps'
//! preferences. FreeOTP 2 exports a Java map, encrypted under a password.

mod java;
mod sealed;

use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::preferences::{self, Preferences};
use super::{ImportError, base64};
use crate::enrol::draft::{Draft, DraftKey, kind};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::{Secret, SecretText};
use crate::token::KindName;
use zeroize::Zeroizing;

/// Whether it is FreeOTP 2's map.
pub(super) fn fits_map(input: &Input<'_>) -> bool {
    java::fits(input.bytes)
}

/// Reads FreeOTP 2's map.
pub(super) fn read_map(
    input: &Input<'_>,
    password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    sealed::read(input.bytes, password, found)
}

/// Whether it is FreeOTP 1's or FreeOTP+' preferences.
pub(super) fn fits_xml(input: &Input<'_>) -> bool {
    preferences::fits_with(input.bytes, "&quot;secret&quot;:[") || preferences::fits_with(input.bytes, "\"secret\":[")
}

/// Reads the preferences of either app.
pub(super) fn read_xml(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let preferences = Preferences::read(input.bytes)?;
    let tokens = preferences.iter().filter(|(name, _)| *name != "tokenOrder");
    for (number, (name, text)) in (1..).zip(tokens) {
        match Value::parse(text.expose().as_bytes()).ok().and_then(Value::object) {
            Some(token) => entry(number, &token, found)?,
            None => found.entry(number, name, Err(EnrolError::Unknown))?,
        }
    }
    Ok(())
}

/// Whether it is FreeOTP+' export.
pub(super) fn fits_json(input: &Input<'_>) -> bool {
    let Some(object) = input.object() else { return false };
    object.has("tokenOrder")
        && object.list("tokens").is_ok_and(|tokens| {
            tokens.first().is_none_or(|token| token.object().is_some_and(|token| token.has("secret")))
        })
}

/// Reads FreeOTP+' export.
pub(super) fn read_json(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    for (number, token) in (1..).zip(input.whole_object()?.list("tokens")?) {
        match token.object() {
            Some(token) => entry(number, &token, found)?,
            None => found.entry(number, "", Err(EnrolError::Unknown))?,
        }
    }
    Ok(())
}

/// A token of FreeOTP 1 or FreeOTP+: the counter is the one last used.
fn entry(number: usize, token: &Object<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let draft = draft(token, key(token));
    let name = draft.name();
    let read = next_counter(token).and_then(|counter| enrol(draft, token, counter));
    found.entry(number, &name, read)
}

fn next_counter(token: &Object<'_>) -> Result<Option<u64>, EnrolError> {
    let bad = || EnrolError::BadNumber { parameter: "counter".to_owned() };
    token.number("counter")?.map(|used| used.checked_add(1).ok_or_else(bad)).transpose()
}

/// Names and key; what the user made of the names counts for more than what the issuer wrote.
fn draft(token: &Object<'_>, key: DraftKey) -> Draft {
    let first = |names: &[&str]| {
        names.iter().map(|name| token.string(name)).find(|text| !text.trim().is_empty()).unwrap_or_default()
    };
    let issuer = first(&["issuerAlt", "issuerExt", "issuerInt"]);
    Draft::new(KindName::Totp, issuer, first(&["labelAlt", "label"]), key)
}

/// Everything else that a token's JSON says.
fn enrol(mut draft: Draft, token: &Object<'_>, counter: Option<u64>) -> Result<Enrolment, EnrolError> {
    draft.kind = match token.get("type") {
        Some(named) => kind(&named.string().unwrap_or_default())?,
        None => KindName::Totp,
    };
    // Both apps make Steam's codes for that issuer, whatever else stands there.
    let is_steam = |name| token.string(name) == "Steam";
    if draft.kind == KindName::Totp && (is_steam("issuerInt") || is_steam("issuerExt")) {
        draft.kind = KindName::Steam;
    }
    draft.algorithm = draft.algorithm.or_else(|| token.get("algo").and_then(Value::string));
    draft.digits = token.number("digits")?;
    draft.period = token.number("period")?;
    draft.counter = counter;
    draft.enrol()
}

/// The secret: Java's bytes, which have a sign.
fn key(token: &Object<'_>) -> DraftKey {
    match token.get("secret").and_then(|secret| bytes(secret)) {
        Some(mut bytes) => DraftKey::Bytes(Secret::from_bytes(core::mem::take(&mut *bytes))),
        None => token.text("secret").and_then(|text| base64::key(text.expose())).unwrap_or(DraftKey::Missing),
    }
}

/// A list of Java's bytes; `None` where it is none.
fn bytes(list: Value<'_>) -> Option<Zeroizing<Vec<u8>>> {
    let list = list.list().ok()?;
    let mut bytes = Zeroizing::new(Vec::with_capacity(list.len()));
    for byte in list {
        let byte = byte.signed()?;
        bytes.push(i8::try_from(byte).map(i8::cast_unsigned).or_else(|_| u8::try_from(byte)).ok()?);
    }
    Some(bytes)
}

#[cfg(test)]
mod tests;
