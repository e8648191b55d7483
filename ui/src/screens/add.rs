//! The ways in: pictures, files, the clipboard.

use std::cell::Cell;
use std::rc::Rc;

use slint::ComponentHandle as _;

use crate::desk::Desk;
use crate::intake::{self, Source};
use crate::off_thread::{off_thread, once, spawn};
use crate::problem;
use crate::screens::manual;
use crate::screens::reading::{self, Reading, Way};
use crate::services::{PickDone, PickError};
use crate::{AddScreen, App, MoreScreen, Nav, OpenSheet, Place, PreviewScreen, Problem, ReadingScreen};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>, reading: &Rc<Reading>) {
    let screen = app.global::<AddScreen>();
    let asked = Rc::new(Cell::new(Way::Picture));
    let picking = |way| {
        let (desk, reading, asked) = (desk.clone(), reading.clone(), asked.clone());
        move || {
            asked.set(way);
            pick(&desk, &reading, way);
        }
    };
    screen.on_picture(picking(Way::Picture));
    screen.on_file(picking(Way::File));
    app.global::<MoreScreen>().on_bring_in(picking(Way::File));
    app.global::<ReadingScreen>().on_again(picking(Way::File));
    app.global::<PreviewScreen>().on_more(picking(Way::Picture));
    screen.on_path({
        let (desk, reading) = (desk.clone(), reading.clone());
        move |path| {
            let files = desk.door.services.files.clone();
            let path = path.to_string();
            read(&desk, &reading, asked.get(), move |done| files.at_path(&path, done));
        }
    });
    screen.on_clipboard({
        let (desk, reading) = (desk.clone(), reading.clone());
        move || {
            if !begin(&desk) {
                return;
            }
            let (desk, reading) = (desk.clone(), reading.clone());
            spawn(async move {
                let clipboard = desk.door.services.clipboard.clone();
                let read = move || intake::source_of_clip(clipboard.read());
                let source = off_thread(&*desk.door.services.background, read).await;
                match source.unwrap_or(Err(Problem::Failed)) {
                    Ok(source) => reading::take_up(&desk, &reading, Way::Clipboard, vec![source]).await,
                    Err(problem) => end(&desk, problem),
                }
            });
        }
    });
    screen.on_typed({
        let desk = desk.clone();
        move || {
            manual::clear(&desk);
            desk.go(Place::Manual);
        }
    });
    desk.on_closed({
        let desk = Rc::downgrade(desk);
        move |sheet| {
            if (sheet == OpenSheet::Add || sheet == OpenSheet::Path)
                && let Some(desk) = desk.upgrade()
            {
                desk.with(|app| app.global::<AddScreen>().set_problem(Problem::None));
            }
        }
    });
}

fn pick(desk: &Rc<Desk>, reading: &Rc<Reading>, way: Way) {
    let (pictures, files) = (desk.door.services.pictures.clone(), desk.door.services.files.clone());
    read(desk, reading, way, move |done| if way == Way::File { files.pick(done) } else { pictures.pick(done) });
}

/// Reads what comes; several files at once are one batch, and a bad one does not take the others down.
fn read(desk: &Rc<Desk>, reading: &Rc<Reading>, way: Way, start: impl FnOnce(PickDone) + 'static) {
    if !begin(desk) {
        return;
    }
    let (desk, reading) = (desk.clone(), reading.clone());
    spawn(async move {
        match once(start).await.unwrap_or(Err(PickError::Cancelled)) {
            Ok(files) => {
                let sources = files.into_iter().map(|file| Source::new(file.name, file.bytes)).collect();
                reading::take_up(&desk, &reading, way, sources).await;
            }
            Err(PickError::NoChooser) => {
                end(&desk, Problem::NoChooser);
                desk.with(|app| app.global::<Nav>().invoke_show(OpenSheet::Path));
            }
            Err(error) => match problem::of_pick(error) {
                Some(problem) => refuse(&desk, way, problem),
                None => end(&desk, Problem::None),
            },
        }
    });
}

/// Says what is wrong with a file, where there is room for it.
fn refuse(desk: &Desk, way: Way, problem: Problem) {
    let typed = desk.with(|app| app.global::<Nav>().get_sheet()) == Some(OpenSheet::Path);
    if way == Way::File && !typed { reading::fail(desk, way, problem, "") } else { end(desk, problem) }
}

/// `false` while something is being read already.
fn begin(desk: &Rc<Desk>) -> bool {
    let busy = desk.with(|app| {
        let screen = app.global::<AddScreen>();
        let busy = screen.get_busy();
        screen.set_busy(true);
        screen.set_problem(Problem::None);
        app.global::<PreviewScreen>().set_reading(true);
        app.global::<PreviewScreen>().set_problem(Problem::None);
        busy
    });
    busy == Some(false)
}

/// Nothing is read any more; what went wrong is said on the preview, or on the sheet that one came from.
pub(super) fn end(desk: &Desk, problem: Problem) {
    desk.with(|app| {
        app.global::<AddScreen>().set_busy(false);
        app.global::<PreviewScreen>().set_reading(false);
        if problem == Problem::None {
            return;
        }
        if app.global::<Nav>().get_place() == Place::Preview {
            app.global::<PreviewScreen>().set_problem(problem);
        } else {
            app.global::<AddScreen>().set_problem(problem);
        }
    });
}
