//! Tokens to files: for this app, for other apps, for paper.
//!
//! Each format is one file in `export/` and one line in [`FORMATS`]. What a format has no place for comes back as [`Lost`],
//! token by token, and [`verify`] reads what was written with the readers of [`crate::import`] and compares all the rest.
//!
//! ```
//! use smartotp_core::export::{Format, Request, verify};
//! # use smartotp_core::secret::Secret;
//! # use smartotp_core::token::{Kind, Token, TokenId};
//! # let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
//! # let token = Token::new(TokenId::from_bytes([7; 16]), "ACME".into(), "mira".into(), secret, Kind::usual_totp());
//!
//! let format = Format::named("otpauth").ok_or("no such format")?;
//! let request = Request::default();
//! let written = format.write(&[&token], &request)?;
//! verify(format, &written.files(), &[&token], &written.lost, &request)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod aegis;
mod bitwarden;
mod json;
mod migration;
mod otpauth;
mod sealed;
pub mod sheet;
mod twofas;
mod verify;
mod write;

pub use json::Making;
pub use verify::{VerifyError, verify};

use std::collections::HashSet;

use zeroize::Zeroizing;

use crate::backup::{Origin, SealedError};
use crate::secret::SecretText;
use crate::token::{Icon, Token, TokenId};
use crate::vault::kdf::Cost;
use crate::vault::{Entropy, NoEntropy, SystemEntropy};

/// Every format, in the order in which they are offered: a further one is a file beside this and a line here.
static FORMATS: &[Target] = &[
    sealed::TARGET,
    otpauth::TARGET,
    aegis::TARGET,
    twofas::TARGET,
    bitwarden::TARGET,
    migration::TARGET,
    sheet::TARGET,
    json::TARGET,
];

/// What a format brings.
struct Target {
    /// As the command line names it.
    name: &'static str,
    /// Endings of its files, the usual one first; another one is another make of the same (PDF or HTML).
    extensions: &'static [&'static str],
    /// Whether it takes a password.
    password: PasswordUse,
    /// What it has a place for, beside what codes need.
    holds: Holds,
    /// How it is read back.
    reader: Reader,
    /// Writes what can be written; gives what is lost beside what [`Holds`] says.
    write: Write,
}

/// Writes tokens in a format; also gives what it could not hold.
type Write = fn(&[&Token], &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError>;

/// How a format is read back.
enum Reader {
    /// By the importer of that name.
    Import(&'static str),
    /// As texts of QR codes or lines.
    Texts(fn(&[u8]) -> Option<Vec<SecretText>>),
}

/// The files of one export, wiped on drop.
type Files = Vec<Zeroizing<Vec<u8>>>;

/// Whether a format takes a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PasswordUse {
    /// Always in clear.
    Never,
    /// In clear without one, encrypted with one.
    Optional,
    /// Always encrypted.
    Required,
}

/// What a format has a place for.
struct Holds {
    note: bool,
    groups: Groups,
    favourite: bool,
    icon: fn(&Icon) -> bool,
    parameters: bool,
}

impl Holds {
    /// Nothing but what codes need, and the names.
    const CODES: Self = Self {
        note: false,
        groups: Groups::None,
        favourite: false,
        icon: |icon| *icon == Icon::Letter,
        parameters: false,
    };
    /// Everything.
    const ALL: Self = Self { note: true, groups: Groups::Any, favourite: true, icon: |_| true, parameters: true };
}

/// How many groups of a token.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Groups {
    None,
    First,
    Any,
}

/// A format to write.
#[derive(Clone, Copy)]
pub struct Format(&'static Target);

/// What an export is asked for.
#[derive(Clone, Copy)]
pub struct Request<'a> {
    /// What encrypts it. An empty one counts as none.
    pub password: Option<&'a SecretText>,
    /// What a derivation may cost, where the format leaves the choice.
    pub cost: Cost,
    /// Which of the format's endings is wanted; another than [`Format::extensions`] gives the usual one.
    pub extension: &'a str,
    /// Where the tokens come from. Its time is the export's.
    pub origin: &'a Origin,
    /// What stands on a printed sheet beside the tokens, in the user's language.
    pub words: &'a sheet::Words<'a>,
    /// Randomness.
    pub entropy: &'a dyn Entropy,
}

impl Default for Request<'_> {
    /// In clear, now being 1970, as from a vault without an id.
    fn default() -> Self {
        static NOWHERE: Origin =
            Origin { vault: [0; 16], generation: 0, device: String::new(), made_at: 0, parents: Vec::new() };
        Self {
            password: None,
            cost: Cost::DEFAULT,
            extension: "",
            origin: &NOWHERE,
            words: &sheet::Words::NONE,
            entropy: &SystemEntropy,
        }
    }
}

impl<'a> Request<'a> {
    /// The password, where there is one.
    fn password(&self) -> Option<&'a SecretText> {
        self.password.filter(|password| !password.is_empty())
    }
}

/// What an export became.
#[derive(Default)]
pub struct Written {
    files: Files,
    /// What did not come along.
    pub lost: Vec<Lost>,
}

impl Written {
    /// The file; several where a format takes several (a picture for each code), in order.
    #[must_use]
    pub fn files(&self) -> Vec<&[u8]> {
        self.files.iter().map(|file| file.as_slice()).collect()
    }

    /// How many tokens were left out altogether.
    #[must_use]
    pub fn left_out(&self) -> usize {
        self.lost.iter().filter(|lost| lost.what == Loss::Token).count()
    }
}

/// Something that did not come along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Lost {
    /// Of which token.
    pub token: TokenId,
    /// What.
    pub what: Loss,
}

/// What a format has no place for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Loss {
    /// The token as a whole: its kind, or one of its parameters.
    Token,
    /// Its issuer is written otherwise.
    Issuer,
    /// Characters of its names that the printed font has no letters for. They are in its QR code.
    Letters,
    /// The note.
    Note,
    /// Its groups.
    Groups,
    /// All groups but the first.
    FurtherGroups,
    /// That it is a favourite.
    Favourite,
    /// What stands for it in the list.
    Icon,
    /// Parameters of its enrolment that this app does not know.
    Parameters,
}

/// Why nothing was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// No tokens were given, and the format has no file for that.
    #[error("nothing to export")]
    Nothing,
    /// Not one of them has a place in this format.
    #[error("the format holds none of these tokens")]
    HoldsNone,
    /// The format is always encrypted.
    #[error("a password is needed")]
    NeedsPassword,
    /// The format is never encrypted.
    #[error("the format takes no password")]
    TakesNoPassword,
    /// The system does not give the memory for the key derivation.
    #[error("not enough memory for the key derivation")]
    Memory,
    /// No randomness.
    #[error("no randomness")]
    NoEntropy,
    /// More than one file holds.
    #[error("more than a file holds")]
    TooLarge,
    /// The sealed file could not be made.
    #[error(transparent)]
    Sealed(SealedError),
}

impl From<NoEntropy> for ExportError {
    fn from(_: NoEntropy) -> Self {
        Self::NoEntropy
    }
}

impl From<SealedError> for ExportError {
    fn from(error: SealedError) -> Self {
        match error {
            SealedError::NoEntropy => Self::NoEntropy,
            SealedError::Memory => Self::Memory,
            SealedError::TooLarge => Self::TooLarge,
            other => Self::Sealed(other),
        }
    }
}

impl Format {
    /// All formats.
    pub fn all() -> impl Iterator<Item = Self> {
        FORMATS.iter().map(Self)
    }

    /// The format of that name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        Self::all().find(|format| format.name().eq_ignore_ascii_case(name))
    }

    /// Its name.
    #[must_use]
    pub fn name(self) -> &'static str {
        self.0.name
    }

    /// Endings of its files without the dot, the usual one first.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        self.0.extensions
    }

    /// Whether it takes a password.
    #[must_use]
    pub fn password(self) -> PasswordUse {
        self.0.password
    }

    /// Writes tokens, in the order given.
    ///
    /// # Errors
    /// [`ExportError`]; nothing that a single token has is one, see [`Written::lost`].
    pub fn write(self, tokens: &[&Token], request: &Request<'_>) -> Result<Written, ExportError> {
        match (self.0.password, request.password()) {
            (PasswordUse::Required, None) => return Err(ExportError::NeedsPassword),
            (PasswordUse::Never, Some(_)) => return Err(ExportError::TakesNoPassword),
            _ => {}
        }
        let (files, mut lost) = (self.0.write)(tokens, request)?;
        let left_out: HashSet<_> = lost.iter().filter(|lost| lost.what == Loss::Token).map(|lost| lost.token).collect();
        if !tokens.is_empty() && left_out.len() == tokens.len() {
            return Err(ExportError::HoldsNone);
        }
        if files.is_empty() {
            return Err(ExportError::Nothing);
        }
        let held = tokens.iter().filter(|token| !left_out.contains(&token.id));
        lost.extend(held.flat_map(|token| self.0.losses(token)));
        Ok(Written { files, lost })
    }
}

impl core::fmt::Debug for Format {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Format({})", self.name())
    }
}

impl Target {
    /// What the format has no place for, by what it holds.
    fn losses(&self, token: &Token) -> impl Iterator<Item = Lost> {
        let Holds { note, groups, favourite, icon, parameters } = &self.holds;
        let losses = [
            (Loss::Note, !note && !token.note.is_empty()),
            (Loss::Groups, *groups == Groups::None && !token.groups.is_empty()),
            (Loss::FurtherGroups, *groups == Groups::First && token.groups.len() > 1),
            (Loss::Favourite, !favourite && token.favourite),
            (Loss::Icon, !icon(&token.icon)),
            (Loss::Parameters, !parameters && !token.unknown.is_empty()),
        ];
        losses.into_iter().filter(|(_, is_lost)| *is_lost).map(|(what, _)| Lost { token: token.id, what })
    }
}

impl Lost {
    /// A token as a whole.
    fn token(token: &Token) -> Self {
        Self { token: token.id, what: Loss::Token }
    }
}

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;
