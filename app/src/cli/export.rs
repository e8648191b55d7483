//! `export`: tokens to files, for this app, for others, for paper.
//!
//! What is in clear says so. A file is for its owner alone, written beside its place, read back by the importers and compared
//! before it gets its name; nothing that is there already is replaced unasked.

mod place;
mod selection;
mod sheet_words;
mod words;

use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use serde::Serialize;
use smartotp_core::export::{ExportError, Format, PasswordUse, Request, Written, verify};
use smartotp_core::secret::SecretText;
use smartotp_core::token::Token;
use smartotp_core::vault::journal::Event;
use zeroize::Zeroizing;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::opening::Yes;
use super::output::{self, visible};
use super::writing::{self, Beside, Existing};
use super::{advice, code, credentials};
use place::Place;
pub(super) use selection::Selection;

/// Write tokens to files: sealed for Smart OTP, encrypted or in clear for other apps, to print
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The format
    #[arg(long, value_name = "FORMAT", value_parser = formats())]
    to: Format,
    /// Where to; - is standard output. The ending chooses between PDF and HTML, PNG and SVG; several pictures are numbered
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Read the password that encrypts the export from a file
    #[arg(long, value_name = "FILE")]
    export_password_file: Option<PathBuf>,
    /// Replace a file that is there already
    #[arg(long, short)]
    force: bool,
    #[command(flatten)]
    selection: Selection,
    #[command(flatten)]
    yes: Yes,
}

fn formats() -> impl TypedValueParser<Value = Format> {
    let names: Vec<&str> = Format::all().map(Format::name).collect();
    PossibleValuesParser::new(names).try_map(|name| Format::named(&name).ok_or("no such format"))
}

/// What `--json` says of an export to files.
#[derive(Serialize)]
struct Report<'a> {
    files: Vec<String>,
    tokens: usize,
    encrypted: bool,
    lost: Vec<words::Lost<'a>>,
}

impl Export {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let out = context.out;
        let place = Place(&self.output);
        self.check(&place, out.terminal)?;
        let password = self.password(context)?;
        let mut session = context.open_sensitive(self.yes)?;
        let contents = Arc::clone(session.contents());
        let tokens = self.selection.of(contents.tokens())?;
        if password.is_none() {
            out.warn("in_clear", tr!("This export holds your keys in clear: whoever reads it can make your codes."));
        }
        let extension = place.extension(self.to);
        let paragraphs = sheet_words::paragraphs();
        let (origin, words) = (session.origin("", code::now()), sheet_words::words(&paragraphs));
        let password = password.as_ref();
        let request = Request { password, extension: &extension, origin: &origin, words: &words, ..Request::default() };
        let written = self.to.write(&tokens, &request)?;
        let exported = tokens.len() - written.left_out();
        let lost = words::lost(&written.lost, &tokens);
        // Written down before anything leaves.
        session.record(Event::Exported { tokens: u32::try_from(exported).unwrap_or(u32::MAX) });
        if place.is_standard() {
            verify(self.to, &written.files(), &tokens, &written.lost, &request)?;
            words::tell_lost(out, &lost);
            return written.files().into_iter().try_for_each(output::write);
        }
        let files = self.write(&place, &written, &tokens, &request)?;
        if out.json {
            return out.result(&Report { files, tokens: exported, encrypted: password.is_some(), lost });
        }
        words::tell_lost(out, &lost);
        for file in &files {
            out.done(&tr!("Written, read back and compared: {file}", file = visible(file)))?;
        }
        out.done(&trn!("{n} token was exported.", "{n} tokens were exported.", exported))
    }

    /// What is wrong before anybody is asked for anything.
    fn check(&self, place: &Place<'_>, terminal: bool) -> Result<(), Failure> {
        if !place.is_standard() {
            return if self.force { Ok(()) } else { writing::refuse_existing(&place.files(self.to, 1).swap_remove(0)) };
        }
        let is_binary = matches!(self.to.name(), "sealed" | "sheet");
        if terminal && is_binary {
            let words = tr!("This format is no text for a terminal. Name a file with --output.");
            return Err(Failure::new(Exit::Usage, "binary_to_terminal", words));
        }
        Ok(())
    }

    /// What encrypts it: from a file, else typed twice where the format can't do without.
    fn password(&self, context: &Context<'_>) -> Result<Option<SecretText>, Failure> {
        let password = match &self.export_password_file {
            Some(_) if self.to.password() == PasswordUse::Never => return Err(ExportError::TakesNoPassword.into()),
            Some(file) => Some(credentials::secret_file(file)?),
            None if self.to.password() == PasswordUse::Required => {
                credentials::ask_twice(tr!("Password of the export: "))?
            }
            None => return Ok(None),
        };
        // An empty one never turns into an export in clear.
        let Some(password) = password.filter(|password| !password.is_empty()) else {
            let words = tr!("The export's password is missing or empty. Give one with --export-password-file.");
            return Err(Failure::new(Exit::Usage, "needs_export_password", words));
        };
        advice::on_password(context.out, &password);
        Ok(Some(password))
    }

    /// Writes the files, compares what lies on the disk, and only then gives them their names.
    fn write(
        &self,
        place: &Place<'_>,
        written: &Written,
        tokens: &[&Token],
        request: &Request<'_>,
    ) -> Result<Vec<String>, Failure> {
        let bytes = written.files();
        let places = place.files(self.to, bytes.len());
        let existing = if self.force { Existing::Replaced } else { Existing::Kept };
        places.iter().try_for_each(|place| writing::make_folder_of(place))?;
        let files: Vec<Beside> = places
            .iter()
            .zip(&bytes)
            .map(|(place, bytes)| Beside::write(place, bytes, existing))
            .collect::<Result<_, _>>()?;
        let on_disk: Vec<Option<Zeroizing<Vec<u8>>>> = files.iter().map(Beside::read_back).collect::<Result<_, _>>()?;
        let to_compare: Vec<&[u8]> = on_disk
            .iter()
            .zip(&bytes)
            .map(|(on_disk, bytes)| on_disk.as_ref().map_or(*bytes, |file| file.as_slice()))
            .collect();
        verify(self.to, &to_compare, tokens, &written.lost, request)?;
        files.into_iter().try_for_each(Beside::place)?;
        Ok(places.iter().map(|place| place.display().to_string()).collect())
    }
}
