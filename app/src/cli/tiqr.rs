//! `tiqr`: log in by a code on another screen, after showing who asks.

use clap::{Args, Subcommand};
use serde::Serialize;
use smartotp_core::tiqr::service::{self, Offer, Outcome, TiqrError};
use smartotp_core::tiqr::{Login, LoginError, TiqrIdentity};
use smartotp_core::token::TokenId;
use smartotp_core::vault::SystemEntropy;
use smartotp_core::vault::journal::Event;
use smartotp_core::web::{Place, Web};

use super::context::Context;
use super::failure::{Exit, Failure};
use super::opening::Yes;
use super::output::visible;
use super::push::text_of;
use super::shapes::name;
use super::table::Table;
use super::time::Clock;
use super::{catalogue, credentials, query};

/// Log in by TiQR, after showing who asks
#[derive(Debug, Args)]
pub(super) struct Tiqr {
    #[command(subcommand)]
    command: TiqrCommand,
}

#[derive(Debug, Subcommand)]
enum TiqrCommand {
    /// Enrol an account: shows the service first, makes a key, gives it to the service
    Enrol(Code),
    /// Answer a login: shows who asks first
    Answer(Code),
    /// List the accounts
    List,
    /// Delete an account, for good: its key exists nowhere else
    Remove(Remove),
}

#[derive(Debug, Args)]
struct Code {
    /// The link, a picture of its QR code, or - for a link on standard input
    #[arg(value_name = "URI|IMAGE")]
    code: String,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Debug, Args)]
struct Remove {
    /// Which one: service, user or id
    account: String,
    #[command(flatten)]
    yes: Yes,
}

/// An account as JSON.
#[derive(Serialize)]
struct Listed<'a> {
    id: TokenId,
    service: &'a str,
    service_id: &'a str,
    user: &'a str,
    name: &'a str,
    suite: &'a str,
    enrolled_at: u64,
}

#[derive(Serialize)]
struct Answered<'a> {
    id: TokenId,
    service: &'a str,
    user: &'a str,
    result: &'static str,
}

impl Tiqr {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            TiqrCommand::Enrol(code) => enrol(context, code),
            TiqrCommand::Answer(code) => answer(context, code),
            TiqrCommand::List => list(context),
            TiqrCommand::Remove(which) => remove(context, which),
        }
    }
}

fn somebody_is_there() -> bool {
    use std::io::IsTerminal as _;
    std::io::stdin().is_terminal() && credentials::somebody_is_there()
}

fn enrol(context: &Context<'_>, code: &Code) -> Result<(), Failure> {
    let url = service::address(&text_of(&code.code)?)?;
    let (host, place, is_clear) = service::peer(&url)?;
    context.out.warn("server", &tr!("Server: {host}", host = visible(&host)));
    if is_clear {
        context.out.warn("in_clear", tr!("Nothing is encrypted on the way, which stays on this machine."));
    }
    if place == Place::Private && !code.yes.yes && !somebody_is_there() {
        let message = tr!("{host} is in a private network. If that is meant, say --yes.", host = visible(&host));
        return Err(Failure::new(Exit::Refused, "private_network", message));
    }
    // The vault first: a key that cannot be kept must not be enrolled.
    let mut session = context.open_to_change()?;
    let web = Web::new()?;
    let offer = service::metadata(&web, &url)?;
    show(context, &offer)?;
    if somebody_is_there() && !code.yes.yes && !query::confirmed(tr!("Enrol this account?"))? {
        return Err(Failure::new(Exit::Refused, "not_confirmed", tr!("Nothing was enrolled.")));
    }
    let identity = service::enrol(&web, &offer, &SystemEntropy, catalogue::language(), Clock::of(context).unix())?;
    let id = session.add_tiqr(identity)?;
    let identity = session.contents().tiqr().iter().find(|identity| identity.id == id);
    match identity {
        Some(identity) if context.out.json => context.out.result(&listed(identity)),
        _ => context.out.done(&tr!(
            "Enrolled: {name}. No backup, export or transfer holds it.",
            name = name(&offer.service, &offer.user)
        )),
    }
}

/// Who asks, before a key is made.
fn show(context: &Context<'_>, offer: &Offer) -> Result<(), Failure> {
    let account = name(&offer.name, &offer.user);
    context.out.warn("service", &tr!("Service: {service}", service = name(&offer.service, &offer.service_id)));
    context.out.warn("account", &tr!("Account: {account}", account = account));
    Ok(())
}

fn answer(context: &Context<'_>, code: &Code) -> Result<(), Failure> {
    let login = Login::read(&text_of(&code.code)?)?;
    let mut session = context.open_sensitive(code.yes)?;
    let contents = std::sync::Arc::clone(session.contents());
    let fitting: Vec<&TiqrIdentity> = contents.tiqr().iter().filter(|identity| login.is_for(identity)).collect();
    let identity = match fitting.as_slice() {
        [one] => *one,
        [] => {
            let message = tr!("No account of {service} is here. Enrol it first.", service = visible(&login.service_id));
            return Err(Failure::new(Exit::NotFound, "no_account", message));
        }
        _ => {
            let message = tr!(
                "There is more than one account of {service} here, and the code names none.",
                service = visible(&login.service_id)
            );
            return Err(Failure::new(Exit::Usage, "ambiguous", message));
        }
    };
    let service = name(&identity.service, &identity.service_id);
    context.out.warn("service", &tr!("Service: {service}", service = service));
    if !login.shown_as.is_empty() {
        context.out.warn("login_to", &tr!("Login to: {name}", name = visible(&login.shown_as)));
    }
    context.out.warn("account", &tr!("Account: {account}", account = name(&identity.name, &identity.user)));
    if somebody_is_there() && !code.yes.yes && !query::confirmed(tr!("Log in?"))? {
        return Err(Failure::new(Exit::Refused, "not_confirmed", tr!("Nothing was answered.")));
    }
    let unix = Clock::of(context).unix();
    let outcome = service::answer(&Web::new()?, &login, identity, catalogue::language(), unix)?;
    if outcome != Outcome::Ok {
        return Err(refused(&outcome));
    }
    session.record(Event::Signed { token: identity.id });
    if context.out.json {
        let (service, user) = (&identity.service, &identity.user);
        return context.out.result(&Answered { id: identity.id, service, user, result: "ok" });
    }
    context.out.done(&tr!("Logged in: {name}", name = name(&identity.service, &identity.user)))
}

fn refused(outcome: &Outcome) -> Failure {
    let (code, message) = match outcome {
        Outcome::WrongResponse { left: Some(left) } => (
            "wrong_response",
            trn!(
                "The service did not take the answer. {n} try is left.",
                "The service did not take the answer. {n} tries are left.",
                *left as usize
            ),
        ),
        Outcome::InvalidChallenge => {
            ("login_over", tr!("This login is over. Start it again on the other screen.").to_owned())
        }
        Outcome::Blocked { .. } => ("account_blocked", tr!("The service has blocked this account.").to_owned()),
        Outcome::InvalidUser => ("no_user", tr!("The service does not know this account.").to_owned()),
        _ => ("not_taken", tr!("The service did not take the answer.").to_owned()),
    };
    Failure::new(Exit::Failed, code, message)
}

fn list(context: &Context<'_>) -> Result<(), Failure> {
    let session = context.open()?;
    let identities = session.contents().tiqr();
    if context.out.json {
        return context.out.result(&identities.iter().map(listed).collect::<Vec<_>>());
    }
    if identities.is_empty() {
        return context.out.done(tr!("There is no TiQR account. Enrol one: smartotp tiqr enrol"));
    }
    let mut table = Table::default();
    for identity in identities {
        table.row([visible(&identity.service), visible(&identity.service_id), name(&identity.name, &identity.user)]);
    }
    table.print(context.out)
}

fn remove(context: &Context<'_>, which: &Remove) -> Result<(), Failure> {
    let mut session = context.open_sensitive(which.yes)?;
    let wanted = which.account.to_lowercase();
    let contents = std::sync::Arc::clone(session.contents());
    let texts = |one: &TiqrIdentity| {
        [one.id.to_string(), one.service.clone(), one.service_id.clone(), one.user.clone(), one.name.clone()]
    };
    let fits = |one: &&TiqrIdentity| texts(one).iter().any(|text| text.to_lowercase() == wanted);
    let found: Vec<&TiqrIdentity> = contents.tiqr().iter().filter(fits).collect();
    let [identity] = found.as_slice() else {
        if found.is_empty() {
            return Err(query::nothing(&which.account));
        }
        let message = tr!("\"{name}\" is more than one account. Name one by its id.", name = visible(&which.account));
        return Err(Failure::new(Exit::Usage, "ambiguous", message));
    };
    session.remove_tiqr(identity.id)?;
    context.out.done(&tr!("Deleted for good: {name}", name = name(&identity.service, &identity.user)))
}

fn listed(identity: &TiqrIdentity) -> Listed<'_> {
    Listed {
        id: identity.id,
        service: &identity.service,
        service_id: &identity.service_id,
        user: &identity.user,
        name: &identity.name,
        suite: identity.suite.as_str(),
        enrolled_at: identity.enrolled_at,
    }
}

impl From<LoginError> for Failure {
    fn from(_: LoginError) -> Self {
        Self::new(Exit::Unreadable, "tiqr_login", tr!("This is no TiQR login."))
    }
}

impl From<TiqrError> for Failure {
    fn from(error: TiqrError) -> Self {
        let (exit, code, message) = match error {
            TiqrError::Web(error) => return error.into(),
            TiqrError::NotTiqr => (Exit::Unreadable, "tiqr_enrolment", tr!("This is no TiQR enrolment.")),
            TiqrError::Suite => {
                (Exit::Unreadable, "tiqr_suite", tr!("This service uses an OCRA suite that a login can't have."))
            }
            TiqrError::NotTaken => (
                Exit::Failed,
                "enrolment_over",
                tr!("The service did not take it: the code was used before, or its time is over. Ask for a new one."),
            ),
            TiqrError::Challenge => (Exit::Unreadable, "challenge", tr!("This challenge can't be answered.")),
            _ => (Exit::Network, "no_tiqr_service", tr!("There is no TiQR service at this address.")),
        };
        Self::new(exit, code, message)
    }
}
