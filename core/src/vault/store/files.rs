//! The few things that the vault asks of a file system, so that a test can cut each of them off.

use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// Tells whether a file is still the one that was read, without reading it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Stamp {
    /// Device and inode, where the system has them.
    pub(crate) identity: (u64, u64),
    pub(crate) bytes: u64,
    pub(crate) modified: Option<SystemTime>,
}

/// A file that is being written.
pub(crate) trait Writing: io::Write {
    /// Returns once the bytes are on the disk (fsync).
    fn sync(&mut self) -> io::Result<()>;
}

/// The lock, held until it is dropped.
pub(crate) trait Held {}

/// A file system.
pub(crate) trait Files: Send + Sync {
    /// At most `most` bytes of a file, from its start.
    fn read(&self, path: &Path, most: usize) -> io::Result<Vec<u8>>;
    /// What tells one file from the next.
    fn stamp(&self, path: &Path) -> io::Result<Stamp>;
    /// A new file that only its owner may read (0600); one that is there already is an error.
    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>>;
    /// Opens a file to write behind its first `keep` bytes; what comes after them is cut off.
    fn append(&self, path: &Path, keep: u64) -> io::Result<Box<dyn Writing>>;
    /// A second name for a file. [`io::ErrorKind::Unsupported`] where the file system has none.
    fn link(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Gives a file another name, over what had it; at no moment has nothing that name.
    fn rename(&self, from: &Path, to: &Path) -> io::Result<()>;
    /// Fills a file's first bytes with zeros, at most `most`, and has them on the disk: the one write to a file that has its name.
    fn overwrite(&self, path: &Path, most: usize) -> io::Result<()>;
    /// Removes a file.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder (0700) with those above it; one that is there stays as it is.
    fn create_folder(&self, path: &Path) -> io::Result<()>;
    /// Returns once the names in a folder are on the disk (fsync).
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Takes the lock, or [`io::ErrorKind::WouldBlock`] after `patience`.
    fn lock(&self, path: &Path, patience: Duration) -> io::Result<Box<dyn Held>>;
}
