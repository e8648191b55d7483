//! What was done, found out by looking at the contents before and after: no change has to know that it is merged one day.

use std::collections::{HashMap, HashSet};

use super::marks::{DeviceId, Field, Gone, Marks, Stamp, Status};
use super::{Merging, order};
use crate::token::{Token, TokenId};
use crate::vault::contents::Contents;

/// Gives a stamp to everything in which `after` differs from `before`. Nothing happens where no backup was ever turned on.
///
/// Counters that only went up need none: the higher one is the true one. `true`: something was stamped or counted.
pub(crate) fn observe(before: &Contents, after: &mut Contents, device: DeviceId) -> bool {
    let Some(mut merging) = after.merging.take() else { return false };
    let mut clock = Clock { at: merging.vector.values().copied().max().unwrap_or(0), device, moved: false };
    let was = by_id(before);
    for (token, status) in all(after) {
        match was.get(&token.id) {
            Some((old, old_status)) => {
                let epoch = before.merging.as_ref().and_then(|before| before.marks.get(&token.id));
                let epoch = epoch.map_or(0, |marks| marks.epoch);
                let was = (*old, *old_status, epoch);
                changed(was, (token, status), &mut merging, &mut clock);
            }
            None => {
                // One stamp each, so that the order of a batch is that of its stamps.
                let life = merging.gone.get(&token.id).map_or(0, |gone| gone.life.saturating_add(1));
                let mut marks = Marks::new(clock.another(), life);
                marks.epoch = merging.gone.get(&token.id).map_or(0, |gone| gone.counter.0);
                merging.marks.insert(token.id, marks);
            }
        }
    }
    let here: HashSet<TokenId> = all(after).map(|(token, _)| token.id).collect();
    for (id, (token, _)) in was.into_iter().filter(|(id, _)| !here.contains(id)) {
        let marks = merging.marks.remove(&id).unwrap_or_default();
        let counter = token.kind.counter().map_or((0, 0), |counter| (marks.epoch, counter.0));
        let gone = Gone { life: marks.life, into: None, counter };
        merging.gone.entry(id).and_modify(|own| own.join(&gone)).or_insert(gone);
        clock.now();
    }
    order(before, after, &mut merging, &mut clock);
    if clock.moved {
        merging.vector.insert(device, clock.at);
    }
    after.merging = Some(merging);
    clock.moved
}

impl Merging {
    /// Marks for a vault that had none: everything was enrolled now, in the order in which it stands.
    pub(crate) fn begin(contents: &Contents, device: DeviceId) -> Self {
        let mut merging = Self::default();
        for (at, (token, _)) in (1..).zip(all(contents)) {
            merging.marks.insert(token.id, Marks::new(Stamp { at, device }, 0));
            merging.vector.insert(device, at);
        }
        merging
    }
}

/// Hands out stamps.
struct Clock {
    at: u64,
    device: DeviceId,
    moved: bool,
}

impl Clock {
    /// The stamp of this change: later than all that was seen.
    fn now(&mut self) -> Stamp {
        if self.moved { Stamp { at: self.at, device: self.device } } else { self.another() }
    }

    /// One that is later still.
    fn another(&mut self) -> Stamp {
        self.at = self.at.saturating_add(1);
        self.moved = true;
        Stamp { at: self.at, device: self.device }
    }
}

fn changed(
    (old, old_status, old_epoch): (&Token, Status, u32),
    (token, status): (&Token, Status),
    merging: &mut Merging,
    clock: &mut Clock,
) {
    let marks = merging.marks.entry(token.id).or_default();
    for field in Field::ALL {
        if field.compare(old, token).is_ne() {
            marks.set(field, clock.now());
        }
    }
    if old_status != status {
        // What comes back lives anew: who deletes the old life for good does not mean this one.
        if status == Status::Alive {
            marks.life = marks.life.saturating_add(1);
        }
        marks.status = clock.now();
    }
    match (old.kind.counter(), token.kind.counter()) {
        (Some(old), Some(new)) if new != old => {
            // A counter that goes back was set, whoever did it.
            if new < old && marks.epoch == old_epoch {
                marks.epoch = marks.epoch.saturating_add(1);
            }
            clock.now();
        }
        _ => {}
    }
}

/// Ranks tokens that stand elsewhere.
fn order(before: &Contents, after: &Contents, merging: &mut Merging, clock: &mut Clock) {
    let ids = |contents: &Contents| contents.tokens().iter().map(|token| token.id).collect::<Vec<_>>();
    if ids(before) == ids(after) {
        return;
    }
    // Only what is out of order gets a rank, and only then is there anything to stamp.
    let in_order =
        after.tokens().iter().map(|token| (merging.marks.get(&token.id).map_or(0, |marks| marks.rank), token.id));
    if !in_order.is_sorted() {
        let stamp = clock.now();
        order::rank(after.tokens(), &mut merging.marks, stamp);
    }
}

fn all(contents: &Contents) -> impl Iterator<Item = (&Token, Status)> {
    let binned = contents.bin().iter().map(|binned| (&binned.token, Status::Binned(binned.deleted_at)));
    contents.tokens().iter().map(|token| (token, Status::Alive)).chain(binned)
}

fn by_id(contents: &Contents) -> HashMap<TokenId, (&Token, Status)> {
    all(contents).map(|(token, status)| (token.id, (token, status))).collect()
}
