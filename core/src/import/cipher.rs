//! The ciphers that other apps lock their files with: AES-256-GCM, and block ciphers in CBC with the padding of PKCS #7. What
//! is opened lies in memory that is wiped.

use aes::Aes256Dec;
use aes::cipher::common::BlockSizeUser;
use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use aes_gcm::aead::AeadInOut as _;
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use zeroize::Zeroizing;

use super::ImportError;

/// What was encrypted.
pub(super) type Plain = Zeroizing<Vec<u8>>;

/// Bytes of a block: AES and Twofish have the same.
pub(super) const BLOCK: usize = 16;

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

/// AES-256-CBC with padding; nothing but the padding says whether the key was right.
pub(super) fn cbc(key: &[u8], iv: &[u8], text: &[u8]) -> Option<Plain> {
    let mut plain = Zeroizing::new(text.to_vec());
    decrypt_cbc::<Aes256Dec>(key, iv, &mut plain)?;
    unpad(&mut plain)?;
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
    let mut first = Zeroizing::new(text.first_chunk::<BLOCK>().copied().ok_or(ImportError::Damaged)?);
    decrypt_cbc::<Aes256Dec>(key, iv, first.as_mut_slice()).ok_or(ImportError::Damaged)?;
    Err(if first.starts_with(start) { ImportError::Damaged } else { ImportError::WrongPassword })
}

/// Decrypts whole blocks in place; `None` where they are none, or the key or IV has another length.
pub(super) fn decrypt_cbc<C>(key: &[u8], iv: &[u8], bytes: &mut [u8]) -> Option<()>
where
    C: BlockCipherDecrypt + KeyInit + BlockSizeUser<BlockSize = U16>,
{
    let mut cipher = cbc::Decryptor::<C>::new_from_slices(key, iv).ok()?;
    let (blocks, []) = bytes.as_chunks_mut::<BLOCK>() else { return None };
    for block in blocks {
        cipher.decrypt_block(block.into());
    }
    Some(())
}

/// Takes the padding away; `None` where there is none. That tells a wrong password in 255 of 256 cases, no more.
pub(super) fn unpad(bytes: &mut Plain) -> Option<()> {
    let last = usize::from(*bytes.last()?);
    let kept = bytes.len().checked_sub(last).filter(|_| (1..=BLOCK).contains(&last))?;
    if bytes.get(kept..)?.iter().any(|byte| usize::from(*byte) != last) {
        return None;
    }
    bytes.truncate(kept);
    Some(())
}

/// Encryption, to make the files that tests read.
#[cfg(test)]
pub(super) mod seal {
    use aes::Aes256;
    use aes::cipher::{BlockCipherEncrypt, BlockModeEncrypt as _};

    use super::*;

    /// AES-256-GCM: text and tag.
    pub(in crate::import) fn gcm(key: &[u8], nonce: &[u8; 12], aad: &[u8], text: &[u8]) -> Vec<u8> {
        let mut sealed = text.to_vec();
        let cipher = Aes256Gcm::new_from_slice(key).unwrap();
        let tag = cipher.encrypt_inout_detached(&(*nonce).into(), aad, sealed.as_mut_slice().into()).unwrap();
        sealed.extend_from_slice(&tag);
        sealed
    }

    /// AES-256-CBC with padding.
    pub(in crate::import) fn cbc(key: &[u8], iv: &[u8], text: &[u8]) -> Vec<u8> {
        cbc_by::<Aes256>(key, iv, text)
    }

    /// The same by another cipher.
    pub(in crate::import) fn cbc_by<C>(key: &[u8], iv: &[u8], text: &[u8]) -> Vec<u8>
    where
        C: BlockCipherEncrypt + KeyInit + BlockSizeUser<BlockSize = U16>,
    {
        let mut sealed = text.to_vec();
        let padding = BLOCK - text.len() % BLOCK;
        sealed.resize(text.len() + padding, u8::try_from(padding).unwrap());
        let mut cipher = cbc::Encryptor::<C>::new_from_slices(key, iv).unwrap();
        for block in sealed.as_chunks_mut::<BLOCK>().0 {
            cipher.encrypt_block(block.into());
        }
        sealed
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
    fn cbc_agrees_with_nist() {
        // SP 800-38A, F.2.6, CBC-AES256.Decrypt: the first block.
        let hex = |text: &str| data_encoding::HEXLOWER.decode(text.as_bytes()).unwrap();
        let key = hex("603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4");
        let mut block = hex("f58c4c04d6e5f1ba779eabfb5f7bfbd6");
        decrypt_cbc::<Aes256Dec>(&key, &hex("000102030405060708090a0b0c0d0e0f"), &mut block).unwrap();
        assert_eq!(block, hex("6bc1bee22e409f96e93d7e117393172a"));
    }

    #[test]
    fn cbc_takes_whole_blocks_with_padding() {
        for length in 0..40 {
            let plain = vec![7; length];
            let sealed = seal::cbc(&[1; 32], &[2; 16], &plain);
            assert_eq!(cbc(&[1; 32], &[2; 16], &sealed).as_deref(), Some(&plain));
        }
        let sealed = seal::cbc(&[1; 32], &[2; 16], b"sixteen bytes ok");
        for cut in 0..sealed.len() {
            assert!(cbc(&[1; 32], &[2; 16], &sealed[..cut]).is_none(), "{cut}");
        }
        assert!(cbc(&[1; 31], &[2; 16], &sealed).is_none() && cbc(&[1; 32], &[2; 15], &sealed).is_none());
        for bad in [&[][..], &[0; 16], &[17; 17], &[1, 3, 3], &[3]] {
            assert_eq!(unpad(&mut Zeroizing::new(bad.to_vec())), None);
        }
    }

    #[test]
    fn a_start_that_is_known_tells_a_wrong_password_from_damage() {
        let mut sealed = seal::cbc(&[1; 32], &[2; 16], b"{\"a\":\"something longer than a block\"}");
        let open = |key: u8, sealed: &[u8]| cbc_of(&[key; 32], &[2; 16], sealed, b"{\"");
        assert!(open(1, &sealed).is_ok());
        assert!(matches!(open(3, &sealed), Err(ImportError::WrongPassword)));
        // The last block is damaged, and so its padding; the first is not.
        *sealed.last_mut().unwrap() ^= 1;
        assert!(matches!(open(1, &sealed), Err(ImportError::Damaged)));
        assert!(matches!(open(1, &sealed[..15]), Err(ImportError::Damaged)));
    }
}
