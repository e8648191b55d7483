//! From a credential to a slot's wrapping key, in two steps: what costs nothing comes first, so that only what could fit is a try.

use zeroize::Zeroizing;

use super::{Credential, Kdf, Slot, SlotHead};
use crate::secret::SecretText;
use crate::vault::hex::Hex;
use crate::vault::kdf::KdfError;
use crate::vault::keys::Key;
use crate::vault::{Keystore, KeystoreError, OpenError};

/// A credential that could open its slot.
pub(crate) enum Ready<'a> {
    /// A derivation is to be paid; a PIN's has its secret besides.
    Derivation { text: &'a SecretText, kdf: &'a Kdf, pin_secret: Option<Key> },
    /// The wrapping key, without a derivation.
    Key(Key),
}

impl Slot {
    /// Asks for all that a credential needs. No derivation is paid here.
    pub(crate) fn ready<'a>(
        &'a self,
        credential: &'a Credential,
        vault: &Hex<16>,
        keystore: Option<&dyn Keystore>,
    ) -> Result<Ready<'a>, OpenError> {
        match (credential, &self.kdf) {
            // No password is empty: not worth a try.
            (Credential::Password(password), Some(_)) if password.is_empty() => Err(OpenError::WrongPassword),
            (Credential::Password(text), Some(kdf)) => Ok(Ready::Derivation { text, kdf, pin_secret: None }),
            (Credential::Pin(pin), Some(_)) if !is_pin(pin) => Err(OpenError::BadPin),
            (Credential::Pin(text), Some(kdf)) => {
                let secret = kept_secret(&self.head(), vault, keystore).map_err(OpenError::PinSecret)?;
                Ok(Ready::Derivation { text, kdf, pin_secret: Some(secret) })
            }
            (Credential::Device, None) => {
                let secret = kept_secret(&self.head(), vault, keystore).map_err(OpenError::DeviceSecret)?;
                Ok(Ready::Key(device_wrapping_key(&secret, vault)))
            }
            (Credential::Recovery(key), None) => Ok(Ready::Key(key.wrapping_key(vault))),
            _ => Err(OpenError::NoSuchSlot),
        }
    }
}

impl Ready<'_> {
    /// The wrapping key. This is where a derivation is paid.
    pub(crate) fn wrapping_key(self, vault: &Hex<16>) -> Result<Key, OpenError> {
        match self {
            Self::Key(key) => Ok(key),
            Self::Derivation { text, kdf, pin_secret } => {
                let key = kdf.derive(text).map_err(|error| match error {
                    KdfError::Cost => OpenError::Cost,
                    KdfError::Memory => OpenError::Memory,
                })?;
                Ok(match pin_secret {
                    Some(secret) => pin_wrapping_key(&key, &secret, vault),
                    None => key,
                })
            }
        }
    }
}

/// Whether a text can be a PIN: 4 to 12 ASCII digits.
pub(crate) fn is_pin(text: &SecretText) -> bool {
    (4..=12).contains(&text.expose().len()) && text.expose().bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn device_wrapping_key(secret: &Key, vault: &Hex<16>) -> Key {
    secret.derive(vault, &[b"device"])
}

/// Neither half says anything without the other.
pub(super) fn pin_wrapping_key(derived: &Key, secret: &Key, vault: &Hex<16>) -> Key {
    let mut both = Zeroizing::new([0; 2 * Key::LEN]);
    let (first, second) = both.split_at_mut(Key::LEN);
    first.copy_from_slice(derived.expose());
    second.copy_from_slice(secret.expose());
    Key::derive_from(&*both, vault, &[b"pin"])
}

fn kept_secret(head: &SlotHead, vault: &Hex<16>, keystore: Option<&dyn Keystore>) -> Result<Key, KeystoreError> {
    let entry = head.keystore_entry(vault).ok_or(KeystoreError::NoEntry)?;
    let secret = keystore.ok_or(KeystoreError::Missing)?.get(&entry)?.ok_or(KeystoreError::NoEntry)?;
    Key::from_secret(&secret).ok_or(KeystoreError::Failed)
}
