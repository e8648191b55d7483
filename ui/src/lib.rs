//! What a person sees: `.slint` screens and one small controller for each.
//!
//! `app` brings the [`Services`] of its platform and runs a [`Ui`]; tests bring their own and look at the same window.

mod backup;
mod busy;
mod clock;
mod day;
mod desk;
mod door;
mod idle;
mod intake;
mod leaving;
mod look;
mod network;
mod off_thread;
mod order;
mod picture;
mod problem;
mod read_as;
mod right_time;
mod screens;
pub mod services;
mod show;
mod snack;
mod token_model;
mod ways;

use std::rc::Rc;

use slint::ComponentHandle as _;

use smartotp_core::vault::Protection;

use desk::Desk;
use door::Door;
use idle::Idle;
use look::Look;
use screens::requests::Requests;

pub use look::LANGUAGES;
pub use services::Services;
pub use smartotp_window::*;

/// The window with its controllers.
pub struct Ui {
    window: App,
    desk: Rc<Desk>,
    idle: Rc<Idle>,
    requests: Rc<Requests>,
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
        let reading = screens::reading::connect(&window, &desk, &preview);
        screens::add::connect(&window, &desk, &reading);
        let choice = screens::choose::connect(&window, &desk);
        screens::export::connect(&window, &desk, &choice);
        screens::codes::connect(&desk);
        screens::transfer::connect(&window, &desk, &choice);
        backup::automatic::connect(&desk);
        screens::backup::connect(&window, &desk);
        screens::manual::connect(&window, &desk);
        screens::create::connect(&window, &desk);
        screens::advice::connect(&window, &desk);
        screens::recovery::connect(&window, &desk);
        screens::unlock::connect(&window, &desk);
        screens::step_up::connect(&window, &desk);
        screens::lock::connect(&window, &desk);
        screens::security::connect(&window, &desk);
        screens::rehearsal::connect(&window, &desk);
        screens::log::connect(&window, &desk);
        screens::notices::connect(&window, &desk);
        screens::tokens::connect(&window, &desk);
        screens::details::connect(&window, &desk);
        screens::sign::connect(&window, &desk);
        screens::signed::connect(&window, &desk);
        screens::time::connect(&window, &desk);
        screens::password::connect(&window, &desk);
        screens::bin::connect(&window, &desk);
        screens::push_enrol::connect(&window, &desk);
        screens::push_token::connect(&window, &desk);
        screens::tiqr::connect(&window, &desk);
        let requests = screens::requests::connect(&window, &desk);
        screens::licences::connect(&window);
        let idle = idle::connect(&window, &desk);
        leaving::follow(&desk);
        window
            .global::<Digits>()
            .on_without_last(|pin| pin.as_str().get(..pin.len().saturating_sub(1)).unwrap_or_default().into());
        screens::unlock::start(&desk);
        Ok(Self { window, desk, idle, requests })
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
        self.desk.lock();
    }

    /// Says whether anybody can see the window. Nothing beats and no code is made for nobody; where the vault's settings say so,
    /// it is locked when another app comes to the front. What was copied for that app stays for its time.
    pub fn set_visible(&self, visible: bool) {
        if visible {
            // Time may have run out while the app was frozen.
            self.idle.noticed();
        } else if self.protection(|protection| protection.lock_on_background) {
            self.desk.door.lock();
        }
        // What the system keeps as a picture of a hidden app shows nothing.
        self.window.global::<Attention>().set_covered(!visible);
        self.desk.beat.look(visible);
        self.requests.look(visible);
    }

    /// Says whether the window is in front. Where the vault's settings say so, it is covered while it is not.
    pub fn set_in_front(&self, in_front: bool) {
        let covered = !in_front && self.protection(|protection| protection.hide_unfocused);
        self.window.global::<Attention>().set_covered(covered);
    }

    fn protection(&self, setting: impl FnOnce(&Protection) -> bool) -> bool {
        self.desk.door.contents().is_some_and(|contents| setting(contents.protection()))
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
