//! `backup list` and `backup inspect`: which versions there are, and what is in one.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::VersionId;
use smartotp_core::backup::versions::{self, Look, Opens};
use smartotp_core::token::Token;

use super::places::{self, BackupPassword, Chosen, Named};
use super::words;
use crate::cli::calendar;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::shapes::Listed;
use crate::cli::table::Table;
use crate::cli::{list, opening};

/// List the versions of the backup, the newest first
#[derive(Debug, Args)]
pub(super) struct List {
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    password: BackupPassword,
}

#[derive(Serialize)]
struct Row {
    id: VersionId,
    /// The number of the place; none for a place that the call has named.
    #[serde(skip_serializing_if = "Option::is_none")]
    place: Option<u32>,
    made_at: u64,
    device: String,
    tokens: u32,
    bytes: u64,
    /// Whether no other version holds all of it.
    newest: bool,
    parents: Vec<VersionId>,
}

impl List {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut rows = Vec::new();
        let mut torn = 0;
        let mut take = |look: &Look, place: Option<u32>| {
            let heads = look.heads();
            torn += look.torn().len();
            rows.extend(look.versions().into_iter().map(|(id, version)| Row {
                id,
                place,
                made_at: version.made_at,
                device: version.device.clone(),
                tokens: version.tokens,
                bytes: version.bytes,
                newest: heads.contains(&id),
                parents: version.parents.clone(),
            }));
        };
        if let Some(location) = self.named.location(context)? {
            let provider = places::provider(context, &location)?;
            let password = self.password.get(false)?;
            if let Some(keys) = places::unlock(&*provider, &password)? {
                take(&versions::read_all(&*provider, Opens::Keys(&keys), &())?, None);
            }
        } else {
            let mut session = context.open()?;
            for id in self.chosen.ids(&session)? {
                let place = places::place(&session, id)?;
                let provider = places::provider(context, &place.location)?;
                let look = versions::read_all(&*provider, Opens::Place(place), &());
                session.keep_sign_in(id, &*provider)?;
                take(&look?, Some(id));
            }
        }
        words::torn(context.out, torn);
        if rows.is_empty() && torn > 0 {
            return Err(versions::BackupError::Damaged.into());
        }
        if context.out.json {
            return context.out.result(&rows);
        }
        if rows.is_empty() {
            return context.out.done(tr!("There is no backup in this place."));
        }
        let mut table = Table::default();
        for row in rows {
            let id = row.id.to_string();
            table.row([
                id.get(..12).unwrap_or(&id).to_owned(),
                calendar::date_and_time(row.made_at),
                visible(&row.device),
                trn!("{n} token", "{n} tokens", usize::try_from(row.tokens).unwrap_or(usize::MAX)),
                if row.newest { tr!("newest").to_owned() } else { String::new() },
            ]);
        }
        table.print(context.out)
    }
}

/// Look inside a version, without changing anything
#[derive(Debug, Args)]
pub(super) struct Inspect {
    /// The version's id, or its beginning
    #[arg(value_name = "ID")]
    version: String,
    #[command(flatten)]
    chosen: Chosen,
    #[command(flatten)]
    named: Named,
    #[command(flatten)]
    password: BackupPassword,
}

#[derive(Serialize)]
struct Inside {
    id: VersionId,
    made_at: u64,
    device: String,
    generation: u64,
    parents: Vec<VersionId>,
    tokens: Vec<Listed>,
    /// Deleted tokens that it has.
    bin: usize,
}

impl Inspect {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let (id, snapshot) = if let Some(location) = self.named.location(context)? {
            let provider = places::provider(context, &location)?;
            let keys = places::unlock(&*provider, &self.password.get(false)?)?.ok_or_else(words::no_such_version)?;
            let known = provider.list().map_err(versions::BackupError::from)?;
            let id = places::version(&known, &self.version)?;
            (id, versions::read_one(&*provider, Opens::Keys(&keys), id)?)
        } else {
            let mut session = context.open()?;
            find(context, &mut session, &self.chosen, &self.version)?
        };
        let tokens: Vec<&Token> = snapshot.tokens.iter().collect();
        if context.out.json {
            return context.out.result(&Inside {
                id,
                made_at: snapshot.origin.made_at,
                device: snapshot.origin.device.clone(),
                generation: snapshot.origin.generation,
                parents: snapshot.parents(),
                tokens: tokens.into_iter().map(Listed::from).collect(),
                bin: snapshot.bin.len(),
            });
        }
        let made_at = calendar::date_and_time(snapshot.origin.made_at);
        context.out.done(&tr!(
            "Made on {date} (UTC) by {device}",
            date = made_at,
            device = visible(&snapshot.origin.device)
        ))?;
        list::table(&tokens).print(context.out)
    }
}

/// Finds a version in the vault's places and reads it.
pub(super) fn find(
    context: &Context<'_>,
    session: &mut opening::Opened<'_>,
    chosen: &Chosen,
    asked: &str,
) -> Result<(VersionId, smartotp_core::backup::Snapshot), Failure> {
    let mut failure = words::no_such_version();
    for id in chosen.ids(session)? {
        let place = places::place(session, id)?;
        let provider = places::provider(context, &place.location)?;
        let known = provider.list().map_err(versions::BackupError::from);
        let found = known.map_err(Failure::from).and_then(|known| places::version(&known, asked));
        let read =
            found.and_then(|version| Ok((version, versions::read_one(&*provider, Opens::Place(place), version)?)));
        session.keep_sign_in(id, &*provider)?;
        match read {
            Ok(found) => return Ok(found),
            Err(other) if other.exit == Exit::NotFound => failure = other,
            Err(other) => return Err(other),
        }
    }
    Err(failure)
}
