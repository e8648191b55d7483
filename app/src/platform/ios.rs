//! iOS: the services by Objective-C. The entry point is `main`, as on desktops.

mod clipboard;
mod keystore;
mod sight;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use smartotp_ui::services::{Links, Services};

use super::phone::{self, Own};
use super::places::Places;

/// Why the window cannot be opened.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoServices {
    /// iOS gives every app a home folder.
    #[error("no home folder")]
    NoHome,
    /// The data folder could not be made.
    #[error(transparent)]
    NoFolder(#[from] io::Error),
}

/// What the screens need, from this phone.
pub(crate) fn services() -> Result<Services, NoServices> {
    let home = std::env::var_os("HOME").map(PathBuf::from).ok_or(NoServices::NoHome)?;
    let places = Places::within(home.join("Library/Application Support/smartotp"));
    places.make()?;
    sight::keep_out_of_backups(&places.folder)?;
    sight::follow();
    let own = Own {
        keystore: keystore::connect,
        clipboard: Arc::new(clipboard::IosClipboard::default()),
        links: Arc::new(Browser),
        language: sys_locale::get_locale().unwrap_or_default(),
    };
    Ok(phone::services(places, own))
}

/// Opens web pages, and nothing else.
struct Browser;

impl Links for Browser {
    fn open(&self, url: &str) {
        if url.starts_with("https://") {
            let _ = webbrowser::open(url);
        }
    }
}
