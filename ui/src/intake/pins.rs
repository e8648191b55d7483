//! Links that bring no PIN with them: found, and read once more with the one that the user types.

use std::sync::Arc;

use smartotp_core::enrol::{self, Detected, EnrolError};
use smartotp_core::import::{Outcome, Place};
use smartotp_core::qr::read::{self, Budget};
use smartotp_core::secret::SecretText;

use super::{Intake, Source};

impl Intake {
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
}

/// The links that lack nothing but a PIN.
pub(super) fn links_without(sources: &[Arc<Source>], outcome: &Outcome) -> Vec<(Place, SecretText)> {
    let lacking = outcome.unreadable.iter().filter(|unreadable| unreadable.reason == EnrolError::NeedsPin);
    let links = lacking.filter_map(|unreadable| {
        let place = unreadable.entry.place?;
        let link = text_at(&sources.get(place.file)?.bytes, place.number)?;
        matches!(enrol::detect(link.expose(), None), Err(EnrolError::NeedsPin)).then_some((place, link))
    });
    links.collect()
}

/// The line of a text, or the code of a picture, that is the `number`th: from 1.
pub(super) fn text_at(file: &[u8], number: usize) -> Option<SecretText> {
    let index = number.checked_sub(1)?;
    match core::str::from_utf8(file) {
        Ok(text) => text.lines().nth(index).map(|line| SecretText::from(line.trim())),
        Err(_) => read::picture(file, Budget::PICTURE).ok()?.into_iter().nth(index).map(SecretText::new),
    }
}
