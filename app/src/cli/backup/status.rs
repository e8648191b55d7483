//! `backup status`: what is known without asking the place.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::cloud::SignIn;
use smartotp_core::backup::location::ProviderKind;
use smartotp_core::backup::schedule::Standing;

use crate::cli::context::Context;
use crate::cli::failure::Failure;
use crate::cli::output::visible;
use crate::cli::{calendar, code};

/// Say where backups go, when the last one was verified, and whether something waits
#[derive(Debug, Args)]
pub(super) struct Status {}

#[derive(Serialize)]
struct Report {
    on: bool,
    places: Vec<Row>,
}

#[derive(Serialize)]
struct Row {
    place: u32,
    provider: ProviderKind,
    r#where: String,
    #[serde(flatten)]
    standing: Standing,
    /// Whether somebody has to sign in again.
    sign_in_ended: bool,
    versions: usize,
    torn: usize,
    keep_newest: u32,
    keep_days: u32,
}

impl Status {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let session = context.open()?;
        let contents = std::sync::Arc::clone(session.contents());
        let now = code::now();
        let rows: Vec<Row> = contents
            .backup()
            .places()
            .iter()
            .map(|place| Row {
                place: place.id,
                provider: place.location.kind(),
                r#where: place.location.shown(),
                standing: Standing::of(place, &contents, now),
                sign_in_ended: place.location.sign_in().is_some_and(SignIn::has_ended),
                versions: place.versions().len(),
                torn: place.torn(),
                keep_newest: place.keep.newest,
                keep_days: place.keep.days,
            })
            .collect();
        if context.out.json {
            return context.out.result(&Report { on: !rows.is_empty(), places: rows });
        }
        if rows.is_empty() {
            return context.out.line(tr!("No backup is turned on. See: smartotp backup on --help"));
        }
        for row in rows {
            let verified = match row.standing.verified_at {
                Some(at) => tr!("last verified on {date} (UTC)", date = calendar::date_and_time(at)),
                None => tr!("never verified").to_owned(),
            };
            let versions = trn!("{n} version", "{n} versions", row.versions);
            context.out.line(&format!("{} · {} · {} · {}", row.place, visible(&row.r#where), versions, verified))?;
            if row.sign_in_ended {
                context.out.line(tr!("The sign-in has ended. Sign in again: smartotp backup sign-in"))?;
            }
            if row.standing.pending {
                context.out.line(tr!("Something was changed since. Back it up: smartotp backup now"))?;
            }
            if row.standing.stale {
                context.out.line(tr!("The last backup is long ago."))?;
            }
        }
        Ok(())
    }
}
