//! Which versions are kept. Only what a head does not need any more goes, and only after a backup stands.

use std::collections::{BTreeMap, BTreeSet};

use super::super::name::VersionId;
use super::super::provider::{Provider, ProviderError, Step, Watch};
use super::super::settings::{Keep, Known, Place, Version};
use super::{BackupError, heads};
use crate::vault::Session;

/// A file that is none may still be on its way from another device: so long it is left alone, in seconds.
const TORN_SECONDS: u64 = 7 * 86_400;

/// Takes away the versions of a place that are not kept; gives which.
///
/// # Errors
/// [`BackupError`]. What went before an error is gone, and known to be.
pub fn prune(
    session: &mut Session,
    provider: &dyn Provider,
    place: u32,
    now: u64,
    watch: &dyn Watch,
) -> Result<Vec<VersionId>, BackupError> {
    let here = session.backup().place(place).ok_or(BackupError::NoSuchPlace)?;
    let mut doomed = superfluous(&here.known, here.keep, now);
    doomed.extend(torn_for_good(provider, &here.known, now)?);
    delete(session, provider, place, doomed, watch)
}

/// Deletes every version of a place: the backup there is gone. The vault's own tokens stay.
///
/// # Errors
/// [`BackupError`].
pub fn delete_all(
    session: &mut Session,
    provider: &dyn Provider,
    place: u32,
    watch: &dyn Watch,
) -> Result<Vec<VersionId>, BackupError> {
    let listed = provider.list();
    session.keep_sign_in(place, provider)?;
    let deleted = delete(session, provider, place, listed?, watch)?;
    // Nothing of ours lies there any more, by our own hand.
    session.change_place(place, |place| place.known = Known::default())?;
    Ok(deleted)
}

/// Deletes some versions.
///
/// # Errors
/// [`BackupError`]. What went before an error is gone, and known to be.
pub fn delete(
    session: &mut Session,
    provider: &dyn Provider,
    place: u32,
    doomed: Vec<VersionId>,
    watch: &dyn Watch,
) -> Result<Vec<VersionId>, BackupError> {
    let (mut gone, mut outcome) = (Vec::new(), Ok::<_, BackupError>(()));
    let of = doomed.len();
    for (done, id) in doomed.into_iter().enumerate() {
        if watch.is_cancelled() {
            break;
        }
        watch.step(Step::Tidying { done, of });
        match provider.delete(id) {
            Ok(()) => gone.push(id),
            Err(error) => {
                outcome = Err(error.into());
                break;
            }
        }
    }
    if !gone.is_empty() {
        session.change_place(place, |place| place.forget(&gone))?;
    }
    let kept = session.keep_sign_in(place, provider);
    outcome?;
    kept?;
    Ok(gone)
}

/// The versions that are not kept.
fn superfluous(known: &Known, keep: Keep, now: u64) -> Vec<VersionId> {
    let heads: BTreeSet<VersionId> = heads(&known.versions).into_iter().collect();
    let mut versions: Vec<(&VersionId, &Version)> = known.versions.iter().collect();
    versions.sort_by_key(|(id, version)| (version.newest_first(), **id));
    let mut days: BTreeMap<u64, VersionId> = BTreeMap::new();
    for (id, version) in &versions {
        let day = version.made_at / 86_400;
        if (now / 86_400).saturating_sub(day) < u64::from(keep.days) {
            // The newest come first.
            days.entry(day).or_insert(**id);
        }
    }
    let of_days: BTreeSet<VersionId> = days.into_values().collect();
    let newest = usize::try_from(keep.newest.max(1)).unwrap_or(usize::MAX);
    let old = versions.iter().skip(newest).map(|(id, _)| **id);
    let mut doomed: Vec<VersionId> = old.filter(|id| !heads.contains(id) && !of_days.contains(id)).collect();
    // The oldest first: an end before its time leaves what is newer.
    doomed.reverse();
    doomed
}

/// Files that have long been none, and are the same twice: what only the way here tears comes otherwise each time, and may be whole there.
fn torn_for_good(provider: &dyn Provider, known: &Known, now: u64) -> Result<Vec<VersionId>, BackupError> {
    let mut torn = Vec::new();
    for (id, _) in known.torn.iter().filter(|(_, since)| now.saturating_sub(**since) > TORN_SECONDS) {
        match (provider.get(*id), provider.get(*id)) {
            (Ok(bytes), Ok(again)) if bytes == again && VersionId::of(&bytes) != *id => torn.push(*id),
            (Ok(_) | Err(ProviderError::NoSuchVersion), Ok(_) | Err(ProviderError::NoSuchVersion)) => {}
            (Err(error), _) | (_, Err(error)) => return Err(error.into()),
        }
    }
    Ok(torn)
}

impl Place {
    fn forget(&mut self, gone: &[VersionId]) {
        for id in gone {
            self.known.versions.remove(id);
            self.known.torn.remove(id);
        }
    }
}
