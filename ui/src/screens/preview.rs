//! Look before you add.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::enrol::Enrolment;
use smartotp_core::import::Unreadable;
use smartotp_core::token::{Icon, Token};
use smartotp_core::vault::Contents;

use crate::desk::Desk;
use crate::door::Event;
use crate::intake::Intake;
use crate::off_thread::spawn;
use crate::problem;
use crate::show;
use crate::{App, Nav, Place, PreviewRow, PreviewScreen, SnackKind};

/// What is on the page. The enrolments, secrets and all, stay here until they are added or the page is left.
#[derive(Default)]
pub(crate) struct Preview {
    pub(crate) intake: RefCell<Intake>,
    /// Entries that the user does not want.
    unwanted: RefCell<HashSet<usize>>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) -> Rc<Preview> {
    let shown = Rc::new(Preview::default());
    let screen = app.global::<PreviewScreen>();
    screen.on_toggle({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |place| {
            let Ok(place) = usize::try_from(place) else { return };
            {
                let mut unwanted = shown.unwanted.borrow_mut();
                if !unwanted.remove(&place) {
                    unwanted.insert(place);
                }
            }
            draw(&desk, &shown);
        }
    });
    screen.on_add({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || add(&desk, &shown)
    });
    desk.on_left(Place::Preview, {
        let (desk, shown) = (desk.clone(), shown.clone());
        move || shown.drop_all(&desk)
    });
    desk.door.listen({
        let (desk, shown) = (Rc::downgrade(desk), shown.clone());
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                shown.drop_all(&desk);
            }
        }
    });
    shown
}

impl Preview {
    /// Drops everything that was read, on the page too.
    pub(crate) fn drop_all(&self, desk: &Desk) {
        self.intake.take();
        self.unwanted.take();
        desk.with(|app| {
            let screen = app.global::<PreviewScreen>();
            for empty in [PreviewScreen::set_fresh, PreviewScreen::set_here, PreviewScreen::set_broken] {
                empty(&screen, ModelRc::default());
            }
            for none in [PreviewScreen::set_fresh_count, PreviewScreen::set_here_count, PreviewScreen::set_broken_count]
            {
                none(&screen, 0);
            }
            screen.set_source(slint::SharedString::new());
            screen.set_problem(crate::Problem::None);
        });
    }
}

/// Shows what was read.
pub(crate) fn show(desk: &Rc<Desk>, shown: &Rc<Preview>, source: &str) {
    draw(desk, shown);
    desk.with(|app| app.global::<PreviewScreen>().set_source(source.into()));
    desk.go(Place::Preview);
}

fn draw(desk: &Rc<Desk>, shown: &Preview) {
    let Some(contents) = desk.door.contents() else { return };
    let intake = shown.intake.borrow();
    let unwanted = shown.unwanted.borrow();
    let (mut fresh, mut here, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    let mut seen: Vec<&Enrolment> = Vec::new();
    let outcome = &intake.outcome;
    for (place, enrolment) in outcome.tokens.iter().enumerate() {
        let twin = already(&contents, enrolment).map(|token| show::name(&token.issuer, &token.account)).or_else(|| {
            let other = seen.iter().find(|other| same_codes(other, enrolment))?;
            Some(show::name(&other.issuer, &other.account))
        });
        let row = row(place, enrolment, !unwanted.contains(&place), twin.as_deref());
        if twin.is_some() {
            here.push(row)
        } else {
            fresh.push(row)
        }
        seen.push(enrolment);
    }
    broken.extend(outcome.unreadable.iter().enumerate().map(|(place, unreadable)| broken_row(place, unreadable)));
    let count = |rows: &[PreviewRow]| i32::try_from(rows.len()).unwrap_or(i32::MAX);
    let chosen = fresh.iter().filter(|row| row.chosen).count();
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        screen.set_fresh_count(count(&fresh));
        screen.set_here_count(count(&here));
        screen.set_broken_count(count(&broken));
        screen.set_chosen(i32::try_from(chosen).unwrap_or(i32::MAX));
        screen.set_fresh(ModelRc::new(VecModel::from(fresh)));
        screen.set_here(ModelRc::new(VecModel::from(here)));
        screen.set_broken(ModelRc::new(VecModel::from(broken)));
        // Finished exports are not spoken of.
        let parts = outcome.unfinished.last().map_or((0, 0), |parts| (parts.have, parts.of));
        screen.set_parts(i32::try_from(parts.0).unwrap_or(0));
        screen.set_of_parts(i32::try_from(parts.1).unwrap_or(0));
    });
}

/// The token here that makes the same codes.
pub(crate) fn already<'a>(contents: &'a Contents, enrolment: &Enrolment) -> Option<&'a Token> {
    let same = |token: &&Token| token.secret == enrolment.secret && token.kind.makes_the_same_codes_as(&enrolment.kind);
    contents.tokens().iter().find(same)
}

fn same_codes(one: &Enrolment, other: &Enrolment) -> bool {
    one.secret == other.secret && one.kind.makes_the_same_codes_as(&other.kind)
}

fn row(place: usize, enrolment: &Enrolment, chosen: bool, twin: Option<&str>) -> PreviewRow {
    let (title, account) = show::names(&enrolment.issuer, &enrolment.account);
    let warnings: Vec<_> = enrolment.warnings.iter().map(problem::of_warning).collect();
    PreviewRow {
        place: i32::try_from(place).unwrap_or(i32::MAX),
        title: title.into(),
        account: account.into(),
        facts: show::facts(&enrolment.kind),
        letter: show::letter(&enrolment.issuer, &enrolment.account),
        tile: Icon::Letter.tile(&enrolment.issuer, &enrolment.account).into(),
        chosen,
        warnings: ModelRc::new(VecModel::from(warnings)),
        here_as: twin.unwrap_or_default().into(),
        ..PreviewRow::default()
    }
}

fn broken_row(place: usize, unreadable: &Unreadable) -> PreviewRow {
    let (problem, detail) = problem::of_enrolment(&unreadable.reason);
    let number = unreadable.entry.place.map_or(place + 1, |place| place.number);
    PreviewRow {
        place: i32::try_from(number).unwrap_or(i32::MAX),
        title: unreadable.entry.name.as_str().into(),
        problem,
        detail: detail.into(),
        ..PreviewRow::default()
    }
}

fn add(desk: &Rc<Desk>, shown: &Rc<Preview>) {
    let busy = desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        let busy = screen.get_busy();
        screen.set_busy(true);
        busy
    });
    if busy != Some(false) {
        return;
    }
    let unwanted = shown.unwanted.borrow().clone();
    // Duplicates go along: the vault keeps the higher counter of the two.
    let wanted: Vec<Enrolment> = {
        let intake = shown.intake.borrow();
        let tokens = intake.outcome.tokens.iter().enumerate();
        tokens.filter(|(place, _)| !unwanted.contains(place)).map(|(_, enrolment)| enrolment.duplicate()).collect()
    };
    let (desk, shown) = (desk.clone(), shown.clone());
    spawn(async move {
        let done = desk.door.change(move |session| session.add(wanted)).await;
        desk.with(|app| {
            let screen = app.global::<PreviewScreen>();
            screen.set_busy(false);
            match done {
                Ok(outcome) => {
                    shown.drop_all(&desk);
                    app.global::<Nav>().invoke_go(Place::Home);
                    desk.snack.say(SnackKind::Added, "", i32::try_from(outcome.added.len()).unwrap_or(i32::MAX));
                }
                Err(problem) => screen.set_problem(problem),
            }
        });
    });
}
