//! The right time: how far this device's clock is off, how sure that is, and the time that codes are made with.
//!
//! ```text
//! several servers ─ sntp, https_date ─► Sample ± ─ agree (Marzullo) ─► Agreement ─► Stored ─ corrected ─► the time of codes
//! ```
//!
//! The device's clock is never changed. What was measured counts only while the device's clock is the one that was
//! measured: after a restart of the system, or once somebody has set the clock, it is ignored and said to be.
//! Nothing here holds up a code: without a measurement the device's clock counts.
//!
//! ```
//! use smartotp_core::clock::{Correction, Stored};
//! use smartotp_core::vault::BootTime;
//!
//! let boot = |seconds| BootTime { boot: "this start".into(), seconds };
//! // Measured when the device's clock said 1,000 s: it was 133 s behind.
//! let stored = Stored::new(133_000_000, 20_000, 1_000_000, &boot(50));
//! assert_eq!(stored.correction(1_060_000, &boot(110)), Correction::Applied { offset: 133_000_000, uncertainty: 20_000 });
//! // Somebody has set the clock to the right time since.
//! assert_eq!(stored.correction(1_193_000, &boot(110)), Correction::ClockChanged { seconds: 133 });
//! ```

pub mod agree;
mod corrected;
pub mod https_date;
mod kept;
#[cfg(feature = "time-sync")]
mod measure;
mod server;
pub mod sntp;

pub use agree::Agreement;
pub use corrected::{Correction, MAX_AGE_SECONDS, Stored};
#[cfg(feature = "time-sync")]
pub use measure::{
    DATE_SERVERS, Heard, MOST_SERVERS, Measurement, NTP_SERVERS, device_micros, device_millis, measure, measure_watched,
};
pub use server::{Server, ServerError};

/// What one server says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample {
    /// What has to be added to this device's clock, in microseconds.
    pub offset: i64,
    /// By how much that may be wrong, in microseconds: the true offset is within.
    pub uncertainty: i64,
    /// How long the answer took, in microseconds.
    pub delay: i64,
    /// Distance to a clock that is right by itself, 1 to 15; `None` where the protocol does not tell.
    pub stratum: Option<u8>,
}

/// Why a server's answer does not count.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TimeError {
    /// The name has no address.
    #[error("no such server")]
    NoAddress,
    /// Nothing can be sent there.
    #[error("not reachable")]
    Unreachable,
    /// No answer in time.
    #[error("no answer")]
    Timeout,
    /// An answer that is none: too short, or no answer of a server.
    #[error("not an answer of a time server")]
    Garbage,
    /// The server asks to be left alone, and says why in four letters.
    #[error("kiss of death: {code}")]
    KissOfDeath {
        /// `RATE`, `DENY` and the like; what is not printable became `?`.
        code: String,
    },
    /// The server says itself that it does not know the time.
    #[error("the server is not synchronised")]
    Unsynchronised,
    /// It answers another request than ours.
    #[error("not an answer to this request")]
    WrongOrigin,
    /// Stamps that are missing, or run backwards.
    #[error("impossible time stamps")]
    BadStamps,
    /// Too far from a clock that is right by itself: more than 1.5 s.
    #[error("too far from a reference clock")]
    TooFar,
    /// An answer of HTTPS without a date.
    #[error("no date in the answer")]
    NoDate,
    /// No randomness for the request.
    #[error("no randomness")]
    NoEntropy,
}
