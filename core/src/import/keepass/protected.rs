//! The stream cipher under protected values: one stream over all of them, in the document's order.

use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use data_encoding::BASE64;
use sha2::{Digest as _, Sha256, Sha512};
use zeroize::Zeroizing;

use super::header::Stream;
use crate::secret::SecretText;

/// The stream, as far as it was used. `None` where nothing can be protected.
pub(super) struct Protected(Box<Cipher>);

enum Cipher {
    Salsa20(salsa20::Salsa20),
    ChaCha20(chacha20::ChaCha20),
}

impl Protected {
    /// The stream's beginning.
    pub(super) fn new(stream: Stream, key: &[u8]) -> Self {
        /// KeePass' own, the same in every file.
        const SALSA20_NONCE: [u8; 8] = [0xE8, 0x30, 0x09, 0x4B, 0x97, 0x20, 0x5D, 0x2A];
        Self(Box::new(match stream {
            Stream::Salsa20 => {
                let key = Zeroizing::new(<[u8; 32]>::from(Sha256::digest(key)));
                Cipher::Salsa20(salsa20::Salsa20::new((&*key).into(), &SALSA20_NONCE.into()))
            }
            Stream::ChaCha20 => {
                let digest = Zeroizing::new(<[u8; 64]>::from(Sha512::digest(key)));
                let (key, nonce) = (digest.first_chunk::<32>(), digest.get(32..44));
                let nonce: [u8; 12] = nonce.and_then(|nonce| nonce.try_into().ok()).unwrap_or_default();
                let key = key.copied().map(Zeroizing::new).unwrap_or_default();
                Cipher::ChaCha20(chacha20::ChaCha20::new((&*key).into(), &nonce.into()))
            }
        }))
    }

    /// The next value's text; `None` where it is no Base64 of one.
    pub(super) fn next(&mut self, value: &str) -> Option<SecretText> {
        let mut bytes = Zeroizing::new(BASE64.decode(value.trim().as_bytes()).ok()?);
        match &mut *self.0 {
            Cipher::Salsa20(cipher) => cipher.try_apply_keystream(&mut bytes).ok()?,
            Cipher::ChaCha20(cipher) => cipher.try_apply_keystream(&mut bytes).ok()?,
        }
        // Binary values are protected too; nobody looks at them, but they move the stream on.
        let text = String::from_utf8(core::mem::take(&mut *bytes));
        Some(text.map_or_else(
            |error| {
                drop(Zeroizing::new(error.into_bytes()));
                SecretText::default()
            },
            SecretText::new,
        ))
    }
}
