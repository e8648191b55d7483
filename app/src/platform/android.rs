//! Android: the entry point that `NativeActivity` calls, and the services by JNI.

mod clipboard;
mod java;
mod keystore;
mod links;

use std::sync::Arc;

use slint::android::AndroidApp;
use slint::android::android_activity::{MainEvent, PollEvent};

use super::phone::{self, Own};
use super::places::Places;
use super::{limits, swap};
use crate::{diagnostics, fault, window};

/// Called by `NativeActivity` on a thread of its own, once for each life of the activity.
// The name is what `android-activity` links to; nothing else in the program has it.
#[allow(unsafe_code)]
#[unsafe(no_mangle)]
fn android_main(app: AndroidApp) {
    fault::keep_quiet_about_values();
    diagnostics::start();
    swap::keep_secrets_out();
    limits::leave_no_core_file();
    limits::keep_debuggers_out();
    // Below the app's own folder, which Android makes, and which no other app can enter.
    let Some(folder) = app.internal_data_path() else { return };
    let places = Places::within(folder.join("smartotp"));
    if places.make().is_err() || slint::android::init_with_event_listener(app, follow_sight).is_err() {
        return;
    }
    let own = Own {
        keystore: keystore::connect,
        clipboard: Arc::new(clipboard::AndroidClipboard::default()),
        links: Arc::new(links::Browser),
        language: java::language().unwrap_or_default(),
    };
    // Without a window there is nobody to tell: the activity ends.
    let _ = window::show(phone::services(places, own));
}

fn follow_sight(event: &PollEvent<'_>) {
    match event {
        PollEvent::Main(MainEvent::Resume { .. }) => window::in_sight(true),
        PollEvent::Main(MainEvent::Pause | MainEvent::Stop) => window::in_sight(false),
        _ => {}
    }
}
