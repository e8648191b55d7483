//! `vault rehearse`: get back in, proven on a quiet day.

use clap::Args;
use serde::Serialize;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{Credential, Rehearsal, SlotKind};

use super::slots;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::{code, credentials};

/// Prove that the password, the PIN or the recovery key opens what lies on disk: choose with --with
#[derive(Debug, Args)]
pub(super) struct Rehearse {}

#[derive(Serialize)]
struct Proven {
    kind: SlotKind,
    tokens: usize,
    proven_at: u64,
}

impl Rehearse {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let info = context.inspect()?;
        let kind = context.kind_for(&info)?;
        let secret = if kind == SlotKind::Device { None } else { Some(context.secret_when_due(kind)?) };
        let mut session = context.open_with(&info, kind, secret.as_ref())?;
        let credential = match &secret {
            Some(secret) => credentials::credential(kind, secret)?,
            None => Credential::Device,
        };
        let now = code::now();
        let Rehearsal { tokens, same, .. } = session.rehearse(&credential, now)?;
        if !same {
            return Err(Failure::new(
                Exit::Damaged,
                "rehearsal_differs",
                tr!(
                    "The vault on disk opens, but doesn't hold what it should. Restore a backup beside it and compare."
                ),
            ));
        }
        session.record(Event::Rehearsed { slot: kind });
        if context.out.json {
            return context.out.result(&Proven { kind, tokens, proven_at: now });
        }
        let name = slots::name(kind);
        context.out.line(&tr!("Proven with: {name}. The vault on disk opens, and all of it is there.", name = name))?;
        context.out.done(&trn!("{n} token", "{n} tokens", tokens))
    }
}
