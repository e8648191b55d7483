//! What the user should know about the vault, in sight until it was read.

use std::rc::Rc;

use slint::{ComponentHandle as _, Model as _, ModelRc, VecModel};
use smartotp_core::vault::Notice as Told;

use crate::desk::Desk;
use crate::door::Event;
use crate::{App, Notice, NoticeScreen};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let told: Rc<VecModel<Notice>> = Rc::default();
    let screen = app.global::<NoticeScreen>();
    screen.set_told(ModelRc::from(told.clone()));
    screen.on_read({
        let told = told.clone();
        move |at| {
            if let Some(at) = usize::try_from(at).ok().filter(|at| *at < told.row_count()) {
                told.remove(at);
            }
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            if event == Event::Locked {
                told.clear();
            }
            for notice in desk.door.take_notices().iter().filter_map(in_words) {
                if !told.iter().any(|known| known == notice) {
                    told.push(notice);
                }
            }
        }
    });
}

/// `None`: nothing that concerns the user.
fn in_words(notice: &Told) -> Option<Notice> {
    match notice {
        Told::PreviousOpened => Some(Notice::PreviousOpened),
        Told::RolledBack => Some(Notice::RolledBack),
        _ => None,
    }
}
