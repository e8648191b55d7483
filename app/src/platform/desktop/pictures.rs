//! Pictures from the file system, by the desktop's own file chooser.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use smartotp_ui::services::{PickDone, PickError, Picked, Pictures};

#[cfg(not(all(unix, not(target_os = "macos"))))]
use crate::platform::background;
use crate::platform::background::Workers;
use smartotp_ui::services::Background as _;

/// The largest file that is read, in bytes.
const LARGEST: u64 = 32 << 20;

/// The file chooser.
pub(crate) struct SystemPictures;

impl Pictures for SystemPictures {
    #[cfg(all(unix, not(target_os = "macos")))]
    fn pick(&self, done: PickDone) {
        let choose = || super::chooser::choose()?.iter().map(|path| read(path)).collect();
        Workers.run(Box::new(move || done(choose())));
    }

    #[cfg(not(all(unix, not(target_os = "macos"))))]
    fn pick(&self, done: PickDone) {
        // The dialog is asked for here, on the UI thread, as macOS wants it; its answer is awaited elsewhere.
        let dialog = rfd::AsyncFileDialog::new().add_filter("PNG, JPEG, WebP, GIF, BMP", EXTENSIONS).pick_files();
        background::spawn(async move {
            let Some(files) = dialog.await else { return done(Err(PickError::Cancelled)) };
            let paths: Vec<PathBuf> = files.iter().map(|file| file.path().to_owned()).collect();
            Workers.run(Box::new(move || done(paths.iter().map(|path| read(path)).collect())));
        });
    }

    fn at_path(&self, path: &str, done: PickDone) {
        let path = as_path(path);
        Workers.run(Box::new(move || done(read(&path).map(|file| vec![file]))));
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
const EXTENSIONS: &[&str] = &["png", "jpg", "jpeg", "webp", "gif", "bmp"];

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
fn read(path: &Path) -> Result<Picked, PickError> {
    let file = File::open(path).map_err(|_| PickError::Unreadable)?;
    // A pipe or a device would never end, or never begin.
    if !file.metadata().is_ok_and(|facts| facts.is_file()) {
        return Err(PickError::Unreadable);
    }
    let mut bytes = Vec::new();
    file.take(LARGEST + 1).read_to_end(&mut bytes).map_err(|_| PickError::Unreadable)?;
    if bytes.len() as u64 > LARGEST {
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
        let picked = read(&as_path(&format!("file://{}", small.display()).replace(' ', "%20"))).expect("read");
        assert_eq!((picked.name.as_str(), picked.bytes.as_slice()), ("small code.png", b"pixels".as_slice()));

        let large = folder.path().join("large.png");
        File::create(&large).and_then(|file| file.set_len(LARGEST + 1)).expect("made");
        assert_eq!(read(&large).map(|_| ()), Err(PickError::TooLarge));
        assert_eq!(read(folder.path()).map(|_| ()), Err(PickError::Unreadable));
        assert_eq!(read(&folder.path().join("gone")).map(|_| ()), Err(PickError::Unreadable));
    }
}
