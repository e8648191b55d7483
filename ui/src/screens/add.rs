//! The ways in: pictures, files, the clipboard.

use std::rc::Rc;

use slint::ComponentHandle as _;
use zeroize::Zeroizing;

use crate::desk::Desk;
use crate::intake::{self, File, Intake};
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
                let file = off_thread(&*desk.door.services.background, move || intake::file_of_clip(clipboard.read()));
                match file.await.unwrap_or(Err(Problem::Failed)) {
                    Ok(file) => take_up(&desk, &shown, "", vec![file]).await,
                    Err(problem) => end(&desk, Some(problem)),
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
        let files = files.into_iter().map(|file| Zeroizing::new(file.bytes)).collect();
        take_up(&desk, &shown, &name, files).await;
    });
}

async fn take_up(desk: &Rc<Desk>, shown: &Rc<Preview>, source: &str, files: Vec<File>) {
    let before = shown.intake.take();
    let read = off_thread(&*desk.door.services.background, move || before.with(files));
    let (intake, problem) = read.await.unwrap_or((Intake::default(), Some(Problem::Failed)));
    end(desk, problem);
    // Locked meanwhile: what was read is dropped here.
    if desk.door.contents().is_none() {
        return;
    }
    shown.intake.replace(intake);
    if problem.is_none() {
        preview::show(desk, shown, source);
    }
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
