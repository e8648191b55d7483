//! `vault slots`: what opens the vault, and how that is changed.

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{ChangeError, Session, SlotInfo, SlotKind};

use super::new_slot::{self, Confirm, Prepared};
use crate::cli::context::Context;
use crate::cli::credentials::{NewSecret, With};
use crate::cli::failure::{Exit, Failure};
use crate::cli::opening::{Opened, Yes, opens_alone};
use crate::cli::{calendar, code};

/// List what opens the vault, or change it; with its password also when each way was last proven
#[derive(Debug, Args)]
pub(super) struct Slots {
    #[command(subcommand)]
    command: Option<SlotsCommand>,
}

#[derive(Debug, Subcommand)]
enum SlotsCommand {
    Add(Add),
    Change(Change),
    Remove(Remove),
}

/// Add a way to open the vault: a password, a PIN, a recovery key; a password or PIN takes the place of the device
#[derive(Debug, Args)]
struct Add {
    /// Which kind
    kind: With,
    #[command(flatten)]
    new: NewSecret,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    yes: Yes,
}

/// Replace a way to open the vault by a new one of its kind; device opens it without password and PIN from now on
#[derive(Debug, Args)]
struct Change {
    /// Which kind
    kind: Kind,
    #[command(flatten)]
    new: NewSecret,
    #[command(flatten)]
    confirm: Confirm,
    #[command(flatten)]
    yes: Yes,
}

/// Take a way to open the vault away; the last one stays
#[derive(Debug, Args)]
struct Remove {
    /// Which kind
    kind: Kind,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Kind {
    Password,
    Pin,
    Recovery,
    Device,
}

impl From<Kind> for SlotKind {
    fn from(kind: Kind) -> Self {
        match kind {
            Kind::Password => Self::Password,
            Kind::Pin => Self::Pin,
            Kind::Recovery => Self::Recovery,
            Kind::Device => Self::Device,
        }
    }
}

/// A slot as scripts see it.
#[derive(Debug, Serialize)]
pub(super) struct Slot {
    kind: SlotKind,
    #[serde(flatten)]
    cost: Option<Cost>,
    /// Whether the keystore still has its part; only for what has one there.
    #[serde(skip_serializing_if = "Option::is_none")]
    in_keystore: Option<bool>,
    /// When it was last proven, in Unix time; `null`: never; left out where the vault was not opened.
    #[serde(skip_serializing_if = "Option::is_none")]
    last_proven: Option<Option<u64>>,
}

impl From<&SlotInfo> for Slot {
    fn from(slot: &SlotInfo) -> Self {
        Self { kind: slot.kind, cost: slot.cost, in_keystore: None, last_proven: None }
    }
}

impl Slots {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            None => list(context),
            Some(SlotsCommand::Add(command)) => command.run(context),
            Some(SlotsCommand::Change(command)) => command.run(context),
            Some(SlotsCommand::Remove(command)) => command.run(context),
        }
    }
}

fn list(context: &Context<'_>) -> Result<(), Failure> {
    let info = context.inspect()?;
    let session = if context.brings_credential() {
        Some(context.open()?)
    } else if opens_alone(&info) {
        // A keystore that has lost the key is shown, and no failure.
        context.open().ok()
    } else {
        None
    };
    let mut slots: Vec<Slot> = info.slots.iter().map(Slot::from).collect();
    match &session {
        Some(session) => slots = opened(session),
        None => {
            let missing = Session::missing_from_keystore(&context.environment(true)?);
            slots.iter_mut().for_each(|slot| slot.look_into(&missing));
        }
    }
    tell(context, &slots)
}

/// The slots of an open vault, with all that is known of them.
fn opened(session: &Session) -> Vec<Slot> {
    let missing = session.missing_keystore_entries();
    let slots = session.slots();
    let slots = slots.iter().map(|info| {
        let mut slot = Slot::from(info);
        slot.look_into(&missing);
        slot.last_proven = Some(session.contents().last_proven(info.kind));
        slot
    });
    slots.collect()
}

fn tell(context: &Context<'_>, slots: &[Slot]) -> Result<(), Failure> {
    if context.out.json {
        return context.out.result(&slots);
    }
    slots.iter().try_for_each(|slot| context.out.line(&slot.words()))
}

impl Add {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let kind = SlotKind::from(self.kind);
        // Before a secret is asked for in vain.
        if has(&session, kind) {
            return Err(ChangeError::SlotExists.into());
        }
        let Prepared { slot, typed } = new_slot::prepare(context, kind, &self.new, &self.confirm)?;
        session.add_slot(slot)?;
        session.record(Event::SlotAdded { slot: kind });
        if let Some(typed) = typed {
            new_slot::prove(&mut session, typed)?;
            session.record(Event::Rehearsed { slot: kind });
        }
        done(context, &session, kind, &tr!("Added: {name}", name = name(kind)))
    }
}

impl Change {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let kind = SlotKind::from(self.kind);
        if kind == SlotKind::Device && !self.yes.yes {
            let words =
                tr!("Afterwards the vault opens without a password or PIN on this device, so this needs --yes.");
            return Err(Failure::new(Exit::Refused, "needs_yes", words));
        }
        let mut session = context.open_sensitive(self.yes)?;
        let there = has(&session, kind);
        if !there && kind != SlotKind::Device {
            return Err(ChangeError::NoSuchSlot.into());
        }
        let Prepared { slot, typed } = new_slot::prepare(context, kind, &self.new, &self.confirm)?;
        if kind == SlotKind::Device {
            session.change_lock(slot)?
        } else {
            session.replace_slot(slot)?
        }
        session.record(if there { Event::SlotChanged { slot: kind } } else { Event::SlotAdded { slot: kind } });
        if let Some(typed) = typed {
            new_slot::prove(&mut session, typed)?;
            session.record(Event::Rehearsed { slot: kind });
        }
        let words = if kind == SlotKind::Device {
            tr!("The vault opens without a password now, for everyone who uses your account on this device.").to_owned()
        } else {
            tr!("Changed: {name}. The old one opens the vault no more.", name = name(kind))
        };
        done(context, &session, kind, &words)
    }
}

impl Remove {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let kind = SlotKind::from(self.kind);
        session.remove_slot(kind)?;
        session.record(Event::SlotRemoved { slot: kind });
        done(context, &session, kind, &tr!("Removed: {name}", name = name(kind)))
    }
}

fn has(session: &Session, kind: SlotKind) -> bool {
    session.slots().iter().any(|slot| slot.kind == kind)
}

fn done(context: &Context<'_>, session: &Opened<'_>, kind: SlotKind, words: &str) -> Result<(), Failure> {
    // A recovery key is the result itself.
    if context.out.json && kind != SlotKind::Recovery {
        return context.out.result(&opened(session));
    }
    context.out.done(words)?;
    context.out.done(tr!("Older copies of the vault and backups keep their old locks."))
}

/// How a kind of slot is called.
pub(super) fn name(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Password => tr!("password"),
        SlotKind::Pin => tr!("PIN"),
        SlotKind::Recovery => tr!("recovery key"),
        SlotKind::Device => tr!("this device"),
        _ => tr!("another way"),
    }
}

impl Slot {
    fn look_into(&mut self, missing: &[SlotKind]) {
        self.in_keystore = matches!(self.kind, SlotKind::Pin | SlotKind::Device).then(|| !missing.contains(&self.kind));
    }

    /// For people: what it is, and what is to be known of it.
    pub(super) fn words(&self) -> String {
        let mut words = self.making();
        if self.in_keystore == Some(false) {
            words = format!("{words} · {}", tr!("lost by the system's keystore"));
        }
        match self.last_proven {
            None => {}
            Some(None) => words = format!("{words} · {}", tr!("never proven")),
            Some(Some(unix)) => {
                let date = calendar::date(unix.min(code::now()));
                words = format!("{words} · {}", tr!("last proven on {date}", date = date));
            }
        }
        words
    }

    fn making(&self) -> String {
        match (self.kind, self.cost) {
            (SlotKind::Password, Some(cost)) => tr!(
                "password (Argon2id, {mebibytes} MiB, {passes} passes, {lanes} lanes)",
                mebibytes = cost.memory_kib / 1024,
                passes = cost.passes,
                lanes = cost.lanes
            ),
            (SlotKind::Pin, Some(cost)) => tr!(
                "PIN (Argon2id, {mebibytes} MiB, {passes} passes, {lanes} lanes, and the system's keystore)",
                mebibytes = cost.memory_kib / 1024,
                passes = cost.passes,
                lanes = cost.lanes
            ),
            (SlotKind::Device, _) => tr!("this device (the system's keystore)").to_owned(),
            (kind, _) => name(kind).to_owned(),
        }
    }
}
