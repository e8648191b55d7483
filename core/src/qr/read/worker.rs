//! One thread for one picture, and the deadline that holds whatever the picture is.

use std::{
    sync::{Arc, Mutex, PoisonError, mpsc},
    thread,
    time::{Duration, Instant},
};

use super::{Budget, ReadError, quiet};

/// Budget from which on a picture is looked at thoroughly.
const THOROUGH: Duration = Duration::from_millis(500);
/// Codes in one picture that are ever reported.
const MAX_CODES: usize = 100;

/// What one reading has found so far, and until when it may look.
#[derive(Debug)]
pub(super) struct Search {
    deadline: Instant,
    quick: bool,
    texts: Mutex<Vec<String>>,
}

impl Search {
    /// A search whose time begins now.
    pub(super) fn within(budget: Budget) -> Self {
        Self { deadline: Instant::now() + budget.0, quick: budget.0 < THOROUGH, texts: Mutex::default() }
    }

    /// Whether only the quick passes are worth their time: the next frame is a better chance.
    pub(super) fn is_quick(&self) -> bool {
        self.quick
    }

    /// Whether to stop looking.
    pub(super) fn over(&self) -> bool {
        Instant::now() >= self.deadline || self.count() >= MAX_CODES
    }

    fn left(&self) -> Duration {
        self.deadline.saturating_duration_since(Instant::now())
    }

    /// How many different texts were found.
    pub(super) fn count(&self) -> usize {
        self.texts.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    /// Notes a text, once.
    pub(super) fn found(&self, text: String) {
        let mut texts = self.texts.lock().unwrap_or_else(PoisonError::into_inner);
        if texts.len() < MAX_CODES && !texts.contains(&text) {
            texts.push(text);
        }
    }

    fn texts(&self) -> Vec<String> {
        std::mem::take(&mut self.texts.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Runs `work` on a thread and returns what it found by the deadline.
///
/// # Errors
/// What `work` reports; [`ReadError::NoCode`] when nothing was found; [`ReadError::Damaged`] when `work` panicked
/// before it found anything.
pub(super) fn run(
    search: Search,
    work: impl FnOnce(&Search) -> Result<(), ReadError> + Send + 'static,
) -> Result<Vec<String>, ReadError> {
    let search = Arc::new(search);
    let (done, ended) = mpsc::sync_channel(1);
    let theirs = Arc::clone(&search);
    let worker = thread::Builder::new().name("qr-reader".into()).spawn(move || {
        let outcome = quiet::catch(|| work(&theirs)).unwrap_or(Err(ReadError::Damaged));
        // The caller may have left at the deadline.
        let _ = done.send(outcome);
    });
    let outcome = match worker {
        Ok(_) => ended.recv_timeout(search.left()).unwrap_or(Ok(())),
        Err(_) => Ok(()),
    };
    let texts = search.texts();
    if texts.is_empty() { outcome.and(Err(ReadError::NoCode)) } else { Ok(texts) }
}
