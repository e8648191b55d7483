//! The journal beside the vault: what happened to it, and how often codes were taken.

use crate::token::TokenId;
pub use crate::token::order::Usage;
use crate::vault::SlotKind;

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
