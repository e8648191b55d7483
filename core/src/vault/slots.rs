//! Slots: each wraps the vault key under a key of its own.
//!
//! A new kind of slot is one variant of [`SlotKind`], [`Credential`] and [`NewSlot`], one arm of [`NewSlot::prepare`] and
//! [`Slot::ready`], and its line in `rules.rs`; wrapping, its associated data and the commitment are the same for all.

mod making;
mod opening;
mod rules;
#[cfg(test)]
mod tests;

pub(crate) use making::{CostRule, Prepared};
pub(crate) use opening::is_pin;
pub(crate) use rules::{SlotRule, check_together, gives_way};

use super::hex::Hex;
use super::kdf::{self, Cost, KdfError, SALT_LEN};
use super::keys::{Key, NONCE_LEN, TAG_LEN};
use super::{Entropy, NoEntropy, OpenError, RecoveryKey};
use crate::secret::SecretText;

/// Which kind of slot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum SlotKind {
    /// Argon2id over a password.
    Password,
    /// A secret in the OS keystore, for people who choose no lock. Alone, or beside a recovery slot.
    Device,
    /// Argon2id over 4 to 12 digits, and a secret of its own in the OS keystore. Only beside a password or recovery slot.
    Pin,
    /// 160 random bits, printed.
    Recovery,
}

impl SlotKind {
    /// As the header writes it.
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Device => "device",
            Self::Pin => "pin",
            Self::Recovery => "recovery",
        }
    }

    /// Whether a part of it lies in the OS keystore.
    pub(crate) fn is_in_keystore(self) -> bool {
        matches!(self, Self::Device | Self::Pin)
    }

    /// What a credential of this kind that does not fit is told.
    pub(crate) fn wrong(self) -> OpenError {
        match self {
            Self::Password => OpenError::WrongPassword,
            Self::Device => OpenError::DeviceSecret(super::KeystoreError::Failed),
            Self::Pin => OpenError::WrongPin,
            Self::Recovery => OpenError::WrongRecoveryKey,
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
    /// The PIN; its other half is asked from the environment's keystore.
    Pin(SecretText),
    /// The printed key.
    Recovery(RecoveryKey),
}

impl Credential {
    /// The kind of slot that it opens.
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        match self {
            Self::Password(_) => SlotKind::Password,
            Self::Device => SlotKind::Device,
            Self::Pin(_) => SlotKind::Pin,
            Self::Recovery(_) => SlotKind::Recovery,
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
    /// A PIN of 4 to 12 digits, and what a derivation may cost.
    Pin(SecretText, Cost),
    /// A recovery key, which the user has been shown.
    Recovery(RecoveryKey),
}

impl NewSlot {
    /// The kind of slot that it becomes.
    #[must_use]
    pub fn kind(&self) -> SlotKind {
        match self {
            Self::Password(..) => SlotKind::Password,
            Self::Device => SlotKind::Device,
            Self::Pin(..) => SlotKind::Pin,
            Self::Recovery(_) => SlotKind::Recovery,
        }
    }
}

/// A slot, as everybody may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SlotInfo {
    /// Which kind.
    pub kind: SlotKind,
    /// For slots with a password or a PIN: what a derivation costs.
    pub cost: Option<Cost>,
}

/// How a password or a PIN becomes a wrapping key, or its half of one.
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

impl SlotHead {
    /// The name of its entry in the OS keystore, where it has one. It names vault and slot, so that two vaults, or an old and a
    /// new slot, never share one.
    pub(crate) fn keystore_entry(&self, vault: &Hex<16>) -> Option<String> {
        self.kind.is_in_keystore().then(|| format!("vault {vault} {} {}", self.kind.name(), self.id))
    }

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
            (SlotKind::Password | SlotKind::Pin, Some(kdf)) if kdf.cost().is_payable() => SlotCheck::Sound,
            (SlotKind::Password | SlotKind::Pin, Some(_)) => SlotCheck::Unpayable,
            (SlotKind::Device | SlotKind::Recovery, None) => SlotCheck::Sound,
            (SlotKind::Password | SlotKind::Pin, None) | (SlotKind::Device | SlotKind::Recovery, Some(_)) => {
                SlotCheck::Senseless
            }
        }
    }

    /// The name of its entry in the OS keystore, where it has one.
    pub(crate) fn keystore_entry(&self, vault: &Hex<16>) -> Option<String> {
        self.head().keystore_entry(vault)
    }

    /// What it is, without the key in it.
    pub(crate) fn head(&self) -> SlotHead {
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
