//! Two devices on one backup: what each has changed comes together, in whatever order it is met.
//!
//! A [`State`] is what a vault, and each version of a backup, says about its tokens. [`State::join`] of two states is the least that
//! says all that both say. It is commutative, associative and idempotent, so that devices which have read the same versions
//! have the same state, however often and by whichever way they read them. No wall clock has a say in it.
//!
//! | what | the join |
//! | --- | --- |
//! | a field: names, note, groups, … | the one with the later [`Stamp`]: (Lamport counter, device) |
//! | in the list, or in the bin | the same, of the same life |
//! | a life | begins when a token comes back out of the bin; the later life counts, whole. Later edits of an earlier one are taken up by who meets both |
//! | the counter of HOTP and OCRA | the higher (epoch, counter): setting it by hand begins an epoch |
//! | gone for good | up to a life. A token that somebody took out of the bin in the meantime is in a later one, and stays |
//! | the order | each token's rank, a field as others are |
//! | what was seen | for each device the highest counter: who has seen it has all that the device had said up to there |
//!
//! What a device does, it says with a new stamp: its counter is one more than all that it has seen. `observe.rs` finds out what was
//! done by looking at the contents before and after. `settle.rs` makes one of equal tokens with different ids: the smaller id
//! stays, the other one is gone and leads to it.
#![cfg_attr(not(feature = "file-store"), allow(dead_code, reason = "the session is what drives all of it"))]

mod marks;
mod observe;
mod order;
pub(crate) mod record;
mod settle;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, HashMap};

use sha2::{Digest as _, Sha256};

use marks::Field;
pub(crate) use marks::{DeviceId, Gone, Marks, Status};
pub(crate) use observe::observe;

use crate::token::{Counter, Kind, Token, TokenId};
use crate::vault::contents::{Binned, Contents};
use crate::vault::record::TokenRecord;
use record::MergingRecord;

/// For each device the highest counter that was seen of it.
pub(crate) type Vector = BTreeMap<DeviceId, u64>;

/// Whether who has seen `known` has seen all of `other`.
pub(crate) fn covers(known: &Vector, other: &Vector) -> bool {
    other.iter().all(|(device, at)| known.get(device).is_some_and(|known| known >= at))
}

/// Makes of a vector the least that covers both.
pub(crate) fn raise(known: &mut Vector, other: &Vector) {
    for (device, at) in other {
        let known = known.entry(*device).or_default();
        *known = (*known).max(*at);
    }
}

/// What a vault keeps beside its tokens so that they can be merged. There is none before a backup was ever turned on.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Merging {
    /// Of each token, in the list or in the bin.
    pub(crate) marks: HashMap<TokenId, Marks>,
    /// Tokens that are gone for good. Kept for as long as the vault is: an old version, or a device that was long away, may come back
    /// any time. One takes about 60 bytes of a version (`a_tombstone_is_small` holds it to that).
    pub(crate) gone: BTreeMap<TokenId, Gone>,
    /// What this vault has seen of each device.
    pub(crate) vector: Vector,
}

/// What a vault or a version says about its tokens.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct State {
    pub(crate) records: BTreeMap<TokenId, Record>,
    pub(crate) gone: BTreeMap<TokenId, Gone>,
    pub(crate) vector: Vector,
}

/// One token: its values, and when each came to be.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Record {
    pub(crate) token: Token,
    pub(crate) status: Status,
    pub(crate) marks: Marks,
}

impl State {
    /// What contents say. Tokens without marks (there are none once a backup was turned on) count as old as can be.
    pub(crate) fn of(contents: &Contents) -> Self {
        let merging = contents.merging.as_ref();
        let marks = |id| merging.and_then(|merging| merging.marks.get(&id)).cloned().unwrap_or_default();
        let live = contents.tokens.iter().map(|token| (token, Status::Alive));
        let binned = contents.bin.iter().map(|binned| (&binned.token, Status::Binned(binned.deleted_at)));
        let records = live
            .chain(binned)
            .map(|(token, status)| (token.id, Record { token: token.duplicate(), status, marks: marks(token.id) }));
        let (gone, vector) = merging.map(|merging| (merging.gone.clone(), merging.vector.clone())).unwrap_or_default();
        Self { records: records.collect(), gone, vector }.normal()
    }

    /// Puts what this state says into contents; all else there stays.
    pub(crate) fn put_into(self, contents: &mut Contents) {
        let mut records: Vec<Record> = self.records.into_values().collect();
        records.sort_by_key(|record| (record.marks.rank, record.token.id));
        let mut marks = HashMap::with_capacity(records.len());
        let (mut tokens, mut bin) = (Vec::with_capacity(records.len()), Vec::new());
        for Record { token, status, marks: own } in records {
            marks.insert(token.id, own);
            match status {
                Status::Alive => tokens.push(token),
                Status::Binned(deleted_at) => bin.push(Binned { token, deleted_at, place: tokens.len() }),
            }
        }
        // The newest first; the sort is stable, so that of several deleted at once the order stays.
        bin.sort_by_key(|binned| core::cmp::Reverse(binned.deleted_at));
        contents.set_tokens(tokens, bin);
        contents.merging = Some(Merging { marks, gone: self.gone, vector: self.vector });
    }

    /// The least state that says all that both say.
    #[must_use]
    pub(crate) fn join(mut self, other: Self) -> Self {
        raise(&mut self.vector, &other.vector);
        for (id, gone) in other.gone {
            self.gone.entry(id).and_modify(|own| own.join(&gone)).or_insert(gone);
        }
        for (id, record) in other.records {
            self.take(id, record);
        }
        self.normal()
    }

    /// Takes up one record.
    fn take(&mut self, id: TokenId, mut record: Record) {
        let Some(own) = self.records.get_mut(&id) else {
            self.records.insert(id, record);
            return;
        };
        if own.token.has_same_secret_as(&record.token) {
            own.join(record);
            return;
        }
        // One id, and other codes: a real conflict, which keeps both. The one with the smaller print keeps the id.
        if print(&own.token) > print(&record.token) {
            core::mem::swap(own, &mut record);
        }
        let id = another_id(&record.token);
        record.token.id = id;
        self.take(id, record);
    }

    /// Drops what is gone, and holds counters of what is gone and of what has come back together.
    fn normal(mut self) -> Self {
        let Self { records, gone, .. } = &mut self;
        for (id, gone) in gone.iter_mut() {
            let Some(record) = records.get_mut(id) else { continue };
            gone.counter = gone.counter.max(record.counter());
            if record.marks.life <= gone.life {
                records.remove(id);
            } else {
                record.raise_counter(gone.counter);
            }
        }
        self
    }

    /// Equal for equal states, and for no others.
    pub(crate) fn digest(&self) -> [u8; 32] {
        let marks = self.records.values().map(|record| &record.marks);
        let (merging, devices) = MergingRecord::of(&self.vector, &self.gone, marks);
        let mut digest = Digesting(Sha256::new());
        // Hashing cannot fail, and no record has a key that is no text.
        let mut written = serde_json::to_writer(&mut digest, &merging);
        for record in self.records.values() {
            let own = (TokenRecord::of(&record.token), devices.marks(&record.marks), record.status);
            written = written.and_then(|()| serde_json::to_writer(&mut digest, &own));
        }
        debug_assert!(written.is_ok());
        digest.0.finalize().into()
    }

    /// A second copy, on purpose: secrets are inside.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            records: self.records.iter().map(|(id, own)| (*id, own.duplicate())).collect(),
            gone: self.gone.clone(),
            vector: self.vector.clone(),
        }
    }
}

/// Hashes what is written.
struct Digesting(Sha256);

impl std::io::Write for Digesting {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.update(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl Record {
    /// A second copy, on purpose: a secret is inside.
    fn duplicate(&self) -> Self {
        Self { token: self.token.duplicate(), status: self.status, marks: self.marks.clone() }
    }

    /// What is merged as the counter; (0, 0) where there is none.
    fn counter(&self) -> (u32, u64) {
        self.token.kind.counter().map_or((0, 0), |counter| (self.marks.epoch, counter.0))
    }

    fn raise_counter(&mut self, to: (u32, u64)) {
        let own = self.counter();
        if let Some(counter) = self.token.kind.counter_mut()
            && to > own
        {
            (self.marks.epoch, *counter) = (to.0, Counter(to.1));
        }
    }

    fn join(&mut self, mut other: Self) {
        let counter = self.counter().max(other.counter());
        let added = self.marks.added.min(other.marks.added);
        match self.marks.life.cmp(&other.marks.life) {
            core::cmp::Ordering::Less => *self = other,
            core::cmp::Ordering::Greater => {}
            core::cmp::Ordering::Equal => {
                for field in Field::ALL {
                    let (own, others) = (self.marks.of(field), other.marks.of(field));
                    // Equal stamps have equal values, but for what nobody ever stamped.
                    let later = others.cmp(&own).then_with(|| field.compare(&other.token, &self.token));
                    if later.is_gt() {
                        field.take(&mut self.token, &mut other.token);
                    }
                    self.marks.set(field, own.max(others));
                }
                if (other.marks.status, other.status) > (self.marks.status, self.status) {
                    (self.marks.status, self.status) = (other.marks.status, other.status);
                }
                if (other.marks.ranked, other.marks.rank) > (self.marks.ranked, self.marks.rank) {
                    (self.marks.ranked, self.marks.rank) = (other.marks.ranked, other.marks.rank);
                }
            }
        }
        self.marks.added_at(added);
        self.raise_counter(counter);
    }
}

/// Tells tokens with other secrets or other parameters apart, the same on every device.
pub(crate) fn print(token: &Token) -> [u8; 32] {
    let mut digest = Sha256::new();
    let parameters = match &token.kind {
        Kind::Totp { algorithm, digits, period } => {
            format!("totp|{}|{}|{}", algorithm.name(), digits.get(), period.seconds())
        }
        Kind::Hotp { algorithm, digits, .. } => format!("hotp|{}|{}", algorithm.name(), digits.get()),
        Kind::Ocra { suite, .. } => format!("ocra|{suite}"),
        Kind::Steam => "steam".to_owned(),
        Kind::Motp { pin } | Kind::Yandex { pin } => {
            digest.update(pin.expose().as_bytes());
            token.kind.name().as_str().to_owned()
        }
    };
    digest.update([0]);
    digest.update(parameters.as_bytes());
    digest.update([0]);
    digest.update(token.secret.expose());
    digest.finalize().into()
}

/// The id of a token whose id another one has.
fn another_id(token: &Token) -> TokenId {
    let digest: [u8; 32] = Sha256::new().chain_update(token.id.to_bytes()).chain_update(print(token)).finalize().into();
    let mut id = [0; 16];
    id.copy_from_slice(digest.first_chunk::<16>().unwrap_or(&[0; 16]));
    TokenId::from_bytes(id)
}
