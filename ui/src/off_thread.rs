//! Long work away from the UI thread, awaited on it: no frame waits for a key derivation or a disk.

use std::future::Future;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, Waker};

use crate::services::Background;

/// What a job leaves behind, and whom it wakes.
struct Handover<T> {
    result: Option<T>,
    finished: bool,
    waker: Option<Waker>,
}

/// The result of a job; `None` when the job panicked.
pub(crate) struct OffThread<T>(Arc<Mutex<Handover<T>>>);

/// Wakes the waiting side even when the job unwinds.
struct Finish<T>(Arc<Mutex<Handover<T>>>);

impl<T> Drop for Finish<T> {
    fn drop(&mut self) {
        let waker = {
            let mut handover = self.0.lock().unwrap_or_else(PoisonError::into_inner);
            handover.finished = true;
            handover.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

/// Starts a job; awaiting what comes back gives its result.
pub(crate) fn off_thread<T: Send + 'static>(
    background: &dyn Background,
    job: impl FnOnce() -> T + Send + 'static,
) -> OffThread<T> {
    let handover = Arc::new(Mutex::new(Handover { result: None, finished: false, waker: None }));
    let finish = Finish(handover.clone());
    background.run(Box::new(move || {
        let result = job();
        finish.0.lock().unwrap_or_else(PoisonError::into_inner).result = Some(result);
        drop(finish);
    }));
    OffThread(handover)
}

/// Something that comes once, from any thread, by a callback.
pub(crate) fn once<T: Send + 'static>(start: impl FnOnce(Box<dyn FnOnce(T) + Send>)) -> OffThread<T> {
    let handover = Arc::new(Mutex::new(Handover { result: None, finished: false, waker: None }));
    let finish = Finish(handover.clone());
    start(Box::new(move |result| {
        finish.0.lock().unwrap_or_else(PoisonError::into_inner).result = Some(result);
        drop(finish);
    }));
    OffThread(handover)
}

impl<T> Future for OffThread<T> {
    type Output = Option<T>;

    fn poll(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<T>> {
        let mut handover = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if handover.finished {
            return Poll::Ready(handover.result.take());
        }
        handover.waker = Some(context.waker().clone());
        Poll::Pending
    }
}

/// Runs a screen's work on the UI thread; it waits without holding the thread up.
pub(crate) fn spawn(work: impl Future<Output = ()> + 'static) {
    // Only fails where no event loop was ever set up; then there is no window either.
    let _ = slint::spawn_local(work);
}
