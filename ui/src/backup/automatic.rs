//! Backups by themselves: after changes, tried again after failures, and a look now and then at what other devices have written.
//!
//! Nothing here holds up a frame: a timer asks every few seconds whether something is due, and the work is done elsewhere.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;
use std::rc::{Rc, Weak};
use std::sync::Arc;
use std::time::Duration;

use slint::{Timer, TimerMode};
use smartotp_core::backup::schedule::{Schedule, Standing};
use smartotp_core::backup::settings::Place;
use smartotp_core::backup::versions;
use smartotp_core::vault::{Contents, Session};

use super::places;
use super::run::{self, Outcomes};
use super::trouble::Failure;
use super::work::Progress;
use crate::BackupTrouble;
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;

/// How often it is asked whether something is due.
const ASK: Duration = Duration::from_secs(5);
/// Seconds between two looks at what other devices have written.
const LOOK_AGAIN: u64 = 3600;
/// Seconds after which what lies there is read again, even where nothing has changed.
const PROVE_AGAIN: u64 = 7 * 86_400;

/// What is known of a place since the vault was opened.
#[derive(Default)]
struct Kept {
    schedule: Schedule,
    trouble: Option<(BackupTrouble, String)>,
}

/// How a place has done lately.
#[derive(Debug, Default, Clone)]
pub(crate) struct Lately {
    /// What went wrong last, in the system's words too, where something did.
    pub(crate) trouble: Option<(BackupTrouble, String)>,
    /// Whether somebody has to do something.
    pub(crate) needs_somebody: bool,
    /// When it is tried again, in Unix time.
    pub(crate) due: Option<u64>,
}

/// Something newer that another device has written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) place: u32,
    pub(crate) device: String,
    pub(crate) made_at: u64,
}

/// Keeps the backups up to date while the vault is open.
#[derive(Default)]
pub(crate) struct Keeper {
    kept: RefCell<BTreeMap<u32, Kept>>,
    timer: Timer,
    looked_at: Cell<u64>,
    offer: RefCell<Option<Offer>>,
    listeners: RefCell<Vec<Rc<dyn Fn()>>>,
}

pub(crate) fn connect(desk: &Rc<Desk>) {
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let Some(desk) = desk.upgrade() {
                hear(&desk, event);
            }
        }
    });
}

fn hear(desk: &Rc<Desk>, event: Event) {
    let keeper = &desk.keeper;
    match event {
        Event::Opened => {
            keeper.forget();
            keeper.begin(Rc::downgrade(desk));
        }
        Event::Changed => {}
        Event::Locked => {
            keeper.timer.stop();
            keeper.forget();
            desk.work.cancel();
            return;
        }
    }
    if let Some(contents) = desk.door.contents() {
        keeper.note_changes(&contents, desk.door.unix());
    }
}

impl Keeper {
    /// Has something done each time that something else can be said of a place.
    pub(crate) fn listen(&self, listener: impl Fn() + 'static) {
        self.listeners.borrow_mut().push(Rc::new(listener));
    }

    fn tell(&self) {
        let listeners = self.listeners.borrow().clone();
        listeners.iter().for_each(|listener| listener());
    }

    fn forget(&self) {
        self.kept.borrow_mut().clear();
        self.offer.take();
        self.looked_at.set(0);
    }

    fn begin(&self, desk: Weak<Desk>) {
        self.timer.start(TimerMode::Repeated, ASK, move || {
            if let Some(desk) = desk.upgrade() {
                tick(&desk);
            }
        });
    }

    fn note_changes(&self, contents: &Contents, now: u64) {
        let mut kept = self.kept.borrow_mut();
        kept.retain(|id, _| contents.backup().place(*id).is_some());
        for place in contents.backup().places() {
            if Standing::of(place, contents, now).pending {
                kept.entry(place.id).or_default().schedule.changed(now);
            }
        }
    }

    /// How a place has done lately.
    pub(crate) fn lately(&self, id: u32) -> Lately {
        let kept = self.kept.borrow();
        let Some(kept) = kept.get(&id) else { return Lately::default() };
        Lately {
            trouble: kept.trouble.clone(),
            needs_somebody: kept.schedule.needs_somebody(),
            due: kept.schedule.due(),
        }
    }

    /// What another device has written, and nobody has taken yet.
    pub(crate) fn offer(&self) -> Option<Offer> {
        self.offer.borrow().clone()
    }

    pub(crate) fn drop_offer(&self) {
        self.offer.take();
        self.tell();
    }

    /// Somebody does something about a place: what went wrong there is another matter now.
    pub(crate) fn try_again(&self, id: u32) {
        if let Some(kept) = self.kept.borrow_mut().get_mut(&id) {
            kept.schedule.try_again();
        }
    }

    /// Takes up what came of a run that began then.
    pub(crate) fn note(&self, outcomes: Outcomes, begun: u64, now: u64) {
        for (id, outcome) in outcomes {
            let mut all = self.kept.borrow_mut();
            let kept = all.entry(id).or_default();
            match outcome {
                Ok(_) => {
                    kept.schedule.succeeded(begun);
                    kept.trouble = None;
                    drop(all);
                    if self.offer().is_some_and(|offer| offer.place == id) {
                        self.offer.take();
                    }
                }
                // Nothing is wrong with a place because somebody has changed their mind.
                Err(failure) if failure.trouble() == BackupTrouble::Cancelled => {}
                Err(failure) => {
                    kept.trouble = Some((failure.trouble(), failure.reason()));
                    // Tried again by itself, where that helps, even if nothing has changed since.
                    if kept.schedule.due().is_none() && !kept.schedule.needs_somebody() {
                        kept.schedule.changed(now);
                    }
                    kept.schedule.failed(&failure.into_backup_error(), now);
                }
            }
        }
        self.tell();
    }
}

/// Backs up what is due; else looks what others have written.
fn tick(desk: &Rc<Desk>) {
    let Some(contents) = desk.door.contents() else { return };
    let (backup, now) = (contents.backup(), desk.door.unix());
    if !backup.is_on() || !backup.is_automatic() || desk.work.is_going() {
        return;
    }
    let is_due = |id: u32| desk.keeper.lately(id).due.is_some_and(|due| due <= now);
    let is_old = |place: &&Place| {
        let standing = Standing::of(place, &contents, now);
        let lately = desk.keeper.lately(place.id);
        let age = now.saturating_sub(standing.verified_at.unwrap_or(now));
        !standing.pending && lately.trouble.is_none() && age > PROVE_AGAIN
    };
    let due = backup.places().iter().filter(|place| is_due(place.id) || is_old(place)).map(|place| place.id);
    let due: Vec<u32> = due.collect();
    if !due.is_empty() {
        let desk = desk.clone();
        return spawn(async move {
            let _ = back_up(&desk, due, true).await;
        });
    }
    if now.saturating_sub(desk.keeper.looked_at.get()) >= LOOK_AGAIN {
        desk.keeper.looked_at.set(now);
        spawn(look(desk.clone()));
    }
}

/// Backs up to some places and takes up what came of it; `None` while something else is under way. Gives tokens that came in and how
/// many places failed.
pub(crate) async fn back_up(desk: &Rc<Desk>, ids: Vec<u32>, by_itself: bool) -> Option<Summary> {
    let progress = desk.work.begin(desk, by_itself)?;
    desk.keeper.tell();
    let begun = desk.door.unix();
    let outcomes = run::places(desk, ids, progress.clone()).await;
    desk.work.end(desk, &progress);
    let summary = Summary::of(&outcomes);
    desk.keeper.note(outcomes, begun, desk.door.unix());
    Some(summary)
}

/// What came of a run in short.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) tokens: usize,
    pub(crate) came_in: usize,
    pub(crate) failed: usize,
    pub(crate) places: usize,
}

impl Summary {
    fn of(outcomes: &Outcomes) -> Self {
        let mut summary = Self { places: outcomes.len(), ..Self::default() };
        for (_, outcome) in outcomes {
            match outcome {
                Ok(done) => {
                    summary.tokens = summary.tokens.max(done.tokens);
                    summary.came_in += done.taken_in.added;
                }
                Err(_) => summary.failed += 1,
            }
        }
        summary
    }
}

/// Looks what other devices have written, and offers it. Where a place can't be reached nothing is said: nobody has asked for it.
async fn look(desk: Rc<Desk>) {
    let Some(progress) = desk.work.begin_unseen() else { return };
    let seen = progress.clone();
    let found = desk.door.beside(move |session| newer(session, &seen)).await.flatten();
    desk.work.end(&desk, &progress);
    if desk.door.contents().is_some() && desk.keeper.offer() != found {
        desk.keeper.offer.replace(found);
        desk.keeper.tell();
    }
}

fn newer(session: &mut Session, progress: &Arc<Progress>) -> Option<Offer> {
    let places = session.backup().places();
    let look = |place: &Place| -> Result<Option<Offer>, Failure> {
        let provider = places::provider(&place.location, false)?;
        let look = versions::look(&*provider, place, &**progress)?;
        let known: Vec<_> = place.versions().into_iter().map(|(id, _)| id).collect();
        let heads = look.heads();
        let new = look.versions().into_iter().find(|(id, _)| heads.contains(id) && !known.contains(id));
        Ok(new.map(|(_, version)| Offer { place: place.id, device: version.device.clone(), made_at: version.made_at }))
    };
    places.iter().find_map(|place| look(place).ok().flatten())
}
