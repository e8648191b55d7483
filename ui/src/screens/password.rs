//! Another password, or the first one for a vault without a lock.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{NewSlot, SlotKind};

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::{App, Nav, PasswordScreen, Place, Problem, SnackKind};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<PasswordScreen>().on_change({
        let desk = desk.clone();
        move |old, first, second| {
            let first = SecretText::from(first.as_str());
            let same = first == SecretText::from(second.as_str());
            let old = (desk.door.slot() == SlotKind::Password).then(|| SecretText::from(old.as_str()));
            if !same {
                desk.with(|app| app.global::<PasswordScreen>().set_problem(Problem::PasswordsDiffer));
                return;
            }
            change(&desk, old, first);
        }
    });
    desk.on_left(Place::Password, {
        let desk = desk.clone();
        move || {
            desk.with(|app| app.global::<PasswordScreen>().set_problem(Problem::None));
        }
    });
}

fn change(desk: &Rc<Desk>, old: Option<SecretText>, new: SecretText) {
    if desk.with(|app| app.global::<PasswordScreen>().begin()) != Some(true) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        let mut done = desk.door.verify(old).await;
        if done.is_ok() {
            let cost = desk.door.cost().await;
            done = desk.door.change(move |session| session.change_lock(NewSlot::Password(new, cost))).await;
        }
        if done.is_ok() {
            desk.door.now_by_password();
        }
        desk.with(|app| {
            if app.global::<PasswordScreen>().end(&done) {
                app.global::<Nav>().invoke_go(Place::Home);
                desk.snack.say(SnackKind::PasswordChanged, "", 0);
            }
        });
    });
}
