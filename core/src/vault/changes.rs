//! What can be done to a vault's contents: plain functions on a copy of them, without files or keys.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher as _, RandomState};

use super::contents::Binned;
use super::{AddOutcome, ChangeError, Contents, Edit, Entropy, NoEntropy};
use crate::enrol::{Enrolment, names};
use crate::token::{Counter, Kind, Token, TokenId};

/// How long deleted tokens are kept, in seconds: 30 days.
pub const BIN_SECONDS: u64 = 30 * 24 * 60 * 60;

/// How far counters skip ahead when nobody knows which were used: within the look-ahead window of usual servers, and more than
/// one lost write can have used.
pub const COUNTER_SKIP: u64 = 10;

impl Contents {
    /// Adds what is new. A duplicate raises the counter of the token that is here. `false`: nothing was changed by it.
    pub(super) fn add(
        &mut self,
        enrolments: Vec<Enrolment>,
        entropy: &dyn Entropy,
    ) -> Result<(AddOutcome, bool), NoEntropy> {
        let mut known = Known::new(&self.tokens);
        let binned = Known::new(self.bin.iter().map(|binned| &binned.token));
        let mut outcome = AddOutcome::default();
        let mut changed = false;
        for (index, enrolment) in enrolments.into_iter().enumerate() {
            let mut id = [0; 16];
            entropy.fill(&mut id)?;
            let mut token = enrolment.into_token(TokenId::from_bytes(id));
            if let Some(place) = known.find(&token, |place| self.tokens.get(place))
                && let Some(here) = self.tokens.get_mut(place)
            {
                changed |= raise_counter(here, &token);
                outcome.duplicates.push((index, here.id));
                continue;
            }
            // Deleted and enrolled anew: what its counter has passed stays passed.
            let deleted = binned.find(&token, |place| self.bin.get(place).map(|binned| &binned.token));
            if let Some(binned) = deleted.and_then(|place| self.bin.get(place)) {
                raise_counter(&mut token, &binned.token);
            }
            outcome.added.push((index, token.id));
            known.insert(&token, self.tokens.len());
            self.tokens.push(token);
            changed = true;
        }
        Ok((outcome, changed))
    }

    /// Sets fields. `Ok(false)`: they were so already.
    pub(super) fn edit(&mut self, id: TokenId, edit: Edit) -> Result<bool, ChangeError> {
        let token = self.token_mut(id)?;
        let (mut changed, mut set_by_hand) = (false, false);
        // What can fail comes first.
        if let Some(counter) = edit.counter {
            let own = token.kind.counter_mut().ok_or(ChangeError::WrongKind)?;
            set_by_hand = core::mem::replace(own, counter) != counter;
            changed |= set_by_hand;
        }
        if let Some(encoding) = edit.encoding {
            let Kind::Ocra { encoding: own, .. } = &mut token.kind else { return Err(ChangeError::WrongKind) };
            changed |= core::mem::replace(own, encoding) != encoding;
        }
        // What is typed here is shown in lists and terminals like what was enrolled.
        changed |= set(&mut token.issuer, edit.issuer.as_deref().map(names::clean));
        changed |= set(&mut token.account, edit.account.as_deref().map(names::clean));
        changed |= set(&mut token.note, edit.note);
        changed |= set(&mut token.groups, edit.groups.as_deref().map(group_names));
        changed |= set(&mut token.favourite, edit.favourite);
        changed |= set(&mut token.icon, edit.icon);
        if set_by_hand && let Some(marks) = self.merging.as_mut().and_then(|merging| merging.marks.get_mut(&id)) {
            // What other devices have counted before that counts no more.
            marks.epoch = marks.epoch.saturating_add(1);
        }
        Ok(changed)
    }

    /// Renames a group, or takes it away, in every token and in the bin. Gives how many tokens were in it.
    pub(super) fn change_group(&mut self, group: &str, name: Option<&str>) -> Result<usize, ChangeError> {
        let name = name.map(names::clean);
        if name.as_ref().is_some_and(String::is_empty) {
            return Err(ChangeError::NoSuchGroup);
        }
        let change = |token: &mut Token| -> bool {
            let is_in = token.groups.iter().any(|other| other == group);
            if is_in {
                let renamed = |other: &String| if other == group { name.clone() } else { Some(other.clone()) };
                token.groups = group_names(&token.groups.iter().filter_map(renamed).collect::<Vec<_>>());
            }
            is_in
        };
        let changed = self.tokens.iter_mut().map(change).filter(|is_in| *is_in).count();
        if changed == 0 {
            return Err(ChangeError::NoSuchGroup);
        }
        for binned in &mut self.bin {
            change(&mut binned.token);
        }
        Ok(changed)
    }

    /// Moves tokens into the bin, the newest first.
    pub(super) fn remove(&mut self, ids: &[TokenId], now: u64) -> Result<(), ChangeError> {
        let ids: HashSet<_> = ids.iter().copied().collect();
        let places: Vec<_> =
            (0..).zip(&self.tokens).filter(|(_, token)| ids.contains(&token.id)).map(|(i, _)| i).collect();
        if places.len() != ids.len() {
            return Err(ChangeError::NoSuchToken);
        }
        let (gone, kept): (Vec<_>, Vec<_>) = self.tokens.drain(..).partition(|token| ids.contains(&token.id));
        self.tokens = kept;
        let gone = gone.into_iter().zip(places).map(|(token, place)| Binned { token, deleted_at: now, place });
        self.bin.splice(0..0, gone);
        Ok(())
    }

    /// Takes tokens back out of the bin. The last deleted one first, so that undoing several deletions gives the old order.
    pub(super) fn restore(&mut self, ids: &[TokenId]) -> Result<(), ChangeError> {
        let mut taken = self.take_from_bin(ids)?;
        // Enrolled anew in the meantime: what that one's counter has passed stays passed.
        let known = Known::new(&self.tokens);
        for Binned { token, .. } in &mut taken {
            let twin = known.find(token, |place| self.tokens.get(place));
            if let Some(twin) = twin.and_then(|place| self.tokens.get(place)) {
                raise_counter(token, twin);
            }
        }
        for binned in taken {
            let place = binned.place.min(self.tokens.len());
            self.tokens.insert(place, binned.token);
        }
        Ok(())
    }

    /// Deletes tokens of the bin for good.
    pub(super) fn purge(&mut self, ids: &[TokenId]) -> Result<(), ChangeError> {
        self.take_from_bin(ids).map(|_| ())
    }

    /// Deletes for good what has been in the bin for 30 days.
    pub(super) fn purge_expired(&mut self, now: u64) {
        self.bin.retain(|binned| !binned.is_expired(now));
    }

    /// Moves a token to a place. `Ok(false)`: it was there already.
    pub(super) fn move_to(&mut self, id: TokenId, place: usize) -> Result<bool, ChangeError> {
        let from = self.tokens.iter().position(|token| token.id == id).ok_or(ChangeError::NoSuchToken)?;
        let place = place.min(self.tokens.len() - 1);
        let token = self.tokens.remove(from);
        self.tokens.insert(place, token);
        Ok(from != place)
    }

    /// Uses up a counter; gives the one to use now.
    pub(super) fn advance(&mut self, id: TokenId) -> Result<Counter, ChangeError> {
        let counter = self.token_mut(id)?.kind.counter_mut().ok_or(ChangeError::WrongKind)?;
        let next = counter.next().map_err(|_| ChangeError::CounterAtEnd)?;
        Ok(core::mem::replace(counter, next))
    }

    /// Skips every counter ahead by [`COUNTER_SKIP`], so that no code that may have been shown is shown again.
    pub(super) fn skip_counters(&mut self) {
        let tokens = self.tokens.iter_mut().chain(self.bin.iter_mut().map(|binned| &mut binned.token));
        for counter in tokens.filter_map(|token| token.kind.counter_mut()) {
            counter.0 = counter.0.saturating_add(COUNTER_SKIP);
        }
    }

    fn token_mut(&mut self, id: TokenId) -> Result<&mut Token, ChangeError> {
        self.tokens.iter_mut().find(|token| token.id == id).ok_or(ChangeError::NoSuchToken)
    }

    fn take_from_bin(&mut self, ids: &[TokenId]) -> Result<Vec<Binned>, ChangeError> {
        let ids: HashSet<_> = ids.iter().copied().collect();
        let (taken, kept): (Vec<_>, Vec<_>) = self.bin.drain(..).partition(|binned| ids.contains(&binned.token.id));
        let whole = taken.len() == ids.len();
        self.bin = kept;
        // The caller throws this copy away on an error.
        if whole { Ok(taken) } else { Err(ChangeError::NoSuchToken) }
    }
}

/// Groups as they are kept: fit to be shown, none without a name, each once.
fn group_names(groups: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::with_capacity(groups.len());
    for name in groups.iter().map(|name| names::clean(name)) {
        if !name.is_empty() && !kept.contains(&name) {
            kept.push(name);
        }
    }
    kept
}

fn set<T: PartialEq>(field: &mut T, value: Option<T>) -> bool {
    match value {
        Some(value) if value != *field => {
            *field = value;
            true
        }
        _ => false,
    }
}

/// Of two copies of a token the higher counter is the true one. Says whether that was the other's.
fn raise_counter(token: &mut Token, other: &Token) -> bool {
    match (token.kind.counter_mut(), other.kind.counter()) {
        (Some(own), Some(other)) if other > *own => {
            *own = other;
            true
        }
        _ => false,
    }
}

/// Finds duplicates among ten thousand tokens without comparing each with each: by a randomly keyed hash of all
/// that makes their codes.
struct Known {
    hasher: RandomState,
    places: HashMap<u64, Vec<usize>>,
}

impl Known {
    fn new<'a>(tokens: impl IntoIterator<Item = &'a Token>) -> Self {
        let mut known = Self { hasher: RandomState::new(), places: HashMap::new() };
        for (place, token) in tokens.into_iter().enumerate() {
            known.insert(token, place);
        }
        known
    }

    fn insert(&mut self, token: &Token, place: usize) {
        self.places.entry(self.hash(token)).or_default().push(place);
    }

    fn find<'a>(&self, token: &Token, at: impl Fn(usize) -> Option<&'a Token>) -> Option<usize> {
        let places = self.places.get(&self.hash(token))?;
        places.iter().copied().find(|place| at(*place).is_some_and(|other| other.is_duplicate_of(token)))
    }

    fn hash(&self, token: &Token) -> u64 {
        let numbers = match &token.kind {
            Kind::Totp { algorithm, digits, period } => (Some((*algorithm, *digits)), Some(*period)),
            Kind::Hotp { algorithm, digits, .. } => (Some((*algorithm, *digits)), None),
            Kind::Ocra { .. } | Kind::Steam | Kind::Motp { .. } | Kind::Yandex { .. } => (None, None),
        };
        let suite = match &token.kind {
            Kind::Ocra { suite, .. } => suite.to_string(),
            _ => String::new(),
        };
        self.hasher.hash_one((token.secret.expose(), token.kind.name(), numbers, suite))
    }
}

#[cfg(test)]
mod tests;
