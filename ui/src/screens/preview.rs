//! Look before you add.

mod lines;
mod pin;

use std::cell::{Cell, RefCell};
use std::collections::HashSet;
use std::rc::Rc;

use slint::{ComponentHandle as _, Model as _, ModelRc, VecModel};
use smartotp_core::enrol::Enrolment;
use smartotp_core::token::Token;
use smartotp_core::vault::Contents;
use smartotp_core::vault::journal::Event as Happened;

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::door::Event;
use crate::intake::Intake;
use crate::off_thread::spawn;
use crate::{App, Nav, Place, PreviewLine, PreviewOnly, PreviewRow, PreviewScreen, SnackKind};

/// What is on the page. The enrolments, secrets and all, stay here until they are added or the page is left.
#[derive(Default)]
pub(crate) struct Preview {
    pub(crate) intake: RefCell<Intake>,
    /// Entries that the user does not want.
    unwanted: RefCell<HashSet<usize>>,
    rows: Rc<VecModel<PreviewRow>>,
    /// Where the link stands whose PIN is asked for.
    asked: Cell<Option<smartotp_core::import::Place>>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) -> Rc<Preview> {
    let shown = Rc::new(Preview::default());
    let screen = app.global::<PreviewScreen>();
    screen.set_rows(ModelRc::from(shown.rows.clone()));
    screen.on_toggle({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |line| toggle(&desk, &shown, line)
    });
    screen.on_show_only({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |only| {
            desk.with(|app| app.global::<PreviewScreen>().set_only(only));
            draw(&desk, &shown);
        }
    });
    screen.on_add({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || add(&desk, &shown)
    });
    pin::connect(app, desk, &shown);
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
        self.rows.clear();
        self.asked.set(None);
        desk.with(|app| {
            let screen = app.global::<PreviewScreen>();
            for none in [PreviewScreen::set_fresh_count, PreviewScreen::set_here_count, PreviewScreen::set_broken_count]
            {
                none(&screen, 0);
            }
            screen.set_only(PreviewOnly::All);
            screen.set_source(slint::SharedString::new());
            screen.set_problem(crate::Problem::None);
        });
    }
}

/// Shows what was read, and asks for the first PIN that is missing.
pub(crate) fn show(desk: &Rc<Desk>, shown: &Rc<Preview>, source: &str) {
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        screen.set_source(source.into());
        screen.set_only(PreviewOnly::All);
    });
    draw(desk, shown);
    desk.go(Place::Preview);
    pin::ask_next(desk, shown);
}

fn draw(desk: &Rc<Desk>, shown: &Preview) {
    let Some(contents) = desk.door.contents() else { return };
    let intake = shown.intake.borrow();
    let lines = lines::Lines::of(&contents, &intake, &shown.unwanted.borrow());
    let count = |rows: &[PreviewRow]| i32::try_from(rows.len()).unwrap_or(i32::MAX);
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        screen.set_fresh_count(count(&lines.fresh));
        screen.set_here_count(count(&lines.here));
        screen.set_broken_count(count(&lines.broken));
        screen.set_chosen(i32::try_from(lines.chosen()).unwrap_or(i32::MAX));
        // Finished exports are not spoken of.
        let parts = intake.outcome.unfinished.last().map_or((0, 0), |parts| (parts.have, parts.of));
        screen.set_parts(i32::try_from(parts.0).unwrap_or(0));
        screen.set_of_parts(i32::try_from(parts.1).unwrap_or(0));
        shown.rows.set_vec(lines.in_order(screen.get_only()));
    });
}

/// Chooses an entry or leaves it out.
fn toggle(desk: &Desk, shown: &Preview, line: i32) {
    let Some(line) = usize::try_from(line).ok() else { return };
    let Some(mut row) = shown.rows.row_data(line).filter(|row| row.line == PreviewLine::Fresh) else { return };
    let Ok(place) = usize::try_from(row.place) else { return };
    row.chosen = !row.chosen;
    if row.chosen {
        shown.unwanted.borrow_mut().remove(&place);
    } else {
        shown.unwanted.borrow_mut().insert(place);
    }
    let change = if row.chosen { 1 } else { -1 };
    shown.rows.set_row_data(line, row);
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        screen.set_chosen(screen.get_chosen() + change);
    });
}

/// The token here that makes the same codes.
pub(crate) fn already<'a>(contents: &'a Contents, enrolment: &Enrolment) -> Option<&'a Token> {
    let same = |token: &&Token| token.secret == enrolment.secret && token.kind.makes_the_same_codes_as(&enrolment.kind);
    contents.tokens().iter().find(same)
}

fn add(desk: &Rc<Desk>, shown: &Rc<Preview>) {
    if desk.with(|app| app.global::<PreviewScreen>().begin()) != Some(true) {
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
            app.global::<PreviewScreen>().end(&done);
            if let Ok(outcome) = done {
                let added = u32::try_from(outcome.added.len()).unwrap_or(u32::MAX);
                if added > 0 {
                    desk.door.record(Happened::Imported { tokens: added });
                }
                shown.drop_all(&desk);
                app.global::<Nav>().invoke_go(Place::Home);
                desk.snack.say(SnackKind::Added, "", i32::try_from(outcome.added.len()).unwrap_or(i32::MAX));
            }
        });
    });
}
