//! The open vault as the screens see it: one session, one snapshot to read from, and whoever wants to hear of changes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Instant;

use smartotp_core::token::TokenId;
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    ChangeError, Contents, CreateError, Credential, NewSlot, Notice, OpenError, Session, SlotKind, Wait, WrongTries,
};

use crate::off_thread::off_thread;
use crate::problem;
use crate::right_time::RightTime;
use crate::{Problem, Services};

/// What happened to the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    /// It was opened or made.
    Opened,
    /// Another generation is current.
    Changed,
    /// It was locked: everything that came from it is to be dropped.
    Locked,
}

/// Who wants to hear of events.
type Listener = Rc<dyn Fn(Event)>;

type Held = Arc<Mutex<Option<Session>>>;

/// The only door to the vault in the window.
pub(crate) struct Door {
    pub(crate) services: Services,
    /// The time that codes are made with.
    pub(crate) time: RightTime,
    /// Another one after each lock, so that a job that still runs keeps the old one to itself and drops it at its end.
    session: RefCell<Held>,
    contents: RefCell<Option<Arc<Contents>>>,
    /// What opens the open vault.
    slots: RefCell<Vec<SlotKind>>,
    /// Whether the keystore has lost its half of the PIN.
    lost_pin: Cell<bool>,
    refreshing: Cell<bool>,
    /// What nobody was told yet.
    notices: RefCell<Vec<Notice>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Door {
    pub(crate) fn new(services: Services) -> Rc<Self> {
        Rc::new(Self {
            time: RightTime::new(&services),
            services,
            session: RefCell::default(),
            contents: RefCell::new(None),
            slots: RefCell::default(),
            lost_pin: Cell::new(false),
            refreshing: Cell::new(false),
            notices: RefCell::default(),
            listeners: RefCell::default(),
        })
    }

    /// Calls `listener` on the UI thread at each event.
    pub(crate) fn listen(&self, listener: impl Fn(Event) + 'static) {
        self.listeners.borrow_mut().push(Rc::new(listener));
    }

    fn tell(&self, event: Event) {
        let listeners = self.listeners.borrow().clone();
        for listener in listeners {
            listener(event);
        }
    }

    /// What the open vault holds; `None` while it is locked.
    pub(crate) fn contents(&self) -> Option<Arc<Contents>> {
        self.contents.borrow().clone()
    }

    /// What the user should know and was not told yet.
    pub(crate) fn take_notices(&self) -> Vec<Notice> {
        self.notices.take()
    }

    /// What opens the open vault; as it was last while it is locked.
    pub(crate) fn slots(&self) -> Vec<SlotKind> {
        self.slots.borrow().clone()
    }

    /// Whether a kind of slot opens it.
    pub(crate) fn has(&self, kind: SlotKind) -> bool {
        self.slots.borrow().contains(&kind)
    }

    /// Whether the keystore has lost its half of the PIN.
    pub(crate) fn has_lost_pin(&self) -> bool {
        self.lost_pin.get() && self.has(SlotKind::Pin)
    }

    /// Unix time in seconds.
    pub(crate) fn unix(&self) -> u64 {
        self.services.clock.unix_millis() / 1000
    }

    /// Unix time in seconds that codes are made with.
    pub(crate) fn code_unix(&self) -> u64 {
        self.time.millis() / 1000
    }

    /// What a derivation may cost on this device.
    pub(crate) async fn cost(&self) -> Cost {
        match self.services.kdf {
            Some(cost) => cost,
            None => {
                let measured = off_thread(&*self.services.background, || {
                    let start = Instant::now();
                    Cost::calibrate(|| start.elapsed())
                });
                measured.await.unwrap_or(Cost::DEFAULT)
            }
        }
    }

    /// Makes a vault and leaves it open.
    pub(crate) async fn create(&self, slots: Vec<NewSlot>) -> Result<(), Problem> {
        let environment = self.services.vault.clone();
        let made = off_thread(&*self.services.background, move || Session::create_with(environment, slots));
        let session = made.await.ok_or(Problem::Failed)?.map_err(|error: CreateError| problem::of_create(&error))?;
        self.take_in(session);
        Ok(())
    }

    /// Opens the vault, and writes down how.
    pub(crate) async fn open(&self, credential: Credential) -> Result<(), Problem> {
        let environment = self.services.vault.clone();
        let now = self.unix();
        let opened = off_thread(&*self.services.background, move || {
            let slot = credential.kind();
            let ago = Session::wrong_tries_so_far(&environment).and_then(|tries| tries.last_seconds_ago);
            let (mut session, notices) = Session::open(environment, credential)?;
            let wrong = session.wrong_tries();
            if wrong > 0 {
                // Of those before a restart of the system only the number is known.
                session.record(Happened::WrongTries { count: wrong, last: now.saturating_sub(ago.unwrap_or(0)) }, now);
            }
            session.record(Happened::Unlocked { slot }, now);
            for notice in &notices {
                match notice {
                    Notice::RolledBack => session.record(Happened::RolledBack, now),
                    Notice::PreviousOpened => session.record(Happened::PreviousOpened, now),
                    _ => {}
                }
            }
            let lost = session.missing_keystore_entries();
            Ok((session, notices, lost))
        });
        let opened = opened.await.ok_or(Problem::Failed)?;
        let (session, notices, lost) = opened.map_err(|error: OpenError| problem::of_open(&error))?;
        self.notices.borrow_mut().extend(notices);
        self.lost_pin.set(lost.contains(&SlotKind::Pin));
        self.take_in(session);
        Ok(())
    }

    fn take_in(&self, session: Session) {
        self.contents.replace(Some(session.contents().clone()));
        self.slots.replace(kinds(&session));
        self.session.replace(Arc::new(Mutex::new(Some(session))));
        self.tell(Event::Opened);
    }

    /// Wrong tries so far, and what has to be waited out.
    pub(crate) async fn tries(&self) -> (Option<WrongTries>, Option<Wait>) {
        let environment = self.services.vault.clone();
        let asked = off_thread(&*self.services.background, move || {
            (Session::wrong_tries_so_far(&environment), Session::wait(&environment))
        });
        asked.await.unwrap_or_default()
    }

    /// Writes down that something happened. What was locked in the meantime is still written.
    pub(crate) fn record(&self, event: Happened) {
        let (held, now) = (self.session.borrow().clone(), self.unix());
        self.services.background.run(Box::new(move || {
            if let Some(session) = held.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                session.record(event, now);
            }
        }));
    }

    /// Counts that a token's code was taken.
    pub(crate) fn used(&self, id: TokenId) {
        let (held, now) = (self.session.borrow().clone(), self.unix());
        self.services.background.run(Box::new(move || {
            if let Some(session) = held.lock().unwrap_or_else(PoisonError::into_inner).as_mut() {
                session.used(id, now);
            }
        }));
    }

    /// Asks the open vault something that changes nothing; `None` when it is locked.
    pub(crate) async fn ask<T: Send + 'static>(
        &self,
        question: impl FnOnce(&mut Session) -> T + Send + 'static,
    ) -> Option<T> {
        let held = self.session.borrow().clone();
        let asked = off_thread(&*self.services.background, move || {
            held.lock().unwrap_or_else(PoisonError::into_inner).as_mut().map(question)
        });
        asked.await.flatten()
    }

    /// Work that lasts, on a session of its own: nobody who asks or changes something waits for it. What it wrote is taken up at its
    /// end; `None`: it was locked before it began, or ended before its time.
    pub(crate) async fn beside<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Session) -> T + Send + 'static,
    ) -> Option<T> {
        let held = self.session.borrow().clone();
        let worked = held.clone();
        let done = off_thread(&*self.services.background, move || {
            let mut second = worked.lock().unwrap_or_else(PoisonError::into_inner).as_ref().map(Session::second)?;
            drop(worked);
            Some(work(&mut second))
        });
        let done = done.await.flatten();
        if Arc::ptr_eq(&held, &self.session.borrow()) {
            self.refresh().await;
        }
        done
    }

    /// Changes the vault. The change is on disk when this comes back.
    pub(crate) async fn change<T: Send + 'static>(
        &self,
        job: impl FnOnce(&mut Session) -> Result<T, ChangeError> + Send + 'static,
    ) -> Result<T, Problem> {
        let held = self.session.borrow().clone();
        let worked = held.clone();
        let done = off_thread(&*self.services.background, move || {
            let mut guard = worked.lock().unwrap_or_else(PoisonError::into_inner);
            let session = guard.as_mut()?;
            let result = job(session);
            Some((result, State::of(session)))
        });
        let (result, state) = done.await.flatten().ok_or(Problem::Failed)?;
        self.adopt(&held, state);
        result.map_err(|error| {
            if matches!(error, ChangeError::KeyChanged) {
                self.lock();
            }
            problem::of_change(&error)
        })
    }

    /// Asks again for what opens the vault; it counts as a try.
    pub(crate) async fn verify(&self, credential: Credential) -> Result<(), Problem> {
        let asked = self.ask(move |session| session.verify(&credential)).await.ok_or(Problem::Failed)?;
        asked.map_err(|error| {
            let problem = problem::of_open(&error);
            if problem == Problem::Wiped {
                self.lock();
            } else if counts(problem) {
                self.record(Happened::StepUpRefused);
            }
            problem
        })
    }

    /// Takes up what the command line wrote. Cheap; leaves alone a session that is at work.
    pub(crate) async fn refresh(&self) {
        if self.refreshing.replace(true) {
            return;
        }
        let held = self.session.borrow().clone();
        let worked = held.clone();
        let done = off_thread(&*self.services.background, move || {
            let mut guard = match worked.try_lock() {
                Ok(guard) => guard,
                Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
                Err(TryLockError::WouldBlock) => return None,
            };
            let session = guard.as_mut()?;
            Some((session.refresh(), State::of(session)))
        });
        let outcome = done.await.flatten();
        self.refreshing.set(false);
        match outcome {
            Some((Err(ChangeError::KeyChanged), _)) => self.lock(),
            Some((_, state)) => self.adopt(&held, state),
            None => {}
        }
    }

    /// Shows another generation and what was noticed, unless the vault was locked while the job ran.
    fn adopt(&self, held: &Held, State { contents, slots, notices }: State) {
        if !Arc::ptr_eq(held, &self.session.borrow()) {
            return;
        }
        let same = self.contents.borrow().as_ref().is_some_and(|current| Arc::ptr_eq(current, &contents))
            && *self.slots.borrow() == slots;
        if !same || !notices.is_empty() {
            self.notices.borrow_mut().extend(notices);
            self.contents.replace(Some(contents));
            self.slots.replace(slots);
            self.tell(Event::Changed);
        }
    }

    /// Locks: the session, and with it every secret, is dropped here, or by the job that still uses it.
    pub(crate) fn lock(&self) {
        if self.contents.borrow_mut().take().is_some() {
            self.session.replace(Held::default());
            self.tell(Event::Locked);
        }
    }
}

/// What screens show of a session.
struct State {
    contents: Arc<Contents>,
    slots: Vec<SlotKind>,
    notices: Vec<Notice>,
}

impl State {
    fn of(session: &mut Session) -> Self {
        Self { contents: session.contents().clone(), slots: kinds(session), notices: session.take_notices() }
    }
}

fn kinds(session: &Session) -> Vec<SlotKind> {
    session.slots().iter().map(|slot| slot.kind).collect()
}

/// Whether a try was counted.
fn counts(problem: Problem) -> bool {
    matches!(problem, Problem::WrongPassword | Problem::WrongPin | Problem::WrongRecoveryKey)
}
