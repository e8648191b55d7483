//! The desktop and iOS entry point. Android's is in the library.
fn main() -> std::process::ExitCode {
    smartotp::run()
}
