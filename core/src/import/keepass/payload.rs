//! From the encrypted part to the XML document: blocks that are authenticated, the outer cipher, unpacking.

use std::io::Read as _;

use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use sha2::{Digest as _, Sha256};
use subtle::ConstantTimeEq as _;
use zeroize::Zeroizing;

use super::super::cipher::{decrypt_cbc, unpad};
use super::super::{ImportError, MAX_BYTES};
use super::header::{Cipher, Header, Stream, Version, little, stream, take};
use super::key::Keys;
use super::protected::Protected;
use crate::secret::SecretText;

/// The document and what its protected values are under.
pub(super) struct Document {
    pub(super) xml: Zeroizing<Vec<u8>>,
    pub(super) protected: Protected,
}

/// Opens it.
///
/// # Errors
/// [`ImportError::WrongPassword`], [`ImportError::Damaged`], [`ImportError::Cost`] for what unpacks to too much.
pub(super) fn open(header: &Header, bytes: &[u8], password: &SecretText) -> Result<Document, ImportError> {
    let (own, mut rest) = bytes.split_at_checked(header.length).ok_or(ImportError::Damaged)?;
    match &header.version {
        Version::Four => {
            let digest = take(&mut rest, 32)?;
            let tag = take(&mut rest, 32)?;
            if *Sha256::digest(own) != *digest {
                return Err(ImportError::Damaged);
            }
            let keys = Keys::derive(header, password)?;
            ring::hmac::verify(&keys.of_block(u64::MAX), own, tag).map_err(|_| ImportError::WrongPassword)?;
            let mut plain = authenticated(&keys, &mut rest)?;
            decrypt(header, &keys, &mut plain).ok_or(ImportError::Damaged)?;
            let plain = if header.packed { unpack(&plain)? } else { plain };
            inner(&plain)
        }
        Version::Three { start, stream, stream_key } => {
            if rest.is_empty() || !rest.len().is_multiple_of(16) {
                return Err(ImportError::Damaged);
            }
            let keys = Keys::derive(header, password)?;
            let mut plain = Zeroizing::new(rest.to_vec());
            let padded = decrypt(header, &keys, &mut plain);
            let (begin, mut rest) = plain.split_at_checked(32).ok_or(ImportError::Damaged)?;
            if !bool::from(begin.ct_eq(start)) {
                return Err(ImportError::WrongPassword);
            }
            padded.ok_or(ImportError::Damaged)?;
            let plain = hashed(&mut rest)?;
            let xml = if header.packed { unpack(&plain)? } else { plain };
            Ok(Document { xml, protected: Protected::new(*stream, stream_key) })
        }
    }
}

/// KDBX 4's blocks: HMAC, length, bytes; an empty one ends them.
fn authenticated(keys: &Keys, rest: &mut &[u8]) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    let mut whole = Zeroizing::new(Vec::with_capacity(rest.len()));
    for number in 0_u64.. {
        let tag = take(rest, 32)?;
        let length = take(rest, 4)?;
        let block = take(rest, little(length))?;
        let mut message = number.to_le_bytes().to_vec();
        message.extend_from_slice(length);
        message.extend_from_slice(block);
        ring::hmac::verify(&keys.of_block(number), &message, tag).map_err(|_| ImportError::Damaged)?;
        if block.is_empty() {
            return Ok(whole);
        }
        whole.extend_from_slice(block);
    }
    Err(ImportError::Damaged)
}

/// KDBX 3's blocks: number, digest, length, bytes; an empty one ends them.
fn hashed(rest: &mut &[u8]) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    let mut whole = Zeroizing::new(Vec::with_capacity(rest.len()));
    loop {
        take(rest, 4)?;
        let digest = take(rest, 32)?;
        let length = little(take(rest, 4)?);
        let block = take(rest, length)?;
        if block.is_empty() {
            return Ok(whole);
        }
        if *Sha256::digest(block) != *digest {
            return Err(ImportError::Damaged);
        }
        whole.extend_from_slice(block);
    }
}

/// `None` where the bytes are no whole blocks or end in no padding.
fn decrypt(header: &Header, keys: &Keys, bytes: &mut Zeroizing<Vec<u8>>) -> Option<()> {
    match header.cipher {
        Cipher::Aes => decrypt_cbc::<aes::Aes256Dec>(&*keys.cipher, &header.iv, bytes)?,
        Cipher::Twofish => decrypt_cbc::<twofish::Twofish>(&*keys.cipher, &header.iv, bytes)?,
        Cipher::ChaCha20 => {
            let mut cipher = chacha20::ChaCha20::new_from_slices(&*keys.cipher, &header.iv).ok()?;
            return cipher.try_apply_keystream(bytes).ok();
        }
    }
    unpad(bytes)
}

/// Gzip, to no more than a file may have.
fn unpack(packed: &[u8]) -> Result<Zeroizing<Vec<u8>>, ImportError> {
    // A gzip stream ends with its length: reserved whole, so that no growth leaves unwiped copies behind.
    let told = packed.last_chunk::<4>().map_or(0, |length| little(length)).min(MAX_BYTES);
    let told = told.min(packed.len().saturating_mul(1100));
    let mut plain = Zeroizing::new(Vec::with_capacity(told + 1));
    let limit = u64::try_from(MAX_BYTES).unwrap_or(u64::MAX);
    let mut reader = flate2::read::GzDecoder::new(packed).take(limit + 1);
    reader.read_to_end(&mut plain).map_err(|_| ImportError::Damaged)?;
    if plain.len() > MAX_BYTES { Err(ImportError::Cost) } else { Ok(plain) }
}

/// KDBX 4's second header, which stands before the document: the stream cipher and attachments.
fn inner(plain: &[u8]) -> Result<Document, ImportError> {
    let mut rest = plain;
    let mut number = None;
    let mut key = None;
    loop {
        let id = take(&mut rest, 1)?;
        let length = little(take(&mut rest, 4)?);
        let value = take(&mut rest, length)?;
        match id {
            [0] => break,
            [1] => number = Some(value),
            [2] => key = Some(value),
            _ => {}
        }
    }
    let stream: Stream = stream(number.ok_or(ImportError::Damaged)?)?;
    let protected = Protected::new(stream, key.ok_or(ImportError::Damaged)?);
    Ok(Document { xml: Zeroizing::new(rest.to_vec()), protected })
}
