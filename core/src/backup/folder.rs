//! A folder as a place: of this machine, or one that something else carries on, such as Syncthing, Nextcloud or iCloud Drive.
//!
//! A version gets its name when it is whole and on the disk. Until then it has a name that no synchronising program takes for
//! one of ours.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};

use super::name::VersionId;
use super::provider::{Provider, ProviderError};
use super::sealed::MOST_BYTES;

/// A folder.
#[derive(Debug, Clone)]
pub struct Folder {
    path: PathBuf,
}

impl Folder {
    /// A folder that is there, or will be.
    #[must_use]
    pub fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Makes the folder for its user alone; one that is there stays as it is.
    ///
    /// # Errors
    /// The file system's.
    pub fn make(&self) -> io::Result<()> {
        if self.path.is_dir() {
            return Ok(());
        }
        let mut builder = fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(&self.path)
    }

    fn file(&self, id: VersionId) -> PathBuf {
        self.path.join(id.file_name())
    }

    /// An error, told apart from that of a folder that is not there at all.
    fn error(&self, error: io::Error) -> ProviderError {
        match error.kind() {
            io::ErrorKind::NotFound if !self.path.is_dir() => ProviderError::Missing,
            io::ErrorKind::NotFound => ProviderError::NoSuchVersion,
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => ProviderError::Denied,
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => ProviderError::Full,
            io::ErrorKind::NotADirectory => ProviderError::Missing,
            _ => ProviderError::Io(error),
        }
    }

    fn write(&self, id: VersionId, bytes: &[u8]) -> io::Result<()> {
        let part = self.path.join(format!(".{id}.{}.part", std::process::id()));
        let written = write_whole(&part, bytes).and_then(|()| {
            // Where there are no second names (FAT), renaming does it: nobody else writes under a name that is a digest.
            fs::hard_link(&part, self.file(id)).or_else(|error| match error.kind() {
                io::ErrorKind::AlreadyExists => Err(error),
                _ => fs::rename(&part, self.file(id)),
            })
        });
        fs::remove_file(&part).ok();
        written.and_then(|()| sync_folder(&self.path))
    }
}

impl Provider for Folder {
    fn list(&self) -> Result<Vec<VersionId>, ProviderError> {
        let entries = fs::read_dir(&self.path).map_err(|error| self.error(error))?;
        let mut versions = Vec::new();
        for entry in entries {
            let entry = entry.map_err(|error| self.error(error))?;
            versions.extend(entry.file_name().to_str().and_then(VersionId::from_file_name));
        }
        Ok(versions)
    }

    fn get(&self, id: VersionId) -> Result<Vec<u8>, ProviderError> {
        let mut bytes = Vec::new();
        let file = File::open(self.file(id)).map_err(|error| self.error(error))?;
        file.take(MOST_BYTES as u64 + 1).read_to_end(&mut bytes).map_err(|error| self.error(error))?;
        Ok(bytes)
    }

    fn put_new(&self, id: VersionId, bytes: &[u8]) -> Result<(), ProviderError> {
        self.write(id, bytes).map_err(|error| self.error(error))
    }

    fn delete(&self, id: VersionId) -> Result<(), ProviderError> {
        match fs::remove_file(self.file(id)) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(self.error(error)),
            _ => Ok(()),
        }
    }
}

fn write_whole(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
}

#[cfg(unix)]
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path).and_then(|folder| folder.sync_all()) {
        // Some network file systems refuse it: then the reading back has to do.
        Err(error) if matches!(error.kind(), io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported) => Ok(()),
        other => other,
    }
}

#[cfg(not(unix))]
fn sync_folder(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_come_back_and_other_files_are_left_alone() {
        let place = tempfile::tempdir().unwrap();
        let folder = Folder::new(place.path().join("a/b"));
        assert!(matches!(folder.list(), Err(ProviderError::Missing)));
        folder.make().unwrap();
        folder.make().unwrap();
        fs::write(place.path().join("a/b/notes.txt"), "mine").unwrap();
        let id = VersionId::of(b"bytes");
        folder.put_new(id, b"bytes").unwrap();
        assert!(folder.put_new(id, b"others").is_err(), "nothing is written over");
        assert_eq!((folder.list().unwrap(), folder.get(id).unwrap()), (vec![id], b"bytes".to_vec()));
        assert_eq!(fs::read_dir(place.path().join("a/b")).unwrap().count(), 2, "no leftover");
        folder.delete(id).unwrap();
        folder.delete(id).unwrap();
        assert!(matches!(folder.get(id), Err(ProviderError::NoSuchVersion)));
        assert!(place.path().join("a/b/notes.txt").exists());
        fs::remove_dir_all(place.path().join("a")).unwrap();
        assert!(matches!(folder.get(id), Err(ProviderError::Missing)));
        assert!(matches!(folder.put_new(id, b"bytes"), Err(ProviderError::Missing)));
    }
}
