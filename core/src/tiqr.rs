//! TiQR: log in by scanning a code, with an OCRA key that this app made. It shows who asks before anything is answered.
//!
//! ```text
//! tiqrenroll://… ─ service::metadata ─► Offer, shown ─ service::enrol ─► TiqrIdentity, in the vault
//! tiqrauth://…   ─► Login, shown ─ service::answer ─► Outcome
//! ```
//!
//! Identities never leave the vault: backup, export and transfer cannot reach them.

mod identity;
mod login;
#[cfg(feature = "push")]
pub mod service;

pub use identity::TiqrIdentity;
pub use login::{Login, LoginError, is_login};
