//! Links that carry no PIN: it is asked for, one link after the other.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::secret::SecretText;

use super::{Preview, draw};
use crate::desk::Desk;
use crate::{App, Nav, OpenSheet, PinScreen, PreviewScreen};

pub(super) fn connect(app: &App, desk: &Rc<Desk>, shown: &Rc<Preview>) {
    app.global::<PreviewScreen>().on_ask_pin({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |at| {
            if let Ok(at) = usize::try_from(at) {
                ask(&desk, &shown, at);
            }
        }
    });
    app.global::<PinScreen>().on_use({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |pin| take(&desk, &shown, SecretText::from(pin.trim()))
    });
}

/// Asks for the next PIN that is missing, if one is.
pub(super) fn ask_next(desk: &Desk, shown: &Preview) {
    let next = shown.intake.borrow().next_without_pin();
    if let Some(at) = next {
        ask(desk, shown, at);
    }
}

/// Asks for the PIN of an entry that can't be read without.
fn ask(desk: &Desk, shown: &Preview, at: usize) {
    let (place, name) = {
        let intake = shown.intake.borrow();
        let name = intake.outcome.unreadable.get(at).map(|unreadable| unreadable.entry.name.clone());
        (intake.wants_pin(at), name.unwrap_or_default())
    };
    shown.asked.set(place);
    if place.is_none() {
        return;
    }
    desk.with(|app| {
        let screen = app.global::<PinScreen>();
        screen.set_name(name.into());
        screen.set_asked(screen.get_asked().wrapping_add(1));
        app.global::<Nav>().invoke_show(OpenSheet::Pin);
    });
}

fn take(desk: &Rc<Desk>, shown: &Preview, pin: SecretText) {
    let Some(place) = shown.asked.get() else { return };
    let given = shown.intake.borrow_mut().give_pin(place, pin);
    if given.is_err() {
        desk.with(|app| app.global::<PinScreen>().set_wrong(true));
        return;
    }
    shown.asked.set(None);
    desk.with(|app| app.global::<Nav>().invoke_close());
    draw(desk, shown);
    ask_next(desk, shown);
}
