//! Signing in to a cloud: OAuth 2.0 (RFC 6749) for native programs (RFC 8252), with PKCE (RFC 7636, S256) and a state.
//!
//! The person signs in in their own browser; this program never sees their password. What comes back is a code, which is worth
//! something only together with the verifier that never left this process.
//!
//! ```text
//! begin ─► url ─► the system's browser ─► redirect with code and state ─► finish ─► SignIn ─► Location::Cloud
//! ```
//!
//! On a desktop the redirect comes to a port of this machine, which is open for this one answer:
//!
//! ```no_run
//! use smartotp_core::backup::cloud::{Client, Cloud};
//! use smartotp_core::backup::location::Location;
//! use smartotp_core::backup::oauth::{self, Page};
//! use smartotp_core::backup::remote::Network;
//! use smartotp_core::vault::SystemEntropy;
//!
//! let cloud = Cloud::GoogleDrive;
//! let Some(client) = Client::of_build(cloud) else { return Ok(()) }; // this build does not offer it
//! let waiting = oauth::begin_here(cloud, client, &SystemEntropy)?;
//! println!("{}", waiting.url()); // quick so far; open it in the browser
//! let page = Page { language: "en", title: "Smart OTP", done: "You can close this page.", denied: "Nothing was allowed." };
//! // This waits, for ten minutes at most: on a thread of its own. The last argument says whether somebody has cancelled it.
//! let sign_in = waiting.finish(&page, &Network::default(), &|| false)?;
//! let location = Location::Cloud { cloud, folder: cloud.usual_folder().into(), sign_in };
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! On a phone the system hands the redirect to the app (an app link, or a scheme of its own): [`begin`] with that address, then
//! [`Pending::read`] what came, and [`Pending::finish`]. For a place whose sign-in has ended, give the new one to
//! [`Session::set_sign_in`](crate::vault::Session::set_sign_in).

mod loopback;
mod page;
mod pending;
mod token;

pub use page::Page;
pub use pending::{Code, Pending, Waiting, begin, begin_here};
pub(crate) use token::{Authorization, Granted, TokenError, refresh};

/// Why nobody is signed in. Nothing is changed by any of these.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SignInError {
    /// The person said no, or the cloud did for them.
    #[error("access was denied")]
    Denied,
    /// Less was allowed than backups need.
    #[error("not everything that is needed was allowed")]
    NotAllowed,
    /// The answer does not belong to this sign-in.
    #[error("an answer to something else")]
    Foreign,
    /// The cloud refuses, for a reason that it names: the client is unknown, the code was used already.
    #[error("refused: {code}")]
    Refused {
        /// Its error code (RFC 6749, 4.1.2.1 and 5.2).
        code: String,
    },
    /// Nobody answered in the browser for ten minutes.
    #[error("nobody answered in time")]
    TimedOut,
    /// Somebody cancelled it.
    #[error("cancelled")]
    Cancelled,
    /// The cloud asks to come back later.
    #[error("it asks to come back later")]
    Busy,
    /// The cloud cannot be reached.
    #[error("not reachable: {reason}")]
    Unreachable {
        /// In the system's words. Nothing secret.
        reason: String,
    },
    /// The cloud's answer makes no sense.
    #[error("the answer makes no sense")]
    Odd,
    /// This machine gives no port, no randomness, or no way to the network.
    #[error("the system does not let it happen")]
    System,
}

impl From<TokenError> for SignInError {
    fn from(error: TokenError) -> Self {
        match error {
            TokenError::Refused { code } => Self::Refused { code },
            TokenError::Busy { .. } => Self::Busy,
            TokenError::Unreachable { reason } => Self::Unreachable { reason },
            TokenError::Odd => Self::Odd,
        }
    }
}
