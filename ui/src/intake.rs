//! Files, pictures and texts to what could be added. Nothing is added here: the preview shows it first.

use smartotp_core::enrol::{self, Detected, EnrolError};
use smartotp_core::import::{self, ImportError, Outcome, Place};
use smartotp_core::qr::read::{self, Budget};
use smartotp_core::secret::SecretText;
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
    /// Links that lack a PIN, and where they stand.
    want_pin: Vec<(Place, SecretText)>,
    /// PINs that the user typed, for when everything is read again.
    pins: Vec<(Place, SecretText)>,
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
        self.want_pin = self.links_without_pin();
        for (place, pin) in core::mem::take(&mut self.pins) {
            let _ = self.give_pin(place, pin);
        }
        (self, problem.filter(|_| !gave))
    }

    /// The next entry that only lacks a PIN: its index among what can't be read.
    pub(crate) fn next_without_pin(&self) -> Option<usize> {
        (0..self.outcome.unreadable.len()).find(|index| self.wants_pin(*index).is_some())
    }

    /// Where an entry that can't be read stands, if a PIN is all that it lacks.
    pub(crate) fn wants_pin(&self, unreadable: usize) -> Option<Place> {
        let entry = self.outcome.unreadable.get(unreadable)?;
        let place = entry.entry.place.filter(|_| entry.reason == EnrolError::NeedsPin)?;
        self.want_pin.iter().any(|(of, _)| *of == place).then_some(place)
    }

    /// Reads a link once more, with its PIN.
    pub(crate) fn give_pin(&mut self, place: Place, pin: SecretText) -> Result<(), EnrolError> {
        let (_, link) = self.want_pin.iter().find(|(of, _)| *of == place).ok_or(EnrolError::Unknown)?;
        let Detected::One(enrolment) = enrol::detect(link.expose(), Some(&pin))? else {
            return Err(EnrolError::Unknown);
        };
        self.outcome.tokens.push(*enrolment);
        self.outcome.unreadable.retain(|unreadable| unreadable.entry.place != Some(place));
        self.pins.push((place, pin));
        Ok(())
    }

    fn links_without_pin(&self) -> Vec<(Place, SecretText)> {
        let lacking = self.outcome.unreadable.iter().filter(|unreadable| unreadable.reason == EnrolError::NeedsPin);
        let links = lacking.filter_map(|unreadable| {
            let place = unreadable.entry.place?;
            let link = text_at(self.files.get(place.file)?, place.number)?;
            matches!(enrol::detect(link.expose(), None), Err(EnrolError::NeedsPin)).then_some((place, link))
        });
        links.collect()
    }
}

/// The line of a text, or the code of a picture, that is the `number`th: from 1.
fn text_at(file: &File, number: usize) -> Option<SecretText> {
    let index = number.checked_sub(1)?;
    match core::str::from_utf8(file) {
        Ok(text) => text.lines().nth(index).map(|line| SecretText::from(line.trim())),
        Err(_) => read::picture(file, Budget::PICTURE).ok()?.into_iter().nth(index).map(SecretText::new),
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
