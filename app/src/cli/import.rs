//! `import`: other apps' files, found out by their content. What is new is added; the report names the rest.

mod files;
mod words;

use std::path::PathBuf;

use clap::Args;
use smartotp_core::import::Format;

pub(super) use files::Files;

use super::context::Context;
use super::failure::Failure;
use super::{credentials, reading};

/// Add the tokens of other apps' files: backups, plain or encrypted, texts of links, pictures of QR codes
#[derive(Debug, Args)]
pub(super) struct Import {
    /// The files; their formats are found out by what is in them
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Read them as this format, whatever they look like
    #[arg(long, value_name = "NAME", value_parser = parse_format)]
    format: Option<Format>,
    /// Read the password of encrypted files from a file
    #[arg(long, value_name = "FILE")]
    import_password_file: Option<PathBuf>,
    /// Only tell what would be added
    #[arg(long)]
    dry_run: bool,
}

fn parse_format(name: &str) -> Result<Format, String> {
    Format::named(name).ok_or_else(|| Format::all().map(|format| format.name()).collect::<Vec<_>>().join(", "))
}

impl Import {
    /// Every file is read, whatever becomes of the others; one that gives nothing makes the exit code 6 (5 for one of our own that
    /// is damaged), one that its password does not open 3.
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let password = self.import_password_file.as_deref().map(credentials::secret_file).transpose()?;
        let mut files = Files::default();
        let mut failed = None;
        for path in &self.files {
            match reading::input(path) {
                Ok(bytes) => files.push(path.display().to_string(), bytes),
                Err(failure) => {
                    failure.tell(context.out.json);
                    failed = failed.or(Some(failure.exit));
                }
            }
        }
        files.take_in(context, password.as_ref(), self.format, self.dry_run, failed)
    }
}
