//! Locks when nobody has touched anything for as long as the vault's settings say.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};

use crate::desk::Desk;
use crate::door::Event;
use crate::{App, Attention};

/// Waits for nothing to happen.
pub(crate) struct Idle {
    desk: Weak<Desk>,
    timer: Timer,
    /// When somebody was last noticed, in seconds since the system's start: they go on while it sleeps.
    last: Cell<u64>,
    limit: Cell<u32>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) -> Rc<Idle> {
    let idle =
        Rc::new(Idle { desk: Rc::downgrade(desk), timer: Timer::default(), last: Cell::new(0), limit: Cell::new(0) });
    app.global::<Attention>().on_noticed({
        let idle = idle.clone();
        move || idle.noticed()
    });
    desk.door.listen({
        let idle = Rc::downgrade(&idle);
        move |event| {
            let Some(idle) = idle.upgrade() else { return };
            match event {
                Event::Locked => idle.limit.set(0),
                Event::Opened => idle.begin(),
                Event::Changed => {
                    if idle.wanted() != idle.limit.get() {
                        idle.begin();
                    }
                }
            }
            if idle.limit.get() == 0 {
                idle.timer.stop();
            }
        }
    });
    idle
}

impl Idle {
    /// What the settings say: seconds, 0 for never.
    fn wanted(&self) -> u32 {
        let contents = self.desk.upgrade().and_then(|desk| desk.door.contents());
        contents.map_or(0, |contents| contents.protection().lock_after_seconds)
    }

    fn begin(self: &Rc<Self>) {
        self.limit.set(self.wanted());
        self.last.set(self.now());
        self.wait();
    }

    fn wait(self: &Rc<Self>) {
        let limit = self.limit.get();
        if limit == 0 {
            return;
        }
        let idle = Rc::downgrade(self);
        self.timer.start(TimerMode::SingleShot, Duration::from_secs(limit.into()), move || {
            if let Some(desk) = idle.upgrade().and_then(|idle| idle.desk.upgrade()) {
                desk.lock();
            }
        });
    }

    /// Somebody is there. Too late, where the time ran out while the system slept or the app was frozen.
    pub(crate) fn noticed(self: &Rc<Self>) {
        let limit = u64::from(self.limit.get());
        if limit == 0 {
            return;
        }
        let now = self.now();
        if now.saturating_sub(self.last.replace(now)) > limit {
            if let Some(desk) = self.desk.upgrade() {
                desk.lock();
            }
        } else {
            self.wait();
        }
    }

    fn now(&self) -> u64 {
        self.desk.upgrade().map_or(0, |desk| desk.door.services.vault.boot.now().seconds)
    }
}
