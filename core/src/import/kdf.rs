//! Passwords to keys, as other apps derive them. Every cost is bounded before it is paid.

use core::num::NonZeroU32;

use argon2::{Argon2, Block, Params, Version};
use ring::pbkdf2;
use zeroize::Zeroizing;

use super::{ImportError, bounds};
use crate::secret::Secret;

/// Argon2 (RFC 9106), version 1.3, to a key of 32 bytes. The working memory is wiped.
///
/// # Errors
/// [`ImportError::Cost`] where it is not paid, or the system has not that much memory; [`ImportError::Damaged`] where
/// the salt is shorter than Argon2 takes.
pub(super) fn argon2(
    variant: argon2::Algorithm,
    password: &[u8],
    salt: &[u8],
    (memory_kib, passes, lanes): (u64, u64, u64),
) -> Result<Secret, ImportError> {
    bounds::argon2(memory_kib, passes, lanes)?;
    let number = |number| u32::try_from(number).map_err(|_| ImportError::Cost);
    let params = Params::new(number(memory_kib)?, number(passes)?, number(lanes)?, Some(32));
    argon2_with((variant, Version::V0x13), params.map_err(|_| ImportError::Cost)?, password, salt)
}

/// The same with parameters that are bounded by now, in either version.
///
/// # Errors
/// [`ImportError::Cost`] where the system has not that much memory; [`ImportError::Damaged`].
pub(super) fn argon2_with(
    (variant, version): (argon2::Algorithm, Version),
    params: Params,
    password: &[u8],
    salt: &[u8],
) -> Result<Secret, ImportError> {
    let blocks = params.block_count();
    let mut memory = Zeroizing::new(Vec::new());
    memory.try_reserve_exact(blocks).map_err(|_| ImportError::Cost)?;
    memory.resize(blocks, Block::new());
    let mut key = Zeroizing::new(vec![0; 32]);
    Argon2::new(variant, version, params)
        .hash_password_into_with_memory(password, salt, &mut key, memory.as_mut_slice())
        .map_err(|_| ImportError::Damaged)?;
    Ok(Secret::from_bytes(core::mem::take(&mut *key)))
}

/// scrypt (RFC 7914) to a key of 32 bytes.
///
/// # Errors
/// [`ImportError::Cost`].
pub(super) fn scrypt(password: &[u8], salt: &[u8], n: u64, r: u64, p: u64) -> Result<Secret, ImportError> {
    bounds::scrypt([(n, r, p)])?;
    let number = |number| u32::try_from(number).map_err(|_| ImportError::Cost);
    let log_n = u8::try_from(n.ilog2()).map_err(|_| ImportError::Cost)?;
    let params = scrypt::Params::new(log_n, number(r)?, number(p)?).map_err(|_| ImportError::Cost)?;
    let mut key = Zeroizing::new(vec![0; 32]);
    scrypt::scrypt(password, salt, &params, &mut key).map_err(|_| ImportError::Cost)?;
    Ok(Secret::from_bytes(core::mem::take(&mut *key)))
}

/// PBKDF2 (RFC 8018) with HMAC over SHA-1 or SHA-256, to a key of `length` bytes.
///
/// # Errors
/// [`ImportError::Cost`].
pub(super) fn pbkdf2(
    hash: pbkdf2::Algorithm,
    password: &[u8],
    salt: &[u8],
    rounds: u64,
    length: usize,
) -> Result<Secret, ImportError> {
    let rounds = NonZeroU32::new(bounds::pbkdf2(rounds)?).ok_or(ImportError::Cost)?;
    let mut key = Zeroizing::new(vec![0; length]);
    pbkdf2::derive(hash, rounds, salt, password, &mut key);
    Ok(Secret::from_bytes(core::mem::take(&mut *key)))
}

#[cfg(test)]
mod tests {
    use data_encoding::HEXLOWER;

    use super::*;

    #[test]
    fn pbkdf2_agrees_with_rfc_6070() {
        let key = pbkdf2(pbkdf2::PBKDF2_HMAC_SHA1, b"password", b"salt", 4096, 20).unwrap();
        assert_eq!(HEXLOWER.encode(key.expose()), "4b007901b765489abead49d926f721d065a429c1");
    }

    #[test]
    fn scrypt_agrees_with_python() {
        // hashlib.scrypt(b"password", salt=b"NaCl", n=1024, r=8, p=16, dklen=32); RFC 7914 has the same with 64 bytes
        let key = scrypt(b"password", b"NaCl", 1024, 8, 16).unwrap();
        assert_eq!(HEXLOWER.encode(key.expose()), "fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b373162");
    }

    #[test]
    fn a_hostile_cost_is_refused_at_once() {
        let huge = argon2(argon2::Algorithm::Argon2id, b"x", &[0; 16], (1 << 30, 1 << 20, 1));
        assert_eq!(huge.err(), Some(ImportError::Cost));
        assert_eq!(scrypt(b"x", b"y", 1 << 40, 8, 1).err(), Some(ImportError::Cost));
        let sha256 = pbkdf2::PBKDF2_HMAC_SHA256;
        assert_eq!(pbkdf2(sha256, b"x", b"y", u64::MAX, 32).err(), Some(ImportError::Cost));
        let short = argon2(argon2::Algorithm::Argon2id, b"x", &[0; 4], (64, 1, 1));
        assert_eq!(short.err(), Some(ImportError::Damaged));
    }
}
