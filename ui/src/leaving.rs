//! Locks when the system says that the user has left, and lets the system go on then.

use std::collections::VecDeque;
use std::future::poll_fn;
use std::rc::{Rc, Weak};
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Poll, Waker};

use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::services::Hold;

/// What was told on other threads, and who waits for it here.
#[derive(Default)]
struct Told {
    holds: VecDeque<Hold>,
    waiting: Option<Waker>,
}

/// Follows the system's word for as long as there is a window.
pub(crate) fn follow(desk: &Rc<Desk>) {
    let told = Arc::new(Mutex::new(Told::default()));
    desk.door.services.presence.follow({
        let told = told.clone();
        Arc::new(move |hold| {
            let waiting = {
                let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
                told.holds.push_back(hold);
                told.waiting.take()
            };
            if let Some(waiting) = waiting {
                waiting.wake();
            }
        })
    });
    spawn(lock_each_time(Rc::downgrade(desk), told));
}

async fn lock_each_time(desk: Weak<Desk>, told: Arc<Mutex<Told>>) {
    loop {
        let hold = poll_fn(|context| {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            match told.holds.pop_front() {
                Some(hold) => Poll::Ready(hold),
                None => {
                    told.waiting = Some(context.waker().clone());
                    Poll::Pending
                }
            }
        })
        .await;
        let Some(desk) = desk.upgrade() else { return };
        if desk.door.contents().is_some_and(|contents| contents.protection().lock_on_screen_lock) {
            desk.lock();
        }
        drop(hold);
    }
}
