//! Equal tokens with different ids become one: two devices that read the same QR code, mostly.
//!
//! This is something that a device does, like an edit, and is stamped like one. Devices that do it at the same time do the same.

use std::collections::{BTreeMap, HashMap};

use super::marks::{DeviceId, Field, Gone, Stamp, Status};
use super::{Record, State, print};
use crate::token::TokenId;

impl State {
    /// What a device makes of what it has and what others say: their join, in which nothing that somebody did is lost.
    #[must_use]
    pub(crate) fn meet(self, others: Vec<Self>, device: DeviceId) -> Self {
        let mut states = others;
        states.push(self);
        let late = late_edits(&states);
        let mut state = states.into_iter().fold(Self::default(), Self::join);
        state.take_up(late, device);
        state.settle(device);
        state
    }

    /// Takes up edits of earlier lives that are later than what the token has: made elsewhere while it was in the bin and came back.
    fn take_up(&mut self, late: Vec<Record>, device: DeviceId) {
        let mut newest: BTreeMap<(TokenId, Field), (Stamp, usize)> = BTreeMap::new();
        for (place, record) in late.iter().enumerate() {
            let id = record.token.id;
            let own = self.records.get(&id).filter(|own| own.token.has_same_secret_as(&record.token));
            let Some(own) = own.filter(|own| own.marks.life > record.marks.life) else { continue };
            for (field, stamp) in &record.marks.fields {
                if *stamp > own.marks.of(*field) && field.compare(&record.token, &own.token).is_ne() {
                    let newest = newest.entry((id, *field)).or_insert((*stamp, place));
                    *newest = (*newest).max((*stamp, place));
                }
            }
        }
        if newest.is_empty() {
            return;
        }
        let stamp = self.next_stamp(device);
        for ((id, field), (_, place)) in newest {
            if let (Some(own), Some(record)) = (self.records.get_mut(&id), late.get(place)) {
                field.take(&mut own.token, &mut record.token.duplicate());
                own.marks.set(field, stamp);
            }
        }
        self.vector.insert(device, stamp.at);
    }

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

/// Records that somebody has changed, and of which another state has a later life: a join drops them whole.
fn late_edits(states: &[State]) -> Vec<Record> {
    let mut lives: HashMap<TokenId, u32> = HashMap::new();
    let all = || states.iter().flat_map(|state| &state.records);
    for (id, record) in all() {
        let life = lives.entry(*id).or_default();
        *life = (*life).max(record.marks.life);
    }
    let is_late = |(id, record): &(&TokenId, &Record)| {
        !record.marks.fields.is_empty() && lives.get(*id).is_some_and(|life| *life > record.marks.life)
    };
    all().filter(is_late).map(|(_, record)| record.duplicate()).collect()
}
