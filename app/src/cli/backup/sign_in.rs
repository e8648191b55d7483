//! `backup sign-in`, and the signing in of `backup on`: an address for the browser, and the wait for what it brings back.

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::cloud::{Client, Cloud, SignIn};
use smartotp_core::backup::location::ProviderKind;
use smartotp_core::backup::oauth::{self, Page, SignInError};
use smartotp_core::backup::versions;
use smartotp_core::vault::SystemEntropy;

use super::places::{self, Chosen};
use crate::cli::catalogue;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::visible;

/// How the browser is come by.
#[derive(Debug, Args)]
pub(super) struct Browser {
    /// Only print the address to sign in at (gdrive, dropbox, onedrive), and open no browser
    #[arg(long)]
    no_browser: bool,
}

/// Sign in again to Google Drive, Dropbox or OneDrive where the sign-in has ended; the backup goes on as it was
#[derive(Debug, Args)]
pub(super) struct Again {
    #[command(flatten)]
    browser: Browser,
    #[command(flatten)]
    chosen: Chosen,
}

#[derive(Serialize)]
struct SignedIn {
    place: u32,
    provider: ProviderKind,
    r#where: String,
}

impl Again {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_to_change()?;
        let ids = self.chosen.ids(&session)?;
        let clouds = ids.into_iter().filter_map(|id| {
            let place = session.backup().place(id)?;
            Some((id, place.location.kind().cloud()?, place.location.shown()))
        });
        let clouds: Vec<_> = clouds.collect();
        if clouds.is_empty() {
            return Err(Failure::new(
                Exit::NotFound,
                "no_cloud",
                tr!("No place of the backup is one to sign in to. See: smartotp backup status"),
            ));
        }
        let mut signed_in = Vec::with_capacity(clouds.len());
        for (id, cloud, shown) in clouds {
            let new = sign_in(context, cloud, &self.browser)?;
            session.set_sign_in(id, new)?;
            let provider = places::provider(context, &places::place(&session, id)?.location)?;
            let listed = provider.list();
            session.keep_sign_in(id, &*provider)?;
            listed.map_err(versions::BackupError::from)?;
            context.out.done(&tr!("Signed in again: {place}", place = visible(&shown)))?;
            signed_in.push(SignedIn { place: id, provider: cloud.kind(), r#where: shown });
        }
        if context.out.json { context.out.result(&signed_in) } else { Ok(()) }
    }
}

/// Signs in to a cloud: waits for the person in the browser, ten minutes at most.
pub(super) fn sign_in(context: &Context<'_>, cloud: Cloud, browser: &Browser) -> Result<SignIn, Failure> {
    let client = client(context, cloud)?;
    let waiting = oauth::begin_here(cloud, client, &SystemEntropy).map_err(|error| failure(cloud, &error))?;
    let interrupt = Interrupt::listen()?;
    let sentence = tr!("Sign in to {service} in the browser, at this address:", service = cloud.title());
    context.out.ask_to_open(&sentence, waiting.url());
    if !browser.no_browser {
        (context.platform.browse)(waiting.url());
    }
    let page = Page {
        language: catalogue::language(),
        title: "Smart OTP",
        done: tr!("You can close this page. Smart OTP goes on by itself."),
        denied: tr!("Smart OTP was not allowed in. You can close this page."),
    };
    waiting.finish(&page, &context.platform.network, &|| interrupt.pressed()).map_err(|error| failure(cloud, &error))
}

/// What this build is to a cloud.
pub(super) fn client(context: &Context<'_>, cloud: Cloud) -> Result<Client, Failure> {
    let words = || {
        tr!("This build of Smart OTP has no client id for {service} and can't sign in there.", service = cloud.title())
    };
    (context.platform.client)(cloud).ok_or_else(|| Failure::new(Exit::Usage, "no_client_id", words()))
}

fn failure(cloud: Cloud, error: &SignInError) -> Failure {
    let service = cloud.title();
    let (exit, code, words) = match error {
        SignInError::Denied => (
            Exit::Locked,
            "sign_in_denied",
            tr!("{service} did not let Smart OTP in. Nothing was changed.", service = service),
        ),
        SignInError::NotAllowed => (
            Exit::Locked,
            "sign_in_not_enough",
            tr!(
                "{service} allows less than a backup needs. Sign in once more and leave all ticked.",
                service = service
            ),
        ),
        SignInError::Refused { code } => (
            Exit::Failed,
            "sign_in_refused",
            tr!("{service} refuses the sign-in: {reason}.", service = service, reason = visible(code)),
        ),
        SignInError::TimedOut => (
            Exit::Locked,
            "sign_in_timed_out",
            tr!("Nobody signed in to {service} within ten minutes. Nothing was changed.", service = service),
        ),
        SignInError::Cancelled => (Exit::Failed, "cancelled", tr!("Nothing was changed.").to_owned()),
        SignInError::Busy => {
            (Exit::Network, "place_busy", tr!("The backup's place is busy. Try again later.").to_owned())
        }
        SignInError::Unreachable { reason } => {
            (Exit::Network, "place_unreachable", tr!("The backup's place can't be reached: {reason}.", reason = reason))
        }
        SignInError::System => (
            Exit::Failed,
            "no_port",
            tr!("This system gives no port of its own that a browser could answer to.").to_owned(),
        ),
        _ => (
            Exit::Network,
            "sign_in_odd",
            tr!("{service} answers otherwise than it should. Try again later.", service = service),
        ),
    };
    Failure::new(exit, code, words)
}
