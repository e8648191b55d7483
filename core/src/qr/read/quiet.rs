//! Runs code that may panic, without a word on standard error.
//!
//! The libraries that read codes can panic on odd pictures. The panic is caught, but the process's panic hook would have
//! printed its message by then, and a message could quote what was being read. The hook set here is a gate before the
//! one that was there: it stays silent for a thread inside [`catch`] and changes nothing for all others.

use std::{
    cell::Cell,
    panic::{self, AssertUnwindSafe},
    sync::Once,
};

thread_local! {
    static QUIET: Cell<bool> = const { Cell::new(false) };
}

/// What `work` returns, or nothing when it panics.
///
/// Whatever `work` changed before a panic must be fit for use afterwards or be thrown away by the caller.
pub(super) fn catch<T>(work: impl FnOnce() -> T) -> Option<T> {
    static GATE: Once = Once::new();
    GATE.call_once(|| {
        let others = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            if !QUIET.try_with(Cell::get).unwrap_or(false) {
                others(info);
            }
        }));
    });
    let before = QUIET.replace(true);
    let outcome = panic::catch_unwind(AssertUnwindSafe(work));
    QUIET.set(before);
    outcome.ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_nothing_and_later_work_is_unharmed() {
        assert_eq!(catch(|| -> u8 { panic!("quoted content") }), None);
        assert_eq!(catch(|| 7), Some(7));
        assert!(!QUIET.get());
    }
}
