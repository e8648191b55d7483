//! What was signed, as the vault remembers it: no answers, no PINs.

use std::cell::Cell;
use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::confirm::Meaning;
use smartotp_core::vault::Signature;

use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::screens::sign;
use crate::{App, Belongs, Nav, OpenSheet, SignScreen, SignedRow, SignedScreen, day, show};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    // The place of the one on the sheet, among all that the vault remembers.
    let shown = Rc::new(Cell::new(None::<usize>));
    let screen = app.global::<SignedScreen>();
    screen.on_open({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |row| open(&desk, &shown, row)
    });
    screen.on_forget({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || {
            let one = shown.get().and_then(|place| desk.door.contents()?.signatures().get(place).cloned());
            if one.is_some() {
                forget(&desk, one);
            }
        }
    });
    screen.on_forget_all({
        let desk = desk.clone();
        move || forget(&desk, None)
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |_| {
            let Some(desk) = desk.upgrade() else { return };
            if shown.take().is_some() {
                desk.with(|app| {
                    let nav = app.global::<Nav>();
                    if nav.get_sheet() == OpenSheet::Signed {
                        nav.invoke_close();
                    }
                    app.global::<SignedScreen>().set_shown(SignedRow::default());
                    app.global::<SignedScreen>().set_fields(ModelRc::default());
                });
            }
            list(&desk);
        }
    });
}

/// Lists them, the newest first.
fn list(desk: &Desk) {
    let now = desk.door.unix();
    let rows: Vec<SignedRow> = desk.door.contents().map_or_else(Vec::new, |contents| {
        contents.signatures().iter().rev().map(|signature| row(desk, signature, now)).collect()
    });
    desk.with(|app| {
        app.global::<SignScreen>().set_signed(i32::try_from(rows.len()).unwrap_or(i32::MAX));
        app.global::<SignedScreen>().set_rows(ModelRc::new(VecModel::from(rows)));
    });
}

fn row(desk: &Desk, signature: &Signature, now: u64) -> SignedRow {
    let fields: Vec<(&str, &str)> =
        signature.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let payee = fields.iter().find(|(name, _)| Meaning::of(name) == Meaning::Payee).map(|(_, value)| *value);
    let (title, _) = show::names(&signature.issuer, &signature.account);
    let tile = desk.door.contents().and_then(|contents| contents.token(signature.token).map(show::tile));
    SignedRow {
        name: show::name(&signature.issuer, &signature.account).into(),
        letter: show::letter(&signature.issuer, &signature.account),
        // Of one that is gone: slate.
        tile: tile.unwrap_or(11),
        title: title.into(),
        amount: sign::rows(&fields).0.into(),
        payee: payee.unwrap_or_default().into(),
        challenge: sign::in_fours(&signature.challenge).into(),
        ago: i32::try_from(now.saturating_sub(signature.unix)).unwrap_or(i32::MAX),
        day: day::of(signature.unix).into(),
    }
}

/// Shows one with all of its details.
fn open(desk: &Rc<Desk>, shown: &Cell<Option<usize>>, row_at: i32) {
    let Some(contents) = desk.door.contents() else { return };
    let signatures = contents.signatures();
    let place = usize::try_from(row_at).ok().and_then(|row| signatures.len().checked_sub(row + 1));
    let Some((place, signature)) = place.and_then(|place| Some((place, signatures.get(place)?))) else { return };
    shown.set(Some(place));
    let fields: Vec<(&str, &str)> =
        signature.fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    let now = desk.door.unix();
    desk.with(|app| {
        let screen = app.global::<SignedScreen>();
        screen.set_shown(row(desk, signature, now));
        screen.set_fields(ModelRc::new(VecModel::from(sign::rows(&fields).1)));
        screen.set_belongs(signature.binding.as_deref().map_or(Belongs::Bare, sign::belongs_named));
        screen.set_counter(signature.counter.map(|counter| counter.to_string()).unwrap_or_default().into());
        app.global::<Nav>().invoke_show(OpenSheet::Signed);
    });
}

/// Forgets one of them, or all.
fn forget(desk: &Rc<Desk>, one: Option<Signature>) {
    desk.with(|app| app.global::<SignedScreen>().set_busy(true));
    let desk = desk.clone();
    spawn(async move {
        let done = desk.door.change(move |session| session.forget_signatures(one.as_ref())).await;
        desk.with(|app| {
            app.global::<SignedScreen>().set_busy(false);
            app.global::<Nav>().invoke_close();
        });
        if let Err(problem) = done {
            desk.snack.problem(problem);
        }
    });
}
