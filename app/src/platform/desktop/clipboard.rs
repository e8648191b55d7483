//! The desktop's clipboard. A code is marked as sensitive, so that histories leave it out, and is taken away again.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use arboard::Clipboard as Board;
use smartotp_core::secret::SecretText;
use smartotp_ui::services::{Clip, Clipboard};

use crate::platform::background;

/// The clipboard. X11 and Wayland serve a selection from the program that owns it: the connection stays open.
#[derive(Default)]
pub(crate) struct SystemClipboard(Arc<Mutex<Held>>);

/// The connection, and the code that we put there last.
#[derive(Default)]
struct Held {
    board: Option<Board>,
    code: Option<SecretText>,
    /// Counts the copies, so that an older copy's timer leaves a newer copy alone.
    copies: u64,
}

impl Held {
    /// The connection, made on first use.
    fn board(&mut self) -> Option<&mut Board> {
        if self.board.is_none() {
            self.board = Board::new().ok();
        }
        self.board.as_mut()
    }

    /// Takes our code away, unless somebody copied something else since.
    fn clear_ours(&mut self) {
        let Some(code) = self.code.take() else { return };
        let Some(board) = self.board() else { return };
        let ours = board.get_text().map(SecretText::new).is_ok_and(|text| text == code);
        if ours {
            let _ = board.clear();
        }
    }
}

fn locked(held: &Mutex<Held>) -> MutexGuard<'_, Held> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Clipboard for SystemClipboard {
    fn read(&self) -> Clip {
        let mut held = locked(&self.0);
        let Some(board) = held.board() else { return Clip::Nothing };
        if let Ok(text) = board.get_text()
            && !text.trim().is_empty()
        {
            return Clip::Text(SecretText::new(text));
        }
        match board.get_image() {
            Ok(picture) => {
                Clip::Picture { width: picture.width, height: picture.height, rgba: picture.bytes.into_owned() }
            }
            Err(_) => Clip::Nothing,
        }
    }

    fn copy_sensitive(&self, text: &SecretText, clear_after_seconds: u32) -> bool {
        let mut held = locked(&self.0);
        let taken = held.board().is_some_and(|board| set_sensitive(board, text));
        if !taken {
            return false;
        }
        held.code = Some(text.duplicate());
        held.copies += 1;
        if clear_after_seconds > 0 {
            let (all, copy) = (Arc::clone(&self.0), held.copies);
            background::spawn(async move {
                tokio::time::sleep(Duration::from_secs(clear_after_seconds.into())).await;
                let mut held = locked(&all);
                if held.copies == copy {
                    held.clear_ours();
                }
            });
        }
        true
    }

    fn clear_now(&self) {
        locked(&self.0).clear_ours();
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
