//! One piece of work of the backup at a time: how far it is, looked at ten times a second, and the way out of it.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};
use smartotp_core::backup::provider::{Step, Watch};

use crate::desk::Desk;
use crate::{App, BackupStep, BackupWork};

/// How often the window looks.
const LOOK: Duration = Duration::from_millis(100);

/// What the worker says and hears.
#[derive(Default)]
pub(crate) struct Progress {
    step: Mutex<Option<Step>>,
    cancelled: AtomicBool,
}

impl Progress {
    fn step(&self) -> Option<Step> {
        *self.step.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that it should stop, at the next moment at which it can.
    pub(crate) fn cancel(&self) {
        self.cancelled.store(true, Ordering::Relaxed);
    }
}

impl Watch for Progress {
    fn step(&self, step: Step) {
        self.step.lock().unwrap_or_else(PoisonError::into_inner).replace(step);
    }

    fn is_cancelled(&self) -> bool {
        self.cancelled.load(Ordering::Relaxed)
    }
}

/// What goes on, and whether somebody has asked for it.
struct Going {
    progress: Arc<Progress>,
    by_itself: bool,
}

/// The one piece of work that goes on, if any does.
#[derive(Default)]
pub(crate) struct Work {
    going: RefCell<Option<Going>>,
    timer: Timer,
}

impl Work {
    pub(crate) fn connect(app: &App) -> Rc<Self> {
        let work = Rc::new(Self::default());
        app.global::<BackupWork>().on_cancel({
            let work = Rc::downgrade(&work);
            move || {
                if let Some(work) = work.upgrade() {
                    work.cancel();
                }
            }
        });
        work
    }

    /// Begins, and shows it; `None` while something is under way already. What runs by itself gives way to what somebody asks for.
    pub(crate) fn begin(&self, desk: &Rc<Desk>, by_itself: bool) -> Option<Arc<Progress>> {
        let progress = self.take(by_itself)?;
        say(desk, BackupStep::Key, 0, 0);
        let (on, seen) = (Rc::downgrade(desk), progress.clone());
        self.timer.start(TimerMode::Repeated, LOOK, move || {
            if let Some(desk) = on.upgrade() {
                show(&desk, &seen);
            }
        });
        Some(progress)
    }

    /// The same for what nobody has asked for and nobody has to see.
    pub(crate) fn begin_unseen(&self) -> Option<Arc<Progress>> {
        self.take(true)
    }

    fn take(&self, by_itself: bool) -> Option<Arc<Progress>> {
        let mut going = self.going.borrow_mut();
        if let Some(other) = &*going {
            if by_itself || !other.by_itself {
                return None;
            }
            other.progress.cancel();
        }
        let progress = Arc::new(Progress::default());
        *going = Some(Going { progress: progress.clone(), by_itself });
        Some(progress)
    }

    /// Ends, unless something else goes on by now.
    pub(crate) fn end(&self, desk: &Desk, progress: &Arc<Progress>) {
        let mut going = self.going.borrow_mut();
        if going.as_ref().is_some_and(|going| Arc::ptr_eq(&going.progress, progress)) {
            *going = None;
            self.timer.stop();
            say(desk, BackupStep::Nothing, 0, 0);
        }
    }

    pub(crate) fn is_going(&self) -> bool {
        self.going.borrow().is_some()
    }

    pub(crate) fn cancel(&self) {
        if let Some(going) = &*self.going.borrow() {
            going.progress.cancel();
        }
    }
}

fn show(desk: &Desk, progress: &Progress) {
    if progress.is_cancelled() {
        return say(desk, BackupStep::Stopping, 0, 0);
    }
    match progress.step() {
        Some(Step::Looking) => say(desk, BackupStep::Looking, 0, 0),
        Some(Step::Reading { done, of }) => say(desk, BackupStep::Reading, done, of),
        Some(Step::Writing) => say(desk, BackupStep::Writing, 0, 0),
        Some(Step::Verifying) => say(desk, BackupStep::Verifying, 0, 0),
        Some(Step::Tidying { done, of }) => say(desk, BackupStep::Tidying, done, of),
        _ => {}
    }
}

fn say(desk: &Desk, step: BackupStep, done: usize, of: usize) {
    desk.with(|app| {
        let work = app.global::<BackupWork>();
        work.set_step(step);
        work.set_done(i32::try_from(done).unwrap_or(i32::MAX));
        work.set_of(i32::try_from(of).unwrap_or(i32::MAX));
    });
}
