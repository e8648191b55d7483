//! Opens the window over the services of this platform.

use std::rc::Rc;
#[cfg(any(target_os = "android", target_os = "ios"))]
use std::{cell::RefCell, rc::Weak};

use smartotp_ui::{Services, Ui};

#[cfg(any(target_os = "android", target_os = "ios"))]
thread_local! {
    /// The window of this thread, for the platform's own events, which arrive without one.
    static OPEN: RefCell<Weak<Ui>> = const { RefCell::new(Weak::new()) };
}

/// Runs the window until it is closed; then the vault is locked and no code is left on the clipboard.
pub(crate) fn show(services: Services) -> Result<(), slint::PlatformError> {
    let clipboard = services.clipboard.clone();
    let ui = Rc::new(Ui::new(services)?);
    #[cfg(any(target_os = "android", target_os = "ios"))]
    OPEN.set(Rc::downgrade(&ui));
    #[cfg(target_os = "linux")]
    slint::Timer::single_shot(std::time::Duration::from_secs(1), crate::platform::limits::keep_debuggers_out);
    let closed = ui.run();
    ui.lock();
    clipboard.clear_now();
    closed
}

/// The app went out of sight, or came back: nothing beats for nobody, and what is not seen is locked.
#[cfg(any(target_os = "android", target_os = "ios"))]
pub(crate) fn in_sight(seen: bool) {
    if let Some(ui) = OPEN.with_borrow(Weak::upgrade) {
        ui.set_visible(seen);
        if !seen {
            ui.lock();
        }
    }
}

/// Runs the window as a program of its own: what cannot be opened is said in one sentence.
#[cfg(not(target_os = "android"))]
pub(crate) fn open() -> std::process::ExitCode {
    let outcome = crate::platform::services()
        .map_err(|error| error.to_string())
        .and_then(|services| show(services).map_err(|error| why_not(&error)));
    match outcome {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "smartotp: {why}");
            std::process::ExitCode::FAILURE
        }
    }
}

/// One sentence: a desktop without a display is told from one whose libraries are missing.
#[cfg(not(target_os = "android"))]
fn why_not(error: &slint::PlatformError) -> String {
    let named = |name: &str| std::env::var_os(name).is_some_and(|display| !display.is_empty());
    if cfg!(target_os = "linux") && !named("DISPLAY") && !named("WAYLAND_DISPLAY") {
        return "there is no display to open a window on; 'smartotp help' shows the command line".to_owned();
    }
    format!("the window cannot be opened: {}", error.to_string().replace('\n', " "))
}
