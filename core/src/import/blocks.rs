//! Block ciphers as other apps' files use them: CBC, and the padding of PKCS #7.

use aes::cipher::common::BlockSizeUser;
use aes::cipher::consts::U16;
use aes::cipher::{BlockCipherDecrypt, BlockModeDecrypt as _, KeyInit, KeyIvInit as _};
use zeroize::Zeroizing;

/// Bytes of a block: AES and Twofish have the same.
pub(super) const BLOCK: usize = 16;

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
pub(super) fn unpad(bytes: &mut Zeroizing<Vec<u8>>) -> Option<()> {
    let last = usize::from(*bytes.last()?);
    let kept = bytes.len().checked_sub(last).filter(|_| (1..=BLOCK).contains(&last))?;
    if bytes.get(kept..)?.iter().any(|byte| usize::from(*byte) != last) {
        return None;
    }
    bytes.truncate(kept);
    Some(())
}

#[cfg(test)]
pub(super) mod tests {
    use aes::cipher::{BlockCipherEncrypt, BlockModeEncrypt as _};

    use super::*;

    /// The other way round, padded.
    pub(in super::super) fn encrypt_cbc<C>(key: &[u8], iv: &[u8], bytes: &[u8]) -> Vec<u8>
    where
        C: BlockCipherEncrypt + KeyInit + BlockSizeUser<BlockSize = U16>,
    {
        let mut bytes = bytes.to_vec();
        let padding = BLOCK - bytes.len() % BLOCK;
        bytes.resize(bytes.len() + padding, u8::try_from(padding).expect("a block is short"));
        let mut cipher = cbc::Encryptor::<C>::new_from_slices(key, iv).expect("key and IV of the cipher's length");
        for block in bytes.as_chunks_mut::<BLOCK>().0 {
            cipher.encrypt_block(block.into());
        }
        bytes
    }

    #[test]
    fn round_trip_and_padding() {
        for length in 0..40 {
            let plain = vec![7_u8; length];
            let mut bytes = Zeroizing::new(encrypt_cbc::<aes::Aes256>(&[1; 32], &[2; 16], &plain));
            assert_eq!(decrypt_cbc::<aes::Aes256>(&[1; 32], &[2; 16], &mut bytes), Some(()));
            assert_eq!(unpad(&mut bytes), Some(()));
            assert_eq!(*bytes, plain);
        }
        assert_eq!(decrypt_cbc::<aes::Aes256>(&[1; 32], &[2; 16], &mut [0; 15]), None);
        assert_eq!(decrypt_cbc::<aes::Aes256>(&[1; 31], &[2; 16], &mut [0; 16]), None);
        for bad in [&[][..], &[0; 16], &[17; 17], &[1, 3, 3], &[3]] {
            assert_eq!(unpad(&mut Zeroizing::new(bad.to_vec())), None);
        }
    }
}
