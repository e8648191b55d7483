//! Frame after frame on a terminal, on a screen of its own that leaves nothing behind.

use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use smartotp_core::qr::animated::{FRAMES_PER_SECOND, Frames};
use smartotp_core::secret::SecretText;

use super::modules;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output;

/// Lines above the code: the words, which may take two, and how to end.
const LINES_ABOVE: usize = 3;

/// The alternate screen without a cursor, and back.
const ENTER: &str = "\x1b[?1049h\x1b[?25l\x1b[2J";
const LEAVE: &str = "\x1b[?25h\x1b[?1049l";

/// Puts the terminal back as it was.
struct Screen;

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = output::print(LEAVE);
    }
}

/// Shows the frames until Ctrl-C, or so many of them.
pub(super) fn run(frames: Frames, count: Option<u32>, words: &SecretText) -> Result<(), Failure> {
    let (stop, stopped) = mpsc::channel::<()>();
    ctrlc::set_handler(move || {
        let _ = stop.send(());
    })
    .map_err(|_| Failure::new(Exit::Failed, "signal", tr!("Ctrl-C can't be caught here.")))?;
    let mut frames = frames.take(count.map_or(usize::MAX, |count| count as usize));
    let mut picture = match frames.next() {
        Some(first) => modules(&first)?.to_terminal(),
        None => return Ok(()),
    };
    check_room(&picture)?;
    output::print(ENTER)?;
    let screen = Screen;
    output::print(&format!(
        "\x1b[H{}\n{}\n",
        words.expose(),
        tr!("Hold the other device's camera to it. Ctrl-C ends it.")
    ))?;
    loop {
        output::print(&format!("\x1b[{};1H{picture}", LINES_ABOVE + 1))?;
        if stopped.recv_timeout(Duration::from_millis(1000 / u64::from(FRAMES_PER_SECOND)))
            != Err(RecvTimeoutError::Timeout)
        {
            break;
        }
        match frames.next() {
            Some(frame) => picture = modules(&frame)?.to_terminal(),
            None => break,
        }
    }
    drop(screen);
    Ok(())
}

/// A code that is wrapped or cut can't be read.
fn check_room(picture: &str) -> Result<(), Failure> {
    let columns = picture.lines().next().map_or(0, |line| line.chars().count());
    let rows = picture.lines().count() + LINES_ABOVE;
    let fits = terminal_size::terminal_size()
        .is_none_or(|(width, height)| usize::from(width.0) >= columns && usize::from(height.0) > rows);
    if fits {
        return Ok(());
    }
    let words = tr!(
        "The terminal is too small for the codes. Make it at least {columns} columns by {rows} lines, or its letters smaller.",
        columns = columns,
        rows = rows + 1
    );
    Err(Failure::new(Exit::Usage, "terminal_too_small", words))
}
