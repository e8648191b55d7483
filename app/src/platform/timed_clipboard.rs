//! A code on the clipboard for a time: it is taken away again, unless somebody copied something else since.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use smartotp_core::secret::SecretText;

use super::background;

/// A platform's clipboard, as far as codes need it.
pub(super) trait Board: Send + 'static {
    /// The text that lies there.
    fn text(&mut self) -> Option<SecretText>;
    /// Puts a code there, marked as sensitive; whether the platform took it.
    fn put(&mut self, code: &SecretText) -> bool;
    /// Leaves nothing there.
    fn clear(&mut self);
}

/// What is to be done after a while.
type Job = Box<dyn FnOnce() + Send>;

/// A board that remembers which code is ours.
pub(super) struct Timed<B> {
    held: Arc<Mutex<Held<B>>>,
    /// Does a job after a while, on any thread.
    later: fn(Duration, Job),
}

struct Held<B> {
    board: B,
    /// The code that we put there last.
    code: Option<SecretText>,
    /// Counts the copies, so that an older copy's timer leaves a newer copy alone.
    copies: u64,
}

impl<B: Board> Held<B> {
    /// Takes our code away, unless somebody copied something else since.
    fn clear_ours(&mut self) {
        let Some(code) = self.code.take() else { return };
        if self.board.text().is_some_and(|text| text == code) {
            self.board.clear();
        }
    }
}

impl<B: Board> Timed<B> {
    pub(super) fn new(board: B) -> Self {
        let later = |after, job: Job| {
            background::spawn(async move {
                tokio::time::sleep(after).await;
                job();
            });
        };
        Self { held: Arc::new(Mutex::new(Held { board, code: None, copies: 0 })), later }
    }

    /// Asks the board something.
    pub(super) fn with<T>(&self, ask: impl FnOnce(&mut B) -> T) -> T {
        ask(&mut locked(&self.held).board)
    }

    /// Puts a code there for so many seconds (0: until something else is copied); whether the platform took it.
    pub(super) fn copy(&self, code: &SecretText, seconds: u32) -> bool {
        let mut held = locked(&self.held);
        if !held.board.put(code) {
            return false;
        }
        held.code = Some(code.duplicate());
        held.copies += 1;
        if seconds > 0 {
            let (all, copy) = (Arc::clone(&self.held), held.copies);
            let job = move || {
                let mut held = locked(&all);
                if held.copies == copy {
                    held.clear_ours();
                }
            };
            (self.later)(Duration::from_secs(seconds.into()), Box::new(job));
        }
        true
    }

    /// Takes our code away now, if it is still there.
    pub(super) fn clear(&self) {
        locked(&self.held).clear_ours();
    }
}

fn locked<B>(held: &Mutex<Held<B>>) -> MutexGuard<'_, Held<B>> {
    held.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use super::*;

    thread_local! {
        /// Jobs that wait, and after how long.
        static WAITING: RefCell<Vec<(Duration, Job)>> = const { RefCell::new(Vec::new()) };
    }

    #[derive(Default)]
    struct Slate(Option<SecretText>);

    impl Board for Slate {
        fn text(&mut self) -> Option<SecretText> {
            self.0.as_ref().map(SecretText::duplicate)
        }

        fn put(&mut self, code: &SecretText) -> bool {
            self.0 = Some(code.duplicate());
            !code.expose().is_empty()
        }

        fn clear(&mut self) {
            self.0 = None;
        }
    }

    fn slate() -> Timed<Slate> {
        let later = |after, job| WAITING.with_borrow_mut(|waiting| waiting.push((after, job)));
        Timed { later, ..Timed::new(Slate::default()) }
    }

    /// The first job's time is over; how long it waited.
    fn pass() -> Option<u64> {
        let (after, job) = WAITING.with_borrow_mut(|jobs| (!jobs.is_empty()).then(|| jobs.remove(0)))?;
        job();
        Some(after.as_secs())
    }

    fn lies(board: &Timed<Slate>) -> Option<String> {
        board.with(|slate| slate.0.as_ref().map(|text| text.expose().to_owned()))
    }

    #[test]
    fn a_code_goes_when_its_time_is_over() {
        let board = slate();
        assert!(board.copy(&"755224".into(), 30));
        assert_eq!(lies(&board).as_deref(), Some("755224"));
        assert_eq!(pass(), Some(30));
        assert_eq!(lies(&board), None);
    }

    #[test]
    fn what_somebody_copied_since_stays() {
        let board = slate();
        board.copy(&"755224".into(), 30);
        board.with(|slate| slate.0 = Some("a letter".into()));
        pass();
        assert_eq!(lies(&board).as_deref(), Some("a letter"));
        board.clear();
        assert_eq!(lies(&board).as_deref(), Some("a letter"));
    }

    #[test]
    fn an_older_timer_leaves_a_newer_code_alone() {
        let board = slate();
        board.copy(&"755224".into(), 30);
        board.copy(&"755224".into(), 60);
        assert_eq!(pass(), Some(30));
        assert_eq!(lies(&board).as_deref(), Some("755224"), "the same code, copied again, has its own time");
        assert_eq!(pass(), Some(60));
        assert_eq!(lies(&board), None);
    }

    #[test]
    fn for_good_and_refused_codes_have_no_timer() {
        let board = slate();
        assert!(board.copy(&"755224".into(), 0));
        assert!(!board.copy(&"".into(), 30));
        assert_eq!(pass(), None);
        board.copy(&"755224".into(), 0);
        board.clear();
        assert_eq!(lies(&board), None, "cleared by hand");
    }
}
