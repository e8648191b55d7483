//! How far long work has come: one line on a terminal that is written over, and nothing elsewhere.

use std::io::{self, IsTerminal as _, Write as _};
use std::time::{Duration, Instant};

use super::output::Output;

/// Shorter work needs no line, and eyes no more of them.
const PAUSE: Duration = Duration::from_millis(200);

/// The line.
pub(super) struct Progress {
    /// When it may be written next; `None` where nobody looks.
    due: Option<Instant>,
    written: bool,
}

impl Progress {
    /// Nothing is written yet.
    pub(super) fn new(out: Output) -> Self {
        let seen = !out.json && !out.is_quiet() && io::stderr().is_terminal();
        Self { due: seen.then(|| Instant::now() + PAUSE), written: false }
    }

    /// Writes the line, if it is due.
    pub(super) fn tell(&mut self, words: impl FnOnce() -> String) {
        let now = Instant::now();
        if self.due.is_some_and(|due| due <= now) {
            let _ = write!(io::stderr().lock(), "\r\x1b[K{}", words());
            (self.due, self.written) = (Some(now + PAUSE), true);
        }
    }
}

impl Drop for Progress {
    /// Takes the line away.
    fn drop(&mut self) {
        if self.written {
            let _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
