//! Codes for another phone's camera, one after the other: Google Authenticator's export.

use std::rc::Rc;

use slint::{ComponentHandle as _, Image, Model as _, ModelRc, VecModel};
use smartotp_core::qr::write::Modules;

use crate::desk::Desk;
use crate::{App, CodesScreen, Place, Problem, picture};

pub(crate) fn connect(desk: &Rc<Desk>) {
    desk.on_left(Place::Codes, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.with(|app| fill(app, Vec::new()));
            }
        }
    });
}

/// Shows the texts of some files, one a line, as codes.
pub(super) fn show(desk: &Rc<Desk>, files: &[&[u8]]) {
    let texts = files.iter().filter_map(|file| core::str::from_utf8(file).ok()).flat_map(str::lines);
    let codes = texts.map(|text| Modules::encode(text).map(|modules| picture::of_modules(&modules)));
    match codes.collect::<Result<Vec<Image>, _>>() {
        Ok(codes) => {
            desk.with(|app| fill(app, codes));
            desk.go(Place::Codes);
        }
        Err(_) => desk.snack.problem(Problem::Failed),
    }
}

fn fill(app: &App, codes: Vec<Image>) {
    let screen = app.global::<CodesScreen>();
    let codes = VecModel::from(codes);
    screen.set_count(i32::try_from(codes.row_count()).unwrap_or(i32::MAX));
    screen.set_codes(ModelRc::new(codes));
    screen.set_at(0);
}
