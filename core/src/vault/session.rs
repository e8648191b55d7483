//! The open vault, and the only door to it.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Contents, Credential, Entropy, Keystore, NewSlot, SlotInfo};
use crate::code::Code;
use crate::code::ocra::OcraError;
use crate::enrol::Enrolment;
use crate::secret::SecretText;
use crate::token::{ChallengeEncoding, Counter, Icon, TokenId};

/// Where a vault lives, and what the system gives it.
#[derive(Clone)]
pub struct Environment {
    /// The vault's file: `…/vault.smartotp`. Its `.previous` and `.lock` stand beside it.
    pub file: PathBuf,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The OS keystore, where there is one.
    pub keystore: Option<Arc<dyn Keystore>>,
}

/// The open vault.
///
/// Every change is a function applied to the newest generation on disk, under the lock file, so that window and command
/// line never lose each other's work; it is on disk when the method returns.
pub struct Session {}

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
}

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
    /// An empty password.
    #[error("the password is empty")]
    EmptyPassword,
    /// The cost is outside the limits.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
    /// No randomness.
    #[error("no randomness")]
    NoEntropy,
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
    /// The vault has no slot of this kind.
    #[error("no such slot")]
    NoSuchSlot,
    /// The keystore lost the device secret, or cannot be asked.
    #[error("the keystore does not have the device secret")]
    DeviceSecret(#[source] super::KeystoreError),
    /// The file asks for more memory or time than is ever paid.
    #[error("the cost of the key derivation is out of bounds")]
    Cost,
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

/// What became of enrolments.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct AddOutcome {
    /// New tokens: (index of the enrolment, its id).
    pub added: Vec<(usize, TokenId)>,
    /// Tokens that were here already: (index of the enrolment, id of the token here).
    pub duplicates: Vec<(usize, TokenId)>,
}

/// Fields to change; `None` leaves a field as it is.
#[derive(Debug, Default)]
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
#[derive(Debug)]
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
}

impl Session {
    /// Makes a new vault.
    ///
    /// # Errors
    /// [`CreateError`]; an existing vault is never touched.
    pub fn create(_environment: Environment, _slot: NewSlot) -> Result<Self, CreateError> {
        todo!()
    }

    /// Looks at a vault without opening it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn inspect(_environment: &Environment) -> Result<VaultInfo, OpenError> {
        todo!()
    }

    /// Opens a vault: one key derivation, however many tokens. Runs for about half a second with a password: not on a UI thread.
    ///
    /// # Errors
    /// [`OpenError`] tells a wrong password from a damaged file.
    pub fn open(_environment: Environment, _credential: Credential) -> Result<(Self, Vec<Notice>), OpenError> {
        todo!()
    }

    /// Whether a credential opens this vault: for asking again before something sensitive.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn verify(&self, _credential: &Credential) -> Result<(), OpenError> {
        todo!()
    }

    /// The newest generation that this session has seen.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        todo!()
    }

    /// Takes up what another process wrote. `true` when something changed.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn refresh(&mut self) -> Result<bool, ChangeError> {
        todo!()
    }

    /// Adds what is new, in one write; on a duplicate the higher counter is kept.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn add(&mut self, _enrolments: Vec<Enrolment>) -> Result<AddOutcome, ChangeError> {
        todo!()
    }

    /// Changes a token's fields.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn edit(&mut self, _id: TokenId, _edit: Edit) -> Result<(), ChangeError> {
        todo!()
    }

    /// Moves tokens into the bin.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn remove(&mut self, _ids: &[TokenId], _now: u64) -> Result<(), ChangeError> {
        todo!()
    }

    /// Takes tokens back out of the bin, to where they were.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn restore(&mut self, _ids: &[TokenId]) -> Result<(), ChangeError> {
        todo!()
    }

    /// Deletes for good: the named tokens of the bin.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn purge(&mut self, _ids: &[TokenId]) -> Result<(), ChangeError> {
        todo!()
    }

    /// Moves a token to a place in the user's order.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn move_to(&mut self, _id: TokenId, _place: usize) -> Result<(), ChangeError> {
        todo!()
    }

    /// The next HOTP code and the counter it was made with. The advanced counter is on disk BEFORE the code exists.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn next_code(&mut self, _id: TokenId) -> Result<(Code, Counter), ChangeError> {
        todo!()
    }

    /// Answers a challenge; a counter suite's advanced counter is on disk before the answer exists. Also gives the counter used.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn sign(&mut self, _id: TokenId, _request: &SignRequest<'_>) -> Result<(Code, Option<Counter>), ChangeError> {
        todo!()
    }

    /// Replaces the lock by another: a new vault key, so that an old copy and an old password never open a later vault.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn change_lock(&mut self, _slot: NewSlot) -> Result<(), ChangeError> {
        todo!()
    }
}
