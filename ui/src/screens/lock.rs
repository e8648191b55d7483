//! Welcome, the first lock, and Unlock.

use std::cell::Cell;
use std::rc::Rc;

use slint::{ComponentHandle as _, SharedString};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{OpenError, Session, SlotKind};

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::problem;
use crate::{
    App, CreateScreen, MoreScreen, Nav, OpenSheet, Place, Problem, Tab, TokensScreen, UnlockScreen, WelcomeScreen,
};

/// Characters below which a password is short, and from which it is good.
const SHORT: usize = 12;
const GOOD: usize = 20;

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let bring = Rc::new(Cell::new(false));
    let welcome = app.global::<WelcomeScreen>();
    for (then_bring, nav) in [(false, desk.clone()), (true, desk.clone())] {
        let bring = bring.clone();
        let start = move || {
            bring.set(then_bring);
            nav.go(Place::Create);
        };
        if then_bring { welcome.on_bring(start) } else { welcome.on_start(start) }
    }

    let create = app.global::<CreateScreen>();
    create.set_keystore(desk.door.services.vault.keystore.is_some());
    create.on_strength(|password| strength(&password));
    create.on_create_password({
        let (desk, bring) = (desk.clone(), bring.clone());
        move |first, second| {
            if first != second {
                desk.with(|app| app.global::<CreateScreen>().set_problem(Problem::PasswordsDiffer));
                return;
            }
            make(&desk, Some(secret(&first)), bring.get());
        }
    });
    create.on_create_device({
        let desk = desk.clone();
        move || make(&desk, None, bring.get())
    });

    let unlock = app.global::<UnlockScreen>();
    unlock.on_unlock({
        let desk = desk.clone();
        move |password| open(&desk, Some(secret(&password)))
    });
    unlock.on_try_again({
        let desk = desk.clone();
        move || start(&desk)
    });

    app.global::<TokensScreen>().on_lock({
        let desk = desk.clone();
        move || desk.door.lock()
    });
    app.global::<MoreScreen>().on_lock({
        let desk = desk.clone();
        move || desk.door.lock()
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            let Some(desk) = desk.upgrade() else { return };
            match event {
                Event::Locked => {
                    desk.snack.hide();
                    desk.with(|app| {
                        let screen = app.global::<UnlockScreen>();
                        screen.set_problem(Problem::None);
                        screen.set_asks_password(desk.door.slot() == SlotKind::Password);
                        screen.set_can_try(true);
                    });
                    desk.go(Place::Unlock);
                    desk.with(|app| app.global::<Nav>().set_tab(Tab::Tokens));
                }
                Event::Opened | Event::Changed => {
                    desk.with(|app| {
                        app.global::<MoreScreen>().set_locked_by_password(desk.door.slot() == SlotKind::Password);
                    });
                }
            }
        }
    });
}

/// Looks at the vault's file and shows what is needed to open it.
pub(crate) fn start(desk: &Rc<Desk>) {
    let found = Session::inspect(&desk.door.services.vault);
    let Some(asks_password) = desk.with(|app| {
        let screen = app.global::<UnlockScreen>();
        screen.set_problem(Problem::None);
        screen.set_can_try(true);
        match &found {
            Err(OpenError::Missing) => {
                app.global::<Nav>().invoke_go(Place::Welcome);
                return None;
            }
            Err(error) => {
                screen.set_can_try(false);
                screen.set_problem(problem::of_open(error));
            }
            Ok(info) => screen.set_asks_password(info.slots.iter().any(|slot| slot.kind == SlotKind::Password)),
        }
        app.global::<Nav>().invoke_go(Place::Unlock);
        found.is_ok().then(|| screen.get_asks_password())
    }) else {
        return;
    };
    if asks_password == Some(false) {
        open(desk, None);
    }
}

fn make(desk: &Rc<Desk>, password: Option<SecretText>, bring: bool) {
    if desk.with(|app| app.global::<CreateScreen>().begin()) != Some(true) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        let made = desk.door.create(password).await;
        desk.with(|app| {
            if !app.global::<CreateScreen>().end(&made) {
                return;
            }
            let nav = app.global::<Nav>();
            nav.invoke_go(Place::Home);
            if bring {
                nav.invoke_show(OpenSheet::Add);
            }
        });
    });
}

fn open(desk: &Rc<Desk>, password: Option<SecretText>) {
    if desk.with(|app| app.global::<UnlockScreen>().begin()) != Some(true) {
        return;
    }
    let desk = desk.clone();
    spawn(async move {
        let opened = desk.door.open(password).await;
        let is_open = desk.with(|app| {
            let screen = app.global::<UnlockScreen>();
            if screen.end(&opened) {
                app.global::<Nav>().invoke_go(Place::Home);
            } else if opened == Err(Problem::WrongPassword) {
                screen.set_wrong_tries(screen.get_wrong_tries() + 1);
            }
            opened.is_ok()
        });
        if is_open == Some(true) {
            let now = desk.door.unix();
            // What has been in the bin for 30 days goes; next time, if it can't be written now.
            let _ = desk.door.change(move |session| session.purge_expired(now)).await;
        }
    });
}

fn strength(password: &str) -> i32 {
    match password.chars().count() {
        0 => 0,
        1..SHORT => 1,
        SHORT..GOOD => 2,
        GOOD.. => 3,
    }
}

fn secret(text: &SharedString) -> SecretText {
    SecretText::from(text.as_str())
}
