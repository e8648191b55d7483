//! `sign`: the answer to a challenge (OCRA, RFC 6287), after what it is for was shown.

mod asked;
mod history;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use smartotp_core::code::ocra::Suite;
use smartotp_core::confirm::{Binding, Challenge, Needs};
use smartotp_core::qr::write::Modules;
use smartotp_core::token::{ChallengeEncoding, Counter, Kind, TokenId};
use smartotp_core::vault::SignRequest;
use smartotp_core::vault::journal::Event;
use zeroize::Zeroizing;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::output::visible;
use super::shapes::name_of;
use super::time::Clock;
use super::{code, edit, query, writing};
use words::Shown;

/// Answer a challenge with an OCRA token, after showing what it is for
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// Which one: issuer, account, issuer:account or id
    #[arg(required_unless_present = "history")]
    query: Option<String>,
    #[command(flatten)]
    what: asked::What,
    /// Answer with this counter, without moving the stored one
    #[arg(long, value_name = "N")]
    counter: Option<u64>,
    #[command(flatten)]
    with: asked::With,
    /// The Unix time, for suites that ask for it; it is taken as it is
    #[arg(long, value_name = "UNIX")]
    at: Option<u64>,
    /// Read the challenge in this way instead of the token's: rfc or ascii
    #[arg(long, value_name = "ENCODING", value_parser = edit::parse_encoding)]
    encoding: Option<ChallengeEncoding>,
    /// Write the answer as a QR code, a PNG, too
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write the answer as a QR code, an SVG, too
    #[arg(long, value_name = "FILE", conflicts_with = "png")]
    svg: Option<PathBuf>,
    /// Don't ask before a transaction is signed
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: TokenId,
    issuer: &'a str,
    account: &'a str,
    suite: &'a str,
    challenge: &'a str,
    /// What was shown with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    transaction: Option<Shown<'a>>,
    code: &'a str,
    /// The one used.
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
    /// Unix time at which the answer ends, for suites with a time.
    #[serde(skip_serializing_if = "Option::is_none")]
    valid_until: Option<u64>,
}

/// Pixels of a module in a PNG.
const MODULE: u32 = 8;

impl Sign {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        if self.what.history {
            return history::show(context);
        }
        let (challenge, is_bare) = self.what.challenge()?;
        let binding = challenge.binding();
        // What is given is read before the vault is: a file that is not there costs no key derivation.
        let given = self.with.read()?;
        let mut session = context.open_to_change()?;
        let contents = Arc::clone(session.contents());
        let token = context.one_of(contents.tokens().iter(), self.query.as_deref().unwrap_or_default())?;
        let Kind::Ocra { suite, .. } = &token.kind else {
            let message = tr!("{name} answers no challenges. Use: smartotp code", name = name_of(token));
            return Err(Failure::new(Exit::Usage, "wrong_kind", message));
        };
        let needs = Needs::of(suite);
        let given = given.complete(&needs)?;
        if !is_bare {
            self.show(context, &challenge, binding)?;
        }
        let clock = Clock::of(context);
        if self.at.is_none() && needs.time_step.is_some() {
            clock.tell(context.out);
        }
        let unix = self.at.unwrap_or_else(|| clock.unix());
        let request = SignRequest {
            challenge: &challenge.question,
            pin: given.pin.as_ref(),
            session: given.session.as_deref().map(Vec::as_slice),
            unix,
            counter: self.counter.map(Counter),
            encoding: self.encoding,
            transaction: challenge.transaction.as_ref(),
            binding,
            now: code::now(),
        };
        let (answer, counter) = session.sign(token.id, &request)?;
        session.record(Event::Signed { token: token.id });
        if counter.is_some() {
            context.tidy(&mut session);
        }
        self.picture(answer.as_str())?;
        let valid_until = needs.answer_until(unix);
        if !context.out.json {
            if let (Some(until), None, true) = (valid_until, self.at, context.out.terminal) {
                let n = usize::try_from(until.saturating_sub(clock.unix())).unwrap_or(usize::MAX);
                let words = trn!("The answer is good for {n} second.", "The answer is good for {n} seconds.", n);
                context.out.warn("valid", &words);
            }
            return context.out.line(answer.as_str());
        }
        context.out.result(&Answer {
            id: token.id,
            issuer: &token.issuer,
            account: &token.account,
            suite: Suite::as_str(suite),
            challenge: &challenge.question,
            transaction: challenge.transaction.as_ref().map(|transaction| Shown::of(transaction, binding)),
            code: answer.as_str(),
            counter: counter.map(|counter| counter.0),
            valid_until,
        })
    }

    /// Shows what is about to be signed; a person is asked.
    fn show(&self, context: &Context<'_>, challenge: &Challenge, binding: Option<Binding>) -> Result<(), Failure> {
        context.out.warn("challenge", &tr!("Challenge: {challenge}", challenge = visible(&challenge.question)));
        if let Some(transaction) = &challenge.transaction {
            for line in words::lines(transaction) {
                context.out.warn("transaction", &line);
            }
        }
        if let Some(binding) = binding {
            context.out.warn(binding.name(), &words::binding(binding));
        }
        if asked::somebody_is_there() && !self.yes && !query::confirmed(tr!("Sign this?"))? {
            return Err(Failure::new(Exit::Refused, "not_confirmed", tr!("Nothing was signed.")));
        }
        Ok(())
    }

    fn picture(&self, answer: &str) -> Result<(), Failure> {
        let Some(file) = self.png.as_ref().or(self.svg.as_ref()) else { return Ok(()) };
        let modules = Modules::encode(answer)
            .map_err(|_| Failure::new(Exit::Failed, "too_long", tr!("This answer is too long for a QR code.")))?;
        let picture = if self.png.is_some() { modules.to_png(MODULE) } else { modules.to_svg().into_bytes() };
        writing::secret_file(file, &Zeroizing::new(picture))
    }
}
