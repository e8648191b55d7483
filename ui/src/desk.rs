//! What every controller has at hand.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slint::{ComponentHandle as _, Model as _, Timer};
use smartotp_core::token::TokenId;

use crate::backup::automatic::Keeper;
use crate::backup::work::Work;
use crate::clock::Beat;
use crate::door::Door;
use crate::look::Look;
use crate::network::Network;
use crate::screens::backup::turn_on::TurnOn;
use crate::screens::push_enrol::Enrolling;
use crate::screens::recovery;
use crate::screens::sign::Signing;
use crate::screens::step_up::StepUp;
use crate::screens::time::Measuring;
use crate::screens::tiqr::Following;
use crate::snack::SnackBar;
use crate::token_model::{Handles, TokenModel};
use crate::{App, Nav, OpenSheet, Place, TokensScreen};

/// What is to be done when a place is left.
type OnLeft = Rc<dyn Fn()>;
/// What is to be done when a sheet is closed.
type OnClosed = Rc<dyn Fn(OpenSheet)>;

/// The window, the vault, and what they share.
pub(crate) struct Desk {
    app: slint::Weak<App>,
    pub(crate) door: Rc<Door>,
    pub(crate) handles: Rc<Handles>,
    pub(crate) beat: Rc<Beat>,
    pub(crate) snack: Rc<SnackBar>,
    pub(crate) look: Rc<Look>,
    pub(crate) tokens: Rc<TokenModel>,
    /// Ways to servers.
    pub(crate) network: Network,
    /// The token on the details page.
    pub(crate) chosen: Cell<Option<TokenId>>,
    /// The push token or TiQR account on its page.
    pub(crate) apart: Cell<Option<TokenId>>,
    /// The push token that may be enrolled.
    pub(crate) enrolling: Enrolling,
    /// The TiQR code that is followed.
    pub(crate) following: Following,
    /// What waits for the lock to be asked again.
    pub(crate) step_up: StepUp,
    /// Counts a wait after wrong tries down.
    pub(crate) countdown: Timer,
    /// What is being signed.
    pub(crate) signing: Rc<Signing>,
    /// What is known of the time.
    pub(crate) measuring: Rc<Measuring>,
    /// The recovery key that is on its page.
    pub(crate) recovery: recovery::Page,
    /// What the backup is at, one piece of work at a time.
    pub(crate) work: Rc<Work>,
    /// Backups by themselves.
    pub(crate) keeper: Keeper,
    /// A backup that is about to be turned on.
    pub(crate) turn_on: TurnOn,
    left: RefCell<Vec<(Place, OnLeft)>>,
    closed: RefCell<Vec<OnClosed>>,
}

impl Desk {
    pub(crate) fn new(app: &App, door: Rc<Door>, look: Rc<Look>) -> Rc<Self> {
        door.time.set_corrects(look.corrects_codes());
        let handles = Rc::new(Handles::default());
        let beat = Beat::connect(app, &door, &handles);
        let shown = {
            let beat = Rc::downgrade(&beat);
            move |handle| beat.upgrade().and_then(|beat| beat.counter(handle))
        };
        let tokens = Rc::new(TokenModel::new(door.clone(), handles.clone(), Box::new(shown)));
        let desk = Rc::new(Self {
            app: app.as_weak(),
            network: Network::of(&door.services),
            door,
            handles,
            beat,
            snack: SnackBar::connect(app),
            look,
            tokens,
            chosen: Cell::new(None),
            apart: Cell::new(None),
            enrolling: Enrolling::default(),
            following: Following::default(),
            step_up: StepUp::default(),
            countdown: Timer::default(),
            signing: Rc::default(),
            measuring: Rc::default(),
            recovery: RefCell::default(),
            work: Work::connect(app),
            keeper: Keeper::default(),
            turn_on: TurnOn::default(),
            left: RefCell::default(),
            closed: RefCell::default(),
        });
        let on = Rc::downgrade(&desk);
        app.global::<Nav>().on_left(move |place| {
            let Some(desk) = on.upgrade() else { return };
            let work: Vec<_> =
                desk.left.borrow().iter().filter(|(of, _)| *of == place).map(|(_, work)| work.clone()).collect();
            work.iter().for_each(|work| work());
        });
        let on = Rc::downgrade(&desk);
        app.global::<Nav>().on_closed(move |sheet| {
            let Some(desk) = on.upgrade() else { return };
            let work = desk.closed.borrow().clone();
            work.iter().for_each(|work| work(sheet));
        });
        desk
    }

    /// Locks, for good reason: a copied code goes too, where codes are cleared at all.
    pub(crate) fn lock(&self) {
        self.door.lock();
        if self.look.clear_after() > 0 {
            self.door.services.clipboard.clear_now();
        }
    }

    /// Runs something with the window, as long as there is one.
    pub(crate) fn with<T>(&self, work: impl FnOnce(&App) -> T) -> Option<T> {
        self.app.upgrade().map(|app| work(&app))
    }

    /// Does something each time a place is left.
    pub(crate) fn on_left(&self, place: Place, work: impl Fn() + 'static) {
        self.left.borrow_mut().push((place, Rc::new(work)));
    }

    /// Does something each time a sheet is closed.
    pub(crate) fn on_closed(&self, work: impl Fn(OpenSheet) + 'static) {
        self.closed.borrow_mut().push(Rc::new(work));
    }

    /// Goes somewhere.
    pub(crate) fn go(&self, place: Place) {
        self.with(|app| app.global::<Nav>().invoke_go(place));
    }

    /// The token that a number from the screens means.
    pub(crate) fn id(&self, handle: i32) -> Option<TokenId> {
        self.handles.id(handle)
    }

    /// The list, after it or what it shows has changed.
    pub(crate) fn count(&self) {
        self.with(|app| {
            let screen = app.global::<TokensScreen>();
            screen.set_total(i32::try_from(self.tokens.total()).unwrap_or(i32::MAX));
            screen.set_shown(i32::try_from(self.tokens.row_count()).unwrap_or(i32::MAX));
        });
    }
}
