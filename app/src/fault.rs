//! What a panic may say: where, never what. Its message can hold a value, and a value can be a secret.

use std::io::Write as _;

/// Replaces the panic hook, for all threads and for panics that are caught, by one that names file and line alone.
pub(crate) fn keep_quiet_about_values() {
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(|place| format!("{}:{}", place.file(), place.line())).unwrap_or_default();
        // Not `eprintln!`: it panics itself when standard error is closed.
        let _ = writeln!(std::io::stderr(), "smartotp: {}", said(&place));
    }));
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn said(place: &str) -> String {
    crate::cli::fault(place)
}

/// On phones only developers read it.
#[cfg(any(target_os = "android", target_os = "ios"))]
fn said(place: &str) -> String {
    format!("internal fault at {place}")
}
