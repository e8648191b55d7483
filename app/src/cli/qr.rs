//! `qr`: pictures to texts, tokens to pictures.

use std::path::PathBuf;

use clap::{Args, Subcommand};
use serde::Serialize;
use smartotp_core::enrol::otpauth;
use smartotp_core::qr::read::{self, Budget, ReadError};
use smartotp_core::qr::write::Modules;
use smartotp_core::vault::journal::Event;
use zeroize::Zeroizing;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::opening::Yes;
use super::output::visible;
use super::shapes::name_of;
use super::{output, reading, writing};

/// Read QR codes in pictures, or show a token as one
#[derive(Debug, Args)]
pub(super) struct Qr {
    #[command(subcommand)]
    command: QrCommand,
}

#[derive(Debug, Subcommand)]
enum QrCommand {
    Read(Read),
    Show(Show),
}

impl Qr {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        match &self.command {
            QrCommand::Read(command) => command.run(context),
            QrCommand::Show(command) => command.run(context),
        }
    }
}

/// Print the texts of the QR codes in pictures; no vault is needed
#[derive(Debug, Args)]
struct Read {
    /// PNG, JPEG, GIF, WebP or BMP files
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Texts {
    file: String,
    texts: Vec<String>,
}

impl Read {
    /// Every file is read, whatever becomes of the others; one that gives nothing makes the exit code 6.
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut results = Vec::new();
        let mut failed = false;
        for path in &self.files {
            let file = path.display().to_string();
            let texts = reading::input(path).and_then(|bytes| {
                read::picture(&bytes, Budget::PICTURE).map_err(|error| picture_failure(&file, error))
            });
            let texts = texts.unwrap_or_else(|failure| {
                failure.tell(context.out.json);
                failed = true;
                Vec::new()
            });
            if !context.out.json {
                for text in &texts {
                    context.out.line(&if context.out.terminal { visible(text) } else { text.clone() })?;
                }
            }
            results.push(Texts { file, texts });
        }
        if context.out.json {
            context.out.result(&results)?;
        }
        if failed { Err(Failure::silent(Exit::Unreadable)) } else { Ok(()) }
    }
}

/// Show a token as a QR code that other apps can scan
#[derive(Debug, Args)]
struct Show {
    /// Which one: issuer, account, issuer:account or id
    query: String,
    /// Write a PNG instead of showing it here
    #[arg(long, value_name = "FILE")]
    png: Option<PathBuf>,
    /// Write an SVG instead of showing it here
    #[arg(long, value_name = "FILE", conflicts_with = "png")]
    svg: Option<PathBuf>,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Serialize)]
struct Shown<'a> {
    uri: &'a str,
}

#[derive(Serialize)]
struct Written {
    file: String,
}

/// Pixels of a module in a PNG.
const MODULE: u32 = 8;

impl Show {
    fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let contents = std::sync::Arc::clone(session.contents());
        let token = context.one_of(contents.tokens().iter(), &self.query)?;
        let uri = otpauth::write(token);
        let modules = Modules::encode(uri.expose())
            .map_err(|_| Failure::new(Exit::Failed, "too_long", tr!("This token is too long for a QR code.")))?;
        // Written down before it is shown.
        session.record(Event::QrShown { token: token.id });
        let (file, picture) = match (&self.png, &self.svg) {
            (Some(file), _) => (file, modules.to_png(MODULE)),
            (None, Some(file)) => (file, modules.to_svg().into_bytes()),
            (None, None) if context.out.json => return context.out.result(&Shown { uri: uri.expose() }),
            (None, None) => return output::print(&modules.to_terminal()),
        };
        writing::secret_file(file, &Zeroizing::new(picture))?;
        if file.as_os_str() == "-" {
            return Ok(());
        }
        if context.out.json {
            return context.out.result(&Written { file: file.display().to_string() });
        }
        context.out.done(&tr!(
            "The QR code of {name} is in {file}. It holds the key.",
            name = name_of(token),
            file = visible(&file.display().to_string())
        ))
    }
}

/// A picture that gave nothing, in words.
pub(super) fn picture_failure(file: &str, error: ReadError) -> Failure {
    let file = visible(file);
    let (code, message) = match error {
        ReadError::NoCode => {
            ("no_code", tr!("There is no readable QR code in {file}. Crop it closer or take it again.", file = file))
        }
        ReadError::Damaged => ("damaged_picture", tr!("{file} is a damaged picture.", file = file)),
        ReadError::TooLarge => ("too_large", tr!("{file} is larger than any picture that is read.", file = file)),
        _ => ("not_a_picture", tr!("{file} is no picture. PNG, JPEG, GIF, WebP and BMP can be read.", file = file)),
    };
    Failure::new(Exit::Unreadable, code, message)
}
