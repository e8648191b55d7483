//! Files on their way to the preview: read off the UI thread, with progress and a way out, and asked for their passwords.

use std::cell::{Cell, RefCell};
use std::ops::ControlFlow;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use slint::{ComponentHandle as _, Timer, TimerMode};
use smartotp_core::import::ImportError;
use smartotp_core::secret::SecretText;

use crate::desk::Desk;
use crate::door::Event;
use crate::intake::{self, Read, Source};
use crate::off_thread::{off_thread, spawn};
use crate::screens::add;
use crate::screens::preview::{self, Preview};
use crate::screens::push_enrol;
use crate::{App, Nav, OpenSheet, Place, Problem, ReadingPhase, ReadingScreen, problem};

/// How often the number of entries is brought up to date.
const BEAT: Duration = Duration::from_millis(100);
/// What takes longer shows how far it is.
const PATIENCE: Duration = Duration::from_millis(300);

/// Which way in was taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Picture,
    Clipboard,
    File,
}

/// One piece of work on another thread.
#[derive(Default)]
struct Job {
    cancelled: AtomicBool,
    entries: AtomicUsize,
}

impl Job {
    fn watch(&self, entries: usize) -> ControlFlow<()> {
        self.entries.store(entries, Ordering::Relaxed);
        if self.cancelled.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }
}

/// What is being read.
pub(crate) struct Reading {
    shown: Rc<Preview>,
    job: RefCell<Option<Arc<Job>>>,
    timer: Timer,
    way: Cell<Way>,
    /// Between the choice of files and their preview.
    active: Cell<bool>,
    /// The password that opened a file: it may open the next one.
    typed: RefCell<Option<SecretText>>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>, shown: &Rc<Preview>) -> Rc<Reading> {
    let reading = Rc::new(Reading {
        shown: shown.clone(),
        job: RefCell::default(),
        timer: Timer::default(),
        way: Cell::new(Way::Picture),
        active: Cell::new(false),
        typed: RefCell::default(),
    });
    let screen = app.global::<ReadingScreen>();
    screen.on_open({
        let (desk, reading) = (desk.clone(), reading.clone());
        move |text| {
            let next = reading.shown.intake.borrow().next_closed();
            if let Some((index, source)) = next {
                spawn(open(desk.clone(), reading.clone(), index, source, SecretText::from(text.as_str()), true));
            }
        }
    });
    screen.on_leave_out({
        let (desk, reading) = (desk.clone(), reading.clone());
        move || {
            reading.leave_out_next();
            go_on(&desk, &reading);
        }
    });
    desk.on_closed({
        let (desk, reading) = (Rc::downgrade(desk), reading.clone());
        move |sheet| {
            if let (OpenSheet::Reading, Some(desk)) = (sheet, desk.upgrade()) {
                reading.give_up(&desk);
            }
        }
    });
    desk.door.listen({
        let (desk, reading) = (Rc::downgrade(desk), reading.clone());
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                reading.stop();
                reading.end(&desk);
            }
        }
    });
    reading
}

impl Reading {
    /// Another job; the one before is let go.
    fn begin(self: &Rc<Self>, desk: &Rc<Desk>) -> Arc<Job> {
        self.stop();
        let job = Arc::new(Job::default());
        self.job.replace(Some(job.clone()));
        self.active.set(true);
        let (on, desk, ticks) = (Rc::downgrade(self), Rc::downgrade(desk), Cell::new(0));
        self.timer.start(TimerMode::Repeated, BEAT, move || {
            let (Some(reading), Some(desk)) = (on.upgrade(), desk.upgrade()) else { return };
            let entries = reading.job.borrow().as_ref().map_or(0, |job| job.entries.load(Ordering::Relaxed));
            ticks.set(ticks.get() + 1);
            desk.with(|app| {
                app.global::<ReadingScreen>().set_entries(i32::try_from(entries).unwrap_or(i32::MAX));
                let nav = app.global::<Nav>();
                if BEAT * ticks.get() >= PATIENCE && nav.get_sheet() != OpenSheet::Reading {
                    nav.invoke_show(OpenSheet::Reading);
                }
            });
        });
        job
    }

    /// Whether a job is still the one that is waited for.
    fn waits_for(&self, job: &Arc<Job>) -> bool {
        self.job.borrow().as_ref().is_some_and(|current| Arc::ptr_eq(current, job))
    }

    /// Waits for no job any more; one that still runs ends soon, and nobody hears of it.
    fn stop(&self) {
        self.timer.stop();
        if let Some(job) = self.job.take() {
            job.cancelled.store(true, Ordering::Relaxed);
        }
    }

    /// The way from files to preview is over.
    fn end(&self, desk: &Desk) {
        self.active.set(false);
        self.typed.take();
        add::end(desk, Problem::None);
        desk.with(|app| app.global::<ReadingScreen>().set_busy(false));
    }

    /// The user has had enough: what was read is dropped, but for what the preview shows already.
    fn give_up(&self, desk: &Desk) {
        if !self.active.get() {
            return;
        }
        self.stop();
        self.end(desk);
        if desk.with(|app| app.global::<Nav>().get_place()) == Some(Place::Preview) {
            while self.leave_out_next() {}
            preview::draw(desk, &self.shown);
        } else {
            self.shown.drop_all(desk);
        }
    }

    fn leave_out_next(&self) -> bool {
        let mut intake = self.shown.intake.borrow_mut();
        let next = intake.next_closed();
        if let Some((index, _)) = &next {
            intake.leave_out(*index, ImportError::NeedsPassword);
        }
        next.is_some()
    }
}

/// Reads further files together with those before, asks for passwords, and shows the preview.
pub(crate) async fn take_up(desk: &Rc<Desk>, reading: &Rc<Reading>, way: Way, further: Vec<Source>) {
    reading.way.set(way);
    desk.with(|app| {
        let screen = app.global::<ReadingScreen>();
        screen.set_phase(ReadingPhase::Reading);
        screen.set_entries(0);
        screen.set_file(
            further.first().filter(|_| further.len() == 1).map(|file| file.name.as_str()).unwrap_or_default().into(),
        );
    });
    let job = reading.begin(desk);
    let sources = reading.shown.intake.borrow().with(further);
    let watched = job.clone();
    let read = off_thread(&*desk.door.services.background, move || Read::all(sources, &mut |n| watched.watch(n)));
    let read = read.await;
    if !reading.waits_for(&job) {
        return;
    }
    reading.stop();
    let Some(read) = read else { return refuse(desk, reading, Problem::Failed, "") };
    let reason = reading.shown.intake.borrow_mut().take_in(read);
    match reason {
        Some(error) => refuse(desk, reading, problem::of_import(&error), problem::format_of(&error)),
        None => go_on(desk, reading),
    }
}

/// The next file that wants a password, or the preview.
fn go_on(desk: &Rc<Desk>, reading: &Rc<Reading>) {
    let next = reading.shown.intake.borrow().next_closed();
    let Some((index, source)) = next else { return finish(desk, reading) };
    let before = reading.typed.take();
    match before {
        Some(password) => spawn(open(desk.clone(), reading.clone(), index, source, password, false)),
        None => ask(desk, reading, &source, Problem::None),
    }
}

/// Asks for a file's password.
fn ask(desk: &Desk, reading: &Reading, source: &Source, problem: Problem) {
    let several = reading.shown.intake.borrow().files() > 1;
    desk.with(|app| {
        let screen = app.global::<ReadingScreen>();
        screen.set_phase(ReadingPhase::Password);
        screen.set_file(source.name.as_str().into());
        screen.set_app(source.kind().1.into());
        screen.set_words(source.wants_words());
        screen.set_several(several);
        screen.set_problem(problem);
        screen.set_asked(screen.get_asked().wrapping_add(1));
        app.global::<Nav>().invoke_show(OpenSheet::Reading);
    });
}

/// Tries a password on a file: one that was typed for it, or the one that opened the file before.
async fn open(
    desk: Rc<Desk>,
    reading: Rc<Reading>,
    index: usize,
    source: Arc<Source>,
    password: SecretText,
    typed: bool,
) {
    desk.with(|app| {
        let screen = app.global::<ReadingScreen>();
        screen.set_problem(Problem::None);
        screen.set_entries(0);
        screen.set_busy(true);
    });
    let job = reading.begin(&desk);
    let (watched, file) = (job.clone(), source.clone());
    let opened = off_thread(&*desk.door.services.background, move || {
        let outcome = intake::open(&file, &password, &mut |n| watched.watch(n));
        (outcome, password)
    });
    let opened = opened.await;
    if !reading.waits_for(&job) {
        return;
    }
    reading.stop();
    desk.with(|app| app.global::<ReadingScreen>().set_busy(false));
    let Some((outcome, password)) = opened else { return refuse(&desk, &reading, Problem::Failed, "") };
    match outcome {
        Err(ImportError::WrongPassword) => {
            let problem = if typed { Problem::FilePassword } else { Problem::None };
            return ask(&desk, &reading, &source, problem);
        }
        Ok(outcome) => {
            reading.typed.replace(Some(password));
            reading.shown.intake.borrow_mut().open(index, outcome);
        }
        Err(error) => reading.shown.intake.borrow_mut().leave_out(index, error),
    }
    go_on(&desk, &reading);
}

fn finish(desk: &Rc<Desk>, reading: &Rc<Reading>) {
    // Locked meanwhile: what was read is dropped here.
    if desk.door.contents().is_none() {
        reading.shown.drop_all(desk);
        return reading.end(desk);
    }
    let lone = reading.shown.intake.borrow().lone_link();
    if let Some(link) = lone {
        reading.shown.drop_all(desk);
        reading.end(desk);
        return push_enrol::open_link(desk, &link);
    }
    let nothing = {
        let intake = reading.shown.intake.borrow();
        let first = intake.failed.first().filter(|_| intake.is_empty());
        first.map(|(_, error)| (problem::of_import(error), problem::format_of(error)))
    };
    match nothing {
        Some((problem, format)) => {
            reading.shown.drop_all(desk);
            refuse(desk, reading, problem, format);
        }
        None => {
            reading.end(desk);
            preview::show(desk, &reading.shown, reading.way.get() == Way::File);
        }
    }
}

fn refuse(desk: &Rc<Desk>, reading: &Reading, problem: Problem, format: &str) {
    reading.end(desk);
    fail(desk, reading.way.get(), problem, format);
}

/// Says why nothing came: of a file on a sheet of its own, else where one came from.
pub(super) fn fail(desk: &Desk, way: Way, problem: Problem, format: &str) {
    add::end(desk, if way == Way::File { Problem::None } else { problem });
    desk.with(|app| {
        let nav = app.global::<Nav>();
        if way == Way::File {
            let screen = app.global::<ReadingScreen>();
            screen.set_phase(ReadingPhase::Failed);
            screen.set_problem(problem);
            screen.set_format(format.into());
            nav.invoke_show(OpenSheet::Reading);
        } else if nav.get_sheet() == OpenSheet::Reading {
            if nav.get_place() == Place::Preview { nav.invoke_close() } else { nav.invoke_show(OpenSheet::Add) }
        }
    });
}
