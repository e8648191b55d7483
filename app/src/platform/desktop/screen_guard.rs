//! Windows (`SetWindowDisplayAffinity`) and macOS (`NSWindow.sharingType`) leave a window out of pictures of the screen.

use slint::ComponentHandle as _;
use slint::winit_030::WinitWindowAccessor as _;
use smartotp_ui::App;
use smartotp_ui::services::ScreenGuard;

/// The system's window server, as winit speaks to it.
pub(crate) struct WindowServer;

impl ScreenGuard for WindowServer {
    fn can_forbid(&self) -> bool {
        true
    }

    fn allow_capture(&self, app: &App, allowed: bool) {
        let now = app.window().with_winit_window(|window| window.set_content_protected(!allowed));
        if now.is_some() {
            return;
        }
        // The system's window comes with the event loop: this future ends once it is there.
        let app = app.as_weak();
        let _ = slint::spawn_local(async move {
            let Some(app) = app.upgrade() else { return };
            if let Ok(window) = app.window().winit_window().await {
                window.set_content_protected(!allowed);
            }
        });
    }
}
