//! What just happened, for a few seconds, with one thing to do about it.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};

use crate::{App, Problem, Snack, SnackKind};

/// Seconds for which words stand, alone and with an action.
const ALONE: Duration = Duration::from_secs(4);
const WITH_ACTION: Duration = Duration::from_secs(10);

/// What the action of the bar does.
type Action = Box<dyn FnOnce()>;

/// The bar; one at a time, the newest wins.
pub(crate) struct SnackBar {
    app: slint::Weak<App>,
    timer: Timer,
    action: RefCell<Option<Action>>,
}

impl SnackBar {
    pub(crate) fn connect(app: &App) -> Rc<Self> {
        let bar = Rc::new(Self { app: app.as_weak(), timer: Timer::default(), action: RefCell::new(None) });
        let on = Rc::downgrade(&bar);
        app.global::<Snack>().on_acted(move |_| {
            let Some(bar) = on.upgrade() else { return };
            let action = bar.action.take();
            bar.hide();
            if let Some(action) = action {
                action();
            }
        });
        bar
    }

    pub(crate) fn problem(self: &Rc<Self>, problem: Problem) {
        if let Some(app) = self.app.upgrade() {
            app.global::<Snack>().set_problem(problem);
        }
        self.show(SnackKind::Problem, "", 0, None);
    }

    pub(crate) fn say(self: &Rc<Self>, kind: SnackKind, name: &str, number: i32) {
        self.show(kind, name, number, None);
    }

    pub(crate) fn offer(self: &Rc<Self>, kind: SnackKind, name: &str, number: i32, action: impl FnOnce() + 'static) {
        self.show(kind, name, number, Some(Box::new(action)));
    }

    fn show(self: &Rc<Self>, kind: SnackKind, name: &str, number: i32, action: Option<Action>) {
        let Some(app) = self.app.upgrade() else { return };
        let snack = app.global::<Snack>();
        snack.set_name(name.into());
        snack.set_number(number);
        snack.set_kind(kind);
        let time = if action.is_some() { WITH_ACTION } else { ALONE };
        self.action.replace(action);
        let on = Rc::downgrade(self);
        self.timer.start(TimerMode::SingleShot, time, move || {
            if let Some(bar) = on.upgrade() {
                bar.hide();
            }
        });
    }

    pub(crate) fn hide(&self) {
        self.timer.stop();
        self.action.take();
        if let Some(app) = self.app.upgrade() {
            let snack = app.global::<Snack>();
            snack.set_kind(SnackKind::Nothing);
            snack.set_name(slint::SharedString::new());
        }
    }
}
