//! A measurement, kept for as long as it is true of this device's clock.

use serde::{Deserialize, Serialize};

use super::Agreement;
use crate::vault::BootTime;

/// How long a measurement counts, in seconds: a week. A clock that nobody sets drifts a second or two by then.
pub const MAX_AGE_SECONDS: u64 = 7 * 24 * 60 * 60;

/// The time since the start is read in whole seconds, at two moments.
const TOLERANCE_MILLIS: i64 = 2_000;

/// What was measured, and what the device's clocks said then.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stored {
    /// What has to be added to the device's clock, in microseconds.
    offset: i64,
    /// By how much that may be wrong, in microseconds.
    uncertainty: i64,
    /// The device's clock then, in Unix milliseconds.
    at: i64,
    /// Which start of the system that was; empty where it does not tell.
    boot: String,
    /// Seconds since that start.
    since_boot: u64,
}

/// What becomes of the device's time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Nothing was measured: the device's clock counts.
    NotMeasured,
    /// This is added, both in microseconds.
    Applied {
        /// What.
        offset: i64,
        /// By how much it may be wrong.
        uncertainty: i64,
    },
    /// The system was started anew since: its clock may be another.
    Rebooted,
    /// Somebody, or the system, has set the clock since.
    ClockChanged {
        /// By how much it went forward, in seconds.
        seconds: i64,
    },
    /// Measured longer ago than [`MAX_AGE_SECONDS`].
    Old,
}

impl Stored {
    /// Keeps an offset and uncertainty, in microseconds, that were measured while the device's clock said `at` (Unix
    /// milliseconds) and the system's start was `boot` ago.
    #[must_use]
    pub fn new(offset: i64, uncertainty: i64, at: i64, boot: &BootTime) -> Self {
        Self { offset, uncertainty, at, boot: boot.boot.clone(), since_boot: boot.seconds }
    }

    /// Keeps what servers agreed on; `None` where that is no majority.
    #[must_use]
    pub fn of(agreement: &Agreement, at: i64, boot: &BootTime) -> Option<Self> {
        agreement.counts().then(|| Self::new(agreement.offset, agreement.uncertainty, at, boot))
    }

    /// What was measured: offset and uncertainty, in microseconds.
    #[must_use]
    pub fn measured(&self) -> (i64, i64) {
        (self.offset, self.uncertainty)
    }

    /// When, in Unix milliseconds of the device's clock.
    #[must_use]
    pub fn at(&self) -> i64 {
        self.at
    }

    /// Whether it is true of a device whose clock says `now` (Unix milliseconds).
    #[must_use]
    pub fn correction(&self, now: i64, boot: &BootTime) -> Correction {
        if boot.boot != self.boot {
            return Correction::Rebooted;
        }
        let millis = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX).saturating_mul(1_000);
        let went = now.saturating_sub(self.at);
        let passed = millis(boot.seconds).saturating_sub(millis(self.since_boot));
        if passed < 0 && boot.boot.is_empty() {
            return Correction::Rebooted;
        }
        let moved = went.saturating_sub(passed);
        if moved.saturating_abs() > TOLERANCE_MILLIS {
            // Rounded, so that the second within which both were read is not told.
            return Correction::ClockChanged { seconds: moved.saturating_add(moved.signum() * 500) / 1_000 };
        }
        if passed > millis(MAX_AGE_SECONDS) {
            return Correction::Old;
        }
        Correction::Applied { offset: self.offset, uncertainty: self.uncertainty }
    }
}

impl Correction {
    /// The time that codes are made with, in Unix milliseconds, of what the device's clock says.
    #[must_use]
    pub fn apply(self, device: i64) -> i64 {
        match self {
            Self::Applied { offset, .. } => device.saturating_add(offset / 1_000),
            _ => device,
        }
    }

    /// By how many whole seconds the device's clock is behind; ahead is negative. 0 where nothing is applied.
    #[must_use]
    pub fn seconds_behind(self) -> i64 {
        match self {
            Self::Applied { offset, .. } => offset.saturating_add(offset.signum() * 500_000) / 1_000_000,
            _ => 0,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: i64 = 1_795_478_400_000;

    fn boot(name: &str, seconds: u64) -> BootTime {
        BootTime { boot: name.into(), seconds }
    }

    fn stored() -> Stored {
        Stored::new(133_400_000, 20_000, NOW, &boot("a", 1_000))
    }

    #[test]
    fn codes_get_the_right_time_while_the_clock_runs_on() {
        for seconds in [0, 1, 59, 86_400] {
            let correction = stored().correction(NOW + seconds * 1_000, &boot("a", 1_000 + seconds as u64));
            assert_eq!(correction, Correction::Applied { offset: 133_400_000, uncertainty: 20_000 });
            assert_eq!((correction.apply(NOW), correction.seconds_behind()), (NOW + 133_400, 133));
        }
    }

    #[test]
    fn a_clock_that_was_set_or_a_restart_ends_it() {
        let after = |by, boot: &BootTime| stored().correction(NOW + 60_000 + by, boot);
        assert_eq!(after(133_000, &boot("a", 1_060)), Correction::ClockChanged { seconds: 133 });
        assert_eq!(after(-7_200_000, &boot("a", 1_060)), Correction::ClockChanged { seconds: -7_200 });
        assert!(matches!(after(900, &boot("a", 1_060)), Correction::Applied { .. }), "read within a second");
        assert_eq!(after(0, &boot("b", 1_060)), Correction::Rebooted);
        assert_eq!(Correction::Rebooted.apply(NOW), NOW);
        let nameless = Stored { boot: String::new(), ..stored() };
        assert_eq!(nameless.correction(NOW + 60_000, &boot("", 20)), Correction::Rebooted);
    }

    #[test]
    fn a_week_later_it_is_measured_anew() {
        let week = MAX_AGE_SECONDS as i64 * 1_000;
        let at = |more: i64| stored().correction(NOW + week + more, &boot("a", (1_000 + (week + more) / 1_000) as u64));
        assert!(matches!(at(0), Correction::Applied { .. }));
        assert_eq!(at(1_000), Correction::Old);
    }

    #[test]
    fn odd_numbers_in_the_file_break_nothing() {
        for offset in [i64::MIN, i64::MAX] {
            let stored = Stored::new(offset, offset, offset, &boot("a", u64::MAX));
            let correction = stored.correction(NOW, &boot("a", 0));
            let _ = (correction.apply(NOW), correction.seconds_behind());
            let same = Stored::new(offset, 1, NOW, &boot("a", 5)).correction(NOW, &boot("a", 5));
            let _ = (same.apply(i64::MAX), same.seconds_behind());
        }
    }
}
