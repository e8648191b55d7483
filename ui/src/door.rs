//! The open vault as the screens see it: one session, one snapshot to read from, and whoever wants to hear of changes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::time::Instant;

use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    ChangeError, Contents, CreateError, Credential, NewSlot, Notice, OpenError, Session, SlotKind,
};

use crate::off_thread::off_thread;
use crate::problem;
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
    /// Another one after each lock, so that a job that still runs keeps the old one to itself and drops it at its end.
    session: RefCell<Held>,
    contents: RefCell<Option<Arc<Contents>>>,
    /// How the open vault is locked.
    slot: Cell<SlotKind>,
    refreshing: Cell<bool>,
    /// What nobody was told yet.
    notices: RefCell<Vec<Notice>>,
    listeners: RefCell<Vec<Listener>>,
}

impl Door {
    pub(crate) fn new(services: Services) -> Rc<Self> {
        Rc::new(Self {
            services,
            session: RefCell::default(),
            contents: RefCell::new(None),
            slot: Cell::new(SlotKind::Password),
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

    /// How the open vault is locked.
    pub(crate) fn slot(&self) -> SlotKind {
        self.slot.get()
    }

    /// Unix time in seconds.
    pub(crate) fn unix(&self) -> u64 {
        self.services.clock.unix_millis() / 1000
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
    pub(crate) async fn create(&self, password: Option<SecretText>) -> Result<(), Problem> {
        let environment = self.services.vault.clone();
        let cost = self.cost().await;
        let kind = if password.is_some() { SlotKind::Password } else { SlotKind::Device };
        let made = off_thread(&*self.services.background, move || {
            let slot = password.map_or(NewSlot::Device, |password| NewSlot::Password(password, cost));
            Session::create(environment, slot)
        });
        let session = made.await.ok_or(Problem::Failed)?.map_err(|error: CreateError| problem::of_create(&error))?;
        self.take_in(session, kind);
        Ok(())
    }

    /// Opens the vault; `None` asks the device.
    pub(crate) async fn open(&self, password: Option<SecretText>) -> Result<(), Problem> {
        let environment = self.services.vault.clone();
        let kind = if password.is_some() { SlotKind::Password } else { SlotKind::Device };
        let opened = off_thread(&*self.services.background, move || {
            Session::open(environment, password.map_or(Credential::Device, Credential::Password))
        });
        let (session, notices) =
            opened.await.ok_or(Problem::Failed)?.map_err(|error: OpenError| problem::of_open(&error))?;
        self.notices.borrow_mut().extend(notices);
        self.take_in(session, kind);
        Ok(())
    }

    fn take_in(&self, session: Session, slot: SlotKind) {
        self.contents.replace(Some(session.contents().clone()));
        self.session.replace(Arc::new(Mutex::new(Some(session))));
        self.slot.set(slot);
        self.tell(Event::Opened);
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
            Some((result, session.contents().clone(), session.take_notices()))
        });
        let (result, contents, notices) = done.await.flatten().ok_or(Problem::Failed)?;
        self.adopt(&held, contents, notices);
        result.map_err(|error| {
            if matches!(error, ChangeError::KeyChanged) {
                self.lock();
            }
            problem::of_change(&error)
        })
    }

    /// Asks again for the lock.
    pub(crate) async fn verify(&self, password: Option<SecretText>) -> Result<(), Problem> {
        let held = self.session.borrow().clone();
        let asked = off_thread(&*self.services.background, move || {
            let guard = held.lock().unwrap_or_else(PoisonError::into_inner);
            let credential = password.map_or(Credential::Device, Credential::Password);
            guard.as_ref().map(|session| session.verify(&credential))
        });
        asked.await.flatten().ok_or(Problem::Failed)?.map_err(|error| problem::of_open(&error))
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
            Some((session.refresh(), session.contents().clone(), session.take_notices()))
        });
        let outcome = done.await.flatten();
        self.refreshing.set(false);
        match outcome {
            Some((Err(ChangeError::KeyChanged), ..)) => self.lock(),
            Some((_, contents, notices)) => self.adopt(&held, contents, notices),
            None => {}
        }
    }

    /// The lock was replaced by a password.
    pub(crate) fn now_by_password(&self) {
        self.slot.set(SlotKind::Password);
        self.tell(Event::Changed);
    }

    /// Shows another generation and what was noticed, unless the vault was locked while the job ran.
    fn adopt(&self, held: &Held, contents: Arc<Contents>, notices: Vec<Notice>) {
        if !Arc::ptr_eq(held, &self.session.borrow()) {
            return;
        }
        let same = self.contents.borrow().as_ref().is_some_and(|current| Arc::ptr_eq(current, &contents));
        if !same || !notices.is_empty() {
            self.notices.borrow_mut().extend(notices);
            self.contents.replace(Some(contents));
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
