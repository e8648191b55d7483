//! What is to be signed, and what a suite asks for besides: from options, files, a picture, or a person.

use std::io::{self, IsTerminal as _};
use std::path::{Path, PathBuf};

use clap::Args;
use smartotp_core::confirm::{Challenge, ChallengeError, Missing, Needs};
use smartotp_core::qr::read::{self, Budget};
use smartotp_core::secret::SecretText;
use zeroize::Zeroizing;

use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::{credentials, qr, reading};

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct What {
    /// The challenge: alone, or a link or JSON that says what it is for
    #[arg(long, value_name = "TEXT")]
    challenge: Option<String>,
    /// Read the challenge from a QR code in a picture
    #[arg(long, value_name = "FILE")]
    challenge_image: Option<PathBuf>,
    /// List what was signed, the newest last, in UTC
    #[arg(long)]
    pub(super) history: bool,
}

#[derive(Debug, Args)]
pub(super) struct With {
    /// Read the PIN from a file, for suites that ask for one
    #[arg(long, value_name = "FILE")]
    pin_file: Option<PathBuf>,
    /// Read the session information from a file, for suites that ask for it
    #[arg(long, value_name = "FILE")]
    session_file: Option<PathBuf>,
}

/// PIN and session information, as they were given.
pub(super) struct Given {
    pub(super) pin: Option<SecretText>,
    pub(super) session: Option<Zeroizing<Vec<u8>>>,
}

impl What {
    /// The challenge, and whether it is nothing but what was typed.
    pub(super) fn challenge(&self) -> Result<(Challenge, bool), Failure> {
        let text = match &self.challenge_image {
            Some(file) => scanned(file)?,
            None => self.challenge.clone().unwrap_or_default(),
        };
        let challenge = Challenge::read(&text)?;
        let is_bare = self.challenge_image.is_none() && challenge.question == text.trim();
        Ok((challenge, is_bare))
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
    Ok(text.clone())
}

impl With {
    pub(super) fn read(&self) -> Result<Given, Failure> {
        let pin = self.pin_file.as_deref().map(credentials::secret_file).transpose()?;
        let session = self.session_file.as_deref().map(credentials::secret_bytes).transpose()?;
        Ok(Given { pin, session: session.map(Zeroizing::new) })
    }
}

impl Given {
    /// The same with what a person types; what is missing then is said all at once.
    pub(super) fn complete(mut self, needs: &Needs) -> Result<Self, Failure> {
        if needs.pin && self.pin.is_none() && somebody_is_there() {
            let typed = rpassword::prompt_password(tr!("PIN of the token: ")).map(SecretText::new).ok();
            self.pin = typed.filter(|pin| !pin.is_empty());
        }
        let missing = needs.missing(self.pin.is_some(), self.session.is_some());
        let Some(first) = missing.first() else { return Ok(self) };
        let sentences: Vec<&str> = missing.iter().map(sentence).collect();
        let names: Vec<&str> = missing.iter().map(name).collect();
        let code = if matches!(first, Missing::Pin) { "needs_pin" } else { "needs_session" };
        Err(Failure::new(Exit::Usage, code, sentences.join(" ")).with("missing", names))
    }
}

fn name(missing: &Missing) -> &'static str {
    match missing {
        Missing::Pin => "pin",
        Missing::Session { .. } => "session",
    }
}

fn sentence(missing: &Missing) -> &'static str {
    match missing {
        Missing::Pin => tr!("This token asks for a PIN. Give it with --pin-file."),
        Missing::Session { .. } => tr!("This token asks for session information. Give it with --session-file."),
    }
}

/// Whether a person sees what is asked and can answer.
pub(super) fn somebody_is_there() -> bool {
    io::stdin().is_terminal() && credentials::somebody_is_there()
}

impl From<ChallengeError> for Failure {
    fn from(error: ChallengeError) -> Self {
        let (exit, code, message) = match &error {
            ChallengeError::Empty => (Exit::Unreadable, "challenge_empty", tr!("The challenge is empty.").to_owned()),
            ChallengeError::TooLong => (
                Exit::Unreadable,
                "challenge_too_long",
                tr!("This challenge says more than can be shown and read.").to_owned(),
            ),
            ChallengeError::NoQuestion => (
                Exit::Unreadable,
                "no_challenge",
                tr!("There is no challenge in it: challenge, question or q is missing.").to_owned(),
            ),
            ChallengeError::Repeated { name } => (
                Exit::Refused,
                "challenge_ambiguous",
                tr!("{name} stands twice in this challenge. It isn't signed.", name = visible(name)),
            ),
            ChallengeError::Hidden => (
                Exit::Refused,
                "challenge_hides",
                tr!("This transaction holds characters that can't be seen. It isn't signed.").to_owned(),
            ),
            _ => (
                Exit::Unreadable,
                "challenge_damaged",
                tr!("This challenge is damaged. Scan or copy it again.").to_owned(),
            ),
        };
        Self::new(exit, code, message)
    }
}
