//! The front door: the window, the command line, the phones' entry points, and what each operating system gives.
//!
//! No argument opens the window, any argument is for the command line, and neither starts what only the other needs.
#![warn(missing_docs)]

#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub mod cli;
mod diagnostics;
mod fault;
mod platform;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod private_file;
mod window;

/// What `main` does on desktops and on iOS; Android comes in by `android_main`.
#[cfg(not(target_os = "android"))]
#[must_use]
pub fn run() -> std::process::ExitCode {
    fault::keep_quiet_about_values();
    diagnostics::start();
    platform::swap::keep_secrets_out();
    #[cfg(unix)]
    platform::limits::leave_no_core_file();
    #[cfg(all(unix, not(target_os = "ios")))]
    platform::limits::fail_instead_of_dying();
    #[cfg(all(unix, not(any(target_os = "macos", target_os = "ios"))))]
    if std::env::args_os().nth(1).is_some_and(|first| first == platform::chooser::ARGUMENT) {
        return platform::chooser::run();
    }
    #[cfg(not(target_os = "ios"))]
    if std::env::args_os().len() > 1 {
        #[cfg(target_os = "linux")]
        platform::limits::keep_debuggers_out();
        return cli::run(std::env::args_os(), &platform::for_command_line()).into();
    }
    #[cfg(not(target_os = "ios"))]
    cli::speak(&platform::for_command_line());
    window::open()
}
