//! When a clock is worth a look: it was set, the system was started anew, a measurement grew old, or codes seem to be refused.
//!
//! Nothing is sent before the user has measured the time once, and nothing where the settings say so.

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::rc::Rc;

use smartotp_core::clock::Correction;

use super::begin;
use crate::desk::Desk;

/// Seconds until it is tried again unasked.
const REST: u64 = 15 * 60;
/// A code that is taken so often within so many seconds was refused.
const TIMES: usize = 3;
const WITHIN: u64 = 150;
/// So often, in seconds, a beat looks at the clock.
const EVERY: u64 = 5;

/// What speaks for a clock that is off.
#[derive(Default)]
pub(crate) struct Suspicion {
    /// When it was measured last, unasked or not, in seconds since the system's start.
    tried: Cell<Option<u64>>,
    looked: Cell<u64>,
    /// Which codes were taken lately, and when.
    taken: RefCell<VecDeque<(i32, u64)>>,
    /// What was shown last: the tag follows a clock that is set.
    shown: Cell<Option<Correction>>,
}

impl Suspicion {
    /// It is being measured.
    pub(super) fn tried(&self, now: u64) {
        self.tried.set(Some(now));
    }

    pub(super) fn forget(&self) {
        self.taken.borrow_mut().clear();
    }

    fn rests(&self, now: u64) -> bool {
        self.tried.get().is_some_and(|tried| now >= tried && now < tried + REST)
    }

    /// Whether this code was taken so often lately that it was likely refused.
    fn was_refused(&self, handle: i32, now: u64) -> bool {
        let mut taken = self.taken.borrow_mut();
        taken.retain(|(_, at)| now < at + WITHIN);
        taken.push_back((handle, now));
        if taken.iter().filter(|(of, _)| *of == handle).count() < TIMES {
            return false;
        }
        taken.retain(|(of, _)| *of != handle);
        true
    }
}

/// Whether servers may be asked without the user.
fn allowed(desk: &Desk) -> bool {
    desk.look.checks_time() && desk.door.time.stored().is_some()
}

/// Looks at the clock, and measures where what was measured no longer counts.
pub(super) fn beat(desk: &Rc<Desk>) {
    let now = desk.door.time.since_boot();
    let suspicion = &desk.measuring.suspicion;
    let looked = suspicion.looked.get();
    if now >= looked && now < looked + EVERY {
        return;
    }
    suspicion.looked.set(now);
    let correction = desk.door.time.correction();
    if suspicion.shown.replace(Some(correction)) != Some(correction) {
        super::show(desk);
    }
    let counts = matches!(correction, Correction::Applied { .. });
    if !counts && allowed(desk) && !suspicion.rests(now) {
        begin(desk, true);
    }
}

/// A time-based code was taken. Gives whether it is to be said that the clock may be off: where it was never measured.
pub(crate) fn taken(desk: &Rc<Desk>, handle: i32) -> bool {
    let now = desk.door.time.since_boot();
    let suspicion = &desk.measuring.suspicion;
    if !suspicion.was_refused(handle, now) {
        return false;
    }
    if allowed(desk) && !suspicion.rests(now) {
        begin(desk, true);
    }
    desk.door.time.stored().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_that_is_taken_three_times_in_a_row_was_refused() {
        let suspicion = Suspicion::default();
        assert!(!suspicion.was_refused(1, 0) && !suspicion.was_refused(1, 40) && !suspicion.was_refused(2, 50));
        assert!(suspicion.was_refused(1, 80), "the third time");
        assert!(!suspicion.was_refused(1, 90), "it begins anew");
        let far = [300, 360, 500].map(|at| suspicion.was_refused(2, at));
        assert_eq!(far, [false; 3], "too far apart");
    }

    #[test]
    fn it_is_not_tried_again_at_once() {
        let suspicion = Suspicion::default();
        assert!(!suspicion.rests(5));
        suspicion.tried(100);
        assert!(suspicion.rests(100) && suspicion.rests(999) && !suspicion.rests(1_000));
        assert!(!suspicion.rests(50), "the system was started anew");
    }
}
