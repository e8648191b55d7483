//! Files that hold keys: for their owner alone, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

/// A file written beside its place, until it is known to be as it should.
pub(crate) struct PrivateFile {
    place: PathBuf,
    /// `None` once it is in its place.
    beside: Option<PathBuf>,
}

impl PrivateFile {
    /// Writes it beside its place.
    pub(crate) fn write(place: &Path, bytes: &[u8]) -> io::Result<Self> {
        // A link is written through, as by other programs.
        let place = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        let mut name = place.file_name().ok_or(io::ErrorKind::InvalidFilename)?.to_owned();
        name.push(format!(".{}.part", std::process::id()));
        let beside = place.with_file_name(name);
        let mut file = open_new(&beside)?;
        let written = Self { place, beside: Some(beside) };
        file.write_all(bytes)?;
        file.sync_all()?;
        Ok(written)
    }

    /// What lies on the disk.
    pub(crate) fn read_back(&self) -> io::Result<Zeroizing<Vec<u8>>> {
        let beside = self.beside.as_deref().ok_or(io::ErrorKind::NotFound)?;
        fs::read(beside).map(Zeroizing::new)
    }

    /// Moves it to its place in one step; fails with [`io::ErrorKind::AlreadyExists`] where there is a file that may not be
    /// replaced.
    pub(crate) fn place(mut self, replaces: bool) -> io::Result<()> {
        let beside = self.beside.as_deref().ok_or(io::ErrorKind::NotFound)?;
        if replaces {
            fs::rename(beside, &self.place)?;
        } else {
            place_new(beside, &self.place)?;
        }
        self.beside = None;
        // The name itself on the disk, where the system lets folders be synced.
        if let Some(folder) = self.place.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let _ = File::open(folder).and_then(|folder| folder.sync_all());
        }
        Ok(())
    }
}

impl Drop for PrivateFile {
    /// What is not in its place by now shall not stay.
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
}

fn open_new(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

/// Gives a file its name, unless another one has it.
fn place_new(beside: &Path, place: &Path) -> io::Result<()> {
    match fs::hard_link(beside, place) {
        Ok(()) => fs::remove_file(beside),
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // The file system has no hard links.
        Err(_) if fs::symlink_metadata(place).is_err() => fs::rename(beside, place),
        Err(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_gets_its_name_when_it_is_right_and_leaves_nothing_when_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let place = folder.path().join("export.json");
        drop(PrivateFile::write(&place, b"wrong").expect("written"));
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 0);

        let file = PrivateFile::write(&place, b"keys").expect("written");
        assert_eq!(file.read_back().expect("read").as_slice(), b"keys");
        file.place(false).expect("placed");
        assert_eq!(fs::read(&place).expect("read"), b"keys");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            assert_eq!(fs::metadata(&place).expect("there").permissions().mode() & 0o777, 0o600);
        }

        let kept = PrivateFile::write(&place, b"other").expect("written").place(false);
        assert_eq!(kept.map_err(|error| error.kind()), Err(io::ErrorKind::AlreadyExists));
        assert_eq!(fs::read(&place).expect("read"), b"keys");
        PrivateFile::write(&place, b"other").expect("written").place(true).expect("replaced");
        assert_eq!(fs::read(&place).expect("read"), b"other");
        assert_eq!(fs::read_dir(folder.path()).expect("listed").count(), 1);
    }
}
