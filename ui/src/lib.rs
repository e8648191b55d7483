//! What a person sees: `.slint` screens and one small controller for each.
//!
//! `app` brings the [`Services`] of its platform and runs a [`Ui`]; tests bring their own and look at the same window.

mod busy;
mod clock;
mod desk;
mod door;
mod intake;
mod leaving;
mod look;
mod off_thread;
mod picture;
mod problem;
mod read_as;
mod screens;
pub mod services;
mod show;
mod snack;
mod token_model;

#[allow(missing_docs, unreachable_pub, clippy::all, clippy::pedantic, clippy::restriction)]
mod generated {
    slint::include_modules!();
}

use std::rc::Rc;

use slint::ComponentHandle as _;

use desk::Desk;
use door::Door;
use look::Look;

pub use generated::*;
pub use look::LANGUAGES;
pub use services::Services;

/// The window with its controllers.
pub struct Ui {
    window: App,
    desk: Rc<Desk>,
}

impl Ui {
    /// Builds the window and connects the screens. Shows Welcome where there is no vault yet, else Unlock; a vault without a
    /// lock opens by itself.
    ///
    /// # Errors
    /// When the platform has no window to give.
    pub fn new(services: Services) -> Result<Self, slint::PlatformError> {
        let window = App::new()?;
        services.screen_guard.allow_capture(&window, false);
        let look = Look::connect(&window, &services);
        let desk = Desk::new(&window, Door::new(services), look);
        let preview = screens::preview::connect(&window, &desk);
        screens::add::connect(&window, &desk, &preview);
        screens::manual::connect(&window, &desk);
        screens::lock::connect(&window, &desk);
        screens::notices::connect(&window, &desk);
        screens::tokens::connect(&window, &desk);
        screens::details::connect(&window, &desk);
        screens::password::connect(&window, &desk);
        screens::bin::connect(&window, &desk);
        screens::licences::connect(&window);
        leaving::follow(&desk.door);
        screens::lock::start(&desk);
        Ok(Self { window, desk })
    }

    /// Shows the window and runs the event loop until it is closed.
    ///
    /// # Errors
    /// When the platform's event loop fails.
    pub fn run(&self) -> Result<(), slint::PlatformError> {
        self.window.run()
    }

    /// Locks the vault: session, codes and everything typed are dropped. To be called when the app goes out of sight.
    pub fn lock(&self) {
        self.desk.door.lock();
    }

    /// Says whether anybody can see the window. Nothing beats and no code is made for nobody.
    pub fn set_visible(&self, visible: bool) {
        self.desk.beat.look(visible);
    }

    /// Says how large the system wants text: 1 is normal, up to 2.
    pub fn set_text_scale(&self, scale: f32) {
        self.window.global::<Theme>().set_text_scale(scale.clamp(1.0, 2.0));
    }

    /// The window, for what only the platform knows how to do with one.
    #[must_use]
    pub fn window(&self) -> &App {
        &self.window
    }
}
