//! The ways in: pictures, files, the clipboard.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::secret::SecretText;

use crate::desk::Desk;
use crate::intake;
use crate::off_thread::{off_thread, once, spawn};
use crate::problem;
use crate::screens::preview::Preview;
use crate::screens::{manual, preview};
use crate::services::{PickError, Picked};
use crate::{AddScreen, App, Nav, OpenSheet, Place, PreviewScreen, Problem};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>, shown: &Rc<Preview>) {
    let screen = app.global::<AddScreen>();
    screen.on_picture({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || pick(&desk, &shown)
    });
    app.global::<PreviewScreen>().on_more({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || pick(&desk, &shown)
    });
    screen.on_path({
        let (desk, shown) = (desk.clone(), shown.clone());
        move |path| {
            let pictures = desk.door.services.pictures.clone();
            let path = path.to_string();
            read(&desk, &shown, move |done| pictures.at_path(&path, done));
        }
    });
    screen.on_clipboard({
        let (desk, shown) = (desk.clone(), shown.clone());
        move || {
            if !begin(&desk) {
                return;
            }
            let (desk, shown) = (desk.clone(), shown.clone());
            spawn(async move {
                let clipboard = desk.door.services.clipboard.clone();
                let texts =
                    off_thread(&*desk.door.services.background, move || intake::texts_of_clip(clipboard.read()));
                let texts = texts.await.unwrap_or(Err(Problem::Failed));
                finish(&desk, &shown, "", texts);
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
    app.global::<Nav>().on_closed({
        let desk = desk.clone();
        move |sheet| {
            if sheet == OpenSheet::Add || sheet == OpenSheet::Path {
                desk.with(|app| app.global::<AddScreen>().set_problem(Problem::None));
            }
        }
    });
}

fn pick(desk: &Rc<Desk>, shown: &Rc<Preview>) {
    let pictures = desk.door.services.pictures.clone();
    read(desk, shown, move |done| pictures.pick(done));
}

type Done = Box<dyn FnOnce(Result<Vec<Picked>, PickError>) + Send>;

/// Reads what comes; several pictures at once are one batch, and a bad one does not take the others down.
fn read(desk: &Rc<Desk>, shown: &Rc<Preview>, start: impl FnOnce(Done) + 'static) {
    if !begin(desk) {
        return;
    }
    let (desk, shown) = (desk.clone(), shown.clone());
    spawn(async move {
        let picked = once(start).await.unwrap_or(Err(PickError::Cancelled));
        let files = match picked {
            Ok(files) => files,
            Err(error) => {
                let problem = problem::of_pick(error);
                end(&desk, problem);
                if problem == Some(Problem::NoChooser) {
                    desk.with(|app| app.global::<Nav>().invoke_show(OpenSheet::Path));
                }
                return;
            }
        };
        let name = match files.as_slice() {
            [file] => file.name.clone(),
            _ => String::new(),
        };
        let texts = off_thread(&*desk.door.services.background, move || {
            let read: Vec<_> = files.iter().map(|file| intake::texts_of_file(&file.bytes)).collect();
            let first_problem = read.iter().find_map(|texts| texts.as_ref().err()).copied();
            let texts: Vec<SecretText> = read.into_iter().flatten().flatten().collect();
            if texts.is_empty() { Err(first_problem.unwrap_or(Problem::NoCode)) } else { Ok(texts) }
        });
        let texts = texts.await.unwrap_or(Err(Problem::Failed));
        finish(&desk, &shown, &name, texts);
    });
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

fn end(desk: &Rc<Desk>, problem: Option<Problem>) {
    desk.with(|app| {
        app.global::<AddScreen>().set_busy(false);
        app.global::<PreviewScreen>().set_reading(false);
        if let Some(problem) = problem {
            if app.global::<Nav>().get_place() == Place::Preview {
                app.global::<PreviewScreen>().set_problem(problem);
            } else {
                app.global::<AddScreen>().set_problem(problem);
            }
        }
    });
}

fn finish(desk: &Rc<Desk>, shown: &Rc<Preview>, source: &str, texts: Result<Vec<SecretText>, Problem>) {
    end(desk, texts.as_ref().err().copied());
    // Locked meanwhile: what was read is dropped here.
    if let (Ok(texts), true) = (texts, desk.door.contents().is_some()) {
        preview::show(desk, shown, source, &texts);
    }
}
