//! Files, pictures and texts to what could be added. Nothing is added here: the preview shows it first.

mod clip;
mod pins;
mod source;

use std::ops::ControlFlow;
use std::sync::Arc;

use smartotp_core::enrol::{EnrolError, Enrolment, push_uri};
use smartotp_core::import::{self, ImportError, Outcome, Place};
use smartotp_core::secret::SecretText;
use smartotp_core::tiqr;

pub(crate) use clip::source_of_clip;
pub(crate) use source::Source;

/// Hears how many entries are read, and says whether to go on.
pub(crate) type Watch<'a> = dyn FnMut(usize) -> ControlFlow<()> + 'a;

/// Everything that was read so far, and what came of it.
#[derive(Default)]
pub(crate) struct Intake {
    sources: Vec<Arc<Source>>,
    /// Encrypted ones whose password is not known yet.
    closed: Vec<usize>,
    /// What the encrypted ones held whose password was given.
    opened: Vec<(usize, Outcome)>,
    /// Links that lack a PIN, and where they stand.
    want_pin: Vec<(Place, SecretText)>,
    /// The code of a push or TiQR server, where it is all that there is.
    link: Option<SecretText>,
    /// PINs that the user typed, for when everything is read again.
    pins: Vec<(Place, SecretText)>,
    /// Files that gave nothing, and why.
    pub(crate) failed: Vec<(usize, ImportError)>,
    /// What could be added, and what can't be read.
    pub(crate) outcome: Outcome,
}

/// What a look at all files gave: encrypted ones only say that they are.
pub(crate) struct Read {
    sources: Vec<Arc<Source>>,
    outcome: Outcome,
    errors: Vec<(usize, ImportError)>,
    want_pin: Vec<(Place, SecretText)>,
    link: Option<SecretText>,
}

impl Read {
    /// Reads files as one import: the parts of an export may lie in any of them. Takes its time.
    pub(crate) fn all(sources: Vec<Arc<Source>>, watch: &mut Watch<'_>) -> Self {
        let files: Vec<&[u8]> = sources.iter().map(|source| source.bytes.as_slice()).collect();
        let (mut outcome, errors) = import::read_watched(&files, None, None, watch);
        let whole = errors.into_iter().filter_map(|(index, error)| match error {
            // Its entries have reasons of their own.
            ImportError::NoTokens { unreadable } if !unreadable.is_empty() => {
                outcome.unreadable.extend(unreadable);
                None
            }
            error => Some((index, error)),
        });
        let errors = whole.collect();
        let want_pin = pins::links_without(&sources, &outcome);
        let link = lone_link(&sources, &outcome);
        Self { sources, outcome, errors, want_pin, link }
    }
}

/// Opens an encrypted file. Pays for its key derivation.
pub(crate) fn open(source: &Source, password: &SecretText, watch: &mut Watch<'_>) -> Result<Outcome, ImportError> {
    let (outcome, errors) = import::read_watched(&[&source.bytes], Some(password), None, watch);
    errors.into_iter().next().map_or(Ok(outcome), |(_, error)| Err(error))
}

impl Intake {
    /// The files so far with further ones: all of them are read together.
    pub(crate) fn with(&self, further: Vec<Source>) -> Vec<Arc<Source>> {
        self.sources.iter().cloned().chain(further.into_iter().map(Arc::new)).collect()
    }

    /// Takes up what was read. A file that gives nothing does not take the others down; where none of the further files gives
    /// anything, they are forgotten, and the first reason comes back.
    pub(crate) fn take_in(&mut self, read: Read) -> Option<ImportError> {
        let Read { sources, outcome, errors, want_pin, link } = read;
        let before = self.sources.len();
        let mut fresh = Self { sources, outcome, want_pin, link, ..Self::default() };
        for (index, error) in errors {
            let is_open = self.opened.iter().any(|(opened, _)| *opened == index);
            let is_left_out = self.failed.iter().any(|(failed, _)| *failed == index);
            match error {
                ImportError::NeedsPassword if is_open => {}
                ImportError::NeedsPassword if !is_left_out => fresh.closed.push(index),
                error => fresh.failed.push((index, error)),
            }
        }
        for (index, outcome) in core::mem::take(&mut self.opened) {
            fresh.open(index, outcome);
        }
        for (place, pin) in core::mem::take(&mut self.pins) {
            let _ = fresh.give_pin(place, pin);
        }
        let gave = fresh.size() > self.size() || !fresh.closed.is_empty();
        let reason = fresh.failed.iter().find(|(index, _)| *index >= before).map(|(_, error)| error.clone());
        if !gave && reason.is_some() {
            fresh.sources.truncate(before);
            fresh.failed.retain(|(index, _)| *index < before);
        }
        *self = fresh;
        reason.filter(|_| !gave)
    }

    /// How many entries there are, readable or not.
    fn size(&self) -> usize {
        self.outcome.tokens.len() + self.outcome.unreadable.len()
    }

    /// The next file that wants a password.
    pub(crate) fn next_closed(&self) -> Option<(usize, Arc<Source>)> {
        let index = *self.closed.first()?;
        Some((index, self.sources.get(index)?.clone()))
    }

    /// Takes up what an encrypted file held.
    pub(crate) fn open(&mut self, index: usize, outcome: Outcome) {
        self.closed.retain(|closed| *closed != index);
        let mut own = duplicate(&outcome);
        let entries = own.unreadable.iter_mut().map(|failed| &mut failed.entry);
        for place in entries.chain(own.lost.iter_mut().map(|lost| &mut lost.entry)).filter_map(|e| e.place.as_mut()) {
            place.file = index;
        }
        self.outcome.tokens.append(&mut own.tokens);
        self.outcome.unreadable.append(&mut own.unreadable);
        self.outcome.lost.append(&mut own.lost);
        self.outcome.unfinished.append(&mut own.unfinished);
        self.opened.push((index, outcome));
    }

    /// Gives up on a file that does not open.
    pub(crate) fn leave_out(&mut self, index: usize, why: ImportError) {
        self.closed.retain(|closed| *closed != index);
        match why {
            ImportError::NoTokens { unreadable } if !unreadable.is_empty() => {
                self.outcome.unreadable.extend(unreadable)
            }
            why => self.failed.push((index, why)),
        }
    }

    /// The code of a push or TiQR server, where it is all that came.
    pub(crate) fn lone_link(&self) -> Option<SecretText> {
        self.link.as_ref().filter(|_| self.outcome.tokens.is_empty()).map(SecretText::duplicate)
    }

    /// Whether there is nothing to look at.
    pub(crate) fn is_empty(&self) -> bool {
        self.size() == 0 && self.outcome.lost.is_empty()
    }

    /// A file by its index.
    pub(crate) fn source(&self, index: usize) -> Option<&Source> {
        self.sources.get(index).map(|source| &**source)
    }

    /// How many files there are.
    pub(crate) fn files(&self) -> usize {
        self.sources.len()
    }

    /// Whether a file was opened by a password.
    pub(crate) fn was_sealed(&self, index: usize) -> bool {
        self.opened.iter().any(|(opened, _)| *opened == index)
    }
}

/// Reads the only entry once more, if it is for a push or TiQR server. A picture takes its time.
fn lone_link(sources: &[Arc<Source>], outcome: &Outcome) -> Option<SecretText> {
    let [only] = outcome.unreadable.as_slice() else { return None };
    let place = only.entry.place.filter(|_| outcome.tokens.is_empty())?;
    if !matches!(only.reason, EnrolError::NotACodeToken { .. }) {
        return None;
    }
    let link = pins::text_at(&sources.get(place.file)?.bytes, place.number)?;
    let text = link.expose();
    let is_one = push_uri::is_one(text) || tiqr::is_login(text) || tiqr::service::is_enrolment(text);
    is_one.then_some(link)
}

fn duplicate(outcome: &Outcome) -> Outcome {
    Outcome {
        tokens: outcome.tokens.iter().map(Enrolment::duplicate).collect(),
        unreadable: outcome.unreadable.clone(),
        lost: outcome.lost.clone(),
        unfinished: outcome.unfinished.clone(),
    }
}

#[cfg(test)]
mod tests {
    use smartotp_core::export::{Format, Request};
    use smartotp_core::secret::Secret;
    use smartotp_core::token::{Kind, Token, TokenId};
    use smartotp_core::vault::kdf::Cost;

    use super::*;

    const LINK: &str = "otpauth://totp/ACME:mira?secret=JBSWY3DPEHPK3PXP&issuer=ACME";

    fn source(name: &str, bytes: &[u8]) -> Source {
        Source::new(name.to_owned(), bytes.to_vec())
    }

    fn read(intake: &Intake, further: Vec<Source>) -> Read {
        Read::all(intake.with(further), &mut |_| ControlFlow::Continue(()))
    }

    fn sealed() -> Vec<u8> {
        let secret = Secret::from_bytes(vec![3; 20]);
        let token = Token::new(TokenId::from_bytes([1; 16]), "Bank".into(), "mira".into(), secret, Kind::usual_totp());
        let password = SecretText::from("four words in a row");
        let request = Request { password: Some(&password), cost: Cost::FLOOR, ..Request::default() };
        Format::named("sealed").unwrap().write(&[&token], &request).unwrap().files()[0].to_vec()
    }

    #[test]
    fn a_bad_file_takes_no_other_down_and_is_named() {
        let mut intake = Intake::default();
        let bad = source("notes.txt", b"nothing of the kind");
        let read = read(&intake, vec![source("links.txt", LINK.as_bytes()), bad]);
        assert_eq!(intake.take_in(read), None);
        assert_eq!(intake.outcome.tokens.len(), 1);
        assert_eq!(intake.failed, [(1, ImportError::Unknown)]);
    }

    #[test]
    fn where_nothing_comes_the_reason_comes_back_and_what_was_there_stays() {
        let mut intake = Intake::default();
        let first = read(&intake, vec![source("links.txt", LINK.as_bytes())]);
        assert_eq!(intake.take_in(first), None);
        let second = read(&intake, vec![source("empty", b"")]);
        assert_eq!(intake.take_in(second), Some(ImportError::Empty));
        assert_eq!((intake.files(), intake.outcome.tokens.len()), (1, 1));
    }

    #[test]
    fn an_encrypted_file_waits_for_its_password_and_stays_open() {
        let mut intake = Intake::default();
        let both = read(&intake, vec![source("a.sealed", &sealed()), source("links.txt", LINK.as_bytes())]);
        assert_eq!(intake.take_in(both), None);
        let (index, closed) = intake.next_closed().unwrap();
        assert_eq!((index, closed.name.as_str(), intake.outcome.tokens.len()), (0, "a.sealed", 1));
        let mut go_on = |_: usize| ControlFlow::Continue(());
        assert_eq!(open(&closed, &"wrong".into(), &mut go_on), Err(ImportError::WrongPassword));
        let outcome = open(&closed, &"four words in a row".into(), &mut go_on).unwrap();
        intake.open(index, outcome);
        assert!(intake.next_closed().is_none() && intake.was_sealed(0) && intake.outcome.tokens.len() == 2);

        // A further picture makes everything be read again; the password is not asked for once more.
        let more = read(&intake, vec![source("more.txt", LINK.replace("ACME", "Other").as_bytes())]);
        assert_eq!(intake.take_in(more), None);
        assert!(intake.next_closed().is_none() && intake.outcome.tokens.len() == 3);
    }

    #[test]
    fn a_file_that_was_left_out_is_named_with_its_reason() {
        let mut intake = Intake::default();
        let one = read(&intake, vec![source("a.sealed", &sealed())]);
        assert_eq!(intake.take_in(one), None);
        intake.leave_out(0, ImportError::NeedsPassword);
        assert!(intake.next_closed().is_none() && intake.is_empty());
        assert_eq!(intake.failed, [(0, ImportError::NeedsPassword)]);
    }
}
