//! Keys, what is derived from them (HKDF-SHA-256, RFC 5869), and the one cipher (AES-256-GCM).
//!
//! ```text
//! password ── Argon2id(salt) ───────────────┐
//! PIN ─────── Argon2id(salt) ─┐             │
//! PIN secret ─────────────────┴ HKDF "pin" ─┤
//! device secret ── HKDF "device" ───────────┤
//! recovery key ─── HKDF "recovery" ─────────┴─► wraps ─► vault key ─┬─ HKDF "payload" ─► payload key
//!                                                                   ├─ HKDF "journal" ─► journal key
//!                                                                   └─ HKDF "commit" ‖ slot ─► commitment
//! ```
//!
//! Every HKDF here has the vault's id as its salt, so that nothing derived fits another vault.

use core::fmt;

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::Zeroize as _;

use super::hex::Hex;
use super::{Entropy, NoEntropy};
use crate::secret::{Secret, keep};

/// Bytes of a GCM nonce.
pub(crate) const NONCE_LEN: usize = 12;
/// Bytes of a GCM tag.
pub(crate) const TAG_LEN: usize = 16;

/// 256 bits. Wiped on drop, redacted, not `Clone`; on the heap, so that moving it leaves no copy on the stack.
pub(crate) struct Key(Box<[u8; Key::LEN]>);

impl Key {
    /// Bytes of a key.
    pub(crate) const LEN: usize = 32;

    /// To be filled.
    pub(crate) fn zero() -> Self {
        Self::kept(Box::new([0; Self::LEN]))
    }

    /// A fresh random key.
    pub(crate) fn random(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut key = Self::zero();
        entropy.fill(key.as_mut())?;
        Ok(key)
    }

    /// A key that lay somewhere as bytes; `None` when there are not just 32.
    pub(crate) fn from_secret(secret: &Secret) -> Option<Self> {
        let bytes: &[u8; Self::LEN] = secret.expose().try_into().ok()?;
        Some(Self::kept(Box::new(*bytes)))
    }

    /// The same bytes, to be stored.
    pub(crate) fn to_secret(&self) -> Secret {
        Secret::from_bytes(self.0.to_vec())
    }

    /// The bytes. Named so that every place that looks at a key can be found.
    pub(crate) fn expose(&self) -> &[u8; Self::LEN] {
        &self.0
    }

    /// A second copy, on purpose.
    pub(crate) fn duplicate(&self) -> Self {
        Self::kept(self.0.clone())
    }

    fn kept(bytes: Box<[u8; Self::LEN]>) -> Self {
        keep(&*bytes);
        Self(bytes)
    }

    /// HKDF-SHA-256 with this key, the vault's id as salt and `label` as info.
    pub(crate) fn derive(&self, vault: &Hex<16>, label: &[&[u8]]) -> Self {
        Self::derive_from(self.expose(), vault, label)
    }

    /// The same from random bytes of another length: a recovery key, a PIN with its secret.
    pub(crate) fn derive_from(bytes: &[u8], vault: &Hex<16>, label: &[&[u8]]) -> Self {
        let mut derived = Self::zero();
        // Only lengths over 255 hashes are refused, and 32 bytes are one.
        let expanded = Hkdf::<Sha256>::new(Some(&vault.0), bytes).expand_multi_info(label, derived.as_mut());
        debug_assert!(expanded.is_ok());
        derived
    }

    /// AES-256-GCM in place; gives the tag. `None` only for more than 64 GiB.
    pub(crate) fn seal(&self, nonce: &Hex<NONCE_LEN>, aad: &[u8], text: &mut [u8]) -> Option<[u8; TAG_LEN]> {
        let nonce: Nonce<_> = nonce.0.into();
        Aes256Gcm::new(self.expose().into()).encrypt_inout_detached(&nonce, aad, text.into()).ok().map(Into::into)
    }

    /// AES-256-GCM in place; `None` when key, nonce, AAD, text and tag do not belong together.
    pub(crate) fn open(&self, nonce: &Hex<NONCE_LEN>, aad: &[u8], text: &mut [u8], tag: &[u8; TAG_LEN]) -> Option<()> {
        let nonce: Nonce<_> = nonce.0.into();
        let tag: Tag = (*tag).into();
        Aes256Gcm::new(self.expose().into()).decrypt_inout_detached(&nonce, aad, text.into(), &tag).ok()
    }
}

impl AsMut<[u8]> for Key {
    fn as_mut(&mut self) -> &mut [u8] {
        self.0.as_mut_slice()
    }
}

impl Drop for Key {
    fn drop(&mut self) {
        self.0.zeroize();
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
