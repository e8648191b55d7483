//! What this platform does not give, said plainly.

#[cfg(any(not(unix), target_os = "macos", target_os = "android", target_os = "ios"))]
use smartotp_ui::services::{Left, Presence};
#[cfg(not(any(windows, target_os = "macos")))]
use smartotp_ui::{App, services::ScreenGuard};

/// Pictures of the window can't be forbidden.
#[cfg(not(any(windows, target_os = "macos")))]
pub(crate) struct NoGuard;

#[cfg(not(any(windows, target_os = "macos")))]
impl ScreenGuard for NoGuard {
    fn can_forbid(&self) -> bool {
        false
    }

    fn allow_capture(&self, _app: &App, _allowed: bool) {}
}

/// The system doesn't tell this program by itself; on phones the app's going out of sight locks the vault instead.
#[cfg(any(not(unix), target_os = "macos", target_os = "android", target_os = "ios"))]
pub(crate) struct NotTold;

#[cfg(any(not(unix), target_os = "macos", target_os = "android", target_os = "ios"))]
impl Presence for NotTold {
    fn follow(&self, _left: Left) {}
}
