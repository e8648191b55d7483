//! Where this installation keeps its files.

use std::io;
use std::path::{Path, PathBuf};

/// The files of one installation, all in one folder that only its user can enter.
#[derive(Debug, Clone)]
pub(crate) struct Places {
    /// The folder: `~/.local/share/smartotp`, `~/Library/Application Support/smartotp`, `%APPDATA%\smartotp`, or what the
    /// phone gives the app.
    pub(crate) folder: PathBuf,
    /// The vault.
    pub(crate) vault: PathBuf,
    /// The settings that can be read before the vault is open.
    pub(crate) settings: PathBuf,
}

impl Places {
    /// The files in a folder.
    pub(crate) fn within(folder: PathBuf) -> Self {
        Self { vault: folder.join("vault.smartotp"), settings: folder.join("settings.json"), folder }
    }

    /// The files in the user's data folder. Nothing is made.
    ///
    /// # Errors
    /// [`NoHome`] when the user has no home folder.
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    pub(crate) fn of_user() -> Result<Self, NoHome> {
        use etcetera::BaseStrategy as _;
        let base = etcetera::base_strategy::choose_native_strategy().map_err(|_| NoHome)?;
        Ok(Self::within(base.data_dir().join("smartotp")))
    }

    /// Makes the folder, so that only its user can enter it.
    ///
    /// # Errors
    /// The system's own.
    pub(crate) fn make(&self) -> io::Result<()> {
        make_private(&self.folder)
    }
}

/// The user has no home folder.
#[cfg(not(any(target_os = "android", target_os = "ios")))]
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no home folder")]
pub(crate) struct NoHome;

/// Makes a folder, and those above it, so that only their user can enter them.
///
/// # Errors
/// The system's own.
#[cfg(unix)]
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt as _;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

/// Makes a folder and those above it.
///
/// # Errors
/// The system's own.
#[cfg(not(unix))]
pub(crate) fn make_private(folder: &Path) -> io::Result<()> {
    // Below %APPDATA%, whose access list already names the user alone.
    std::fs::create_dir_all(folder)
}

#[cfg(all(test, unix))]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    #[test]
    fn nobody_else_can_enter_the_folder() {
        let home = tempfile::tempdir().expect("a folder");
        let places = Places::within(home.path().join("data/smartotp"));
        places.make().expect("made");
        places.make().expect("made already");
        let mode = std::fs::metadata(&places.folder).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o700);
    }
}
