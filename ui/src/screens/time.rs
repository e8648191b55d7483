//! Time: how far this device's clock is off, measured off the window's thread; whether codes are corrected by it.

mod lanes;
mod servers;
mod suspicion;

pub(crate) use suspicion::{Suspicion, taken};

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};
use smartotp_core::clock::{Correction, Measurement, Server, Stored, agree, measure_watched};
use smartotp_core::vault::journal::Event as Happened;

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::{off_thread, spawn};
use crate::{App, Place, Problem, SnackKind, TimeFinding, TimeScreen, TimeState};

/// How long servers are waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// How often the progress of a measurement is shown.
const BEAT: Duration = Duration::from_millis(100);
/// From so many microseconds on the clock is said to be off.
const OFF: i64 = 1_000_000;
/// From so many seconds on codes come out wrong, and the log says so.
const WRONG: i64 = 10;

/// A measurement under way.
#[derive(Default)]
struct Job {
    cancelled: AtomicBool,
    spoken: AtomicUsize,
}

/// What is known of the time in this run.
#[derive(Default)]
pub(crate) struct Measuring {
    job: RefCell<Option<Arc<Job>>>,
    timer: Timer,
    last: RefCell<Option<Measurement>>,
    /// What came of the last measurement of this run.
    finding: Cell<TimeFinding>,
    pub(crate) suspicion: Suspicion,
}

/// What a job brings back.
struct Found {
    measurement: Measurement,
    stored: Option<Stored>,
    written: bool,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let measuring = desk.measuring.clone();
    let screen = app.global::<TimeScreen>();
    screen.on_measure({
        let desk = desk.clone();
        move || begin(&desk, false)
    });
    screen.on_cancel({
        let (desk, measuring) = (desk.clone(), measuring.clone());
        move || {
            measuring.stop();
            show(&desk);
        }
    });
    screen.on_open({
        let desk = desk.clone();
        move || open(&desk)
    });
    screen.on_set_correct({
        let desk = desk.clone();
        move |correct| {
            desk.look.set_corrects_codes(correct);
            desk.door.time.set_corrects(correct);
            desk.beat.again();
            show(&desk);
        }
    });
    screen.on_set_check({
        let desk = desk.clone();
        move |check| {
            desk.look.set_checks_time(check);
            show(&desk);
        }
    });
    servers::connect(app, desk);
    desk.beat.also({
        let desk = Rc::downgrade(desk);
        move |_| {
            if let Some(desk) = desk.upgrade() {
                suspicion::beat(&desk);
            }
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            match event {
                Event::Opened => {
                    desk.door.time.reload();
                    show(&desk);
                }
                Event::Locked => {
                    desk.measuring.stop();
                    desk.measuring.suspicion.forget();
                    show(&desk);
                }
                Event::Changed => {}
            }
        }
    });
    show(desk);
}

/// Opens the page with what is known now.
fn open(desk: &Rc<Desk>) {
    desk.door.time.reload();
    show(desk);
    desk.go(Place::Time);
}

impl Measuring {
    /// Waits for no measurement any more; one that still runs ends soon, and nobody hears of it.
    fn stop(&self) {
        self.timer.stop();
        if let Some(job) = self.job.take() {
            job.cancelled.store(true, Ordering::Relaxed);
        }
    }
}

/// Measures; `unasked`: nobody is waiting for it, and only a clock that is off is worth a word.
pub(crate) fn begin(desk: &Rc<Desk>, unasked: bool) {
    let measuring = desk.measuring.clone();
    if measuring.job.borrow().is_some() {
        return;
    }
    measuring.suspicion.tried(desk.door.time.since_boot());
    let job = Arc::new(Job::default());
    measuring.job.replace(Some(job.clone()));
    let (named, instead) = servers::asked(&desk.look.time_servers());
    desk.with(|app| {
        let screen = app.global::<TimeScreen>();
        screen.set_asked(i32::try_from(named.len()).unwrap_or(i32::MAX));
        screen.set_spoken(0);
        screen.set_measuring(true);
    });
    measuring.timer.start(TimerMode::Repeated, BEAT, {
        let (desk, job) = (Rc::downgrade(desk), job.clone());
        move || {
            let Some(desk) = desk.upgrade() else { return };
            let spoken = i32::try_from(job.spoken.load(Ordering::Relaxed)).unwrap_or(i32::MAX);
            desk.with(|app| app.global::<TimeScreen>().set_spoken(spoken));
        }
    });
    let desk = desk.clone();
    spawn(async move {
        let found = off_thread(&*desk.door.services.background, ask(&desk, named, instead, job.clone())).await;
        let waited = measuring.job.borrow().as_ref().is_some_and(|current| Arc::ptr_eq(current, &job));
        if !waited {
            return;
        }
        measuring.stop();
        match found {
            Some(found) => take_in(&desk, found, unasked),
            None => measuring.finding.set(TimeFinding::Nobody),
        }
        show(&desk);
    });
}

/// What is done on another thread: the servers are asked, and what most of them say is kept.
fn ask(
    desk: &Desk,
    named: Vec<Server>,
    instead: Vec<Server>,
    job: Arc<Job>,
) -> impl FnOnce() -> Found + Send + 'static {
    let services = desk.door.services.clone();
    let file = desk.door.time.file();
    move || {
        let clock = services.clock.clone();
        let now = move || i64::try_from(clock.unix_millis()).unwrap_or(i64::MAX).saturating_mul(1_000);
        let entropy = services.vault.entropy.clone();
        let ask = |servers: &[Server], before: usize| {
            measure_watched(servers, &entropy, now.clone(), PATIENCE, &mut |spoken| {
                job.spoken.store(before + spoken, Ordering::Relaxed);
                !job.cancelled.load(Ordering::Relaxed)
            })
        };
        let mut measurement = ask(&named, 0);
        if !instead.is_empty() && measurement.answers() < agree::LEAST_SOURCES && !job.cancelled.load(Ordering::Relaxed)
        {
            measurement = measurement.and(ask(&instead, named.len()));
        }
        let stored = measurement.agreement.as_ref().and_then(|agreement| {
            let at = i64::try_from(services.clock.unix_millis()).unwrap_or(i64::MAX);
            Stored::of(agreement, at, &services.vault.boot.now())
        });
        let wanted = stored.as_ref().filter(|_| !job.cancelled.load(Ordering::Relaxed));
        let written = wanted.is_none_or(|stored| stored.save(&file).is_ok());
        Found { measurement, stored, written }
    }
}

fn take_in(desk: &Rc<Desk>, Found { measurement, stored, written }: Found, unasked: bool) {
    let measuring = &desk.measuring;
    let finding = match (&measurement.agreement, &stored) {
        (None, _) => TimeFinding::Nobody,
        (Some(_), None) => TimeFinding::Disagree,
        (Some(_), Some(_)) => TimeFinding::Agreed,
    };
    measuring.finding.set(finding);
    measuring.last.replace(Some(measurement));
    let Some(stored) = stored else { return };
    let before = desk.door.time.correction().seconds_behind();
    desk.door.time.take_in(stored);
    desk.beat.again();
    let behind = desk.door.time.correction().seconds_behind();
    if (behind - before).abs() >= WRONG {
        desk.door.record(Happened::ClockOff { seconds: behind });
    }
    if unasked && behind.abs() >= 2 {
        let seconds = i32::try_from(behind.abs()).unwrap_or(i32::MAX);
        let kind = if behind > 0 { SnackKind::ClockBehind } else { SnackKind::ClockAhead };
        desk.snack.say(kind, "", seconds);
    }
    if !written {
        desk.snack.problem(Problem::Disk);
    }
}

/// Shows how everything stands now.
pub(crate) fn show(desk: &Rc<Desk>) {
    let time = &desk.door.time;
    let correction = time.correction();
    let stored = time.stored();
    let (offset, uncertainty) = stored.as_ref().map_or((0, 0), Stored::measured);
    let state = match correction {
        Correction::NotMeasured => TimeState::Unchecked,
        Correction::Applied { .. } if offset.abs() < OFF => TimeState::Exact,
        Correction::Applied { .. } => TimeState::Off,
        Correction::Rebooted => TimeState::Restarted,
        Correction::ClockChanged { .. } => TimeState::Changed,
        Correction::Old => TimeState::Old,
    };
    let moved = match correction {
        Correction::ClockChanged { seconds } => seconds,
        _ => 0,
    };
    let device = i64::try_from(time.device_millis()).unwrap_or(i64::MAX);
    let ago = stored.as_ref().map_or(0, |stored| device.saturating_sub(stored.at()) / 1_000);
    let measuring = &desk.measuring;
    let last = measuring.last.borrow();
    desk.with(|app| {
        let screen = app.global::<TimeScreen>();
        screen.set_state(state);
        screen.set_finding(measuring.finding.get());
        screen.set_offset(lanes::seconds(offset));
        screen.set_uncertainty(lanes::seconds(uncertainty));
        screen.set_moved(i32::try_from(moved).unwrap_or(i32::MAX));
        screen.set_ago(i32::try_from(ago.max(0)).unwrap_or(i32::MAX));
        screen
            .set_day(crate::day::of(u64::try_from(stored.as_ref().map_or(0, Stored::at) / 1_000).unwrap_or(0)).into());
        screen.set_measuring(measuring.job.borrow().is_some());
        screen.set_corrects(desk.look.corrects_codes());
        screen.set_checks(desk.look.checks_time());
        lanes::show(&screen, last.as_ref());
    });
    servers::show(desk, last.as_ref());
}
