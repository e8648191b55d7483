//! The open vault, and the only door to it.

mod apart;
mod backup;
mod journal;
mod locks;
mod opening;
mod rehearsal;
#[cfg(test)]
mod tests;
mod writing;

pub use apart::SeenRequest;
pub use backup::{Restored, TakenIn};
pub(super) use opening::settled;

use std::path::PathBuf;
use std::sync::Arc;

use super::device::Device;
use super::format::{Header, WriteId};
use super::keys::Key;
use super::store::{Stamp, Store};
use super::{AddOutcome, BootClock, ChangeError, Contents, Edit, Entropy, Keystore, Notice, SignRequest};
use crate::code::ocra::{self, Inputs};
use crate::code::{self, Code};
use crate::enrol::Enrolment;
use crate::token::{Counter, Kind, TokenId};

/// Where a vault lives, and what the system gives it.
#[derive(Clone)]
pub struct Environment {
    /// The vault's file: `…/vault.smartotp`. Its `.previous` and `.lock` stand beside it.
    pub file: PathBuf,
    /// Randomness.
    pub entropy: Arc<dyn Entropy>,
    /// The OS keystore, where there is one.
    pub keystore: Option<Arc<dyn Keystore>>,
    /// Time since the system's start, which wrong tries are waited out in.
    pub boot: Arc<dyn BootClock>,
}

/// The open vault.
///
/// Every change is a function applied to the newest generation on disk, under the lock file, so that window and command
/// line never lose each other's work; it is on disk when the method returns.
pub struct Session {
    environment: Environment,
    store: Store,
    device: Device,
    key: Key,
    header: Header,
    /// The format version of the file that is current.
    version: u16,
    /// Which write the contents are from.
    write_id: WriteId,
    /// The file that the contents were read from, to notice cheaply when it is another; `None`: unknown.
    stamp: Option<Stamp>,
    contents: Arc<Contents>,
    /// After a damaged file the counters in memory have skipped ahead, and that could not be written yet.
    skipped: bool,
    /// The newest generation that this device has seen: more than the header's after a rollback.
    newest_seen: u64,
    /// After how many wrong tries the vault is wiped, as it is remembered outside.
    mirrored: Option<u32>,
    wrong_tries: u32,
    notices: Vec<Notice>,
    journal: journal::Journal,
}

impl Session {
    /// The newest generation that this session has seen.
    #[must_use]
    pub fn contents(&self) -> &Arc<Contents> {
        &self.contents
    }

    /// A second session over the same vault, for work that lasts: neither waits for the other, and what one writes the other takes up.
    #[must_use]
    pub fn second(&self) -> Self {
        Self {
            environment: self.environment.clone(),
            store: self.store.clone(),
            device: self.device.clone(),
            key: self.key.duplicate(),
            header: self.header.clone(),
            version: self.version,
            write_id: self.write_id,
            stamp: self.stamp,
            contents: self.contents.clone(),
            skipped: self.skipped,
            newest_seen: self.newest_seen,
            mirrored: self.mirrored,
            wrong_tries: self.wrong_tries,
            notices: Vec::new(),
            journal: journal::Journal::default(),
        }
    }

    /// How many wrong tries in a row came before the vault was opened: for the journal, which nobody could write to then.
    #[must_use]
    pub fn wrong_tries(&self) -> u32 {
        self.wrong_tries
    }

    /// What happened since the vault was opened that the user should know: empty nearly always.
    #[must_use]
    pub fn take_notices(&mut self) -> Vec<Notice> {
        core::mem::take(&mut self.notices)
    }

    /// Adds what is new, in one write; on a duplicate the higher counter is kept.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn add(&mut self, enrolments: Vec<Enrolment>) -> Result<AddOutcome, ChangeError> {
        let entropy = self.environment.entropy.clone();
        let mut outcome = AddOutcome::default();
        let used: Vec<u64> = enrolments.iter().map(|enrolment| enrolment.used).collect();
        self.change_if(|contents| {
            let (added, changed) = contents.add(enrolments, &*entropy)?;
            outcome = added;
            Ok(changed)
        })?;
        for (index, id) in &outcome.added {
            self.take_over_uses(*id, used.get(*index).copied().unwrap_or(0));
        }
        Ok(outcome)
    }

    /// Changes a token's fields.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn edit(&mut self, id: TokenId, edit: Edit) -> Result<(), ChangeError> {
        self.change_if(|contents| contents.edit(id, edit))
    }

    /// Moves tokens into the bin, and deletes for good what has been there for 30 days.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn remove(&mut self, ids: &[TokenId], now: u64) -> Result<(), ChangeError> {
        self.change(|contents| {
            contents.remove(ids, now)?;
            contents.purge_expired(now);
            Ok(())
        })
    }

    /// Takes tokens back out of the bin, to where they were.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn restore(&mut self, ids: &[TokenId]) -> Result<(), ChangeError> {
        self.change(|contents| contents.restore(ids))
    }

    /// Deletes for good: the named tokens of the bin.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn purge(&mut self, ids: &[TokenId]) -> Result<(), ChangeError> {
        self.change(|contents| contents.purge(ids))
    }

    /// Deletes for good what has been in the bin for 30 days. Writes nothing when there is nothing: to be called after opening.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn purge_expired(&mut self, now: u64) -> Result<(), ChangeError> {
        if !self.contents.has_expired(now) {
            return Ok(());
        }
        self.change(|contents| {
            contents.purge_expired(now);
            Ok(())
        })
    }

    /// Moves a token to a place in the user's order.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn move_to(&mut self, id: TokenId, place: usize) -> Result<(), ChangeError> {
        self.change_if(|contents| contents.move_to(id, place))
    }

    /// Renames a group in every token, in one write; gives how many were in it. A name that another group has makes them one.
    ///
    /// # Errors
    /// [`ChangeError`]; [`NoSuchGroup`](ChangeError::NoSuchGroup) also for an empty name.
    pub fn rename_group(&mut self, group: &str, name: &str) -> Result<usize, ChangeError> {
        self.change(|contents| contents.change_group(group, Some(name)))
    }

    /// Takes every token out of a group, in one write; gives how many were in it. The tokens stay.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn delete_group(&mut self, group: &str) -> Result<usize, ChangeError> {
        self.change(|contents| contents.change_group(group, None))
    }

    /// The next HOTP code and the counter it was made with. The advanced counter is on disk BEFORE the code exists.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn next_code(&mut self, id: TokenId) -> Result<(Code, Counter), ChangeError> {
        let counter = self.change(|contents| {
            let token = contents.token(id).ok_or(ChangeError::NoSuchToken)?;
            if !matches!(token.kind, Kind::Hotp { .. }) {
                return Err(ChangeError::WrongKind);
            }
            contents.advance(id)
        })?;
        let token = self.contents.token(id).ok_or(ChangeError::NoSuchToken)?;
        let Kind::Hotp { algorithm, digits, .. } = token.kind else { return Err(ChangeError::WrongKind) };
        let used = Kind::Hotp { algorithm, digits, counter };
        let code = code::at(&used, &token.secret, 0).map_err(|_| ChangeError::WrongKind)?;
        Ok((code, counter))
    }

    /// An id that nothing has.
    pub(super) fn fresh_id(&self) -> Result<TokenId, ChangeError> {
        let mut id = [0; 16];
        self.environment.entropy.fill(&mut id)?;
        Ok(TokenId::from_bytes(id))
    }

    /// Answers a challenge and remembers what was signed; a counter suite's advanced counter is on disk before the answer exists.
    /// Also gives the counter used.
    ///
    /// # Errors
    /// [`ChangeError`]. A challenge that cannot be answered uses up no counter.
    pub fn sign(&mut self, id: TokenId, request: &SignRequest<'_>) -> Result<(Code, Option<Counter>), ChangeError> {
        let token = self.contents.token(id).ok_or(ChangeError::NoSuchToken)?;
        let stored = token.kind.counter();
        // Whether it can be answered at all is known before a counter is spent.
        let tried = respond(&self.contents, id, request, request.counter.or(stored))?;
        if stored.is_none() || request.counter.is_some() {
            let counter = stored.and(request.counter);
            // Nothing is spent by it, so that a full disk keeps nobody from answering.
            let remembered = self.change(|contents| {
                contents.remember_signature(id, request, counter.map(|counter| counter.0));
                Ok(())
            });
            if remembered.is_err() {
                self.tell_unwritten();
            }
            return Ok((tried, counter));
        }
        drop(tried);
        let used = self.change(|contents| {
            let used = contents.advance(id)?;
            contents.remember_signature(id, request, Some(used.0));
            Ok(used)
        })?;
        Ok((respond(&self.contents, id, request, Some(used))?, Some(used)))
    }
}

fn respond(
    contents: &Contents,
    id: TokenId,
    request: &SignRequest<'_>,
    counter: Option<Counter>,
) -> Result<Code, ChangeError> {
    let token = contents.token(id).ok_or(ChangeError::NoSuchToken)?;
    let Kind::Ocra { suite, encoding, .. } = &token.kind else { return Err(ChangeError::WrongKind) };
    let inputs = Inputs {
        challenge: request.challenge,
        encoding: request.encoding.unwrap_or(*encoding),
        counter: counter.unwrap_or_default(),
        pin: request.pin,
        session: request.session,
        unix: request.unix,
    };
    Ok(ocra::respond(&token.secret, suite, &inputs)?)
}

impl core::fmt::Debug for Session {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Session").field("generation", &self.header.generation).finish_non_exhaustive()
    }
}
