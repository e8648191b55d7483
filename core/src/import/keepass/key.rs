//! From a password to the keys of a database.

use aes::cipher::{BlockCipherEncrypt as _, KeyInit as _};
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use super::super::{ImportError, kdf};
use super::header::{Header, Kdf};
use crate::secret::SecretText;

/// What a password becomes together with a header.
pub(super) struct Keys {
    /// Of the outer cipher.
    pub(super) cipher: Zeroizing<[u8; 32]>,
    /// What the keys of KDBX 4's HMACs are made from.
    hmac: Zeroizing<[u8; 64]>,
}

impl Keys {
    /// Pays for the key; the header has bounded what it costs.
    ///
    /// # Errors
    /// [`ImportError::Cost`] where the memory cannot be had.
    pub(super) fn derive(header: &Header, password: &SecretText) -> Result<Self, ImportError> {
        // A password is one part of a composite key, and here the only one.
        let part = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(password.expose().as_bytes())));
        let composite = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(*part)));
        let transformed = transform(&header.kdf, &composite)?;
        let cipher = Sha256::new().chain_update(&header.seed).chain_update(*transformed).finalize();
        let hmac = Sha512::new().chain_update(&header.seed).chain_update(*transformed).chain_update([1]).finalize();
        Ok(Self { cipher: Zeroizing::new(cipher.into()), hmac: Zeroizing::new(hmac.into()) })
    }

    /// The key of a block's HMAC; the header's is that of block 2⁶⁴ − 1.
    pub(super) fn of_block(&self, number: u64) -> ring::hmac::Key {
        let key = Sha512::new().chain_update(number.to_le_bytes()).chain_update(*self.hmac).finalize();
        let key = Zeroizing::new(<[u8; 64]>::from(key));
        ring::hmac::Key::new(ring::hmac::HMAC_SHA256, &*key)
    }
}

fn transform(kdf: &Kdf, composite: &[u8; 32]) -> Result<Zeroizing<[u8; 32]>, ImportError> {
    let mut key = Zeroizing::new(*composite);
    match kdf {
        Kdf::Aes { seed, rounds } => {
            let cipher = aes::Aes256Enc::new(seed.into());
            // Both halves at once: one waits for the other's round in the processor's pipeline.
            let (halves, _) = key.as_chunks::<16>();
            let mut halves: Zeroizing<Vec<aes::Block>> =
                Zeroizing::new(halves.iter().map(|half| (*half).into()).collect());
            for _ in 0..*rounds {
                cipher.encrypt_blocks(&mut halves);
            }
            Ok(Zeroizing::new(
                halves.iter().fold(Sha256::new(), |digest, half| digest.chain_update(half)).finalize().into(),
            ))
        }
        Kdf::Argon2 { algorithm, version, params, salt } => {
            let secret = kdf::argon2_with((*algorithm, *version), params.clone(), composite, salt)?;
            key.copy_from_slice(secret.expose());
            Ok(key)
        }
    }
}
