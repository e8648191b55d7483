//! The vault file, so that an outsider can read it.
//!
//! # The file
//!
//! Numbers are big-endian. `tests/reference/decrypt_vault.py` reads this with nothing but this page.
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | magic: the ASCII text `SmartOTP` |
//! | 2 | format version: 3; 1 and 2 are read, and become 3 with the next write |
//! | 4 | length of the header in bytes, at most 65,536 |
//! | … | header: JSON, UTF-8 |
//! | 32 | SHA-256 of everything before |
//! | 12 | nonce, random for each write |
//! | … | AES-256-GCM of the payload under the payload key; the additional data is everything before the nonce |
//! | 16 | its tag, and the end of the file |
//!
//! Everything up to the digest stays so in every version. A reader checks magic, length and digest, then the version,
//! then the header, and only then pays for a key. So three things are told apart: a damaged header (the digest does
//! not fit), a wrong password (the digest fits, the wrapped key does not open) and a damaged payload (the key opens, the
//! payload does not). A file is at most 64 MiB.
//!
//! # The header
//!
//! ```json
//! { "vault": "16 bytes", "generation": 17, "slots": [ {
//!     "id": "16 bytes", "kind": "password",
//!     "kdf": { "algorithm": "argon2id", "memory_kib": 65536, "passes": 3, "lanes": 4, "salt": "16 bytes" },
//!     "nonce": "12 bytes", "wrapped": "32 + 16 bytes", "commitment": "32 bytes" } ] }
//! ```
//!
//! Bytes are lower-case hexadecimal. `generation` counts the writes. There are 1 to 8 slots, one of a kind at most. A reader
//! refuses fields and kinds that it does not know: whoever adds one raises the format version, so that no older app ever
//! writes a file without it. Version 1 had the kinds `password` and `device` only. Versions 1 and 2 had no `merging` and no `backup`
//! in the payload.
//!
//! # The keys
//!
//! HKDF is HKDF-SHA-256 with the 16 bytes of `vault` as salt and 32 bytes of output.
//!
//! - wrapping key of a `password` slot: Argon2id, version 1.3, over the password's UTF-8 bytes, 32 bytes of output;
//!   1 GiB, 16 passes, 16 lanes and 4 GiB of memory × passes are the most that a reader pays.
//! - wrapping key of a `device` slot: HKDF(32-byte secret of the OS keystore, info = `device`); it has no `kdf`. The secret lies
//!   there as `vault <vault> device <id>`.
//! - wrapping key of a `pin` slot: HKDF(key material = Argon2id as for a password over the PIN's digits, followed by the 32-byte secret
//!   of the OS keystore; info = `pin`). The secret lies there as `vault <vault> pin <id>`. A `pin` slot stands only beside a
//!   `password` or `recovery` slot.
//! - wrapping key of a `recovery` slot: HKDF(the 20 bytes of the recovery key, info = `recovery`); it has no `kdf`. The key is printed
//!   as eight groups: four characters of its Base32, and a check character (`recovery.rs` has the sum).
//! - vault key: AES-256-GCM-open(wrapping key, `nonce`, `wrapped`, additional data = the slot's text)
//! - the slot's text: `smartotp slot|<vault>|<id>|<kind>`, and for `password` and `pin` also `|argon2id|<memory_kib>|<passes>|<lanes>|<salt>`
//! - `commitment`: HKDF(vault key, info = `commit` followed by the slot's text). It must fit.
//! - payload key: HKDF(vault key, info = `payload`)
//!
//! # The payload
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | length of the JSON text in bytes, at most 64 MiB |
//! | … | the JSON text, deflated (RFC 1951, raw) |
//! | … | zeros, up to the next size bucket |
//!
//! Buckets are 4 KiB, 6 KiB, 8 KiB, 12 KiB, 16 KiB and so on: 2^n and 1.5 × 2^n. The number of tokens is not told by
//! the size of the file to within a third.
//!
//! # The JSON text
//!
//! ```json
//! { "tokens": [ { "id": "32 hexadecimal digits", "type": "totp", "issuer": "GitHub", "account": "mira", "secret": "Base32",
//!                 "algorithm": "SHA1", "digits": 6, "period": 30 } ],
//!   "bin": [ { "token": { }, "deleted_at": 1700000000, "place": 3 } ],
//!   "wrapping_keys": [ { "slot": "id of a slot", "key": "Base32" } ],
//!   "protection": { "lock_after_seconds": 60, "screen_capture": false },
//!   "proven": { "password": 1700000000 },
//!   "merging": { }, "backup": { },
//!   "push": [ { "id": "32 hexadecimal digits", "provider": "privacyidea", "label": "work", "issuer": "Work", "serial": "PIPU0001",
//!               "url": "https://…", "key": "Base32 of PKCS#8", "server_key": "Base64 of PKCS#1", "ask_unlock": false,
//!               "enrolled_at": 1700000000, "seen": [ { "nonce": "…", "at": 1700000000, "answered": true } ] } ],
//!   "tiqr": [ { "id": "32 hexadecimal digits", "service": "University", "service_id": "login.example", "url": "https://…",
//!               "suite": "OCRA-1:HOTP-SHA1-6:QN10", "user": "mira", "name": "Mira", "secret": "Base32", "enrolled_at": 1700000000 } ],
//!   "signatures": [ { "unix": 1700000000, "token": "id of a token", "issuer": "Bank", "account": "mira", "challenge": "12345678",
//!                     "fields": [ [ "amount", "100.00" ] ], "binding": "beside", "counter": 7 } ] }
//! ```
//!
//! `tokens` is in the user's order, and the only section that is never missing. Base32 is upper case without padding.
//!
//! | `type` | fields beside `id`, `type`, `secret` |
//! | --- | --- |
//! | `totp` | `algorithm` (`SHA1`, `SHA256`, `SHA512`), `digits`, `period` in seconds |
//! | `hotp` | `algorithm`, `digits`, `counter`: the next one |
//! | `ocra` | `suite`, `counter`: the next one, `encoding` of a numeric challenge (`rfc`, `ascii`) |
//! | `steam` | none |
//! | `motp`, `yandex` | `pin` |
//!
//! Where they say something: `issuer`, `account`, `note`, `groups` (names), `favourite`, `icon`, `unknown` (pairs of name and value that
//! came with the enrolment). `bin` holds deleted tokens, the newest first, with the Unix time of the deletion and the place that
//! they had. `wrapping_keys` are those of the slots, so that a new vault key can be wrapped for a slot whose password nobody
//! types just then. `merging`, and `marks` in each token, say what tokens are merged by: [`crate::backup::sealed`] has them, since they
//! are in every backup too. They are missing until a backup is turned on. `backup` has the places of the backup: their ids, where they
//! are, the passwords of services, the wrapping keys of each set, and the versions that were seen there;
//! `by_hand` in it says that nothing is backed up by itself.
//! `push` and `tiqr` are what was enrolled for push requests and TiQR, which no backup, export or transfer holds. `proven` says when a
//! kind of slot was last shown to open the vault, in Unix time. `signatures` are the last 200 challenges that were answered, with
//! what the screen showed; the answers are not kept.
//!
//! `protection` are the protective settings. It is missing while all are as they are by default; so is any that is missing in
//! it. Fields that a reader does not know stay as they are.
//!
//! | field | by default | what |
//! | --- | --- | --- |
//! | `lock_after_seconds` | 60 | without a touch or key until it is locked: 10 to 86,400; 0: never |
//! | `lock_on_background` | false | lock as soon as another app comes to the front |
//! | `lock_on_screen_lock` | true | lock with the device's screen, and before it sleeps |
//! | `lock_on_close` | true | lock when the window is closed or hidden |
//! | `ask_before_export`, `ask_before_qr`, `ask_before_delete`, `ask_before_lock_change`, `ask_before_backup_off` | true | ask again for the lock before that |
//! | `ask_before_sign` | false | ask again for the lock before a challenge is answered or a request approved |
//! | `tap_to_reveal` | false | codes are hidden until they are tapped |
//! | `hide_after_seconds` | 10 | until they are hidden again: 3 to 300 |
//! | `screen_capture` | false | screenshots and recordings are allowed |
//! | `hide_unfocused` | false | cover the window while it is not in front |
//! | `wipe_after` | null | wrong tries in a row that wipe the vault: 5 to 20 |

#[cfg(test)]
mod tests;

use std::collections::HashSet;

use zeroize::Zeroizing;

use super::Entropy;
use super::frame::{self, DIGEST_LEN, FrameError};
use super::hex::Hex;
use super::keys::{Key, NONCE_LEN};
use super::slots::{Slot, SlotCheck, SlotKind};

pub(crate) use super::frame::{MOST_BYTES, MOST_FRONT, SealError};

const MAGIC: &[u8; 8] = b"SmartOTP";
/// The format version that is written.
pub const VERSION: u16 = 3;
/// The oldest one that is read.
const OLDEST: u16 = 1;
const MOST_SLOTS: usize = 8;

/// Why bytes are no vault that this version reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FormatError {
    /// The magic is not there.
    #[error("not a vault")]
    NotAVault,
    /// A sound frame of a newer version.
    #[error("made by a newer version ({version})")]
    Newer {
        /// The file's format version.
        version: u16,
    },
    /// Cut short, the digest does not fit, or the header cannot be read.
    #[error("damaged header")]
    DamagedHeader,
    /// A slot asks for more memory or time than is ever paid.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
}

/// The payload does not belong to the header and the key, or it is not what this page says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("damaged payload")]
pub(crate) struct DamagedPayload;

/// What stands in front of the payload, readable by everybody.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Header {
    pub(crate) vault: Hex<16>,
    pub(crate) generation: u64,
    pub(crate) slots: Vec<Slot>,
}

impl Header {
    /// Whether the payload lies under this vault key.
    pub(crate) fn is_under(&self, vault_key: &Key) -> bool {
        self.slots.iter().any(|slot| slot.holds(vault_key, &self.vault))
    }
}

/// Tells one write from every other: the header's digest and the nonce.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct WriteId([u8; DIGEST_LEN], Hex<NONCE_LEN>);

/// A file's front, checked.
#[derive(Debug)]
pub(crate) struct Front {
    pub(crate) version: u16,
    pub(crate) header: Header,
    pub(crate) write_id: WriteId,
    /// Where the payload's ciphertext starts.
    payload_at: usize,
}

/// Reads a file's header without any key: for fuzzing, and for tools that look at files.
///
/// # Errors
/// [`FormatError`].
#[doc(hidden)]
pub fn check_header(bytes: &[u8]) -> Result<(), FormatError> {
    read_front(bytes).map(|_| ())
}

/// Reads and checks everything in front of the payload. Bounded, and without any derivation.
pub(crate) fn read_front(bytes: &[u8]) -> Result<Front, FormatError> {
    use FormatError::{Cost, DamagedHeader, Newer};

    let frame = frame::read(bytes, MAGIC)?;
    let version = match frame.version {
        version @ OLDEST..=VERSION => version,
        0 => return Err(DamagedHeader),
        version => return Err(Newer { version }),
    };
    let nonce = frame.nonce.ok_or(DamagedHeader)?;

    let header: Header = serde_json::from_slice(frame.header).map_err(|_| DamagedHeader)?;
    let kinds: HashSet<_> = header.slots.iter().map(|slot| slot.kind).collect();
    if header.slots.is_empty() || header.slots.len() > MOST_SLOTS || kinds.len() != header.slots.len() {
        return Err(DamagedHeader);
    }
    for slot in &header.slots {
        if version == 1 && matches!(slot.kind, SlotKind::Pin | SlotKind::Recovery) {
            return Err(DamagedHeader);
        }
        match slot.check() {
            SlotCheck::Sound => {}
            SlotCheck::Unpayable => return Err(Cost),
            SlotCheck::Senseless => return Err(DamagedHeader),
        }
    }
    Ok(Front { version, header, write_id: WriteId(frame.digest, nonce), payload_at: frame.payload_at })
}

/// What can be read of a header whose digest need not fit: for wiping what is damaged.
pub(crate) fn read_header_anyhow(bytes: &[u8]) -> Option<Header> {
    serde_json::from_slice(frame::header_anyhow(bytes)?).ok()
}

/// Opens the payload of a file whose front was read from the same bytes; gives the JSON text.
pub(crate) fn open(bytes: &[u8], front: &Front, vault_key: &Key) -> Result<Zeroizing<Vec<u8>>, DamagedPayload> {
    frame::open(bytes, front.payload_at, &payload_key(&front.header.vault, vault_key)).ok_or(DamagedPayload)
}

/// Checks the payload's tag without looking inside.
pub(crate) fn decrypt(bytes: &[u8], front: &Front, vault_key: &Key) -> Result<Zeroizing<Vec<u8>>, DamagedPayload> {
    frame::decrypt(bytes, front.payload_at, &payload_key(&front.header.vault, vault_key)).ok_or(DamagedPayload)
}

/// The whole file for a header and a payload's JSON text.
pub(crate) fn seal(header: &Header, vault_key: &Key, json: &[u8], entropy: &dyn Entropy) -> Result<Vec<u8>, SealError> {
    seal_as(VERSION, header, vault_key, json, entropy)
}

/// The same in a version of one's choice: for tests of older files.
pub(crate) fn seal_as(
    version: u16,
    header: &Header,
    vault_key: &Key,
    json: &[u8],
    entropy: &dyn Entropy,
) -> Result<Vec<u8>, SealError> {
    let header_json = serde_json::to_vec(header).map_err(|_| SealError::TooLarge)?;
    frame::seal(MAGIC, version, &header_json, &payload_key(&header.vault, vault_key), json, entropy)
}

fn payload_key(vault: &Hex<16>, vault_key: &Key) -> Key {
    vault_key.derive(vault, &[b"payload"])
}

impl From<FrameError> for FormatError {
    fn from(error: FrameError) -> Self {
        match error {
            FrameError::Magic => Self::NotAVault,
            FrameError::Damaged => Self::DamagedHeader,
        }
    }
}
