//! Slots: each wraps the vault key under a key of its own.
//!
//! A new kind of slot is one variant of [`SlotKind`], [`Credential`] and [`NewSlot`], and one arm of [`NewSlot::prepare`] and
//! [`Slot::wrapping_key`]; wrapping, its associated data and the commitment are the same for all.

use super::hex::Hex;
use super::kdf::{self, Cost, KdfError, SALT_LEN};
use super::keys::{Key, NONCE_LEN, TAG_LEN};
use super::{CreateError, Entropy, Keystore, KeystoreError, NoEntropy, OpenError};
use crate::secret::{Secret, SecretText};

/// Which kind of slot. PIN, biometric and recovery join here later.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SlotKind {
    /// Argon2id over a password.
    Password,
    /// A secret in the OS keystore, for people who choose no lock. Only ever alone.
    Device,
}

impl SlotKind {
    /// As the header writes it.
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Device => "device",
        }
    }
}

/// What opens a vault.
#[derive(Debug)]
#[non_exhaustive]
pub enum Credential {
    /// The password.
    Password(SecretText),
    /// The device secret, asked from the environment's keystore.
    Device,
}

impl Credential {
    fn kind(&self) -> SlotKind {
        match self {
            Self::Password(_) => SlotKind::Password,
            Self::Device => SlotKind::Device,
        }
    }
}

/// A slot to be made.
#[derive(Debug)]
#[non_exhaustive]
pub enum NewSlot {
    /// A password, and what a derivation may cost.
    Password(SecretText, Cost),
    /// A device secret.
    Device,
}

/// A slot, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// Which kind.
    pub kind: SlotKind,
    /// For slots with a password: what a derivation costs.
    pub cost: Option<Cost>,
}

/// How a password becomes a wrapping key.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Kdf {
    algorithm: KdfName,
    memory_kib: u32,
    passes: u32,
    lanes: u32,
    salt: Hex<SALT_LEN>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
enum KdfName {
    Argon2id,
}

impl Kdf {
    pub(crate) fn new(Cost { memory_kib, passes, lanes }: Cost, salt: Hex<SALT_LEN>) -> Self {
        Self { algorithm: KdfName::Argon2id, memory_kib, passes, lanes, salt }
    }

    pub(crate) fn cost(&self) -> Cost {
        Cost { memory_kib: self.memory_kib, passes: self.passes, lanes: self.lanes }
    }

    /// The key under a password. This is where a derivation is paid.
    pub(crate) fn derive(&self, password: &SecretText) -> Result<Key, KdfError> {
        kdf::derive(password, &self.salt.0, self.cost())
    }

    /// As it stands in the text that a wrapped key is bound to.
    pub(crate) fn text(&self) -> String {
        let Self { algorithm: KdfName::Argon2id, memory_kib, passes, lanes, salt } = self;
        format!("|argon2id|{memory_kib}|{passes}|{lanes}|{salt}")
    }
}

/// What a slot is, without the key in it: just what its associated data is made of.
#[derive(Debug, Clone)]
pub(crate) struct SlotHead {
    pub(crate) id: Hex<16>,
    pub(crate) kind: SlotKind,
    pub(crate) kdf: Option<Kdf>,
}

/// A slot, as the header has it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Slot {
    pub(crate) id: Hex<16>,
    pub(crate) kind: SlotKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kdf: Option<Kdf>,
    nonce: Hex<NONCE_LEN>,
    /// The vault key under the wrapping key, and the tag.
    wrapped: Hex<{ Key::LEN + TAG_LEN }>,
    commitment: Hex<{ Key::LEN }>,
}

/// A slot that is about to be made: its wrapping key is known, and the keystore holds what it has to hold.
#[derive(Debug)]
pub(crate) struct Prepared {
    pub(crate) head: SlotHead,
    pub(crate) wrapping: Key,
}

impl Prepared {
    /// The keystore entry that was made for it.
    pub(crate) fn keystore_entry(&self, vault: &Hex<16>) -> Option<String> {
        (self.head.kind == SlotKind::Device).then(|| device_entry(vault, &self.head.id))
    }
}

impl SlotHead {
    /// The bytes that bind a wrapped key to its vault, slot, kind and cost: see the format's page.
    fn aad(&self, vault: &Hex<16>) -> Vec<u8> {
        let mut text = format!("smartotp slot|{vault}|{}|{}", self.id, self.kind.name());
        if let Some(kdf) = &self.kdf {
            text += &kdf.text();
        }
        text.into_bytes()
    }
}

impl Slot {
    /// Wraps a vault key.
    pub(crate) fn wrap(
        head: SlotHead,
        wrapping: &Key,
        vault: &Hex<16>,
        vault_key: &Key,
        entropy: &dyn Entropy,
    ) -> Result<Self, NoEntropy> {
        let aad = head.aad(vault);
        let nonce = Hex::random(entropy)?;
        let mut wrapped = [0; Key::LEN + TAG_LEN];
        let (key, tag) = wrapped.split_at_mut(Key::LEN);
        key.copy_from_slice(vault_key.expose());
        // GCM refuses nothing as short as a key.
        tag.copy_from_slice(&wrapping.seal(&nonce, &aad, key).unwrap_or_default());
        let commitment = commitment(vault_key, vault, &aad);
        let SlotHead { id, kind, kdf } = head;
        Ok(Self { id, kind, kdf, nonce, wrapped: Hex(wrapped), commitment })
    }

    /// The vault key; `None` when the wrapping key is another.
    pub(crate) fn unwrap(&self, wrapping: &Key, vault: &Hex<16>) -> Option<Key> {
        let aad = self.head().aad(vault);
        let (wrapped, tag) = self.wrapped.0.split_first_chunk::<{ Key::LEN }>()?;
        let mut key = Key::zero();
        key.as_mut().copy_from_slice(wrapped);
        wrapping.open(&self.nonce, &aad, key.as_mut(), tag.try_into().ok()?)?;
        // GCM alone lets a forger make one wrapped key that two passwords open.
        (commitment(&key, vault, &aad) == self.commitment).then_some(key)
    }

    /// Whether it wraps this vault key.
    pub(crate) fn holds(&self, vault_key: &Key, vault: &Hex<16>) -> bool {
        commitment(vault_key, vault, &self.head().aad(vault)) == self.commitment
    }

    /// The wrapping key that a credential gives. This is where a derivation is paid.
    pub(crate) fn wrapping_key(
        &self,
        credential: &Credential,
        vault: &Hex<16>,
        keystore: Option<&dyn Keystore>,
    ) -> Result<Key, OpenError> {
        match (credential, &self.kdf) {
            (Credential::Password(password), Some(kdf)) => kdf.derive(password).map_err(|error| match error {
                KdfError::Cost => OpenError::Cost,
                KdfError::Memory => OpenError::Memory,
            }),
            (Credential::Device, None) => {
                let keystore = keystore.ok_or(OpenError::DeviceSecret(KeystoreError::Missing))?;
                let secret = keystore.get(&device_entry(vault, &self.id)).map_err(OpenError::DeviceSecret)?;
                let secret = secret.ok_or(OpenError::DeviceSecret(KeystoreError::NoEntry))?;
                device_wrapping_key(&secret, vault).ok_or(OpenError::DeviceSecret(KeystoreError::Failed))
            }
            _ => Err(OpenError::NoSuchSlot),
        }
    }

    /// Whether this slot is opened by that kind of credential.
    pub(crate) fn takes(&self, credential: &Credential) -> bool {
        self.kind == credential.kind()
    }

    /// What everybody may see.
    pub(crate) fn info(&self) -> SlotInfo {
        SlotInfo { kind: self.kind, cost: self.kdf.as_ref().map(Kdf::cost) }
    }

    /// Whether kind and parameters go together and may be paid.
    pub(crate) fn check(&self) -> SlotCheck {
        match (self.kind, &self.kdf) {
            (SlotKind::Password, Some(kdf)) if kdf.cost().is_payable() => SlotCheck::Sound,
            (SlotKind::Password, Some(_)) => SlotCheck::Unpayable,
            (SlotKind::Device, None) => SlotCheck::Sound,
            (SlotKind::Password, None) | (SlotKind::Device, Some(_)) => SlotCheck::Senseless,
        }
    }

    fn head(&self) -> SlotHead {
        SlotHead { id: self.id, kind: self.kind, kdf: self.kdf.clone() }
    }
}

/// What a slot read from a file turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SlotCheck {
    Sound,
    /// It asks for more than is ever paid.
    Unpayable,
    /// Kind and parameters do not go together.
    Senseless,
}

fn commitment(vault_key: &Key, vault: &Hex<16>, aad: &[u8]) -> Hex<{ Key::LEN }> {
    Hex(*vault_key.derive(vault, &[b"commit", aad]).expose())
}

impl NewSlot {
    /// Makes the wrapping key; for a device slot its secret is put into the keystore and read back first.
    pub(crate) fn prepare(
        self,
        vault: &Hex<16>,
        entropy: &dyn Entropy,
        keystore: Option<&dyn Keystore>,
        least: CostRule,
    ) -> Result<Prepared, CreateError> {
        let id = Hex::random(entropy)?;
        match self {
            Self::Password(password, cost) => {
                if password.is_empty() {
                    return Err(CreateError::EmptyPassword);
                }
                if !(cost.is_makeable() || least == CostRule::AnyForTests) {
                    return Err(CreateError::Cost);
                }
                let kdf = Kdf::new(cost, Hex::random(entropy)?);
                let wrapping = kdf.derive(&password).map_err(|error| match error {
                    KdfError::Cost => CreateError::Cost,
                    KdfError::Memory => CreateError::Memory,
                })?;
                Ok(Prepared { head: SlotHead { id, kind: SlotKind::Password, kdf: Some(kdf) }, wrapping })
            }
            Self::Device => {
                let keystore = keystore.ok_or(CreateError::NoKeystore)?;
                let secret = Key::random(entropy)?.to_secret();
                let entry = device_entry(vault, &id);
                keystore.set(&entry, &secret).map_err(CreateError::Keystore)?;
                // Some keystores take an entry and lose it at once.
                let kept = keystore.get(&entry).map_err(CreateError::Keystore)?;
                let kept = kept.filter(|kept| *kept == secret);
                let kept = kept.ok_or(CreateError::Keystore(KeystoreError::Failed))?;
                let wrapping = device_wrapping_key(&kept, vault).ok_or(CreateError::Keystore(KeystoreError::Failed))?;
                Ok(Prepared { head: SlotHead { id, kind: SlotKind::Device, kdf: None }, wrapping })
            }
        }
    }
}

/// Which costs may be made. Only this crate's own tests go below the floor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum CostRule {
    Floor,
    #[cfg_attr(not(test), allow(dead_code, reason = "tests derive a thousand times"))]
    AnyForTests,
}

/// The keystore entry of a device slot. It names vault and slot, so that two vaults, or an old and a new slot, never share one.
pub(crate) fn device_entry(vault: &Hex<16>, slot: &Hex<16>) -> String {
    format!("vault {vault} device {slot}")
}

fn device_wrapping_key(secret: &Secret, vault: &Hex<16>) -> Option<Key> {
    Key::from_secret(secret).map(|key| key.derive(vault, &[b"device"]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::testing::{CountingEntropy, MemoryKeystore, password, password_slot};

    fn slot() -> (Slot, Key, Key, Hex<16>) {
        let entropy = CountingEntropy::default();
        let vault = Hex::random(&entropy).unwrap();
        let vault_key = Key::random(&entropy).unwrap();
        let Prepared { head, wrapping } =
            password_slot("password").prepare(&vault, &entropy, None, CostRule::AnyForTests).unwrap();
        (Slot::wrap(head, &wrapping, &vault, &vault_key, &entropy).unwrap(), wrapping, vault_key, vault)
    }

    #[test]
    fn a_password_gives_the_vault_key_back() {
        let (slot, _, vault_key, vault) = slot();
        let unwrap = |text| slot.unwrap(&slot.wrapping_key(&password(text), &vault, None).unwrap(), &vault);
        assert_eq!(unwrap("password").unwrap().expose(), vault_key.expose());
        assert!(unwrap("Password").is_none());
        assert!(slot.holds(&vault_key, &vault));
    }

    #[test]
    fn a_wrapped_key_is_bound_to_vault_slot_kind_and_cost() {
        let (slot, wrapping, _, vault) = slot();
        assert!(slot.unwrap(&wrapping, &vault).is_some());
        assert!(slot.unwrap(&wrapping, &Hex([9; 16])).is_none());
        assert!(Slot { id: Hex([9; 16]), ..slot.clone() }.unwrap(&wrapping, &vault).is_none());
        assert!(Slot { kind: SlotKind::Device, ..slot.clone() }.unwrap(&wrapping, &vault).is_none());
        assert!(Slot { kdf: None, ..slot.clone() }.unwrap(&wrapping, &vault).is_none());
        let mut kdf = slot.kdf.clone().unwrap();
        kdf.passes += 1;
        assert!(Slot { kdf: Some(kdf), ..slot }.unwrap(&wrapping, &vault).is_none());
    }

    #[test]
    fn a_wrapped_key_that_opens_still_has_to_be_the_one_committed_to() {
        // What a forger of a key that two passwords open cannot do.
        let (slot, wrapping, vault_key, vault) = slot();
        let forged = Slot { commitment: Hex([0; 32]), ..slot };
        assert!(forged.unwrap(&wrapping, &vault).is_none());
        assert!(!forged.holds(&vault_key, &vault));
    }

    #[test]
    fn a_device_secret_fits_its_own_vault_only() {
        let (entropy, keystore) = (CountingEntropy::default(), MemoryKeystore::default());
        let (vault, other) = (Hex([1; 16]), Hex([2; 16]));
        let Prepared { head, wrapping } =
            NewSlot::Device.prepare(&vault, &entropy, Some(&keystore), CostRule::Floor).unwrap();
        let secret = keystore.get(&device_entry(&vault, &head.id)).unwrap().unwrap();
        assert_eq!(device_wrapping_key(&secret, &vault).unwrap().expose(), wrapping.expose());
        assert_ne!(device_wrapping_key(&secret, &other).unwrap().expose(), wrapping.expose());
        assert_ne!(secret.expose(), wrapping.expose());
    }
}
