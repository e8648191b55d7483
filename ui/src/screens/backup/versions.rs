//! One version looked into: what is in it that is not here, and what it is asked for then.

use std::cell::RefCell;
use std::rc::Rc;

use slint::{ComponentHandle as _, Model as _, ModelRc, VecModel};
use smartotp_core::backup::versions::{self as of_core, BackupError, Opens};
use smartotp_core::backup::{Snapshot, VersionId};
use smartotp_core::vault::journal::Event as Happened;

use super::rows;
use crate::backup::differences::{self, Counts};
use crate::backup::places;
use crate::backup::trouble::Failure;
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::screens::step_up;
use crate::{
    App, BackupScreen, BackupTrouble, Nav, Place, SnackKind, StepUpFor, Tab, VersionRow, VersionScreen, VersionToken,
    show,
};

/// The version on the page. Its tokens, secrets and all, stay here until they are brought back or the page is left.
#[derive(Default)]
struct Shown {
    which: RefCell<Option<(u32, VersionId)>>,
    inside: RefCell<Option<Snapshot>>,
}

impl Shown {
    fn forget(&self, desk: &Desk) {
        self.which.take();
        self.inside.take();
        fill(desk, None);
    }
}

pub(super) fn connect(app: &App, desk: &Rc<Desk>) {
    let shown: Rc<Shown> = Rc::default();
    app.global::<BackupScreen>().on_open_version({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |number, before| open(&desk, &shown, number, before)
    });
    let screen = app.global::<VersionScreen>();
    screen.on_add({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || spawn(restore(desk.clone(), shown.clone(), false))
    });
    screen.on_replace({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || {
            let shown = shown.clone();
            step_up::ask(&desk, StepUpFor::BackupReplace, "", move |desk| spawn(restore(desk.clone(), shown, true)));
        }
    });
    screen.on_delete({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || {
            let Some(which) = *shown.which.borrow() else { return };
            step_up::ask(&desk, StepUpFor::BackupDelete, "", move |desk| spawn(delete(desk.clone(), which)));
        }
    });
    desk.on_left(Place::Version, {
        let (desk, shown) = (Rc::downgrade(desk), shown.clone());
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.work.cancel();
                shown.forget(&desk);
            }
        }
    });
    desk.door.listen({
        let (desk, shown) = (Rc::downgrade(desk), shown);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            match event {
                Event::Locked => shown.forget(&desk),
                Event::Opened => {}
                // The list here is another: so is what differs.
                Event::Changed => {
                    if let Some(inside) = &*shown.inside.borrow() {
                        fill(&desk, Some(inside));
                    }
                }
            }
        }
    });
}

/// Shows the page, and reads the version.
fn open(desk: &Rc<Desk>, shown: &Rc<Shown>, number: i32, before: Place) {
    let Some(contents) = desk.door.contents() else { return };
    let listed = rows::list(&contents);
    let Some(which) = usize::try_from(number).ok().and_then(|at| listed.get(at)).map(|one| (one.place.id, one.id))
    else {
        return;
    };
    let row = desk.with(|app| {
        let rows = app.global::<VersionScreen>().get_rows();
        rows.iter().find(|row: &VersionRow| row.number == number)
    });
    let Some(row) = row.flatten() else { return };
    fill(desk, None);
    shown.which.replace(Some(which));
    desk.with(|app| {
        app.global::<VersionScreen>().set_row(row);
        app.global::<Nav>().set_before_version(before);
    });
    desk.go(Place::Version);
    spawn(read(desk.clone(), shown.clone(), which));
}

async fn read(desk: Rc<Desk>, shown: Rc<Shown>, which: (u32, VersionId)) {
    let Some(progress) = desk.work.begin(&desk, false) else { return };
    let (place, id) = which;
    let read = desk.door.beside(move |session| -> Result<Snapshot, Failure> {
        let place = session.backup().place(place).ok_or(BackupError::NoSuchPlace)?;
        let provider = places::provider(&place.location, false)?;
        Ok(of_core::read_one(&*provider, Opens::Place(place), id)?)
    });
    let read = read.await.unwrap_or(Err(Failure::Ended));
    desk.work.end(&desk, &progress);
    // Left, or another one by now.
    if *shown.which.borrow() != Some(which) {
        return;
    }
    match read {
        Ok(snapshot) => {
            fill(&desk, Some(&snapshot));
            shown.inside.replace(Some(snapshot));
        }
        Err(failure) => {
            desk.with(|app| app.global::<VersionScreen>().set_trouble(failure.trouble()));
        }
    }
}

/// Fills the page; `None`: with what is known before it was read.
fn fill(desk: &Desk, inside: Option<&Snapshot>) {
    let head = VersionToken { head: true, ..VersionToken::default() };
    let (mut tokens, mut counts) = (vec![head], Counts::default());
    let contents = desk.door.contents();
    if let (Some(inside), Some(contents)) = (inside, &contents) {
        let (all, counted) = differences::between(&inside.tokens, contents.tokens());
        counts = counted;
        let last = all.len().saturating_sub(1);
        tokens.extend(all.into_iter().enumerate().map(|(at, difference)| {
            let token = difference.token;
            let (title, account) = show::names(&token.issuer, &token.account);
            VersionToken {
                title: title.into(),
                account: account.into(),
                letter: show::letter(&token.issuer, &token.account),
                tile: show::tile(token),
                mark: difference.mark,
                head: false,
                first: at == 0,
                last: at == last,
            }
        }));
    }
    desk.with(|app| {
        let screen = app.global::<VersionScreen>();
        screen.set_tokens(ModelRc::new(VecModel::from(tokens)));
        // A token with another key comes in beside the one that is here.
        screen.set_fresh(counts.fresh + counts.other_key);
        screen.set_same(counts.same);
        screen.set_differ(counts.changed);
        screen.set_gone(counts.gone);
        screen.set_loaded(inside.is_some());
        screen.set_trouble(BackupTrouble::None);
    });
}

async fn restore(desk: Rc<Desk>, shown: Rc<Shown>, replace: bool) {
    let Some(snapshot) = shown.inside.take() else { return };
    let now = desk.door.unix();
    desk.with(|app| app.global::<VersionScreen>().set_busy(true));
    let restored = desk.door.change(move |session| session.restore_version(snapshot, replace, now)).await;
    desk.with(|app| app.global::<VersionScreen>().set_busy(false));
    match restored {
        Ok(restored) => {
            desk.door.record(Happened::Restored { tokens: u32::try_from(restored.added).unwrap_or(u32::MAX) });
            desk.with(|app| app.global::<Nav>().set_tab(Tab::Tokens));
            desk.go(Place::Home);
            match rows::count(restored.added) {
                0 => desk.snack.say(SnackKind::Saved, "", 0),
                added => desk.snack.say(SnackKind::BroughtBack, "", added),
            }
        }
        Err(problem) => {
            desk.snack.problem(problem);
            // What was read went with the attempt.
            desk.go(Place::Versions);
        }
    }
}

async fn delete(desk: Rc<Desk>, (place, id): (u32, VersionId)) {
    let Some(progress) = desk.work.begin(&desk, false) else { return };
    let watch = progress.clone();
    let deleted = desk.door.beside(move |session| -> Result<usize, Failure> {
        let here = session.backup().place(place).ok_or(BackupError::NoSuchPlace)?;
        let provider = places::provider(&here.location, false)?;
        Ok(of_core::delete(session, &*provider, place, vec![id], &*watch)?.len())
    });
    let deleted = deleted.await.unwrap_or(Err(Failure::Ended));
    desk.work.end(&desk, &progress);
    match deleted {
        Ok(number) => {
            let before = desk.with(|app| app.global::<Nav>().get_before_version()).unwrap_or(Place::Home);
            desk.go(before);
            desk.snack.say(SnackKind::VersionsDeleted, "", rows::count(number));
        }
        Err(failure) => {
            desk.with(|app| app.global::<VersionScreen>().set_trouble(failure.trouble()));
        }
    }
}
