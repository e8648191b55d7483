//! The first lock of a new vault.

use std::cell::Cell;
use std::rc::Rc;

use slint::{ComponentHandle as _, SharedString};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, RecoveryKey};

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::screens::backup::turn_on;
use crate::screens::recovery;
use crate::{App, CreateScreen, Nav, NewLock, OpenSheet, Place, Problem, WayIn, WelcomeScreen};

/// What was chosen and typed, until the vault is made.
pub(crate) struct Chosen {
    pin: Option<SecretText>,
    password: Option<SecretText>,
    /// Straight to Add afterwards.
    bring: bool,
}

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let bring = Rc::new(Cell::new(false));
    let welcome = app.global::<WelcomeScreen>();
    for (then_bring, nav) in [(false, desk.clone()), (true, desk.clone())] {
        let bring = bring.clone();
        let start = move || {
            bring.set(then_bring);
            nav.with(|app| app.global::<Nav>().set_before_create(Place::Welcome));
            nav.go(Place::Create);
        };
        if then_bring { welcome.on_bring(start) } else { welcome.on_start(start) }
    }
    let create = app.global::<CreateScreen>();
    create.set_keystore(desk.door.services.vault.keystore.is_some());
    create.on_create({
        let desk = desk.clone();
        move |lock| match check(&lock) {
            Ok(chosen) => {
                let chosen = Chosen { bring: bring.get(), ..chosen };
                if lock.recovery {
                    recovery::begin(&desk, recovery::For::Create(chosen));
                } else {
                    let desk = desk.clone();
                    spawn(async move {
                        let done = make(&desk, &chosen, None).await;
                        finish(&desk, &chosen, done);
                    });
                }
            }
            Err(problem) => {
                desk.with(|app| app.global::<CreateScreen>().set_problem(problem));
            }
        }
    });
}

/// What was typed, if it was typed twice alike.
fn check(lock: &NewLock) -> Result<Chosen, Problem> {
    let secret = |text: &SharedString| (!text.is_empty()).then(|| SecretText::from(text.as_str()));
    let pin = if lock.way == WayIn::Pin { secret(&lock.pin) } else { None };
    let password = if lock.way == WayIn::Device { None } else { secret(&lock.password) };
    if let Some(pin) = &pin {
        if !(4..=12).contains(&pin.expose().len()) || !pin.expose().bytes().all(|digit| digit.is_ascii_digit()) {
            return Err(Problem::BadPin);
        }
        if lock.pin != lock.pin_again {
            return Err(Problem::PinsDiffer);
        }
    }
    if password.is_some() && lock.password != lock.password_again {
        return Err(Problem::PasswordsDiffer);
    }
    if lock.way != WayIn::Device && pin.is_none() && password.is_none() {
        return Err(Problem::EmptyPassword);
    }
    Ok(Chosen { pin, password, bring: false })
}

/// Makes the vault, with a recovery key or without.
pub(crate) async fn make(desk: &Rc<Desk>, chosen: &Chosen, recovery: Option<RecoveryKey>) -> Result<(), Problem> {
    if desk.with(|app| app.global::<CreateScreen>().begin()) != Some(true) {
        return Err(Problem::Busy);
    }
    let cost = desk.door.cost().await;
    let made = desk.door.create(slots(chosen, cost, recovery)).await;
    desk.with(|app| app.global::<CreateScreen>().end(&made));
    made
}

fn slots(chosen: &Chosen, cost: Cost, recovery: Option<RecoveryKey>) -> Vec<NewSlot> {
    let mut slots = Vec::new();
    slots.extend(chosen.password.as_ref().map(|password| NewSlot::Password(password.duplicate(), cost)));
    slots.extend(chosen.pin.as_ref().map(|pin| NewSlot::Pin(pin.duplicate(), cost)));
    if slots.is_empty() {
        slots.push(NewSlot::Device);
    }
    slots.extend(recovery.map(NewSlot::Recovery));
    slots
}

/// Goes on, once there is a vault.
pub(crate) fn finish(desk: &Rc<Desk>, chosen: &Chosen, made: Result<(), Problem>) {
    if made.is_err() {
        return;
    }
    // A backup that was found waits for this vault.
    if let Some(joining) = desk.turn_on.take() {
        return spawn(turn_on::join(desk.clone(), joining));
    }
    desk.with(|app| {
        let nav = app.global::<Nav>();
        nav.invoke_go(Place::Home);
        if chosen.bring {
            nav.invoke_show(OpenSheet::Add);
        }
    });
}
