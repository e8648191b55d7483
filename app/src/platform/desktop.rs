//! Linux, macOS and Windows.

#[cfg(all(unix, not(target_os = "macos")))]
pub(crate) mod chooser;
mod clipboard;
mod files;
mod keystore;
mod links;
mod pictures;
#[cfg(all(unix, not(target_os = "macos")))]
mod presence;
#[cfg(any(windows, target_os = "macos"))]
mod screen_guard;

use std::sync::Arc;

use smartotp_core::backup::cloud::Client;
use smartotp_core::backup::remote::Network;
use smartotp_core::vault::{Environment, SystemEntropy};
use smartotp_ui::services::Services;

use super::background::Workers;
use super::boot::SystemBoot;
use super::clock::SystemClock;
use super::places::Places;
use crate::cli::Platform;

/// Why the window cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoServices {
    /// No home folder.
    #[error("there is no home folder to keep the vault in; set HOME, or name a vault with --vault")]
    NoHome,
    /// The data folder could not be made.
    #[error("the folder {folder} cannot be made: {reason}")]
    NoFolder {
        /// Which.
        folder: String,
        /// The system's words.
        reason: std::io::Error,
    },
}

/// What the screens need, from this desktop.
pub(crate) fn services() -> Result<Services, NoServices> {
    let places = Places::of_user().map_err(|_| NoServices::NoHome)?;
    places.make().map_err(|reason| NoServices::NoFolder { folder: places.folder.display().to_string(), reason })?;
    Ok(Services {
        vault: Environment {
            file: places.vault,
            entropy: Arc::new(SystemEntropy),
            keystore: keystore::of_system(),
            boot: Arc::new(SystemBoot),
        },
        settings_file: places.settings,
        device_name: super::device_name(),
        kdf: None,
        system_language: language(),
        clock: Arc::new(SystemClock),
        background: Arc::new(Workers),
        clipboard: Arc::new(clipboard::SystemClipboard::default()),
        pictures: Arc::new(pictures::SystemPictures),
        files: Arc::new(files::SystemFiles),
        links: Arc::new(links::Browser),
        #[cfg(any(windows, target_os = "macos"))]
        screen_guard: Arc::new(screen_guard::WindowServer),
        #[cfg(not(any(windows, target_os = "macos")))]
        screen_guard: Arc::new(super::absent::NoGuard),
        #[cfg(all(unix, not(target_os = "macos")))]
        presence: Arc::new(presence::Buses),
        #[cfg(not(all(unix, not(target_os = "macos"))))]
        presence: Arc::new(super::absent::NotTold),
    })
}

/// What the command line needs, from this desktop. Nothing is made and nothing is asked of the system.
pub(crate) fn for_command_line() -> Platform {
    let places = Places::of_user().ok();
    Platform {
        vault_file: places.as_ref().map(|places| places.vault.clone()),
        settings_file: places.map(|places| places.settings),
        system_language: language(),
        keystore: keystore::of_system,
        client: Client::of_build,
        browse: |url| smartotp_ui::services::Links::open(&links::Browser, url),
        network: Network::default(),
    }
}

/// The system's language as it names it.
fn language() -> String {
    sys_locale::get_locale().unwrap_or_default()
}
