//! The token list: copy, next code, search.

use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle as _, ModelRc, Timer, TimerMode};
use smartotp_core::secret::SecretText;
use smartotp_core::token::KindName;

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::screens::{details, push_token, time};
use crate::show;
use crate::{App, Nav, OpenSheet, Problem, SnackKind, TimeScreen, TokensScreen};

/// How long "Copied" stands on a card.
const COPIED: Duration = Duration::from_millis(1500);

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let screen = app.global::<TokensScreen>();
    screen.set_rows(ModelRc::from(desk.tokens.clone()));
    screen.on_search({
        let desk = desk.clone();
        move |query| {
            desk.tokens.search(&query);
            desk.count();
        }
    });
    let copied = Rc::new(Timer::default());
    screen.on_copy({
        let (desk, copied) = (desk.clone(), copied.clone());
        move |handle| copy(&desk, &copied, handle, 0)
    });
    screen.on_copy_next({
        let (desk, copied) = (desk.clone(), copied.clone());
        move |handle| copy(&desk, &copied, handle, 1)
    });
    screen.on_next({
        let desk = desk.clone();
        move |handle| next(&desk, handle, None)
    });
    screen.on_choose({
        let desk = desk.clone();
        move |handle| details::choose(&desk, handle)
    });
    screen.on_open({
        let desk = desk.clone();
        move |handle| {
            if !push_token::open(&desk, handle) {
                details::open(&desk, handle);
            }
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            if event == Event::Locked {
                desk.with(|app| {
                    let screen = app.global::<TokensScreen>();
                    screen.set_query(slint::SharedString::new());
                    screen.set_copied(-1);
                    screen.set_swiped(-1);
                    app.global::<Nav>().set_sheet(OpenSheet::Nothing);
                });
                desk.tokens.search("");
            } else {
                desk.tokens.refresh();
            }
            desk.count();
        }
    });
}

/// Copies the code that is shown, or the one after it. A counter token that shows none makes its next one first.
pub(crate) fn copy(desk: &Rc<Desk>, copied: &Rc<Timer>, handle: i32, steps: u64) {
    match desk.beat.text(handle, steps) {
        Some((_, code)) => put(desk, copied, handle, &code),
        None => next(desk, handle, Some(copied.clone())),
    }
}

fn put(desk: &Rc<Desk>, copied: &Rc<Timer>, handle: i32, code: &SecretText) {
    let seconds = desk.look.clear_after();
    if !desk.door.services.clipboard.copy_sensitive(code, seconds) {
        desk.snack.problem(Problem::ClipboardRefused);
        return;
    }
    if let Some(id) = desk.id(handle) {
        desk.door.used(id);
    }
    desk.with(|app| app.global::<TokensScreen>().set_copied(handle));
    copied.start(TimerMode::SingleShot, COPIED, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.with(|app| app.global::<TokensScreen>().set_copied(-1));
            }
        }
    });
    let name = desk.id(handle).and_then(|id| {
        let contents = desk.door.contents()?;
        contents.token(id).map(|token| show::names(&token.issuer, &token.account).0)
    });
    let name = name.unwrap_or_default();
    let timed = desk.id(handle).and_then(|id| {
        let contents = desk.door.contents()?;
        contents.token(id)?.kind.period()
    });
    if timed.is_some() && time::taken(desk, handle) {
        let again = desk.clone();
        desk.snack.offer(SnackKind::CopiedAgain, &name, 0, move || {
            again.with(|app| app.global::<TimeScreen>().invoke_open());
            time::begin(&again, false);
        });
        return;
    }
    if seconds == 0 {
        desk.snack.say(SnackKind::CopiedForGood, &name, 0);
        return;
    }
    let again = desk.clone();
    desk.snack.offer(SnackKind::Copied, &name, i32::try_from(seconds).unwrap_or(i32::MAX), move || {
        again.door.services.clipboard.clear_now();
        again.snack.say(SnackKind::Cleared, "", 0);
    });
}

/// The next code of a counter token: its counter is on disk before the code is shown. `then_copy` copies it too.
pub(crate) fn next(desk: &Rc<Desk>, handle: i32, then_copy: Option<Rc<Timer>>) {
    let Some(id) = desk.id(handle) else { return };
    let counted = desk.door.contents().and_then(|c| c.token(id).map(|token| token.kind.name() == KindName::Hotp));
    if counted != Some(true) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        match desk.door.change(move |session| session.next_code(id)).await {
            Ok((code, counter)) => {
                if desk.door.contents().is_none() {
                    return;
                }
                let code = SecretText::from(code.as_str());
                if let Some(copied) = then_copy {
                    put(&desk, &copied, handle, &code);
                }
                desk.beat.show_counter_code(id, code, counter.0);
                desk.tokens.touch(id);
                details::show(&desk);
            }
            Err(problem) => desk.snack.problem(problem),
        }
    });
}
