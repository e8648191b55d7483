//! Sign: a token, a challenge, what its suite asks for besides; then the slip, the confirmation, and the answer.

mod answer;
mod entry;
mod slip;

pub(crate) use slip::{belongs_named, in_fours, rows};

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use slint::{ComponentHandle as _, Image, ModelRc, SharedString, VecModel};
use smartotp_core::confirm::Challenge;
use smartotp_core::secret::SecretText;
use smartotp_core::token::{ChallengeEncoding, Kind, Token, TokenId};

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::show;
use crate::{
    App, ChoiceOf, Nav, Place, Problem, ScanProblem, ShownCode, SignScreen, SignStep, SignToken, SnackKind, Tab,
};

/// What is being signed.
#[derive(Default)]
pub(crate) struct Signing {
    /// The tokens that answer challenges, in the order of the list.
    tokens: RefCell<Vec<TokenId>>,
    chosen: Cell<Option<TokenId>>,
    /// What was read from a picture or the clipboard, where it says more than a challenge.
    scanned: RefCell<Option<Challenge>>,
    /// What stands on the slip: this and nothing else is signed.
    challenge: RefCell<Option<Challenge>>,
    /// The answer, for the clipboard.
    code: RefCell<Option<SecretText>>,
    /// When it runs out, in the time that codes are made with.
    until: Cell<Option<u64>>,
    /// The reading that is not the token's own, once it was asked for.
    other: Cell<Option<ChallengeEncoding>>,
    /// Another one after each answer that is no longer wanted.
    turn: Cell<u32>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let signing = desk.signing.clone();
    let screen = app.global::<SignScreen>();
    let on = |work: fn(&Rc<Desk>, &Rc<Signing>)| {
        let (desk, signing) = (desk.clone(), signing.clone());
        move || work(&desk, &signing)
    };
    screen.on_edited(on(entry::look));
    screen.on_picture(on(|desk, signing| spawn(entry::picture(desk.clone(), signing.clone()))));
    screen.on_clipboard(on(|desk, signing| spawn(entry::clipboard(desk.clone(), signing.clone()))));
    screen.on_drop(on(|desk, signing| {
        signing.scanned.take();
        entry::look(desk, signing);
    }));
    screen.on_go_on(on(go_on));
    screen.on_back(on(back));
    screen.on_something_off(on(|desk, signing| {
        clear(desk, signing);
        leave(desk);
        desk.snack.say(SnackKind::NothingSigned, "", 0);
    }));
    screen.on_confirm(on(answer::confirm));
    screen.on_other(on(answer::other));
    screen.on_keep_other(on(answer::keep_other));
    screen.on_copy(on(answer::copy));
    screen.on_done(on(|desk, signing| {
        clear(desk, signing);
        leave(desk);
    }));
    screen.on_sign_with({
        let (desk, signing) = (desk.clone(), signing.clone());
        move |handle| {
            let Some(id) = desk.id(handle) else { return };
            clear(&desk, &signing);
            signing.chosen.set(Some(id));
            show_tokens(&desk, &signing);
            desk.go(Place::Home);
            desk.with(|app| app.global::<Nav>().set_tab(Tab::Sign));
        }
    });
    desk.on_left(Place::Sign, {
        let (desk, signing) = (Rc::downgrade(desk), signing.clone());
        move || {
            let Some(desk) = desk.upgrade() else { return };
            // The slip comes again from the same challenge; an answer that was left does not.
            match desk.with(|app| app.global::<SignScreen>().get_step()) {
                Some(SignStep::Answer) => clear(&desk, &signing),
                _ => step(&desk, SignStep::Enter),
            }
        }
    });
    desk.beat.also({
        let (desk, signing) = (Rc::downgrade(desk), signing.clone());
        move |now| {
            if let Some(desk) = desk.upgrade() {
                answer::count_down(&desk, &signing, now);
            }
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            if event == Event::Locked {
                clear(&desk, &signing);
                signing.chosen.set(None);
            }
            show_tokens(&desk, &signing);
        }
    });
}

/// A choice from the sheet, if it is that of a token.
pub(crate) fn chosen(desk: &Rc<Desk>, of: ChoiceOf, index: i32) {
    if of == ChoiceOf::SignToken {
        let signing = desk.signing.clone();
        let id = usize::try_from(index).ok().and_then(|index| signing.tokens.borrow().get(index).copied());
        if id.is_some() {
            signing.chosen.set(id);
            desk.with(|app| app.global::<SignScreen>().set_pin(SharedString::new()));
            show_tokens(desk, &signing);
        }
    }
}

/// The token that signs, as the vault holds it now.
fn with_token<T>(desk: &Desk, signing: &Signing, work: impl FnOnce(&Token) -> T) -> Option<T> {
    let contents = desk.door.contents()?;
    contents.token(signing.chosen.get()?).map(work)
}

/// Lists the tokens that answer challenges, and takes one of them.
fn show_tokens(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    let contents = desk.door.contents();
    let tokens: Vec<&Token> = contents
        .iter()
        .flat_map(|contents| contents.tokens())
        .filter(|token| matches!(token.kind, Kind::Ocra { .. }))
        .collect();
    signing.tokens.replace(tokens.iter().map(|token| token.id).collect());
    let at = tokens.iter().position(|token| Some(token.id) == signing.chosen.get());
    if at.is_none() && signing.chosen.take().is_some() {
        // It was deleted elsewhere: what was begun with it is not carried over to another one.
        clear(desk, signing);
    }
    let at = at.unwrap_or(0);
    let current = tokens.get(at);
    signing.chosen.set(current.map(|token| token.id));
    let names = tokens.iter().map(|token| SharedString::from(show::name(&token.issuer, &token.account)));
    let names: Vec<SharedString> = names.collect();
    let handles = &desk.handles;
    let token = current.map_or_else(SignToken::default, |token| {
        let (title, account) = show::names(&token.issuer, &token.account);
        let suite = match &token.kind {
            Kind::Ocra { suite, .. } => suite.to_string(),
            _ => String::new(),
        };
        SignToken {
            handle: handles.of(token.id),
            title: title.into(),
            account: account.into(),
            name: show::name(&token.issuer, &token.account).into(),
            letter: show::letter(&token.issuer, &token.account),
            tile: show::tile(token),
            suite: suite.into(),
        }
    });
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_names(ModelRc::new(VecModel::from(names)));
        screen.set_chosen(i32::try_from(at).unwrap_or(0));
        screen.set_token(token);
    });
    entry::look(desk, signing);
}

/// Shows the slip of what was entered, if nothing is missing.
fn go_on(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    let Some(challenge) = entry::ready(desk, signing) else { return };
    slip::show(desk, &challenge);
    signing.challenge.replace(Some(challenge));
    signing.other.set(None);
    step(desk, SignStep::Review);
    desk.with(|app| {
        app.global::<SignScreen>().set_refused(Problem::None);
        if !app.global::<crate::Screen>().get_is_two_pane() {
            app.global::<Nav>().invoke_go(Place::Sign);
        }
    });
}

fn back(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    if desk.with(|app| app.global::<SignScreen>().get_step()) == Some(SignStep::Answer) {
        clear(desk, signing);
    }
    leave(desk);
}

/// Back to where challenges are entered.
fn leave(desk: &Desk) {
    step(desk, SignStep::Enter);
    desk.go(Place::Home);
}

fn step(desk: &Desk, step: SignStep) {
    desk.with(|app| app.global::<SignScreen>().set_step(step));
}

/// Drops everything that was entered, shown and computed.
fn clear(desk: &Rc<Desk>, signing: &Rc<Signing>) {
    signing.scanned.take();
    signing.challenge.take();
    signing.code.take();
    signing.until.set(None);
    signing.other.set(None);
    signing.turn.set(signing.turn.get().wrapping_add(1));
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_text(SharedString::new());
        screen.set_pin(SharedString::new());
        screen.set_session(SharedString::new());
        screen.set_scan(ScanProblem::None);
        screen.set_refused(Problem::None);
        screen.set_busy(false);
        screen.set_step(SignStep::Enter);
        forget_answer(&screen);
        screen.set_rows(ModelRc::default());
        screen.set_amount(SharedString::new());
        screen.set_challenge(SharedString::new());
    });
    entry::look(desk, signing);
}

fn forget_answer(screen: &SignScreen<'_>) {
    screen.set_code(ShownCode::default());
    screen.set_whole(SharedString::new());
    screen.set_qr(Image::default());
    screen.set_left(-1);
    screen.set_counter(SharedString::new());
    screen.set_other_reading(false);
    screen.set_kept_reading(false);
}
