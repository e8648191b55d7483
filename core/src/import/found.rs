//! What a reader found in one file, before it is put together with the others'.

use core::ops::ControlFlow;

use super::json::{Object, Value};
use super::{Entry, ImportError, Loss, Lost, MAX_ENTRIES, Outcome, Place, Unreadable, ente};
use crate::enrol::migration::{Collector, Part};
use crate::enrol::{Detected, EnrolError, Enrolment, Warning, detect, migration, names, otpauth};

/// Who watches a long import: is told how many entries of a file were read, and says whether to go on.
pub type Watch<'a> = dyn FnMut(usize) -> ControlFlow<()> + 'a;

/// What a reader found in one file.
pub(super) struct Found<'w> {
    items: Vec<Item>,
    unreadable: Vec<(usize, String, EnrolError)>,
    lost: Vec<(usize, String, Loss)>,
    /// What lay in the source app's bin.
    binned: Vec<Binned>,
    entries: usize,
    watch: &'w mut Watch<'w>,
}

/// An entry of the source app's bin.
struct Binned {
    number: usize,
    name: String,
    read: Result<Box<Enrolment>, EnrolError>,
    /// What it would lose besides.
    lost: Vec<Loss>,
}

/// Number of the entry, and what it holds.
enum Item {
    Token(usize, Box<Enrolment>),
    Part(Part),
}

impl<'w> Found<'w> {
    pub(super) fn new(watch: &'w mut Watch<'w>) -> Self {
        let (items, unreadable, lost, binned) = <_>::default();
        Self { items, unreadable, lost, binned, entries: 0, watch }
    }

    /// Takes up an entry that is an enrolment in writing: a line of a text, a code in a picture.
    ///
    /// # Errors
    /// [`ImportError::TooManyEntries`], [`ImportError::Cancelled`].
    pub(super) fn text(&mut self, number: usize, text: &str) -> Result<(), ImportError> {
        match detect(text, None) {
            Ok(Detected::One(mut enrolment)) => {
                if ente::unfold(&mut enrolment) {
                    let name = names::whole(&enrolment.issuer, &enrolment.account);
                    self.binned.push(Binned { number, name, read: Ok(enrolment), lost: Vec::new() });
                } else {
                    self.items.push(Item::Token(number, enrolment));
                }
            }
            Ok(Detected::Migration(part)) => {
                self.entries += part.entries.len().saturating_sub(1);
                self.items.push(Item::Part(part));
            }
            Err(reason) => self.unreadable.push((number, otpauth::label(text).unwrap_or_default(), reason)),
        }
        self.count()
    }

    /// Takes up an entry that a reader made something of. `name` is `Issuer:account` for the case that it is unreadable,
    /// never a secret; `number` is its place in the file, from 1.
    ///
    /// # Errors
    /// [`ImportError::TooManyEntries`], [`ImportError::Cancelled`].
    pub(super) fn entry(
        &mut self,
        number: usize,
        name: &str,
        read: Result<Enrolment, EnrolError>,
    ) -> Result<(), ImportError> {
        match read {
            Ok(enrolment) => self.items.push(Item::Token(number, Box::new(enrolment))),
            Err(reason) => self.unreadable.push((number, names::clean(name), reason)),
        }
        self.count()
    }

    /// Takes up an entry of the source app's bin, as [`Self::entry`] does, and what it would lose. What becomes of it
    /// depends on the others.
    ///
    /// # Errors
    /// [`ImportError::TooManyEntries`], [`ImportError::Cancelled`].
    pub(super) fn binned(
        &mut self,
        number: usize,
        name: &str,
        read: Result<Enrolment, EnrolError>,
        lost: Vec<Loss>,
    ) -> Result<(), ImportError> {
        self.binned.push(Binned { number, name: names::clean(name), read: read.map(Box::new), lost });
        self.count()
    }

    /// Decides about the bin, when the file is read: what somebody threw away stays there, unless there is nothing else in
    /// the file. Then it is what the file was opened for.
    pub(super) fn settle(&mut self) {
        let is_wanted = self.items.is_empty();
        for Binned { number, name, read, lost } in core::mem::take(&mut self.binned) {
            match read {
                Ok(enrolment) if is_wanted => {
                    let lost = [Loss::FromBin].into_iter().chain(lost);
                    self.lost.extend(lost.map(|what| (number, name.clone(), what)));
                    self.items.push(Item::Token(number, enrolment));
                }
                Err(reason) if is_wanted => self.unreadable.push((number, name, reason)),
                _ => self.lost.push((number, name, Loss::Trashed)),
            }
        }
    }

    /// Takes up the elements of a list, each of which is an object, with their numbers. `names` gives issuer and account
    /// of one that cannot be read; `read` gives `None` for one that makes no codes, and says [`Loss::Trashed`] of one in the
    /// bin.
    ///
    /// # Errors
    /// [`ImportError::TooManyEntries`], [`ImportError::Cancelled`].
    pub(super) fn each<'a>(
        &mut self,
        list: impl IntoIterator<Item = (usize, Value<'a>)>,
        names: impl Fn(&Object<'a>) -> (String, String),
        mut read: impl FnMut(&Object<'a>, &mut Vec<Loss>) -> Result<Option<Enrolment>, EnrolError>,
    ) -> Result<(), ImportError> {
        for (number, value) in list {
            let Some(object) = value.object() else {
                self.entry(number, "", Err(EnrolError::Unknown))?;
                continue;
            };
            let name = || {
                let (issuer, account) = names(&object);
                names::whole(issuer.trim(), account.trim())
            };
            let mut lost = Vec::new();
            let read = read(&object, &mut lost).transpose();
            let all = lost.len();
            lost.retain(|what| *what != Loss::Trashed);
            match read {
                None => self.count()?,
                Some(read) if lost.len() < all => self.binned(number, &name(), read, core::mem::take(&mut lost))?,
                Some(Ok(enrolment)) => self.entry(number, "", Ok(enrolment))?,
                Some(Err(reason)) => {
                    self.entry(number, &name(), Err(reason))?;
                    continue;
                }
            }
            if !lost.is_empty() {
                let name = name();
                lost.into_iter().for_each(|what| self.lost(number, &name, what));
            }
        }
        Ok(())
    }

    /// Notes what an entry had that does not come along.
    pub(super) fn lost(&mut self, number: usize, name: &str, what: Loss) {
        self.lost.push((number, names::clean(name), what));
    }

    fn count(&mut self) -> Result<(), ImportError> {
        self.entries += 1;
        if self.entries > MAX_ENTRIES {
            return Err(ImportError::TooManyEntries);
        }
        match (self.watch)(self.entries) {
            ControlFlow::Continue(()) => Ok(()),
            ControlFlow::Break(()) => Err(ImportError::Cancelled),
        }
    }

    /// How many entries it has, readable or not.
    pub(super) fn entries(&self) -> usize {
        self.entries
    }

    /// Whether nothing in it can be added, and nothing was left out on purpose.
    pub(super) fn is_empty(&self) -> bool {
        let tokens = self.items.iter().any(|item| match item {
            Item::Token(..) => true,
            Item::Part(part) => part.entries.iter().any(Result::is_ok),
        });
        !tokens && self.lost.is_empty() && self.binned.is_empty()
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
        outcome.lost.extend(
            core::mem::take(&mut self.lost)
                .into_iter()
                .map(|(number, name, what)| Lost { entry: Entry { name, place: Some(Place { file, number }) }, what }),
        );
        outcome.unreadable.extend(self.into_unreadable(file));
    }
}

impl From<migration::Unreadable> for Unreadable {
    fn from(failed: migration::Unreadable) -> Self {
        Self { entry: Entry { name: failed.name, place: None }, reason: failed.reason }
    }
}

/// A list's elements with their numbers, from 1, in the order that the source app shows them in: by `position`, where they
/// have one, else as they come.
pub(super) fn ordered<'a>(
    list: Vec<Value<'a>>,
    position: impl Fn(&Object<'a>) -> Option<u64>,
) -> Vec<(usize, Value<'a>)> {
    let mut list: Vec<_> = (1..).zip(list).collect();
    list.sort_by_cached_key(|(_, value)| value.object().as_ref().and_then(&position).unwrap_or(u64::MAX));
    list
}

fn losses(enrolment: &Enrolment) -> impl Iterator<Item = Loss> {
    enrolment.warnings.iter().filter_map(|warning| match warning {
        Warning::Ignored { parameter } => Some(Loss::Parameter { name: parameter.clone() }),
        _ => None,
    })
}
