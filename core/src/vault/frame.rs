//! The frame that the vault and sealed files have in common: magic, version, header, digest, nonce, padded ciphertext.
//! [`super::format`] describes it.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use super::deflate;
use super::hex::Hex;
use super::keys::{Key, NONCE_LEN, TAG_LEN};
use super::{Entropy, NoEntropy};

pub(crate) const DIGEST_LEN: usize = 32;
/// Magic, version, header length.
const FRAME_LEN: usize = 14;
pub(crate) const MOST_HEADER: usize = 64 * 1024;
/// The most bytes of a file, and of a payload's JSON text.
pub(crate) const MOST_BYTES: usize = 64 * 1024 * 1024;
/// The most bytes in front of the payload: what has to be read to know a file's header.
pub(crate) const MOST_FRONT: usize = FRAME_LEN + MOST_HEADER + DIGEST_LEN + NONCE_LEN;
const LEAST_BUCKET: usize = 4 * 1024;

/// Why bytes have no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FrameError {
    /// Another magic, or none.
    Magic,
    /// Cut short, or the digest does not fit.
    Damaged,
}

/// Why a payload was not sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SealError {
    #[error(transparent)]
    NoEntropy(#[from] NoEntropy),
    #[error("more than a file holds")]
    TooLarge,
}

/// Everything in front of the ciphertext, its digest checked.
pub(crate) struct Frame<'a> {
    pub(crate) version: u16,
    pub(crate) header: &'a [u8],
    pub(crate) digest: [u8; DIGEST_LEN],
    /// `None` where the file ends before it.
    pub(crate) nonce: Option<Hex<NONCE_LEN>>,
    /// Where the ciphertext starts.
    pub(crate) payload_at: usize,
}

/// Reads a frame. Bounded, and without any key.
pub(crate) fn read<'a>(bytes: &'a [u8], magic: &[u8; 8]) -> Result<Frame<'a>, FrameError> {
    use FrameError::{Damaged, Magic};

    let rest = bytes.strip_prefix(magic).ok_or(Magic)?;
    let (version, rest) = rest.split_first_chunk::<2>().ok_or(Damaged)?;
    let (length, rest) = rest.split_first_chunk::<4>().ok_or(Damaged)?;
    let length = usize::try_from(u32::from_be_bytes(*length)).map_err(|_| Damaged)?;
    if length > MOST_HEADER {
        return Err(Damaged);
    }
    let (header, rest) = rest.split_at_checked(length).ok_or(Damaged)?;
    let (digest, rest) = rest.split_first_chunk::<DIGEST_LEN>().ok_or(Damaged)?;
    let (framed, _) = bytes.split_at_checked(FRAME_LEN + length).ok_or(Damaged)?;
    if Sha256::digest(framed).as_slice() != digest {
        return Err(Damaged);
    }
    Ok(Frame {
        version: u16::from_be_bytes(*version),
        header,
        digest: *digest,
        nonce: rest.first_chunk().copied().map(Hex),
        payload_at: FRAME_LEN + length + DIGEST_LEN + NONCE_LEN,
    })
}

/// The header's bytes where the digest need not fit.
pub(crate) fn header_anyhow(bytes: &[u8]) -> Option<&[u8]> {
    let (length, rest) = bytes.get(FRAME_LEN - 4..)?.split_first_chunk::<4>()?;
    rest.get(..usize::try_from(u32::from_be_bytes(*length)).ok()?.min(MOST_HEADER))
}

/// Opens the payload; gives the JSON text. `None` when key, front and payload do not belong together.
pub(crate) fn open(bytes: &[u8], payload_at: usize, key: &Key) -> Option<Zeroizing<Vec<u8>>> {
    let padded = decrypt(bytes, payload_at, key)?;
    let (length, deflated) = padded.split_first_chunk::<4>()?;
    let length = usize::try_from(u32::from_be_bytes(*length)).ok()?;
    if length > MOST_BYTES {
        return None;
    }
    deflate::inflate(deflated, length)
}

/// Checks the payload's tag without looking inside.
pub(crate) fn decrypt(bytes: &[u8], payload_at: usize, key: &Key) -> Option<Zeroizing<Vec<u8>>> {
    let (before, sealed) = bytes.split_at_checked(payload_at)?;
    let (aad, nonce) = before.split_last_chunk::<NONCE_LEN>()?;
    let (text, tag) = sealed.split_last_chunk::<TAG_LEN>()?;
    let mut text = Zeroizing::new(text.to_vec());
    key.open(&Hex(*nonce), aad, &mut text, tag)?;
    Some(text)
}

/// The whole file for a header and a payload's JSON text.
pub(crate) fn seal(
    magic: &[u8; 8],
    version: u16,
    header: &[u8],
    key: &Key,
    json: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let length = u32::try_from(json.len()).map_err(|_| SealError::TooLarge)?;
    let header_length = u32::try_from(header.len()).map_err(|_| SealError::TooLarge)?;
    if json.len() > MOST_BYTES || header.len() > MOST_HEADER {
        return Err(SealError::TooLarge);
    }
    let nonce = Hex::<NONCE_LEN>::random(entropy)?;
    let deflated = deflate::deflate(json);
    let bucket = bucket(4 + deflated.len());
    let payload_at = FRAME_LEN + header.len() + DIGEST_LEN + NONCE_LEN;
    if payload_at + bucket + TAG_LEN > MOST_BYTES {
        return Err(SealError::TooLarge);
    }

    // Reserved whole: the payload lies here in clear until it is encrypted in place, so the vector must not move.
    let mut file = Vec::with_capacity(payload_at + bucket + TAG_LEN);
    file.extend_from_slice(magic);
    file.extend_from_slice(&version.to_be_bytes());
    file.extend_from_slice(&header_length.to_be_bytes());
    file.extend_from_slice(header);
    let digest = Sha256::digest(&file);
    file.extend_from_slice(&digest);
    let aad = file.clone();
    file.extend_from_slice(&nonce.0);
    file.extend_from_slice(&length.to_be_bytes());
    file.extend_from_slice(&deflated);
    file.resize(payload_at + bucket, 0);
    let (_, text) = file.split_at_mut_checked(payload_at).ok_or(SealError::TooLarge)?;
    let tag = key.seal(&nonce, &aad, text).ok_or(SealError::TooLarge)?;
    file.extend_from_slice(&tag);
    Ok(file)
}

/// The smallest 2^n or 1.5 × 2^n that holds so many bytes.
pub(crate) fn bucket(bytes: usize) -> usize {
    let power = bytes.max(LEAST_BUCKET).next_power_of_two();
    let below = power / 4 * 3;
    if bytes <= below && below > LEAST_BUCKET { below } else { power }
}
