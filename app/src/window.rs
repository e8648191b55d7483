//! Opens the window over the services of this platform.

use std::process::ExitCode;

use slint::ComponentHandle as _;
use smartotp_ui::services::Services;

use crate::platform;

/// Runs the window until it is closed. What cannot be opened is said in one sentence.
#[cfg(not(target_os = "android"))]
pub(crate) fn open() -> ExitCode {
    let services = match platform::services() {
        Ok(services) => services,
        Err(error) => return refuse(&error.to_string()),
    };
    match show(services) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => refuse("there is no display to open a window on; `smartotp help` shows the command line"),
    }
}

/// Runs the window until it is closed, and leaves no code on the clipboard.
pub(crate) fn show(services: Services) -> Result<(), slint::PlatformError> {
    let clipboard = services.clipboard.clone();
    let app = smartotp_ui::App::new()?;
    let closed = app.run();
    clipboard.clear_now();
    closed
}

#[cfg(not(target_os = "android"))]
fn refuse(why: &str) -> ExitCode {
    use std::io::Write as _;
    let _ = writeln!(std::io::stderr(), "smartotp: {why}");
    ExitCode::FAILURE
}
