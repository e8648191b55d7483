//! What happened to the vault, as the journal beside it has it.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::token::TokenId;
use smartotp_core::vault::SlotKind;
use smartotp_core::vault::journal::{Event as Happened, Record};

use crate::desk::Desk;
use crate::door::Event;
use crate::off_thread::spawn;
use crate::{App, LogEvent, LogRow, LogScreen, Place, WayIn, day, ways};

pub(crate) fn connect(_app: &App, desk: &Rc<Desk>) {
    desk.on_left(Place::Log, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                forget(&desk);
            }
        }
    });
    desk.door.listen({
        let desk = Rc::downgrade(desk);
        move |event| {
            if let (Event::Locked, Some(desk)) = (event, desk.upgrade()) {
                forget(&desk);
            }
        }
    });
}

fn forget(desk: &Desk) {
    desk.with(|app| app.global::<LogScreen>().set_rows(ModelRc::default()));
}

/// Reads the journal and shows it, the newest first.
pub(crate) fn open(desk: &Rc<Desk>) {
    let desk = desk.clone();
    spawn(async move {
        let records = desk.door.ask(smartotp_core::vault::Session::journal).await.unwrap_or_default();
        if desk.door.contents().is_none() {
            return;
        }
        let now = desk.door.unix();
        let rows: Vec<LogRow> = records.iter().rev().map(|record| row(&desk, record, now)).collect();
        desk.with(|app| app.global::<LogScreen>().set_rows(ModelRc::new(VecModel::from(rows))));
        desk.go(Place::Log);
    });
}

fn row(desk: &Desk, record: &Record, now: u64) -> LogRow {
    let (event, about) = words(&record.event);
    let (way, number, token) = match about {
        About::Nothing => (WayIn::Nothing, 0, None),
        About::Slot(slot) => (ways::way(slot), 0, None),
        About::Number(number) => (WayIn::Nothing, i32::try_from(number).unwrap_or(i32::MAX), None),
        About::Token(id) => (WayIn::Nothing, 0, Some(id)),
    };
    let name = token.and_then(|id| desk.tokens.row(id)).map(|row| row.name);
    LogRow {
        event,
        way,
        number,
        name: name.unwrap_or_default(),
        ago: i32::try_from(now.saturating_sub(record.unix)).unwrap_or(i32::MAX),
        day: day::of(record.unix).into(),
    }
}

/// What a line is about.
enum About {
    Nothing,
    Slot(SlotKind),
    Number(i64),
    Token(TokenId),
}

fn words(event: &Happened) -> (LogEvent, About) {
    let number = |number: u32| About::Number(number.into());
    match event {
        Happened::Unlocked { slot } => (LogEvent::Unlocked, About::Slot(*slot)),
        Happened::WrongTries { count, .. } => (LogEvent::WrongTries, number(*count)),
        Happened::StepUpRefused => (LogEvent::StepUpRefused, About::Nothing),
        Happened::Exported { tokens } => (LogEvent::Exported, number(*tokens)),
        Happened::QrShown { token } => (LogEvent::QrShown, About::Token(*token)),
        Happened::Imported { tokens } => (LogEvent::Imported, number(*tokens)),
        Happened::Deleted { tokens } => (LogEvent::Deleted, number(*tokens)),
        Happened::Purged { tokens } => (LogEvent::Purged, number(*tokens)),
        Happened::SlotAdded { slot } => (LogEvent::SlotAdded, About::Slot(*slot)),
        Happened::SlotChanged { slot } => (LogEvent::SlotChanged, About::Slot(*slot)),
        Happened::SlotRemoved { slot } => (LogEvent::SlotRemoved, About::Slot(*slot)),
        Happened::Rehearsed { slot } => (LogEvent::Rehearsed, About::Slot(*slot)),
        Happened::ProtectionChanged => (LogEvent::ProtectionChanged, About::Nothing),
        Happened::WipeAfterSet { tries: Some(tries) } => (LogEvent::WipeAfterSet, number((*tries).into())),
        Happened::WipeAfterSet { tries: None } => (LogEvent::WipeAfterOff, About::Nothing),
        Happened::BackupOn => (LogEvent::BackupOn, About::Nothing),
        Happened::BackupOff => (LogEvent::BackupOff, About::Nothing),
        Happened::BackedUp { tokens } => (LogEvent::BackedUp, number(*tokens)),
        Happened::Restored { tokens } => (LogEvent::Restored, number(*tokens)),
        Happened::ClockOff { seconds } => (LogEvent::ClockOff, About::Number(*seconds)),
        Happened::RolledBack => (LogEvent::RolledBack, About::Nothing),
        Happened::PreviousOpened => (LogEvent::PreviousOpened, About::Nothing),
        Happened::JournalDamaged => (LogEvent::JournalDamaged, About::Nothing),
        Happened::Signed { token } => (LogEvent::Signed, About::Token(*token)),
        Happened::PushApproved { token } => (LogEvent::PushApproved, About::Token(*token)),
        Happened::PushDenied { token } => (LogEvent::PushDenied, About::Token(*token)),
        _ => (LogEvent::Later, About::Nothing),
    }
}
