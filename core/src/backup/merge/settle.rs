//! Equal tokens with different ids become one: two devices that read the same QR code, mostly.
//!
//! This is something that a device does, like an edit, and is stamped like one. Devices that do it at the same time do the same.

use std::collections::HashMap;

use super::marks::{DeviceId, Field, Gone, Stamp, Status};
use super::{State, print};
use crate::token::TokenId;

impl State {
    /// Makes one of equal tokens in the list, and hands on what counters have passed elsewhere since. What is in the bin is left alone.
    pub(crate) fn settle(&mut self, device: DeviceId) {
        self.hand_on_counters(device);
        let mut first: HashMap<[u8; 32], TokenId> = HashMap::new();
        let mut twins = Vec::new();
        // In the order of the ids: the smallest comes first.
        for (id, record) in self.records.iter().filter(|(_, record)| record.status == Status::Alive) {
            match first.entry(print(&record.token)) {
                std::collections::hash_map::Entry::Occupied(kept) => twins.push((*kept.get(), *id)),
                std::collections::hash_map::Entry::Vacant(free) => drop(free.insert(*id)),
            }
        }
        if twins.is_empty() {
            return;
        }
        let stamp = self.next_stamp(device);
        for (kept, twin) in twins {
            self.collapse(kept, twin, stamp);
        }
        self.vector.insert(device, stamp.at);
    }

    /// Says that a device has seen all of this, so that what it holds is newer than what others have.
    pub(crate) fn touch(&mut self, device: DeviceId) {
        let stamp = self.next_stamp(device);
        self.vector.insert(device, stamp.at);
    }

    fn next_stamp(&self, device: DeviceId) -> Stamp {
        Stamp { at: self.vector.values().copied().max().unwrap_or(0).saturating_add(1), device }
    }

    /// `twin` goes, and what only it knows is kept.
    fn collapse(&mut self, kept: TokenId, twin: TokenId, stamp: Stamp) {
        let Some(gone) = self.records.remove(&twin) else { return };
        let counter = gone.counter();
        let tombstone = Gone { life: gone.marks.life, into: Some(kept), counter };
        self.gone.entry(twin).and_modify(|own| own.join(&tombstone)).or_insert(tombstone);
        let Some(record) = self.records.get_mut(&kept) else { return };
        let before = record.token.duplicate();
        let token = &mut record.token;
        for (own, others) in [
            (&mut token.issuer, gone.token.issuer),
            (&mut token.account, gone.token.account),
            (&mut token.note, gone.token.note),
        ] {
            if own.is_empty() {
                *own = others;
            }
        }
        let new: Vec<String> = gone.token.groups.into_iter().filter(|group| !token.groups.contains(group)).collect();
        token.groups.extend(new);
        token.favourite |= gone.token.favourite;
        for field in Field::ALL {
            if field.compare(&before, &record.token).is_ne() {
                record.marks.set(field, stamp);
            }
        }
        // Who deleted just this one elsewhere didn't mean the other: it lives anew.
        record.marks.life = record.marks.life.saturating_add(1);
        record.marks.status = stamp;
        record.raise_counter(counter);
    }

    /// Codes that were made elsewhere of a token that has become another one count there.
    fn hand_on_counters(&mut self, device: DeviceId) {
        let handed: Vec<(TokenId, (u32, u64))> =
            self.gone.values().filter_map(|gone| Some((self.target(gone.into?)?, gone.counter))).collect();
        let mut raised = false;
        for (id, counter) in handed {
            if let Some(record) = self.records.get_mut(&id)
                && counter > record.counter()
                && record.token.kind.counter().is_some()
            {
                record.raise_counter(counter);
                raised = true;
            }
        }
        if raised {
            let stamp = self.next_stamp(device);
            self.vector.insert(device, stamp.at);
        }
    }

    /// The token that one has become in the end.
    fn target(&self, mut id: TokenId) -> Option<TokenId> {
        // The way leads to ever smaller ids, and is short.
        for _ in 0..64 {
            if self.records.contains_key(&id) {
                return Some(id);
            }
            id = self.gone.get(&id)?.into.filter(|into| *into < id)?;
        }
        None
    }
}
