//! The front door.

#[cfg(not(any(target_os = "android", target_os = "ios")))]
pub mod cli;
