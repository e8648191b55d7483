//! Polls the tokens of an open vault, one server after the other, and finds what was named.

use std::io::{self, IsTerminal as _};

use serde::Serialize;
use smartotp_core::push::{self, Dropped, Polled, PushError, PushToken, Request};
use smartotp_core::token::TokenId;
use smartotp_core::vault::{Contents, Session};
use smartotp_core::web::Web;

use super::words;
use crate::cli::context::Context;
use crate::cli::credentials;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::query;
use crate::cli::time::Clock;

/// Characters of a request's name.
const NAME: usize = 10;

/// A request that waits, and whose it is.
pub(super) struct Waiting {
    pub(super) token: TokenId,
    pub(super) request: Request,
}

/// What came of asking all tokens.
pub(super) struct Asked {
    pub(super) waiting: Vec<Waiting>,
    /// Which tokens could not be asked, and why.
    pub(super) failed: Vec<(TokenId, PushError)>,
}

/// A request as JSON.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    /// What `approve` and `deny` name it by.
    pub(super) id: String,
    pub(super) title: &'a str,
    pub(super) question: &'a str,
    /// What `--presence` can be; empty where there is no choice.
    pub(super) presence: &'a [String],
    /// Unix time at which it came first.
    pub(super) received_at: u64,
    /// Unix time at which it usually ends; the server does not say.
    pub(super) expires_at: u64,
}

impl Waiting {
    /// The request's short name: the beginning of its number's hash would be as long and say less.
    pub(super) fn id(&self) -> String {
        self.request.nonce.chars().take(NAME).collect::<String>().to_lowercase()
    }

    pub(super) fn shown(&self) -> Shown<'_> {
        Shown {
            id: self.id(),
            title: &self.request.title,
            question: &self.request.question,
            presence: &self.request.choices,
            received_at: self.request.seen_at,
            expires_at: self.request.seen_at + push::verify::USUAL_SECONDS,
        }
    }
}

/// Asks every token's server. New requests are remembered before they are shown.
pub(super) fn ask_all(context: &Context<'_>, session: &mut Session, web: &Web) -> Result<Asked, Failure> {
    let contents = std::sync::Arc::clone(session.contents());
    let mut asked = Asked { waiting: Vec::new(), failed: Vec::new() };
    let clock = Clock::of(context);
    for token in contents.push() {
        match ask(context, token, web, &clock) {
            Ok(requests) => {
                asked.waiting.extend(requests.into_iter().map(|request| Waiting { token: token.id, request }));
            }
            Err(error) => asked.failed.push((token.id, error)),
        }
    }
    let seen: Vec<_> = asked
        .waiting
        .iter()
        .map(|waiting| (waiting.token, waiting.request.nonce.clone(), waiting.request.seen_at, false))
        .collect();
    session.remember_requests(&seen)?;
    Ok(asked)
}

/// Asks one token's server.
pub(super) fn ask(
    context: &Context<'_>,
    token: &PushToken,
    web: &Web,
    clock: &Clock,
) -> Result<Vec<Request>, PushError> {
    let polled = push::provider(token.provider, web).poll(token, &|| clock.unix_millis())?;
    let Polled { requests, dropped, clock_off, .. } = polled;
    for reason in dropped {
        // Answered before and still offered: the server is a moment behind. Nobody needs to hear of that.
        if reason != Dropped::Replayed {
            let (code, words) = (reason.name(), words::dropped(reason));
            log::warn!("push request dropped: {code}");
            context.out.warn(code, &format!("{}: {words}", visible(&token.issuer)));
        }
    }
    if clock_off.is_some() {
        context.out.warn(
            "clock_off",
            tr!("This device's clock is wrong; the server's time was taken. Measure it: smartotp time sync"),
        );
    }
    Ok(requests)
}

/// The push token that was named, by id, serial, label or issuer.
pub(super) fn one_of(contents: &Contents, named: &str) -> Result<TokenId, Failure> {
    let wanted = named.to_lowercase();
    let texts =
        |token: &PushToken| [token.id.to_string(), token.serial.clone(), token.label.clone(), token.issuer.clone()];
    let find = |fits: &dyn Fn(&str) -> bool| -> Vec<TokenId> {
        let fitting = contents.push().iter().filter(|token| texts(token).iter().any(|text| fits(&text.to_lowercase())));
        fitting.map(|token| token.id).collect()
    };
    let exact = find(&|text| text == wanted);
    let found = if exact.is_empty() { find(&|text| text.contains(&wanted)) } else { exact };
    match found.as_slice() {
        [] => Err(query::nothing(named)),
        [one] => Ok(*one),
        _ => Err(Failure::new(
            Exit::Usage,
            "ambiguous",
            tr!("\"{name}\" is more than one push token. Name one by its id.", name = visible(named)),
        )),
    }
}

/// Whether a person sees what is asked and can answer.
pub(super) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && credentials::somebody_is_there()
}

/// The connections.
pub(super) fn web() -> Result<Web, Failure> {
    Web::new().map_err(|error| PushError::Web(error).into())
}
