//! What a user should know of an open vault, in words: remarks, no failures.

use smartotp_core::vault::{Notice, SlotKind};

use super::output::Output;

/// The newest format of a vault's file.
pub(super) const NEWEST: u16 = smartotp_core::vault::format::VERSION;

/// Says one notice.
pub(super) fn tell(out: Output, notice: &Notice) {
    let (code, words) = match notice {
        Notice::PreviousOpened => (
            "previous_opened",
            tr!(
                "The vault's file was damaged: the version before it was opened. Counters skipped ahead, so that no code comes twice."
            ),
        ),
        Notice::RolledBack => ("rolled_back", tr!("This vault is older than the newest one seen on this device.")),
        Notice::JournalDamaged => (
            "journal_damaged",
            tr!(
                "Records of the journal are damaged or were taken out. The others are there; the tokens are not concerned."
            ),
        ),
        Notice::JournalNotWritten => (
            "journal_not_written",
            tr!("The journal couldn't be written; the disk may be full. The tokens are not concerned."),
        ),
        // A leftover that is cleaned away is no news.
        _ => return,
    };
    out.warn(code, words);
}

/// Says which slots have lost what the keystore held of them.
pub(super) fn tell_missing(out: Output, kinds: &[SlotKind]) {
    for kind in kinds {
        let words = match kind {
            SlotKind::Pin => tr!(
                "The system's keystore has lost its half of the PIN, so the PIN opens nothing. Set it anew: smartotp vault slots change pin"
            ),
            _ => tr!(
                "The system's keystore has lost the vault's key, so this device alone opens nothing. Set a lock: smartotp vault password"
            ),
        };
        out.warn("keystore_entry_missing", words);
    }
}

/// Says that a change brought the file to a newer format.
pub(super) fn tell_upgrade(out: Output, before: u16, now: u16) {
    if now > before {
        let words = tr!(
            "The vault's file now has format {version}, which earlier versions of Smart OTP don't open. The old file stays beside it until the lock is changed.",
            version = now
        );
        out.warn("upgraded", &words);
    }
}
