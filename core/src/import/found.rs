//! What a reader found in one file, before it is put together with the others'.

use super::{Entry, ImportError, Loss, Lost, MAX_ENTRIES, Outcome, Place, Unreadable};
use crate::enrol::migration::{Collector, Part};
use crate::enrol::{Detected, EnrolError, Enrolment, Warning, detect, migration, names, otpauth};

/// What a reader found in one file.
#[derive(Default)]
pub(super) struct Found {
    items: Vec<Item>,
    unreadable: Vec<(usize, String, EnrolError)>,
    entries: usize,
}

/// Number of the entry, and what it holds.
enum Item {
    Token(usize, Box<Enrolment>),
    Part(Part),
}

impl Found {
    /// Takes up an entry that is an enrolment in writing: a line of a text, a code in a picture.
    ///
    /// # Errors
    /// [`ImportError::TooManyEntries`].
    pub(super) fn text(&mut self, number: usize, text: &str) -> Result<(), ImportError> {
        let mut entries = 1;
        match detect(text, None) {
            Ok(Detected::One(enrolment)) => self.items.push(Item::Token(number, enrolment)),
            Ok(Detected::Migration(part)) => {
                entries = part.entries.len().max(1);
                self.items.push(Item::Part(part));
            }
            Err(reason) => self.unreadable.push((number, otpauth::label(text).unwrap_or_default(), reason)),
        }
        self.entries += entries;
        if self.entries > MAX_ENTRIES { Err(ImportError::TooManyEntries) } else { Ok(()) }
    }

    /// How many entries it has, readable or not.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// Whether anything in it can be added.
    pub(super) fn has_tokens(&self) -> bool {
        self.items.iter().any(|item| match item {
            Item::Token(..) => true,
            Item::Part(part) => part.entries.iter().any(Result::is_ok),
        })
    }

    /// Every entry that could not be read.
    pub(super) fn into_unreadable(self, file: usize) -> Vec<Unreadable> {
        let inside = self.items.into_iter().flat_map(|item| match item {
            Item::Token(..) => Vec::new(),
            Item::Part(part) => part.entries,
        });
        let inside = inside.filter_map(Result::err).map(Unreadable::from);
        let own = self.unreadable.into_iter().map(|(number, name, reason)| Unreadable {
            entry: Entry { name, place: Some(Place { file, number }) },
            reason,
        });
        own.chain(inside).collect()
    }

    /// Puts everything where it belongs; `file` is this file's index.
    pub(super) fn put_into(mut self, outcome: &mut Outcome, collector: &mut Collector, file: usize) {
        for item in core::mem::take(&mut self.items) {
            match item {
                Item::Token(number, enrolment) => {
                    let entry = Entry {
                        name: names::whole(&enrolment.issuer, &enrolment.account),
                        place: Some(Place { file, number }),
                    };
                    outcome.lost.extend(losses(&enrolment).map(|what| Lost { entry: entry.clone(), what }));
                    outcome.tokens.push(*enrolment);
                }
                Item::Part(part) => {
                    collector.add(part);
                }
            }
        }
        outcome.unreadable.extend(self.into_unreadable(file));
    }
}

impl From<migration::Unreadable> for Unreadable {
    fn from(failed: migration::Unreadable) -> Self {
        Self { entry: Entry { name: failed.name, place: None }, reason: failed.reason }
    }
}

fn losses(enrolment: &Enrolment) -> impl Iterator<Item = Loss> {
    enrolment.warnings.iter().filter_map(|warning| match warning {
        Warning::Ignored { parameter } => Some(Loss::Parameter { name: parameter.clone() }),
        _ => None,
    })
}
