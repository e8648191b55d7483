//! Tokens to files: ordered, proven to be the user's wish, written, read back, compared, and only then done.

mod losing;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use slint::{ComponentHandle as _, Model as _, ModelRc};
use smartotp_core::export::{ExportError, Written};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::journal::Event as Happened;

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::{off_thread, once, spawn};
use crate::order::{self, Order, SheetText};
use crate::screens::choose::Choice;
use crate::screens::{codes, step_up};
use crate::services::{PickError, Place as FilePlace};
use crate::{App, ExportKind, ExportScreen, Nav, OpenSheet, Place, Problem, SheetWords, StepUpFor, day, problem};

/// What is written, in memory, and has no place yet.
#[derive(Clone)]
struct Pending {
    order: Arc<Order>,
    written: Arc<Written>,
}

/// The export under way.
pub(crate) struct Export {
    choice: Rc<Choice>,
    pending: RefCell<Option<Pending>>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>, choice: &Rc<Choice>) {
    let export = Rc::new(Export { choice: choice.clone(), pending: RefCell::default() });
    let screen = app.global::<ExportScreen>();
    screen.on_go({
        let (desk, export) = (desk.clone(), export.clone());
        move |sealed, first, second| {
            let problem = match (sealed, first == second) {
                (true, _) if first.is_empty() => Problem::EmptyPassword,
                (true, false) => Problem::PasswordsDiffer,
                _ => Problem::None,
            };
            desk.with(|app| app.global::<ExportScreen>().set_problem(problem));
            if problem != Problem::None {
                return;
            }
            let password = sealed.then(|| SecretText::from(first.as_str()));
            let purpose = if sealed { StepUpFor::Export } else { StepUpFor::ExportOpen };
            let export = export.clone();
            step_up::ask(&desk, purpose, "", move |desk| spawn(make(desk.clone(), export, password)));
        }
    });
    screen.on_anyway({
        let (desk, export) = (desk.clone(), export.clone());
        move || {
            let Some(pending) = export.pending.take() else { return };
            desk.with(|app| app.global::<Nav>().invoke_close());
            spawn(hand_over(desk.clone(), export.clone(), pending));
        }
    });
    screen.on_path({
        let (desk, export) = (desk.clone(), export.clone());
        move |path| {
            let Some(pending) = export.pending.borrow().clone() else { return };
            let place = FilePlace { address: path.trim().to_owned(), replaces: false };
            spawn(save(desk.clone(), export.clone(), pending, place));
        }
    });
    desk.on_closed({
        let (desk, export) = (Rc::downgrade(desk), export.clone());
        move |sheet| {
            let Some(desk) = desk.upgrade() else { return };
            match sheet {
                OpenSheet::Losing | OpenSheet::SavePath => export.forget(&desk),
                OpenSheet::Exported => desk.go(Place::Home),
                _ => {}
            }
        }
    });
    desk.on_left(Place::Export, {
        let (desk, export) = (Rc::downgrade(desk), export.clone());
        move || {
            if let Some(desk) = desk.upgrade() {
                export.forget(&desk);
            }
        }
    });
    desk.door.listen({
        let (desk, export) = (Rc::downgrade(desk), export);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                export.forget(&desk);
            }
        }
    });
}

impl Export {
    /// Drops what has no place yet.
    fn forget(&self, desk: &Desk) {
        self.pending.take();
        desk.with(|app| app.global::<ExportScreen>().set_problem(Problem::None));
    }
}

/// Writes it in memory; then what stays behind is shown, if anything does.
async fn make(desk: Rc<Desk>, export: Rc<Export>, password: Option<SecretText>) {
    if desk.with(|app| app.global::<ExportScreen>().begin()) != Some(true) {
        return;
    }
    let done = match order(&desk, &export.choice, password).await {
        Some(order) => {
            let job =
                move || order.write().map(|written| Pending { order: Arc::new(order), written: Arc::new(written) });
            match off_thread(&*desk.door.services.background, job).await {
                Some(written) => written.map_err(|error: ExportError| problem::of_export(&error)),
                None => Err(Problem::Failed),
            }
        }
        None => Err(Problem::Failed),
    };
    desk.with(|app| app.global::<ExportScreen>().end(&done));
    // Locked or left meanwhile: what was written is dropped here.
    let here = desk.with(|app| app.global::<Nav>().get_place()) == Some(Place::Export);
    let Ok(pending) = done else { return };
    if !here || desk.door.contents().is_none() {
        return;
    }
    let losing = losing::rows(&pending.order, &pending.written);
    if losing.row_count() == 0 {
        return hand_over(desk, export, pending).await;
    }
    desk.with(|app| {
        let screen = app.global::<ExportScreen>();
        screen.set_losing(ModelRc::from(losing));
        app.global::<Nav>().invoke_show(OpenSheet::Losing);
    });
    export.pending.replace(Some(pending));
}

/// What is to be written, as the page says.
async fn order(desk: &Rc<Desk>, choice: &Choice, password: Option<SecretText>) -> Option<Order> {
    let contents = desk.door.contents()?;
    let kind = desk.with(|app| app.global::<ExportScreen>().get_kind())?;
    let sheet = desk.with(sheet_text)?;
    let now = desk.door.unix();
    let origin = desk.door.ask(move |session| session.origin("", now)).await?;
    let cost = desk.door.cost().await;
    let chosen = choice.chosen(&contents);
    Some(Order { kind, contents, chosen, password, cost, origin, sheet })
}

fn sheet_text(app: &App) -> SheetText {
    let words = app.global::<SheetWords>();
    SheetText {
        title: words.get_title().into(),
        paragraphs: words.get_paragraphs().iter().map(Into::into).collect(),
        language: words.get_language().into(),
    }
}

/// Shows the codes, or asks where the file is to lie.
async fn hand_over(desk: Rc<Desk>, export: Rc<Export>, pending: Pending) {
    if pending.order.kind == ExportKind::Google {
        return show_codes(&desk, &pending).await;
    }
    // One dialog at a time.
    if desk.with(|app| app.global::<ExportScreen>().begin()) != Some(true) {
        return;
    }
    let name = order::name_of(pending.order.kind, &day::of(desk.door.unix()));
    let files = desk.door.services.files.clone();
    let proposed = name.clone();
    let place = once(move |done| files.choose_place(&proposed, done)).await.unwrap_or(Err(PickError::Cancelled));
    desk.with(|app| app.global::<ExportScreen>().set_busy(false));
    if desk.door.contents().is_none() {
        return;
    }
    match place {
        Ok(place) => save(desk, export, pending, place).await,
        Err(PickError::NoChooser) => {
            export.pending.replace(Some(pending));
            desk.with(|app| {
                let screen = app.global::<ExportScreen>();
                screen.set_proposed(format!("~/{name}").into());
                app.global::<Nav>().invoke_show(OpenSheet::SavePath);
            });
        }
        Err(error) => {
            if let Some(problem) = problem::of_pick(error) {
                desk.with(|app| app.global::<ExportScreen>().set_problem(problem));
            }
        }
    }
}

async fn save(desk: Rc<Desk>, export: Rc<Export>, pending: Pending, place: FilePlace) {
    if desk.with(|app| app.global::<ExportScreen>().begin()) != Some(true) {
        return;
    }
    record(&desk, &pending);
    let (files, job) = (desk.door.services.files.clone(), pending.clone());
    let saved = off_thread(&*desk.door.services.background, move || {
        let Pending { order, written } = job;
        let bytes = written.files().first().copied().unwrap_or_default();
        files.write(&place, bytes, &|on_disk| order.verify(&[on_disk], &written).is_ok())
    });
    let saved = saved.await.ok_or(Problem::Failed).and_then(|saved| saved.map_err(problem::of_save));
    desk.with(|app| {
        let screen = app.global::<ExportScreen>();
        if !screen.end(&saved) || desk.door.contents().is_none() {
            return;
        }
        export.pending.take();
        screen.set_place(saved.unwrap_or_default().into());
        screen.set_exported(i32::try_from(pending.order.exported(&pending.written)).unwrap_or(i32::MAX));
        screen.set_sealed(pending.order.password.is_some());
        app.global::<Nav>().invoke_show(OpenSheet::Exported);
    });
}

/// Codes for the other phone's camera: compared in memory, since nothing goes to the disk.
async fn show_codes(desk: &Rc<Desk>, pending: &Pending) {
    let job = pending.clone();
    let right = off_thread(&*desk.door.services.background, move || {
        job.order.verify(&job.written.files(), &job.written).is_ok()
    });
    if right.await != Some(true) {
        desk.with(|app| app.global::<ExportScreen>().set_problem(Problem::ExportDiffers));
        return;
    }
    record(desk, pending);
    codes::show(desk, &pending.written.files());
}

/// Written down before anything leaves.
fn record(desk: &Desk, pending: &Pending) {
    let tokens = u32::try_from(pending.order.exported(&pending.written)).unwrap_or(u32::MAX);
    desk.door.record(Happened::Exported { tokens });
}
