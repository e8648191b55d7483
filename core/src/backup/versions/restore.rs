//! Reading tokens out of a place: to look inside, or to bring them back. Works for who has a password and no vault yet, too.

use std::collections::BTreeSet;

use super::super::merge::State;
use super::super::name::VersionId;
use super::super::provider::{Provider, ProviderError, Watch};
use super::super::sealed::{self, UnsealError};
use super::super::set::{Keys, Unlock};
use super::super::settings::{Place, Version};
use super::super::snapshot::{Origin, Snapshot};
use super::{BackupError, Look, look_with};
use crate::vault::Contents;

/// What opens the versions of a place.
#[derive(Clone, Copy)]
pub enum Opens<'a> {
    /// The keys that the vault keeps.
    Place(&'a Place),
    /// Keys that a password or a recovery key has opened.
    Keys(&'a Keys),
}

impl Opens<'_> {
    fn open(&self, bytes: &[u8]) -> Result<(Snapshot, [u8; 16]), UnsealError> {
        match self {
            Self::Place(place) => place.open(bytes),
            Self::Keys(keys) => Ok((keys.open(bytes)?, keys.set())),
        }
    }
}

/// Reads everything that lies at a place anew.
///
/// # Errors
/// [`BackupError`].
pub fn read_all(provider: &dyn Provider, opens: Opens<'_>, watch: &dyn Watch) -> Result<Look, BackupError> {
    look_with(provider, None, &|bytes| opens.open(bytes), watch)
}

/// One version.
///
/// # Errors
/// [`BackupError`]: [`NoSuchVersion`](BackupError::NoSuchVersion), [`Damaged`](BackupError::Damaged) where its bytes are not those that it
/// is called by, [`OtherPassword`](BackupError::OtherPassword), and what the place says.
pub fn read_one(provider: &dyn Provider, opens: Opens<'_>, id: VersionId) -> Result<Snapshot, BackupError> {
    let bytes = provider.get(id).map_err(|error| match error {
        ProviderError::NoSuchVersion => BackupError::NoSuchVersion,
        error => error.into(),
    })?;
    if VersionId::of(&bytes) != id {
        return Err(BackupError::Damaged);
    }
    opens.open(&bytes).map(|(snapshot, _)| snapshot).map_err(BackupError::of_unseal)
}

/// The join of all heads: the newest that there is, of all devices.
///
/// # Errors
/// [`BackupError`]: [`NoVersion`](BackupError::NoVersion), [`Damaged`](BackupError::Damaged) where nothing is whole.
pub fn read_newest(provider: &dyn Provider, opens: Opens<'_>, watch: &dyn Watch) -> Result<Snapshot, BackupError> {
    let mut look = read_all(provider, opens, watch)?;
    look.check()?;
    let newest = look.versions().first().map(|(_, version)| (*version).clone());
    let Some(newest) = newest else {
        return Err(if look.torn.is_empty() { BackupError::NoVersion } else { BackupError::Damaged });
    };
    let states = look.heads().into_iter().filter_map(|head| look.states.remove(&head)).collect::<Vec<_>>();
    Ok(Snapshot::of_state(states.into_iter().fold(State::default(), State::join), &newest))
}

/// The keys of what lies at a place, by a password or a recovery key; `None`: there is nothing. Pays for one derivation for each set that
/// lies there.
///
/// # Errors
/// [`BackupError::OtherPassword`] where it opens nothing of what is there, [`BackupError::Damaged`] where nothing there is whole.
pub fn unlock(provider: &dyn Provider, unlock: &Unlock<'_>) -> Result<Option<Keys>, BackupError> {
    let (mut torn, mut failure, mut sets) = (false, None, BTreeSet::new());
    for id in provider.list()? {
        let bytes = match provider.get(id) {
            Ok(bytes) => bytes,
            // Tidied away by another device in the meantime.
            Err(ProviderError::NoSuchVersion) => continue,
            Err(error) => return Err(error.into()),
        };
        match (VersionId::of(&bytes) == id).then(|| sealed::inspect(&bytes)) {
            Some(Ok(info)) if sets.insert(info.set) => match sealed::open(&bytes, unlock) {
                Ok((_, keys)) => return Ok(Some(keys)),
                Err(error) => failure = Some(BackupError::of_unseal(error)),
            },
            Some(Ok(_)) => {}
            Some(Err(UnsealError::Newer { version })) => return Err(BackupError::Newer { version }),
            _ => torn = true,
        }
    }
    match failure {
        Some(failure) => Err(failure),
        None if torn => Err(BackupError::Damaged),
        None => Ok(None),
    }
}

impl BackupError {
    fn of_unseal(error: UnsealError) -> Self {
        match error {
            UnsealError::WrongKey | UnsealError::NoSuchSlot => Self::OtherPassword,
            UnsealError::NotSealed | UnsealError::DamagedHeader | UnsealError::DamagedPayload => Self::Damaged,
            UnsealError::Newer { version } => Self::Newer { version },
            other => Self::Unseal(other),
        }
    }
}

impl Snapshot {
    fn of_state(state: State, newest: &Version) -> Self {
        let mut contents = Contents::default();
        state.put_into(&mut contents);
        let (device, made_at) = (newest.device.clone(), newest.made_at);
        let parents = newest.parents.iter().map(|parent| parent.0).collect();
        Self {
            origin: Origin { device, made_at, parents, ..Origin::default() },
            tokens: core::mem::take(&mut contents.tokens),
            bin: core::mem::take(&mut contents.bin),
            merging: contents.merging.take(),
        }
    }
}
