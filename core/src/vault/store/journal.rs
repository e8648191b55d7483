//! The journal's two files on disk: the one that grows, and the one that is about to take its place.

use std::io;

use super::{Held, Stamp, Store};

/// Which file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum JournalFile {
    /// `vault.smartotp.journal`
    Current,
    /// `vault.smartotp.journal.new`: written whole, not yet in its place.
    New,
}

impl JournalFile {
    fn suffix(self) -> &'static str {
        match self {
            Self::Current => ".journal",
            Self::New => ".journal.new",
        }
    }
}

impl Store {
    /// At most `most` bytes of it.
    pub(crate) fn read_journal(&self, which: JournalFile, most: usize) -> io::Result<Vec<u8>> {
        self.files.read(&self.beside(which.suffix()), most)
    }

    /// Tells whether the journal is still the same, without reading it.
    pub(crate) fn journal_stamp(&self) -> io::Result<Stamp> {
        self.files.stamp(&self.beside(JournalFile::Current.suffix()))
    }

    /// Cuts off what comes after `keep` bytes, and adds `bytes` there. Only under the lock.
    pub(crate) fn append_to_journal(&self, keep: u64, bytes: &[u8], _held: &dyn Held) -> io::Result<()> {
        let mut file = self.files.append(&self.beside(JournalFile::Current.suffix()), keep)?;
        file.write_all(bytes)?;
        file.sync()
    }

    /// Writes a whole journal beside the one that is there. Only under the lock.
    pub(crate) fn write_new_journal(&self, bytes: &[u8], held: &dyn Held) -> io::Result<()> {
        self.remove_journal(JournalFile::New, held)?;
        let written = self.write_whole(&self.beside(JournalFile::New.suffix()), bytes);
        if written.is_err() {
            self.remove_journal(JournalFile::New, held).ok();
        }
        written
    }

    /// Puts it in the place of the one that is there. Only under the lock.
    pub(crate) fn adopt_new_journal(&self, _held: &dyn Held) -> io::Result<()> {
        let [new, current] = [JournalFile::New, JournalFile::Current].map(|which| self.beside(which.suffix()));
        self.files.rename(&new, &current)?;
        self.files.sync_folder(self.folder())
    }

    /// Removes one; nothing there is no error. Only under the lock.
    pub(crate) fn remove_journal(&self, which: JournalFile, _held: &dyn Held) -> io::Result<()> {
        self.remove_if_there(&self.beside(which.suffix()))
    }
}
