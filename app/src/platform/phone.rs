//! What both phones lack so far: a picker of pictures is theirs to give, and is asked for in their own language.

use std::sync::Arc;

use smartotp_core::vault::{Environment, Keystore, SystemEntropy};
use smartotp_ui::services::{
    Clipboard, Files, Links, PickDone, PickError, Pictures, Place, PlaceDone, SaveError, Services,
};

use super::absent::{NoGuard, NotTold};
use super::background::Workers;
use super::boot::SystemBoot;
use super::clock::SystemClock;
use super::keystore::OsKeystore;
use super::places::Places;

/// What a phone gives by its own means.
pub(super) struct Own {
    /// Connects to its keystore.
    pub(super) keystore: fn() -> bool,
    /// Its clipboard.
    pub(super) clipboard: Arc<dyn Clipboard>,
    /// Its browser.
    pub(super) links: Arc<dyn Links>,
    /// Its language.
    pub(super) language: String,
}

/// What the screens need, from a phone that keeps the app's files in `places`.
pub(super) fn services(places: Places, own: Own) -> Services {
    let keystore: Arc<dyn Keystore> = Arc::new(OsKeystore { connect: own.keystore });
    Services {
        vault: Environment {
            file: places.vault,
            entropy: Arc::new(SystemEntropy),
            keystore: Some(keystore),
            boot: Arc::new(SystemBoot),
        },
        settings_file: places.settings,
        device_name: if cfg!(target_os = "ios") { "iPhone" } else { "Android" }.to_owned(),
        kdf: None,
        system_language: own.language,
        clock: Arc::new(SystemClock),
        background: Arc::new(Workers),
        clipboard: own.clipboard,
        pictures: Arc::new(NoChooser),
        files: Arc::new(NoChooser),
        links: own.links,
        screen_guard: Arc::new(NoGuard),
        presence: Arc::new(NotTold),
    }
}

/// Says that there is no chooser, so that the screens offer the other ways in.
struct NoChooser;

impl Pictures for NoChooser {
    fn pick(&self, done: PickDone) {
        done(Err(PickError::NoChooser));
    }
}

impl Files for NoChooser {
    fn pick(&self, done: PickDone) {
        done(Err(PickError::NoChooser));
    }

    fn at_path(&self, _path: &str, done: PickDone) {
        // An app on a phone sees no files but its own.
        done(Err(PickError::NoChooser));
    }
    fn choose_place(&self, _name: &str, done: PlaceDone) {
        done(Err(PickError::NoChooser));
    }

    fn choose_folder(&self, done: PlaceDone) {
        done(Err(PickError::NoChooser));
    }

    fn write(&self, _place: &Place, _bytes: &[u8], _check: &dyn Fn(&[u8]) -> bool) -> Result<String, SaveError> {
        Err(SaveError::Unwritable)
    }
}
