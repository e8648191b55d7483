//! `vault`: make one, look at it, change its lock.

use std::time::Instant;

use clap::{Args, Subcommand, ValueEnum};
use serde::Serialize;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{NewSlot, Session, SlotInfo, SlotKind};

use super::context::Context;
use super::credentials::NewPassword;
use super::failure::Failure;
use super::opening::Yes;
use super::output::visible;
use super::table::Table;
use super::writing;

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
    /// List what opens the vault
    Slots,
}

/// Make a new, empty vault
#[derive(Debug, Args)]
struct Create {
    /// What opens it: a password, or this device alone through the system's keystore
    #[arg(long, value_enum, default_value_t = Lock::Password)]
    slot: Lock,
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
    new: NewPassword,
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
}

#[derive(Serialize)]
struct Slot {
    kind: SlotKind,
    #[serde(flatten)]
    cost: Option<Cost>,
}

impl From<&SlotInfo> for Slot {
    fn from(slot: &SlotInfo) -> Self {
        Self { kind: slot.kind, cost: slot.cost }
    }
}

impl Vault {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            VaultCommand::Create(command) => command.run(context),
            VaultCommand::Info => info(context),
            VaultCommand::Password(command) => command.run(context),
            VaultCommand::Slots => slots(context),
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
                NewSlot::Password(password, calibrated())
            }
            Lock::Device => NewSlot::Device,
        };
        writing::make_folder_of(&context.vault_file()?)?;
        Session::create(context.environment(true)?, slot)?;
        if context.out.json {
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

/// What a derivation may cost on this device: about half a second.
fn calibrated() -> Cost {
    let start = Instant::now();
    Cost::calibrate(|| start.elapsed())
}

impl Password {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let password = self.new.get()?;
        session.change_lock(NewSlot::Password(password, calibrated()))?;
        context.tidy(&mut session);
        context.out.done(tr!("The vault has its new password. Older copies and backups keep the old one."))
    }
}

fn info(context: &Context<'_>) -> Result<(), Failure> {
    let file = context.vault_file()?.display().to_string();
    let info = context.inspect()?;
    let slots = info.slots.iter().map(Slot::from).collect();
    let info = Info { file, version: info.version, generation: info.generation, bytes: info.bytes, slots };
    if context.out.json {
        return context.out.result(&info);
    }
    let mut table = Table::default();
    let slots = info.slots.iter().map(Slot::words).collect::<Vec<_>>().join(", ");
    for (label, value) in [
        (tr!("File"), visible(&info.file)),
        (tr!("Format"), info.version.to_string()),
        (tr!("Generation"), info.generation.to_string()),
        (tr!("Bytes"), info.bytes.to_string()),
        (tr!("Opens with"), slots),
    ] {
        table.row([label.to_owned(), value]);
    }
    table.print(context.out)
}

fn slots(context: &Context<'_>) -> Result<(), Failure> {
    let slots: Vec<Slot> = context.inspect()?.slots.iter().map(Slot::from).collect();
    if context.out.json {
        return context.out.result(&slots);
    }
    slots.iter().try_for_each(|slot| context.out.line(&slot.words()))
}

impl Slot {
    fn words(&self) -> String {
        match (self.kind, self.cost) {
            (SlotKind::Password, Some(cost)) => tr!(
                "password (Argon2id, {mebibytes} MiB, {passes} passes, {lanes} lanes)",
                mebibytes = cost.memory_kib / 1024,
                passes = cost.passes,
                lanes = cost.lanes
            ),
            (SlotKind::Password, None) => tr!("password").to_owned(),
            (SlotKind::Device, _) => tr!("this device (the system's keystore)").to_owned(),
            _ => tr!("another way").to_owned(),
        }
    }
}
