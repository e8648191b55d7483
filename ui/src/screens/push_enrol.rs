//! Enrols a push token: shown first, then a key is made off the UI thread, keys are exchanged, and the vault keeps ours.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::Arc;

use slint::ComponentHandle as _;
use smartotp_core::enrol::push_uri::{self, PushEnrolment};
use smartotp_core::push::{self, ProviderName, PushError, PushToken, keys, privacyidea};
use smartotp_core::secret::SecretText;
use smartotp_core::tiqr;
use smartotp_core::token::{Icon, TokenId};
use smartotp_core::web::{self, Place as Network};

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::{off_thread, spawn};
use crate::screens::requests::words;
use crate::screens::tiqr as tiqr_page;
use crate::show;
use crate::{App, EnrolPhase, Place, PushEnrolScreen, PushProblem, SnackKind};

/// The enrolment on the page.
#[derive(Default)]
pub(crate) struct Enrolling {
    enrolment: RefCell<Option<Arc<PushEnrolment>>>,
    /// Another one whenever what was begun is nobody's business any more.
    round: Cell<u32>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let screen = app.global::<PushEnrolScreen>();
    screen.on_enrol({
        let desk = desk.clone();
        move || enrol(&desk)
    });
    screen.on_cancel({
        let desk = desk.clone();
        move || {
            desk.enrolling.next_round();
            desk.with(|app| app.global::<PushEnrolScreen>().set_phase(EnrolPhase::Look));
        }
    });
    let on = Rc::downgrade(desk);
    desk.on_left(Place::PushEnrol, move || {
        if let Some(desk) = on.upgrade() {
            desk.enrolling.drop_all();
        }
    });
    let on = Rc::downgrade(desk);
    desk.door.listen(move |event| {
        if let (Event::Locked, Some(desk)) = (event, on.upgrade()) {
            desk.enrolling.drop_all();
        }
    });
}

impl Enrolling {
    fn next_round(&self) -> u32 {
        self.round.set(self.round.get().wrapping_add(1));
        self.round.get()
    }

    fn drop_all(&self) {
        self.next_round();
        self.enrolment.take();
    }
}

/// A code that enrols or logs in at a server: to the page that shows it.
pub(crate) fn open_link(desk: &Rc<Desk>, link: &SecretText) {
    let text = link.expose().trim();
    if push_uri::is_one(text) {
        open(desk, text);
    } else if tiqr::is_login(text) {
        tiqr_page::open_login(desk, text);
    } else {
        tiqr_page::open_enrolment(desk, text);
    }
}

fn open(desk: &Rc<Desk>, text: &str) {
    let read = push_uri::read(text).map_err(|error| words::uri(&error));
    let read = read.and_then(|read| web::host(&read.url).map(|host| (read, host)).map_err(|error| words::web(&error)));
    let round = desk.enrolling.next_round();
    desk.go(Place::PushEnrol);
    let shown = desk.with(|app| {
        let screen = app.global::<PushEnrolScreen>();
        screen.set_private_network(false);
        screen.set_problem(PushProblem::None);
        match &read {
            Ok((enrolment, host)) => {
                let (name, label) = show::names(&enrolment.issuer, &enrolment.label);
                screen.set_name(name.into());
                screen.set_label(label.into());
                screen.set_letter(show::letter(&enrolment.issuer, &enrolment.label));
                screen.set_tile(Icon::Letter.tile(&enrolment.issuer, &enrolment.label).into());
                screen.set_host(host.as_str().into());
                screen.set_serial(enrolment.serial.as_str().into());
                screen.set_in_clear(web::is_clear(&enrolment.url));
                screen.set_unchecked(enrolment.unchecked_certificate);
                screen.set_asks_lock(enrolment.ask_unlock);
                screen.set_phase(EnrolPhase::Look);
            }
            Err((problem, detail)) => {
                screen.set_in_clear(false);
                screen.set_unchecked(false);
                screen.set_problem(*problem);
                screen.set_detail(detail.as_str().into());
                screen.set_phase(EnrolPhase::Unreadable);
            }
        }
    });
    let (Some(()), Ok((enrolment, _))) = (shown, read) else { return };
    let enrolment = Arc::new(enrolment);
    desk.enrolling.enrolment.replace(Some(enrolment.clone()));
    let desk = desk.clone();
    spawn(async move {
        // A name is looked up: it can stand for anything.
        let peer = off_thread(&*desk.door.services.background, move || privacyidea::peer(&enrolment)).await;
        if desk.enrolling.round.get() != round {
            return;
        }
        match peer {
            Some(Ok((_, place, _))) => {
                desk.with(|app| app.global::<PushEnrolScreen>().set_private_network(place == Network::Private));
            }
            Some(Err(error)) => fail(&desk, words::problem(&error)),
            None => {}
        }
    });
}

fn fail(desk: &Desk, (problem, detail): words::Said) {
    desk.with(|app| {
        let screen = app.global::<PushEnrolScreen>();
        screen.set_phase(EnrolPhase::Look);
        screen.set_problem(problem);
        screen.set_detail(detail.into());
    });
}

fn enrol(desk: &Rc<Desk>) {
    let Some(enrolment) = desk.enrolling.enrolment.borrow().clone() else { return };
    if desk.with(|app| app.global::<PushEnrolScreen>().get_phase()) != Some(EnrolPhase::Look) {
        return;
    }
    let round = desk.enrolling.next_round();
    desk.with(|app| {
        let screen = app.global::<PushEnrolScreen>();
        screen.set_problem(PushProblem::None);
        screen.set_phase(EnrolPhase::Key);
    });
    let desk = desk.clone();
    spawn(async move {
        let entropy = desk.door.services.vault.entropy.clone();
        let key = off_thread(&*desk.door.services.background, move || keys::make(&*entropy)).await;
        // Cancelled, left or locked: the key is dropped, and nobody was told of it.
        if desk.enrolling.round.get() != round {
            return;
        }
        let key = match key.unwrap_or(Err(PushError::Key)) {
            Ok(key) => key,
            Err(error) => return fail(&desk, words::problem(&error)),
        };
        desk.with(|app| app.global::<PushEnrolScreen>().set_phase(EnrolPhase::Exchange));
        let (network, asked) = (desk.network.clone(), enrolment.clone());
        let exchanged = off_thread(&*desk.door.services.background, move || {
            let web = network.web()?;
            let server_key = push::provider(ProviderName::PrivacyIdea, &web).enrol(&asked, &key)?;
            Ok((key, server_key))
        });
        match exchanged.await.unwrap_or(Err(PushError::Answer)) {
            // The server has it now: the vault gets it, whatever page is shown.
            Ok((key, server_key)) => keep(&desk, &enrolment, key, server_key).await,
            Err(error) => fail(&desk, words::problem(&error)),
        }
    });
}

async fn keep(desk: &Rc<Desk>, enrolment: &PushEnrolment, key: keys::MadeKey, server_key: Vec<u8>) {
    let token = PushToken {
        id: TokenId::from_bytes([0; 16]),
        provider: ProviderName::PrivacyIdea,
        label: enrolment.label.clone(),
        issuer: enrolment.issuer.clone(),
        serial: enrolment.serial.clone(),
        url: enrolment.url.clone(),
        key: key.private,
        server_key,
        ask_unlock: enrolment.ask_unlock,
        enrolled_at: desk.door.unix(),
        seen: Vec::new(),
    };
    match desk.door.change(move |session| session.add_push(token)).await {
        Ok(_) => {
            desk.go(Place::Home);
            let name = show::names(&enrolment.issuer, &enrolment.label).0;
            desk.snack.say(SnackKind::Enrolled, &name, 0);
        }
        Err(_) => fail(desk, (PushProblem::NotKept, String::new())),
    }
}
