//! TiQR: enrolments and logins by a code, shown before anybody is asked or told anything.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::tiqr::Login;
use smartotp_core::tiqr::service::{self, Offer, Outcome, TiqrError};
use smartotp_core::token::{Icon, TokenId};
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::web::{self, Place as Network};

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::{off_thread, spawn};
use crate::screens::requests::words;
use crate::screens::step_up;
use crate::show;
use crate::{App, Place, PushProblem, SnackKind, StepUpFor, TiqrScreen, TiqrStep};

/// What is on the page.
#[derive(Clone)]
enum Shown {
    Address(String),
    Offer(Offer),
    Login(Login, TokenId),
}

/// The code that is being followed.
#[derive(Default)]
pub(crate) struct Following {
    shown: RefCell<Option<Shown>>,
    round: Cell<u32>,
}

impl Following {
    fn next(&self, shown: Option<Shown>) -> u32 {
        self.shown.replace(shown);
        self.round.set(self.round.get().wrapping_add(1));
        self.round.get()
    }
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<TiqrScreen>().on_go({
        let desk = desk.clone();
        move || go(&desk)
    });
    let on = Rc::downgrade(desk);
    desk.on_left(Place::Tiqr, move || {
        if let Some(desk) = on.upgrade() {
            desk.following.next(None);
        }
    });
    let on = Rc::downgrade(desk);
    desk.door.listen(move |event| {
        if let (Event::Locked, Some(desk)) = (event, on.upgrade()) {
            desk.following.next(None);
        }
    });
}

/// Shows where a code leads; nobody was asked yet.
pub(crate) fn open_enrolment(desk: &Rc<Desk>, text: &str) {
    let url = service::address(text).and_then(|url| Ok((web::host(&url)?, url)));
    match url {
        Ok((host, url)) => {
            let round = desk.following.next(Some(Shown::Address(url.clone())));
            draw(desk, TiqrStep::Ask, [&host, "", &host, ""], web::is_clear(&url));
            look_up(desk, round, url);
        }
        Err(error) => refuse(desk, words::tiqr(&error)),
    }
}

/// Shows who asks for a login.
pub(crate) fn open_login(desk: &Rc<Desk>, text: &str) {
    let Ok(login) = Login::read(text) else { return refuse(desk, (PushProblem::NotTiqr, String::new())) };
    let Some(contents) = desk.door.contents() else { return };
    let fitting: Vec<_> = contents.tiqr().iter().filter(|identity| login.is_for(identity)).collect();
    match fitting.as_slice() {
        [one] => {
            desk.following.next(Some(Shown::Login(login.clone(), one.id)));
            let service = if one.service.is_empty() { &one.service_id } else { &one.service };
            let account = if one.name.is_empty() { &one.user } else { &one.name };
            let host = web::host(&one.url).unwrap_or_default();
            draw(desk, TiqrStep::Login, [service, account, &host, &login.shown_as], web::is_clear(&one.url));
        }
        [] => refuse(desk, (PushProblem::NoAccount, login.service_id)),
        _ => refuse(desk, (PushProblem::SeveralAccounts, login.service_id)),
    }
}

/// Service, account, host, and where one logs in to.
fn draw(desk: &Desk, step: TiqrStep, [service, account, host, login_to]: [&str; 4], in_clear: bool) {
    desk.go(Place::Tiqr);
    desk.with(|app| {
        let screen = app.global::<TiqrScreen>();
        screen.set_step(step);
        screen.set_busy(false);
        screen.set_problem(PushProblem::None);
        screen.set_service(service.into());
        screen.set_account(account.into());
        screen.set_letter(show::letter(service, account));
        screen.set_tile(Icon::Letter.tile(service, account).into());
        screen.set_host(host.into());
        screen.set_login_to(login_to.into());
        screen.set_in_clear(in_clear);
        screen.set_private_network(false);
    });
}

/// Nothing can be done with this code.
fn refuse(desk: &Desk, (problem, detail): words::Said) {
    draw(desk, TiqrStep::Over, ["", "", "", ""], false);
    desk.following.next(None);
    fail(desk, (problem, detail));
}

fn fail(desk: &Desk, (problem, detail): words::Said) {
    desk.with(|app| {
        let screen = app.global::<TiqrScreen>();
        screen.set_busy(false);
        screen.set_problem(problem);
        screen.set_detail(detail.into());
    });
}

/// A name is looked up: it can stand for anything.
fn look_up(desk: &Rc<Desk>, round: u32, url: String) {
    let desk = desk.clone();
    spawn(async move {
        let peer = off_thread(&*desk.door.services.background, move || service::peer(&url)).await;
        if desk.following.round.get() != round {
            return;
        }
        match peer {
            Some(Ok((_, place, _))) => {
                desk.with(|app| app.global::<TiqrScreen>().set_private_network(place == Network::Private));
            }
            Some(Err(error)) => fail(&desk, words::tiqr(&error)),
            None => {}
        }
    });
}

fn go(desk: &Rc<Desk>) {
    let Some(shown) = desk.following.shown.borrow().clone() else { return };
    if desk.with(|app| app.global::<TiqrScreen>().get_busy()) != Some(false) {
        return;
    }
    match shown {
        Shown::Address(url) => work(desk, ask(desk.clone(), url)),
        Shown::Offer(offer) => work(desk, enrol(desk.clone(), offer)),
        Shown::Login(login, id) => {
            let asks = desk.door.contents().is_some_and(|contents| contents.protection().ask_before_sign);
            if asks {
                let name = desk.with(|app| app.global::<TiqrScreen>().get_service()).unwrap_or_default();
                step_up::ask(desk, StepUpFor::Approve, &name, move |desk| work(desk, answer(desk.clone(), login, id)));
            } else {
                work(desk, answer(desk.clone(), login, id));
            }
        }
    }
}

fn work(desk: &Desk, job: impl Future<Output = ()> + 'static) {
    desk.with(|app| {
        let screen = app.global::<TiqrScreen>();
        screen.set_problem(PushProblem::None);
        screen.set_busy(true);
    });
    spawn(job);
}

/// Asks the service who it is.
async fn ask(desk: Rc<Desk>, url: String) {
    let (round, network) = (desk.following.round.get(), desk.network.clone());
    let offer = off_thread(&*desk.door.services.background, move || service::metadata(&network.web()?, &url)).await;
    if desk.following.round.get() != round {
        return;
    }
    match offer.unwrap_or(Err(TiqrError::Answer)) {
        Ok(offer) => {
            let service = if offer.service.is_empty() { &offer.service_id } else { &offer.service };
            let account = if offer.name.is_empty() { &offer.user } else { &offer.name };
            let host = web::host(&offer.answer_url).unwrap_or_default();
            draw(&desk, TiqrStep::Offer, [service, account, &host, ""], web::is_clear(&offer.answer_url));
            let url = offer.enrol_url.clone();
            let round = desk.following.next(Some(Shown::Offer(offer)));
            look_up(&desk, round, url);
        }
        Err(error) => fail(&desk, words::tiqr(&error)),
    }
}

/// Makes a key and gives it to the service.
async fn enrol(desk: Rc<Desk>, offer: Offer) {
    let (network, now) = (desk.network.clone(), desk.door.unix());
    let (entropy, language) = (desk.door.services.vault.entropy.clone(), desk.look.language());
    let name = if offer.service.is_empty() { offer.service_id.clone() } else { offer.service.clone() };
    let enrolled = off_thread(&*desk.door.services.background, move || {
        service::enrol(&network.web()?, &offer, &*entropy, language, now)
    });
    match enrolled.await.unwrap_or(Err(TiqrError::Answer)) {
        Ok(identity) => match desk.door.change(move |session| session.add_tiqr(identity)).await {
            Ok(_) => {
                desk.go(Place::Home);
                desk.snack.say(SnackKind::Enrolled, &name, 0);
            }
            Err(_) => fail(&desk, (PushProblem::NotKept, String::new())),
        },
        Err(error) => fail(&desk, words::tiqr(&error)),
    }
}

/// Answers a login that was shown.
async fn answer(desk: Rc<Desk>, login: Login, id: TokenId) {
    let Some(contents) = desk.door.contents() else { return };
    let (round, network, language) = (desk.following.round.get(), desk.network.clone(), desk.look.language());
    let told = off_thread(&*desk.door.services.background, move || {
        let identity = contents.tiqr().iter().find(|identity| identity.id == id).ok_or(TiqrError::Answer)?;
        let unix = u64::try_from(network.right_time(0) / 1_000).unwrap_or_default();
        service::answer(&network.web()?, &login, identity, language, unix)
    });
    let told = told.await.unwrap_or(Err(TiqrError::Answer));
    if told == Ok(Outcome::Ok) {
        desk.door.record(Happened::Signed { token: id });
    }
    if desk.following.round.get() != round {
        return;
    }
    match told {
        Ok(Outcome::Ok) => {
            let name = desk.with(|app| app.global::<TiqrScreen>().get_service()).unwrap_or_default();
            desk.go(Place::Home);
            desk.snack.say(SnackKind::LoggedIn, &name, 0);
        }
        Ok(outcome) => fail(&desk, words::outcome(&outcome)),
        Err(error) => fail(&desk, words::tiqr(&error)),
    }
}
