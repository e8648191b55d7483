//! A key typed by hand, checked while it is typed.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle as _, ModelRc, SharedString, Timer, TimerMode, VecModel};
use smartotp_core::code;
use smartotp_core::enrol::manual::{Form, KeyCheck, check_key, enrol};
use smartotp_core::enrol::{EnrolError, Warning, protectimus};
use smartotp_core::secret::{SecretError, SecretText};
use smartotp_core::token::{Algorithm, Icon, KindName};

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::problem;
use crate::read_as;
use crate::screens::{backup, preview, security, sign};
use crate::show;
use crate::{
    App, Choice, ChoiceOf, EnrolProblem, FormKind, KeyNote, ManualScreen, Nav, Place, Problem, ShownCode, SnackKind,
    Theme,
};

/// The typing rests when no key came for so long.
const REST: Duration = Duration::from_millis(300);
/// Nothing is said about a key while its first group is being typed.
const FIRST_GROUP: usize = 4;
const PERIODS: [u64; 3] = [15, 30, 60];

/// What the form remembers beside its fields.
#[derive(Default)]
struct Typing {
    timer: Timer,
    /// The user set the switch: no more guessing from the issuer.
    decided: Cell<bool>,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let typing = Rc::new(Typing::default());
    let screen = app.global::<ManualScreen>();
    screen.on_changed_soon({
        let (desk, typing) = (desk.clone(), typing.clone());
        move || {
            let (desk, after) = (desk.clone(), typing.clone());
            // Until it is looked at again, nothing may be saved.
            desk.with(|app| app.global::<ManualScreen>().set_ready(false));
            typing.timer.start(TimerMode::SingleShot, REST, move || look(&desk, &after));
        }
    });
    screen.on_changed_now({
        let (desk, typing) = (desk.clone(), typing.clone());
        move || look(&desk, &typing)
    });
    screen.on_checksum_toggled({
        let (desk, typing) = (desk.clone(), typing.clone());
        move || {
            typing.decided.set(true);
            look(&desk, &typing);
        }
    });
    screen.on_save({
        let desk = desk.clone();
        move || save(&desk)
    });
    app.global::<Choice>().on_chosen({
        let (desk, typing) = (desk.clone(), typing.clone());
        move |of, index| {
            desk.look.chosen(of, index);
            security::chosen(&desk, of, index);
            sign::chosen(&desk, of, index);
            backup::choose(&desk, of, index);
            desk.with(|app| {
                let screen = app.global::<ManualScreen>();
                match of {
                    ChoiceOf::Kind => screen.set_kind(kind_at(index)),
                    ChoiceOf::Digits => screen.set_digits(index),
                    ChoiceOf::Period => screen.set_period(index),
                    ChoiceOf::Algorithm => screen.set_algorithm(index),
                    _ => {}
                }
            });
            look(&desk, &typing);
        }
    });
    desk.beat.also({
        let desk = Rc::downgrade(desk);
        move |_| {
            let Some(desk) = desk.upgrade() else { return };
            desk.with(|app| {
                let screen = app.global::<ManualScreen>();
                if app.global::<Nav>().get_place() == Place::Manual && screen.get_ready() {
                    show_code(&desk, &screen);
                }
            });
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                clear(&desk);
            }
        }
    });
    // Leaving the page drops the typed key; the guess begins anew with the next one.
    desk.on_left(Place::Manual, {
        let desk = desk.clone();
        move || {
            typing.timer.stop();
            typing.decided.set(false);
            clear(&desk);
        }
    });
}

/// Empties the form.
pub(crate) fn clear(desk: &Rc<Desk>) {
    desk.with(|app| {
        let screen = app.global::<ManualScreen>();
        screen.set_kind(FormKind::Totp);
        for empty in [ManualScreen::set_issuer, ManualScreen::set_account, ManualScreen::set_key, ManualScreen::set_pin]
        {
            empty(&screen, SharedString::new());
        }
        screen.set_suite(SharedString::new());
        screen.set_counter("0".into());
        screen.set_digits(2);
        screen.set_period(1);
        screen.set_algorithm(0);
        screen.set_checksum(false);
        screen.set_letter(SharedString::new());
        screen.set_read_as(ModelRc::default());
        screen.set_read_as_spoken(SharedString::new());
        screen.set_note(KeyNote::Nothing);
        screen.set_enrol_problem(EnrolProblem::None);
        screen.set_warnings(ModelRc::default());
        screen.set_here_as(SharedString::new());
        screen.set_problem(Problem::None);
        screen.set_ready(false);
        screen.set_code(ShownCode::default());
    });
}

/// Groups of a key in a line that fits 360 wide.
fn groups_in_line(app: &App) -> usize {
    if app.global::<Theme>().get_large_text() { 3 } else { 4 }
}

/// The form as typed; a counter that is no number is said to be none.
fn form(screen: &ManualScreen<'_>) -> Result<Form, EnrolError> {
    let bad = |parameter: &str| EnrolError::BadNumber { parameter: parameter.to_owned() };
    let counter = screen.get_counter();
    let index = usize::try_from(screen.get_period()).unwrap_or(1);
    Ok(Form {
        issuer: screen.get_issuer().into(),
        account: screen.get_account().into(),
        key: SecretText::from(screen.get_key().as_str()),
        kind: kind(screen.get_kind()),
        digits: u64::try_from(screen.get_digits() + 4).unwrap_or(6),
        period: PERIODS.get(index).copied().unwrap_or(30),
        algorithm: match screen.get_algorithm() {
            1 => Algorithm::Sha256,
            2 => Algorithm::Sha512,
            _ => Algorithm::Sha1,
        },
        counter: if counter.trim().is_empty() { 0 } else { counter.trim().parse().map_err(|_| bad("counter"))? },
        suite: screen.get_suite().trim().to_owned(),
        encoding: None,
        pin: SecretText::from(screen.get_pin().as_str()),
        protectimus_checksum: screen.get_checksum(),
    })
}

fn look(desk: &Rc<Desk>, typing: &Typing) {
    typing.timer.stop();
    desk.with(|app| {
        if app.global::<Nav>().get_place() != Place::Manual {
            return;
        }
        let screen = app.global::<ManualScreen>();
        let issuer = screen.get_issuer();
        if !typing.decided.get() {
            screen.set_checksum(protectimus::is_issuer(&issuer));
        }
        screen.set_letter(if issuer.is_empty() { SharedString::new() } else { show::letter(&issuer, "") });
        screen.set_tile(Icon::Letter.tile(&issuer, "").into());
        screen.set_problem(Problem::None);

        let key = SecretText::from(screen.get_key().as_str());
        let check = check_key(key.expose(), kind(screen.get_kind()), screen.get_checksum());
        let begun = check.read_as.expose().chars().count() > FIRST_GROUP || check.check.is_some();
        let (lines, spoken) = read_as::lines(&check, groups_in_line(app));
        screen.set_read_as(if begun { lines } else { ModelRc::default() });
        screen.set_read_as_spoken(spoken);
        let (note, detail) = if begun { note(&check) } else { (KeyNote::Nothing, String::new()) };
        screen.set_note(note);
        screen.set_note_detail(detail.into());

        screen.set_warnings(ModelRc::default());
        screen.set_here_as(SharedString::new());
        screen.set_enrol_problem(EnrolProblem::None);
        match form(&screen).and_then(|form| enrol(&form)) {
            Ok(enrolment) => {
                // The strip and the sentence under it say these already.
                let said =
                    |warning: &&Warning| !matches!(warning, Warning::ChecksumDoesNotFit | Warning::ChecksumSuspected);
                let warnings: Vec<_> = enrolment.warnings.iter().filter(said).map(problem::of_warning).collect();
                screen.set_warnings(ModelRc::new(VecModel::from(warnings)));
                let contents = desk.door.contents();
                let twin = contents.as_ref().and_then(|contents| preview::already(contents, &enrolment));
                if let Some(twin) = twin {
                    screen.set_here_as(show::name(&twin.issuer, &twin.account).into());
                }
                screen.set_ready(twin.is_none());
                show_code(desk, &screen);
            }
            Err(error) => {
                screen.set_ready(false);
                screen.set_code(ShownCode::default());
                // About the key the strip speaks; an empty field needs no words.
                if begun && !matches!(error, EnrolError::Secret(_) | EnrolError::NoSecret) {
                    let (problem, detail) = problem::of_enrolment(&error);
                    screen.set_enrol_problem(problem);
                    screen.set_enrol_detail(detail.into());
                }
                if let (true, EnrolError::Secret(error)) = (begun, error) {
                    match error {
                        SecretError::OddHex => screen.set_note(KeyNote::OddHex),
                        SecretError::TooLong => screen.set_note(KeyNote::TooLong),
                        SecretError::Empty => screen.set_note(KeyNote::TooShort),
                        _ => {}
                    }
                }
            }
        }
    });
}

/// The code that the form would make now: to be compared with what the site expects.
fn show_code(desk: &Desk, screen: &ManualScreen<'_>) {
    let shown = form(screen).and_then(|form| enrol(&form)).ok().and_then(|enrolment| {
        let code = code::at(&enrolment.kind, &enrolment.secret, desk.door.unix()).ok()?;
        Some(show::code(enrolment.kind.name(), code.as_str()))
    });
    screen.set_code(shown.unwrap_or_default());
}

/// The sentence under the key, and what it names.
fn note(check: &KeyCheck) -> (KeyNote, String) {
    let unsure = || (KeyNote::ChecksumUnsure, check.check.clone().unwrap_or_default());
    match check.bad {
        Some((_, character)) => {
            let note = match character {
                '1' => KeyNote::LooksLikeIOrL,
                '0' => KeyNote::LooksLikeO,
                '8' => KeyNote::LooksLikeB,
                _ => KeyNote::NeverOccurs,
            };
            (note, character.to_string())
        }
        None if check.checksum_unsure => unsure(),
        None if check.suggest_checksum => (KeyNote::ChecksumLikely, String::new()),
        None => (KeyNote::Nothing, String::new()),
    }
}

fn save(desk: &Rc<Desk>) {
    let enrolment = desk.with(|app| {
        let screen = app.global::<ManualScreen>();
        let enrolment = form(&screen).and_then(|form| enrol(&form)).ok().filter(|_| !screen.get_busy());
        screen.set_busy(enrolment.is_some() || screen.get_busy());
        enrolment
    });
    let Some(enrolment) = enrolment.flatten() else { return };
    let desk = desk.clone();
    spawn(async move {
        let done = desk.door.change(move |session| session.add(vec![enrolment])).await;
        desk.with(|app| {
            let screen = app.global::<ManualScreen>();
            screen.set_busy(false);
            match done {
                Ok(outcome) => {
                    app.global::<Nav>().invoke_go(Place::Home);
                    desk.snack.say(SnackKind::Added, "", i32::try_from(outcome.added.len()).unwrap_or(0));
                }
                Err(problem) => screen.set_problem(problem),
            }
        });
    });
}

fn kind(kind: FormKind) -> KindName {
    match kind {
        FormKind::Totp => KindName::Totp,
        FormKind::Hotp => KindName::Hotp,
        FormKind::Ocra => KindName::Ocra,
        FormKind::Steam => KindName::Steam,
        FormKind::Motp => KindName::Motp,
        FormKind::Yandex => KindName::Yandex,
    }
}

fn kind_at(index: i32) -> FormKind {
    match index {
        1 => FormKind::Hotp,
        2 => FormKind::Ocra,
        3 => FormKind::Steam,
        4 => FormKind::Motp,
        5 => FormKind::Yandex,
        _ => FormKind::Totp,
    }
}
