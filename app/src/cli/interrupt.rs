//! Ctrl-C during long work: asked for between two steps, so that nothing is left half done.

use std::process;
use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

use super::failure::{Exit, Failure};

/// What shells give for a program that Ctrl-C ended: 128 and SIGINT's number.
const ENDED: i32 = 130;

static WATCHED: AtomicBool = AtomicBool::new(false);
static PRESSED: AtomicBool = AtomicBool::new(false);

/// While this lives, Ctrl-C is noted and the program goes on; before and after it ends the program as usual.
pub(super) struct Interrupt(());

impl Interrupt {
    /// Starts to listen.
    pub(super) fn listen() -> Result<Self, Failure> {
        static HANDLER: Once = Once::new();
        let mut caught = Ok(());
        HANDLER.call_once(|| caught = ctrlc::set_handler(pressed));
        caught.map_err(|_| Failure::new(Exit::Failed, "signal", tr!("Ctrl-C can't be caught here.")))?;
        WATCHED.store(true, Ordering::Relaxed);
        Ok(Self(()))
    }

    /// Whether it was pressed since.
    pub(super) fn pressed(&self) -> bool {
        PRESSED.load(Ordering::Relaxed)
    }
}

impl Drop for Interrupt {
    fn drop(&mut self) {
        WATCHED.store(false, Ordering::Relaxed);
    }
}

fn pressed() {
    if WATCHED.load(Ordering::Relaxed) {
        PRESSED.store(true, Ordering::Relaxed);
    } else {
        process::exit(ENDED);
    }
}
