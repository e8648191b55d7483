//! The backup's errors in words.

use smartotp_core::backup::provider::ProviderError;
use smartotp_core::backup::sealed::{SealedError, UnsealError};
use smartotp_core::backup::versions::{BackupError, Done};

use crate::cli::failure::{Exit, Failure, reason};
use crate::cli::output::Output;

impl From<BackupError> for Failure {
    fn from(error: BackupError) -> Self {
        let (exit, code, words) = match &error {
            BackupError::NoSuchPlace => return not_on(),
            BackupError::NoVersion => (Exit::NotFound, "no_version", tr!("There is no backup in this place.")),
            BackupError::NoSuchVersion => return no_such_version(),
            BackupError::OtherPassword => (
                Exit::Locked,
                "wrong_backup_password",
                tr!(
                    "That backup password doesn't open what is there. If it was changed on another device, turn the backup on again with the new one."
                ),
            ),
            BackupError::Damaged | BackupError::Unseal(_) => (
                Exit::Damaged,
                "damaged_backup",
                tr!("This backup is damaged. See whether another version is whole: smartotp backup list"),
            ),
            BackupError::Newer { version } => {
                let message = tr!(
                    "This backup was made by a newer version of Smart OTP (format {version}). Update the app to open it.",
                    version = version
                );
                return Self::new(Exit::Failed, "newer_backup", message);
            }
            BackupError::NotVerified => (
                Exit::Damaged,
                "not_verified",
                tr!(
                    "What was read back from the backup isn't what was written. It doesn't count as backed up; try again."
                ),
            ),
            BackupError::Place(error) => return place(error),
            BackupError::Seal(error) => return seal(*error),
            BackupError::Vault(_) => return vault(error),
            _ => (Exit::Failed, "backup_failed", tr!("The backup failed.")),
        };
        Self::new(exit, code, words)
    }
}

fn vault(error: BackupError) -> Failure {
    match error {
        BackupError::Vault(error) => error.into(),
        other => Failure::new(Exit::Failed, "backup_failed", other.to_string()),
    }
}

fn place(error: &ProviderError) -> Failure {
    let (exit, code, words) = match error {
        ProviderError::Missing => (
            Exit::Network,
            "place_missing",
            tr!("The backup's place isn't there. Is the drive plugged in, the folder in its place?").to_owned(),
        ),
        ProviderError::NoSuchVersion => return no_such_version(),
        ProviderError::Denied => (
            Exit::Failed,
            "place_denied",
            tr!("The backup's place doesn't let Smart OTP in. Check the permissions of the folder.").to_owned(),
        ),
        ProviderError::Refused => (
            Exit::Locked,
            "service_refused",
            tr!(
                "The service doesn't accept this user and password, or this key. Check them and the permissions there."
            )
            .to_owned(),
        ),
        ProviderError::SignedOut => (
            Exit::Locked,
            "signed_out",
            tr!("The sign-in there has run out or was taken back. Nothing is lost. Sign in again: smartotp backup sign-in")
                .to_owned(),
        ),
        ProviderError::ClockWrong => (
            Exit::Network,
            "clock_wrong",
            tr!("The service refuses since this device's clock is wrong. Set the clock, and try again.").to_owned(),
        ),
        ProviderError::Full => {
            (Exit::Failed, "place_full", tr!("There is no room left in the backup's place.").to_owned())
        }
        ProviderError::Busy { retry_after } => {
            let words = tr!("The backup's place is busy. Try again later.");
            let failure = Failure::new(Exit::Network, "place_busy", words);
            return match retry_after {
                Some(seconds) => failure.with("retry_after", *seconds),
                None => failure,
            };
        }
        ProviderError::Unreachable { reason } | ProviderError::Odd { reason } => {
            (Exit::Network, "place_unreachable", tr!("The backup's place can't be reached: {reason}.", reason = reason))
        }
        ProviderError::Io(error) => {
            (Exit::Failed, "place_failed", tr!("The backup's place failed: {reason}.", reason = reason(error)))
        }
        _ => (Exit::Failed, "cancelled", tr!("Nothing was changed.").to_owned()),
    };
    Failure::new(exit, code, words)
}

fn seal(error: SealedError) -> Failure {
    let words = match error {
        SealedError::Memory => tr!("There is not enough memory to derive the backup's key."),
        SealedError::TooLarge => tr!("This is more than a backup can hold."),
        _ => tr!("The backup failed."),
    };
    Failure::new(Exit::Failed, "backup_not_sealed", words)
}

impl From<SealedError> for Failure {
    fn from(error: SealedError) -> Self {
        BackupError::Seal(error).into()
    }
}

impl From<UnsealError> for Failure {
    fn from(error: UnsealError) -> Self {
        BackupError::Unseal(error).into()
    }
}

/// No backup is turned on.
pub(in crate::cli) fn not_on() -> Failure {
    Failure::new(Exit::NotFound, "backup_off", tr!("No backup is turned on. See: smartotp backup on --help"))
}

/// No version is called that.
pub(super) fn no_such_version() -> Failure {
    Failure::new(
        Exit::NotFound,
        "no_such_version",
        tr!("There is no such version. See which there are: smartotp backup list"),
    )
}

/// A backup lies there that has keys of its own.
pub(super) fn already_there() -> Failure {
    Failure::new(
        Exit::Refused,
        "already_a_backup",
        tr!(
            "A backup lies in this place already. Turn it on with its password; after that a recovery key can be made: smartotp backup password --recovery-key"
        ),
    )
}

/// Says that a recovery key opens nothing that is written from now on.
pub(super) fn recovery_key_ends(out: Output) {
    out.warn(
        "recovery_key_ends",
        tr!(
            "The backup's recovery key opens it no more. For another one, give --recovery-key besides the new password."
        ),
    );
}

/// Nobody gave the backup's password.
pub(super) fn missing_password() -> Failure {
    Failure::new(
        Exit::Locked,
        "missing_backup_password",
        tr!("The backup's password is missing. Give it with --backup-password-file, or at the prompt of a terminal."),
    )
}

/// Nobody gave the password of the service.
pub(super) fn missing_service_password() -> Failure {
    Failure::new(
        Exit::Locked,
        "missing_service_password",
        tr!(
            "The service's password or key is missing. Give it with --provider-password-file, or at the prompt of a terminal."
        ),
    )
}

/// Says what should be known of a place, beside what was done.
pub(super) fn remarks(out: Output, done: &Done) {
    if done.stepped_back {
        out.warn(
            "backup_stepped_back",
            tr!(
                "Versions that were in this place are gone or an older state came back. Nothing was deleted here, and all tokens are backed up again."
            ),
        );
    }
    torn(out, done.torn);
}

/// Says that some files are damaged.
pub(super) fn torn(out: Output, torn: usize) {
    if torn > 0 {
        out.warn(
            "backup_torn",
            &trn!(
                "{n} version there is damaged or was cut off.",
                "{n} versions there are damaged or were cut off.",
                torn
            ),
        );
    }
}
