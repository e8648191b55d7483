//! Why a backup did not come about, by the names under which the screens have sentences.

use smartotp_core::backup::SealedError;
use smartotp_core::backup::oauth::SignInError;
use smartotp_core::backup::provider::ProviderError;
use smartotp_core::backup::remote::ConnectError;
use smartotp_core::backup::versions::BackupError;
use smartotp_core::vault::ChangeError;

use crate::BackupTrouble;
use crate::screens::backup::sign_in;

/// Why there is no backup of a place, or nothing came from there.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Failure {
    /// There is no way to it.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// The rest.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// Nobody is signed in.
    #[error("not signed in")]
    SignIn(SignInError),
    /// The work ended before its time.
    #[error("the work ended")]
    Ended,
}

impl From<ProviderError> for Failure {
    fn from(error: ProviderError) -> Self {
        Self::Backup(error.into())
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        Self::Backup(error.into())
    }
}

impl Failure {
    /// By its name.
    pub(crate) fn trouble(&self) -> BackupTrouble {
        match self {
            Self::Connect(ConnectError::NotHttps) => BackupTrouble::NotHttps,
            Self::Connect(ConnectError::System) => BackupTrouble::NoNetwork,
            Self::Connect(_) => BackupTrouble::Address,
            Self::Backup(error) => of(error),
            Self::SignIn(error) => sign_in::trouble(error),
            Self::Ended => BackupTrouble::Failed,
        }
    }

    /// In the system's words, where it has some. Nothing secret.
    pub(crate) fn reason(&self) -> String {
        match self {
            Self::Backup(BackupError::Place(ProviderError::Unreachable { reason } | ProviderError::Odd { reason })) => {
                reason.clone()
            }
            Self::Backup(BackupError::Place(ProviderError::Io(error))) => error.to_string(),
            _ => String::new(),
        }
    }

    /// As the schedule takes it.
    pub(crate) fn into_backup_error(self) -> BackupError {
        match self {
            Self::Backup(error) => error,
            Self::Connect(ConnectError::System) | Self::Ended => {
                BackupError::Place(ProviderError::Unreachable { reason: String::new() })
            }
            Self::Connect(_) => BackupError::Place(ProviderError::Refused),
            Self::SignIn(_) => BackupError::Place(ProviderError::SignedOut),
        }
    }
}

fn of(error: &BackupError) -> BackupTrouble {
    match error {
        BackupError::NoVersion => BackupTrouble::NoVersion,
        BackupError::NoSuchVersion | BackupError::NoSuchPlace => BackupTrouble::Gone,
        BackupError::OtherPassword => BackupTrouble::OtherPassword,
        BackupError::Damaged | BackupError::Unseal(_) => BackupTrouble::Damaged,
        BackupError::Newer { .. } => BackupTrouble::Newer,
        BackupError::NotVerified => BackupTrouble::NotVerified,
        BackupError::Place(error) => of_place(error),
        BackupError::Seal(SealedError::Memory) => BackupTrouble::Memory,
        BackupError::Seal(SealedError::TooLarge) => BackupTrouble::TooLarge,
        BackupError::Vault(ChangeError::Busy) => BackupTrouble::VaultBusy,
        _ => BackupTrouble::Failed,
    }
}

fn of_place(error: &ProviderError) -> BackupTrouble {
    match error {
        ProviderError::Missing => BackupTrouble::Missing,
        ProviderError::NoSuchVersion => BackupTrouble::Gone,
        ProviderError::Denied => BackupTrouble::Denied,
        ProviderError::Refused => BackupTrouble::Refused,
        ProviderError::SignedOut => BackupTrouble::SignedOut,
        ProviderError::ClockWrong => BackupTrouble::ClockWrong,
        ProviderError::Full => BackupTrouble::Full,
        ProviderError::Busy { .. } => BackupTrouble::Busy,
        ProviderError::Unreachable { .. } => BackupTrouble::Network,
        ProviderError::Odd { .. } => BackupTrouble::Odd,
        ProviderError::Io(_) => BackupTrouble::Disk,
        ProviderError::Cancelled => BackupTrouble::Cancelled,
        _ => BackupTrouble::Failed,
    }
}
