//! Another backup password: every version that is kept is sealed anew, and what the old password opens goes.

use std::collections::BTreeMap;

use super::super::name::VersionId;
use super::super::provider::{Provider, ProviderError, Step, Watch};
use super::super::set::Keys;
use super::super::snapshot::Origin;
use super::run::{How, now};
use super::{BackupError, tidy};
use crate::vault::{Contents, Session};

/// What came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resealed {
    /// Versions under the new password, the new one too.
    pub resealed: usize,
    /// Versions that the old password still opens, since they could not be sealed anew or taken away.
    pub older: Vec<VersionId>,
}

/// Writes with other keys from now on, and seals the older versions anew. Where that ends before its time every version is there still,
/// under the one or the other password, and the vault has the keys of both.
///
/// # Errors
/// [`BackupError`]; what could not be done with single older versions is no error: [`Resealed::older`] names them.
pub fn change_password(
    session: &mut Session,
    provider: &dyn Provider,
    place: u32,
    keys: Keys,
    how: &How<'_>,
    watch: &dyn Watch,
) -> Result<Resealed, BackupError> {
    let set = keys.set();
    // All that is there, merged, under the keys that there are: nothing is left to chance.
    now(session, provider, place, how, watch)?;
    session.change_place(place, |place| place.change_keys(keys))?;
    let contents = session.contents().clone();
    let here = contents.backup.place(place).ok_or(BackupError::NoSuchPlace)?;
    // The oldest first: parents have their new names before they are named.
    let mut versions = here.versions();
    versions.reverse();
    let mut names: BTreeMap<VersionId, VersionId> = BTreeMap::new();
    let mut older = Vec::new();
    let of = versions.len();
    for (done, (id, version)) in versions.into_iter().enumerate() {
        if version.set.0 == set {
            continue;
        }
        if watch.is_cancelled() {
            return Err(ProviderError::Cancelled.into());
        }
        watch.step(Step::Reading { done, of });
        match reseal(provider, here, id, &names, how, watch) {
            Ok((new, version)) => {
                names.insert(id, new);
                session.change_place(place, |place| drop(place.known.versions.insert(new, version)))?;
            }
            Err(_) => older.push(id),
        }
    }
    let doomed: Vec<VersionId> = names.keys().copied().collect();
    let resealed = names.len();
    if let Err(BackupError::Place(_)) = tidy::delete(session, provider, place, doomed.clone(), watch) {
        let known = &session.backup().place(place).ok_or(BackupError::NoSuchPlace)?.known;
        older.extend(doomed.into_iter().filter(|id| known.versions.contains_key(id)));
    }
    Ok(Resealed { resealed, older })
}

/// Seals one version anew, with the same inside but the names of its parents.
fn reseal(
    provider: &dyn Provider,
    place: &super::Place,
    id: VersionId,
    names: &BTreeMap<VersionId, VersionId>,
    how: &How<'_>,
    watch: &dyn Watch,
) -> Result<(VersionId, super::Version), BackupError> {
    let (snapshot, _) = place.open(&provider.get(id)?).map_err(BackupError::Unseal)?;
    let parents =
        snapshot.origin.parents.iter().map(|parent| names.get(&VersionId(*parent)).map_or(*parent, |new| new.0));
    let origin = Origin { parents: parents.collect(), ..snapshot.origin.clone() };
    let mut contents = Contents::default();
    contents.set_tokens(snapshot.tokens, snapshot.bin);
    contents.merging = snapshot.merging;
    super::run::write(provider, &place.keys, &contents, &origin, how.entropy, watch)
}
