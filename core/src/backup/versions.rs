//! Versions: what lies at a place, and how a vault's tokens get there without anything being lost.
//!
//! ```text
//! look     list ─► read what is new ─► compare with its name ─► open          (place)
//! take in  join the heads that the vault has not seen ─► one write            (vault)
//! write    seal ─► put under a name that is new ─► read back ─► open, compare (place)
//! note     only now: "backed up" ─► one write                                 (vault)
//! tidy     take away what is not kept                                         (place)
//! ```
//!
//! Nothing is ever written over, and nothing is deleted here because it is not there. A head is a version that no other one covers, by the
//! vector of what its maker had seen. Who holds all that the heads hold writes nothing, so that devices come to rest.

mod password;
mod restore;
mod run;
#[cfg(test)]
mod tests;
mod tidy;

use std::collections::{BTreeMap, BTreeSet};

pub use password::{Resealed, change_password};
pub use restore::{Opens, read_all, read_newest, read_one, unlock};
pub use run::{Done, How, now};
pub use tidy::{delete, delete_all, prune};

use super::merge::{State, Vector, covers, raise};
use super::name::VersionId;
use super::provider::{Provider, ProviderError, Step, Watch};
use super::sealed::{self, SealedError, UnsealError};
use super::settings::{Place, Version};
use super::snapshot::Snapshot;
use crate::vault::ChangeError;
use crate::vault::hex::Hex;

/// Why a backup was not made, or not restored. Nothing is lost by any of these.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum BackupError {
    /// The vault has no such place.
    #[error("no such place of the backup")]
    NoSuchPlace,
    /// There is no version at all.
    #[error("no version of the backup")]
    NoVersion,
    /// No version is called that.
    #[error("no such version")]
    NoSuchVersion,
    /// What is there opens with another password than the vault knows.
    #[error("another password")]
    OtherPassword,
    /// There are versions, and each is damaged.
    #[error("every version is damaged")]
    Damaged,
    /// Made by a newer version of the app.
    #[error("made by a newer version ({version})")]
    Newer {
        /// Its format version.
        version: u16,
    },
    /// What was read back is not what was written.
    #[error("what was read back is not what was written")]
    NotVerified,
    /// The place.
    #[error(transparent)]
    Place(#[from] ProviderError),
    /// A file of it.
    #[error(transparent)]
    Unseal(UnsealError),
    /// Nothing could be sealed.
    #[error(transparent)]
    Seal(#[from] SealedError),
    /// The vault.
    #[error(transparent)]
    Vault(#[from] ChangeError),
}

/// What lies at a place.
#[derive(Debug, Default)]
pub struct Look {
    /// All versions that open, those that were known before too.
    pub(crate) versions: BTreeMap<VersionId, Version>,
    /// What the ones say that were read just now.
    pub(crate) states: BTreeMap<VersionId, State>,
    /// Files that have a version's name and are none.
    pub(crate) torn: BTreeSet<VersionId>,
    /// Versions that no key of the vault opens.
    pub(crate) foreign: BTreeSet<VersionId>,
    /// Versions of a newer format, and which.
    pub(crate) newer: Option<u16>,
    /// Whether something that was there is not there any more, and nothing that holds it.
    pub stepped_back: bool,
    /// Versions that were read just now.
    pub read: usize,
}

/// Looks at a place: reads and opens what was not known before. `place` gives what is known, and the keys.
///
/// # Errors
/// [`BackupError::Place`].
pub fn look(provider: &dyn Provider, place: &Place, watch: &dyn Watch) -> Result<Look, BackupError> {
    look_with(provider, Some(place), &|bytes| place.open(bytes), watch)
}

/// Opens a version's bytes; says which set they belong to.
pub(crate) type Opener<'a> = &'a dyn Fn(&[u8]) -> Result<(Snapshot, [u8; 16]), UnsealError>;

/// The same with other keys, or without anything known.
pub(crate) fn look_with(
    provider: &dyn Provider,
    place: Option<&Place>,
    opener: Opener<'_>,
    watch: &dyn Watch,
) -> Result<Look, BackupError> {
    watch.step(Step::Looking);
    let listed: BTreeSet<VersionId> = provider.list()?.into_iter().collect();
    let known = place.map(|place| &place.known);
    let mut look = Look::default();
    let mut unknown = Vec::new();
    for id in &listed {
        match known.and_then(|known| known.versions.get(id)) {
            Some(version) => drop(look.versions.insert(*id, version.clone())),
            None => unknown.push(*id),
        }
    }
    let of = unknown.len();
    for (done, id) in unknown.into_iter().enumerate() {
        if watch.is_cancelled() {
            return Err(ProviderError::Cancelled.into());
        }
        watch.step(Step::Reading { done, of });
        match provider.get(id) {
            Ok(bytes) => look.take(id, &bytes, opener)?,
            // Tidied away by another device in the meantime.
            Err(ProviderError::NoSuchVersion) => {}
            Err(error) => return Err(error.into()),
        }
    }
    if let Some(known) = known {
        look.stepped_back = !covers(&look.vector(), &known.vector);
    }
    Ok(look)
}

impl Look {
    /// Takes up what was read under a name.
    fn take(&mut self, id: VersionId, bytes: &[u8], opener: Opener<'_>) -> Result<(), BackupError> {
        if VersionId::of(bytes) != id {
            self.torn.insert(id);
            return Ok(());
        }
        match opener(bytes) {
            Ok((snapshot, set)) => {
                self.read += 1;
                let version = Version::of(&snapshot, bytes.len(), set);
                let state = snapshot.into_state();
                let digest = Hex(state.digest());
                self.versions.insert(id, Version { digest, ..version });
                self.states.insert(id, state);
            }
            Err(UnsealError::WrongKey | UnsealError::NoSuchSlot) => drop(self.foreign.insert(id)),
            Err(UnsealError::Newer { version }) => self.newer = Some(version),
            Err(UnsealError::NotSealed | UnsealError::DamagedHeader | UnsealError::DamagedPayload) => {
                self.torn.insert(id);
            }
            Err(error) => return Err(BackupError::Unseal(error)),
        }
        Ok(())
    }

    /// Counts versions as damaged that were thought whole.
    fn give_up(&mut self, damaged: &[VersionId]) {
        for id in damaged {
            self.versions.remove(id);
            self.states.remove(id);
            self.torn.insert(*id);
        }
    }

    /// What all versions together have seen.
    pub(crate) fn vector(&self) -> Vector {
        let mut vector = Vector::new();
        for version in self.versions.values() {
            raise(&mut vector, &version.vector);
        }
        vector
    }

    /// The versions that no other one covers; of equal ones all.
    #[must_use]
    pub fn heads(&self) -> Vec<VersionId> {
        heads(&self.versions)
    }

    /// All versions that open, the newest first.
    #[must_use]
    pub fn versions(&self) -> Vec<(VersionId, &Version)> {
        let mut versions: Vec<_> = self.versions.iter().map(|(id, version)| (*id, version)).collect();
        versions.sort_by_key(|(id, version)| (version.newest_first(), *id));
        versions
    }

    /// Files that have a version's name and are none: cut off on their way, or damaged since.
    #[must_use]
    pub fn torn(&self) -> Vec<VersionId> {
        self.torn.iter().copied().collect()
    }

    /// Fails where what is there cannot be worked with.
    pub(crate) fn check(&self) -> Result<(), BackupError> {
        if let Some(version) = self.newer {
            return Err(BackupError::Newer { version });
        }
        if self.foreign.is_empty() { Ok(()) } else { Err(BackupError::OtherPassword) }
    }
}

/// The versions that no other one covers.
pub(crate) fn heads(versions: &BTreeMap<VersionId, Version>) -> Vec<VersionId> {
    let is_below = |one: &Version, other: &Version| one.vector != other.vector && covers(&other.vector, &one.vector);
    let is_head = |version: &&Version| !versions.values().any(|other| is_below(version, other));
    versions.iter().filter(|(_, version)| is_head(version)).map(|(id, _)| *id).collect()
}

impl Version {
    fn of(snapshot: &Snapshot, bytes: usize, set: [u8; 16]) -> Self {
        Self {
            parents: snapshot.origin.parents.iter().copied().map(VersionId).collect(),
            made_at: snapshot.origin.made_at,
            device: snapshot.origin.device.clone(),
            tokens: u32::try_from(snapshot.tokens.len()).unwrap_or(u32::MAX),
            bytes: bytes as u64,
            set: Hex(set),
            digest: Hex([0; 32]),
            vector: snapshot.vector(),
        }
    }
}

impl Place {
    /// Opens a version with whichever of the vault's keys fit.
    pub(crate) fn open(&self, bytes: &[u8]) -> Result<(Snapshot, [u8; 16]), UnsealError> {
        let info = sealed::inspect(bytes)?;
        let mut keys = core::iter::once(&self.keys).chain(&self.former);
        let keys = keys.find(|keys| keys.set() == info.set).ok_or(UnsealError::WrongKey)?;
        Ok((keys.open(bytes)?, info.set))
    }
}
