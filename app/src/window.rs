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
    #[cfg(not(any(target_os = "android", target_os = "ios")))]
    follow(&ui);
    let closed = ui.run();
    ui.lock();
    clipboard.clear_now();
    closed
}

/// Tells the window whether it is in front, and whether anybody can see it.
#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn follow(ui: &Rc<Ui>) {
    use slint::ComponentHandle as _;
    use slint::winit_030::winit::event::WindowEvent;
    use slint::winit_030::{EventResult, WinitWindowAccessor as _};

    let on = Rc::downgrade(ui);
    ui.window().window().on_winit_window_event(move |_, event| {
        if let Some(ui) = on.upgrade() {
            match event {
                WindowEvent::Focused(in_front) => ui.set_in_front(*in_front),
                WindowEvent::Occluded(hidden) => ui.set_visible(!hidden),
                _ => {}
            }
        }
        EventResult::Propagate
    });
}

/// The app went out of sight, or came back: nothing beats for nobody, and what is not seen is covered, or locked.
#[cfg(any(target_os = "android", target_os = "ios"))]
pub(crate) fn in_sight(seen: bool) {
    if let Some(ui) = OPEN.with_borrow(Weak::upgrade) {
        ui.set_visible(seen);
    }
}

/// Why there is no window.
#[cfg(not(target_os = "android"))]
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoWindow {
    /// A library that the windowing library needs, and panics without.
    #[error("{0} is not installed")]
    Library(&'static str),
    /// No display.
    #[error("there is no display")]
    Display,
    /// What the screens need is not there.
    #[error(transparent)]
    Services(#[from] crate::platform::NoServices),
    /// The windowing library says so.
    #[error(transparent)]
    Platform(#[from] slint::PlatformError),
}

/// Runs the window as a program of its own: what cannot be opened is said in one sentence.
#[cfg(not(target_os = "android"))]
pub(crate) fn open() -> std::process::ExitCode {
    match try_open() {
        Ok(()) => std::process::ExitCode::SUCCESS,
        Err(why) => {
            use std::io::Write as _;
            let _ = writeln!(std::io::stderr(), "smartotp: {}", said(&why));
            std::process::ExitCode::FAILURE
        }
    }
}

#[cfg(not(target_os = "android"))]
fn try_open() -> Result<(), NoWindow> {
    if let Some(library) = missing_library() {
        return Err(NoWindow::Library(library));
    }
    show(crate::platform::services()?).map_err(|error| {
        // A desktop without a display is told from one whose libraries are missing.
        let no_display = cfg!(target_os = "linux") && !is_named("DISPLAY") && !is_named("WAYLAND_DISPLAY");
        if no_display { NoWindow::Display } else { NoWindow::Platform(error) }
    })
}

#[cfg(not(any(target_os = "android", target_os = "ios")))]
fn said(why: &NoWindow) -> String {
    crate::cli::no_window(why)
}

/// On iOS only developers read it.
#[cfg(target_os = "ios")]
fn said(why: &NoWindow) -> String {
    why.to_string()
}

/// The library of the keyboard that the windowing library needs under X11 and panics without. The others it names itself.
#[cfg(all(unix, not(any(target_os = "macos", target_os = "android", target_os = "ios"))))]
fn missing_library() -> Option<&'static str> {
    if is_named("WAYLAND_DISPLAY") || !is_named("DISPLAY") {
        return None;
    }
    let there = xkbcommon_dl::xkbcommon_option().is_some() && xkbcommon_dl::x11::xkbcommon_x11_option().is_some();
    (!there).then_some("libxkbcommon-x11")
}

#[cfg(any(windows, target_os = "macos", target_os = "ios"))]
fn missing_library() -> Option<&'static str> {
    None
}

#[cfg(not(target_os = "android"))]
fn is_named(display: &str) -> bool {
    std::env::var_os(display).is_some_and(|display| !display.is_empty())
}
