//! `import`: other apps' files, found out by their content. What is new is added; the report names the rest.

use std::path::PathBuf;

use clap::Args;
use smartotp_core::import::{self, Entry, Format, ImportError, Loss};

use super::adding::{self, Incoming, Lost, Unreadable};
use super::context::Context;
use super::failure::{Exit, Failure};
use super::output::{Output, visible};
use super::{credentials, enrolment_words, qr, reading};

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
    /// Every file is read, whatever becomes of the others; one that gives nothing makes the exit code 6, one that its password
    /// does not open 3.
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let password = self.import_password_file.as_deref().map(credentials::secret_file).transpose()?;
        let mut failed = None;
        let mut names = Vec::new();
        let mut files = Vec::new();
        for path in &self.files {
            match reading::input(path) {
                Ok(bytes) => {
                    names.push(path.display().to_string());
                    files.push(bytes);
                }
                Err(failure) => {
                    failure.tell(context.out.json);
                    failed = Some(Exit::Unreadable);
                }
            }
        }
        let bytes: Vec<&[u8]> = files.iter().map(|file| file.as_slice()).collect();
        let (outcome, errors) = import::read_all(&bytes, password.as_ref(), self.format);
        let naming = Naming { files: &names };
        let mut unreadable: Vec<Unreadable> =
            outcome.unreadable.iter().map(|failed| naming.unreadable(failed)).collect();
        for (index, error) in errors {
            let file = names.get(index).map(String::as_str).unwrap_or_default();
            let failure = failure(file, &error);
            failure.tell(context.out.json);
            if let ImportError::NoTokens { unreadable: entries } = &error {
                unreadable.extend(entries.iter().map(|failed| naming.unreadable(failed)));
            }
            failed = failed.or(Some(failure.exit));
        }
        let lost = outcome.lost.iter().map(|lost| naming.lost(lost)).collect();
        let incoming = Incoming { enrolments: outcome.tokens, unreadable, lost, unfinished: outcome.unfinished };
        self.add(context, incoming)?;
        failed.map_or(Ok(()), |exit| Err(Failure::silent(exit)))
    }

    fn add(&self, context: &Context<'_>, incoming: Incoming) -> Result<(), Failure> {
        let out: Output = context.out;
        // Nothing to add: no reason to open the vault, and no password is asked for.
        if incoming.enrolments.is_empty() {
            return incoming.refuse(out);
        }
        adding::add_all(context, incoming, adding::How { dry_run: self.dry_run, is_import: true })?.tell(out)
    }
}

/// How entries are called in a report.
struct Naming<'a> {
    files: &'a [String],
}

impl Naming<'_> {
    /// `file, Issuer:account, entry 3`, without what is not needed to find it.
    fn entry(&self, entry: &Entry) -> String {
        let mut words = Vec::new();
        if let Some(file) = entry.place.and_then(|place| self.files.get(place.file)).filter(|_| self.files.len() > 1) {
            words.push(visible(file));
        }
        if !entry.name.is_empty() {
            words.push(visible(&entry.name));
        }
        if let Some(place) = entry.place {
            words.push(tr!("entry {number}", number = place.number));
        }
        words.join(", ")
    }

    fn unreadable(&self, failed: &import::Unreadable) -> Unreadable {
        Unreadable { entry: self.entry(&failed.entry), reason: enrolment_words::reason(&failed.reason) }
    }

    fn lost(&self, lost: &import::Lost) -> Lost {
        let what = match &lost.what {
            Loss::Parameter { name } => {
                tr!("The parameter \"{parameter}\" has no place here.", parameter = visible(name))
            }
            Loss::Icon => tr!("Its picture has no place here.").to_owned(),
            Loss::Type => tr!("The other app did not keep its type: TOTP was taken.").to_owned(),
            Loss::Algorithm => tr!("The other app did not keep its algorithm: SHA-1 was taken.").to_owned(),
            Loss::Period => tr!("The other app did not keep its period: 30 seconds were taken.").to_owned(),
            Loss::UnknownGroup => tr!("It is in a group that the file does not name.").to_owned(),
            Loss::Trashed => tr!("It lay in the other app's bin and was left out.").to_owned(),
            _ => tr!("A part of it has no place here.").to_owned(),
        };
        Lost { entry: self.entry(&lost.entry), what }
    }
}

/// A file that gave nothing, in words.
fn failure(name: &str, error: &ImportError) -> Failure {
    let file = visible(name);
    let (code, message) = match error {
        ImportError::Empty => ("empty", tr!("There is nothing in {file}.", file = file)),
        ImportError::NotText => ("no_text", tr!("{file} is no text.", file = file)),
        ImportError::NoTokens { .. } => ("no_tokens", tr!("No token in {file} can be read.", file = file)),
        ImportError::Picture(error) => return qr::picture_failure(name, *error),
        ImportError::TooLarge => ("too_large", tr!("{file} is larger than any real export.", file = file)),
        ImportError::TooManyEntries => {
            ("too_many_entries", tr!("{file} has more entries than any real export.", file = file))
        }
        ImportError::NeedsPassword => {
            ("needs_password", tr!("{file} is encrypted. Give its password with --import-password-file.", file = file))
        }
        ImportError::WrongPassword => ("wrong_password", tr!("The password does not open {file}.", file = file)),
        ImportError::Damaged => {
            ("damaged_file", tr!("{file} is damaged or cut short. Export it anew from the other app.", file = file))
        }
        ImportError::Restricted => (
            "restricted",
            tr!(
                "{file} is encrypted for one account or device alone: export it with a password of its own.",
                file = file
            ),
        ),
        ImportError::Unsupported { what } => {
            ("unsupported", tr!("{file} can't be read: its format is {format}.", file = file, format = what))
        }
        ImportError::Cost => {
            ("too_costly", tr!("{file} asks for more memory or time than any real export.", file = file))
        }
        ImportError::Cancelled => ("cancelled", tr!("The import was cancelled.").to_owned()),
        _ => ("unknown_format", tr!("{file} has no format that Smart OTP can read.", file = file)),
    };
    let exit = match error {
        ImportError::NeedsPassword | ImportError::WrongPassword => Exit::Locked,
        _ => Exit::Unreadable,
    };
    Failure::new(exit, code, message)
}
