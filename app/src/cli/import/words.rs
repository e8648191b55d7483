//! What an import came to, in words.

use smartotp_core::enrol::EnrolError;
use smartotp_core::import::{self, Entry, ImportError, Loss};

use crate::cli::adding::{Lost, Unreadable};
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;
use crate::cli::{enrolment_words, qr};

/// How entries are called in a report.
pub(super) struct Naming<'a> {
    pub(super) files: &'a [String],
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

    pub(super) fn unreadable(&self, failed: &import::Unreadable) -> Unreadable {
        let reason = match failed.reason {
            EnrolError::NeedsPin => {
                tr!("This token needs a PIN, and the file has none. Add it by itself: smartotp add --pin-file")
                    .to_owned()
            }
            ref reason => enrolment_words::reason(reason),
        };
        Unreadable { entry: self.entry(&failed.entry), reason }
    }

    pub(super) fn lost(&self, lost: &import::Lost) -> Lost {
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
            Loss::FromBin => {
                tr!("It lay in the other app's bin. It was taken in, since there is nothing else in the file.")
                    .to_owned()
            }
            _ => tr!("A part of it has no place here.").to_owned(),
        };
        Lost { entry: self.entry(&lost.entry), what }
    }
}

/// A file that gave nothing, in words. `is_ours` says that it is a sealed file: a damaged one is a damaged backup, where another
/// app's is input that can't be read.
pub(in crate::cli) fn failure(name: &str, is_ours: bool, error: &ImportError) -> Failure {
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
        ImportError::Damaged if is_ours => {
            let words = tr!("{file} is damaged or cut short. Use another copy of it.", file = file);
            return Failure::new(Exit::Damaged, "damaged_backup", words);
        }
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
        ImportError::Newer { version } => (
            "newer_version",
            tr!(
                "{file} was made by a newer version of Smart OTP (format {version}). Update the app to read it.",
                file = file,
                version = version
            ),
        ),
        ImportError::Cost => {
            ("too_costly", tr!("{file} asks for more memory or time than any real export.", file = file))
        }
        ImportError::Cancelled => {
            let words = tr!("The import was cancelled. Nothing was added.");
            return Failure::new(Exit::Failed, "cancelled", words);
        }
        _ => ("unknown_format", tr!("{file} has no format that Smart OTP can read.", file = file)),
    };
    let exit = match error {
        ImportError::NeedsPassword | ImportError::WrongPassword => Exit::Locked,
        _ => Exit::Unreadable,
    };
    Failure::new(exit, code, message)
}
