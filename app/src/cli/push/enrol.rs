//! `push enrol`: a server's code, keys, and a token that answers its requests.

use std::io::Read as _;
use std::path::Path;

use clap::Args;
use serde::Serialize;
use smartotp_core::enrol::push_uri::{self, PushEnrolment, PushUriError};
use smartotp_core::push::{self, ProviderName, PushToken, keys, privacyidea};
use smartotp_core::qr::read::{self, Budget};
use smartotp_core::token::TokenId;
use smartotp_core::vault::SystemEntropy;
use smartotp_core::web::Place;

use super::asking;
use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::shapes::name;
use crate::cli::time::Clock;
use crate::cli::{qr, query, reading};

/// Enrol a push token: shows whom it would talk to, makes a key, exchanges keys
#[derive(Debug, Args)]
pub(super) struct Enrol {
    /// The enrolment link, a picture of its QR code, or - for a link on standard input
    #[arg(value_name = "URI|IMAGE")]
    code: String,
    /// Don't ask; also where the server is in a private network
    #[arg(long)]
    yes: bool,
}

#[derive(Serialize)]
struct Enrolled<'a> {
    id: TokenId,
    issuer: &'a str,
    label: &'a str,
    serial: &'a str,
    host: &'a str,
}

impl Enrol {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let enrolment = push_uri::read(&text_of(&self.code)?)?;
        let (host, place, is_clear) = privacyidea::peer(&enrolment)?;
        self.agreed(context, &enrolment, &host, place, is_clear)?;
        // The vault first: a key that cannot be kept must not be enrolled.
        let mut session = context.open_to_change()?;
        context.out.warn("making_key", tr!("Making a key of 4096 bits…"));
        let key = keys::make(&SystemEntropy)?;
        let provider = push::provider(ProviderName::PrivacyIdea, &asking::web()?);
        let server_key = provider.enrol(&enrolment, &key)?;
        let token = PushToken {
            id: TokenId::from_bytes([0; 16]),
            provider: ProviderName::PrivacyIdea,
            label: enrolment.label.clone(),
            issuer: enrolment.issuer.clone(),
            serial: enrolment.serial.clone(),
            url: enrolment.url.clone(),
            key: key.private,
            server_key,
            ask_unlock: enrolment.ask_unlock,
            enrolled_at: Clock::of(context).unix(),
            seen: Vec::new(),
        };
        let id = session.add_push(token)?;
        let PushEnrolment { issuer, label, serial, .. } = &enrolment;
        if context.out.json {
            return context.out.result(&Enrolled { id, issuer, label, serial, host: &host });
        }
        context.out.done(&tr!("Enrolled: {name}. No backup, export or transfer holds it.", name = name(issuer, label)))
    }

    /// Says whom the app is about to talk to, and asks where that is odd.
    fn agreed(
        &self,
        context: &Context<'_>,
        enrolment: &PushEnrolment,
        host: &str,
        place: Place,
        is_clear: bool,
    ) -> Result<(), Failure> {
        let shown = visible(host);
        context.out.warn("server", &tr!("Server: {host}", host = shown));
        if is_clear {
            context.out.warn("in_clear", tr!("Nothing is encrypted on the way, which stays on this machine."));
        }
        if enrolment.unchecked_certificate {
            let words = tr!("The code asks to leave certificates unchecked. They are checked nevertheless.");
            context.out.warn("certificate_checked", words);
        }
        if self.yes {
            return Ok(());
        }
        if asking::somebody_is_there() {
            let agreed = query::confirmed(&tr!("Enrol a push token at {host}?", host = shown))?;
            let refused = || Failure::new(Exit::Refused, "not_confirmed", tr!("Nothing was enrolled."));
            return if agreed { Ok(()) } else { Err(refused()) };
        }
        if place == Place::Private {
            let message = tr!("{host} is in a private network. If that is meant, say --yes.", host = shown);
            return Err(Failure::new(Exit::Refused, "private_network", message));
        }
        Ok(())
    }
}

/// A link: as it is, from standard input, or out of a picture. Of several texts in one the first that has a scheme.
pub(in crate::cli) fn text_of(code: &str) -> Result<String, Failure> {
    if code == "-" {
        let mut text = String::new();
        // Longer than any link.
        std::io::stdin().lock().take(64 * 1024).read_to_string(&mut text)?;
        return Ok(text.trim().to_owned());
    }
    if code.contains("://") && !Path::new(code).exists() {
        return Ok(code.trim().to_owned());
    }
    let texts = read::picture(&reading::input(Path::new(code))?, Budget::PICTURE)
        .map_err(|error| qr::picture_failure(code, error))?;
    let [text] = texts.as_slice() else {
        let message = tr!("There is more than one QR code in {file}. Crop it to one.", file = visible(code));
        return Err(Failure::new(Exit::Unreadable, "several_codes", message));
    };
    Ok(text.trim().to_owned())
}

impl From<PushUriError> for Failure {
    fn from(error: PushUriError) -> Self {
        let message = match &error {
            PushUriError::Version { .. } => {
                tr!("This code is of a later version of the protocol. A newer Smart OTP may read it.").to_owned()
            }
            PushUriError::Missing { parameter } | PushUriError::Bad { parameter } => {
                tr!("In this code, {parameter} is missing or can't be used. Ask for a new one.", parameter = parameter)
            }
            PushUriError::Repeated { parameter } => {
                tr!("In this code, {parameter} stands twice. Ask for a new one.", parameter = parameter)
            }
            _ => tr!("This is no enrolment of a push token.").to_owned(),
        };
        Self::new(Exit::Unreadable, "push_enrolment", message)
    }
}
