//! The journal beside the vault: what happened to it, and how often codes were taken. An outsider can read it by this page.
//!
//! It lies in `<vault>.journal`, outside the vault's generations and outside the backup, so that looking at codes rewrites
//! nothing. It only grows, and is now and then written anew. A journal that is missing, foreign or damaged keeps no vault closed.
//!
//! # The file
//!
//! Numbers are big-endian. `tests/reference/decrypt_vault.py --journal` reads this with nothing but this page and the
//! vault's ([`super::format`]).
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | magic: the ASCII text `SmartOTJ` |
//! | 2 | format version: 1 |
//! | 16 | the vault's id |
//! | 16 | the file's id, random, another whenever the journal is written anew |
//! | 32 | commitment |
//! | … | records, to the end of the file |
//!
//! A record:
//!
//! | bytes | what |
//! | --- | --- |
//! | 4 | length of its text in bytes, at most 65,536 |
//! | 8 | sequence number: 1 for the first |
//! | 16 | the tag of the record before; for the first, the file's id |
//! | 12 | nonce, random |
//! | … | AES-256-GCM of the text under the file key; the additional data is the 74 bytes of the file's head and the 28 bytes of this record before the nonce |
//! | 16 | its tag |
//!
//! So each record stands on its own, and in its place: one that was taken out, swapped, repeated or brought from another
//! file is noticed, and the others are read nevertheless. Bytes after the last record that opens are what a cut has left of a
//! write: they are passed over in silence, and gone with the next write. Who can write the file can cut its end off, or put
//! an older copy of it back, without anybody noticing: that is the one thing that it does not show.
//!
//! # The keys
//!
//! HKDF is as for the vault: HKDF-SHA-256 with the vault's id as salt.
//!
//! - journal key: HKDF(vault key, info = `journal`)
//! - file key: HKDF(journal key, info = `file` followed by the file's id)
//! - commitment: HKDF(journal key, info = `commit` followed by the file's id). Where it does not fit, the journal belongs to another
//!   key.
//!
//! A change of the vault key writes the journal anew before, as `<vault>.journal.new`, and gives it its name after. A
//! cut in between leaves both, and the one that fits the vault's key counts.
//!
//! # The texts
//!
//! JSON, filled up with blanks to a multiple of 64 bytes. Either something that happened, with the Unix time of this device's clock:
//!
//! ```json
//! { "at": 1700000000, "event": "unlocked", "slot": "password" }
//! ```
//!
//! or uses that are to be added up, of one or more tokens, with the time of the last:
//!
//! ```json
//! { "usage": [ { "token": "32 hexadecimal digits", "count": 3, "last": 1700000000 } ] }
//! ```
//!
//! Names of events and of their fields are those of [`Event`], in `kebab-case`. There is no name, account or secret in any.
//! When the journal is written anew, the last 2,000 events stay, also those that only a later version knows, and uses are
//! added up; those of tokens that are gone are left out.

pub(super) mod book;
pub(super) mod sealed;

use crate::token::TokenId;
pub use crate::token::order::Usage;
use crate::vault::SlotKind;

/// The most events that a journal keeps.
pub const MOST_EVENTS: usize = 2_000;

/// One thing that happened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// When, in Unix seconds of this device's clock.
    pub unix: u64,
    /// What.
    pub event: Event,
}

/// What can happen: facts, without names, accounts or secrets.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case")]
#[non_exhaustive]
pub enum Event {
    /// The vault was opened.
    Unlocked {
        /// By which kind of slot.
        slot: SlotKind,
    },
    /// Wrong tries before it was opened: written then, since nobody has the journal's key before.
    WrongTries {
        /// How many.
        count: u32,
        /// The last one, in Unix seconds.
        last: u64,
    },
    /// Wrong credential when asked again for something sensitive.
    StepUpRefused,
    /// Tokens left as a file or a sheet.
    Exported {
        /// How many.
        tokens: u32,
    },
    /// A token was shown as a QR code.
    QrShown {
        /// Which.
        token: TokenId,
    },
    /// Tokens came in from another app's file or picture.
    Imported {
        /// How many were new.
        tokens: u32,
    },
    /// Tokens went to the bin.
    Deleted {
        /// How many.
        tokens: u32,
    },
    /// Tokens were deleted for good.
    Purged {
        /// How many.
        tokens: u32,
    },
    /// A way to open the vault was added.
    SlotAdded {
        /// Which kind.
        slot: SlotKind,
    },
    /// A way to open the vault was replaced by a new one of its kind.
    SlotChanged {
        /// Which kind.
        slot: SlotKind,
    },
    /// A way to open the vault was taken away.
    SlotRemoved {
        /// Which kind.
        slot: SlotKind,
    },
    /// A way to open the vault was proven to work.
    Rehearsed {
        /// Which kind.
        slot: SlotKind,
    },
    /// Protective settings were changed.
    ProtectionChanged,
    /// The wipe after wrong tries was set.
    WipeAfterSet {
        /// How many tries; `None`: turned off.
        tries: Option<u8>,
    },
    /// The backup was turned on.
    BackupOn,
    /// The backup was turned off.
    BackupOff,
    /// A backup was written and verified.
    BackedUp {
        /// Tokens in it.
        tokens: u32,
    },
    /// A backup was restored.
    Restored {
        /// Tokens that came of it.
        tokens: u32,
    },
    /// The device's clock was found to be off.
    ClockOff {
        /// What has to be added to it, in seconds.
        seconds: i64,
    },
    /// An older vault file than the newest one seen on this device was opened.
    RolledBack,
    /// The vault's file was damaged, and the generation before was opened.
    PreviousOpened,
    /// Records of this journal had been taken out, swapped or damaged.
    JournalDamaged,
    /// A challenge was answered.
    Signed {
        /// By which token.
        token: TokenId,
    },
    /// A push request was approved.
    PushApproved {
        /// By which token.
        token: TokenId,
    },
    /// A push request was denied.
    PushDenied {
        /// By which token.
        token: TokenId,
    },
    /// Something that only a later version knows.
    #[serde(skip)]
    OfALaterVersion,
}

/// Reads bytes as a journal under a key of zeros: for fuzzing. Gives how many records opened, and whether damage was seen.
#[doc(hidden)]
#[must_use]
pub fn check(bytes: &[u8]) -> Option<(usize, bool)> {
    let (vault, key) = (super::hex::Hex([0; 16]), super::keys::Key::zero());
    let file = sealed::File::read(bytes, &vault, &key)?;
    let (mut records, mut book) = (0, book::Book::default());
    let end = file.open(bytes, |text| {
        records += 1;
        book.take_in(text);
    });
    Some((records, end.damaged))
}

/// A journal of these texts under a key of zeros, and where its records end: for fuzzing.
#[doc(hidden)]
#[must_use]
pub fn sample(texts: &[&[u8]], entropy: &dyn super::Entropy) -> Option<(Vec<u8>, Vec<usize>)> {
    let (vault, key) = (super::hex::Hex([0; 16]), super::keys::Key::zero());
    let file = sealed::File::fresh(&vault, &key, entropy).ok()?;
    let (mut bytes, mut place, mut ends) = (file.head().to_vec(), file.start(), Vec::new());
    for text in texts {
        place = file.seal(place, text, entropy, &mut bytes)?;
        ends.push(bytes.len());
    }
    Some((bytes, ends))
}
