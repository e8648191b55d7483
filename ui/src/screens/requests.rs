//! Push requests: asked for while somebody may see them, listed, opened, answered.

mod answer;
mod history;
mod list;
mod poll;
pub(crate) mod words;

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, SharedString, Timer, VecModel};
use smartotp_core::push::schedule::Schedule;
use smartotp_core::push::verify::USUAL_SECONDS;
use smartotp_core::push::{PushToken, Request};
use smartotp_core::token::TokenId;
use smartotp_core::web;

use crate::desk::Desk;
use crate::door::Event;
use crate::show;
use crate::{App, Nav, Place, PushProblem, RequestPhase, RequestRow, RequestScreen, RequestsScreen, Screen, Tab};

use history::Past;
use list::RequestList;
use poll::Servers;

/// Seconds after which a request that nobody takes back is taken for over: its server is out of reach.
const GIVEN_UP: u64 = 900;

/// A request that waits for an answer.
pub(crate) struct Waiting {
    /// How the screens name it.
    key: i32,
    token: TokenId,
    request: Request,
    /// When it came, in seconds of the clock that the beat shows.
    came: u64,
}

/// What waits, and whom to ask when.
pub(crate) struct Requests {
    desk: std::rc::Weak<Desk>,
    list: Rc<RequestList>,
    next_key: Cell<i32>,
    /// The request on its page.
    open: Cell<Option<i32>>,
    /// The one whose answer is on its way.
    sending: Cell<Option<i32>>,
    past: RefCell<Vec<Past>>,
    schedule: RefCell<Schedule>,
    servers: RefCell<Servers>,
    timer: Timer,
    looking: Cell<bool>,
    /// Counts the locks: what was asked before one is nobody's business after it.
    round: Cell<u32>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) -> Rc<Requests> {
    let requests = Rc::new(Requests {
        desk: Rc::downgrade(desk),
        list: Rc::new(RequestList::new(desk.door.clone())),
        next_key: Cell::new(1),
        open: Cell::new(None),
        sending: Cell::new(None),
        past: RefCell::default(),
        schedule: RefCell::default(),
        servers: RefCell::default(),
        timer: Timer::default(),
        looking: Cell::new(true),
        round: Cell::new(0),
    });
    let screen = app.global::<RequestsScreen>();
    screen.set_usual(i32::try_from(USUAL_SECONDS).unwrap_or(i32::MAX));
    screen.set_rows(ModelRc::from(requests.list.clone()));
    screen.on_left({
        let requests = Rc::downgrade(&requests);
        move |key, _| requests.upgrade().map_or(0, |requests| requests.left(key))
    });
    screen.on_age({
        let requests = Rc::downgrade(&requests);
        move |key, _| requests.upgrade().map_or(0, |requests| requests.age(key))
    });
    screen.on_open({
        let requests = requests.clone();
        move |key| requests.open(key)
    });
    screen.on_refresh({
        let requests = requests.clone();
        move || requests.ask_everybody()
    });
    history::connect(app, desk, &requests);
    answer::connect(app, &requests);
    desk.on_left(Place::Request, {
        let requests = Rc::downgrade(&requests);
        move || {
            if let Some(requests) = requests.upgrade() {
                requests.close();
            }
        }
    });
    desk.door.listen({
        let requests = Rc::downgrade(&requests);
        move |event| {
            let Some(requests) = requests.upgrade() else { return };
            if event == Event::Locked { requests.forget() } else { requests.take_up_tokens() }
        }
    });
    desk.beat.also({
        let requests = Rc::downgrade(&requests);
        move |now| {
            if let Some(requests) = requests.upgrade() {
                requests.give_up(now);
                requests.look_at_what_is_seen();
            }
        }
    });
    requests
}

impl Requests {
    /// Runs something with the desk, as long as there is one.
    fn desk(&self) -> Option<Rc<Desk>> {
        self.desk.upgrade()
    }

    fn with<T>(&self, work: impl FnOnce(&App) -> T) -> Option<T> {
        self.desk()?.with(work)
    }

    fn now(&self) -> u64 {
        self.desk().map_or(0, |desk| desk.beat.now())
    }

    /// Seconds until a request is usually over.
    fn left(&self, key: i32) -> i32 {
        let age = self.list.find(key, |waiting| self.now().saturating_sub(waiting.came));
        age.map_or(0, |age| i32::try_from(USUAL_SECONDS.saturating_sub(age)).unwrap_or(0))
    }

    fn age(&self, key: i32) -> i32 {
        let age = self.list.find(key, |waiting| self.now().saturating_sub(waiting.came));
        i32::try_from(age.unwrap_or(0)).unwrap_or(i32::MAX)
    }

    /// Opens a request's page; on wide windows it stands beside the list.
    fn open(self: &Rc<Self>, key: i32) {
        let Some(desk) = self.desk() else { return };
        let Some(contents) = desk.door.contents() else { return };
        let shown = self.list.find(key, |waiting| {
            let token = contents.push().iter().find(|token| token.id == waiting.token);
            (row(waiting, token), token.map(|token| web::host(&token.url).unwrap_or_default()), waiting.request.clone())
        });
        let Some((row, host, request)) = shown else { return };
        self.open.set(Some(key));
        desk.with(|app| {
            let screen = app.global::<RequestScreen>();
            screen.set_row(row);
            screen.set_host(host.unwrap_or_default().into());
            screen.set_numbers(request.choices.iter().all(|choice| choice.bytes().all(|byte| byte.is_ascii_digit())));
            screen.set_wordy(request.choices.iter().any(|choice| choice.chars().count() > 5));
            let choices: Vec<SharedString> = request.choices.iter().map(SharedString::from).collect();
            screen.set_choices(ModelRc::new(VecModel::from(choices)));
            screen.set_chosen(SharedString::new());
            screen.set_takes_reason(request.takes_reason);
            screen.set_phase(RequestPhase::Open);
            screen.set_problem(PushProblem::None);
            screen.set_code(SharedString::new());
            screen.set_present(true);
            if !app.global::<Screen>().get_is_two_pane() {
                app.global::<Nav>().invoke_go(Place::Request);
            }
        });
        self.look_at_what_is_seen();
    }

    /// The page is left: a code goes with it.
    fn close(&self) {
        self.open.set(None);
        self.with(|app| {
            let screen = app.global::<RequestScreen>();
            screen.set_present(false);
            screen.set_row(RequestRow { key: 0, ..RequestRow::default() });
            screen.set_choices(ModelRc::default());
            screen.set_chosen(SharedString::new());
            screen.set_code(SharedString::new());
            screen.set_problem(PushProblem::None);
        });
    }

    /// Locked: all of it came from the vault.
    fn forget(&self) {
        self.timer.stop();
        self.round.set(self.round.get().wrapping_add(1));
        self.list.clear();
        self.past.take();
        self.schedule.take();
        self.servers.take();
        self.sending.set(None);
        self.close();
        self.with(|app| {
            let screen = app.global::<RequestsScreen>();
            screen.set_tokens(0);
            screen.set_clock_off(false);
            screen.set_refreshing(false);
        });
        self.count();
        self.tell_servers();
    }

    /// What the server offered of a token: new ones join, those that it no longer offers are over.
    /// `right` is the right time in Unix seconds, by which they know when they were seen first.
    fn offered(&self, token: TokenId, requests: Vec<Request>, right: u64) -> usize {
        let now = self.now();
        let kept = |waiting: &Waiting| {
            waiting.token != token || requests.iter().any(|request| request.nonce == waiting.request.nonce)
        };
        self.take_out(|waiting| !kept(waiting));
        let mut fresh = 0;
        for request in requests {
            let known = self.list.any(|waiting| waiting.token == token && waiting.request.nonce == request.nonce);
            if known || self.list.is_full() {
                continue;
            }
            let key = self.next_key.replace(self.next_key.get().wrapping_add(1).max(1));
            // This device's clock may be wrong: how long ago it was is right all the same.
            let came = now.saturating_sub(right.saturating_sub(request.seen_at));
            self.list.add(Waiting { key, token, request, came });
            fresh += 1;
        }
        self.count();
        fresh
    }

    /// Those for which this holds are over, unanswered.
    fn take_out(&self, over: impl Fn(&Waiting) -> bool) {
        let sending = self.sending.get();
        for waiting in self.list.take(|waiting| over(waiting) && Some(waiting.key) != sending) {
            if self.open.get() == Some(waiting.key) {
                self.with(|app| {
                    let nav = app.global::<Nav>();
                    if matches!(nav.get_sheet(), crate::OpenSheet::Deny | crate::OpenSheet::StepUp) {
                        nav.invoke_close();
                    }
                    app.global::<RequestScreen>().set_phase(RequestPhase::Over);
                });
            }
            self.past.borrow_mut().push(Past::ran_out(&waiting));
        }
    }

    /// What nobody took back for a quarter of an hour is over, whatever its server would say.
    fn give_up(&self, now: u64) {
        if self.list.any(|waiting| now.saturating_sub(waiting.came) > GIVEN_UP) {
            self.take_out(|waiting| now.saturating_sub(waiting.came) > GIVEN_UP);
            self.count();
        }
    }

    fn count(&self) {
        let waiting = i32::try_from(self.list.len()).unwrap_or(i32::MAX);
        self.with(|app| app.global::<RequestsScreen>().set_waiting(waiting));
    }

    /// Whether somebody looks at the requests.
    fn is_on_top(&self) -> bool {
        self.with(|app| {
            let nav = app.global::<Nav>();
            match nav.get_place() {
                Place::Home => nav.get_tab() == Tab::Requests,
                place => place == Place::Request,
            }
        }) == Some(true)
    }
}

/// A request as the list shows it.
fn row(waiting: &Waiting, token: Option<&PushToken>) -> RequestRow {
    let (issuer, label) = token.map(|token| (token.issuer.as_str(), token.label.as_str())).unwrap_or_default();
    let (name, account) = show::names(issuer, label);
    RequestRow {
        key: waiting.key,
        name: name.into(),
        account: account.into(),
        letter: show::letter(issuer, label),
        tile: smartotp_core::token::Icon::Letter.tile(issuer, label).into(),
        title: waiting.request.title.as_str().into(),
        question: waiting.request.question.as_str().into(),
    }
}
