//! `sign`: the answer to a challenge (OCRA, RFC 6287).

use std::path::{Path, PathBuf};

use clap::Args;
use serde::Serialize;
use smartotp_core::qr::read::{self, Budget};
use smartotp_core::token::{ChallengeEncoding, Counter, Kind, TokenId};
use smartotp_core::vault::SignRequest;
use smartotp_core::vault::journal::Event;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::output::visible;
use super::shapes::name_of;
use super::{code, credentials, edit, qr, reading};

/// Answer a challenge with an OCRA token
#[derive(Debug, Args)]
pub(super) struct Sign {
    /// Which one: issuer, account, issuer:account or id
    query: String,
    #[command(flatten)]
    challenge: Challenge,
    /// Answer with this counter, without moving the stored one
    #[arg(long, value_name = "N")]
    counter: Option<u64>,
    /// Read the PIN from a file, for suites that ask for one
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// Read the session information from a file, for suites that ask for it
    #[arg(long, value_name = "FILE")]
    session_file: Option<PathBuf>,
    /// The Unix time, for suites that ask for it; it is taken as it is
    #[arg(long, value_name = "UNIX")]
    at: Option<u64>,
    /// Read the challenge in this way instead of the token's: rfc or ascii
    #[arg(long, value_name = "ENCODING", value_parser = edit::parse_encoding)]
    encoding: Option<ChallengeEncoding>,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Challenge {
    /// The challenge
    #[arg(long, value_name = "TEXT")]
    challenge: Option<String>,
    /// Read the challenge from a QR code in a picture
    #[arg(long, value_name = "FILE")]
    challenge_image: Option<PathBuf>,
}

#[derive(Serialize)]
struct Answer<'a> {
    id: TokenId,
    issuer: &'a str,
    account: &'a str,
    suite: String,
    challenge: &'a str,
    code: &'a str,
    /// The one used.
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
}

impl Challenge {
    fn get(&self) -> Result<String, Failure> {
        match (&self.challenge, &self.challenge_image) {
            (_, Some(file)) => scanned(file),
            (text, None) => Ok(text.clone().unwrap_or_default()),
        }
    }
}

/// The one text in a picture.
fn scanned(path: &Path) -> Result<String, Failure> {
    let file = path.display().to_string();
    let texts =
        read::picture(&reading::input(path)?, Budget::PICTURE).map_err(|error| qr::picture_failure(&file, error))?;
    let [text] = texts.as_slice() else {
        let message = tr!("There is more than one QR code in {file}. Crop it to the challenge.", file = visible(&file));
        return Err(Failure::new(Exit::Unreadable, "several_codes", message));
    };
    Ok(text.trim().to_owned())
}

impl Sign {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let challenge = self.challenge.get()?;
        let pin = self.pin_file.as_deref().map(credentials::secret_file).transpose()?;
        let information = self.session_file.as_deref().map(credentials::secret_bytes).transpose()?;
        let mut session = context.open_to_change()?;
        let token = context.one_of(session.contents().tokens().iter(), &self.query)?;
        let id = token.id;
        let Kind::Ocra { suite, .. } = &token.kind else {
            let message = tr!("{name} answers no challenges. Use: smartotp code", name = name_of(token));
            return Err(Failure::new(Exit::Usage, "wrong_kind", message));
        };
        let suite = suite.to_string();
        if self.challenge.challenge_image.is_some() {
            // What is signed is shown, even where it was not typed.
            context.out.warn("challenge", &tr!("Challenge: {challenge}", challenge = visible(&challenge)));
        }
        let request = SignRequest {
            challenge: &challenge,
            pin: pin.as_ref(),
            session: information.as_deref(),
            unix: self.at.unwrap_or_else(code::now),
            counter: self.counter.map(Counter),
            encoding: self.encoding,
        };
        let (answer, counter) = session.sign(id, &request)?;
        session.record(Event::Signed { token: id });
        if counter.is_some() {
            context.tidy(&mut session);
        }
        if !context.out.json {
            return context.out.line(answer.as_str());
        }
        let contents = session.contents();
        let (issuer, account) =
            contents.token(id).map(|token| (token.issuer.as_str(), token.account.as_str())).unwrap_or_default();
        context.out.result(&Answer {
            id,
            issuer,
            account,
            suite,
            challenge: &challenge,
            code: answer.as_str(),
            counter: counter.map(|counter| counter.0),
        })
    }
}
