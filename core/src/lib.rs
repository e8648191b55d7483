//! What an authenticator knows.
#![forbid(unsafe_code)]
#![warn(missing_docs)]

pub mod code;
pub mod enrol;
pub mod import;
pub mod qr;
pub mod secret;
pub mod settings;
pub mod token;
pub mod vault;
