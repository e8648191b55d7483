//! The system's clock.

use std::time::{SystemTime, UNIX_EPOCH};

use smartotp_ui::services::WallClock;

/// The time of day as the system has it.
pub(crate) struct SystemClock;

impl WallClock for SystemClock {
    fn unix_millis(&self) -> u64 {
        // A clock before 1970 is one that was never set: the epoch is as good an answer as any.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}
