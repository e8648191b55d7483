//! What a panic may say: where, never what. Its message can hold a value, and a value can be a secret.

use std::io::Write as _;

/// Replaces the panic hook by one that names file and line alone.
pub(crate) fn keep_quiet_about_values() {
    std::panic::set_hook(Box::new(|fault| {
        let place = fault.location().map(|place| format!(" at {}:{}", place.file(), place.line()));
        // Not `eprintln!`: it panics itself when standard error is closed.
        let _ = writeln!(std::io::stderr(), "smartotp: internal fault{}", place.unwrap_or_default());
    }));
}
