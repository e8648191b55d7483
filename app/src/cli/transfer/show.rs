//! `transfer show`: the sending side. On a terminal the codes run until Ctrl-C; for scripts they are texts or pictures.
//!
//! The words that open what is shown never go where the frames go: both together are the tokens.

mod animation;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use clap::Args;
use serde::Serialize;
use smartotp_core::backup::words::TransferKey;
use smartotp_core::backup::{Keys, Lock};
use smartotp_core::export::ExportError;
use smartotp_core::qr::animated::Frames;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{NoEntropy, SystemEntropy};

use crate::cli::code::now;
use crate::cli::context::Context;
use crate::cli::export::Selection;
use crate::cli::failure::{Exit, Failure};
use crate::cli::opening::Yes;
use crate::cli::output::visible;
use crate::cli::writing::{self, Beside, Existing};

/// Pixels of a module in a PNG.
const MODULE: u32 = 4;
/// How many times the least number of frames are written where nobody says how many: a third may be lost, and some more.
const ROUNDS: usize = 2;

/// Show tokens as a row of QR codes; another device takes them in with the words that are shown
#[derive(Debug, Args)]
pub(super) struct Show {
    #[command(flatten)]
    selection: Selection,
    /// So many codes instead of going on until Ctrl-C
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=100_000))]
    frames: Option<u32>,
    /// Write the codes as PNG files into this folder
    #[arg(long, value_name = "FOLDER")]
    png: Option<PathBuf>,
    /// Write the words to a file instead of showing them
    #[arg(long, value_name = "FILE")]
    words_file: Option<PathBuf>,
    #[command(flatten)]
    yes: Yes,
}

/// What `--json` says.
#[derive(Serialize)]
struct Report<'a> {
    tokens: usize,
    /// How many frames it takes at least.
    least: u32,
    /// What opens it, where no file was named for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    words: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    frames: Option<Vec<String>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    files: Option<Vec<String>>,
}

impl Show {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let out = context.out;
        if let Some(file) = &self.words_file {
            writing::refuse_existing(file)?;
        }
        let mut session = context.open_sensitive(self.yes)?;
        let contents = Arc::clone(session.contents());
        let tokens = self.selection.of(contents.tokens())?;
        if tokens.is_empty() {
            return Err(ExportError::Nothing.into());
        }
        let key = TransferKey::random(&SystemEntropy).map_err(|NoEntropy| ExportError::NoEntropy)?;
        let keys = Keys::new(&[Lock::Transfer(&key)], &SystemEntropy).map_err(ExportError::from)?;
        let sealed = keys.seal(&session.origin("", now()), &tokens, &SystemEntropy);
        let frames = Frames::new(&sealed.map_err(ExportError::from)?).map_err(|_| {
            let words = tr!("That is more than QR codes carry. Choose a group, or use: smartotp export --to sealed");
            Failure::new(Exit::Failed, "too_large", words)
        })?;
        let words = key.to_words();
        // Written down before anything is shown.
        session.record(Event::Exported { tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX) });
        let is_for_eyes = out.terminal && !out.json && self.png.is_none();
        if is_for_eyes {
            return animation::run(frames, self.frames, &self.words(&words)?);
        }
        self.tell(context, frames, &words, tokens.len())
    }

    /// The line of words, or where they are.
    fn words(&self, words: &SecretText) -> Result<SecretText, Failure> {
        let Some(file) = &self.words_file else {
            let line = tr!("Type these words on the other device: {words}", words = words.expose());
            return Ok(SecretText::new(line));
        };
        self.write_words(file, words)?;
        Ok(SecretText::new(words_are_in(file)))
    }

    fn write_words(&self, file: &Path, words: &SecretText) -> Result<(), Failure> {
        let mut line = zeroize::Zeroizing::new(Vec::with_capacity(words.expose().len() + 1));
        line.extend(words.expose().as_bytes());
        line.push(b'\n');
        Beside::write(file, &line, Existing::Kept)?.place()
    }

    /// The frames as texts or pictures, for scripts.
    fn tell(&self, context: &Context<'_>, frames: Frames, words: &SecretText, tokens: usize) -> Result<(), Failure> {
        let out = context.out;
        let least = frames.least();
        let count = self.frames.map_or(ROUNDS * least as usize + 10, |count| count as usize);
        let frames = frames.take(count);
        if let Some(file) = &self.words_file {
            self.write_words(file, words)?;
        }
        let shown = if self.words_file.is_none() { Some(words.expose()) } else { None };
        let mut report = Report { tokens, least, words: shown, frames: None, files: None };
        if let Some(folder) = &self.png {
            let files = pictures(folder, frames, count)?;
            if !out.json {
                out.done(&trn!("{n} picture was written.", "{n} pictures were written.", files.len()))?;
                return out.done(&self.line_of_words(words));
            }
            report.files = Some(files);
        } else if !out.json {
            // Quiet or not: without them the frames are worth nothing.
            if self.words_file.is_none() {
                out.complain(&self.line_of_words(words));
            }
            return frames.into_iter().try_for_each(|frame| out.line(&frame));
        } else {
            report.frames = Some(frames.collect());
        }
        out.result(&report)
    }

    fn line_of_words(&self, words: &SecretText) -> String {
        match &self.words_file {
            Some(file) => words_are_in(file),
            None => tr!("Type these words on the other device: {words}", words = words.expose()),
        }
    }
}

fn words_are_in(file: &Path) -> String {
    tr!("The words for the other device are in {file}.", file = visible(&file.display().to_string()))
}

/// One PNG a frame: `frame-0001.png` and so on.
fn pictures(folder: &Path, frames: impl Iterator<Item = String>, count: usize) -> Result<Vec<String>, Failure> {
    let digits = count.to_string().len().max(4);
    let mut files = Vec::with_capacity(count);
    for (number, frame) in (1..=count).zip(frames) {
        let file = folder.join(format!("frame-{number:0digits$}.png"));
        writing::make_folder_of(&file)?;
        Beside::write(&file, &modules(&frame)?.to_png(MODULE), Existing::Kept)?.place()?;
        files.push(file.display().to_string());
    }
    Ok(files)
}

fn modules(frame: &str) -> Result<Modules, Failure> {
    Modules::encode_frame(frame)
        .map_err(|_| Failure::new(Exit::Failed, "too_long", tr!("This token is too long for a QR code.")))
}
