//! What is to open the vault from now on: a password, a PIN, a recovery key, the device.

use std::path::PathBuf;
use std::time::Instant;

use clap::Args;
use serde::Serialize;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{
    ChangeError, CreateError, Credential, NewSlot, NoEntropy, RecoveryKey, Session, SlotKind, SystemEntropy,
};

use crate::cli::context::Context;
use crate::cli::credentials::{self, NewSecret, somebody_is_there};
use crate::cli::failure::{Exit, Failure};
use crate::cli::{advice, code};

/// How a recovery key is typed back.
#[derive(Debug, Args)]
pub(in crate::cli) struct Confirm {
    /// Read the recovery key back from a file, once it has been printed; - is standard input
    #[arg(long, value_name = "FILE")]
    confirm_file: Option<PathBuf>,
}

/// A recovery key that has been shown.
pub(in crate::cli) struct Recovery {
    pub(in crate::cli) key: RecoveryKey,
    /// As it was typed back.
    pub(super) typed: Option<RecoveryKey>,
}

/// A slot that is about to be made.
pub(super) struct Prepared {
    pub(super) slot: NewSlot,
    /// A recovery key as it was typed back.
    pub(super) typed: Option<RecoveryKey>,
}

#[derive(Serialize)]
struct Shown<'a> {
    recovery_key: &'a str,
}

/// How often a person may mistype a recovery key.
const ATTEMPTS: usize = 3;

/// What a derivation may cost on this device: about half a second.
pub(in crate::cli) fn calibrated() -> Cost {
    let start = Instant::now();
    Cost::calibrate(|| start.elapsed())
}

/// Asks for what the new slot is made of.
pub(super) fn prepare(
    context: &Context<'_>,
    kind: SlotKind,
    new: &NewSecret,
    confirm: &Confirm,
) -> Result<Prepared, Failure> {
    let (slot, typed) = match kind {
        SlotKind::Pin => {
            // Before a PIN is asked for in vain.
            if (context.platform.keystore)().is_none() {
                return Err(CreateError::PinWithoutKeystore.into());
            }
            let pin = new.get(kind)?;
            advice::on_pin(context.out, &pin);
            (NewSlot::Pin(pin, calibrated()), None)
        }
        SlotKind::Recovery => {
            let Recovery { key, typed } = Recovery::show(context, confirm)?;
            (NewSlot::Recovery(key), typed)
        }
        SlotKind::Device => (NewSlot::Device, None),
        _ => {
            let password = new.get(kind)?;
            advice::on_password(context.out, &password);
            (NewSlot::Password(password, calibrated()), None)
        }
    };
    Ok(Prepared { slot, typed })
}

impl Recovery {
    /// Makes a key, shows it this once, and has it typed back where somebody is there or says where to read it.
    pub(super) fn show(context: &Context<'_>, confirm: &Confirm) -> Result<Self, Failure> {
        let once = tr!(
            "This key opens the vault and is shown this once. Print it or write it down, and keep it away from this device."
        );
        let unproven = tr!(
            "Nobody has proven that this key was written down without a mistake. Do so with: smartotp vault rehearse --with recovery"
        );
        Self::show_with(context, confirm, once, unproven)
    }

    /// The same for another file that it opens; what is said with it, and where nobody types it back.
    pub(in crate::cli) fn show_with(
        context: &Context<'_>,
        confirm: &Confirm,
        once: &str,
        unproven: &str,
    ) -> Result<Self, Failure> {
        let key =
            RecoveryKey::generate(&SystemEntropy).map_err(|NoEntropy| ChangeError::Create(CreateError::NoEntropy))?;
        let text = key.text();
        context.out.warn("shown_once", once);
        if context.out.json {
            context.out.result(&Shown { recovery_key: text.expose() })?;
        } else {
            context.out.line(text.expose())?;
        }
        drop(text);
        let typed = match &confirm.confirm_file {
            Some(file) => Some(same(&key, credentials::secret_file(file)?.expose())?),
            None if context.out.terminal && !context.out.json && somebody_is_there() => {
                Some(typed_back(context, &key)?)
            }
            None => {
                context.out.warn("unproven", unproven);
                None
            }
        };
        Ok(Self { key, typed })
    }
}

fn typed_back(context: &Context<'_>, key: &RecoveryKey) -> Result<RecoveryKey, Failure> {
    let mut attempts = 1;
    loop {
        let typed = credentials::ask_for(tr!("Type it back: "), SlotKind::Recovery)?;
        match same(key, typed.expose()) {
            Err(failure) if attempts < ATTEMPTS => {
                failure.tell(context.out.json);
                attempts += 1;
            }
            other => return other,
        }
    }
}

/// The key as it was typed back, if it is the one.
fn same(key: &RecoveryKey, typed: &str) -> Result<RecoveryKey, Failure> {
    let typed = RecoveryKey::parse(typed).map_err(|error| Failure::from(error).with_exit(Exit::Usage))?;
    if typed == *key {
        return Ok(typed);
    }
    Err(Failure::new(
        Exit::Usage,
        "recovery_key_differs",
        tr!("That is another recovery key than the one that was shown."),
    ))
}

/// Opens the vault on disk with the key that was typed back.
pub(super) fn prove(session: &mut Session, typed: RecoveryKey) -> Result<(), Failure> {
    session.rehearse(&Credential::Recovery(typed), code::now())?;
    Ok(())
}
