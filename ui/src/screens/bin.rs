//! Deleted tokens, to be taken back.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};

use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::show;
use crate::{App, BinRow, BinScreen, MoreScreen, SnackKind};

/// How long a deleted token stays, in seconds.
const STAYS: u64 = 30 * DAY;
const DAY: u64 = 24 * 60 * 60;

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    app.global::<BinScreen>().on_restore({
        let desk = desk.clone();
        move |place| restore(&desk, place)
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |_| {
            if let Some(desk) = desk.upgrade() {
                show(&desk);
            }
        }
    });
}

fn show(desk: &Rc<Desk>) {
    let now = desk.door.unix();
    let rows: Vec<BinRow> = desk.door.contents().map_or_else(Vec::new, |contents| {
        let row = |(place, binned): (usize, &smartotp_core::vault::Binned)| {
            let (title, account) = show::names(&binned.token.issuer, &binned.token.account);
            let left = (binned.deleted_at + STAYS).saturating_sub(now).div_ceil(DAY);
            BinRow {
                place: i32::try_from(place).unwrap_or(i32::MAX),
                title: title.into(),
                account: account.into(),
                days_left: i32::try_from(left).unwrap_or(0),
            }
        };
        contents.bin().iter().enumerate().map(row).collect()
    });
    desk.with(|app| {
        app.global::<MoreScreen>().set_binned(i32::try_from(rows.len()).unwrap_or(i32::MAX));
        app.global::<BinScreen>().set_rows(ModelRc::new(VecModel::from(rows)));
    });
}

fn restore(desk: &Rc<Desk>, place: i32) {
    let contents = desk.door.contents();
    let binned = contents.as_ref().and_then(|contents| contents.bin().get(usize::try_from(place).ok()?));
    let Some((id, name)) =
        binned.map(|binned| (binned.token.id, show::names(&binned.token.issuer, &binned.token.account).0))
    else {
        return;
    };
    let desk = desk.clone();
    spawn(async move {
        match desk.door.change(move |session| session.restore(&[id])).await {
            Ok(()) => desk.snack.say(SnackKind::Restored, &name, 0),
            Err(problem) => desk.snack.problem(problem),
        }
    });
}
