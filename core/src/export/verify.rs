//! What was written, read back with our own readers and compared: only then is an export done.

use super::otpauth::lines;
use super::{Format, Loss, Lost, Reader, Request};
use crate::enrol::{Enrolment, names};
use crate::import::{self, ImportError};
use crate::token::{Token, TokenId};

/// Why what was written is not what was to be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum VerifyError {
    /// It cannot be read.
    #[error("what was written cannot be read: {0}")]
    Unreadable(#[from] ImportError),
    /// More or fewer tokens than were to be written.
    #[error("{found} tokens instead of {expected}")]
    Count {
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// A token came back otherwise, and nothing said that it would.
    #[error("a token came back otherwise")]
    Differs {
        /// Which one.
        token: TokenId,
    },
}

/// Reads an export's files and compares them with the tokens, but for what is known to be lost.
///
/// `files` are what lies on the disk now. Pays for a key derivation where they are encrypted.
///
/// # Errors
/// [`VerifyError`].
pub fn verify(
    format: Format,
    files: &[&[u8]],
    tokens: &[&Token],
    lost: &[Lost],
    request: &Request<'_>,
) -> Result<(), VerifyError> {
    let lost: std::collections::HashSet<Lost> = lost.iter().copied().collect();
    let is_lost = |token: &Token, what| lost.contains(&Lost { token: token.id, what });
    let expected: Vec<&&Token> = tokens.iter().filter(|token| !is_lost(token, Loss::Token)).collect();
    let read = match read_back(format, files, request) {
        // Nobody's tokens read as none.
        Err(ImportError::Empty | ImportError::NoTokens { .. }) if expected.is_empty() => Vec::new(),
        read => read?,
    };
    if read.len() != expected.len() {
        return Err(VerifyError::Count { found: read.len(), expected: expected.len() });
    }
    let differs = read.iter().zip(expected).find(|(read, token)| !is_same(read, token, |what| is_lost(token, what)));
    differs.map_or(Ok(()), |(_, token)| Err(VerifyError::Differs { token: token.id }))
}

fn read_back(format: Format, files: &[&[u8]], request: &Request<'_>) -> Result<Vec<Enrolment>, ImportError> {
    let (outcome, mut errors) = match &format.0.reader {
        Reader::Import(name) => import::read_all(files, request.password, import::Format::named(name)),
        Reader::Texts(texts) => {
            let texts: Option<Vec<_>> = files.iter().map(|file| texts(file)).collect();
            let texts: Vec<_> = texts.ok_or(ImportError::Damaged)?.into_iter().flatten().collect();
            let text = lines(&texts);
            import::read_all(&[&text], None, import::Format::named("text"))
        }
    };
    match errors.pop() {
        Some((_, error)) => Err(error),
        None if !outcome.unreadable.is_empty() => Err(ImportError::NoTokens { unreadable: outcome.unreadable }),
        None if !outcome.unfinished.is_empty() => Err(ImportError::Damaged),
        None => Ok(outcome.tokens),
    }
}

fn is_same(read: &Enrolment, token: &Token, is_lost: impl Fn(Loss) -> bool) -> bool {
    let clean = |read: &str, name: &str| read == name || read == names::clean(name);
    let groups = match &token.groups {
        groups if is_lost(Loss::FurtherGroups) => groups.get(..1).unwrap_or_default(),
        groups => groups,
    };
    read.secret == token.secret
        && read.kind == token.kind
        && (clean(&read.issuer, &token.issuer) || is_lost(Loss::Issuer))
        && clean(&read.account, &token.account)
        && (read.note == token.note || is_lost(Loss::Note))
        && (read.groups == groups || is_lost(Loss::Groups))
        && (read.favourite == token.favourite || is_lost(Loss::Favourite))
        && (read.icon == token.icon || is_lost(Loss::Icon))
        && (read.unknown == token.unknown || is_lost(Loss::Parameters))
}
