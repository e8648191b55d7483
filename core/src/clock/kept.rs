//! A measurement in a file of its own beside the settings: it is not the vault's, and another program's write of the
//! settings must not bring an older one back.

use std::fs::File;
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use super::Stored;

/// More than such a file ever has.
const MOST_BYTES: u64 = 4 * 1024;

impl Stored {
    /// Where it lies, of the place where the settings lie.
    #[must_use]
    pub fn beside(settings: &Path) -> PathBuf {
        settings.with_file_name("clock.json")
    }

    /// Reads it; `None` where there is none, or no sense in it.
    #[must_use]
    pub fn load(file: &Path) -> Option<Self> {
        let mut bytes = Vec::new();
        File::open(file).ok()?.take(MOST_BYTES).read_to_end(&mut bytes).ok()?;
        serde_json::from_slice(&bytes).ok()
    }

    /// Writes it.
    ///
    /// # Errors
    /// When it cannot be written; the one before is still there then.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        crate::settings::replace(file, &serde_json::to_vec(self)?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::BootTime;

    #[test]
    fn it_comes_back_and_damage_is_as_good_as_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = Stored::beside(&folder.path().join("settings.json"));
        assert_eq!(Stored::load(&file), None);
        let stored = Stored::new(-133_000_000, 20_000, 7, &BootTime { boot: "a".into(), seconds: 5 });
        stored.save(&file).unwrap();
        assert_eq!(Stored::load(&file), Some(stored));
        for text in ["", "{", "null", "{\"offset\":1}", "[1,2]"] {
            std::fs::write(&file, text).unwrap();
            assert_eq!(Stored::load(&file), None, "{text}");
        }
    }
}
