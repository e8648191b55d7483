//! The Backup tab: what can truthfully be said of each place, and what is asked for there.

mod password;
mod rows;
pub(crate) mod sign_in;
pub(crate) mod turn_on;
mod versions;

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::backup::settings::{Keep, Place as BackupPlace};
use smartotp_core::backup::versions as of_core;
use smartotp_core::vault::journal::Event as Happened;

use crate::backup::trouble::Failure;
use crate::backup::{automatic, places};
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::screens::step_up;
use crate::{App, BackupScreen, BackupTrouble, ChoiceOf, Place, SnackKind, StepUpFor};

/// Of how many of the newest every one is kept; of how many days one.
const NEWEST: [u32; 4] = [5, 10, 20, 50];
const DAYS: [u32; 5] = [0, 7, 30, 90, 365];

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    turn_on::connect(app, desk);
    versions::connect(app, desk);
    password::connect(app, desk);
    let screen = app.global::<BackupScreen>();
    screen.on_now({
        let desk = desk.clone();
        move || spawn(now(desk.clone(), all(&desk)))
    });
    screen.on_set_automatic({
        let desk = desk.clone();
        move |automatic| {
            let desk = desk.clone();
            spawn(async move {
                if let Err(problem) = desk.door.change(move |session| session.set_automatic(automatic)).await {
                    desk.snack.problem(problem);
                }
            });
        }
    });
    screen.on_take_offer({
        let desk = desk.clone();
        move || {
            if let Some(offer) = desk.keeper.offer() {
                spawn(now(desk.clone(), vec![offer.place]));
            }
        }
    });
    screen.on_dismiss_offer({
        let desk = desk.clone();
        move || desk.keeper.drop_offer()
    });
    screen.on_open_place({
        let desk = desk.clone();
        move |id| {
            desk.with(|app| app.global::<BackupScreen>().set_trouble(BackupTrouble::None));
            rows::show(&desk, u32::try_from(id).unwrap_or(0));
            desk.go(Place::BackupPlace);
        }
    });
    screen.on_turn_off({
        let desk = desk.clone();
        move || {
            let id = chosen(&desk);
            let name = name(&desk, id);
            step_up::ask(&desk, StepUpFor::BackupOff, &name, move |desk| spawn(turn_off(desk.clone(), id)));
        }
    });
    screen.on_delete_all({
        let desk = desk.clone();
        move || {
            let id = chosen(&desk);
            step_up::ask(&desk, StepUpFor::BackupDelete, "", move |desk| spawn(delete_all(desk.clone(), id)));
        }
    });
    follow(desk);
}

/// Says anew what can be said, each time that it may be something else.
fn follow(desk: &Rc<Desk>) {
    let show_again = {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                rows::show(&desk, chosen(&desk));
            }
        }
    };
    desk.keeper.listen(show_again.clone());
    // How long ago something was changes with time alone.
    desk.beat.also({
        let show_again = show_again.clone();
        move |now| {
            if now.is_multiple_of(30) {
                show_again();
            }
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                desk.with(|app| {
                    let screen = app.global::<BackupScreen>();
                    screen.set_stepped_back(false);
                    screen.set_trouble(BackupTrouble::None);
                });
            }
            show_again();
        }
    });
}

/// The place on its page.
fn chosen(desk: &Desk) -> u32 {
    let id = desk.with(|app| app.global::<BackupScreen>().get_place().id).unwrap_or(0);
    u32::try_from(id).unwrap_or(0)
}

/// All places.
fn all(desk: &Desk) -> Vec<u32> {
    let contents = desk.door.contents();
    contents.iter().flat_map(|contents| contents.backup().places()).map(|place| place.id).collect()
}

/// A place's short name.
fn name(desk: &Desk, id: u32) -> String {
    let contents = desk.door.contents();
    let place = contents.as_ref().and_then(|contents| contents.backup().place(id));
    place.map(|place| places::name(&place.location)).unwrap_or_default()
}

/// Backs up because somebody has asked for it, and says what came of it.
async fn now(desk: Rc<Desk>, ids: Vec<u32>) {
    ids.iter().for_each(|id| desk.keeper.try_again(*id));
    let Some(summary) = automatic::back_up(&desk, ids, false).await else { return };
    let count = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    if summary.came_in > 0 {
        desk.snack.say(SnackKind::BroughtBack, "", count(summary.came_in));
    } else if summary.failed == 0 && summary.places > 0 {
        desk.snack.say(SnackKind::BackedUp, "", count(summary.tokens));
    }
}

async fn turn_off(desk: Rc<Desk>, id: u32) {
    desk.work.cancel();
    match desk.door.change(move |session| session.remove_place(id)).await {
        Ok(()) => {
            desk.door.record(Happened::BackupOff);
            desk.go(Place::Home);
            desk.snack.say(SnackKind::BackupOff, "", 0);
        }
        Err(problem) => desk.snack.problem(problem),
    }
}

async fn delete_all(desk: Rc<Desk>, id: u32) {
    let Some(progress) = desk.work.begin(&desk, false) else { return };
    let watch = progress.clone();
    let deleted = desk.door.beside(move |session| -> Result<usize, Failure> {
        let place = session.backup().place(id).ok_or(of_core::BackupError::NoSuchPlace)?;
        let provider = places::provider(&place.location, false)?;
        Ok(of_core::delete_all(session, &*provider, id, &*watch)?.len())
    });
    let deleted = deleted.await.unwrap_or(Err(Failure::Ended));
    desk.work.end(&desk, &progress);
    match deleted {
        Ok(number) => {
            // It would be written anew in a moment: whoever deletes everything does not want that.
            let stop = desk.door.change(|session| session.set_automatic(false)).await;
            if stop.is_ok() {
                desk.snack.say(SnackKind::VersionsDeleted, "", i32::try_from(number).unwrap_or(i32::MAX));
            }
        }
        Err(failure) => {
            desk.with(|app| app.global::<BackupScreen>().set_trouble(failure.trouble()));
        }
    }
}

/// A choice from the sheet, if it is one of these.
pub(crate) fn choose(desk: &Rc<Desk>, of: ChoiceOf, index: i32) {
    let at = |numbers: &[u32]| usize::try_from(index).ok().and_then(|index| numbers.get(index)).copied();
    let (newest, days) = match of {
        ChoiceOf::KeepNewest => (at(&NEWEST), None),
        ChoiceOf::KeepDays => (None, at(&DAYS)),
        _ => return,
    };
    let id = chosen(desk);
    let Some(contents) = desk.door.contents() else { return };
    let Some(BackupPlace { keep, .. }) = contents.backup().place(id) else { return };
    let keep = Keep { newest: newest.unwrap_or(keep.newest), days: days.unwrap_or(keep.days) };
    let desk = desk.clone();
    spawn(async move {
        if let Err(problem) = desk.door.change(move |session| session.set_keep(id, keep)).await {
            desk.snack.problem(problem);
        }
    });
}
