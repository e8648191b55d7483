//! The vault's file on disk: whole at every moment, the generation before beside it, one writer at a time.
//!
//! | file | what |
//! | --- | --- |
//! | `vault.smartotp` | the current generation |
//! | `vault.smartotp.previous` | the one before |
//! | `vault.smartotp.damaged` | a current file that could not be read, kept for who wants to look into it |
//! | `vault.smartotp.journal` | what happened, and how often codes were taken: see [`super::journal`] |
//! | `vault.smartotp.journal.new` | about to become it |
//! | `vault.smartotp.v1`, `.v2` | the last file of that format version, kept when it was upgraded; a change of lock removes it |
//! | `vault.smartotp.lock` | whom others wait for: process and program |
//! | `vault.smartotp.tries.lock` | the same, for who tries a password |
//! | `vault.smartotp.new`, `vault.smartotp.previous.new` | about to become the above; leftovers are removed at opening |
//!
//! A write goes through these steps, and a cut at any of them leaves the old or the new generation as the current file, whole:
//!
//! 1. write `.new`, fsync it, read it back and compare
//! 2. give the current file a second name, `.previous.new`, and rename that over `.previous`
//! 3. rename `.new` over the current file
//! 4. fsync the folder
//!
//! The current file's name is never free: a link and two renames that replace. No file is written to once it has its name, but
//! to be wiped.

mod disk;
mod files;
mod journal;
#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

pub(crate) use disk::Disk;
#[cfg(test)]
pub(crate) use files::Writing;
pub(crate) use files::{Files, Held, Stamp};
pub(crate) use journal::JournalFile;

use super::format::{MOST_BYTES, MOST_FRONT, read_front};
use super::hex::Hex;

/// How long a change waits for another's: far longer than one takes, and short enough for a person.
const PATIENCE: Duration = Duration::from_secs(5);

/// What becomes of `.previous` in a write.
pub(crate) enum Previous<'a> {
    /// The current file becomes it.
    Rotate,
    /// It stays: the current file is damaged, and is kept as `.damaged`.
    KeepAndSetAside,
    /// It is written anew, and all that an older lock opens goes: the vault key is another.
    Replace(&'a [u8]),
}

/// Everything that may stand beside the vault's file and hold some of it, the file itself first.
const WITH_CONTENTS: [&str; 9] =
    ["", ".previous", ".v1", ".v2", ".damaged", ".new", ".previous.new", ".journal", ".journal.new"];

/// Where the last files of older format versions are kept, version 1 first.
const OLDER: [&str; 2] = [".v1", ".v2"];

/// Where a file of an older format version is kept.
fn kept_as(version: u16) -> &'static str {
    if version == 1 { ".v1" } else { ".v2" }
}

/// The files of one vault.
#[derive(Clone)]
pub(crate) struct Store {
    files: Arc<dyn Files>,
    file: PathBuf,
}

impl Store {
    pub(crate) fn new(files: Arc<dyn Files>, file: PathBuf) -> Self {
        Self { files, file }
    }

    /// The file system that it lies on.
    pub(crate) fn files(&self) -> Arc<dyn Files> {
        self.files.clone()
    }

    /// Waits for other writers.
    pub(crate) fn lock(&self) -> io::Result<Box<dyn Held>> {
        self.lock_for(PATIENCE)
    }

    /// The same, for so long at most.
    pub(crate) fn lock_for(&self, patience: Duration) -> io::Result<Box<dyn Held>> {
        self.files.lock(&self.beside(".lock"), patience)
    }

    /// Waits for others who try a password.
    pub(crate) fn lock_tries(&self) -> io::Result<Box<dyn Held>> {
        self.files.lock(&self.beside(".tries.lock"), PATIENCE)
    }

    /// The current file's bytes.
    pub(crate) fn read(&self) -> io::Result<Vec<u8>> {
        self.read_bounded(&self.file)
    }

    /// The bytes of the generation before.
    pub(crate) fn read_previous(&self) -> io::Result<Vec<u8>> {
        self.read_bounded(&self.beside(".previous"))
    }

    /// The first bytes of the current file.
    pub(crate) fn read_front(&self, most: usize) -> io::Result<Vec<u8>> {
        self.files.read(&self.file, most)
    }

    /// Tells whether the current file is still the same, without reading it.
    pub(crate) fn stamp(&self) -> io::Result<Stamp> {
        self.files.stamp(&self.file)
    }

    /// Whether there is anything that could be a vault.
    pub(crate) fn exists(&self) -> bool {
        let absent =
            |path: &Path| matches!(self.files.stamp(path), Err(error) if error.kind() == io::ErrorKind::NotFound);
        !(absent(&self.file) && absent(&self.beside(".previous")))
    }

    /// Whether the current file is certainly not locked by this slot.
    pub(crate) fn lacks_slot(&self, slot: Hex<16>) -> bool {
        match self.read_front(MOST_FRONT) {
            Ok(bytes) => read_front(&bytes).is_ok_and(|front| front.header.slots.iter().all(|other| other.id != slot)),
            Err(error) => error.kind() == io::ErrorKind::NotFound,
        }
    }

    /// Makes the folder.
    pub(crate) fn prepare(&self) -> io::Result<()> {
        self.files.create_folder(self.folder())
    }

    /// Removes what an interrupted write left behind; says whether there was anything. Only under the lock.
    pub(crate) fn clean(&self, _held: &dyn Held) -> io::Result<bool> {
        let mut cleaned = false;
        for leftover in [self.beside(".new"), self.beside(".previous.new")] {
            match self.files.remove(&leftover) {
                Ok(()) => cleaned = true,
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                Err(error) => return Err(error),
            }
        }
        Ok(cleaned)
    }

    /// Whether an interrupted write left something behind.
    pub(crate) fn has_leftovers(&self) -> bool {
        [".new", ".previous.new"].iter().any(|suffix| self.files.stamp(&self.beside(suffix)).is_ok())
    }

    /// The first bytes of every file that may have a header.
    pub(crate) fn fronts(&self) -> Vec<Vec<u8>> {
        let read = |suffix: &&str| self.files.read(&self.beside(suffix), MOST_FRONT).ok();
        WITH_CONTENTS.iter().filter_map(read).collect()
    }

    /// Overwrites the beginning of every file, then removes them all, and the locks. Goes on after an error, and gives the first.
    pub(crate) fn remove_all(&self) -> Result<(), (PathBuf, io::Error)> {
        let mut outcome = Ok(());
        for suffix in WITH_CONTENTS {
            let file = self.beside(suffix);
            if self.files.stamp(&file).is_ok() {
                // Removing it is worth a try where this fails.
                self.files.overwrite(&file, MOST_FRONT).ok();
            }
        }
        for suffix in WITH_CONTENTS.iter().chain(&[".tries.lock", ".lock"]) {
            let file = self.beside(suffix);
            if let Err(reason) = self.remove_if_there(&file) {
                outcome = outcome.and(Err((file, reason)));
            }
        }
        match self.files.sync_folder(self.folder()) {
            Err(reason) if reason.kind() != io::ErrorKind::NotFound => {
                outcome.and(Err((self.folder().to_owned(), reason)))
            }
            _ => outcome,
        }
    }

    /// Makes `bytes` the current generation; `older`: the format version of the current file, where it is an older one. Only under
    /// the lock.
    ///
    /// An error leaves the old generation current, but for one in the very last step: then the new one is current, and may
    /// be lost by a power cut.
    pub(crate) fn write(
        &self,
        bytes: &[u8],
        previous: Previous<'_>,
        older: Option<u16>,
        held: &dyn Held,
    ) -> io::Result<()> {
        self.clean(held)?;
        let written = self.write_and_swap(bytes, previous, older.map(kept_as));
        if written.is_err() {
            // A full disk wants its room back at once; else the next start cleans up.
            self.clean(held).ok();
        }
        written
    }

    fn write_and_swap(&self, bytes: &[u8], previous: Previous<'_>, older: Option<&str>) -> io::Result<()> {
        let new = self.beside(".new");
        self.write_whole(&new, bytes)?;
        match previous {
            Previous::Rotate => {
                if let Some(older) = older {
                    self.keep("", older)?;
                    // On disk before the new file takes its place.
                    self.files.sync_folder(self.folder())?;
                }
                self.keep("", ".previous")?;
            }
            Previous::KeepAndSetAside => {
                if let Some(older) = older {
                    self.keep(".previous", older)?;
                }
                self.keep("", ".damaged")?;
            }
            Previous::Replace(previous) => {
                let new_previous = self.beside(".previous.new");
                self.write_whole(&new_previous, previous)?;
                self.files.rename(&new_previous, &self.beside(".previous"))?;
                self.remove_if_there(&self.beside(".damaged"))?;
                for older in OLDER {
                    self.remove_if_there(&self.beside(older))?;
                }
                // On disk before the current file changes: no cut may leave the new vault key beside an old `.previous`.
                self.files.sync_folder(self.folder())?;
            }
        }
        self.files.rename(&new, &self.file)?;
        self.files.sync_folder(self.folder())
    }

    /// Gives a file another name besides its own.
    fn keep(&self, from: &str, suffix: &str) -> io::Result<()> {
        let from = self.beside(from);
        let second = self.beside(".previous.new");
        match self.files.link(&from, &second) {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            // FAT, and some Android storage, have no second names.
            Err(_) => self.write_whole(&second, &self.files.read(&from, MOST_BYTES + 1)?)?,
        }
        self.files.rename(&second, &self.beside(suffix))?;
        // Where an interrupted write had come so far already, both names are one file's, and renaming does nothing (POSIX).
        self.remove_if_there(&second)
    }

    /// Writes a file that was not there, and is sure of it.
    fn write_whole(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = self.files.create(path)?;
        file.write_all(bytes)?;
        file.sync()?;
        drop(file);
        if self.files.read(path, bytes.len() + 1)? != bytes {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                "the file reads back otherwise than it was written",
            ));
        }
        Ok(())
    }

    fn remove_if_there(&self, path: &Path) -> io::Result<()> {
        match self.files.remove(path) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    fn read_bounded(&self, path: &Path) -> io::Result<Vec<u8>> {
        let bytes = self.files.read(path, MOST_BYTES + 1)?;
        if bytes.len() > MOST_BYTES { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
    }

    fn folder(&self) -> &Path {
        match self.file.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder,
            _ => Path::new("."),
        }
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = OsString::from(&self.file);
        name.push(suffix);
        name.into()
    }
}
