//! From screen to screen: a sealed file as a row of codes that never ends, and the eight words that open it.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use slint::{ComponentHandle as _, Image, ModelRc, SharedString, Timer, TimerMode, VecModel};
use smartotp_core::backup::words::TransferKey;
use smartotp_core::backup::{Keys, Lock, Origin, SealedError};
use smartotp_core::qr::animated::{FRAMES_PER_SECOND, Frames};
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::token::Token;
use smartotp_core::vault::SystemEntropy;
use smartotp_core::vault::journal::Event as Happened;

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::{off_thread, spawn};
use crate::screens::choose::Choice;
use crate::screens::step_up;
use crate::{App, Attention, ExportKind, ExportScreen, Nav, Place, Problem, StepUpFor, TransferScreen, picture};

/// For so many frames somebody is taken to be there: the other phone's camera, and who holds it.
const WATCHED: u32 = 5 * 60 * FRAMES_PER_SECOND;

/// What is being shown.
#[derive(Default)]
struct Show {
    frames: RefCell<Option<Arc<Mutex<Frames>>>>,
    timer: Timer,
    shown: Cell<u32>,
    /// A frame is in the making.
    drawing: Cell<bool>,
}

/// A transfer that was made ready.
struct Ready {
    frames: Frames,
    least: u32,
    words: SecretText,
    tokens: u32,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>, choice: &Rc<Choice>) {
    let show = Rc::new(Show::default());
    let screen = app.global::<TransferScreen>();
    screen.on_show({
        let (desk, show, choice) = (desk.clone(), show.clone(), choice.clone());
        move || {
            let (show, choice) = (show.clone(), choice.clone());
            step_up::ask(&desk, StepUpFor::Transfer, "", move |desk| spawn(begin(desk.clone(), show, choice)));
        }
    });
    screen.on_file({
        let desk = desk.clone();
        move || {
            desk.with(|app| app.global::<ExportScreen>().set_kind(ExportKind::Sealed));
            desk.go(Place::Export);
        }
    });
    desk.on_left(Place::Frames, {
        let (desk, show) = (Rc::downgrade(desk), show.clone());
        move || {
            if let Some(desk) = desk.upgrade() {
                show.end(&desk);
            }
        }
    });
    desk.on_left(Place::Transfer, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.with(|app| app.global::<TransferScreen>().set_problem(Problem::None));
            }
        }
    });
    desk.door.listen({
        let (desk, show) = (Rc::downgrade(desk), show);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                show.end(&desk);
            }
        }
    });
}

impl Show {
    /// Nothing of it stays, on the page neither.
    fn end(&self, desk: &Desk) {
        self.timer.stop();
        self.frames.take();
        desk.with(|app| {
            let screen = app.global::<TransferScreen>();
            screen.set_words(ModelRc::default());
            screen.set_frame(Image::default());
        });
    }

    /// Draws the next frame on another thread, and shows it when it is there.
    fn next(self: &Rc<Self>, desk: &Rc<Desk>) {
        let Some(frames) = self.frames.borrow().clone() else { return };
        if self.drawing.replace(true) {
            return;
        }
        let (show, desk) = (self.clone(), desk.clone());
        spawn(async move {
            let own = frames.clone();
            let drawn = off_thread(&*desk.door.services.background, move || {
                let text = frames.lock().unwrap_or_else(PoisonError::into_inner).next();
                text.and_then(|text| Modules::encode_frame(&text).ok())
            });
            let drawn = drawn.await.flatten();
            show.drawing.set(false);
            let same = show.frames.borrow().as_ref().is_some_and(|current| Arc::ptr_eq(current, &own));
            let Some(modules) = drawn.filter(|_| same) else { return };
            show.shown.set(show.shown.get() + 1);
            desk.with(|app| {
                let screen = app.global::<TransferScreen>();
                screen.set_frame(picture::of_modules(&modules));
                screen.set_shown(i32::try_from(show.shown.get()).unwrap_or(i32::MAX));
                if show.shown.get() < WATCHED {
                    app.global::<Attention>().invoke_noticed();
                }
            });
        });
    }
}

async fn begin(desk: Rc<Desk>, show: Rc<Show>, choice: Rc<Choice>) {
    if desk.with(|app| app.global::<TransferScreen>().begin()) != Some(true) {
        return;
    }
    let ready = prepare(&desk, &choice).await;
    desk.with(|app| app.global::<TransferScreen>().end(&ready));
    let here = desk.with(|app| app.global::<Nav>().get_place()) == Some(Place::Transfer);
    let Ok(Ready { frames, least, words, tokens }) = ready else { return };
    if !here || desk.door.contents().is_none() {
        return;
    }
    // Written down before anything is shown.
    desk.door.record(Happened::Exported { tokens });
    desk.with(|app| {
        let screen = app.global::<TransferScreen>();
        let words: Vec<SharedString> = words.expose().split(' ').map(SharedString::from).collect();
        screen.set_words(ModelRc::new(VecModel::from(words)));
        screen.set_least(i32::try_from(least).unwrap_or(i32::MAX));
        screen.set_shown(0);
    });
    show.frames.replace(Some(Arc::new(Mutex::new(frames))));
    show.shown.set(0);
    desk.go(Place::Frames);
    show.next(&desk);
    let (on, of) = (Rc::downgrade(&show), Rc::downgrade(&desk));
    show.timer.start(TimerMode::Repeated, Duration::from_millis(1000 / u64::from(FRAMES_PER_SECOND)), move || {
        if let (Some(show), Some(desk)) = (on.upgrade(), of.upgrade()) {
            show.next(&desk);
        }
    });
}

async fn prepare(desk: &Rc<Desk>, choice: &Choice) -> Result<Ready, Problem> {
    let contents = desk.door.contents().ok_or(Problem::Failed)?;
    let chosen = choice.chosen(&contents);
    let now = desk.door.unix();
    let origin = desk.door.ask(move |session| session.origin("", now)).await.ok_or(Problem::Failed)?;
    let made = off_thread(&*desk.door.services.background, move || {
        let tokens: Vec<&Token> = contents.tokens().iter().filter(|token| chosen.contains(&token.id)).collect();
        seal(&tokens, &origin)
    });
    made.await.unwrap_or(Err(Problem::Failed))
}

/// Seals them under a fresh key of eight words.
fn seal(tokens: &[&Token], origin: &Origin) -> Result<Ready, Problem> {
    let failed = |error| match error {
        SealedError::NoEntropy => Problem::NoEntropy,
        SealedError::TooLarge => Problem::TransferTooLarge,
        _ => Problem::Failed,
    };
    let key = TransferKey::random(&SystemEntropy).map_err(|_| Problem::NoEntropy)?;
    let keys = Keys::new(&[Lock::Transfer(&key)], &SystemEntropy).map_err(failed)?;
    let file = keys.seal(origin, tokens, &SystemEntropy).map_err(failed)?;
    let frames = Frames::new(&file).map_err(|_| Problem::TransferTooLarge)?;
    let tokens = u32::try_from(tokens.len()).unwrap_or(u32::MAX);
    Ok(Ready { least: frames.least(), frames, words: key.to_words(), tokens })
}
