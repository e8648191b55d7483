//! Text to [`Enrolment`]: what would be added, with warnings, before anything is.
//!
//! The one way in for camera, image, clipboard, deep link, typed keys, the command line, importers and backups.

pub(crate) mod draft;
mod key;
pub mod manual;
pub mod migration;
pub(crate) mod names;
mod ocra;
pub mod otpauth;
mod parameters;
mod pin;
pub mod protectimus;
pub mod push_uri;
pub(crate) mod uri;

use crate::secret::{Secret, SecretError, SecretText};
use crate::token::{Icon, Kind, Token, TokenId};

/// A token that would be added.
#[derive(PartialEq, Eq)]
pub struct Enrolment {
    /// Who issues it. May be empty.
    pub issuer: String,
    /// Whose account it is. May be empty.
    pub account: String,
    /// The shared secret.
    pub secret: Secret,
    /// How codes are made.
    pub kind: Kind,
    /// The user's words, groups and the like, where the source has them.
    pub note: String,
    /// Names of groups.
    pub groups: Vec<String>,
    /// Whether it is shown first.
    pub favourite: bool,
    /// What stands for it in the list.
    pub icon: Icon,
    /// How often its codes were used so far, where the source counts that.
    pub used: u64,
    /// Parameters that this app does not know, kept for writing back.
    pub unknown: Vec<(String, String)>,
    /// What the user should know before it is added.
    pub warnings: Vec<Warning>,
}

/// What the user should know before a token is added. Not a refusal.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Warning {
    /// The secret's Base32 length is one that no encoder writes; the last bits fill no byte and were dropped.
    OddLength,
    /// Fewer than 10 bytes (80 bits): RFC 4226 asks for 16.
    ShortSecret {
        /// How many bytes.
        bytes: usize,
    },
    /// The issuer of the label and the parameter differ; the parameter's was taken.
    IssuersDiffer {
        /// The one in front of the account.
        label: String,
    },
    /// A parameter that this type ignores was given (`counter` on TOTP).
    Ignored {
        /// Its name.
        parameter: String,
    },
    /// The Protectimus check characters do not fit the key.
    ChecksumDoesNotFit,
    /// Google's export does not carry the period: 30 s was taken.
    PeriodAssumed,
    /// No suite was given: the default one was taken.
    SuiteAssumed,
    /// HOTP without a counter: 0 was taken, as a new token has it.
    CounterAssumed,
    /// An export entry that does not say which type it is: HOTP was taken.
    TypeAssumed,
    /// A typed key that looks as if its last two characters were Protectimus check characters, though the box is not ticked.
    ChecksumSuspected,
}

/// Why a text is no enrolment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum EnrolError {
    /// Nothing that this app knows.
    #[error("not an enrolment")]
    Unknown,
    /// The text is longer than any real one.
    #[error("longer than any real enrolment")]
    TooLong,
    /// `otpauth://` with a type that nobody knows.
    #[error("unknown type of token")]
    UnknownType {
        /// As written, cut to 20 characters.
        found: String,
    },
    /// No secret.
    #[error("no secret")]
    NoSecret,
    /// A parameter that must be there once came twice.
    #[error("{parameter} came twice")]
    Repeated {
        /// Its name.
        parameter: String,
    },
    /// The secret cannot be read.
    #[error("the secret cannot be read: {0}")]
    Secret(#[from] SecretError),
    /// A number that cannot be used: digits, period, counter.
    #[error("{parameter} cannot be used")]
    BadNumber {
        /// Its name.
        parameter: String,
    },
    /// An algorithm that cannot be used; MD5 is the one that turns up.
    #[error("algorithm {found} cannot be used")]
    Algorithm {
        /// As written, cut to 20 characters.
        found: String,
    },
    /// Two-step roll-out: the secret in the code is only half of it.
    #[error("two-step roll-out is not supported")]
    TwoStep,
    /// The OCRA suite cannot be used.
    #[error("the OCRA suite cannot be used: {0}")]
    Suite(#[from] crate::code::ocra::SuiteError),
    /// The secret has a length that its kind does not take (Yandex: 16 bytes, or 26 with a checksum that fits).
    #[error("the secret does not fit its kind")]
    SecretDoesNotFit,
    /// mOTP and Yandex need a PIN that the text does not carry: ask for it and call again.
    #[error("a PIN is needed")]
    NeedsPin,
    /// The PIN is not what this kind takes.
    #[error("the PIN cannot be used")]
    BadPin,
    /// A Google export code whose data cannot be read.
    #[error("damaged export code")]
    Migration,
    /// A push or TiQR enrolment: known, but not a token that makes codes.
    #[error("an enrolment of another service")]
    NotACodeToken {
        /// The scheme or type: `pipush`, `tiqrenroll`.
        scheme: String,
    },
}

/// What a text turned out to be.
#[derive(Debug)]
#[non_exhaustive]
pub enum Detected {
    /// One token.
    One(Box<Enrolment>),
    /// One part of a Google Authenticator export: put it into a [`migration::Collector`].
    Migration(migration::Part),
}

/// Finds out what a scanned, pasted or typed text is.
///
/// `pin` is only looked at for mOTP and Yandex, when the text carries none.
///
/// # Errors
/// [`EnrolError`] says why it is nothing that could be added.
pub fn detect(text: &str, pin: Option<&SecretText>) -> Result<Detected, EnrolError> {
    if text.len() > uri::MAX_LEN {
        return Err(EnrolError::TooLong);
    }
    match uri::scheme(text) {
        Some((scheme, _)) if scheme == migration::SCHEME => migration::Part::read(text).map(Detected::Migration),
        Some(_) => otpauth::read(text, pin).map(|enrolment| Detected::One(Box::new(enrolment))),
        None => Err(EnrolError::Unknown),
    }
}

/// Whether a text has a scheme that [`detect`] has something to say about.
pub(crate) fn is_known_scheme(text: &str) -> bool {
    const SCHEMES: [&str; 7] = ["otpauth", "apple-otpauth", "steam", "motp", "pia", "tiqrenroll", "tiqrauth"];
    uri::scheme(text).is_some_and(|(scheme, _)| scheme == migration::SCHEME || SCHEMES.contains(&scheme.as_str()))
}

/// What was found instead, cut so that it fits into a sentence.
fn found(text: &str) -> String {
    names::clean(text).chars().take(20).collect()
}

impl Enrolment {
    /// An enrolment with nothing but what codes need.
    #[must_use]
    pub fn new(issuer: String, account: String, secret: Secret, kind: Kind) -> Self {
        Self {
            issuer,
            account,
            secret,
            kind,
            note: String::new(),
            groups: Vec::new(),
            favourite: false,
            icon: Icon::default(),
            used: 0,
            unknown: Vec::new(),
            warnings: Vec::new(),
        }
    }

    /// A second copy, on purpose: a preview keeps its own until the vault has written them.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            issuer: self.issuer.clone(),
            account: self.account.clone(),
            secret: self.secret.duplicate(),
            kind: self.kind.duplicate(),
            note: self.note.clone(),
            groups: self.groups.clone(),
            favourite: self.favourite,
            icon: self.icon.clone(),
            used: self.used,
            unknown: self.unknown.clone(),
            warnings: self.warnings.clone(),
        }
    }

    /// The token that it becomes.
    #[must_use]
    pub fn into_token(self, id: TokenId) -> Token {
        let mut token = Token::new(id, self.issuer, self.account, self.secret, self.kind);
        token.note = self.note;
        token.groups = self.groups;
        token.favourite = self.favourite;
        token.icon = self.icon;
        token.unknown = self.unknown;
        token
    }
}

impl core::fmt::Debug for Enrolment {
    /// Without names, note and groups.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Enrolment").field("kind", &self.kind).field("warnings", &self.warnings).finish_non_exhaustive()
    }
}
