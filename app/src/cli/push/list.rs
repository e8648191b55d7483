//! `push list`: the tokens, and what their servers ask now.

use clap::Args;
use serde::Serialize;
use smartotp_core::push::PushError;
use smartotp_core::token::TokenId;
use smartotp_core::web;

use super::asking::{self, Asked, Shown, Waiting};
use super::words;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::shapes::name;

/// List push tokens and the requests that wait
#[derive(Debug, Args)]
pub(super) struct List {
    /// Only the tokens; no server is asked
    #[arg(long)]
    offline: bool,
}

#[derive(Serialize)]
struct Entry<'a> {
    id: TokenId,
    issuer: &'a str,
    label: &'a str,
    serial: &'a str,
    host: String,
    enrolled_at: u64,
    requests: Vec<Shown<'a>>,
    /// Why its server could not be asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<&'static str>,
}

impl List {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open()?;
        let asked = if self.offline {
            Asked { waiting: Vec::new(), failed: Vec::new() }
        } else {
            asking::ask_all(context, &mut session, &asking::web()?)?
        };
        let contents = std::sync::Arc::clone(session.contents());
        let requests = |id: TokenId| asked.waiting.iter().filter(move |waiting| waiting.token == id);
        let error = |id: TokenId| asked.failed.iter().find(|(failed, _)| *failed == id).map(|(_, error)| error);
        if context.out.json {
            let entries: Vec<Entry<'_>> = contents
                .push()
                .iter()
                .map(|token| Entry {
                    id: token.id,
                    issuer: &token.issuer,
                    label: &token.label,
                    serial: &token.serial,
                    host: web::host(&token.url).unwrap_or_default(),
                    enrolled_at: token.enrolled_at,
                    requests: requests(token.id).map(Waiting::shown).collect(),
                    error: error(token.id).map(words::error_name),
                })
                .collect();
            context.out.result(&entries)?;
        } else {
            if contents.push().is_empty() {
                context.out.done(tr!("There is no push token. Enrol one: smartotp push enrol"))?;
            }
            for token in contents.push() {
                let host = web::host(&token.url).unwrap_or_default();
                context.out.line(&format!("{}  {}", name(&token.issuer, &token.label), visible(&host)))?;
                if let Some(error) = error(token.id) {
                    context.out.line(&format!("  {}", words::error(error)))?;
                }
                requests(token.id).try_for_each(|waiting| context.out.line(&words::request(waiting)))?;
            }
        }
        // A list that could not be asked for is no empty list.
        let is_network = |error: &PushError| matches!(error, PushError::Web(_));
        match asked.failed.first() {
            None => Ok(()),
            Some((_, error)) => Err(Failure::silent(if is_network(error) { Exit::Network } else { Exit::Failed })),
        }
    }
}
