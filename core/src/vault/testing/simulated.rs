//! A disk in memory that can be cut off at any call, run full, and lose in a power cut whatever was not synced.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard};
use std::time::{Duration, SystemTime};

use crate::vault::store::{Files, Held, Stamp, Writing};

/// What goes wrong, and at which call (from 0).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The process dies there: this call and all later ones do nothing. A write gets half of its bytes down.
    Cut(usize),
    /// This one call fails, as on a full disk; a write gets half of its bytes down first.
    Full(usize),
    /// Every write takes at most so many bytes, and says so.
    ShortWrites(usize),
    /// The file system knows no second names, and the process dies at this call.
    CutWithoutLinks(usize),
}

#[derive(Clone, Default)]
struct Inode {
    bytes: Vec<u8>,
    /// What a power cut leaves for sure; `None`: nothing of it was ever synced.
    synced: Option<Vec<u8>>,
    version: u64,
}

/// A change to the folder's names that no sync has made lasting yet.
#[derive(Clone)]
enum NameChange {
    Set(PathBuf, usize),
    Remove(PathBuf),
    Rename(PathBuf, PathBuf, usize),
}

#[derive(Clone, Default)]
struct State {
    inodes: Vec<Inode>,
    names: BTreeMap<PathBuf, usize>,
    lasting: BTreeMap<PathBuf, usize>,
    pending: Vec<NameChange>,
    locked: BTreeSet<PathBuf>,
    calls: usize,
    fault: Option<Fault>,
}

/// The disk.
#[derive(Clone, Default)]
pub(crate) struct Simulated(Arc<Mutex<State>>);

impl Simulated {
    /// A disk with the same files, everything synced, no fault, nobody holding the lock.
    pub(crate) fn snapshot(&self) -> Self {
        let state = self.state().clone();
        Self::restarted(state.inodes, state.names)
    }

    pub(crate) fn set_fault(&self, fault: Option<Fault>) {
        let mut state = self.state();
        (state.fault, state.calls) = (fault, 0);
    }

    /// How many calls have changed something since the fault was set.
    pub(crate) fn calls(&self) -> usize {
        self.state().calls
    }

    pub(crate) fn bytes(&self, path: &Path) -> Option<Vec<u8>> {
        let state = self.state();
        Some(state.inodes[*state.names.get(path)?].bytes.clone())
    }

    pub(crate) fn names(&self) -> Vec<String> {
        self.state().names.keys().map(|path| path.file_name().unwrap().to_string_lossy().into_owned()).collect()
    }

    /// Puts a file there, synced.
    pub(crate) fn put(&self, path: &Path, bytes: &[u8]) {
        let mut state = self.state();
        let version = state.inodes.len() as u64 + 1000;
        let inode = Inode { bytes: bytes.to_vec(), synced: Some(bytes.to_vec()), version };
        state.inodes.push(inode);
        let number = state.inodes.len() - 1;
        state.names.insert(path.to_owned(), number);
        state.lasting.insert(path.to_owned(), number);
    }

    /// The disks that a restart may find: after a kill, what the system had; after a power cut, what was synced and any choice
    /// of the rest, with files that were not synced empty, half there or whole.
    pub(crate) fn after_the_end(&self) -> Vec<Self> {
        let state = self.state().clone();
        let mut disks = vec![Self::restarted(state.inodes.clone(), state.names.clone())];
        for kept in 0..1_u32 << state.pending.len() {
            for torn in 0..3 {
                let mut names = state.lasting.clone();
                let changes = state.pending.iter().enumerate().filter(|(index, _)| kept >> index & 1 == 1);
                for (_, change) in changes {
                    change.apply(&mut names);
                }
                let inodes = state.inodes.iter().map(|inode| inode.after_a_power_cut(torn)).collect();
                disks.push(Self::restarted(inodes, names));
            }
        }
        disks
    }

    fn restarted(inodes: Vec<Inode>, names: BTreeMap<PathBuf, usize>) -> Self {
        let inodes = inodes.into_iter().map(|inode| Inode { synced: Some(inode.bytes.clone()), ..inode }).collect();
        Self(Arc::new(Mutex::new(State { inodes, lasting: names.clone(), names, ..State::default() })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap()
    }

    /// Counts a call that changes something, and fails where the fault is.
    fn call(&self) -> io::Result<()> {
        let mut state = self.state();
        let number = state.calls;
        state.calls += 1;
        match state.fault {
            Some(Fault::Cut(at) | Fault::CutWithoutLinks(at)) if number >= at => Err(io::Error::other("cut off")),
            Some(Fault::Full(at)) if number == at => Err(io::ErrorKind::StorageFull.into()),
            _ => Ok(()),
        }
    }

    fn change(&self, change: NameChange) -> io::Result<()> {
        self.call()?;
        let mut state = self.state();
        change.apply(&mut state.names);
        state.pending.push(change);
        Ok(())
    }

    fn number(&self, path: &Path) -> io::Result<usize> {
        self.state().names.get(path).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

impl Inode {
    fn after_a_power_cut(&self, torn: usize) -> Self {
        let mut inode = self.clone();
        if self.synced.as_ref() != Some(&self.bytes) {
            match torn {
                0 => inode.bytes = self.synced.clone().unwrap_or_default(),
                // What was synced and not written over since is there in any case.
                1 => {
                    let same = self.synced.iter().flatten().zip(&self.bytes).take_while(|(was, is)| was == is).count();
                    inode.bytes.truncate(same + (self.bytes.len() - same) / 2);
                }
                _ => {}
            }
        }
        inode
    }
}

impl NameChange {
    fn apply(&self, names: &mut BTreeMap<PathBuf, usize>) {
        match self {
            Self::Set(path, inode) => drop(names.insert(path.clone(), *inode)),
            Self::Remove(path) => drop(names.remove(path)),
            // POSIX: two names of one file stay so.
            Self::Rename(from, to, inode) if names.get(to) == Some(inode) && names.get(from) == Some(inode) => {}
            Self::Rename(from, to, inode) => {
                names.remove(from);
                names.insert(to.clone(), *inode);
            }
        }
    }
}

impl Files for Simulated {
    fn read(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        let number = self.number(path)?;
        let bytes = &self.state().inodes[number].bytes;
        Ok(bytes[..bytes.len().min(most)].to_vec())
    }

    fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        let number = self.number(path)?;
        let inode = &self.state().inodes[number];
        let modified = Some(SystemTime::UNIX_EPOCH + Duration::from_secs(inode.version));
        Ok(Stamp { identity: (0, number as u64), bytes: inode.bytes.len() as u64, modified })
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        if self.number(path).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        let number = self.state().inodes.len();
        self.change(NameChange::Set(path.to_owned(), number))?;
        self.state().inodes.push(Inode::default());
        Ok(Box::new(Open { disk: self.clone(), number }))
    }

    fn append(&self, path: &Path, keep: u64) -> io::Result<Box<dyn Writing>> {
        let number = self.number(path)?;
        self.call()?;
        let inode = &mut self.state().inodes[number];
        let keep = usize::try_from(keep).unwrap();
        assert!(keep <= inode.bytes.len());
        inode.bytes.truncate(keep);
        inode.version += 1;
        Ok(Box::new(Open { disk: self.clone(), number }))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        let number = self.number(from)?;
        if matches!(self.state().fault, Some(Fault::CutWithoutLinks(_))) {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        if self.number(to).is_ok() {
            return Err(io::ErrorKind::AlreadyExists.into());
        }
        self.change(NameChange::Set(to.to_owned(), number))
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        let number = self.number(from)?;
        self.change(NameChange::Rename(from.to_owned(), to.to_owned(), number))
    }

    fn overwrite(&self, path: &Path, most: usize) -> io::Result<()> {
        let number = self.number(path)?;
        self.call()?;
        let inode = &mut self.state().inodes[number];
        let length = inode.bytes.len().min(most);
        inode.bytes[..length].fill(0);
        inode.synced = Some(inode.bytes.clone());
        inode.version += 1;
        Ok(())
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.number(path)?;
        self.change(NameChange::Remove(path.to_owned()))
    }

    fn create_folder(&self, _path: &Path) -> io::Result<()> {
        Ok(())
    }

    fn sync_folder(&self, _path: &Path) -> io::Result<()> {
        self.call()?;
        let mut state = self.state();
        state.lasting = state.names.clone();
        state.pending.clear();
        Ok(())
    }

    fn lock(&self, path: &Path, _patience: Duration) -> io::Result<Box<dyn Held>> {
        if !self.state().locked.insert(path.to_owned()) {
            return Err(io::ErrorKind::WouldBlock.into());
        }
        Ok(Box::new(Lock(self.clone(), path.to_owned())))
    }
}

struct Lock(Simulated, PathBuf);

impl Held for Lock {}

impl Drop for Lock {
    fn drop(&mut self) {
        self.0.state().locked.remove(&self.1);
    }
}

struct Open {
    disk: Simulated,
    number: usize,
}

impl Write for Open {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let called = self.disk.call();
        let mut state = self.disk.state();
        let taken = match (&called, state.fault) {
            (Err(_), Some(Fault::Cut(at) | Fault::CutWithoutLinks(at))) if state.calls > at + 1 => 0,
            (Err(_), _) => bytes.len() / 2,
            (Ok(()), Some(Fault::ShortWrites(most))) => bytes.len().min(most),
            (Ok(()), _) => bytes.len(),
        };
        let inode = &mut state.inodes[self.number];
        inode.bytes.extend_from_slice(&bytes[..taken]);
        inode.version += 1;
        called.map(|()| taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Writing for Open {
    fn sync(&mut self) -> io::Result<()> {
        self.disk.call()?;
        let inode = &mut self.disk.state().inodes[self.number];
        inode.synced = Some(inode.bytes.clone());
        Ok(())
    }
}
