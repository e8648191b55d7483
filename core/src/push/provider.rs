//! What a push server's protocol has to bring. Another one is another file beside [`super::privacyidea`].

use super::keys::MadeKey;
use super::verify::{Dropped, Request};
use super::{ProviderName, PushToken};
use crate::enrol::push_uri::PushEnrolment;
use crate::secret::SecretText;
use crate::web::WebError;

/// The right time, in Unix milliseconds; corrected where it was measured.
pub type Clock<'a> = &'a dyn Fn() -> i64;

/// What one poll brought.
#[derive(Debug, Default)]
pub struct Polled {
    /// What can be shown, in the server's order.
    pub requests: Vec<Request>,
    /// What cannot, and why.
    pub dropped: Vec<Dropped>,
    /// What has to be added to the clock that was given, in seconds, where the server took it only so.
    pub clock_off: Option<i64>,
}

/// What the user says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer<'a> {
    /// Yes; with the choice where the request has some.
    Approve {
        /// One of [`Request::choices`].
        choice: Option<&'a str>,
    },
    /// No.
    Deny(DenyReason),
}

/// Why not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum DenyReason {
    /// No reason given.
    #[default]
    None,
    /// I did not start this: somebody else may have.
    NotMe,
    /// I started it, and don't want it any more.
    Cancelled,
}

/// The server took the answer.
#[derive(Debug, PartialEq, Eq)]
pub enum Answered {
    /// That is all.
    Done,
    /// The user types this on the other screen.
    Code(SecretText),
}

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushError {
    /// The network, or who answers there.
    #[error(transparent)]
    Web(#[from] WebError),
    /// An answer that is none of this protocol.
    #[error("not an answer of a push server")]
    Answer,
    /// The server says no, with a number of its own where it gives one.
    #[error("the server refused: {code:?}")]
    Refused {
        /// HTTP's status.
        status: u16,
        /// The server's own number.
        code: Option<i64>,
    },
    /// The enrolment was done before, or its time is over.
    #[error("the enrolment is used up or expired")]
    EnrolmentOver,
    /// The answer was not taken: answered before, expired, or a wrong choice.
    #[error("the answer was not taken")]
    NotTaken,
    /// The server does not take this device's time, not even corrected by its own.
    #[error("the server does not take the time")]
    Time,
    /// The request has choices and none was picked, or one that is not there.
    #[error("a choice is needed")]
    Choice,
    /// The key cannot be made or used.
    #[error("the key cannot be used")]
    Key,
}

/// A push server's protocol. Calls wait for the network.
pub trait Provider: Send + Sync {
    /// Which it is.
    fn name(&self) -> ProviderName;

    /// Exchanges keys; gives the server's public one, PKCS#1 DER.
    ///
    /// # Errors
    /// [`PushError`].
    fn enrol(&self, enrolment: &PushEnrolment, key: &MadeKey) -> Result<Vec<u8>, PushError>;

    /// Asks for open requests.
    ///
    /// # Errors
    /// [`PushError`].
    fn poll(&self, token: &PushToken, clock: Clock<'_>) -> Result<Polled, PushError>;

    /// Answers a request that was shown.
    ///
    /// # Errors
    /// [`PushError`].
    fn answer(&self, token: &PushToken, request: &Request, answer: Answer<'_>) -> Result<Answered, PushError>;

    /// Tells the server where it can wake this device.
    ///
    /// # Errors
    /// [`PushError`].
    fn wake_at(&self, token: &PushToken, address: &str, clock: Clock<'_>) -> Result<(), PushError>;
}
