//! Changing a vault: under the lock, on top of the newest generation, on disk before anybody sees it.

use std::io;
use std::sync::Arc;

use super::Session;
use super::opening::decode;
use crate::vault::format::{self, FormatError, Front, Header, MOST_FRONT};
use crate::vault::store::{Held, Previous};
use crate::vault::tries::TriesRecord;
use crate::vault::{ChangeError, Contents, Notice, OpenError, payload};

/// What a write does with the file that is current.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Current {
    /// It is whole.
    Sound,
    /// It is not: it is replaced, and kept aside.
    Damaged {
        /// Nobody knows which counters were used since: they have to skip ahead.
        uncertain: bool,
    },
}

impl Session {
    /// Takes up what another process wrote. `true` when something changed.
    ///
    /// Cheap when nothing did (one `stat`): may be called every second.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn refresh(&mut self) -> Result<bool, ChangeError> {
        let stamp = self.store.stamp().map_err(OpenError::from)?;
        if self.stamp == Some(stamp) {
            return Ok(false);
        }
        let front = format::read_front(&self.store.read_front(MOST_FRONT).map_err(OpenError::from)?);
        if front.map_err(OpenError::from)?.write_id == self.write_id {
            self.stamp = Some(stamp);
            return Ok(false);
        }
        let bytes = self.store.read().map_err(OpenError::from)?;
        let front = format::read_front(&bytes).map_err(OpenError::from)?;
        self.take_up(&bytes, front)?;
        self.stamp = Some(stamp);
        self.remember();
        Ok(true)
    }

    /// Applies a change to the newest generation and writes it. An error, from the change or from the disk, changes nothing.
    pub(super) fn change<T>(
        &mut self,
        apply: impl FnOnce(&mut Contents) -> Result<T, ChangeError>,
    ) -> Result<T, ChangeError> {
        let mut outcome = None;
        self.change_if(|contents| {
            outcome = Some(apply(contents)?);
            Ok(true)
        })?;
        // Set whenever the closure ran to its end.
        outcome.ok_or_else(unsound)
    }

    /// The same for a change that finds out only then whether it changes anything: `false` writes nothing.
    pub(in crate::vault) fn change_if(
        &mut self,
        apply: impl FnOnce(&mut Contents) -> Result<bool, ChangeError>,
    ) -> Result<(), ChangeError> {
        self.change_and_then(apply, Self::stamp_changes)
    }

    /// The same for what comes with its own stamps.
    pub(super) fn change_as_it_is(
        &mut self,
        apply: impl FnOnce(&mut Contents) -> Result<bool, ChangeError>,
    ) -> Result<(), ChangeError> {
        self.change_and_then(apply, |_, _| ())
    }

    fn change_and_then(
        &mut self,
        apply: impl FnOnce(&mut Contents) -> Result<bool, ChangeError>,
        stamp: impl FnOnce(&Self, &mut Contents),
    ) -> Result<(), ChangeError> {
        let held = self.lock()?;
        let current = self.take_up_newest()?;
        let mut next = self.next(current);
        let changed = apply(&mut next)?;
        if changed || current != Current::Sound {
            stamp(self, &mut next);
        }
        match current {
            Current::Sound if !changed => {}
            Current::Sound => self.write(next, Previous::Rotate, &*held)?,
            Current::Damaged { .. } => self.write(next, Previous::KeepAndSetAside, &*held)?,
        }
        drop(held);
        self.remember();
        Ok(())
    }

    /// Writes the generation before as the current one, after a damaged file. Where that fails the session goes on in memory.
    pub(super) fn mend(&mut self) {
        if self.change(|_| Ok(())).is_err() && !self.skipped {
            let mut skipped = self.contents.duplicate();
            skipped.skip_counters();
            self.contents = Arc::new(skipped);
            self.skipped = true;
        }
    }

    /// Keeps the wipe after wrong tries known outside, for while the vault is locked.
    fn mirror(&mut self) {
        let wanted = self.contents.wipe_after();
        if self.mirrored != wanted {
            self.mirrored = wanted;
            let record = self.device.tries(&self.header.vault);
            if record.wipe_after != wanted {
                self.device.set_tries(&self.header.vault, &TriesRecord { wipe_after: wanted, ..record });
            }
        }
    }

    /// Remembers the newest generation on this device, and the rest that is known outside.
    pub(super) fn remember(&mut self) {
        if self.header.generation > self.newest_seen {
            self.newest_seen = self.header.generation;
            self.device.remember(&self.header.vault, self.newest_seen);
        }
        self.mirror();
    }

    pub(super) fn lock(&self) -> Result<Box<dyn Held>, ChangeError> {
        self.store.lock().map_err(|error| match error.kind() {
            io::ErrorKind::WouldBlock => ChangeError::Busy,
            _ => ChangeError::Write(error),
        })
    }

    /// Makes the newest generation on disk this session's. Only under the lock.
    pub(super) fn take_up_newest(&mut self) -> Result<Current, ChangeError> {
        let error = match self.read_current() {
            Ok((bytes, front)) if front.write_id == self.write_id => {
                // What has gone bad since must not become `.previous`.
                match format::decrypt(&bytes, &front, &self.key) {
                    Ok(_) => return Ok(Current::Sound),
                    Err(_) => OpenError::DamagedPayload,
                }
            }
            Ok((bytes, front)) => match self.take_up(&bytes, front) {
                Ok(()) => return Ok(Current::Sound),
                Err(ChangeError::Open(error)) => error,
                Err(error) => return Err(error),
            },
            Err(error) => error,
        };
        if !error.is_damage() {
            return Err(error.into());
        }
        let uncertain = self.take_up_previous(error)?;
        self.notices.push(Notice::PreviousOpened);
        Ok(Current::Damaged { uncertain })
    }

    /// The current file is damaged: of what is in memory and what `.previous` holds, the newer one counts. Says whether a write
    /// that is lost may have used up counters.
    fn take_up_previous(&mut self, error: OpenError) -> Result<bool, ChangeError> {
        let previous = self.store.read_previous().ok().and_then(|bytes| {
            let front = format::read_front(&bytes).ok()?;
            (front.header.vault == self.header.vault && front.header.is_under(&self.key)).then_some((bytes, front))
        });
        let in_memory = self.header.generation;
        match previous {
            // Just what was current is in memory: nothing is lost, and no counter is uncertain.
            Some((_, front)) if front.header.generation < in_memory => return Ok(false),
            Some((bytes, front)) if front.write_id != self.write_id => self.take_up(&bytes, front)?,
            Some(_) => {}
            // The file is gone, and so is the one before: somebody wiped the vault.
            None if matches!(error, OpenError::Missing) => return Err(error.into()),
            None => {}
        }
        Ok(true)
    }

    /// A copy of the contents, to be changed.
    pub(super) fn next(&self, current: Current) -> Contents {
        let mut next = self.contents.duplicate();
        if current == (Current::Damaged { uncertain: true }) && !self.skipped {
            next.skip_counters();
        }
        next
    }

    fn read_current(&self) -> Result<(Vec<u8>, Front), OpenError> {
        let bytes = self.store.read()?;
        let front = format::read_front(&bytes)?;
        Ok((bytes, front))
    }

    /// Makes a file that was read this session's generation.
    fn take_up(&mut self, bytes: &[u8], front: Front) -> Result<(), ChangeError> {
        if front.header.vault != self.header.vault || !front.header.is_under(&self.key) {
            return Err(ChangeError::KeyChanged);
        }
        let contents = decode(bytes, &front, &self.key)?;
        if front.header.generation < self.header.generation {
            self.notices.push(Notice::RolledBack);
        }
        self.contents = Arc::new(contents);
        (self.header, self.version) = (front.header, front.version);
        (self.write_id, self.stamp, self.skipped) = (front.write_id, None, false);
        Ok(())
    }

    /// Seals, checks and writes a new generation, and makes it this session's. Only under the lock.
    pub(super) fn write(&mut self, next: Contents, previous: Previous<'_>, held: &dyn Held) -> Result<(), ChangeError> {
        let generation = self.header.generation.max(self.newest_seen).saturating_add(1);
        let header = Header { generation, ..self.header.clone() };
        let json = payload::encode(&next);
        let bytes = format::seal(&header, &self.key, &json, &*self.environment.entropy)?;
        // What cannot be opened again is not written over what can.
        let front = format::read_front(&bytes).map_err(|_| unsound())?;
        if *format::open(&bytes, &front, &self.key).map_err(|_| unsound())? != *json {
            return Err(unsound());
        }
        let older = Some(self.version).filter(|version| *version < format::VERSION);
        self.store.write(&bytes, previous, older, held).map_err(ChangeError::Write)?;
        self.stamp = self.store.stamp().ok();
        (self.header, self.version) = (front.header, front.version);
        (self.write_id, self.skipped) = (front.write_id, false);
        self.contents = Arc::new(next);
        Ok(())
    }
}

/// The bytes in memory do not say what they should: bad memory, or a fault of this app.
fn unsound() -> ChangeError {
    ChangeError::Write(io::ErrorKind::InvalidData.into())
}

impl From<FormatError> for ChangeError {
    fn from(error: FormatError) -> Self {
        Self::Open(error.into())
    }
}
