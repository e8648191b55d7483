//! Files, pictures and texts to what could be added. Nothing is added here: the preview shows it first.

use smartotp_core::import::{self, ImportError, Outcome};
use smartotp_core::qr::read::{self, Budget};
use zeroize::Zeroizing;

use crate::Problem;
use crate::problem;
use crate::services::Clip;

/// A file's bytes: keys lie open in them.
pub(crate) type File = Zeroizing<Vec<u8>>;

/// Everything that was read so far, and what came of it.
#[derive(Default)]
pub(crate) struct Intake {
    files: Vec<File>,
    /// What could be added, and what can't be read.
    pub(crate) outcome: Outcome,
}

impl Intake {
    /// Reads further files together with those before: the parts of an export may lie in any of them. A file that gives
    /// nothing does not take the others down; where no file gives anything, the first reason comes back.
    pub(crate) fn with(mut self, further: Vec<File>) -> (Self, Option<Problem>) {
        let before = self.files.len();
        self.files.extend(further);
        let bytes: Vec<&[u8]> = self.files.iter().map(|file| file.as_slice()).collect();
        let (mut outcome, errors) = import::read_all(&bytes, None, None);
        let mut problem = None;
        let failed: Vec<usize> = errors.iter().map(|(index, _)| *index).collect();
        for (_, error) in errors {
            match error {
                // Its entries have reasons of their own.
                ImportError::NoTokens { unreadable } if !unreadable.is_empty() => outcome.unreadable.extend(unreadable),
                error => problem = problem.or(Some(problem::of_import(&error))),
            }
        }
        // A file of which nothing came is not read again with the next one.
        let gave =
            outcome.tokens.len() + outcome.unreadable.len() > self.outcome.tokens.len() + self.outcome.unreadable.len();
        let mut index = 0;
        self.files.retain(|_| {
            index += 1;
            index <= before || !failed.contains(&(index - 1)) || gave
        });
        self.outcome = outcome;
        (self, problem.filter(|_| !gave))
    }
}

/// What lies on the clipboard, as a file.
pub(crate) fn file_of_clip(clip: Clip) -> Result<File, Problem> {
    match clip {
        Clip::Nothing => Err(Problem::NothingCopied),
        Clip::Text(text) if text.expose().trim().is_empty() => Err(Problem::NothingCopied),
        Clip::Text(text) => Ok(Zeroizing::new(text.expose().as_bytes().to_vec())),
        Clip::Picture { width, height, rgba } => {
            let rgba = Zeroizing::new(rgba);
            let texts = Zeroizing::new(read::rgba(&rgba, width, height, Budget::PICTURE).map_err(problem::of_picture)?);
            Ok(Zeroizing::new(texts.join("\n").into_bytes()))
        }
    }
}
