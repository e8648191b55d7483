//! The beat: once a second, at the turn of the second, while somebody is looking at an open vault; and what rows ask then.

use std::cell::{Cell, RefCell};
use std::collections::{HashMap, HashSet};
use std::rc::{Rc, Weak};
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};
use smartotp_core::secret::SecretText;
use smartotp_core::token::{KindName, Period, TokenId};

use crate::door::{Door, Event};
use crate::off_thread::spawn;
use crate::show;
use crate::token_model::Handles;
use crate::{App, Clock, ShownCode};

/// Seconds for which a counter token rests after a tap.
const REST: u64 = 3;
/// A code is about to run out in its last seconds, and not before its last quarter.
const LAST_SECONDS: u32 = 8;

/// A counter token's code, since it was asked for.
struct CounterCode {
    code: SecretText,
    counter: u64,
    version: i32,
    at: u64,
}

/// All that time changes of rows but the seconds that are left: as long as it is the same, nothing else is drawn.
#[derive(Default, PartialEq, Eq)]
struct Moment {
    /// Of each period: the step, and whether it is about to end.
    steps: Vec<(u64, bool)>,
    /// How many codes are shown for a while.
    revealed: usize,
    /// How many counter tokens rest.
    resting: usize,
}

/// Work that is done after each beat, at its second.
type AfterBeat = Box<dyn Fn(u64)>;

/// Time and codes for everything that is in sight.
pub(crate) struct Beat {
    app: slint::Weak<App>,
    door: Rc<Door>,
    handles: Rc<Handles>,
    /// The second that all rows show.
    now: Cell<u64>,
    moment: RefCell<Moment>,
    /// The periods of the vault's tokens, each once.
    periods: RefCell<Vec<Period>>,
    looking: Cell<bool>,
    timer: Timer,
    counters: RefCell<HashMap<i32, CounterCode>>,
    /// Codes that were tapped, and when each is hidden again.
    revealed: RefCell<HashMap<i32, u64>>,
    /// Called after each beat.
    after: RefCell<Vec<AfterBeat>>,
}

impl Beat {
    pub(crate) fn connect(app: &App, door: &Rc<Door>, handles: &Rc<Handles>) -> Rc<Self> {
        let beat = Rc::new(Self {
            app: app.as_weak(),
            door: door.clone(),
            handles: handles.clone(),
            now: Cell::new(door.code_unix()),
            moment: RefCell::default(),
            periods: RefCell::default(),
            looking: Cell::new(true),
            timer: Timer::default(),
            counters: RefCell::default(),
            revealed: RefCell::default(),
            after: RefCell::default(),
        });
        let clock = app.global::<Clock>();
        let on = Rc::downgrade(&beat);
        clock.on_step({
            let on = on.clone();
            move |period, _| ask(&on, |beat| beat.step(period))
        });
        clock.on_left({
            let on = on.clone();
            move |period, _| ask(&on, |beat| beat.left(period))
        });
        clock.on_expires({
            let on = on.clone();
            move |period, _| ask(&on, |beat| beat.expires(period_of(period)))
        });
        clock.on_code({
            let on = on.clone();
            move |handle, _| ask(&on, |beat| beat.code(handle, 0))
        });
        clock.on_next_code({
            let on = on.clone();
            move |handle, _| ask(&on, |beat| beat.code(handle, 1))
        });
        clock.on_rests({
            let on = on.clone();
            move |handle, _| ask(&on, |beat| beat.rests(handle))
        });
        clock.on_conceals({
            let on = on.clone();
            move |handle, _| ask(&on, |beat| beat.conceals(handle))
        });
        clock.on_reveal({
            let on = on.clone();
            move |handle| {
                if let Some(beat) = on.upgrade() {
                    beat.reveal(handle);
                }
            }
        });
        clock.on_short_time(|seconds| show::short_time(seconds).into());
        door.listen(move |event| {
            let Some(beat) = on.upgrade() else { return };
            match event {
                Event::Opened => {
                    beat.look_through();
                    beat.strike();
                }
                Event::Locked => beat.stop(),
                Event::Changed => beat.look_through(),
            }
        });
        beat
    }

    /// Has something done after each beat.
    pub(crate) fn also(&self, work: impl Fn(u64) + 'static) {
        self.after.borrow_mut().push(Box::new(work));
    }

    /// Whether anybody can see the window. Nothing beats for nobody.
    pub(crate) fn look(self: &Rc<Self>, looking: bool) {
        if self.looking.replace(looking) != looking {
            if looking { self.strike() } else { self.timer.stop() }
        }
    }

    /// Beats now: the time that codes are made with has changed.
    pub(crate) fn again(self: &Rc<Self>) {
        self.strike();
    }

    /// The second that is shown.
    pub(crate) fn now(&self) -> u64 {
        self.now.get()
    }

    fn strike(self: &Rc<Self>) {
        if self.door.contents().is_none() || !self.looking.get() {
            return;
        }
        let Some(app) = self.app.upgrade() else { return };
        let millis = self.door.time.millis();
        self.now.set(millis / 1000);
        let moment = self.moment();
        if self.moment.replace(moment) != *self.moment.borrow() {
            self.turn();
        }
        let clock = app.global::<Clock>();
        clock.set_beat(clock.get_beat().wrapping_add(1));
        for work in &*self.after.borrow() {
            work(self.now.get());
        }
        spawn({
            let door = self.door.clone();
            async move { door.refresh().await }
        });
        let again = Rc::downgrade(self);
        // A little late rather than early, or the second that ends would be shown twice.
        let rest = Duration::from_millis(1000 - millis % 1000 + 2);
        self.timer.start(TimerMode::SingleShot, rest, move || {
            if let Some(beat) = again.upgrade() {
                beat.strike();
            }
        });
    }

    fn stop(&self) {
        self.timer.stop();
        self.counters.borrow_mut().clear();
        self.revealed.borrow_mut().clear();
        self.handles.clear();
    }

    /// Takes up what another generation of the vault holds.
    fn look_through(&self) {
        let periods = self.door.contents().map(|contents| {
            let periods: HashSet<_> = contents.tokens().iter().filter_map(|token| token.kind.period()).collect();
            periods.into_iter().collect()
        });
        self.periods.replace(periods.unwrap_or_default());
        self.moment.replace(self.moment());
        self.turn();
    }

    fn moment(&self) -> Moment {
        let now = self.now.get();
        let step = |period: &Period| (now / u64::from(period.seconds()), self.expires(*period));
        Moment {
            steps: self.periods.borrow().iter().map(step).collect(),
            revealed: self.revealed.borrow().values().filter(|until| now < **until).count(),
            resting: self.counters.borrow().keys().filter(|handle| self.rests(**handle)).count(),
        }
    }

    fn turn(&self) {
        if let Some(app) = self.app.upgrade() {
            let clock = app.global::<Clock>();
            clock.set_turn(clock.get_turn().wrapping_add(1));
        }
    }

    /// A number that changes when the step does. It only has to differ from the one before, so its low bits are enough.
    fn step(&self, period: i32) -> i32 {
        let period = u64::try_from(period).unwrap_or(1).max(1);
        i32::try_from((self.now.get() / period) & 0x7FFF_FFFF).unwrap_or(0)
    }

    fn left(&self, period: i32) -> i32 {
        i32::try_from(period_of(period).left(self.now.get())).unwrap_or(0)
    }

    fn expires(&self, period: Period) -> bool {
        let left = period.left(self.now.get());
        left <= LAST_SECONDS && left * 4 <= period.seconds()
    }

    fn code(&self, handle: i32, steps: u64) -> ShownCode {
        self.text(handle, steps).map(|(kind, code)| show::code(kind, code.expose())).unwrap_or_default()
    }

    /// The code that is shown for a token, `steps` later; `None` where none is.
    pub(crate) fn text(&self, handle: i32, steps: u64) -> Option<(KindName, SecretText)> {
        let id = self.handles.id(handle)?;
        let contents = self.door.contents()?;
        let token = contents.token(id)?;
        let kind = token.kind.name();
        let Some(period) = token.kind.period() else {
            return self.counters.borrow().get(&handle).map(|shown| (kind, shown.code.duplicate()));
        };
        let at = self.now.get() + steps * u64::from(period.seconds());
        let code = contents.code(id, at)?.ok()?;
        Some((kind, SecretText::from(code.as_str())))
    }

    /// Whether a code is hidden until it is tapped, and was not tapped lately.
    fn conceals(&self, handle: i32) -> bool {
        self.door.contents().is_some_and(|contents| contents.protection().tap_to_reveal)
            && self.revealed.borrow().get(&handle).is_none_or(|until| self.now.get() >= *until)
    }

    /// Shows a code for as long as the settings say.
    fn reveal(&self, handle: i32) {
        let Some(contents) = self.door.contents() else { return };
        let until = self.now.get() + u64::from(contents.protection().hide_after_seconds);
        self.revealed.borrow_mut().insert(handle, until);
        self.turn();
    }

    /// Version and counter of the code that is shown for a counter token.
    pub(crate) fn counter(&self, handle: i32) -> Option<(i32, u64)> {
        self.counters.borrow().get(&handle).map(|shown| (shown.version, shown.counter))
    }

    fn rests(&self, handle: i32) -> bool {
        self.counters.borrow().get(&handle).is_some_and(|shown| self.now.get() < shown.at + REST)
    }

    /// Shows a counter token's code. Its counter is on disk already.
    pub(crate) fn show_counter_code(&self, id: TokenId, code: SecretText, counter: u64) {
        let handle = self.handles.of(id);
        let version = self.counter(handle).map_or(1, |(version, _)| version.wrapping_add(1).max(1));
        let shown = CounterCode { code, counter, version, at: self.now.get() };
        self.counters.borrow_mut().insert(handle, shown);
    }
}

fn period_of(seconds: i32) -> Period {
    Period::new(u64::try_from(seconds).unwrap_or(0)).unwrap_or(Period::THIRTY)
}

fn ask<T: Default>(on: &Weak<Beat>, question: impl FnOnce(&Beat) -> T) -> T {
    on.upgrade().map(|beat| question(&beat)).unwrap_or_default()
}
