//! Files that hold secrets: for their owner alone, whole or not at all.

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::failure::{Exit, Failure, reason};
use super::output::{self, visible};

/// Writes bytes to a file that only its owner can read, or to standard output for `-`. A file is written beside its
/// place, read back and compared, and moved there in one step; a pipe or device is written to as it is.
pub(super) fn secret_file(path: &Path, bytes: &[u8]) -> Result<(), Failure> {
    if path.as_os_str() == "-" {
        return output::write(bytes);
    }
    let is_special = fs::metadata(path).is_ok_and(|metadata| !metadata.is_file());
    let written = if is_special {
        OpenOptions::new().write(true).open(path).and_then(|mut file| file.write_all(bytes))
    } else {
        replace(path, bytes)
    };
    written.map_err(|error| {
        let file = visible(&path.display().to_string());
        Failure::new(
            Exit::Failed,
            "unwritable_file",
            tr!("{file} can't be written: {reason}.", file = file, reason = reason(&error)),
        )
    })
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

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    // A link is written through, as by other programs.
    let target = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    let beside = beside(&target);
    let written = write_new(&beside, bytes).and_then(|()| fs::rename(&beside, &target));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
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
