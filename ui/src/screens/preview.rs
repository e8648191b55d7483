//! Look before you add, or import.

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
use crate::intake::{Intake, Source};
use crate::off_thread::spawn;
use crate::{App, Nav, Place, PreviewLine, PreviewOnly, PreviewRow, PreviewScreen, SnackKind, SourceKind, Tab};

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
    screen.on_choose_all({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |all| choose_all(&desk, &shown, all)
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
            for none in [
                PreviewScreen::set_fresh_count,
                PreviewScreen::set_differing_count,
                PreviewScreen::set_here_count,
                PreviewScreen::set_broken_count,
            ] {
                none(&screen, 0);
            }
            screen.set_only(PreviewOnly::All);
            screen.set_source(slint::SharedString::new());
            screen.set_problem(crate::Problem::None);
        });
    }
}

/// Shows what was read, and asks for the first PIN that is missing.
pub(crate) fn show(desk: &Rc<Desk>, shown: &Rc<Preview>, importing: bool) {
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        screen.set_importing(importing);
        screen.set_only(PreviewOnly::All);
        tell_source(&screen, &shown.intake.borrow());
    });
    draw(desk, shown);
    desk.go(Place::Preview);
    pin::ask_next(desk, shown);
}

/// Where it comes from, above all.
fn tell_source(screen: &PreviewScreen<'_>, intake: &Intake) {
    let one = intake.source(0).filter(|_| intake.files() == 1);
    let (kind, app) = one.map_or((SourceKind::Several, ""), Source::kind);
    screen.set_source(one.map(|source| source.name.as_str()).unwrap_or_default().into());
    screen.set_source_kind(kind);
    screen.set_source_app(app.into());
    screen.set_sealed(one.is_some() && intake.was_sealed(0));
    screen.set_files(i32::try_from(intake.files()).unwrap_or(i32::MAX));
}

pub(super) fn draw(desk: &Desk, shown: &Preview) {
    let Some(contents) = desk.door.contents() else { return };
    let intake = shown.intake.borrow();
    let lines = lines::Lines::of(&contents, &intake, &shown.unwanted.borrow());
    let count = |rows: &[PreviewRow]| i32::try_from(rows.len()).unwrap_or(i32::MAX);
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        screen.set_fresh_count(count(&lines.fresh));
        screen.set_differing_count(count(&lines.differing));
        screen.set_here_count(count(&lines.here));
        screen.set_broken_count(count(&lines.broken));
        screen.set_fresh_chosen(lines::chosen(&lines.fresh));
        screen.set_differing_chosen(lines::chosen(&lines.differing));
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
    let Some(mut row) = shown.rows.row_data(line).filter(|row| lines::has_box(row.line)) else { return };
    let Ok(place) = usize::try_from(row.place) else { return };
    row.chosen = !row.chosen;
    if row.chosen {
        shown.unwanted.borrow_mut().remove(&place);
    } else {
        shown.unwanted.borrow_mut().insert(place);
    }
    let change = if row.chosen { 1 } else { -1 };
    let is_fresh = row.line == PreviewLine::Fresh;
    shown.rows.set_row_data(line, row);
    desk.with(|app| {
        let screen = app.global::<PreviewScreen>();
        if is_fresh {
            screen.set_fresh_chosen(screen.get_fresh_chosen() + change);
        } else {
            screen.set_differing_chosen(screen.get_differing_chosen() + change);
        }
    });
}

/// Chooses all that are new, or none of them.
fn choose_all(desk: &Rc<Desk>, shown: &Preview, all: bool) {
    let Some(contents) = desk.door.contents() else { return };
    let lines = lines::Lines::of(&contents, &shown.intake.borrow(), &HashSet::new());
    let places = lines.fresh.iter().filter_map(|row| usize::try_from(row.place).ok());
    {
        let mut unwanted = shown.unwanted.borrow_mut();
        for place in places {
            if all {
                unwanted.remove(&place);
            } else {
                unwanted.insert(place);
            }
        }
    }
    draw(desk, shown);
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
                let nav = app.global::<Nav>();
                nav.set_tab(Tab::Tokens);
                nav.invoke_go(Place::Home);
                match i32::try_from(outcome.added.len()).unwrap_or(i32::MAX) {
                    // Counters that moved on.
                    0 => desk.snack.say(SnackKind::Saved, "", 0),
                    added => desk.snack.say(SnackKind::Added, "", added),
                }
            }
        });
    });
}
