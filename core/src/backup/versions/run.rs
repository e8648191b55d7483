//! One backup, from looking to noting: what the command line does in one call, and the window in the background.

use std::collections::BTreeMap;

use super::super::merge::{State, Vector, covers, raise};
use super::super::name::VersionId;
use super::super::provider::{Provider, ProviderError, Step, Watch};
use super::super::set::Keys;
use super::super::settings::Version;
use super::super::snapshot::Origin;
use super::{BackupError, Look, look, tidy};
use crate::vault::hex::Hex;
use crate::vault::{Contents, Entropy, Session, TakenIn};

/// How a backup is made.
#[derive(Clone, Copy)]
pub struct How<'a> {
    /// This device's name, as its user knows it.
    pub device: &'a str,
    /// Unix time.
    pub now: u64,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
    /// Read the heads again even where nothing is new: what was verified is known to be so now.
    pub verify: bool,
}

/// What came of a backup.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// The version that was written; `None`: all of it was there already.
    pub written: Option<VersionId>,
    /// The version that holds all that the vault holds.
    pub head: Option<VersionId>,
    /// Tokens in the vault's list, and so in the backup.
    pub tokens: usize,
    /// What came in from other devices.
    pub taken_in: TakenIn,
    /// Something that was there is not there any more: an older state came back, or somebody deleted it.
    pub stepped_back: bool,
    /// Files that have a version's name and are none.
    pub torn: usize,
    /// Versions that were taken away, since they are not kept.
    pub pruned: usize,
}

/// Reads the heads, merges them, writes a version where that is needed, reads it back, and only then says so.
///
/// # Errors
/// [`BackupError`]. What was merged by then stays.
pub fn now(
    session: &mut Session,
    provider: &dyn Provider,
    place: u32,
    how: &How<'_>,
    watch: &dyn Watch,
) -> Result<Done, BackupError> {
    let done = run(session, provider, place, how, watch);
    let kept = session.keep_sign_in(place, provider);
    let done = done?;
    kept?;
    Ok(done)
}

fn run(
    session: &mut Session,
    provider: &dyn Provider,
    place: u32,
    how: &How<'_>,
    watch: &dyn Watch,
) -> Result<Done, BackupError> {
    let mut look = look(provider, session.backup().place(place).ok_or(BackupError::NoSuchPlace)?, watch)?;
    let (taken_in, mut heads) = session.take_in_look(place, &look, how.now)?;
    let contents = session.contents().clone();
    let here = contents.backup.place(place).ok_or(BackupError::NoSuchPlace)?;
    while how.verify && is_up_to_date(&contents, &look.versions, &heads) {
        let damaged = damaged_of(provider, &heads, watch)?;
        if damaged.is_empty() {
            break;
        }
        // What was whole once is not any more: it counts for nothing, and all of it is written again.
        look.give_up(&damaged);
        (_, heads) = session.take_in_look(place, &look, how.now)?;
    }
    let written = if is_up_to_date(&contents, &look.versions, &heads) {
        None
    } else {
        let parents = heads.iter().map(|head| head.0).collect();
        let origin = Origin { parents, ..session.origin(how.device, how.now) };
        Some(write(provider, &here.keys, &contents, &origin, how.entropy, watch)?)
    };
    let new = written.as_ref().map(|(id, _)| *id);
    if written.is_some() || how.verify {
        session.note(place, &contents, written, how.now)?;
    }
    // The backup stands: what is not taken away now is next time.
    let pruned = tidy::prune(session, provider, place, how.now, watch).map_or(0, |pruned| pruned.len());
    Ok(Done {
        written: new,
        head: new.or_else(|| heads.first().copied()),
        tokens: contents.tokens().len(),
        taken_in,
        stepped_back: look.stepped_back,
        torn: look.torn.len(),
        pruned,
    })
}

/// Whether the heads hold all that the vault holds.
fn is_up_to_date(contents: &Contents, versions: &BTreeMap<VersionId, Version>, heads: &[VersionId]) -> bool {
    let heads: Vec<&Version> = heads.iter().filter_map(|head| versions.get(head)).collect();
    let mut vector = Vector::new();
    for head in &heads {
        raise(&mut vector, &head.vector);
    }
    let Some(own) = contents.merging.as_ref().map(|merging| &merging.vector) else { return false };
    if heads.is_empty() || !covers(&vector, own) {
        return false;
    }
    // Equal vectors say equal states, but where two devices count under one id: a copied folder, say.
    let mut equal = heads.iter().filter(|head| head.vector == *own).peekable();
    equal.peek().is_none() || {
        let digest = State::of(contents).digest();
        equal.any(|head| head.digest.0 == digest)
    }
}

/// Seals the contents, puts them there, reads them back, opens and compares them.
pub(super) fn write(
    provider: &dyn Provider,
    keys: &Keys,
    contents: &Contents,
    origin: &Origin,
    entropy: &dyn Entropy,
    watch: &dyn Watch,
) -> Result<(VersionId, Version), BackupError> {
    watch.step(Step::Writing);
    if watch.is_cancelled() {
        return Err(ProviderError::Cancelled.into());
    }
    let bytes = keys.seal_vault(origin, contents, entropy)?;
    let id = VersionId::of(&bytes);
    provider.put_new(id, &bytes)?;
    watch.step(Step::Verifying);
    let back = provider.get(id)?;
    let snapshot = (back == bytes).then(|| keys.open(&back)).and_then(Result::ok).ok_or(BackupError::NotVerified)?;
    let version = Version::of(&snapshot, bytes.len(), keys.set());
    let (state, own) = (snapshot.into_state(), State::of(contents));
    if state != own {
        return Err(BackupError::NotVerified);
    }
    Ok((id, Version { digest: Hex(state.digest()), ..version }))
}

/// Reads versions again; gives those that are not what they were when they were opened.
fn damaged_of(
    provider: &dyn Provider,
    versions: &[VersionId],
    watch: &dyn Watch,
) -> Result<Vec<VersionId>, BackupError> {
    watch.step(Step::Verifying);
    let mut damaged = Vec::new();
    for id in versions {
        match provider.get(*id) {
            Ok(bytes) if VersionId::of(&bytes) == *id => {}
            Ok(_) | Err(ProviderError::NoSuchVersion) => damaged.push(*id),
            Err(error) => return Err(error.into()),
        }
    }
    Ok(damaged)
}

impl Session {
    /// Merges what a look has found into the vault, and remembers what was seen. Gives the heads.
    ///
    /// # Errors
    /// [`BackupError`]: [`OtherPassword`](BackupError::OtherPassword), [`Newer`](BackupError::Newer), and what the vault says.
    pub fn take_in_look(
        &mut self,
        place: u32,
        look: &Look,
        now: u64,
    ) -> Result<(TakenIn, Vec<VersionId>), BackupError> {
        look.check()?;
        let heads = look.heads();
        let states: Vec<State> = heads.iter().filter_map(|head| look.states.get(head)).map(State::duplicate).collect();
        let taken_in = if states.is_empty() { TakenIn::default() } else { self.take_in(states)? };
        let known = &self.backup().place(place).ok_or(BackupError::NoSuchPlace)?.known;
        let is_known = known.versions == look.versions
            && look.torn.iter().eq(known.torn.keys())
            && covers(&known.vector, &look.vector());
        if !is_known {
            self.change_place(place, |place| {
                let known = &mut place.known;
                known.versions.clone_from(&look.versions);
                raise(&mut known.vector, &look.vector());
                let since = |id: &VersionId| known.torn.get(id).copied().unwrap_or(now);
                known.torn = look.torn.iter().map(|id| (*id, since(id))).collect();
            })?;
        }
        Ok((taken_in, heads))
    }

    /// Remembers that all of these contents lie at a place, verified.
    pub(super) fn note(
        &mut self,
        place: u32,
        contents: &Contents,
        written: Option<(VersionId, Version)>,
        now: u64,
    ) -> Result<(), BackupError> {
        let vector = contents.merging.as_ref().map(|merging| merging.vector.clone()).unwrap_or_default();
        self.change_place(place, |place| {
            let known = &mut place.known;
            (known.verified_at, known.verified) = (Some(now), vector);
            if let Some((id, version)) = written {
                raise(&mut known.vector, &version.vector);
                known.versions.insert(id, version);
                known.written_at = Some(now);
            }
        })?;
        Ok(())
    }
}
