//! Files that hold secrets: for their owner alone, whole or not at all.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::{Exit, Failure, reason};
use super::output::{self, visible};

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

/// A file written beside its place, until it is known to be as it should.
pub(super) struct Beside {
    place: PathBuf,
    existing: Existing,
    /// `None` for a pipe or device, which has been written to; and once it is in its place.
    beside: Option<PathBuf>,
}

impl Beside {
    /// Writes it, for its owner alone.
    pub(super) fn write(place: &Path, bytes: &[u8], existing: Existing) -> Result<Self, Failure> {
        if existing == Existing::Kept {
            refuse_existing(place)?;
        }
        if is_special(place) {
            let written = OpenOptions::new().write(true).open(place).and_then(|mut file| file.write_all(bytes));
            written.map_err(|error| unwritable(place, &error))?;
            return Ok(Self { place: place.to_owned(), existing, beside: None });
        }
        // A link is written through, as by other programs.
        let target = fs::canonicalize(place).unwrap_or_else(|_| place.to_owned());
        let beside = beside(&target);
        let written = Self { place: target, existing, beside: Some(beside.clone()) };
        write_new(&beside, bytes).map_err(|error| unwritable(place, &error))?;
        Ok(written)
    }

    /// What lies on the disk; `None` for a pipe or device.
    pub(super) fn read_back(&self) -> Result<Option<Zeroizing<Vec<u8>>>, Failure> {
        let Some(beside) = &self.beside else { return Ok(None) };
        fs::read(beside).map(|bytes| Some(Zeroizing::new(bytes))).map_err(|error| unwritable(&self.place, &error))
    }

    /// Moves it to its place, in one step.
    pub(super) fn place(mut self) -> Result<(), Failure> {
        let Some(beside) = &self.beside else { return Ok(()) };
        let placed = match self.existing {
            Existing::Replaced => fs::rename(beside, &self.place),
            Existing::Kept => place_new(beside, &self.place),
        };
        match placed {
            Ok(()) => {
                self.beside = None;
                sync_folder(&self.place);
                Ok(())
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(exists(&self.place)),
            Err(error) => Err(unwritable(&self.place, &error)),
        }
    }
}

impl Drop for Beside {
    /// What is not in its place by now shall not stay.
    fn drop(&mut self) {
        if let Some(beside) = &self.beside {
            let _ = fs::remove_file(beside);
        }
    }
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

/// Gives a file its name, unless another one has it.
fn place_new(beside: &Path, place: &Path) -> io::Result<()> {
    match fs::hard_link(beside, place) {
        Ok(()) => {
            let _ = fs::remove_file(beside);
            Ok(())
        }
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Err(error),
        // The file system has no hard links.
        Err(_) if fs::symlink_metadata(place).is_err() => fs::rename(beside, place),
        Err(_) => Err(io::ErrorKind::AlreadyExists.into()),
    }
}

/// The name itself on the disk, where the system lets folders be synced.
fn sync_folder(file: &Path) {
    let folder = file.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let _ = File::open(folder).and_then(|folder| folder.sync_all());
}

fn beside(path: &Path) -> PathBuf {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(format!(".{}.part", std::process::id()));
    path.with_file_name(name)
}

fn write_new(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    if *Zeroizing::new(fs::read(path)?) == bytes { Ok(()) } else { Err(io::ErrorKind::InvalidData.into()) }
}
