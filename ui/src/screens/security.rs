//! Security: ways in, protective settings, and the end of it all.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::{Protection, SlotKind, wipe};

use crate::desk::Desk;
use crate::off_thread::{off_thread, spawn};
use crate::screens::{log, recovery, step_up, unlock};
use crate::{
    App, ChoiceOf, MoreScreen, Nav, PasswordScreen, Place, Problem, Protect, Protected, SecurityScreen, SnackKind,
    StepUpFor, WayIn, ways,
};
use crate::{day, door};

/// Seconds until it locks by itself; 0: never.
const LOCK_AFTER: [u32; 6] = [30, 60, 300, 900, 3600, 0];
/// Seconds until a revealed code is hidden again.
const HIDE_AFTER: [u32; 4] = [5, 10, 30, 60];

pub(crate) fn connect(app: &App, desk: &Rc<Desk>) {
    let screen = app.global::<SecurityScreen>();
    let times = |times: &[u32]| {
        ModelRc::new(times.iter().map(|time| i32::try_from(*time).unwrap_or(0)).collect::<VecModel<_>>())
    };
    screen.set_lock_times(times(&LOCK_AFTER));
    screen.set_hide_times(times(&HIDE_AFTER));
    screen.set_keystore(desk.door.services.vault.keystore.is_some());
    screen.set_can_forbid_capture(desk.door.services.screen_guard.can_forbid());
    screen.on_make({
        let desk = desk.clone();
        move |way| step_up::ask(&desk, StepUpFor::ChangeLock, "", move |desk| make(desk, way))
    });
    screen.on_remove({
        let desk = desk.clone();
        move |way| step_up::ask(&desk, StepUpFor::ChangeLock, "", move |desk| remove(desk, way))
    });
    screen.on_set({
        let desk = desk.clone();
        move |what, on| protect(&desk, move |protection| *field(protection, what) = on)
    });
    screen.on_set_wipe_after({
        let desk = desk.clone();
        move |tries| {
            protect(&desk, move |protection| protection.wipe_after = u8::try_from(tries).ok().filter(|n| *n > 0))
        }
    });
    screen.on_wipe({
        let desk = desk.clone();
        move || step_up::ask(&desk, StepUpFor::Wipe, "", wipe_now)
    });
    screen.on_get_back_in({
        let desk = desk.clone();
        move || {
            desk.with(|app| {
                let nav = app.global::<Nav>();
                nav.set_from_security(true);
                nav.invoke_go(Place::Rehearsal);
            });
        }
    });
    screen.on_open_log({
        let desk = desk.clone();
        move || log::open(&desk)
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let Some(desk) = desk.upgrade()
                && event != door::Event::Locked
            {
                show(&desk);
            }
        }
    });
}

fn show(desk: &Rc<Desk>) {
    let Some(contents) = desk.door.contents() else { return };
    let protection = contents.protection();
    let seconds = |seconds: u32| i32::try_from(seconds).unwrap_or(i32::MAX);
    let now = Protected {
        lock_after: seconds(protection.lock_after_seconds),
        hide_after: seconds(protection.hide_after_seconds),
        wipe_after: protection.wipe_after.map_or(0, i32::from),
        background: protection.lock_on_background,
        screen_lock: protection.lock_on_screen_lock,
        ask_export: protection.ask_before_export,
        ask_qr: protection.ask_before_qr,
        ask_delete: protection.ask_before_delete,
        ask_lock_change: protection.ask_before_lock_change,
        ask_backup_off: protection.ask_before_backup_off,
        ask_sign: protection.ask_before_sign,
        tap_to_reveal: protection.tap_to_reveal,
        screen_capture: protection.screen_capture,
        hide_unfocused: protection.hide_unfocused,
    };
    let proven = [SlotKind::Password, SlotKind::Pin, SlotKind::Recovery];
    let proven = proven.into_iter().filter_map(|kind| contents.last_proven(kind)).max();
    desk.with(|app| {
        let screen = app.global::<SecurityScreen>();
        screen.set_now(now);
        screen.set_password(desk.door.has(SlotKind::Password));
        screen.set_pin(desk.door.has(SlotKind::Pin));
        screen.set_recovery(desk.door.has(SlotKind::Recovery));
        screen.set_device(desk.door.has(SlotKind::Device));
        app.global::<MoreScreen>().set_last_proof(proven.map(day::of).unwrap_or_default().into());
    });
}

/// The setting that a switch means.
fn field(protection: &mut Protection, what: Protect) -> &mut bool {
    match what {
        Protect::Background => &mut protection.lock_on_background,
        Protect::ScreenLock => &mut protection.lock_on_screen_lock,
        Protect::AskExport => &mut protection.ask_before_export,
        Protect::AskQr => &mut protection.ask_before_qr,
        Protect::AskDelete => &mut protection.ask_before_delete,
        Protect::AskLockChange => &mut protection.ask_before_lock_change,
        Protect::AskBackupOff => &mut protection.ask_before_backup_off,
        Protect::AskSign => &mut protection.ask_before_sign,
        Protect::TapToReveal => &mut protection.tap_to_reveal,
        Protect::ScreenCapture => &mut protection.screen_capture,
        Protect::HideUnfocused => &mut protection.hide_unfocused,
    }
}

/// A choice from the sheet, if it is one of these.
pub(crate) fn chosen(desk: &Rc<Desk>, of: ChoiceOf, index: i32) {
    let at = |times: &[u32]| usize::try_from(index).ok().and_then(|index| times.get(index)).copied();
    match of {
        ChoiceOf::LockAfter => {
            if let Some(seconds) = at(&LOCK_AFTER) {
                protect(desk, move |protection| protection.lock_after_seconds = seconds);
            }
        }
        ChoiceOf::HideAfter => {
            if let Some(seconds) = at(&HIDE_AFTER) {
                protect(desk, move |protection| protection.hide_after_seconds = seconds);
            }
        }
        _ => {}
    }
}

/// Changes protective settings, once it was proven that it is the user.
fn protect(desk: &Rc<Desk>, change: impl FnOnce(&mut Protection) + 'static) {
    step_up::ask(desk, StepUpFor::ChangeLock, "", move |desk| {
        let Some(contents) = desk.door.contents() else { return };
        let before = contents.protection().clone();
        let mut wanted = before.clone();
        change(&mut wanted);
        if wanted == before {
            return;
        }
        let event = if wanted.wipe_after == before.wipe_after {
            Happened::ProtectionChanged
        } else {
            Happened::WipeAfterSet { tries: wanted.wipe_after }
        };
        let desk = desk.clone();
        spawn(async move {
            match desk.door.change(move |session| session.protect(wanted)).await {
                Ok(()) => desk.door.record(event),
                Err(problem) => desk.snack.problem(problem),
            }
        });
    });
}

fn make(desk: &Rc<Desk>, way: WayIn) {
    match way {
        WayIn::Recovery => recovery::begin(desk, recovery::For::Vault),
        WayIn::Password | WayIn::Pin => {
            if way == WayIn::Pin && !desk.door.has(SlotKind::Password) && !desk.door.has(SlotKind::Recovery) {
                desk.snack.problem(Problem::PinAlone);
                return;
            }
            desk.with(|app| {
                let screen = app.global::<PasswordScreen>();
                screen.set_way(way);
                screen.set_there(ways::slot(way).is_some_and(|kind| desk.door.has(kind)));
            });
            desk.go(Place::NewLock);
        }
        WayIn::Device | WayIn::Nothing => {}
    }
}

fn remove(desk: &Rc<Desk>, way: WayIn) {
    let Some(slot) = ways::slot(way) else { return };
    let desk = desk.clone();
    spawn(async move {
        match desk.door.change(move |session| session.remove_slot(slot)).await {
            Ok(()) => {
                desk.door.record(Happened::SlotRemoved { slot });
                desk.snack.say(SnackKind::Saved, "", 0);
            }
            Err(problem) => desk.snack.problem(problem),
        }
    });
}

/// Nothing of the vault is left on this device.
fn wipe_now(desk: &Rc<Desk>) {
    // What the session still has to write is written now, not after.
    desk.lock();
    let desk = desk.clone();
    spawn(async move {
        let environment = desk.door.services.vault.clone();
        let wiped = off_thread(&*desk.door.services.background, move || wipe(&environment).is_ok());
        let wiped = wiped.await == Some(true);
        unlock::start(&desk);
        if !wiped {
            desk.snack.problem(Problem::NotWiped);
        }
    });
}
