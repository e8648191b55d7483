//! Authy's preferences, as a rooted phone gives them: tokens of others, whose secrets may be encrypted under the backup
//! password, and Authy's own.
//!
//! An encrypted secret is AES-256-CBC with an IV of zeros under PBKDF2-SHA1 (1,000 rounds over the salt's text).

use core::num::NonZeroU32;

use ring::pbkdf2;
use zeroize::Zeroizing;

use super::cipher::{decrypt_cbc, unpad};
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use super::preferences::{self, Preferences};
use super::{ImportError, Loss, base64};
use crate::enrol::EnrolError;
use crate::enrol::draft::{Draft, DraftKey};
use crate::secret::SecretText;
use crate::token::KindName;

const OTHERS: &str = "com.authy.storage.tokens.authenticator.key";
const OWN: &str = "com.authy.storage.tokens.authy.key";
const ROUNDS: NonZeroU32 = NonZeroU32::new(1000).unwrap();

/// Whether it is one of the two files.
pub(super) fn fits(input: &Input<'_>) -> bool {
    preferences::fits_with(input.bytes, "\"com.authy.storage.tokens.")
}

/// Reads every token. A wrong password shows on the first encrypted secret.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let preferences = Preferences::read(input.bytes)?;
    let mut number = 0;
    let mut opened = false;
    for name in [OTHERS, OWN] {
        let Some(list) = preferences.get(name) else { continue };
        for token in Value::parse(list.expose().as_bytes())?.list()? {
            number += 1;
            let Some(token) = token.object() else {
                found.entry(number, "", Err(EnrolError::Unknown))?;
                continue;
            };
            let sealed = token.text("encryptedSecret").filter(|_| !token.has("decryptedSecret"));
            let key = match sealed {
                Some(sealed) => {
                    let password = password.ok_or(ImportError::NeedsPassword)?;
                    let salt = token.text("salt").ok_or(ImportError::Damaged)?;
                    let ciphertext = base64::base64(sealed.expose()).ok_or(ImportError::Damaged)?;
                    match open(ciphertext, &salt, password)? {
                        Some(key) => {
                            opened = true;
                            DraftKey::Base32(key)
                        }
                        // Authy keeps secrets of several backup passwords side by side.
                        None if opened => DraftKey::Missing,
                        None => return Err(ImportError::WrongPassword),
                    }
                }
                None => clear_key(&token),
            };
            entry(number, name == OWN, &token, key, found)?;
        }
    }
    Ok(())
}

fn entry(
    number: usize,
    own: bool,
    token: &Object<'_>,
    key: DraftKey,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let (issuer, account) = names(token);
    let mut draft = Draft::new(KindName::Totp, issuer, account, key);
    // Authy's own codes: seven digits for ten seconds.
    draft.period = own.then_some(10);
    let name = draft.name();
    let read = token.number("digits").and_then(|digits| {
        draft.digits = digits.or(own.then_some(7));
        draft.enrol()
    });
    if read.is_ok() && !own {
        found.lost(number, &name, Loss::Algorithm);
        found.lost(number, &name, Loss::Period);
    }
    found.entry(number, &name, read)
}

/// A secret in clear: Base32, or hexadecimal in Authy's own tokens.
fn clear_key(token: &Object<'_>) -> DraftKey {
    if let Some(key) = token.text("decryptedSecret").filter(|key| !key.is_empty()) {
        return DraftKey::Base32(key);
    }
    token.text("secretSeed").or_else(|| token.text("secret_seed")).map_or(DraftKey::Missing, DraftKey::Hex)
}

/// Issuer and account. The user's name for a token is `Issuer: account` or `Issuer - account` or anything.
fn names(token: &Object<'_>) -> (String, String) {
    let (original, mut name) = (token.string("originalName"), token.string("name"));
    if name.trim().is_empty() {
        name.clone_from(&original);
    }
    let mut issuer = token.string("originalIssuer");
    if issuer.trim().is_empty()
        && let Some((before, _)) = original.split_once(':').or_else(|| name.split_once(" - "))
    {
        before.trim().clone_into(&mut issuer);
    }
    let issuer = issuer.trim().to_owned();
    let rest = name.trim().strip_prefix(issuer.as_str()).map(str::trim_start).filter(|_| !issuer.is_empty());
    let account = rest.and_then(|rest| rest.strip_prefix(':').or_else(|| rest.strip_prefix("- ")));
    let account = account.unwrap_or(&name).trim().to_owned();
    (issuer, account)
}

/// The Base32 that lies under a password; `None` where it is another password.
fn open(
    mut bytes: Zeroizing<Vec<u8>>,
    salt: &SecretText,
    password: &SecretText,
) -> Result<Option<SecretText>, ImportError> {
    let mut key = Zeroizing::new([0; 32]);
    let salt = salt.expose().as_bytes();
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA1, ROUNDS, salt, password.expose().as_bytes(), &mut *key);
    decrypt_cbc::<aes::Aes256Dec>(&*key, &[0; 16], &mut bytes).ok_or(ImportError::Damaged)?;
    if unpad(&mut bytes).is_none() {
        return Ok(None);
    }
    let text =
        String::from_utf8(core::mem::take(&mut *bytes)).map_err(|error| drop(Zeroizing::new(error.into_bytes())));
    // There is no other check: what is no Base32 came of another password.
    let is_base32 =
        |text: &SecretText| text.expose().chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '=' | ' ' | '-'));
    Ok(text.ok().map(SecretText::new).filter(is_base32))
}

#[cfg(test)]
mod tests;
