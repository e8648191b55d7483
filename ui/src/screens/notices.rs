//! What the user should know about the vault, in sight until it was read.

use std::rc::Rc;

use slint::{ComponentHandle as _, Model as _, ModelRc, VecModel};
use smartotp_core::backup::schedule::Standing;
use smartotp_core::vault::{Notice as Told, SlotKind};

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::{App, Notice, NoticeScreen};

/// Seconds after which a proof is old: 90 days.
const REMIND_AFTER: u64 = 90 * 24 * 60 * 60;

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let told: Rc<VecModel<Notice>> = Rc::default();
    let screen = app.global::<NoticeScreen>();
    screen.set_told(ModelRc::from(told.clone()));
    screen.on_read({
        let (told, desk) = (told.clone(), Rc::downgrade(desk));
        move |at| {
            if let Some(at) = usize::try_from(at).ok().filter(|at| *at < told.row_count())
                && told.remove(at) == Notice::Rehearse
                && let Some(desk) = desk.upgrade()
            {
                desk.look.remind_later(desk.door.unix());
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
            if event == Event::Opened {
                if has_stale_backup(&desk) {
                    told.push(Notice::StaleBackup);
                }
                if desk.door.has_lost_pin() {
                    told.push(Notice::PinLost);
                }
                remind(&desk, told.clone());
            }
        }
    });
}

/// Whether a backup is on, and worth a reminder.
fn has_stale_backup(desk: &Desk) -> bool {
    let Some(contents) = desk.door.contents() else { return false };
    contents.backup().places().iter().any(|place| {
        let standing = Standing::of(place, &contents, desk.door.unix());
        standing.stale && standing.verified_at.is_some()
    })
}

/// Reminds now and then that nothing has proven for long that one can get back in.
fn remind(desk: &Rc<Desk>, told: Rc<VecModel<Notice>>) {
    let Some(contents) = desk.door.contents() else { return };
    let now = desk.door.unix();
    let kinds: Vec<SlotKind> = desk.door.slots().into_iter().filter(|kind| *kind != SlotKind::Device).collect();
    let long_ago = move |unix: u64| now.saturating_sub(unix) > REMIND_AFTER;
    let last = kinds.iter().filter_map(|kind| contents.last_proven(*kind)).max();
    if kinds.is_empty() || !long_ago(desk.look.reminded()) || last.is_some_and(|unix| !long_ago(unix)) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        // A vault is as old as what is known of it.
        let first = desk.door.ask(|session| session.journal().first().map(|record| record.unix)).await.flatten();
        let is_due = last.or(first).is_some_and(long_ago);
        if is_due && desk.door.contents().is_some() && !told.iter().any(|known| known == Notice::Rehearse) {
            told.push(Notice::Rehearse);
        }
    });
}

/// `None`: nothing that concerns the user.
fn in_words(notice: &Told) -> Option<Notice> {
    match notice {
        Told::PreviousOpened => Some(Notice::PreviousOpened),
        Told::RolledBack => Some(Notice::RolledBack),
        Told::JournalDamaged => Some(Notice::JournalDamaged),
        _ => None,
    }
}
