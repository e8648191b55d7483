//! The desktop and iOS entry point.

#[cfg(not(target_os = "android"))]
fn main() -> std::process::ExitCode {
    smartotp::run()
}

/// Android loads the library; a program of its own it has none.
#[cfg(target_os = "android")]
fn main() {}
