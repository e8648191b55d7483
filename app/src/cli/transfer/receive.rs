//! `transfer receive`: the receiving side, from pictures or texts of the frames in any order.

use std::path::PathBuf;

use clap::Args;
use smartotp_core::backup::words::{TransferKey, WordsError};
use smartotp_core::backup::{Keys, Unlock, UnsealError};
use smartotp_core::import::Format;
use smartotp_core::qr::animated::{Receiver, Taken};
use smartotp_core::qr::read::{self, Budget, ReadError};
use smartotp_core::secret::SecretText;

use crate::cli::context::Context;
use crate::cli::failure::{Exit, Failure};
use crate::cli::import::Files;
use crate::cli::interrupt::Interrupt;
use crate::cli::progress::Progress;
use crate::cli::{credentials, reading};

/// How often mistyped words may be typed anew.
const TRIES: usize = 3;

/// Add the tokens that another device shows: pictures of its codes, or their texts, one a line
#[derive(Debug, Args)]
pub(super) struct Receive {
    /// The files, in any order; - is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Read the words that the other device shows from a file
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    /// Only tell what would be added
    #[arg(long)]
    dry_run: bool,
}

impl Receive {
    /// Puts the sealed file together, opens it with the words and adds what is new. A file that can't be read is one lost
    /// frame, no more.
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let given = self.words_file.as_deref().map(credentials::secret_file).transpose()?;
        let receiver = self.gather(context)?;
        let Some(sealed) = receiver.finished() else { return Err(incomplete(&receiver)) };
        let words = match given {
            Some(words) => checked(words, sealed)?,
            None => ask(sealed, context.out.json)?,
        };
        let mut files = Files::default();
        files.push(tr!("The transfer").to_owned(), sealed.to_vec());
        files.take_in(context, Some(&words), Format::named("sealed"), self.dry_run, None)
    }

    /// Reads files until the transfer is whole.
    fn gather(&self, context: &Context<'_>) -> Result<Receiver, Failure> {
        let interrupt = Interrupt::listen()?;
        let mut progress = Progress::new(context.out);
        let mut receiver = Receiver::default();
        let mut is_newer = false;
        for path in &self.files {
            if interrupt.pressed() {
                let words = tr!("The import was cancelled. Nothing was added.");
                return Err(Failure::new(Exit::Failed, "cancelled", words));
            }
            let texts = match reading::input(path) {
                Ok(bytes) => texts(bytes),
                Err(failure) => {
                    failure.tell(context.out.json);
                    continue;
                }
            };
            for text in &texts {
                is_newer |= receiver.frame(text.trim()) == Taken::Newer;
            }
            if receiver.finished().is_some() {
                return Ok(receiver);
            }
            let have = receiver.progress();
            progress.tell(|| tr!("{have} of {of} codes are in…", have = have.have, of = have.of));
        }
        if is_newer && receiver.progress().of == 0 {
            let words = tr!("These codes were made by a newer version of Smart OTP. Update the app to take them in.");
            return Err(Failure::new(Exit::Unreadable, "newer_transfer", words));
        }
        Ok(receiver)
    }
}

/// The texts of a picture's codes, or a text's lines.
fn texts(bytes: Vec<u8>) -> Vec<String> {
    match read::picture(&bytes, Budget::PICTURE) {
        Ok(texts) => texts,
        Err(ReadError::NoCode) => Vec::new(),
        Err(_) => String::from_utf8(bytes).map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default(),
    }
}

fn incomplete(receiver: &Receiver) -> Failure {
    let progress = receiver.progress();
    if progress.of == 0 {
        let words = tr!("There is no code of a transfer in that. Show one with: smartotp transfer show");
        return Failure::new(Exit::Unreadable, "no_frames", words);
    }
    let words = tr!(
        "{have} codes are in, and at least {of} are needed. Take in more of them, whichever.",
        have = progress.have,
        of = progress.of
    );
    Failure::new(Exit::Unreadable, "incomplete_transfer", words).with("have", progress.have).with("of", progress.of)
}

/// Asks for the words until they are some.
fn ask(sealed: &[u8], as_json: bool) -> Result<SecretText, Failure> {
    for _ in 0..TRIES {
        let Some(typed) = credentials::ask(tr!("Words that the other device shows: ")) else { break };
        match checked(typed, sealed) {
            Err(failure) => failure.tell(as_json),
            right => return right,
        }
    }
    let words =
        tr!("The words that the other device shows are missing. Give them with --words-file, or at the prompt.");
    Err(Failure::new(Exit::Locked, "missing_words", words))
}

/// The words, if they open it.
fn checked(words: SecretText, sealed: &[u8]) -> Result<SecretText, Failure> {
    let message = match TransferKey::from_words(words.expose()) {
        Ok(key) => match Keys::unlock(sealed, &Unlock::Transfer(&key)) {
            Err(UnsealError::WrongKey) => {
                tr!("These words belong to another transfer. Look at the other screen again.").to_owned()
            }
            // Whatever else is wrong with it is said where it is read.
            _ => return Ok(words),
        },
        Err(WordsError::Unknown { position }) => {
            tr!("Word {position} is none of the list. Look at it again.", position = position)
        }
        Err(WordsError::Check) => {
            tr!("These words don't belong together: one is another, or two are swapped. Look at them again.").to_owned()
        }
        Err(_) => tr!("There are eight words.").to_owned(),
    };
    Err(Failure::new(Exit::Locked, "wrong_words", message))
}
