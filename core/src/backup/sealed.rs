//! The sealed file, so that an outsider can read it.
//!
//! # The file
//!
//! Numbers are big-endian. `tests/reference/open_sealed.py` reads this with nothing but this page.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | magic: the ASCII text `SOTPseal` |
//! | 2 | format version: 1 |
//! | 4 | length of the header in bytes, at most 65,536 |
//! | … | header: JSON, UTF-8 |
//! | 32 | SHA-256 of everything before |
//! | 12 | nonce, random |
//! | … | AES-256-GCM of the payload under the payload key; the additional data is everything before the nonce |
//! | 16 | its tag, and the end of the file |
//!
//! Everything up to the digest stays so in every version. A reader checks magic, length and digest, then the version,
//! then the header, and only then pays for a key. So a damaged header (the digest does not fit), a wrong password (the digest
//! fits, the wrapped key does not open) and a damaged payload (the key opens, the payload does not) are told apart. A file is
//! at most 64 MiB.
//!
//! # The header
//!
//! ```json
//! { "set": "16 bytes", "slots": [ {
//!     "kind": "password",
//!     "kdf": { "algorithm": "argon2id", "memory_kib": 65536, "passes": 3, "lanes": 4, "salt": "16 bytes" },
//!     "nonce": "12 bytes", "wrapped": "32 + 16 bytes", "commitment": "32 bytes" } ] }
//! ```
//!
//! Bytes are lower-case hexadecimal. `set` is random; all files of one backup have the same, and the same salt, so that a reader
//! who has paid for one derivation opens all of them. There are 1 to 3 slots, one of a kind at most. A reader refuses fields and
//! kinds that it does not know: whoever adds one raises the format version. Nothing else is outside of the seal: no names, no
//! numbers of tokens, no times.
//!
//! # The keys
//!
//! HKDF is HKDF-SHA-256 with the 16 bytes of `set` as salt and 32 bytes of output.
//!
//! - wrapping key of a `password` slot: Argon2id, version 1.3, over the password's UTF-8 bytes, 32 bytes of output;
//!   1 GiB, 16 passes, 16 lanes and 4 GiB of memory × passes are the most that a reader pays.
//! - wrapping key of a `recovery` slot: HKDF(the 20 bytes of the recovery key, info = `recovery`); it has no `kdf`
//! - wrapping key of a `transfer` slot: HKDF(the 10 bytes of the transfer key, info = `transfer`); it has no `kdf`.
//!   [`super::words`] says how eight words carry those bytes.
//! - file key: random for each file; AES-256-GCM-open(wrapping key, `nonce`, `wrapped`, additional data = the slot's text)
//! - the slot's text: `smartotp sealed slot|<set>|<kind>`, and for `password` also
//!   `|argon2id|<memory_kib>|<passes>|<lanes>|<salt>`
//! - `commitment`: HKDF(file key, info = `commit` followed by the slot's text). It must fit.
//! - payload key: HKDF(file key, info = `payload`)
//!
//! # The payload
//!
//! The length of the JSON text (4 bytes, at most 64 MiB), the text deflated (RFC 1951, raw), and zeros up to the next size bucket:
//! 4 KiB, 6 KiB, 8 KiB, 12 KiB, 16 KiB and so on, 2^n and 1.5 × 2^n.
//!
//! ```json
//! { "vault": "16 bytes", "generation": 17, "device": "Mira's phone", "made_at": 1700000000, "parents": [ "32 bytes" ],
//!   "tokens": [ ],
//!   "bin": [ { "token": { }, "deleted_at": 1700000000, "place": 3 } ],
//!   "merging": { "devices": [ [ "16 bytes", 17 ] ], "gone": [ { "id": "16 bytes", "life": 1, "into": "16 bytes", "counter": [0, 5] } ] },
//!   "wrapping_keys": [ { "kind": "recovery", "key": "Base32" } ] }
//! ```
//!
//! `vault`, `generation` and `device` say where it was made, `made_at` is Unix time, `parents` are the SHA-256 digests of the files
//! that it was made from (none for an export). `tokens` is in the user's order and never missing; a token is what
//! [the vault's page](crate::vault::format) says. Push tokens are never in it. `bin` holds deleted tokens, the newest first. `wrapping_keys` are those of all slots, so that a
//! device that was set up with one of them goes on writing files that the others open too.
//!
//! # A version of a backup
//!
//! It is such a file, called by the SHA-256 of its bytes and `.smartotp`. `merging` is in it, and `marks` in each of its tokens:
//!
//! ```json
//! { "added": [3, 0], "life": 1, "status": [5, 1], "rank": [3145728, [9, 0]], "epoch": 1, "fields": { "issuer": [7, 1] } }
//! ```
//!
//! A stamp is a pair: a Lamport counter, and the place of a device in `devices`, which has for each device its random id and the highest
//! counter that was seen of it. `added` says when the token was enrolled; `life` how often it came back out of the bin; `status` when it
//! came to the list or the bin; `rank` where it stands in the order, and since when; `epoch` how often its counter was set by hand;
//! `fields` when each of its fields was changed. What is left out is 0, or as `added` says; the rank is then 2^20 times the counter of
//! `added`. `gone` are the tokens that are gone for good, up to which life, what they became part of, and the (epoch, counter) that
//! they had. `merge.rs` says how all of this is merged. A file without `merging` counts as older than everything.

use super::set::{Keys, LockKind, Slot, Unlock};
use super::snapshot::Snapshot;
use crate::vault::NoEntropy;
use crate::vault::frame::{self, FrameError, SealError};
use crate::vault::hex::Hex;
use crate::vault::kdf::Cost;

pub(crate) use crate::vault::frame::MOST_BYTES;

const MAGIC: &[u8; 8] = b"SOTPseal";
/// The one format version so far.
const VERSION: u16 = 1;

/// Why nothing was sealed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SealedError {
    /// No lock was given, or two of a kind.
    #[error("no lock, or two of a kind")]
    Locks,
    /// An empty password.
    #[error("the password is empty")]
    EmptyPassword,
    /// The cost is outside the limits.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
    /// The system does not give the memory that the cost asks for.
    #[error("not enough memory for the key derivation")]
    Memory,
    /// No randomness.
    #[error("no randomness")]
    NoEntropy,
    /// More than a file holds.
    #[error("more than a file holds")]
    TooLarge,
}

/// Why a sealed file did not open.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum UnsealError {
    /// Not a sealed file at all.
    #[error("not a sealed file")]
    NotSealed,
    /// Made by a newer version of the app.
    #[error("made by a newer version ({version})")]
    Newer {
        /// The file's format version.
        version: u16,
    },
    /// Cut short, the digest does not fit, or the header cannot be read.
    #[error("damaged header")]
    DamagedHeader,
    /// The key fits, the payload does not.
    #[error("damaged payload")]
    DamagedPayload,
    /// The password, or key, is another.
    #[error("wrong password")]
    WrongKey,
    /// It has no slot of that kind.
    #[error("no such slot")]
    NoSuchSlot,
    /// The file asks for more memory or time than is ever paid.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
    /// The system does not give the memory that the file asks for.
    #[error("not enough memory for the key derivation")]
    Memory,
}

/// A sealed file from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SealedInfo {
    /// What opens it.
    pub locks: Vec<LockKind>,
    /// What the password's derivation costs.
    pub cost: Option<Cost>,
    /// Which set it belongs to: files of one backup have the same.
    pub set: [u8; 16],
}

/// Whether bytes are a sealed file, of any version.
#[must_use]
pub fn is_sealed(bytes: &[u8]) -> bool {
    bytes.starts_with(MAGIC)
}

/// Looks at a sealed file without any key.
///
/// # Errors
/// [`UnsealError`] for what is no sealed file of this version.
pub fn inspect(bytes: &[u8]) -> Result<SealedInfo, UnsealError> {
    let Front { header, .. } = read_front(bytes)?;
    Ok(SealedInfo {
        locks: header.slots.iter().map(|slot| slot.kind).collect(),
        cost: header.slots.iter().find_map(|slot| slot.kdf.as_ref()).map(|kdf| kdf.cost()),
        set: header.set.0,
    })
}

/// Opens one file, and keeps its keys for others of its set. Pays for one key derivation where the key is a password.
///
/// # Errors
/// [`UnsealError`].
pub fn open(bytes: &[u8], unlock: &Unlock<'_>) -> Result<(Snapshot, Keys), UnsealError> {
    let mut keys = Keys::unlock(bytes, unlock)?;
    let snapshot = keys.open_and_complete(bytes)?;
    Ok((snapshot, keys))
}

/// What payloads' JSON texts say, merged, in short: for fuzzing. Those that are none say nothing.
#[doc(hidden)]
#[must_use]
pub fn digest_of(payloads: &[&[u8]]) -> [u8; 32] {
    use super::merge::State;
    let states = payloads.iter().filter_map(|json| Some(super::snapshot::decode(json).ok()?.0.into_state()));
    states.fold(State::default(), State::join).digest()
}

/// What stands in front of the payload, readable by everybody.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Header {
    pub(super) set: Hex<16>,
    pub(super) slots: Vec<Slot>,
}

/// A file's front, checked.
pub(super) struct Front {
    pub(super) header: Header,
    /// Where the payload's ciphertext starts.
    pub(super) payload_at: usize,
}

/// Reads and checks everything in front of the payload. Bounded, and without any derivation.
pub(super) fn read_front(bytes: &[u8]) -> Result<Front, UnsealError> {
    let frame = frame::read(bytes, MAGIC)?;
    match frame.version {
        VERSION => {}
        0 => return Err(UnsealError::DamagedHeader),
        version => return Err(UnsealError::Newer { version }),
    }
    let header: Header = serde_json::from_slice(frame.header).map_err(|_| UnsealError::DamagedHeader)?;
    let kinds: std::collections::HashSet<_> = header.slots.iter().map(|slot| slot.kind).collect();
    if header.slots.is_empty() || kinds.len() != header.slots.len() || frame.nonce.is_none() {
        return Err(UnsealError::DamagedHeader);
    }
    header.slots.iter().try_for_each(Slot::check)?;
    Ok(Front { header, payload_at: frame.payload_at })
}

/// The whole file for a header, the payload's key and its JSON text.
pub(super) fn write(
    header: &Header,
    key: &crate::vault::keys::Key,
    json: &[u8],
    entropy: &dyn crate::vault::Entropy,
) -> Result<Vec<u8>, SealedError> {
    let header = serde_json::to_vec(header).map_err(|_| SealedError::TooLarge)?;
    Ok(frame::seal(MAGIC, VERSION, &header, key, json, entropy)?)
}

impl From<FrameError> for UnsealError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Magic => Self::NotSealed,
            FrameError::Damaged => Self::DamagedHeader,
        }
    }
}

impl From<NoEntropy> for SealedError {
    fn from(_: NoEntropy) -> Self {
        Self::NoEntropy
    }
}

impl From<SealError> for SealedError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NoEntropy(NoEntropy) => Self::NoEntropy,
            SealError::TooLarge => Self::TooLarge,
        }
    }
}

#[cfg(test)]
mod tests;
