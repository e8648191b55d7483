//! What is asked of a vault and what comes back.

use super::{SlotInfo, SlotKind};
use crate::confirm::{Binding, Transaction};
use crate::secret::SecretText;
use crate::token::{ChallengeEncoding, Counter, Icon, TokenId};

/// A vault from outside, without opening it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VaultInfo {
    /// Format version.
    pub version: u16,
    /// Counts the writes.
    pub generation: u64,
    /// Its slots.
    pub slots: Vec<SlotInfo>,
    /// The file's size in bytes.
    pub bytes: u64,
}

/// What the user should know after opening.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Notice {
    /// The current file was damaged: the generation before was opened, and HOTP counters skipped ahead.
    PreviousOpened,
    /// An older file than the newest one seen on this device.
    RolledBack,
    /// A leftover of an interrupted write was cleaned away.
    LeftoverCleaned,
    /// Records of the journal were taken out, swapped or damaged; the others are there.
    JournalDamaged,
    /// The journal could not be written (a full disk, mostly); the app goes on without. Said once a session.
    JournalNotWritten,
}

/// What became of enrolments.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AddOutcome {
    /// New tokens: (index of the enrolment, its id).
    pub added: Vec<(usize, TokenId)>,
    /// Tokens that were here already: (index of the enrolment, id of the token here).
    pub duplicates: Vec<(usize, TokenId)>,
}

/// Fields to change; `None` leaves a field as it is.
#[derive(Default)]
#[allow(missing_docs)]
pub struct Edit {
    pub issuer: Option<String>,
    pub account: Option<String>,
    pub note: Option<String>,
    pub groups: Option<Vec<String>>,
    pub favourite: Option<bool>,
    pub icon: Option<Icon>,
    /// HOTP and OCRA with `C`: set by hand.
    pub counter: Option<Counter>,
    /// OCRA.
    pub encoding: Option<ChallengeEncoding>,
}

/// A challenge to answer.
pub struct SignRequest<'a> {
    /// The challenge as the user has it.
    pub challenge: &'a str,
    /// For suites with `P`.
    pub pin: Option<&'a SecretText>,
    /// For suites with `S`.
    pub session: Option<&'a [u8]>,
    /// For suites with `T`: Unix time.
    pub unix: u64,
    /// Answer with this counter, without moving the stored one.
    pub counter: Option<Counter>,
    /// Answer with this encoding instead of the token's.
    pub encoding: Option<ChallengeEncoding>,
    /// What the screen showed with the challenge: it is remembered.
    pub transaction: Option<&'a Transaction>,
    /// How the two belong together.
    pub binding: Option<Binding>,
    /// When it is signed, in Unix time of this device's clock.
    pub now: u64,
}

impl core::fmt::Debug for SignRequest<'_> {
    /// Without challenge, PIN and session.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("SignRequest")
            .field("encoding", &self.encoding)
            .field("unix", &self.unix)
            .finish_non_exhaustive()
    }
}

impl core::fmt::Debug for Edit {
    /// Without names, note and groups.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Edit").field("favourite", &self.favourite).field("icon", &self.icon).finish_non_exhaustive()
    }
}

/// How long wrong tries have to be waited out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wait {
    /// Seconds from now.
    pub seconds: u64,
    /// Wrong tries in a row so far.
    pub failed: u32,
    /// How many more wrong tries wipe the vault, where its owner has set that.
    pub left: Option<u32>,
}

/// Wrong tries so far, whether they have to be waited out or not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct WrongTries {
    /// In a row.
    pub failed: u32,
    /// Seconds since the last one; `None`: there was none, or the system was started anew since.
    pub last_seconds_ago: Option<u64>,
    /// How many more can be made before the first wait.
    pub free: u32,
    /// How many more wipe the vault, where its owner has set that.
    pub left: Option<u32>,
}

/// What a rehearsal has shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rehearsal {
    /// The kind of slot that was proven.
    pub kind: SlotKind,
    /// Tokens that the file on disk holds.
    pub tokens: usize,
    /// Whether they are just those of the open vault.
    pub same: bool,
}
