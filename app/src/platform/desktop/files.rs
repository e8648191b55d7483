//! Files of any kind, by the desktop's own file chooser or by a path.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use smartotp_core::import::MAX_BYTES;
use smartotp_ui::services::{Background as _, Files, PickDone, PickError, Picked, Place, PlaceDone, SaveError};

#[cfg(not(all(unix, not(target_os = "macos"))))]
use crate::platform::background;
use crate::platform::background::Workers;
use crate::private_file::PrivateFile;

/// What the chooser shows. Its filter tells upper from lower case.
pub(super) const PICTURES: &[&str] =
    &["png", "jpg", "jpeg", "webp", "gif", "bmp", "PNG", "JPG", "JPEG", "WEBP", "GIF", "BMP"];
/// What that filter is called.
pub(super) const PICTURES_NAME: &str = "PNG, JPEG, WebP, GIF, BMP";

/// The largest file that is read, in bytes: what importers look at.
const LARGEST: u64 = MAX_BYTES as u64;

/// What the user is to choose.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wish {
    /// Pictures.
    Pictures,
    /// Any files.
    Files,
    /// Where a new file is to lie that might be called so.
    Place(String),
    /// A folder.
    #[cfg(all(unix, not(target_os = "macos")))]
    Folder,
}

/// Files of the user's.
pub(crate) struct SystemFiles;

impl Files for SystemFiles {
    fn pick(&self, done: PickDone) {
        pick(Wish::Files, LARGEST, done);
    }

    fn at_path(&self, path: &str, done: PickDone) {
        let path = as_path(path);
        Workers.run(Box::new(move || done(read(&path, LARGEST).map(|file| vec![file]))));
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn choose_place(&self, name: &str, done: PlaceDone) {
        let wish = Wish::Place(name.to_owned());
        Workers.run(Box::new(move || {
            let chosen =
                super::chooser::choose(wish).and_then(|paths| paths.into_iter().next().ok_or(PickError::Cancelled));
            done(chosen.map(|path| chosen_place(&path)));
        }));
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn choose_place(&self, name: &str, done: PlaceDone) {
        let dialog = rfd::AsyncFileDialog::new().set_file_name(name).save_file();
        background::spawn(async move {
            done(dialog.await.map(|file| chosen_place(file.path())).ok_or(PickError::Cancelled));
        });
    }

    #[cfg(all(unix, not(target_os = "macos")))]
    fn choose_folder(&self, done: PlaceDone) {
        Workers.run(Box::new(move || {
            let chosen = super::chooser::choose(Wish::Folder);
            let chosen = chosen.and_then(|paths| paths.into_iter().next().ok_or(PickError::Cancelled));
            done(chosen.map(|path| chosen_place(&path)));
        }));
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn choose_folder(&self, done: PlaceDone) {
        let dialog = rfd::AsyncFileDialog::new().pick_folder();
        background::spawn(async move {
            done(dialog.await.map(|folder| chosen_place(folder.path())).ok_or(PickError::Cancelled));
        });
    }

    fn write(&self, place: &Place, bytes: &[u8], check: &dyn Fn(&[u8]) -> bool) -> Result<String, SaveError> {
        let path = as_path(&place.address);
        let failed = |error: io::Error| match error.kind() {
            io::ErrorKind::AlreadyExists => SaveError::Exists,
            _ => SaveError::Unwritable,
        };
        if !place.replaces && path.symlink_metadata().is_ok() {
            return Err(SaveError::Exists);
        }
        let file = PrivateFile::write(&path, bytes).map_err(failed)?;
        if !check(&file.read_back().map_err(failed)?) {
            return Err(SaveError::Differs);
        }
        file.place(place.replaces).map_err(failed)?;
        Ok(path.display().to_string())
    }
}

/// What was chosen in a dialog, which has asked before it let a file be replaced.
fn chosen_place(path: &Path) -> Place {
    Place { address: path.display().to_string(), replaces: true }
}

/// Lets the user pick, and reads what was picked.
#[cfg(all(unix, not(target_os = "macos")))]
pub(super) fn pick(wish: Wish, largest: u64, done: PickDone) {
    let choose = move || super::chooser::choose(wish)?.iter().map(|path| read(path, largest)).collect();
    Workers.run(Box::new(move || done(choose())));
}

/// Lets the user pick, and reads what was picked.
#[cfg(not(all(unix, not(target_os = "macos"))))]
pub(super) fn pick(wish: Wish, largest: u64, done: PickDone) {
    // The dialog is asked for here, on the UI thread, as macOS wants it; its answer is awaited elsewhere.
    let dialog = match wish {
        Wish::Pictures => rfd::AsyncFileDialog::new().add_filter(PICTURES_NAME, PICTURES),
        Wish::Files | Wish::Place(_) => rfd::AsyncFileDialog::new(),
    };
    let dialog = dialog.pick_files();
    background::spawn(async move {
        let Some(files) = dialog.await else { return done(Err(PickError::Cancelled)) };
        let paths: Vec<PathBuf> = files.iter().map(|file| file.path().to_owned()).collect();
        Workers.run(Box::new(move || done(paths.iter().map(|path| read(path, largest)).collect())));
    });
}

/// A path as people give it: typed, or dropped as a `file:` address.
fn as_path(text: &str) -> PathBuf {
    let text = text.trim();
    match text.strip_prefix("file://") {
        Some(address) => PathBuf::from(percent_encoding::percent_decode_str(address).decode_utf8_lossy().into_owned()),
        None => match (text.strip_prefix("~/"), std::env::home_dir()) {
            (Some(below), Some(home)) => home.join(below),
            _ => PathBuf::from(text),
        },
    }
}

/// Reads one file, but never more than it may hold: the size in the folder's entry is not believed.
fn read(path: &Path, largest: u64) -> Result<Picked, PickError> {
    let file = File::open(path).map_err(|_| PickError::Unreadable)?;
    // A pipe or a device would never end, or never begin.
    if !file.metadata().is_ok_and(|facts| facts.is_file()) {
        return Err(PickError::Unreadable);
    }
    let mut bytes = Vec::new();
    file.take(largest + 1).read_to_end(&mut bytes).map_err(|_| PickError::Unreadable)?;
    if bytes.len() as u64 > largest {
        return Err(PickError::TooLarge);
    }
    let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    Ok(Picked { name, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_whole_or_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let small = folder.path().join("small code.png");
        std::fs::write(&small, b"pixels").expect("written");
        let picked = read(&as_path(&format!("file://{}", small.display()).replace(' ', "%20")), 6).expect("read");
        assert_eq!((picked.name.as_str(), picked.bytes.as_slice()), ("small code.png", b"pixels".as_slice()));

        assert_eq!(read(&small, 5).map(|_| ()), Err(PickError::TooLarge));
        assert_eq!(read(folder.path(), LARGEST).map(|_| ()), Err(PickError::Unreadable));
        assert_eq!(read(&folder.path().join("gone"), LARGEST).map(|_| ()), Err(PickError::Unreadable));
    }

    #[test]
    fn a_file_that_is_not_right_is_not_kept_and_one_that_is_there_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("tokens.sealed");
        let place = |replaces| Place { address: path.display().to_string(), replaces };
        assert_eq!(SystemFiles.write(&place(false), b"keys", &|_| false), Err(SaveError::Differs));
        assert!(!path.exists());
        let written = SystemFiles.write(&place(false), b"keys", &|bytes| bytes == b"keys");
        assert_eq!(written, Ok(path.display().to_string()));
        assert_eq!(SystemFiles.write(&place(false), b"new", &|_| true), Err(SaveError::Exists));
        assert_eq!(SystemFiles.write(&place(true), b"new", &|_| true).map(|_| ()), Ok(()));
        let nowhere = Place { address: folder.path().join("no/such/folder").display().to_string(), replaces: false };
        assert_eq!(SystemFiles.write(&nowhere, b"keys", &|_| true), Err(SaveError::Unwritable));
    }
}
