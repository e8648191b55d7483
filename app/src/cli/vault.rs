//! `vault`: make one, look at it, change its lock, prove it, read its journal, wipe it.

mod log;
mod new_slot;
mod rehearse;
mod slots;
mod wipe;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{NewSlot, Session, SlotKind, WrongTries};

use super::advice;
use super::context::Context;
use super::credentials::NewSecret;
use super::failure::Failure;
use super::opening::Yes;
use super::output::visible;
use super::table::Table;
use super::writing;
pub(super) use new_slot::{Confirm, Recovery, calibrated};
use slots::{Slot, Slots};

/// Make a vault, look at it, change its lock
#[derive(Debug, Args)]
pub(super) struct Vault {
    #[command(subcommand)]
    command: VaultCommand,
}

#[derive(Debug, Subcommand)]
enum VaultCommand {
    Create(Create),
    /// Tell about the vault without opening it
    Info,
    Password(Password),
    Slots(Slots),
    Rehearse(rehearse::Rehearse),
    Log(log::Log),
    Wipe(wipe::Wipe),
}

/// Make a new, empty vault
#[derive(Debug, Args)]
struct Create {
    /// What opens it: a password, or this device alone through the system's keystore
    #[arg(long, value_enum, default_value_t = Lock::Password)]
    slot: Lock,
    /// Make a recovery key too, and print it
    #[arg(long)]
    recovery: bool,
    #[command(flatten)]
    confirm: Confirm,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Lock {
    Password,
    Device,
}

/// Change the password, or set one in place of the device
#[derive(Debug, Args)]
struct Password {
    #[command(flatten)]
    new: NewSecret,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Info {
    file: String,
    version: u16,
    generation: u64,
    bytes: u64,
    slots: Vec<Slot>,
    /// In a row, since the vault was last opened.
    wrong_tries: u32,
    /// Seconds until the next try.
    #[serde(skip_serializing_if = "Option::is_none")]
    retry_after: Option<u64>,
    /// How many more wrong tries wipe the vault.
    #[serde(skip_serializing_if = "Option::is_none")]
    tries_left: Option<u32>,
}

impl Vault {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            VaultCommand::Create(command) => command.run(context),
            VaultCommand::Info => info(context),
            VaultCommand::Password(command) => command.run(context),
            VaultCommand::Slots(command) => command.run(context),
            VaultCommand::Rehearse(command) => command.run(context),
            VaultCommand::Log(command) => command.run(context),
            VaultCommand::Wipe(command) => command.run(context),
        }
    }
}

impl Create {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        // Before a password is asked for in vain.
        if context.vault_file()?.exists() {
            return Err(smartotp_core::vault::CreateError::Exists.into());
        }
        let slot = match self.slot {
            Lock::Password => {
                let password = context.first_password()?;
                advice::on_password(context.out, &password);
                NewSlot::Password(password, calibrated())
            }
            Lock::Device => NewSlot::Device,
        };
        writing::make_folder_of(&context.vault_file()?)?;
        let (slots, recovery) = if self.recovery {
            let recovery = Recovery::show(context, &self.confirm)?;
            (vec![slot, NewSlot::Recovery(recovery.key)], Some(recovery.typed))
        } else {
            (vec![slot], None)
        };
        let mut session = Session::create_with(context.environment(true)?, slots)?;
        if let Some(Some(typed)) = recovery {
            new_slot::prove(&mut session, typed)?;
        }
        drop(session);
        if context.out.json {
            // A recovery key stands in a line of its own before it.
            return info(context);
        }
        let file = visible(&context.vault_file()?.display().to_string());
        context.out.done(&tr!("The vault stands ready: {file}", file = file))?;
        if self.slot == Lock::Device {
            context.out.warn(
                "weak_lock",
                tr!("It opens without a password for everyone who uses your account on this device. Keystores can lose keys; keep a backup."),
            );
        }
        Ok(())
    }
}

impl Password {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let password = self.new.get(SlotKind::Password)?;
        advice::on_password(context.out, &password);
        let slot = SlotKind::Password;
        let changed = session.slots().iter().any(|there| there.kind == slot);
        session.change_lock(NewSlot::Password(password, calibrated()))?;
        context.tidy(&mut session);
        session.record(if changed { Event::SlotChanged { slot } } else { Event::SlotAdded { slot } });
        context.out.done(tr!("The vault has its new password. Older copies and backups keep the old one."))
    }
}

fn info(context: &Context<'_>) -> Result<(), Failure> {
    let file = context.vault_file()?.display().to_string();
    let info = context.inspect()?;
    let slots = info.slots.iter().map(Slot::from).collect();
    let environment = context.environment(true)?;
    let wrong = Session::wrong_tries_so_far(&environment);
    let info = Info {
        file,
        version: info.version,
        generation: info.generation,
        bytes: info.bytes,
        slots,
        wrong_tries: wrong.map_or(0, |wrong| wrong.failed),
        retry_after: Session::wait(&environment).map(|wait| wait.seconds),
        tries_left: wrong.and_then(|WrongTries { left, .. }| left),
    };
    if context.out.json {
        return context.out.result(&info);
    }
    let mut table = Table::default();
    let slots = info.slots.iter().map(Slot::words).collect::<Vec<_>>().join(", ");
    let mut rows = vec![
        (tr!("File"), visible(&info.file)),
        (tr!("Format"), info.version.to_string()),
        (tr!("Generation"), info.generation.to_string()),
        (tr!("Bytes"), info.bytes.to_string()),
        (tr!("Opens with"), slots),
    ];
    if info.wrong_tries > 0 {
        rows.push((tr!("Wrong tries"), info.wrong_tries.to_string()));
    }
    if let Some(seconds) = info.retry_after {
        rows.push((tr!("Next try in"), tr!("{seconds} s", seconds = seconds)));
    }
    if let Some(left) = info.tries_left {
        rows.push((tr!("Tries until the vault is wiped"), left.to_string()));
    }
    for (label, value) in rows {
        table.row([label.to_owned(), value]);
    }
    table.print(context.out)
}
