//! The vault's side of the backup: where it goes, what came in from there, and the state of each place.

use std::collections::{HashMap, HashSet};

use super::Session;
use crate::backup::cloud::SignIn;
use crate::backup::location::Location;
use crate::backup::merge::{DeviceId, Merging, State, observe, print};
use crate::backup::provider::Provider;
use crate::backup::settings::{Backup, Keep, Known, Place};
use crate::backup::{Keys, Origin, Snapshot};
use crate::token::{Token, TokenId};
use crate::vault::{ChangeError, Contents};

/// What came of restoring a version.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Restored {
    /// Tokens that are new in the list, or back in it.
    pub added: usize,
    /// Tokens that were here already.
    pub here: usize,
    /// Tokens that went to the bin, since the version does not have them.
    pub binned: usize,
}

/// What came in from other devices.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct TakenIn {
    /// Tokens that are new in the list.
    pub added: usize,
    /// Tokens that left the list: they were deleted elsewhere.
    pub removed: usize,
    /// Whether anything is otherwise than before.
    pub changed: bool,
}

impl Session {
    /// Where backups go.
    #[must_use]
    pub fn backup(&self) -> &Backup {
        &self.contents.backup
    }

    /// Adds a place, or gives the one that is there other keys and another way to it; says which one it is.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn add_place(&mut self, location: Location, keys: Keys) -> Result<u32, ChangeError> {
        let device = self.device_id();
        let mut id = 0;
        self.change(|contents| {
            if contents.merging.is_none() {
                contents.merging = Some(Merging::begin(contents, device));
            }
            let places = &mut contents.backup.places;
            if let Some(place) = places.iter_mut().find(|place| place.location.is_same_place_as(&location)) {
                id = place.id;
                place.location = location;
                place.change_keys(keys);
                return Ok(());
            }
            id = places.iter().map(|place| place.id).max().unwrap_or(0).saturating_add(1);
            let (keep, known) = (Keep::default(), Known::default());
            places.push(Place { id, location, keep, known, keys, former: Vec::new() });
            Ok(())
        })?;
        Ok(id)
    }

    /// Forgets a place. What lies there stays.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchPlace`], and the others.
    pub fn remove_place(&mut self, id: u32) -> Result<(), ChangeError> {
        self.change(|contents| {
            let before = contents.backup.places.len();
            contents.backup.places.retain(|place| place.id != id);
            if contents.backup.places.len() == before { Err(ChangeError::NoSuchPlace) } else { Ok(()) }
        })
    }

    /// Changes what is known of a place, or how it is kept.
    pub(crate) fn change_place(&mut self, id: u32, change: impl FnOnce(&mut Place)) -> Result<(), ChangeError> {
        self.change(|contents| {
            change(contents.backup.place_mut(id).ok_or(ChangeError::NoSuchPlace)?);
            Ok(())
        })
    }

    /// Which versions of a place are kept from now on.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchPlace`], and the others.
    pub fn set_keep(&mut self, id: u32, keep: Keep) -> Result<(), ChangeError> {
        self.change_place(id, |place| place.keep = keep)
    }

    /// Keeps the sign-in of a place as it stands now, where the cloud has exchanged or ended it since; else nothing is written.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn keep_sign_in(&mut self, id: u32, provider: &dyn Provider) -> Result<(), ChangeError> {
        let own = self.backup().place(id).and_then(|place| place.location.sign_in());
        match (own, provider.sign_in()) {
            (Some(own), Some(now)) if !own.is_kept_as(&now) => self.set_sign_in(id, now),
            _ => Ok(()),
        }
    }

    /// Somebody has signed in to the cloud of a place again.
    ///
    /// # Errors
    /// [`ChangeError::NoSuchPlace`], and the others.
    pub fn set_sign_in(&mut self, id: u32, sign_in: SignIn) -> Result<(), ChangeError> {
        self.change_place(id, |place| {
            if let Some(own) = place.location.sign_in_mut() {
                *own = sign_in;
            }
        })
    }

    /// Whether changes are backed up by themselves from now on, in the window.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn set_automatic(&mut self, automatic: bool) -> Result<(), ChangeError> {
        self.change_if(|contents| {
            let before = core::mem::replace(&mut contents.backup.by_hand, !automatic);
            Ok(before == automatic)
        })
    }

    /// Merges what other devices have written into the vault, in one write; none where there is nothing new.
    pub(crate) fn take_in(&mut self, states: Vec<State>) -> Result<TakenIn, ChangeError> {
        let (mut device, mut renewed) = (self.device_id(), false);
        let mut taken = TakenIn::default();
        // Somebody counts under this device's id, or this vault is older than what it has written: its next words need another id.
        let own = |contents: &Contents| {
            contents.merging.as_ref().and_then(|merging| merging.vector.get(&device)).copied().unwrap_or(0)
        };
        let known = own(&self.contents);
        if states.iter().any(|state| state.vector.get(&device).is_some_and(|at| *at > known)) {
            (device, renewed) = (self.renew_device_id(), true);
        }
        self.change_as_it_is(|contents| {
            let before = State::of(contents);
            let digest = before.digest();
            let list: HashSet<[u8; 32]> = contents.tokens.iter().map(print).collect();
            let mut state = before.meet(states, device);
            if renewed {
                state.touch(device);
            }
            if state.digest() == digest {
                return Ok(false);
            }
            state.put_into(contents);
            let now: HashSet<[u8; 32]> = contents.tokens.iter().map(print).collect();
            let (added, removed) = (now.difference(&list).count(), list.difference(&now).count());
            taken = TakenIn { added, removed, changed: true };
            Ok(true)
        })?;
        Ok(taken)
    }

    /// Brings the tokens of a version back: those that are missing, or with `replace` just those that it has; what it does not have
    /// goes to the bin then. Counters never go back.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn restore_version(&mut self, snapshot: Snapshot, replace: bool, now: u64) -> Result<Restored, ChangeError> {
        let mut restored = Restored::default();
        self.change(|contents| {
            restored = contents.restore_tokens(snapshot.tokens, replace, now);
            Ok(())
        })?;
        Ok(restored)
    }

    /// Where a backup of this vault comes from; without parents.
    #[must_use]
    pub fn origin(&self, device: &str, now: u64) -> Origin {
        Origin {
            vault: self.header.vault.0,
            generation: self.header.generation,
            device: device.to_owned(),
            made_at: now,
            parents: Vec::new(),
        }
    }

    /// Gives stamps to what a change did, where tokens are merged.
    pub(super) fn stamp_changes(&self, next: &mut Contents) {
        if next.merging.is_some() {
            observe(&self.contents, next, self.device_id());
        }
    }

    fn device_id(&self) -> DeviceId {
        DeviceId(self.device.id().0)
    }

    fn renew_device_id(&self) -> DeviceId {
        DeviceId(self.device.renew_id().0)
    }
}

impl Place {
    /// Writes with other keys from now on; those that there were still open what was written with them.
    pub(crate) fn change_keys(&mut self, keys: Keys) {
        if keys.set() == self.keys.set() {
            return;
        }
        self.former.retain(|former| former.set() != keys.set());
        self.former.insert(0, core::mem::replace(&mut self.keys, keys));
    }
}

impl Contents {
    fn restore_tokens(&mut self, tokens: Vec<Token>, replace: bool, now: u64) -> Restored {
        let mut restored = Restored::default();
        let mut order: Vec<TokenId> = Vec::with_capacity(tokens.len());
        for token in tokens {
            let id = token.id;
            let place = self.tokens.iter().position(|own| own.id == id || own.is_duplicate_of(&token));
            let here = place.and_then(|place| self.tokens.get_mut(place));
            if let Some(own) = here {
                restored.here += 1;
                order.push(own.id);
                own.take_over(token, replace);
                continue;
            }
            restored.added += 1;
            order.push(id);
            let binned = self.bin.iter().position(|binned| binned.token.id == id);
            let Some(binned) = binned.map(|place| self.bin.remove(place)) else {
                self.tokens.push(token);
                continue;
            };
            let mut own = binned.token;
            own.take_over(token, replace);
            self.tokens.insert(binned.place.min(self.tokens.len()), own);
        }
        if replace {
            let places: HashMap<TokenId, usize> = order.iter().enumerate().map(|(place, id)| (*id, place)).collect();
            let gone: Vec<TokenId> =
                self.tokens.iter().map(|token| token.id).filter(|id| !places.contains_key(id)).collect();
            restored.binned = gone.len();
            // They are all in the list.
            let binned = self.remove(&gone, now);
            debug_assert!(binned.is_ok());
            self.tokens.sort_by_key(|token| places.get(&token.id).copied());
        }
        let (tokens, bin) = (core::mem::take(&mut self.tokens), core::mem::take(&mut self.bin));
        self.set_tokens(tokens, bin);
        restored
    }
}

impl Token {
    /// Takes the higher counter of another copy, and with `all` its names and the like too.
    fn take_over(&mut self, other: Self, all: bool) {
        if let (Some(own), Some(others)) = (self.kind.counter_mut(), other.kind.counter()) {
            *own = (*own).max(others);
        }
        if all {
            (self.issuer, self.account, self.note) = (other.issuer, other.account, other.note);
            (self.groups, self.favourite, self.icon) = (other.groups, other.favourite, other.icon);
        }
    }
}
