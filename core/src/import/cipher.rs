//! The ciphers that other apps lock their files with. What is opened lies in memory that is wiped.

use aes::Aes256;
use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use cbc::cipher::block_padding::{NoPadding, Pkcs7};
use cbc::cipher::{BlockModeDecrypt as _, KeyIvInit as _};
use zeroize::Zeroizing;

use super::ImportError;

/// What was encrypted.
pub(super) type Plain = Zeroizing<Vec<u8>>;

/// AES-256-GCM with a nonce of 12 bytes; `sealed` ends in the tag of 16 bytes. `None` when they don't belong together.
pub(super) fn gcm(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Option<Plain> {
    let (text, tag) = sealed.split_last_chunk::<16>()?;
    gcm_detached(key, nonce, aad, text, tag)
}

/// The same with the tag apart.
pub(super) fn gcm_detached(key: &[u8], nonce: &[u8], aad: &[u8], text: &[u8], tag: &[u8]) -> Option<Plain> {
    let nonce: [u8; 12] = nonce.try_into().ok()?;
    let nonce: Nonce<_> = nonce.into();
    let tag: [u8; 16] = tag.try_into().ok()?;
    let tag: Tag = tag.into();
    let mut plain = Zeroizing::new(text.to_vec());
    let cipher = Aes256Gcm::new_from_slice(key).ok()?;
    cipher.decrypt_inout_detached(&nonce, aad, plain.as_mut_slice().into(), &tag).ok()?;
    Some(plain)
}

/// AES-256-CBC with PKCS #7 padding; nothing but the padding says whether the key was right.
pub(super) fn cbc(key: &[u8], iv: &[u8], text: &[u8]) -> Option<Plain> {
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).ok()?;
    let mut plain = Zeroizing::new(text.to_vec());
    let length = cipher.decrypt_padded::<Pkcs7>(&mut plain).ok()?.len();
    plain.truncate(length);
    Some(plain)
}

/// The same for a text that starts with `start`, so that a wrong password and a damaged file can be told apart.
///
/// # Errors
/// [`ImportError::WrongPassword`], [`ImportError::Damaged`].
pub(super) fn cbc_of(key: &[u8], iv: &[u8], text: &[u8], start: &[u8]) -> Result<Plain, ImportError> {
    if let Some(plain) = cbc(key, iv, text) {
        return if plain.starts_with(start) { Ok(plain) } else { Err(ImportError::WrongPassword) };
    }
    let mut first = Zeroizing::new(text.first_chunk::<16>().copied().ok_or(ImportError::Damaged)?);
    let cipher = cbc::Decryptor::<Aes256>::new_from_slices(key, iv).map_err(|_| ImportError::Damaged)?;
    // Without padding there is nothing that could fail but the length, which fits.
    let opened = cipher.decrypt_padded::<NoPadding>(first.as_mut_slice()).map_err(|_| ImportError::Damaged)?;
    Err(if opened.starts_with(start) { ImportError::Damaged } else { ImportError::WrongPassword })
}

/// Encryption, to make the files that tests read.
#[cfg(test)]
pub(super) mod seal {
    use aes_gcm::aead::AeadInOut as _;
    use cbc::cipher::BlockModeEncrypt as _;

    use super::*;

    /// AES-256-GCM: text and tag.
    pub(in crate::import) fn gcm(key: &[u8], nonce: &[u8; 12], aad: &[u8], text: &[u8]) -> Vec<u8> {
        let mut sealed = text.to_vec();
        let cipher = Aes256Gcm::new_from_slice(key).unwrap();
        let tag = cipher.encrypt_inout_detached(&(*nonce).into(), aad, sealed.as_mut_slice().into()).unwrap();
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// AES-256-CBC with PKCS #7 padding.
    pub(in crate::import) fn cbc(key: &[u8], iv: &[u8], text: &[u8]) -> Vec<u8> {
        let mut sealed = text.to_vec();
        sealed.resize(text.len() + 16, 0);
        let cipher = cbc::Encryptor::<Aes256>::new_from_slices(key, iv).unwrap();
        cipher.encrypt_padded::<Pkcs7>(&mut sealed, text.len()).unwrap().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_sealed_can_be_opened_by_its_key_alone() {
        let sealed = seal::gcm(&[1; 32], &[2; 12], b"aad", b"text");
        assert_eq!(gcm(&[1; 32], &[2; 12], b"aad", &sealed).as_deref(), Some(&b"text".to_vec()));
        for (key, nonce, aad) in [(3, 2, "aad"), (1, 3, "aad"), (1, 2, "add")] {
            assert!(gcm(&[key; 32], &[nonce; 12], aad.as_bytes(), &sealed).is_none());
        }
        for cut in 0..sealed.len() {
            assert!(gcm(&[1; 32], &[2; 12], b"aad", &sealed[..cut]).is_none());
        }
        assert!(
            gcm(&[1; 31], &[2; 12], b"aad", &sealed).is_none() && gcm(&[1; 32], &[2; 16], b"aad", &sealed).is_none()
        );
    }

    #[test]
    fn cbc_takes_whole_blocks_with_padding() {
        let sealed = seal::cbc(&[1; 32], &[2; 16], b"sixteen bytes ok");
        assert_eq!(cbc(&[1; 32], &[2; 16], &sealed).as_deref(), Some(&b"sixteen bytes ok".to_vec()));
        for cut in 0..sealed.len() {
            assert!(cbc(&[1; 32], &[2; 16], &sealed[..cut]).is_none(), "{cut}");
        }
    }
}
