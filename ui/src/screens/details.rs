//! One token: its names, its secret behind the lock, its deletion.

use std::cell::Cell;
use std::rc::Rc;

use slint::{ComponentHandle as _, Image, SharedString, Timer};
use smartotp_core::enrol::otpauth;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::token::Token;
use smartotp_core::vault::Edit;
use smartotp_core::vault::journal::Event as Happened;

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::picture;
use crate::screens::{step_up, tokens};
use crate::show;
use crate::{App, DetailsScreen, Editable, Facts, Nav, Place, Problem, SnackKind, StepUpFor, TokenRow};

/// Seconds for which a secret is shown.
const SHOWN_FOR: u64 = 60;

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let screen = app.global::<DetailsScreen>();
    let copied = Rc::new(Timer::default());
    let copy = |steps| {
        let (desk, copied) = (desk.clone(), copied.clone());
        move || {
            if let Some(id) = desk.chosen.get() {
                tokens::copy(&desk, &copied, desk.handles.of(id), steps);
            }
        }
    };
    screen.on_copy(copy(0));
    screen.on_copy_next(copy(1));
    screen.on_next({
        let desk = desk.clone();
        move || {
            if let Some(id) = desk.chosen.get() {
                tokens::next(&desk, desk.handles.of(id), None);
            }
        }
    });
    screen.on_set_favourite({
        let desk = desk.clone();
        move |favourite| edit(&desk, Edit { favourite: Some(favourite), ..Edit::default() })
    });
    screen.on_save({
        let desk = desk.clone();
        move |what, text| {
            let text = Some(text.trim().to_owned());
            edit(
                &desk,
                match what {
                    Editable::Issuer => Edit { issuer: text, ..Edit::default() },
                    Editable::Account => Edit { account: text, ..Edit::default() },
                    Editable::Note => Edit { note: text, ..Edit::default() },
                },
            );
        }
    });
    screen.on_delete({
        let desk = desk.clone();
        move || {
            desk.with(|app| app.global::<Nav>().invoke_close());
            let name = chosen_name(&desk).unwrap_or_default();
            step_up::ask(&desk, StepUpFor::Delete, &name, delete);
        }
    });

    let until = Rc::new(Cell::new(0));
    screen.on_show_secret({
        let (desk, until) = (desk.clone(), until.clone());
        move || {
            let until = until.clone();
            step_up::ask(&desk, StepUpFor::ShowSecret, "", move |desk| show_secret(desk, &until));
        }
    });
    screen.on_hide_secret({
        let desk = desk.clone();
        move || hide_secret(&desk)
    });
    desk.beat.also({
        let desk = Rc::downgrade(desk);
        move |now| {
            let Some(desk) = desk.upgrade() else { return };
            let left = until.get().saturating_sub(now);
            let shown = desk.with(|app| {
                let screen = app.global::<DetailsScreen>();
                screen.set_qr_left(i32::try_from(left).unwrap_or(0));
                screen.get_qr_shown()
            });
            if shown == Some(true) && left == 0 {
                hide_secret(&desk);
            }
        }
    });
    desk.on_left(Place::Details, {
        let desk = desk.clone();
        move || hide_secret(&desk)
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            if event == Event::Locked {
                desk.chosen.set(None);
            }
            show(&desk);
        }
    });
}

/// Opens the page of a token; on wide windows it stands beside the list.
pub(crate) fn open(desk: &Rc<Desk>, handle: i32) {
    choose(desk, handle);
    desk.with(|app| {
        if !app.global::<crate::Screen>().get_is_two_pane() {
            app.global::<Nav>().invoke_go(Place::Details);
        }
    });
}

/// Makes a token the one that the page and its sheets speak of.
pub(crate) fn choose(desk: &Rc<Desk>, handle: i32) {
    hide_secret(desk);
    desk.chosen.set(desk.id(handle));
    show(desk);
}

/// Fills the page with what the vault holds now.
pub(crate) fn show(desk: &Rc<Desk>) {
    let contents = desk.door.contents();
    let token = contents.as_ref().zip(desk.chosen.get()).and_then(|(contents, id)| contents.token(id));
    let row = token.and_then(|token| desk.tokens.row(token.id));
    desk.with(|app| {
        let screen = app.global::<DetailsScreen>();
        screen.set_present(token.is_some());
        screen.set_row(row.unwrap_or_else(|| TokenRow { handle: -1, ..TokenRow::default() }));
        let text = |of: fn(&Token) -> &String| token.map(|token| SharedString::from(of(token))).unwrap_or_default();
        screen.set_issuer(text(|token| &token.issuer));
        screen.set_account(text(|token| &token.account));
        screen.set_note(text(|token| &token.note));
        screen.set_facts(token.map_or_else(Facts::default, |token| show::facts(&token.kind)));
        let nav = app.global::<Nav>();
        if token.is_none() {
            forget_secret(&screen);
            if nav.get_place() == Place::Details {
                nav.invoke_go(Place::Home);
            }
        }
    });
}

fn edit(desk: &Rc<Desk>, edit: Edit) {
    let Some(id) = desk.chosen.get() else { return };
    let named = edit.favourite.is_none();
    desk.with(|app| app.global::<DetailsScreen>().set_busy(true));
    let desk = desk.clone();
    spawn(async move {
        let done = desk.door.change(move |session| session.edit(id, edit)).await;
        desk.with(|app| {
            let screen = app.global::<DetailsScreen>();
            screen.set_busy(false);
            match done {
                Ok(()) if named => {
                    app.global::<Nav>().invoke_close();
                    desk.snack.say(SnackKind::Saved, "", 0);
                }
                Ok(()) => {}
                Err(problem) if named => screen.set_problem(problem),
                Err(problem) => desk.snack.problem(problem),
            }
        });
    });
}

/// The first name of the token that the page speaks of.
fn chosen_name(desk: &Desk) -> Option<String> {
    let contents = desk.door.contents()?;
    let token = contents.token(desk.chosen.get()?)?;
    Some(show::names(&token.issuer, &token.account).0)
}

fn delete(desk: &Rc<Desk>) {
    let Some(id) = desk.chosen.get() else { return };
    let name = chosen_name(desk);
    let (desk, now) = (desk.clone(), desk.door.unix());
    spawn(async move {
        let done = desk.door.change(move |session| session.remove(&[id], now)).await;
        desk.with(|app| app.global::<Nav>().invoke_go(Place::Home));
        match done {
            Ok(()) => {
                desk.door.record(Happened::Deleted { tokens: 1 });
                let name = name.unwrap_or_default();
                let (again, back) = (desk.clone(), name.clone());
                desk.snack.offer(SnackKind::Deleted, &name, 0, move || {
                    let desk = again.clone();
                    spawn(async move {
                        match again.door.change(move |session| session.restore(&[id])).await {
                            Ok(()) => desk.snack.say(SnackKind::Restored, &back, 0),
                            Err(problem) => desk.snack.problem(problem),
                        }
                    });
                });
            }
            Err(problem) => desk.snack.problem(problem),
        }
    });
}

/// Shows the secret for a minute. The lock was asked for before.
fn show_secret(desk: &Rc<Desk>, until: &Rc<Cell<u64>>) {
    let Some((id, contents)) = desk.chosen.get().zip(desk.door.contents()) else { return };
    let drawn = contents.token(id).ok_or(Problem::NoSuchToken).and_then(|token| {
        let modules = Modules::encode(otpauth::write(token).expose()).map_err(|_| Problem::Failed)?;
        Ok((picture::of_modules(&modules), grouped(&token.secret.to_base32())))
    });
    match drawn {
        Ok((qr, key)) => {
            desk.door.record(Happened::QrShown { token: id });
            until.set(desk.beat.now() + SHOWN_FOR);
            desk.with(|app| {
                let screen = app.global::<DetailsScreen>();
                screen.set_qr(qr);
                screen.set_key_text(key);
                screen.set_qr_left(i32::try_from(SHOWN_FOR).unwrap_or(0));
                screen.set_qr_shown(true);
            });
        }
        Err(problem) => desk.snack.problem(problem),
    }
}

/// The page hides the secret again.
pub(crate) fn hide_secret(desk: &Rc<Desk>) {
    desk.with(|app| forget_secret(&app.global::<DetailsScreen>()));
}

fn forget_secret(screen: &DetailsScreen<'_>) {
    screen.set_qr_shown(false);
    screen.set_qr(Image::default());
    screen.set_key_text(SharedString::new());
}

/// A key as people read it: groups of four.
fn grouped(key: &SecretText) -> SharedString {
    let mut text = SharedString::new();
    for (index, character) in key.expose().chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            text.push_str(" ");
        }
        text.push_str(character.encode_utf8(&mut [0; 4]));
    }
    text
}
