//! What opening and locking mean for the window.

use std::rc::Rc;

use slint::ComponentHandle as _;

use crate::desk::Desk;
use crate::door::Event;
use crate::screens::unlock;
use crate::{App, MoreScreen, Nav, Place, Problem, Tab, TokensScreen, UnlockScreen};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<TokensScreen>().on_lock({
        let desk = desk.clone();
        move || desk.lock()
    });
    app.global::<MoreScreen>().on_lock({
        let desk = desk.clone();
        move || desk.lock()
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            let guard = desk.door.services.screen_guard.clone();
            let allowed = desk.door.contents().is_some_and(|contents| contents.protection().screen_capture);
            desk.with(|app| guard.allow_capture(app, allowed));
            if event == Event::Locked {
                desk.snack.hide();
                desk.with(|app| {
                    let screen = app.global::<UnlockScreen>();
                    screen.set_problem(Problem::None);
                    screen.set_can_try(true);
                });
                unlock::offer(&desk, &desk.door.slots());
                desk.go(Place::Unlock);
                desk.with(|app| app.global::<Nav>().set_tab(Tab::Tokens));
            }
        }
    });
}
