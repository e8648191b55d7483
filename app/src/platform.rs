//! What the operating system gives: one file for each, and what all of them share. `unsafe` lives below here, nowhere else.

mod absent;
mod background;
pub(crate) mod boot;
mod clock;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod device_name;
mod keystore;
#[cfg(unix)]
pub(crate) mod limits;
pub(crate) mod memory;
mod places;
pub(crate) mod swap;
#[cfg(not(target_os = "ios"))]
mod timed_clipboard;

#[cfg(not(any(target_os = "android", target_os = "ios")))]
mod desktop;
#[cfg(all(unix, not(any(target_os = "macos", target_os = "android", target_os = "ios"))))]
pub(crate) use desktop::chooser;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub(crate) use desktop::{NoServices, for_command_line, services};
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub(crate) use device_name::device_name;
#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub(crate) use places::make_private;
#[cfg(all(unix, not(any(target_os = "android", target_os = "ios"))))]
pub(crate) mod descriptor;

#[cfg(target_os = "android")]
mod android;
#[cfg(any(target_os = "android", target_os = "ios"))]
mod phone;

#[cfg(target_os = "ios")]
mod ios;
#[cfg(target_os = "ios")]
pub(crate) use ios::{NoServices, services};
