//! Why a vault was not made, not opened, not changed: facts, the words are elsewhere.

use super::format::{FormatError, SealError};
use super::slots::SlotRule;
use super::{KeystoreError, NoEntropy};
use crate::code::ocra::OcraError;

/// Why a vault was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CreateError {
    /// There is one already; nothing was touched.
    #[error("there is a vault already")]
    Exists,
    /// A device slot without a keystore.
    #[error("no keystore for a device slot")]
    NoKeystore,
    /// A device or PIN slot whose secret the keystore does not take or keep.
    #[error("the keystore does not keep the secret")]
    Keystore(#[source] KeystoreError),
    /// An empty password.
    #[error("the password is empty")]
    EmptyPassword,
    /// A PIN that is not 4 to 12 digits.
    #[error("a PIN has 4 to 12 digits")]
    BadPin,
    /// A PIN slot without a keystore for its other half.
    #[error("no keystore for a PIN slot")]
    PinWithoutKeystore,
    /// A PIN slot without a password or recovery slot beside it.
    #[error("a PIN needs a password or a recovery key beside it")]
    PinAlone,
    /// Slots that cannot stand together: none, two of a kind, or a device slot beside a lock.
    #[error("these slots cannot stand together")]
    Slots,
    /// The cost is outside the limits.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
    /// The system does not give the memory that the cost asks for.
    #[error("not enough memory for the key derivation")]
    Memory,
    /// No randomness.
    #[error("no randomness")]
    NoEntropy,
    /// Somebody else holds the lock and does not let go.
    #[error("the vault is busy")]
    Busy,
    /// The file could not be written.
    #[error("the vault could not be written")]
    Write(#[source] std::io::Error),
}

/// Why a vault did not open.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum OpenError {
    /// There is none.
    #[error("there is no vault")]
    Missing,
    /// Not a vault at all.
    #[error("not a vault")]
    NotAVault,
    /// Made by a newer version of the app.
    #[error("made by a newer version ({version})")]
    Newer {
        /// The file's format version.
        version: u16,
    },
    /// The header's digest does not fit, and neither does the previous file.
    #[error("damaged header")]
    DamagedHeader,
    /// The key fits, the payload does not, and neither does the previous file.
    #[error("damaged payload")]
    DamagedPayload,
    /// The password is wrong.
    #[error("wrong password")]
    WrongPassword,
    /// The PIN is wrong.
    #[error("wrong PIN")]
    WrongPin,
    /// A recovery key that is none of this vault's.
    #[error("wrong recovery key")]
    WrongRecoveryKey,
    /// It can be no PIN, which has 4 to 12 digits. It counts as no try.
    #[error("a PIN has 4 to 12 digits")]
    BadPin,
    /// Wrong tries have to be waited out first.
    #[error("wrong tries have to be waited out: {seconds} s")]
    Wait {
        /// For how many seconds more.
        seconds: u64,
    },
    /// That was one wrong try too many: the vault is gone, as its owner had set.
    #[error("the vault was wiped after too many wrong tries")]
    Wiped,
    /// The vault has no slot of this kind.
    #[error("no such slot")]
    NoSuchSlot,
    /// The keystore lost the device secret, or cannot be asked.
    #[error("the keystore does not have the device secret")]
    DeviceSecret(#[source] KeystoreError),
    /// The keystore lost the PIN's secret, or cannot be asked: password or recovery key still open the vault.
    #[error("the keystore does not have the PIN's secret")]
    PinSecret(#[source] KeystoreError),
    /// The file asks for more memory or time than is ever paid.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
    /// The system does not give the memory that the file asks for.
    #[error("not enough memory for the key derivation")]
    Memory,
    /// The file is larger than any vault, and the previous one does not open either.
    #[error("larger than any vault")]
    TooLarge,
    /// The file could not be read.
    #[error("the vault could not be read")]
    Read(#[source] std::io::Error),
}

/// Why a change did not happen. Nothing was changed, on disk or in memory.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ChangeError {
    /// No such token (any more).
    #[error("no such token")]
    NoSuchToken,
    /// The counter is at its end.
    #[error("the counter is at its end")]
    CounterAtEnd,
    /// This kind of token cannot do that.
    #[error("not with this kind of token")]
    WrongKind,
    /// The challenge cannot be answered.
    #[error(transparent)]
    Ocra(#[from] OcraError),
    /// There is a slot of this kind already: replace it.
    #[error("there is such a slot already")]
    SlotExists,
    /// There is no slot of this kind.
    #[error("no such slot")]
    NoSuchSlot,
    /// The last slot cannot go: nothing would open the vault.
    #[error("the last slot cannot go")]
    LastSlot,
    /// A PIN would be left without a password or recovery slot beside it.
    #[error("a PIN needs a password or a recovery key beside it")]
    PinAlone,
    /// A device slot beside a password or a PIN would make them pointless.
    #[error("a device slot cannot stand beside a lock")]
    DeviceBesideLock,
    /// No such place of the backup (any more).
    #[error("no such place of the backup")]
    NoSuchPlace,
    /// No such group (any more), or a name that is none.
    #[error("no such group")]
    NoSuchGroup,
    /// Somebody else changed the vault key: lock, and open again.
    #[error("the vault was locked anew elsewhere")]
    KeyChanged,
    /// Somebody else holds the lock and does not let go.
    #[error("the vault is busy")]
    Busy,
    /// The file on disk cannot be read any more.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// No slot could be made.
    #[error(transparent)]
    Create(#[from] CreateError),
    /// It could not be written; a full disk, mostly.
    #[error("the vault could not be written")]
    Write(#[source] std::io::Error),
}

impl OpenError {
    /// Whether the file itself is broken or gone, so that the one before is worth a try.
    pub(super) fn is_damage(&self) -> bool {
        matches!(self, Self::Missing | Self::NotAVault | Self::DamagedHeader | Self::DamagedPayload | Self::TooLarge)
    }

    /// Whether the credential was tried and is not the one.
    pub(super) fn is_wrong_try(&self) -> bool {
        matches!(self, Self::WrongPassword | Self::WrongPin | Self::WrongRecoveryKey)
    }
}

impl From<FormatError> for OpenError {
    fn from(error: FormatError) -> Self {
        match error {
            FormatError::NotAVault => Self::NotAVault,
            FormatError::Newer { version } => Self::Newer { version },
            FormatError::DamagedHeader => Self::DamagedHeader,
            FormatError::Cost => Self::Cost,
        }
    }
}

impl From<std::io::Error> for OpenError {
    fn from(error: std::io::Error) -> Self {
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Missing,
            std::io::ErrorKind::FileTooLarge => Self::TooLarge,
            _ => Self::Read(error),
        }
    }
}

impl From<SlotRule> for CreateError {
    fn from(rule: SlotRule) -> Self {
        match rule {
            SlotRule::PinAlone => Self::PinAlone,
            SlotRule::None | SlotRule::DeviceBesideLock => Self::Slots,
        }
    }
}

impl From<SlotRule> for ChangeError {
    fn from(rule: SlotRule) -> Self {
        match rule {
            SlotRule::None => Self::LastSlot,
            SlotRule::PinAlone => Self::PinAlone,
            SlotRule::DeviceBesideLock => Self::DeviceBesideLock,
        }
    }
}

impl From<NoEntropy> for CreateError {
    fn from(_: NoEntropy) -> Self {
        Self::NoEntropy
    }
}

impl From<SealError> for CreateError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NoEntropy(NoEntropy) => Self::NoEntropy,
            SealError::TooLarge => Self::Write(std::io::ErrorKind::FileTooLarge.into()),
        }
    }
}

impl From<NoEntropy> for ChangeError {
    fn from(_: NoEntropy) -> Self {
        Self::Create(CreateError::NoEntropy)
    }
}

impl From<SealError> for ChangeError {
    fn from(error: SealError) -> Self {
        match error {
            SealError::NoEntropy(NoEntropy) => Self::Create(CreateError::NoEntropy),
            SealError::TooLarge => Self::Write(std::io::ErrorKind::FileTooLarge.into()),
        }
    }
}
