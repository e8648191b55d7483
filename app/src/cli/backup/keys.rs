//! What opens a new backup: a password, a recovery key, or both.

use clap::Args;
use smartotp_core::backup::{Keys, Lock};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{RecoveryKey, SystemEntropy};

use super::places::BackupPassword;
use crate::cli::advice;
use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::vault::{Confirm, Recovery, calibrated};

/// What is to open a backup from now on.
#[derive(Debug, Args)]
pub(super) struct NewLocks {
    #[command(flatten)]
    pub(super) password: BackupPassword,
    /// Make a recovery key that opens the backup, and print it; without --backup-password-file nothing else does
    #[arg(long)]
    pub(super) recovery_key: bool,
    #[command(flatten)]
    confirm: Confirm,
}

/// The same, given and made.
pub(super) struct Locks {
    password: Option<SecretText>,
    recovery: Option<RecoveryKey>,
}

impl NewLocks {
    /// Asks for the password and shows the recovery key.
    pub(super) fn get(&self, context: &Context<'_>) -> Result<Locks, Failure> {
        let password =
            if self.recovery_key && !self.password.is_named() { None } else { Some(self.password.get(true)?) };
        if let Some(password) = &password {
            advice::on_password(context.out, password);
        }
        let recovery = if self.recovery_key {
            let once = tr!(
                "This key opens the backup and is shown this once. Print it or write it down, and keep it away from this device."
            );
            let unproven = tr!(
                "Nobody has proven that this key was written down without a mistake. Give it as the backup's password to: smartotp backup list"
            );
            Some(Recovery::show_with(context, &self.confirm, once, unproven)?.key)
        } else {
            None
        };
        Ok(Locks { password, recovery })
    }
}

impl Locks {
    /// Whether there is a recovery key among them.
    pub(super) fn has_recovery(&self) -> bool {
        self.recovery.is_some()
    }

    /// The keys of a new set. Pays for a derivation where there is a password.
    pub(super) fn keys(&self) -> Result<Keys, Failure> {
        let password = self.password.as_ref().map(|password| Lock::Password(password, calibrated()));
        let locks: Vec<Lock<'_>> = password.into_iter().chain(self.recovery.as_ref().map(Lock::Recovery)).collect();
        Ok(Keys::new(&locks, &SystemEntropy)?)
    }
}
