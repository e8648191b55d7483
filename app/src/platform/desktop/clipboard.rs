//! The desktop's clipboard. A code is marked as sensitive, so that histories leave it out, and is taken away again.

use arboard::Clipboard as Board;
use smartotp_core::secret::SecretText;
use smartotp_ui::services::{Clip, Clipboard};

use crate::platform::timed_clipboard::{self, Timed};

/// The clipboard.
pub(crate) struct SystemClipboard(Timed<Connection>);

impl Default for SystemClipboard {
    fn default() -> Self {
        Self(Timed::new(Connection(None)))
    }
}

/// X11 and Wayland serve a selection from the program that owns it: the connection, made on first use, stays open.
struct Connection(Option<Board>);

impl Connection {
    fn board(&mut self) -> Option<&mut Board> {
        if self.0.is_none() {
            self.0 = Board::new().ok();
        }
        self.0.as_mut()
    }

    fn read(&mut self) -> Clip {
        if let Some(text) = timed_clipboard::Board::text(self).filter(|text| !text.expose().trim().is_empty()) {
            return Clip::Text(text);
        }
        match self.board().map(Board::get_image) {
            Some(Ok(picture)) => {
                Clip::Picture { width: picture.width, height: picture.height, rgba: picture.bytes.into_owned() }
            }
            _ => Clip::Nothing,
        }
    }
}

impl timed_clipboard::Board for Connection {
    fn text(&mut self) -> Option<SecretText> {
        self.board()?.get_text().ok().map(SecretText::new)
    }

    fn put(&mut self, code: &SecretText) -> bool {
        self.board().is_some_and(|board| set_sensitive(board, code))
    }

    fn clear(&mut self) {
        let _ = self.board().map(Board::clear);
    }
}

impl Clipboard for SystemClipboard {
    fn read(&self) -> Clip {
        self.0.with(Connection::read)
    }

    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool {
        self.0.copy(text, clear_after_seconds)
    }

    fn clear_now(&self) {
        self.0.clear();
    }
}

#[cfg(all(unix, not(target_os = "macos")))]
fn set_sensitive(board: &mut Board, text: &SecretText) -> bool {
    use arboard::SetExtLinux as _;
    board.set().exclude_from_history().text(text.expose()).is_ok()
}

#[cfg(target_os = "macos")]
fn set_sensitive(board: &mut Board, text: &SecretText) -> bool {
    use arboard::SetExtApple as _;
    board.set().exclude_from_history().text(text.expose()).is_ok()
}

#[cfg(windows)]
fn set_sensitive(board: &mut Board, text: &SecretText) -> bool {
    use arboard::SetExtWindows as _;
    // This one also keeps it out of the history and of the cloud.
    board.set().exclude_from_monitoring().text(text.expose()).is_ok()
}
