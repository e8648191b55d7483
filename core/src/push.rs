//! Push requests: somebody logs in elsewhere, this app shows what is asked, and the answer is signed.
//!
//! ```text
//! QR code ─► PushEnrolment ─ keys::PushKey::make, Provider::enrol ─► PushToken, in the vault
//! PushToken ─ Provider::poll ─► Polled { requests, dropped } ─► shown ─ Provider::answer ─► Answered
//! ```
//!
//! Nothing is shown that the server's key, pinned at the enrolment, has not signed; what does not hold is dropped, with
//! its reason. Push tokens never leave the vault: backup, export and transfer cannot reach them.
//!
//! [`Provider`] is what a server's protocol has to bring; [`privacyidea`] is the first. Calls wait for the network: they
//! belong on a thread of their own.

#[cfg(feature = "push")]
pub mod keys;
#[cfg(feature = "push")]
pub mod privacyidea;
#[cfg(feature = "push")]
mod provider;
pub mod schedule;
mod token;
#[cfg(feature = "push")]
pub mod verify;

#[cfg(feature = "push")]
pub use provider::{Answer, Answered, Clock, DenyReason, Polled, Provider, PushError};
pub use token::{MOST_SEEN, ProviderName, PushToken, Seen};
#[cfg(feature = "push")]
pub use verify::{Dropped, Request, Wire};

/// The back end of a token.
#[cfg(feature = "push")]
#[must_use]
pub fn provider(name: ProviderName, web: &crate::web::Web) -> Box<dyn Provider> {
    match name {
        ProviderName::PrivacyIdea => Box::new(privacyidea::PrivacyIdea::new(web.clone())),
    }
}
