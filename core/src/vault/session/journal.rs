//! The journal of an open vault, and its protective settings.
//!
//! The journal is read when it is first asked for. Events are on disk when [`Session::record`] returns; uses are
//! counted in memory and written some at a time, with the next event, and when the session ends.

use std::collections::HashMap;
use std::io;
use std::time::Duration;

use super::Session;
use crate::token::TokenId;
use crate::vault::format::{self, MOST_FRONT};
use crate::vault::hex::Hex;
use crate::vault::journal::book::{Book, MOST_BYTES, event_text, uses_texts};
use crate::vault::journal::sealed::{File, Place};
use crate::vault::journal::{Event, MOST_EVENTS, Record, Usage};
use crate::vault::keys::Key;
use crate::vault::store::{Held, JournalFile, Stamp};
use crate::vault::{ChangeError, Notice, Protection};

/// A kill loses at most so many uses.
const USES_IN_MEMORY: u64 = 20;
/// How long a session that ends waits for another's write.
const LAST_PATIENCE: Duration = Duration::from_millis(250);

/// The journal as a session has it in memory.
#[derive(Default)]
pub(super) struct Journal {
    on_disk: Option<OnDisk>,
    /// What is not on disk yet.
    pub(super) events: Vec<Record>,
    uses: HashMap<TokenId, Usage>,
    uses_waiting: u64,
    /// That it could not be written, or that it is damaged, is said once.
    told_unwritten: bool,
    told_damaged: bool,
}

/// What was read.
struct OnDisk {
    /// `None`: there is none, or it is none of ours.
    file: Option<(File, Place)>,
    /// Where it was read from.
    which: JournalFile,
    /// Bytes up to the end of the last record.
    length: usize,
    /// Records are missing, or the whole of it is another's: written anew with the next event.
    damaged: bool,
    stamp: Option<Stamp>,
    book: Book,
}

impl Session {
    /// Changes the protective settings: what differs from those in [`Session::contents`], and nothing else.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn protect(&mut self, protection: Protection) -> Result<(), ChangeError> {
        let seen = self.contents.protection.clone();
        self.change_if(|contents| {
            // Settings are plain numbers and flags: as fields and back they are what they were.
            let Some(next) = protection.onto(&seen, &contents.protection) else { return Ok(false) };
            let before = core::mem::replace(&mut contents.protection, next);
            Ok(before != contents.protection)
        })
    }

    /// Writes down that something happened at a Unix time. Never fails: what cannot be written, on a full disk for
    /// one, waits in memory, and is a [`Notice`] once.
    pub fn record(&mut self, event: Event, unix: u64) {
        self.journal.events.push(Record { unix, event });
        // A disk that stays full must not fill the memory.
        let over = self.journal.events.len().saturating_sub(MOST_EVENTS);
        self.journal.events.drain(..over);
        self.flush_journal();
    }

    /// What happened, the newest last; the last [`MOST_EVENTS`].
    pub fn journal(&mut self) -> Vec<Record> {
        self.read_journal();
        let on_disk = self.journal.on_disk.iter().flat_map(|on_disk| on_disk.book.records());
        let mut records: Vec<_> = on_disk.chain(&self.journal.events).cloned().collect();
        records.drain(..records.len().saturating_sub(MOST_EVENTS));
        records
    }

    /// Counts that a token's code was taken.
    pub fn used(&mut self, id: TokenId, unix: u64) {
        let usage = self.journal.uses.entry(id).or_default();
        (usage.count, usage.last_used) = (usage.count + 1, usage.last_used.max(unix));
        self.journal.uses_waiting += 1;
        if self.journal.uses_waiting.is_multiple_of(USES_IN_MEMORY) {
            self.flush_journal();
        }
    }

    /// Counts the uses that a token had in another app. Written with the next event, or when the session ends.
    pub(super) fn take_over_uses(&mut self, id: TokenId, count: u64) {
        if count > 0 {
            self.journal.uses.insert(id, Usage { count, last_used: 0 });
        }
    }

    /// How often and when a token's code was taken.
    pub fn usage(&mut self, id: TokenId) -> Usage {
        self.read_journal();
        let on_disk = self.journal.on_disk.as_ref().and_then(|on_disk| on_disk.book.usages().get(&id));
        sum(on_disk.copied().unwrap_or_default(), self.journal.uses.get(&id))
    }

    /// The same of every token that was ever used.
    pub fn usages(&mut self) -> HashMap<TokenId, Usage> {
        self.read_journal();
        let mut usages = self.journal.on_disk.as_ref().map(|on_disk| on_disk.book.usages().clone()).unwrap_or_default();
        for (id, uses) in &self.journal.uses {
            let usage = usages.entry(*id).or_default();
            *usage = sum(*usage, Some(uses));
        }
        usages
    }

    /// Writes what waits in memory.
    pub fn flush_journal(&mut self) {
        if self.journal.has_nothing_waiting() {
            return;
        }
        let written = self.store.lock().and_then(|held| self.write_waiting(&*held));
        if written.is_err() {
            self.tell_unwritten();
        }
    }

    /// Writes the journal anew for a vault key that is about to be the vault's, beside the one that is there. Only under the lock.
    ///
    /// Once the vault is written, [`Session::adopt_journal`] puts it in its place; a session that is cut off in between is
    /// made up for by the next. The vault's write makes its name last before the new key is the vault's.
    pub(super) fn reseal_journal(&mut self, key: &Key, held: &dyn Held) -> io::Result<()> {
        self.read_settled_journal(held)?;
        let Some(on_disk) = &self.journal.on_disk else { return Ok(()) };
        if on_disk.file.is_none() && self.journal.has_nothing_waiting() {
            return Ok(());
        }
        let texts = [self.texts_on_disk(), self.journal.texts()].concat();
        let (bytes, _) = self.sealed_anew(key, &texts)?;
        self.store.write_new_journal(&bytes, held)
    }

    /// After the vault has a new key, or has kept the old one: the journal that fits it is the one that stays. Only under the lock.
    pub(super) fn adopt_journal(&mut self, held: &dyn Held) {
        self.journal.on_disk = None;
        let is_ours = |bytes: io::Result<Vec<u8>>| {
            bytes.is_ok_and(|bytes| File::read(&bytes, &self.header.vault, &self.key).is_some())
        };
        if !self.is_under_our_key() {
            return;
        }
        if is_ours(self.store.read_journal(JournalFile::New, MOST_BYTES))
            && !is_ours(self.store.read_journal(JournalFile::Current, MOST_BYTES))
        {
            if self.store.adopt_new_journal(held).is_ok() {
                // It holds what was waiting.
                self.journal.clear_waiting();
            }
        } else {
            self.store.remove_journal(JournalFile::New, held).ok();
        }
    }

    /// Reads the journal, if it is not the one that was read last.
    fn read_journal(&mut self) {
        let stamp = self.store.journal_stamp().ok();
        if self.journal.on_disk.as_ref().is_some_and(|on_disk| on_disk.stamp.is_some() && on_disk.stamp == stamp) {
            return;
        }
        let found = self.find_journal(stamp);
        if found.damaged && !core::mem::replace(&mut self.journal.told_damaged, true) {
            self.notices.push(Notice::JournalDamaged);
        }
        self.journal.on_disk = Some(found);
    }

    /// The same, once what an interrupted change of the lock left is in its place. Only under the lock.
    fn read_settled_journal(&mut self, held: &dyn Held) -> io::Result<()> {
        self.read_journal();
        if self.journal.on_disk.as_ref().is_some_and(|on_disk| on_disk.which == JournalFile::New) {
            self.store.adopt_new_journal(held)?;
            self.journal.on_disk = None;
            self.read_journal();
        }
        Ok(())
    }

    fn find_journal(&self, stamp: Option<Stamp>) -> OnDisk {
        let mut found =
            OnDisk { file: None, which: JournalFile::Current, length: 0, damaged: false, stamp, book: Book::default() };
        let mut foreign = false;
        // The first once more: somebody may just have put the second in its place.
        for which in [JournalFile::Current, JournalFile::New, JournalFile::Current] {
            let Ok(bytes) = self.store.read_journal(which, MOST_BYTES) else { continue };
            if let Some(file) = File::read(&bytes, &self.header.vault, &self.key) {
                let end = file.open(&bytes, |text| found.book.take_in(text));
                found.file = Some((file, end.place));
                (found.which, found.length, found.damaged) = (which, end.length, end.damaged);
                return found;
            }
            // Somebody else's, or nothing that makes sense. What is about to take its place may still be ours.
            foreign |= which == JournalFile::Current && !bytes.is_empty();
        }
        // Where the lock was changed elsewhere it is that vault's, and in order.
        found.damaged = foreign && self.is_under_our_key();
        found
    }

    /// Writes what waits behind what is there, or all of it anew. Only under the lock.
    fn write_waiting(&mut self, held: &dyn Held) -> io::Result<()> {
        // A vault that has another key, or is gone, gets no journal from here: what waits would be lost to it anyway.
        if !self.is_under_our_key() {
            return Ok(());
        }
        self.read_settled_journal(held)?;
        let waiting = self.journal.texts();
        let entropy = self.environment.entropy.clone();
        let Some(on_disk) = &mut self.journal.on_disk else { return Ok(()) };
        match &on_disk.file {
            Some((file, place)) if !on_disk.damaged && !on_disk.book.is_worth_compacting(on_disk.length) => {
                let (mut bytes, mut place) = (Vec::new(), *place);
                for text in &waiting {
                    place = file.seal(place, text, &*entropy, &mut bytes).ok_or_else(unsealed)?;
                }
                let appended = self.store.append_to_journal(on_disk.length as u64, &bytes, held);
                // Half of it may be there: it is read again the next time.
                on_disk.stamp = None;
                appended?;
                waiting.iter().for_each(|text| on_disk.book.take_in(text));
                on_disk.length += bytes.len();
                on_disk.stamp = self.store.journal_stamp().ok();
                if let Some((_, last)) = &mut on_disk.file {
                    *last = place;
                }
            }
            _ => {
                let damage = on_disk.damaged.then(|| event_text(&self.journal.damage()));
                let texts: Vec<_> = self.texts_on_disk().into_iter().chain(damage).chain(waiting).collect();
                let (bytes, file) = self.sealed_anew(&self.key, &texts)?;
                self.store.write_new_journal(&bytes, held)?;
                self.store.adopt_new_journal(held)?;
                let mut book = Book::default();
                texts.iter().for_each(|text| book.take_in(text));
                self.journal.on_disk = Some(OnDisk {
                    file: Some(file),
                    which: JournalFile::Current,
                    length: bytes.len(),
                    damaged: false,
                    stamp: self.store.journal_stamp().ok(),
                    book,
                });
            }
        }
        self.journal.clear_waiting();
        Ok(())
    }

    /// What was read, as few texts as it takes, without the uses of tokens that are gone.
    fn texts_on_disk(&self) -> Vec<Vec<u8>> {
        let binned = |id| self.contents.bin.iter().any(|binned| binned.token.id == id);
        let is_there = |id| self.contents.token(id).is_some() || binned(id);
        self.journal.on_disk.as_ref().map(|on_disk| on_disk.book.texts(is_there)).unwrap_or_default()
    }

    fn sealed_anew(&self, key: &Key, texts: &[Vec<u8>]) -> io::Result<(Vec<u8>, (File, Place))> {
        let entropy = &*self.environment.entropy;
        let vault: &Hex<16> = &self.header.vault;
        let file = File::fresh(vault, key, entropy).map_err(io::Error::other)?;
        let (mut bytes, mut place) = (file.head().to_vec(), file.start());
        for text in texts {
            place = file.seal(place, text, entropy, &mut bytes).ok_or_else(unsealed)?;
        }
        Ok((bytes, (file, place)))
    }

    /// Whether the vault on disk is there, and has the key of this session.
    fn is_under_our_key(&self) -> bool {
        let front = self.store.read_front(MOST_FRONT).ok().and_then(|bytes| format::read_front(&bytes).ok());
        front.is_some_and(|front| front.header.vault == self.header.vault && front.header.is_under(&self.key))
    }

    #[cfg(test)]
    pub(crate) fn key_and_vault(&self) -> (Key, Hex<16>) {
        (self.key.duplicate(), self.header.vault)
    }

    pub(super) fn tell_unwritten(&mut self) {
        if !core::mem::replace(&mut self.journal.told_unwritten, true) {
            self.notices.push(Notice::JournalNotWritten);
        }
    }
}

impl Journal {
    fn has_nothing_waiting(&self) -> bool {
        self.events.is_empty() && self.uses.is_empty()
    }

    fn clear_waiting(&mut self) {
        self.events.clear();
        self.uses.clear();
        self.uses_waiting = 0;
    }

    /// What waits, as texts.
    fn texts(&self) -> Vec<Vec<u8>> {
        let uses: Vec<_> = self.uses.iter().map(|(id, uses)| (*id, *uses)).collect();
        self.events.iter().map(event_text).chain(uses_texts(&uses)).collect()
    }

    /// That records are missing, at the time of what is written next.
    fn damage(&self) -> Record {
        let of_uses = self.uses.values().map(|uses| uses.last_used).max();
        let unix = self.events.first().map(|record| record.unix).or(of_uses).unwrap_or(0);
        Record { unix, event: Event::JournalDamaged }
    }
}

/// No randomness, or a text that is too long.
fn unsealed() -> io::Error {
    io::ErrorKind::InvalidData.into()
}

fn sum(one: Usage, other: Option<&Usage>) -> Usage {
    let other = other.copied().unwrap_or_default();
    Usage { count: one.count.saturating_add(other.count), last_used: one.last_used.max(other.last_used) }
}

impl Drop for Session {
    /// Writes what waits: it ends with the session.
    fn drop(&mut self) {
        if !self.journal.has_nothing_waiting()
            && let Ok(held) = self.store.lock_for(LAST_PATIENCE)
        {
            self.write_waiting(&*held).ok();
        }
    }
}
