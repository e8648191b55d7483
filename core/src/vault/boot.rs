//! Time since the system's start, for waits that neither a suspended nor a reset clock shortens.

use std::time::Instant;

/// A moment since the system's start.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BootTime {
    /// Tells one start of the system from every other; empty where the system does not tell.
    pub boot: String,
    /// Whole seconds since that start, those in suspend included.
    pub seconds: u64,
}

/// Tells the time since the system's start. `app` fills it: `CLOCK_BOOTTIME` and `/proc/sys/kernel/random/boot_id` on Linux.
pub trait BootClock: Send + Sync {
    /// The moment it is.
    fn now(&self) -> BootTime;
}

/// For systems that tell nothing of the kind: every start of the program counts as one of the system, so a running wait
/// starts anew with each.
#[derive(Debug, Clone, Copy)]
pub struct ProcessClock(Instant);

impl ProcessClock {
    /// Starts at 0.
    #[must_use]
    pub fn start() -> Self {
        Self(Instant::now())
    }
}

impl BootClock for ProcessClock {
    fn now(&self) -> BootTime {
        BootTime { boot: format!("process {}", std::process::id()), seconds: self.0.elapsed().as_secs() }
    }
}
