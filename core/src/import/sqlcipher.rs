//! Opens a database that SQLCipher encrypted (<https://www.zetetic.net/sqlcipher/design/>).
//!
//! The file has no header: the first page begins with the salt. Each page is AES-256-CBC with its own IV behind it and
//! an HMAC over both and the page's number, so a wrong password shows on the first page and damage on any other.

use ring::{hmac, pbkdf2};
use zeroize::Zeroizing;

use super::cipher::{BLOCK, decrypt_cbc};
use super::{ImportError, sqlite};
use crate::secret::SecretText;

/// What a major version of the library takes when nobody says otherwise.
struct Version {
    page_size: usize,
    rounds: u32,
    pbkdf2: pbkdf2::Algorithm,
    hmac: hmac::Algorithm,
    hmac_size: usize,
}

/// The versions that apps use, the commoner first.
static VERSIONS: [Version; 3] = [
    Version {
        page_size: 1024,
        rounds: 64_000,
        pbkdf2: pbkdf2::PBKDF2_HMAC_SHA1,
        hmac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        hmac_size: 20,
    },
    Version {
        page_size: 4096,
        rounds: 256_000,
        pbkdf2: pbkdf2::PBKDF2_HMAC_SHA512,
        hmac: hmac::HMAC_SHA512,
        hmac_size: 64,
    },
    Version {
        page_size: 1024,
        rounds: 4_000,
        pbkdf2: pbkdf2::PBKDF2_HMAC_SHA1,
        hmac: hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY,
        hmac_size: 20,
    },
];

const SALT: usize = 16;
/// The key of the HMACs is made from the salt with these bits turned.
const HMAC_SALT_MASK: u8 = 0x3A;
const HMAC_ROUNDS: u32 = 2;
/// Smaller than any database with a table of entries.
const MIN_PAGES: usize = 2;

/// Whether it may be one: whole pages of what looks random. There is nothing else to go by.
pub(super) fn fits(bytes: &[u8]) -> bool {
    let size = 1024;
    bytes.len() >= MIN_PAGES * size
        && bytes.len().is_multiple_of(size)
        && bytes.get(..size).is_some_and(|page| core::str::from_utf8(page).is_err() && is_even(page))
}

/// Whether no byte turns up far more often than chance has it.
fn is_even(page: &[u8]) -> bool {
    let mut counts = [0_usize; 256];
    for byte in page {
        if let Some(count) = counts.get_mut(usize::from(*byte)) {
            *count += 1;
        }
    }
    counts.iter().all(|count| *count <= 24)
}

/// The database in clear.
///
/// # Errors
/// [`ImportError::WrongPassword`] where the first page fits no version, [`ImportError::Damaged`] where another doesn't.
pub(super) fn decrypt(bytes: &[u8], password: &SecretText) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    for version in &VERSIONS {
        if bytes.len().is_multiple_of(version.page_size)
            && let Some(keys) = Keys::that_fit(version, bytes, password)
        {
            return keys.decrypt_all(version, bytes).ok_or(ImportError::Damaged);
        }
    }
    Err(ImportError::WrongPassword)
}

struct Keys {
    cipher: Zeroizing<[u8; 32]>,
    hmac: hmac::Key,
}

impl Keys {
    /// The keys of a password, if the first page is theirs.
    fn that_fit(version: &Version, bytes: &[u8], password: &SecretText) -> Option<Self> {
        let salt: [u8; SALT] = *bytes.first_chunk()?;
        let mut cipher = Zeroizing::new([0; 32]);
        let rounds = core::num::NonZeroU32::new(version.rounds)?;
        pbkdf2::derive(version.pbkdf2, rounds, &salt, password.expose().as_bytes(), &mut *cipher);
        let mut hmac_key = Zeroizing::new([0; 32]);
        let hmac_rounds = core::num::NonZeroU32::new(HMAC_ROUNDS)?;
        pbkdf2::derive(version.pbkdf2, hmac_rounds, &salt.map(|byte| byte ^ HMAC_SALT_MASK), &*cipher, &mut *hmac_key);
        let keys = Self { cipher, hmac: hmac::Key::new(version.hmac, &*hmac_key) };
        keys.open(version, bytes.get(..version.page_size)?, 1)?;
        Some(keys)
    }

    fn decrypt_all(&self, version: &Version, bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
        let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
        plain.extend_from_slice(sqlite::MAGIC);
        for (page, number) in bytes.chunks_exact(version.page_size).zip(1..) {
            plain.extend_from_slice(&self.open(version, page, number)?);
            let length = plain.len() + reserved(version);
            plain.resize(length, 0);
        }
        Some(plain)
    }

    /// What a page holds, without the salt that the first one begins with; `None` where the HMAC does not fit.
    fn open(&self, version: &Version, page: &[u8], number: u32) -> Option<Zeroizing<Vec<u8>>> {
        let salt = if number == 1 { SALT } else { 0 };
        let end = page.len().checked_sub(reserved(version))?;
        let signed = page.get(salt..end + BLOCK)?;
        let tag = page.get(end + BLOCK..)?.get(..version.hmac_size)?;
        let mut message = Zeroizing::new(signed.to_vec());
        message.extend_from_slice(&number.to_le_bytes());
        hmac::verify(&self.hmac, &message, tag).ok()?;
        let (body, iv) = signed.split_at_checked(end - salt)?;
        let mut body = Zeroizing::new(body.to_vec());
        decrypt_cbc::<aes::Aes256Dec>(&*self.cipher, iv, &mut body)?;
        Some(body)
    }
}

/// IV and HMAC behind a page's data, in whole blocks.
fn reserved(version: &Version) -> usize {
    (BLOCK + version.hmac_size).next_multiple_of(BLOCK)
}

#[cfg(test)]
pub(super) mod tests;
