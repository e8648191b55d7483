//! The parts of an export, in whatever order they are scanned.

use super::{Part, Unreadable};
use crate::enrol::Enrolment;

/// The most parts that are held; a screen that shows ever new codes fills no memory.
const MAX_HELD: usize = 1_000;

/// Collects the parts of one export in any order; where another export is begun, that one is kept beside it.
#[derive(Debug, Default)]
pub struct Collector {
    exports: Vec<Export>,
}

/// One export: version, size and batch are the same in all its parts, and no place is taken twice.
#[derive(Debug)]
struct Export {
    parts: Vec<Part>,
}

/// Where a collection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many parts are in.
    pub have: u32,
    /// How many there are.
    pub of: u32,
    /// Whether the part that just came started a new collection (another export was begun before).
    pub restarted: bool,
}

impl Progress {
    /// Whether every part is in.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.have >= self.of
    }
}

impl Export {
    fn is_of(&self, part: &Part) -> bool {
        self.parts
            .first()
            .is_some_and(|first| (first.version, first.of, first.batch) == (part.version, part.of, part.batch))
    }

    fn at(&self, index: u32) -> Option<&Part> {
        self.parts.iter().find(|part| part.index == index)
    }

    fn progress(&self, restarted: bool) -> Progress {
        let have = u32::try_from(self.parts.len()).unwrap_or(u32::MAX);
        Progress { have, of: self.parts.first().map_or(1, |first| first.of), restarted }
    }
}

impl Collector {
    /// Takes a part up; a part that is in already changes nothing.
    ///
    /// The same place with other bytes is another export's: some apps give their exports no number.
    pub fn add(&mut self, part: Part) -> Progress {
        let again = |export: &Export| export.at(part.index).is_some_and(|held| held.digest == part.digest);
        if let Some(export) = self.exports.iter().find(|export| export.is_of(&part) && again(export)) {
            return export.progress(false);
        }
        let held: usize = self.exports.iter().map(|export| export.parts.len()).sum();
        if held >= MAX_HELD {
            return Progress { have: 0, of: part.of, restarted: false };
        }
        // The latest export first: it is the one being scanned.
        let free = |export: &&mut Export| export.is_of(&part) && export.at(part.index).is_none();
        if let Some(export) = self.exports.iter_mut().rev().find(free) {
            export.parts.push(part);
            return export.progress(false);
        }
        let export = Export { parts: vec![part] };
        let progress = export.progress(!self.exports.is_empty());
        self.exports.push(export);
        progress
    }

    /// The exports of which parts are missing.
    #[must_use]
    pub fn unfinished(&self) -> Vec<Progress> {
        self.exports.iter().map(|export| export.progress(false)).filter(|progress| !progress.is_whole()).collect()
    }

    /// Everything collected so far, in the export's order; leaves the collector empty.
    pub fn take(&mut self) -> Vec<Result<Enrolment, Unreadable>> {
        let mut exports = core::mem::take(&mut self.exports);
        exports.iter_mut().for_each(|export| export.parts.sort_by_key(|part| part.index));
        exports.into_iter().flat_map(|export| export.parts).flat_map(|part| part.entries).collect()
    }
}
