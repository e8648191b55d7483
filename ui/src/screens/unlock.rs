//! The closed vault: opening it, and the wait after wrong tries.

use std::rc::Rc;
use std::time::Duration;

use slint::{ComponentHandle as _, ModelRc, TimerMode, VecModel};
use smartotp_core::vault::{Credential, OpenError, Session, SlotKind};

use crate::busy::Busy as _;
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::{App, Nav, Place, Problem, StepUpScreen, UnlockScreen, WayIn};
use crate::{problem, ways};

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let unlock = app.global::<UnlockScreen>();
    unlock.on_unlock({
        let desk = desk.clone();
        move |text| typed(&desk, &text)
    });
    unlock.on_try_again({
        let desk = desk.clone();
        move || start(&desk)
    });
}

/// Looks at the vault's file and shows what is needed to open it.
pub(crate) fn start(desk: &Rc<Desk>) {
    let found = Session::inspect(&desk.door.services.vault);
    if matches!(found, Err(OpenError::Missing)) {
        desk.go(Place::Welcome);
        return;
    }
    let slots: Vec<SlotKind> =
        found.as_ref().map(|info| info.slots.iter().map(|slot| slot.kind).collect()).unwrap_or_default();
    desk.with(|app| {
        let screen = app.global::<UnlockScreen>();
        screen.set_problem(found.as_ref().map_or_else(problem::of_open, |_| Problem::None));
        screen.set_can_try(found.is_ok());
    });
    offer(desk, &slots);
    desk.go(Place::Unlock);
    if found.is_ok() && slots.contains(&SlotKind::Device) {
        open(desk, Credential::Device);
    }
}

/// Offers what opens the vault, the quickest first, and says what has to be waited out.
pub(crate) fn offer(desk: &Rc<Desk>, slots: &[SlotKind]) {
    let typed = ways::typed(slots);
    let first = if slots.contains(&SlotKind::Device) { Some(WayIn::Device) } else { typed.first().copied() };
    desk.with(|app| {
        let screen = app.global::<UnlockScreen>();
        screen.set_way(first.unwrap_or(WayIn::Nothing));
        screen.set_ways(ModelRc::new(VecModel::from(typed)));
        screen.set_wrong_way(WayIn::Nothing);
        screen.set_wait_left(0);
    });
    look(desk);
}

fn typed(desk: &Rc<Desk>, text: &str) {
    let way = desk.with(|app| app.global::<UnlockScreen>().get_way()).unwrap_or(WayIn::Nothing);
    match ways::credential(way, text) {
        Ok(credential) => open(desk, credential),
        Err((problem, mistyped)) => {
            desk.with(|app| {
                let screen = app.global::<UnlockScreen>();
                screen.set_mistyped(mistyped);
                screen.set_problem(problem);
            });
        }
    }
}

fn open(desk: &Rc<Desk>, credential: Credential) {
    if desk.with(|app| app.global::<UnlockScreen>().begin()) != Some(true) {
        return;
    }
    let desk = desk.clone();
    let kind = credential.kind();
    spawn(async move {
        let opened = desk.door.open(credential).await;
        if opened.is_err() {
            // Known before the field is emptied, so that sentence and number come together.
            say_tries(&desk).await;
        }
        desk.with(|app| {
            let screen = app.global::<UnlockScreen>();
            if screen.end(&opened) {
                app.global::<Nav>().invoke_go(Place::Home);
                return;
            }
            screen.set_wrong_way(ways::way(kind));
            match opened {
                Err(Problem::WrongPassword | Problem::WrongPin | Problem::WrongRecoveryKey | Problem::BadPin) => {
                    screen.set_wrong_tries(screen.get_wrong_tries() + 1);
                }
                Err(Problem::Wiped | Problem::Missing) => screen.set_can_try(false),
                // Whatever the keystore has lost, something else may open it.
                Err(Problem::PinLost | Problem::KeystoreLost) => {
                    let others = screen.get_ways();
                    let other = slint::Model::iter(&others).find(|way| *way != ways::way(kind));
                    screen.set_way(other.unwrap_or(ways::way(kind)));
                }
                _ => {}
            }
        });
        if desk.door.contents().is_some() {
            let now = desk.door.unix();
            // What has been in the bin for 30 days goes; next time, if it can't be written now.
            let _ = desk.door.change(move |session| session.purge_expired(now)).await;
        }
    });
}

/// Looks at the count of wrong tries, and counts a wait down on the screens.
pub(crate) fn look(desk: &Rc<Desk>) {
    let desk = desk.clone();
    spawn(async move { say_tries(&desk).await });
}

pub(crate) async fn say_tries(desk: &Rc<Desk>) {
    let (tries, wait) = desk.door.tries().await;
    let seconds = wait.map_or(0, |wait| wait.seconds);
    desk.with(|app| {
        let count = |number: Option<u32>| number.map_or(-1, |number| i32::try_from(number).unwrap_or(i32::MAX));
        let (free, wipes) = (count(tries.map(|tries| tries.free)), count(tries.and_then(|tries| tries.left)));
        let (unlock, step_up) = (app.global::<UnlockScreen>(), app.global::<StepUpScreen>());
        unlock.set_free_left(free);
        unlock.set_wipe_left(wipes);
        step_up.set_free_left(free);
        step_up.set_wipe_left(wipes);
        // After a restart it is not known what it began with: as long as it still is, at least.
        let whole = wait.map_or(0, |wait| whole_wait(wait.failed)).max(seconds);
        unlock.set_wait_of(i32::try_from(whole).unwrap_or(i32::MAX));
    });
    show_wait(desk, seconds);
    if seconds > 0 {
        count_down(desk, seconds);
    } else {
        desk.countdown.stop();
    }
}

/// Counts in time since the system's start, in which the wait runs.
fn count_down(desk: &Rc<Desk>, seconds: u64) {
    let boot = desk.door.services.vault.boot.clone();
    let until = boot.now().seconds + seconds;
    let on = Rc::downgrade(desk);
    desk.countdown.start(TimerMode::Repeated, Duration::from_secs(1), move || {
        let Some(desk) = on.upgrade() else { return };
        let left = until.saturating_sub(boot.now().seconds);
        if left > 0 {
            show_wait(&desk, left);
        } else {
            desk.countdown.stop();
            look(&desk);
        }
    });
}

fn show_wait(desk: &Desk, seconds: u64) {
    desk.with(|app| {
        let (unlock, left) = (app.global::<UnlockScreen>(), i32::try_from(seconds).unwrap_or(i32::MAX));
        if unlock.get_wait_left() > 0 && left == 0 {
            unlock.set_problem(Problem::None);
        }
        unlock.set_wait_number(format!("{}:{:02}", seconds / 60, seconds % 60).into());
        unlock.set_wait_left(left);
        app.global::<StepUpScreen>().set_wait_left(left);
    });
}

/// How long a wait is from its start.
fn whole_wait(failed: u32) -> u64 {
    match failed {
        0..=4 => 0,
        5 => 30,
        6 => 60,
        7 => 5 * 60,
        8 => 15 * 60,
        _ => 60 * 60,
    }
}
