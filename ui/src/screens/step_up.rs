//! Asks again for what opens the vault before something sensitive, as the vault's settings say. Without a lock it asks for a
//! plain yes.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::vault::Protection;

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::screens::{rehearsal, unlock};
use crate::{App, Nav, OpenSheet, Place, Problem, StepUpFor, StepUpScreen, WayIn, ways};

/// What is done once it was proven.
type Then = Box<dyn FnOnce(&Rc<Desk>)>;

/// What waits to be proven.
#[derive(Default)]
pub(crate) struct StepUp {
    then: RefCell<Option<Then>>,
    /// Proven for the settings, until they are left.
    granted: Cell<bool>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<StepUpScreen>().on_prove({
        let desk = desk.clone();
        move |text| prove(&desk, &text)
    });
    desk.on_closed({
        let desk = Rc::downgrade(desk);
        move |sheet| {
            if let (OpenSheet::StepUp, Some(desk)) = (sheet, desk.upgrade()) {
                desk.step_up.then.take();
                desk.with(|app| app.global::<StepUpScreen>().set_problem(Problem::None));
            }
        }
    });
    for place in [Place::Security, Place::NewLock, Place::Recovery, Place::Rehearsal, Place::Log] {
        let on = Rc::downgrade(desk);
        desk.on_left(place, move || {
            let Some(desk) = on.upgrade() else { return };
            let now = desk.with(|app| app.global::<Nav>().get_place());
            if now == Some(Place::Home) {
                desk.step_up.granted.set(false);
            }
        });
    }
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                desk.step_up.then.take();
                desk.step_up.granted.set(false);
            }
        }
    });
}

/// Does something, once it was proven that it is the user, where that is to be proven.
pub(crate) fn ask(desk: &Rc<Desk>, purpose: StepUpFor, name: &str, then: impl FnOnce(&Rc<Desk>) + 'static) {
    let Some(contents) = desk.door.contents() else { return };
    let typed = ways::typed(&desk.door.slots());
    let wanted = is_wanted(desk, purpose, contents.protection());
    match purpose {
        // They have a question of their own already, or need none.
        StepUpFor::Delete | StepUpFor::ChangeLock if !wanted || (typed.is_empty() && purpose == StepUpFor::Delete) => {
            then(desk);
        }
        StepUpFor::Export | StepUpFor::Sign | StepUpFor::BackupPassword if !wanted => then(desk),
        _ => open(desk, purpose, name, if wanted { typed } else { Vec::new() }, then),
    }
}

/// Asks for just this way in.
pub(crate) fn ask_for(desk: &Rc<Desk>, purpose: StepUpFor, way: WayIn) {
    open(desk, purpose, "", vec![way], |_| {});
}

fn is_wanted(desk: &Desk, purpose: StepUpFor, protection: &Protection) -> bool {
    match purpose {
        StepUpFor::ShowSecret => protection.ask_before_qr,
        StepUpFor::Delete => protection.ask_before_delete,
        StepUpFor::ChangeLock => protection.ask_before_lock_change && !desk.step_up.granted.get(),
        StepUpFor::Export | StepUpFor::ExportOpen | StepUpFor::Transfer => protection.ask_before_export,
        StepUpFor::Sign => protection.ask_before_sign,
        StepUpFor::BackupOff => protection.ask_before_backup_off,
        StepUpFor::BackupPassword => protection.ask_before_lock_change,
        // Of approvals, who asks knows whether the server wants it.
        StepUpFor::Rehearse
        | StepUpFor::Wipe
        | StepUpFor::BackupDelete
        | StepUpFor::BackupReplace
        | StepUpFor::Approve => true,
    }
}

fn open(desk: &Rc<Desk>, purpose: StepUpFor, name: &str, typed: Vec<WayIn>, then: impl FnOnce(&Rc<Desk>) + 'static) {
    desk.step_up.then.replace(Some(Box::new(then)));
    desk.with(|app| {
        let screen = app.global::<StepUpScreen>();
        screen.set_purpose(purpose);
        screen.set_name(name.into());
        screen.set_problem(Problem::None);
        screen.set_way(typed.first().copied().unwrap_or(WayIn::Nothing));
        screen.set_ways(ModelRc::new(VecModel::from(typed)));
        app.global::<Nav>().invoke_show(OpenSheet::StepUp);
    });
    unlock::look(desk);
}

fn prove(desk: &Rc<Desk>, text: &str) {
    let Some((way, purpose)) = desk.with(|app| {
        let screen = app.global::<StepUpScreen>();
        (screen.get_way(), screen.get_purpose())
    }) else {
        return;
    };
    let credential = match ways::credential(way, text) {
        Ok(credential) => credential,
        Err((problem, mistyped)) => {
            desk.with(|app| {
                let screen = app.global::<StepUpScreen>();
                screen.set_mistyped(mistyped);
                screen.set_problem(problem);
            });
            return;
        }
    };
    if desk.with(|app| app.global::<StepUpScreen>().begin()) != Some(true) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        let proven = match (way, purpose) {
            (WayIn::Nothing, _) => Ok(()),
            (_, StepUpFor::Rehearse) => rehearsal::prove(&desk, credential).await,
            _ => desk.door.verify(credential).await,
        };
        if proven.is_err() && proven != Err(Problem::Wiped) {
            unlock::say_tries(&desk).await;
        }
        desk.with(|app| {
            let screen = app.global::<StepUpScreen>();
            screen.end(&proven);
            if matches!(proven, Err(Problem::WrongPassword | Problem::WrongPin | Problem::WrongRecoveryKey)) {
                screen.set_wrong_tries(screen.get_wrong_tries() + 1);
            }
        });
        match proven {
            Ok(()) => {
                let then = desk.step_up.then.take();
                desk.step_up.granted.set(desk.step_up.granted.get() || purpose == StepUpFor::ChangeLock);
                desk.with(|app| app.global::<Nav>().invoke_close());
                if let Some(then) = then {
                    then(&desk);
                }
            }
            Err(Problem::Wiped) => unlock::start(&desk),
            Err(_) => {}
        }
    });
}
