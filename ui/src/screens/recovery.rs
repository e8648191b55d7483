//! A recovery key: made, shown once, typed back, and only then a way in.

use std::cell::RefCell;
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, SharedString, VecModel};
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::{NewSlot, RecoveryKey, SlotKind};

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::problem;
use crate::screens::backup::turn_on;
use crate::screens::create::{self, Chosen};
use crate::{App, Mistyped, Nav, Place, Problem, RecoveryScreen, SnackKind};

/// What the key is made for.
pub(crate) enum For {
    /// A new vault.
    Create(Chosen),
    /// The open one.
    Vault,
    /// A backup that is about to be turned on.
    Backup,
}

/// The key that is on the page.
pub(crate) struct Shown {
    key: RecoveryKey,
    purpose: For,
}

/// One page, one key; it goes when the page is left.
pub(crate) type Page = RefCell<Option<Rc<Shown>>>;

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<RecoveryScreen>().on_typed({
        let desk = desk.clone();
        move |text| typed(&desk, &text)
    });
    desk.on_left(Place::Recovery, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.recovery.take();
                desk.with(|app| {
                    let screen = app.global::<RecoveryScreen>();
                    screen.set_groups(ModelRc::default());
                    screen.set_written(false);
                    screen.set_problem(Problem::None);
                });
            }
        }
    });
}

/// Makes a key and shows it.
pub(crate) fn begin(desk: &Rc<Desk>, purpose: For) {
    let Ok(key) = RecoveryKey::generate(&*desk.door.services.vault.entropy) else {
        desk.snack.problem(Problem::NoEntropy);
        return;
    };
    let text = key.text();
    let groups: Vec<SharedString> = text.expose().split('-').map(SharedString::from).collect();
    let before = match purpose {
        For::Create(_) => Place::Create,
        For::Vault => Place::Security,
        For::Backup => Place::BackupOn,
    };
    desk.recovery.replace(Some(Rc::new(Shown { key, purpose })));
    desk.with(|app| {
        app.global::<RecoveryScreen>().set_groups(ModelRc::new(VecModel::from(groups)));
        let nav = app.global::<Nav>();
        nav.set_before_recovery(before);
        nav.invoke_go(Place::Recovery);
    });
}

fn typed(desk: &Rc<Desk>, text: &str) {
    let Some(shown) = desk.recovery.borrow().clone() else { return };
    let refuse = |problem, mistyped| {
        desk.with(|app| {
            let screen = app.global::<RecoveryScreen>();
            screen.set_mistyped(mistyped);
            screen.set_problem(problem);
        });
    };
    match RecoveryKey::parse(text) {
        Err(error) => {
            let (problem, mistyped) = problem::of_recovery_key(text, error);
            refuse(problem, mistyped);
        }
        Ok(key) if key != shown.key => refuse(Problem::OtherKey, Mistyped::default()),
        Ok(key) => take(desk, shown, key),
    }
}

/// The key was typed back: it is a way in from now on.
fn take(desk: &Rc<Desk>, shown: Rc<Shown>, key: RecoveryKey) {
    if desk.with(|app| app.global::<RecoveryScreen>().begin()) != Some(true) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        let done = match &shown.purpose {
            For::Backup => {
                desk.with(|app| app.global::<RecoveryScreen>().set_busy(false));
                desk.go(Place::BackupOn);
                return turn_on::make_keys(desk, turn_on::NewLock::Recovery(key)).await;
            }
            For::Create(chosen) => create::make(&desk, chosen, Some(key)).await,
            For::Vault => add(&desk, key).await,
        };
        desk.with(|app| app.global::<RecoveryScreen>().end(&done));
        match &shown.purpose {
            For::Create(chosen) => create::finish(&desk, chosen, done),
            For::Vault if done.is_ok() => {
                desk.go(Place::Security);
                desk.snack.say(SnackKind::Saved, "", 0);
            }
            For::Vault | For::Backup => {}
        }
    });
}

async fn add(desk: &Rc<Desk>, key: RecoveryKey) -> Result<(), Problem> {
    let there = desk.door.has(SlotKind::Recovery);
    desk.door.change(move |session| session.change_lock(NewSlot::Recovery(key))).await?;
    let slot = SlotKind::Recovery;
    desk.door.record(if there { Happened::SlotChanged { slot } } else { Happened::SlotAdded { slot } });
    Ok(())
}
