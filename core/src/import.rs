//! Other apps' files to enrolments.
//!
//! A file's format is found by its content, never by its name, and the result is partial: one bad entry takes no other
//! down. A further format is one more file in `import/` and one more line in `import/detect.rs`.

mod aegis;
mod andotp;
mod archive;
mod authy;
mod base64;
mod battlenet;
mod bitwarden;
mod bounds;
mod cipher;
mod database;
mod detect;
mod duo;
mod ente;
mod found;
mod freeotp;
mod input;
pub(crate) mod json;
mod kdf;
mod keepass;
mod lastpass;
mod login;
mod own_json;
mod page;
mod pdf;
mod picture;
mod preferences;
mod proton;
mod raivo;
#[cfg(test)]
mod samples;
mod scan;
mod sealed;
mod secretstream;
mod sqlcipher;
mod sqlite;
mod steam;
mod stratum;
mod text;
mod totp_authenticator;
mod twofas;

pub use bounds::{MAX_BYTES, MAX_ENTRIES};
pub use detect::Format;
pub use found::Watch;

use core::ops::ControlFlow;

use found::Found;

use crate::enrol::migration::{Collector, Progress};
use crate::enrol::{EnrolError, Enrolment};
use crate::qr::read::ReadError;
use crate::secret::SecretText;

/// What came out of one or more files.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// What would be added.
    pub tokens: Vec<Enrolment>,
    /// Entries that could not be read.
    pub unreadable: Vec<Unreadable>,
    /// What readable entries had that this app has no place for.
    pub lost: Vec<Lost>,
    /// Google exports of which parts are missing. What came of them is in `tokens`.
    pub unfinished: Vec<Progress>,
}

/// Which entry is meant. Never carries a secret.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Entry {
    /// `Issuer:account`, or what there is of it; may be empty.
    pub name: String,
    /// Where it stands; `None` for an entry inside a Google export, which may have come in several pictures.
    pub place: Option<Place>,
}

/// Where an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// Index of the file among those that were given.
    pub file: usize,
    /// Line of a text, code in a picture, item of a list: from 1.
    pub number: usize,
}

/// An entry that could not be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which one.
    pub entry: Entry,
    /// Why.
    pub reason: EnrolError,
}

/// Something that did not come along with a token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lost {
    /// Which entry had it.
    pub entry: Entry,
    /// What it was.
    pub what: Loss,
}

/// What did not come along.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Loss {
    /// A parameter that this kind of token has no use for.
    Parameter {
        /// Its name.
        name: String,
    },
    /// A picture of its own: tokens have letter tiles.
    Icon,
    /// The source app did not keep the type: TOTP was taken.
    Type,
    /// The source app did not keep the algorithm: SHA-1 was taken.
    Algorithm,
    /// The source app did not keep the period: 30 seconds were taken.
    Period,
    /// It is in a group that the file does not name.
    UnknownGroup,
    /// It lay in the source app's bin: it is left out.
    Trashed,
    /// It lay in the source app's bin, as all else in the file that makes codes: it is taken in, and no longer lies in one.
    FromBin,
}

/// Why a file gave nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// Nothing in it but blanks and comments.
    #[error("empty")]
    Empty,
    /// Not a format that is known.
    #[error("unknown format")]
    Unknown,
    /// Read as text because the user said so, and it is none.
    #[error("not a text")]
    NotText,
    /// The format is known, and no entry could be read.
    #[error("no readable entry")]
    NoTokens {
        /// Every entry with its reason; empty where there was none.
        unreadable: Vec<Unreadable>,
    },
    /// A picture that gave no code.
    #[error(transparent)]
    Picture(#[from] ReadError),
    /// Larger than [`MAX_BYTES`].
    #[error("larger than any real export")]
    TooLarge,
    /// More entries than [`MAX_ENTRIES`].
    #[error("more entries than any real export")]
    TooManyEntries,
    /// Encrypted, and no password was given.
    #[error("a password is needed")]
    NeedsPassword,
    /// Encrypted, and the password does not open it.
    #[error("wrong password")]
    WrongPassword,
    /// The format is known, and the file is not as it should be: cut short or changed. No password opens it.
    #[error("damaged")]
    Damaged,
    /// Encrypted for one account of the source app: nobody else can read it.
    #[error("readable by its own account alone")]
    Restricted,
    /// Known, and not read here.
    #[error("{what} cannot be read")]
    Unsupported {
        /// Format and version: `KDBX 3`.
        what: &'static str,
    },
    /// A file of this app's own, of a format that a later version writes.
    #[error("format {version} of a newer version")]
    Newer {
        /// The format's number.
        version: u16,
    },
    /// It asks for more memory or time than is ever paid: a hostile file, or a damaged one.
    #[error("costs more than is ever paid")]
    Cost,
    /// The watcher said so.
    #[error("cancelled")]
    Cancelled,
}

/// Reads one file: a text of enrolment URIs, a picture with codes.
///
/// `password` is for encrypted formats.
///
/// # Errors
/// [`ImportError`] when no token could be read.
///
/// ```
/// use smartotp_core::import;
/// let text = b"# work\notpauth://totp/ACME:mira?secret=GEZDGNBVGY3TQOJQ\nnonsense\n";
/// let outcome = import::read(text, None)?;
/// assert_eq!(outcome.tokens[0].issuer, "ACME");
/// assert_eq!(outcome.unreadable[0].entry.place.map(|place| place.number), Some(3));
/// # Ok::<(), import::ImportError>(())
/// ```
pub fn read(bytes: &[u8], password: Option<&SecretText>) -> Result<Outcome, ImportError> {
    let (outcome, errors) = read_all(&[bytes], password, None);
    match errors.into_iter().next() {
        Some((_, error)) => Err(error),
        None => Ok(outcome),
    }
}

/// Reads several files as one import: the parts of a Google export are put together over all of them. Files that gave
/// nothing come back with their index and the reason.
///
/// `format` is what the user says it is; `None` finds out.
#[must_use]
pub fn read_all(
    files: &[&[u8]],
    password: Option<&SecretText>,
    format: Option<Format>,
) -> (Outcome, Vec<(usize, ImportError)>) {
    read_watched(files, password, format, &mut |_| ControlFlow::Continue(()))
}

/// The same for a long import: `watch` hears how many entries are read so far, over all files, and can end it. Then
/// nothing comes back but [`ImportError::Cancelled`].
#[must_use]
pub fn read_watched(
    files: &[&[u8]],
    password: Option<&SecretText>,
    format: Option<Format>,
    watch: &mut Watch<'_>,
) -> (Outcome, Vec<(usize, ImportError)>) {
    let mut outcome = Outcome::default();
    let mut errors = Vec::new();
    let mut collector = Collector::default();
    let mut entries_left = MAX_ENTRIES;
    for (index, bytes) in files.iter().enumerate() {
        let before = MAX_ENTRIES - entries_left;
        let mut watch = |entries| watch(before + entries);
        let mut found = Found::new(&mut watch);
        let read = detect::read(bytes, password, format, &mut found);
        found.settle();
        match read {
            Ok(()) if found.entries() > entries_left => errors.push((index, ImportError::TooManyEntries)),
            Ok(()) if found.is_empty() => {
                errors.push((index, ImportError::NoTokens { unreadable: found.into_unreadable(index) }));
            }
            Ok(()) => {
                entries_left -= found.entries();
                found.put_into(&mut outcome, &mut collector, index);
            }
            Err(ImportError::Cancelled) => return (Outcome::default(), vec![(index, ImportError::Cancelled)]),
            Err(error) => errors.push((index, error)),
        }
    }
    outcome.unfinished = collector.unfinished();
    for entry in collector.take() {
        match entry {
            Ok(enrolment) => outcome.tokens.push(enrolment),
            Err(failed) => outcome.unreadable.push(failed.into()),
        }
    }
    (outcome, errors)
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
