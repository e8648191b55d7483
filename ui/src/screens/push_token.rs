//! One push token or TiQR account: its label, and its end.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::token::Icon;
use smartotp_core::token::TokenId;
use smartotp_core::web;

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::screens::step_up;
use crate::{App, Nav, OpenSheet, Place, Problem, PushTokenScreen, SnackKind, StepUpFor, day, show};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let screen = app.global::<PushTokenScreen>();
    screen.on_rename({
        let desk = desk.clone();
        move |label| rename(&desk, label.trim())
    });
    screen.on_remove({
        let desk = desk.clone();
        move || {
            desk.with(|app| app.global::<Nav>().invoke_close());
            let name = desk.with(|app| app.global::<PushTokenScreen>().get_name()).unwrap_or_default();
            step_up::ask(&desk, StepUpFor::Delete, &name, remove);
        }
    });
    let on = Rc::downgrade(desk);
    desk.door.listen(move |event| {
        let Some(desk) = on.upgrade() else { return };
        if event == Event::Locked {
            desk.apart.set(None);
        } else if desk.apart.get().is_some_and(|id| !show(&desk, id)) {
            desk.apart.set(None);
            if desk.with(|app| app.global::<Nav>().get_place()) == Some(Place::PushToken) {
                desk.go(Place::Home);
            }
        }
    });
}

/// Opens the page of a token that is held apart; `false`: it is another one.
pub(crate) fn open(desk: &Rc<Desk>, handle: i32) -> bool {
    let Some(id) = desk.id(handle).filter(|id| show(desk, *id)) else { return false };
    desk.apart.set(Some(id));
    desk.go(Place::PushToken);
    true
}

fn show(desk: &Desk, id: TokenId) -> bool {
    let Some(contents) = desk.door.contents() else { return false };
    let host = |url: &str| web::host(url).unwrap_or_default();
    let push = contents.push().iter().find(|token| token.id == id).map(|token| {
        let texts = [token.issuer.as_str(), &token.label, &token.label, &token.serial];
        (false, texts, host(&token.url), token.enrolled_at)
    });
    let tiqr = contents.tiqr().iter().find(|identity| identity.id == id).map(|identity| {
        let name = if identity.name.is_empty() { &identity.user } else { &identity.name };
        let service = if identity.service.is_empty() { &identity.service_id } else { &identity.service };
        let texts = [service.as_str(), name, "", &identity.service_id];
        (true, texts, host(&identity.url), identity.enrolled_at)
    });
    let Some((tiqr, [issuer, account, label, serial], host, enrolled)) = push.or(tiqr) else { return false };
    let (name, second) = show::names(issuer, account);
    desk.with(|app| {
        let screen = app.global::<PushTokenScreen>();
        screen.set_tiqr(tiqr);
        screen.set_name(name.into());
        screen.set_account(second.into());
        screen.set_letter(show::letter(issuer, account));
        screen.set_tile(Icon::Letter.tile(issuer, account).into());
        screen.set_label(label.into());
        screen.set_host(host.into());
        screen.set_serial(serial.into());
        screen.set_enrolled(day::of(enrolled).into());
    });
    true
}

fn rename(desk: &Rc<Desk>, label: &str) {
    let Some(id) = desk.apart.get() else { return };
    desk.with(|app| app.global::<PushTokenScreen>().set_busy(true));
    let (desk, label) = (desk.clone(), label.to_owned());
    spawn(async move {
        let done = desk.door.change(move |session| session.rename_push(id, &label)).await;
        desk.with(|app| {
            let screen = app.global::<PushTokenScreen>();
            screen.set_busy(false);
            match done {
                Ok(()) => {
                    app.global::<Nav>().invoke_close();
                    desk.snack.say(SnackKind::Saved, "", 0);
                }
                Err(problem) => screen.set_problem(problem),
            }
        });
    });
}

fn remove(desk: &Rc<Desk>) {
    let Some(id) = desk.apart.get() else { return };
    let (desk, name) = (desk.clone(), desk.with(|app| app.global::<PushTokenScreen>().get_name()).unwrap_or_default());
    spawn(async move {
        let done = desk.door.change(move |session| {
            if session.contents().push().iter().any(|token| token.id == id) {
                session.remove_push(id)
            } else {
                session.remove_tiqr(id)
            }
        });
        let done: Result<(), Problem> = done.await;
        if desk.with(|app| app.global::<Nav>().get_sheet()) != Some(OpenSheet::Nothing) {
            desk.with(|app| app.global::<Nav>().invoke_close());
        }
        match done {
            Ok(()) => {
                desk.go(Place::Home);
                desk.snack.say(SnackKind::Gone, &name, 0);
            }
            Err(problem) => desk.snack.problem(problem),
        }
    });
}
