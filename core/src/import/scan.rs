//! Enrolments that stand somewhere in a document: URIs among other text, codes in pictures.

use std::time::{Duration, Instant};

use sha2::{Digest as _, Sha256};

use super::found::Found;
use super::{ImportError, MAX_ENTRIES};
use crate::enrol::is_known_scheme;
use crate::qr::read::{Budget, Luma, ReadError, luma, picture};
use crate::secret::SecretText;

/// What a document's pictures may take together.
const TIME: Duration = Duration::from_secs(30);
/// More pictures than a printed vault has.
const MAX_PICTURES: usize = 2_000;

/// What URIs begin with, before `://`. Others that are known (`steam`) are too short to be told from words.
const SCHEMES: [&str; 3] = ["otpauth", "otpauth-migration", "motp"];

/// Every URI in a text, up to a blank, a control character, or what `ends` says.
pub(super) fn uris(text: &str, ends: impl Fn(char) -> bool) -> Vec<&str> {
    let mut uris = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("://") {
        rest = after;
        let is_part = |c: char| c.is_ascii_alphanumeric() || c == '-';
        let scheme = before.rsplit(|c| !is_part(c)).next().unwrap_or_default();
        if !SCHEMES.iter().any(|known| known.eq_ignore_ascii_case(scheme)) || uris.len() > MAX_ENTRIES {
            continue;
        }
        let end = after.find(|c: char| c.is_whitespace() || c.is_control() || ends(c)).unwrap_or(after.len());
        let length = scheme.len() + "://".len() + end;
        let start = text.len() - after.len() - "://".len() - scheme.len();
        uris.extend(text.get(start..start + length).filter(|uri| is_known_scheme(uri)));
        rest = after.get(end..).unwrap_or_default();
    }
    uris
}

/// Tells whether a URI came before without keeping it.
pub(super) fn digest(uri: &str) -> [u8; 32] {
    Sha256::digest(uri.as_bytes()).into()
}

/// The pictures of a document, within one budget.
pub(super) struct Pictures {
    started: Instant,
    pictures: usize,
    seen: std::collections::HashSet<[u8; 32]>,
    error: Option<ReadError>,
}

impl Default for Pictures {
    fn default() -> Self {
        Self { started: Instant::now(), pictures: 0, seen: std::collections::HashSet::new(), error: None }
    }
}

impl Pictures {
    /// Reads a picture file.
    ///
    /// # Errors
    /// [`ImportError::Cost`] for a document with too many pictures, and what [`Found::text`] says.
    pub(super) fn read_file(&mut self, file: &[u8], found: &mut Found<'_>) -> Result<(), ImportError> {
        let budget = self.budget()?;
        self.take(picture(file, budget), found)
    }

    /// Reads grey pixels.
    ///
    /// # Errors
    /// As above.
    pub(super) fn read_luma(&mut self, grey: Luma<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
        let budget = self.budget()?;
        self.take(luma(grey, budget), found)
    }

    /// Notes a picture that is none.
    pub(super) fn broken(&mut self) {
        self.error = Some(ReadError::Damaged);
    }

    /// What a document without any code says.
    ///
    /// # Errors
    /// [`ImportError::Picture`] where pictures gave nothing, [`ImportError::Unknown`] where there was none.
    pub(super) fn end(self, found: &Found<'_>) -> Result<(), ImportError> {
        match self.error {
            _ if found.entries() > 0 => Ok(()),
            Some(error) => Err(error.into()),
            None => Err(ImportError::Unknown),
        }
    }

    fn budget(&mut self) -> Result<Budget, ImportError> {
        self.pictures += 1;
        let left = TIME.checked_sub(self.started.elapsed()).filter(|_| self.pictures <= MAX_PICTURES);
        left.map(|left| Budget(left.min(Budget::PICTURE.0))).ok_or(ImportError::Cost)
    }

    /// Codes that are no enrolments are left alone: a document has others.
    fn take(&mut self, read: Result<Vec<String>, ReadError>, found: &mut Found<'_>) -> Result<(), ImportError> {
        match read {
            Ok(texts) => {
                for text in texts.into_iter().map(SecretText::new) {
                    if is_known_scheme(text.expose()) && self.seen.insert(digest(text.expose())) {
                        found.text(self.seen.len(), text.expose())?;
                    }
                }
            }
            Err(error) => self.error = Some(error),
        }
        Ok(())
    }
}
