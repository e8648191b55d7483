//! `push watch`: every new request as it comes, until Ctrl-C.

use std::collections::HashSet;
use std::sync::mpsc;
use std::time::{Duration, Instant};

use clap::Args;
use serde::Serialize;
use smartotp_core::push::schedule::{IN_VIEW, Schedule};
use smartotp_core::token::TokenId;
use smartotp_core::web;

use super::asking::{self, Shown, Waiting};
use super::words;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::shapes::name;
use crate::cli::time::Clock;

/// Print requests as they come, one a line, until Ctrl-C
#[derive(Debug, Args)]
pub(super) struct Watch {
    /// Only those of this token, which is asked more often then
    #[arg(long, value_name = "TOKEN")]
    token: Option<String>,
    /// Stop after so many seconds
    #[arg(long = "for", value_name = "SECONDS")]
    seconds: Option<u64>,
}

#[derive(Serialize)]
struct Line<'a> {
    token: TokenId,
    issuer: &'a str,
    label: &'a str,
    #[serde(flatten)]
    request: Shown<'a>,
}

impl Watch {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open()?;
        let named = self.token.as_deref().map(|token| asking::one_of(session.contents(), token)).transpose()?;
        let (stop, stopped) = mpsc::channel::<()>();
        ctrlc::set_handler(move || {
            let _ = stop.send(());
        })
        .map_err(|_| Failure::new(Exit::Failed, "signal", tr!("Ctrl-C can't be caught here.")))?;
        let (web, start) = (asking::web()?, Instant::now());
        let millis = || u64::try_from(start.elapsed().as_millis()).unwrap_or(u64::MAX);
        let (mut schedule, mut shown, mut offline) = (Schedule::default(), HashSet::new(), HashSet::new());
        loop {
            let _ = session.refresh();
            let contents = std::sync::Arc::clone(session.contents());
            let wanted = contents.push().iter().filter(|token| named.is_none_or(|id| id == token.id));
            let tokens: Vec<_> = wanted.map(|token| (token.id, web::host(&token.url).unwrap_or_default())).collect();
            schedule.set(&tokens, millis());
            // A lone token is the one that is looked at.
            let lone: Vec<TokenId> = tokens.iter().filter(|_| tokens.len() == 1).map(|(id, _)| *id).collect();
            schedule.look_at(&lone, millis());
            while let Some(id) = schedule.next(millis()) {
                let Some(token) = contents.push().iter().find(|token| token.id == id) else { break };
                match asking::ask(context, token, &web, &Clock::of(context)) {
                    Ok(requests) => {
                        offline.remove(&id);
                        schedule.asked(id, !requests.is_empty(), millis());
                        for request in requests {
                            let waiting = Waiting { token: id, request };
                            if shown.insert(waiting.request.nonce.clone()) {
                                let seen = (id, waiting.request.nonce.clone(), waiting.request.seen_at, false);
                                session.remember_requests(&[seen])?;
                                if context.out.json {
                                    let (issuer, label) = (&token.issuer, &token.label);
                                    context.out.result(&Line { token: id, issuer, label, request: waiting.shown() })?;
                                } else {
                                    context.out.line(&name(&token.issuer, &token.label))?;
                                    context.out.line(&words::request(&waiting))?;
                                }
                            }
                        }
                    }
                    Err(error) => {
                        schedule.asked(id, false, millis());
                        schedule.unreachable(id, millis());
                        // Said once, until it is back.
                        if offline.insert(id) {
                            let whose = name(&token.issuer, &token.label);
                            context.out.warn(words::error_name(&error), &format!("{whose}: {}", words::error(&error)));
                        }
                    }
                }
                if self.is_over(start) || stopped.try_recv().is_ok() {
                    return Ok(());
                }
            }
            let wait = schedule.wake().map_or(IN_VIEW, |due| due.saturating_sub(millis())).clamp(50, IN_VIEW);
            let left = self.seconds.map(|seconds| Duration::from_secs(seconds).saturating_sub(start.elapsed()));
            let wait = Duration::from_millis(wait).min(left.unwrap_or(Duration::MAX));
            if stopped.recv_timeout(wait) != Err(mpsc::RecvTimeoutError::Timeout) || self.is_over(start) {
                return Ok(());
            }
        }
    }

    fn is_over(&self, start: Instant) -> bool {
        self.seconds.is_some_and(|seconds| start.elapsed() >= Duration::from_secs(seconds))
    }
}
