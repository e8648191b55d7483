//! `push approve` and `push deny`.

use clap::{Args, ValueEnum};
use serde::Serialize;
use smartotp_core::push::{self, Answer, Answered, DenyReason, PushError};
use smartotp_core::token::TokenId;
use smartotp_core::vault::Session;
use smartotp_core::vault::journal::Event;

use super::asking::{self, Waiting};
use super::words;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::opening::Yes;
use crate::cli::output::visible;
use crate::cli::query;

/// Approve a request, after showing it
#[derive(Debug, Args)]
pub(super) struct Approve {
    /// The request's id, as `push list` shows it; or its token, where it has one request
    #[arg(value_name = "ID")]
    request: String,
    /// What the other screen shows, where the request asks for it
    #[arg(long, value_name = "CHOICE")]
    presence: Option<String>,
    #[command(flatten)]
    yes: Yes,
}

/// Deny a request
#[derive(Debug, Args)]
pub(super) struct Deny {
    /// The request's id, as `push list` shows it; or its token, where it has one request
    #[arg(value_name = "ID")]
    request: String,
    /// Why: it was not me, or I don't want it any more
    #[arg(long, value_enum, value_name = "REASON")]
    reason: Option<Reason>,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Reason {
    #[value(alias = "unknown_trigger", alias = "unknown-trigger")]
    NotMe,
    Cancelled,
}

#[derive(Serialize)]
struct Told<'a> {
    id: String,
    token: TokenId,
    answer: &'static str,
    title: &'a str,
    question: &'a str,
    /// What has to be typed on the other screen.
    #[serde(skip_serializing_if = "Option::is_none")]
    display_code: Option<&'a str>,
}

impl Approve {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        // It lets somebody in: as sensitive as it gets.
        let mut session = context.open_sensitive(self.yes)?;
        let waiting = find(context, &mut session, &self.request)?;
        context.out.warn("request", &words::request(&waiting));
        let choice = match (&self.presence, waiting.request.choices.is_empty()) {
            (Some(choice), false) => Some(choice.as_str()),
            (None, true) => None,
            (Some(_), true) => return Err(PushError::Choice.into()),
            (None, false) => {
                let choices: Vec<&str> = waiting.request.choices.iter().map(String::as_str).collect();
                let shown = visible(&choices.join(", "));
                let message = tr!("Say what the other screen shows with --presence: {choices}", choices = shown);
                return Err(Failure::new(Exit::Usage, "needs_presence", message).with("presence", choices));
            }
        };
        if asking::somebody_is_there() && !self.yes.yes && !query::confirmed(tr!("Approve this?"))? {
            return Err(Failure::new(Exit::Refused, "not_confirmed", tr!("Nothing was answered.")));
        }
        let answered = send(context, &mut session, &waiting, Answer::Approve { choice })?;
        session.record(Event::PushApproved { token: waiting.token });
        tell(context, &waiting, "approved", &answered, tr!("Approved."))
    }
}

impl Deny {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let waiting = find(context, &mut session, &self.request)?;
        context.out.warn("request", &words::request(&waiting));
        let reason = match self.reason {
            None => DenyReason::None,
            Some(Reason::NotMe) => DenyReason::NotMe,
            Some(Reason::Cancelled) => DenyReason::Cancelled,
        };
        let answered = send(context, &mut session, &waiting, Answer::Deny(reason))?;
        session.record(Event::PushDenied { token: waiting.token });
        tell(context, &waiting, "denied", &answered, tr!("Denied."))
    }
}

/// The request that was named: by its own id, or by its token's where that has just one.
fn find(context: &Context<'_>, session: &mut Session, named: &str) -> Result<Waiting, Failure> {
    let asked = asking::ask_all(context, session, &asking::web()?)?;
    let wanted = named.to_lowercase();
    let is_named = |waiting: &Waiting| waiting.request.nonce.to_lowercase() == wanted || waiting.id() == wanted;
    let failed = asked.failed.first().map(|(_, error)| error.clone());
    let mut waiting = asked.waiting;
    if let Some(place) = waiting.iter().position(is_named) {
        return Ok(waiting.swap_remove(place));
    }
    if let Ok(token) = asking::one_of(session.contents(), named) {
        waiting.retain(|waiting| waiting.token == token);
        if waiting.len() > 1 {
            let message = tr!("This token has more than one request. Name one by its id.");
            return Err(Failure::new(Exit::Usage, "ambiguous", message));
        }
        if let Some(one) = waiting.pop() {
            return Ok(one);
        }
    }
    // Where a server could not be asked, the request may wait there.
    Err(failed.map_or_else(
        || Failure::new(Exit::NotFound, "no_request", tr!("No such request waits. It may be over, or answered.")),
        Failure::from,
    ))
}

/// Sends the answer; that it was answered is on disk whatever the server says, once it has heard it.
fn send(
    context: &Context<'_>,
    session: &mut Session,
    waiting: &Waiting,
    answer: Answer<'_>,
) -> Result<Answered, Failure> {
    let contents = std::sync::Arc::clone(session.contents());
    let token = contents.push().iter().find(|token| token.id == waiting.token);
    let token = token.ok_or(smartotp_core::vault::ChangeError::NoSuchToken)?;
    let answered = push::provider(token.provider, &asking::web()?).answer(token, &waiting.request, answer)?;
    let nonce = waiting.request.nonce.clone();
    session.remember_requests(&[(waiting.token, nonce, waiting.request.seen_at, true)])?;
    context.tidy(session);
    Ok(answered)
}

fn tell(
    context: &Context<'_>,
    waiting: &Waiting,
    answer: &'static str,
    answered: &Answered,
    words: &str,
) -> Result<(), Failure> {
    let code = match answered {
        Answered::Code(code) => Some(code.expose()),
        Answered::Done => None,
    };
    if context.out.json {
        return context.out.result(&Told {
            id: waiting.id(),
            token: waiting.token,
            answer,
            title: &waiting.request.title,
            question: &waiting.request.question,
            display_code: code,
        });
    }
    match code {
        Some(code) => {
            context.out.warn("type_code", tr!("Type this code on the other screen:"));
            context.out.line(&visible(code))
        }
        None => context.out.done(words),
    }
}
