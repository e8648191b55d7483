//! Who may open the vault: slots come, change and go, and with each of these the vault key is another.
//!
//! The wrapping keys of the slots that stay lie in the payload, so that nobody has to type all credentials. `.previous` is written
//! anew under the new key, and older copies beside it are removed: what a removed credential opens is gone from this device. Copies
//! elsewhere, and backups, keep their old lock.

use std::sync::Arc;

use super::{Environment, Session, settled};
use crate::vault::contents::WrappingKey;
use crate::vault::format::{self, Header};
use crate::vault::keys::Key;
use crate::vault::slots::{CostRule, Prepared, Slot, SlotInfo, SlotKind, check_together, gives_way};
use crate::vault::store::{Disk, Previous, Store};
use crate::vault::{ChangeError, Keystore, NewSlot, OpenError, payload};

/// What becomes of the slots that are there.
enum Plan {
    /// The new one is of a kind that is not there.
    Add,
    /// The new one is of a kind that is there.
    Replace,
    /// The new one is the lock, whichever was there.
    Set,
    /// Nothing new.
    Remove(SlotKind),
}

impl Session {
    /// The slots, as everybody may see them.
    #[must_use]
    pub fn slots(&self) -> Vec<SlotInfo> {
        self.header.slots.iter().map(Slot::info).collect()
    }

    /// Adds a slot of a kind that is not there. A password or a PIN takes the place of the device slot.
    ///
    /// # Errors
    /// [`ChangeError`]: [`SlotExists`](ChangeError::SlotExists), [`PinAlone`](ChangeError::PinAlone),
    /// [`DeviceBesideLock`](ChangeError::DeviceBesideLock), and what making a slot can say.
    pub fn add_slot(&mut self, slot: NewSlot) -> Result<(), ChangeError> {
        self.change_slots(Some(slot), Plan::Add, CostRule::Floor)
    }

    /// Replaces the slot of the same kind: another password, another PIN (also one whose keystore entry was lost), another recovery
    /// key.
    ///
    /// # Errors
    /// [`ChangeError`]: [`NoSuchSlot`](ChangeError::NoSuchSlot), and what making a slot can say.
    pub fn replace_slot(&mut self, slot: NewSlot) -> Result<(), ChangeError> {
        self.change_slots(Some(slot), Plan::Replace, CostRule::Floor)
    }

    /// Removes a slot.
    ///
    /// # Errors
    /// [`ChangeError`]: [`NoSuchSlot`](ChangeError::NoSuchSlot), [`LastSlot`](ChangeError::LastSlot),
    /// [`PinAlone`](ChangeError::PinAlone).
    pub fn remove_slot(&mut self, kind: SlotKind) -> Result<(), ChangeError> {
        self.change_slots(None, Plan::Remove(kind), CostRule::Floor)
    }

    /// Makes this the slot of its kind, whether there was one or not. A password or a PIN takes the place of the device slot; a device
    /// slot takes that of password and PIN. A recovery slot stays.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn change_lock(&mut self, slot: NewSlot) -> Result<(), ChangeError> {
        self.change_slots(Some(slot), Plan::Set, CostRule::Floor)
    }

    /// The kinds of slots whose entry the OS keystore has lost: some do. A device slot is replaced as it is, a PIN has to be chosen anew
    /// with [`Session::replace_slot`].
    #[must_use]
    pub fn missing_keystore_entries(&self) -> Vec<SlotKind> {
        missing(&self.header, self.environment.keystore.as_deref())
    }

    /// The same of a vault that is not open; empty where there is none that can be read.
    #[must_use]
    pub fn missing_from_keystore(environment: &Environment) -> Vec<SlotKind> {
        let store = Store::new(Arc::new(Disk), settled(&environment.file));
        let front = |bytes: std::io::Result<Vec<u8>>| format::read_front(&bytes.ok()?).ok();
        let front = front(store.read_front(format::MOST_FRONT)).or_else(|| front(store.read_previous()));
        front.map(|front| missing(&front.header, environment.keystore.as_deref())).unwrap_or_default()
    }

    #[cfg(test)]
    pub(crate) fn change_lock_at(&mut self, slot: NewSlot, costs: CostRule) -> Result<(), ChangeError> {
        self.change_slots(Some(slot), Plan::Set, costs)
    }

    #[cfg(test)]
    pub(crate) fn add_slot_at(&mut self, slot: NewSlot, costs: CostRule) -> Result<(), ChangeError> {
        self.change_slots(Some(slot), Plan::Add, costs)
    }

    #[cfg(test)]
    pub(crate) fn replace_slot_at(&mut self, slot: NewSlot, costs: CostRule) -> Result<(), ChangeError> {
        self.change_slots(Some(slot), Plan::Replace, costs)
    }

    fn change_slots(&mut self, new: Option<NewSlot>, plan: Plan, costs: CostRule) -> Result<(), ChangeError> {
        // What can't be is known before a derivation is paid, and once more under the lock.
        plan.kept(new.as_ref().map(NewSlot::kind), &self.header.slots)?;
        let (entropy, keystore) = (self.environment.entropy.clone(), self.environment.keystore.clone());
        let vault = self.header.vault;
        // The derivation is paid before others are made to wait.
        let prepared = match new {
            Some(new) => Some(new.prepare(&vault, &*entropy, keystore.as_deref(), costs)?),
            None => None,
        };
        let new_slot = prepared.as_ref().map(|prepared| prepared.head.clone());
        let changed = self.write_slots(plan, prepared);
        self.remember();
        let Some(keystore) = keystore else { return changed.map(|_| ()) };
        match changed {
            Ok(gone) => {
                for entry in gone.iter().filter_map(|slot| slot.keystore_entry(&vault)) {
                    // What is left where this fails opens nothing any more.
                    keystore.remove(&entry).ok();
                }
                Ok(())
            }
            Err(error) => {
                // An error of the very last step leaves the new lock on disk: then its secret has to stay.
                if let Some(head) = new_slot
                    && let Some(entry) = head.keystore_entry(&vault)
                    && self.store.lacks_slot(head.id)
                {
                    keystore.remove(&entry).ok();
                }
                Err(error)
            }
        }
    }

    /// Writes the vault under a new key; gives the slots that are gone.
    fn write_slots(&mut self, plan: Plan, prepared: Option<Prepared>) -> Result<Vec<Slot>, ChangeError> {
        let entropy = self.environment.entropy.clone();
        let vault = self.header.vault;
        let held = self.lock()?;
        let current = self.take_up_newest()?;
        let kinds = plan.kept(prepared.as_ref().map(|prepared| prepared.head.kind), &self.header.slots)?;
        let key = Key::random(&*entropy)?;
        let mut next = self.next(current);

        let mut slots = Vec::with_capacity(kinds.len() + 1);
        for slot in self.header.slots.iter().filter(|slot| kinds.contains(&slot.kind)) {
            let wrapping = next.wrapping_keys.iter().find(|wrapping| wrapping.slot == slot.id);
            // Every version of this app has written it.
            let wrapping = wrapping.ok_or(ChangeError::Open(OpenError::DamagedPayload))?;
            slots.push(Slot::wrap(slot.head(), &wrapping.key, &vault, &key, &*entropy)?);
        }
        next.wrapping_keys.retain(|wrapping| slots.iter().any(|slot| slot.id == wrapping.slot));
        next.proven.retain(|kind, _| kinds.contains(kind));
        if let Some(Prepared { head, wrapping }) = prepared {
            let slot = Slot::wrap(head, &wrapping, &vault, &key, &*entropy)?;
            next.wrapping_keys.push(WrappingKey { slot: slot.id, key: wrapping });
            slots.push(slot);
        }

        let old_slots = core::mem::replace(&mut self.header.slots, slots);
        // `.previous` under the new key too: what it held, and no way in by the old lock.
        let previous = format::seal(&self.header, &key, &payload::encode(&next), &*entropy);
        let resealed = self.reseal_journal(&key, &*held);
        let old_key = core::mem::replace(&mut self.key, key);
        let written = match (previous, resealed) {
            (Ok(previous), Ok(())) => self.write(next, Previous::Replace(&previous), &*held),
            (Err(error), _) => Err(error.into()),
            (_, Err(error)) => Err(ChangeError::Write(error)),
        };
        let outcome = match written {
            Ok(()) => {
                let is_gone = |old: &Slot| self.header.slots.iter().all(|slot| slot.id != old.id);
                Ok(old_slots.into_iter().filter(is_gone).collect())
            }
            Err(error) => {
                (self.key, self.header.slots) = (old_key, old_slots);
                Err(error)
            }
        };
        self.adopt_journal(&*held);
        outcome
    }
}

fn missing(header: &Header, keystore: Option<&dyn Keystore>) -> Vec<SlotKind> {
    let is_missing = |slot: &&Slot| {
        let entry = slot.keystore_entry(&header.vault);
        // One that is locked, or does not answer, may well have it.
        entry.is_some_and(|entry| keystore.is_none_or(|keystore| matches!(keystore.get(&entry), Ok(None))))
    };
    header.slots.iter().filter(is_missing).map(|slot| slot.kind).collect()
}

impl Plan {
    /// The kinds that stay, if the plan fits what is there.
    fn kept(&self, new: Option<SlotKind>, slots: &[Slot]) -> Result<Vec<SlotKind>, ChangeError> {
        let there = |kind| slots.iter().any(|slot| slot.kind == kind);
        match (self, new) {
            (Self::Add, Some(new)) if there(new) => return Err(ChangeError::SlotExists),
            (Self::Replace, Some(new)) if !there(new) => return Err(ChangeError::NoSuchSlot),
            (Self::Remove(kind), _) if !there(*kind) => return Err(ChangeError::NoSuchSlot),
            _ => {}
        }
        let stays = |kind: &SlotKind| match (self, new) {
            (Self::Remove(gone), _) => kind != gone,
            (_, Some(new)) if *kind == new || gives_way(*kind, new) => false,
            (Self::Set, Some(SlotKind::Device)) => *kind == SlotKind::Recovery,
            _ => true,
        };
        let kept: Vec<SlotKind> = slots.iter().map(|slot| slot.kind).filter(stays).collect();
        let together: Vec<SlotKind> = kept.iter().copied().chain(new).collect();
        check_together(&together)?;
        Ok(kept)
    }
}
