//! The running program as its surroundings see it: its memory, what it logs, and what the desktop tells it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout)] // The lints know tests by their attribute, not their helpers.

mod bus;
#[path = "../cli/harness.rs"]
#[allow(dead_code, reason = "the command line's tests use the rest")]
mod harness;
mod keyring;
mod keys;
mod limits;
mod memory;
mod scan;
mod screen;
mod trace;
