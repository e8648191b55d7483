//! The system's clock.

use std::sync::LazyLock;
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use smartotp_ui::services::WallClock;

/// The time of day as the system has it.
pub(crate) struct SystemClock;

impl WallClock for SystemClock {
    fn unix_millis(&self) -> u64 {
        // A clock before 1970 is one that was never set: the epoch is as good an answer as any.
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }

    fn steady_millis(&self) -> u64 {
        static START: LazyLock<Instant> = LazyLock::new(Instant::now);
        u64::try_from(START.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
