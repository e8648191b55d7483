//! The file system of this machine.

#[cfg(not(target_os = "android"))]
use std::fs::TryLockError;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write};
use std::path::Path;
use std::thread;
use std::time::{Duration, Instant};

use super::files::{Files, Held, Stamp, Writing};

/// How often a lock that is held is asked for.
const ASK_EVERY: Duration = Duration::from_millis(5);

/// `std::fs`, with 0600 files and 0700 folders.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path, most: usize) -> io::Result<Vec<u8>> {
        let file = File::open(path)?;
        let expected = usize::try_from(file.metadata()?.len()).unwrap_or(usize::MAX).min(most);
        let mut bytes = Vec::with_capacity(expected);
        file.take(most as u64).read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn stamp(&self, path: &Path) -> io::Result<Stamp> {
        let metadata = fs::metadata(path)?;
        Ok(Stamp { identity: identity(&metadata), bytes: metadata.len(), modified: metadata.modified().ok() })
    }

    fn create(&self, path: &Path) -> io::Result<Box<dyn Writing>> {
        Ok(Box::new(owners_only().write(true).create_new(true).open(path)?))
    }

    fn append(&self, path: &Path, keep: u64) -> io::Result<Box<dyn Writing>> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        let length = file.metadata()?.len();
        if length < keep {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        if length > keep {
            file.set_len(keep)?;
        }
        file.seek(SeekFrom::Start(keep))?;
        Ok(Box::new(file))
    }

    fn link(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::hard_link(from, to)
    }

    fn rename(&self, from: &Path, to: &Path) -> io::Result<()> {
        fs::rename(from, to)
    }

    fn overwrite(&self, path: &Path, most: usize) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        let length = file.metadata()?.len().min(most as u64);
        io::copy(&mut io::repeat(0).take(length), &mut file)?;
        file.sync_all()
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        fs::remove_file(path)
    }

    fn create_folder(&self, path: &Path) -> io::Result<()> {
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        let is_new = !path.is_dir();
        builder.create(path)?;
        match path.parent() {
            // Its own name has to last too.
            Some(above) if is_new && !above.as_os_str().is_empty() => self.sync_folder(above),
            _ => Ok(()),
        }
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // Windows has no such call: its renames are journalled.
        if cfg!(windows) {
            return Ok(());
        }
        match File::open(path)?.sync_all() {
            // Some network and FUSE file systems have none either.
            Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
            other => other,
        }
    }

    fn lock(&self, path: &Path, patience: Duration) -> io::Result<Box<dyn Held>> {
        let mut file = owners_only().read(true).write(true).create(true).truncate(false).open(path)?;
        let started = Instant::now();
        while !try_lock(&file)? {
            if started.elapsed() >= patience {
                return Err(io::ErrorKind::WouldBlock.into());
            }
            thread::sleep(ASK_EVERY);
        }
        // For people who look for who holds it; nothing reads it back.
        let program = std::env::current_exe().ok();
        let program = program.as_deref().and_then(Path::file_name).unwrap_or_default();
        let holder = format!("{} {}\n", std::process::id(), program.to_string_lossy());
        file.set_len(0).and_then(|()| file.write_all(holder.as_bytes())).ok();
        Ok(Box::new(HeldFile(file)))
    }
}

impl Writing for File {
    fn sync(&mut self) -> io::Result<()> {
        self.sync_all()
    }
}

/// Closing the file lets go of the lock, also when the process is killed.
struct HeldFile(#[expect(dead_code, reason = "held, not used")] File);

impl Held for HeldFile {}

fn owners_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options
}

#[cfg(unix)]
fn identity(metadata: &fs::Metadata) -> (u64, u64) {
    use std::os::unix::fs::MetadataExt as _;
    (metadata.dev(), metadata.ino())
}

#[cfg(not(unix))]
fn identity(_: &fs::Metadata) -> (u64, u64) {
    (0, 0)
}

#[cfg(not(target_os = "android"))]
fn try_lock(file: &File) -> io::Result<bool> {
    match file.try_lock() {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// std's own is not there on Android before Rust 1.98.
#[cfg(target_os = "android")]
fn try_lock(file: &File) -> io::Result<bool> {
    match rustix::fs::flock(file, rustix::fs::FlockOperation::NonBlockingLockExclusive) {
        Ok(()) => Ok(true),
        Err(rustix::io::Errno::WOULDBLOCK) => Ok(false),
        Err(error) => Err(error.into()),
    }
}
