//! The command line as a script meets it: the real program, its output and its exit codes.
#![allow(clippy::unwrap_used, clippy::print_stdout)] // The lints know tests by their attribute, not their helpers.

mod adding;
mod backup_servers;
mod backups;
mod changing;
mod codes;
mod desktop;
mod exports;
mod files;
mod harness;
mod imports;
mod journal;
mod locks;
mod push;
mod safety;
mod signing;
mod slots;
mod talking;
mod time;
mod transfers;
mod tries;
