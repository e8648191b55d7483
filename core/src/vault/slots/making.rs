//! Slots that are about to be made.

use super::{Kdf, NewSlot, SlotHead, is_pin};
use crate::secret::{Secret, SecretText};
use crate::vault::hex::Hex;
use crate::vault::kdf::{Cost, KdfError};
use crate::vault::keys::Key;
use crate::vault::{CreateError, Entropy, Keystore, KeystoreError};

/// A slot that is about to be made: its wrapping key is known, and the keystore holds what it has to hold.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) head: SlotHead,
    pub(crate) wrapping: Key,
}

/// Which costs may be made. Only this crate's own tests go below the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CostRule {
    Floor,
    #[cfg_attr(not(test), allow(dead_code, reason = "tests derive a thousand times"))]
    AnyForTests,
}

impl NewSlot {
    /// Makes the wrapping key; a secret of a device or PIN slot is put into the keystore and read back first.
    pub(crate) fn prepare(
        self,
        vault: &Hex<16>,
        entropy: &dyn Entropy,
        keystore: Option<&dyn Keystore>,
        least: CostRule,
    ) -> Result<Prepared, CreateError> {
        let kind = self.kind();
        let mut head = SlotHead { id: Hex::random(entropy)?, kind, kdf: None };
        let wrapping = match self {
            Self::Password(password, cost) => {
                if password.is_empty() {
                    return Err(CreateError::EmptyPassword);
                }
                let (kdf, key) = derive(&password, cost, entropy, least)?;
                head.kdf = Some(kdf);
                key
            }
            Self::Pin(pin, cost) => {
                if !is_pin(&pin) {
                    return Err(CreateError::BadPin);
                }
                let keystore = keystore.ok_or(CreateError::PinWithoutKeystore)?;
                let (kdf, key) = derive(&pin, cost, entropy, least)?;
                head.kdf = Some(kdf);
                let secret = keep_secret(&head, vault, entropy, keystore)?;
                super::opening::pin_wrapping_key(&key, &secret, vault)
            }
            Self::Device => {
                let secret = keep_secret(&head, vault, entropy, keystore.ok_or(CreateError::NoKeystore)?)?;
                super::opening::device_wrapping_key(&secret, vault)
            }
            Self::Recovery(key) => key.wrapping_key(vault),
        };
        Ok(Prepared { head, wrapping })
    }
}

fn derive(text: &SecretText, cost: Cost, entropy: &dyn Entropy, least: CostRule) -> Result<(Kdf, Key), CreateError> {
    if !(cost.is_makeable() || least == CostRule::AnyForTests) {
        return Err(CreateError::Cost);
    }
    let kdf = Kdf::new(cost, Hex::random(entropy)?);
    let key = kdf.derive(text).map_err(|error| match error {
        KdfError::Cost => CreateError::Cost,
        KdfError::Memory => CreateError::Memory,
    })?;
    Ok((kdf, key))
}

/// Puts a fresh secret into the keystore under the slot's name.
fn keep_secret(
    head: &SlotHead,
    vault: &Hex<16>,
    entropy: &dyn Entropy,
    keystore: &dyn Keystore,
) -> Result<Key, CreateError> {
    let unkept = CreateError::Keystore(KeystoreError::Failed);
    let Some(entry) = head.keystore_entry(vault) else { return Err(unkept) };
    let secret = Key::random(entropy)?;
    let kept: Secret = secret.to_secret();
    keystore.set(&entry, &kept).map_err(CreateError::Keystore)?;
    // Some keystores take an entry and lose it at once.
    let read = keystore.get(&entry).map_err(CreateError::Keystore)?;
    if read.is_some_and(|read| read == kept) { Ok(secret) } else { Err(unkept) }
}
