//! "Get back in": a way in is proven on the file itself.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::vault::Credential;
use smartotp_core::vault::journal::Event as Happened;

use crate::desk::Desk;
use crate::door::Event;
use crate::screens::step_up;
use crate::{App, Place, Problem, ProofResult, ProofRow, RehearsalScreen, StepUpFor, day, ways};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<RehearsalScreen>().on_rehearse({
        let desk = desk.clone();
        move |way| step_up::ask_for(&desk, StepUpFor::Rehearse, way)
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let Some(desk) = desk.upgrade()
                && event != Event::Locked
            {
                show(&desk);
            }
        }
    });
    desk.on_left(Place::Rehearsal, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.with(|app| app.global::<RehearsalScreen>().set_result(ProofResult::None));
            }
        }
    });
}

fn show(desk: &Rc<Desk>) {
    let Some(contents) = desk.door.contents() else { return };
    let now = desk.door.unix();
    let row = |way| {
        let proven = ways::slot(way).and_then(|kind| contents.last_proven(kind));
        ProofRow {
            way,
            ago: proven.map_or(-1, |unix| i32::try_from(now.saturating_sub(unix)).unwrap_or(i32::MAX)),
            day: proven.map(day::of).unwrap_or_default().into(),
        }
    };
    let rows: Vec<ProofRow> = ways::typed(&desk.door.slots()).into_iter().map(row).collect();
    desk.with(|app| app.global::<RehearsalScreen>().set_ways(ModelRc::new(VecModel::from(rows))));
}

/// Proves it, and says on the page what came of it.
pub(crate) async fn prove(desk: &Rc<Desk>, credential: Credential) -> Result<(), Problem> {
    let now = desk.door.unix();
    let slot = credential.kind();
    let shown = desk.door.change(move |session| session.rehearse(&credential, now)).await?;
    if shown.same {
        desk.door.record(Happened::Rehearsed { slot });
    }
    desk.with(|app| {
        let screen = app.global::<RehearsalScreen>();
        screen.set_proven(ways::way(slot));
        screen.set_tokens(i32::try_from(shown.tokens).unwrap_or(i32::MAX));
        screen.set_result(if shown.same { ProofResult::Same } else { ProofResult::Differs });
    });
    Ok(())
}
