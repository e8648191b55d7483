//! Slots: each wraps the vault key under a key of its own.

use super::kdf::Cost;
use crate::secret::SecretText;

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

/// What opens a vault.
#[derive(Debug)]
#[non_exhaustive]
pub enum Credential {
    /// The password.
    Password(SecretText),
    /// The device secret, asked from the environment's keystore.
    Device,
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
