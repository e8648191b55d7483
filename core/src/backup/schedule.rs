//! When to back up by itself, and what can truthfully be said of a place.
//!
//! After a change it waits until it has been quiet for a while, but not for ever; after a failure it waits longer each time. A failure
//! that does not pass by itself waits for a person. Time comes in as an argument, in Unix seconds.

use serde::Serialize;

use super::merge::covers;
use super::provider::ProviderError;
use super::settings::Place;
use super::versions::BackupError;
use crate::vault::Contents;

/// How long nothing has to change before it is backed up, in seconds.
pub const QUIET: u64 = 30;
/// How long a change waits at most while others follow, in seconds.
pub const LONGEST_WAIT: u64 = 300;
/// The wait after the first failure, in seconds; each further one doubles it, up to [`LONGEST_BACKOFF`].
pub const FIRST_BACKOFF: u64 = 60;
/// The longest wait after failures, in seconds: six hours.
pub const LONGEST_BACKOFF: u64 = 6 * 3600;
/// The longest that a place may ask for, in seconds: a day. Nobody is kept from a backup by a word of a server.
pub const LONGEST_ASKED: u64 = 86_400;
/// Something that waits for so long is worth a reminder, in seconds: a week.
pub const STALE_CHANGE: u64 = 7 * 86_400;
/// So long after the last proof a backup is worth a reminder even where nothing has changed, in seconds: 30 days.
pub const STALE_PROOF: u64 = 30 * 86_400;

/// What is known of a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Standing {
    /// When all that the vault held then was last seen there and compared; `None`: never.
    pub verified_at: Option<u64>,
    /// When the last version was written from here.
    pub written_at: Option<u64>,
    /// Whether the vault holds something that was never seen there.
    pub pending: bool,
    /// Whether it is worth a reminder.
    pub stale: bool,
}

impl Standing {
    /// Of a place, for what the vault holds now.
    #[must_use]
    pub fn of(place: &Place, contents: &Contents, now: u64) -> Self {
        let known = &place.known;
        let is_there = contents.merging.as_ref().is_some_and(|merging| covers(&known.verified, &merging.vector));
        let pending = known.verified_at.is_none() || !is_there;
        let age = now.saturating_sub(known.verified_at.unwrap_or(0));
        let stale = known.verified_at.is_none() || age > if pending { STALE_CHANGE } else { STALE_PROOF };
        Self { verified_at: known.verified_at, written_at: known.written_at, pending, stale }
    }
}

/// When the next backup is due.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// The first and the last change that no backup holds.
    changed: Option<(u64, u64)>,
    /// Failures in a row, and when the next try is due; `None`: when somebody has done something about it.
    failed: Option<(u32, Option<u64>)>,
}

impl Schedule {
    /// Something was changed.
    pub fn changed(&mut self, now: u64) {
        self.changed = Some((self.changed.map_or(now, |(first, _)| first), now));
    }

    /// A backup stands that began then: what was changed since waits on.
    pub fn succeeded(&mut self, begun: u64) {
        self.failed = None;
        self.changed = self.changed.filter(|(_, last)| *last > begun).map(|(_, last)| (last, last));
    }

    /// A backup failed.
    pub fn failed(&mut self, error: &BackupError, now: u64) {
        let times = self.failed.map_or(0, |(times, _)| times).saturating_add(1);
        let backoff = FIRST_BACKOFF.checked_shl(times - 1).unwrap_or(LONGEST_BACKOFF).min(LONGEST_BACKOFF);
        let next = match error {
            BackupError::Place(ProviderError::Busy { retry_after: Some(after) }) => {
                Some(backoff.max((*after).min(LONGEST_ASKED)))
            }
            BackupError::Place(error) if error.is_passing() => Some(backoff),
            // What was read back wrong is written anew.
            BackupError::NotVerified => Some(backoff),
            _ => None,
        };
        self.failed = Some((times, next.map(|wait| now.saturating_add(wait))));
    }

    /// Somebody has done something about a failure: it is tried again.
    pub fn try_again(&mut self) {
        self.failed = None;
    }

    /// When the next backup is due; `None`: nothing waits, or a person is needed.
    #[must_use]
    pub fn due(&self) -> Option<u64> {
        let (first, last) = self.changed?;
        let quiet = last.saturating_add(QUIET).min(first.saturating_add(LONGEST_WAIT));
        match self.failed {
            None => Some(quiet),
            Some((_, next)) => next.map(|next| next.max(quiet)),
        }
    }

    /// Whether somebody has to do something before it goes on.
    #[must_use]
    pub fn needs_somebody(&self) -> bool {
        matches!(self.failed, Some((_, None)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_waits_until_it_is_quiet_and_not_for_ever() {
        let mut schedule = Schedule::default();
        assert_eq!(schedule.due(), None);
        schedule.changed(1_000);
        assert_eq!(schedule.due(), Some(1_030));
        schedule.changed(1_020);
        assert_eq!(schedule.due(), Some(1_050));
        for second in (1_040..1_600).step_by(20) {
            schedule.changed(second);
        }
        assert_eq!(schedule.due(), Some(1_300));
        schedule.succeeded(1_310);
        assert_eq!(schedule.due(), Some(1_610), "what came while it ran waits anew");
        schedule.succeeded(1_700);
        assert_eq!(schedule.due(), None);
    }

    #[test]
    fn failures_wait_longer_each_time_and_some_for_a_person() {
        let mut schedule = Schedule::default();
        schedule.changed(0);
        let away = || BackupError::Place(ProviderError::Unreachable { reason: String::new() });
        let mut waits = Vec::new();
        for _ in 0..12 {
            schedule.failed(&away(), 10_000);
            waits.push(schedule.due().unwrap() - 10_000);
        }
        assert_eq!(waits[..4], [60, 120, 240, 480]);
        assert_eq!(waits[11], LONGEST_BACKOFF);
        schedule.succeeded(0);
        schedule.changed(0);
        schedule.failed(&BackupError::Place(ProviderError::Busy { retry_after: Some(900) }), 10_000);
        assert_eq!(schedule.due(), Some(10_900), "as long as it asks for");
        schedule.failed(&BackupError::Place(ProviderError::Busy { retry_after: Some(u64::MAX) }), 10_000);
        assert_eq!(schedule.due(), Some(10_000 + LONGEST_ASKED), "within reason");
        schedule.failed(&BackupError::OtherPassword, 10_000);
        assert!(schedule.due().is_none() && schedule.needs_somebody());
        schedule.try_again();
        assert_eq!(schedule.due(), Some(30));
    }
}
