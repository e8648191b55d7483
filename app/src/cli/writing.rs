//! Writes files that hold secrets, and says why one cannot be written.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::{Exit, Failure, reason};
use super::output::{self, visible};
use crate::private_file::PrivateFile;

/// What becomes of a file that is there already.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Existing {
    /// It stays, and nothing is written.
    Kept,
    /// It is replaced in one step.
    Replaced,
}

/// Writes bytes to a file that only its owner can read, or to standard output for `-`. A file is written beside its
/// place, read back and compared, and moved there in one step; a pipe or device is written to as it is.
pub(super) fn secret_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return output::write(bytes);
    }
    Beside::write(path, bytes, Existing::Replaced)?.place()
}

/// A [`PrivateFile`] on its way, or a pipe or device that has been written to.
pub(super) struct Beside {
    place: PathBuf,
    existing: Existing,
    /// `None` for a pipe or device.
    file: Option<PrivateFile>,
}

impl Beside {
    /// Writes it, for its owner alone, and compares what lies on the disk.
    pub(super) fn write(place: &Path, bytes: &[u8], existing: Existing) -> Result<Self, Failure> {
        if existing == Existing::Kept {
            refuse_existing(place)?;
        }
        let written = if is_special(place) {
            OpenOptions::new().write(true).open(place).and_then(|mut file| file.write_all(bytes)).map(|()| None)
        } else {
            written_and_compared(place, bytes).map(Some)
        };
        let file = written.map_err(|error| unwritable(place, &error))?;
        Ok(Self { place: place.to_owned(), existing, file })
    }

    /// What lies on the disk; `None` for a pipe or device.
    pub(super) fn read_back(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let read = self.file.as_ref().map(PrivateFile::read_back).transpose();
        read.map_err(|error| unwritable(&self.place, &error))
    }

    /// Moves it to its place, in one step.
    pub(super) fn place(self) -> Result<(), Failure> {
        let Some(file) = self.file else { return Ok(()) };
        file.place(self.existing == Existing::Replaced).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(&self.place),
            _ => unwritable(&self.place, &error),
        })
    }
}

fn written_and_compared(place: &Path, bytes: &[u8]) -> io::Result<PrivateFile> {
    let file = PrivateFile::write(place, bytes)?;
    if *file.read_back()? == bytes { Ok(file) } else { Err(io::ErrorKind::InvalidData.into()) }
}

/// Says no where a file is already. Pipes and devices are there to be written to.
pub(super) fn refuse_existing(path: &Path) -> Result<(), Failure> {
    let is_there = fs::symlink_metadata(path).is_ok() && !is_special(path);
    if is_there { Err(exists(path)) } else { Ok(()) }
}

fn exists(path: &Path) -> Failure {
    let file = visible(&path.display().to_string());
    Failure::new(
        Exit::Refused,
        "file_exists",
        tr!("{file} is there already. Choose another name, or replace it with --force.", file = file),
    )
}

fn unwritable(path: &Path, error: &io::Error) -> Failure {
    let file = visible(&path.display().to_string());
    Failure::new(
        Exit::Failed,
        "unwritable_file",
        tr!("{file} can't be written: {reason}.", file = file, reason = reason(error)),
    )
}

/// Makes the folder that a file is to lie in, for its user alone, where there is none.
pub(super) fn make_folder_of(file: &Path) -> Result<(), Failure> {
    let Some(folder) = file.parent().filter(|folder| !folder.as_os_str().is_empty() && !folder.exists()) else {
        return Ok(());
    };
    crate::platform::make_private(folder).map_err(|error| {
        let folder = visible(&folder.display().to_string());
        Failure::new(
            Exit::Failed,
            "unwritable_folder",
            tr!("The folder {folder} can't be made: {reason}.", folder = folder, reason = reason(&error)),
        )
    })
}

fn is_special(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir())
}
