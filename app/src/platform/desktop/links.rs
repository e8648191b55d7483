//! The user's browser.

use smartotp_ui::services::Links;

/// Opens web pages, and nothing else: a link is never a way to start a program or to read a file.
pub(crate) struct Browser;

impl Links for Browser {
    fn open(&self, url: &str) {
        if url.starts_with("https://") {
            // Without a browser nothing opens; the page's address stands on the screen.
            let _ = webbrowser::open(url);
        }
    }
}
