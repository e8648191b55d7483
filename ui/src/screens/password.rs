//! Another password or PIN, or the first one. The lock was asked for before.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::{NewSlot, SlotKind};

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::{App, PasswordScreen, Place, Problem, SnackKind, WayIn};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<PasswordScreen>().on_change({
        let desk = desk.clone();
        move |first, second| {
            let is_pin = desk.with(|app| app.global::<PasswordScreen>().get_way()) == Some(WayIn::Pin);
            if first != second {
                let problem = if is_pin { Problem::PinsDiffer } else { Problem::PasswordsDiffer };
                desk.with(|app| app.global::<PasswordScreen>().set_problem(problem));
                return;
            }
            change(&desk, is_pin, SecretText::from(first.as_str()));
        }
    });
    desk.on_left(Place::NewLock, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.with(|app| app.global::<PasswordScreen>().set_problem(Problem::None));
            }
        }
    });
}

fn change(desk: &Rc<Desk>, is_pin: bool, new: SecretText) {
    if desk.with(|app| app.global::<PasswordScreen>().begin()) != Some(true) {
        return;
    }
    let slot = if is_pin { SlotKind::Pin } else { SlotKind::Password };
    let there = desk.door.has(slot);
    let desk = desk.clone();
    spawn(async move {
        let cost = desk.door.cost().await;
        let new = if is_pin { NewSlot::Pin(new, cost) } else { NewSlot::Password(new, cost) };
        let done = desk.door.change(move |session| session.change_lock(new)).await;
        if desk.with(|app| app.global::<PasswordScreen>().end(&done)) == Some(true) {
            desk.door.record(if there { Happened::SlotChanged { slot } } else { Happened::SlotAdded { slot } });
            desk.go(Place::Security);
            desk.snack.say(if is_pin { SnackKind::Saved } else { SnackKind::PasswordChanged }, "", 0);
        }
    });
}
