//! Where backups go and what is known of them: a section of the vault, since keys and passwords are inside.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::location::{Location, LocationRecord};
use super::merge::{DeviceId, Vector};
use super::name::VersionId;
use super::set::{Keys, KeysRecord, LockKind};
use crate::vault::hex::Hex;

/// Where backups go.
#[derive(Debug, Default)]
pub struct Backup {
    pub(crate) places: Vec<Place>,
    /// Nothing is backed up by itself.
    pub(crate) by_hand: bool,
}

/// One place of the backup.
#[derive(Debug)]
pub struct Place {
    /// Tells it from the others of this vault: 1 for the first.
    pub id: u32,
    /// Where it is.
    pub location: Location,
    /// Which versions are kept.
    pub keep: Keep,
    /// What is known of it.
    pub(crate) known: Known,
    /// The keys of the set that is written.
    pub(crate) keys: Keys,
    /// The keys of sets that were written before, with an earlier password: the newest first.
    pub(crate) former: Vec<Keys>,
}

/// Which versions are kept. The newest is, whatever this says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keep {
    /// So many of the newest.
    pub newest: u32,
    /// And the last one of each of so many days.
    pub days: u32,
}

impl Default for Keep {
    fn default() -> Self {
        Self { newest: 10, days: 30 }
    }
}

/// What this device knows of a place: facts, and the words for them are elsewhere.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Known {
    /// The versions that were there and opened.
    pub(crate) versions: BTreeMap<VersionId, Version>,
    /// Files with a version's name that are none, and since when they are known, in Unix time.
    pub(crate) torn: BTreeMap<VersionId, u64>,
    /// The most that was ever seen there: less than that is a step back.
    pub(crate) vector: Vector,
    /// When all that the vault holds was last seen there, opened and compared, in Unix time.
    pub(crate) verified_at: Option<u64>,
    /// What of the vault was there then.
    pub(crate) verified: Vector,
    /// When the last version was written from here, in Unix time.
    pub(crate) written_at: Option<u64>,
}

/// A version that was opened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Version {
    /// The versions that it was made from.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub parents: Vec<VersionId>,
    /// When it was made, by the clock of who made it: Unix time.
    pub made_at: u64,
    /// The name of the device that made it.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub device: String,
    /// Tokens in its list.
    pub tokens: u32,
    /// Its size in bytes.
    pub bytes: u64,
    /// The set whose keys open it.
    pub(crate) set: Hex<16>,
    /// What it says, in short: equal for equal states.
    pub(crate) digest: Hex<32>,
    /// What who made it had seen of each device.
    #[serde(default, with = "vector", skip_serializing_if = "Vector::is_empty")]
    pub(crate) vector: Vector,
}

impl Version {
    /// Sorts by time, and within a second what was made from another before that one: it has seen more.
    pub(crate) fn newest_first(&self) -> impl Ord + use<> {
        let seen = self.vector.values().fold(0_u64, |all, counter| all.saturating_add(*counter));
        core::cmp::Reverse((self.made_at, seen))
    }
}

impl Backup {
    /// The places, the first one first.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    /// Whether there is one at all.
    #[must_use]
    pub fn is_on(&self) -> bool {
        !self.places.is_empty()
    }

    /// Whether changes are backed up by themselves, where something runs that does it.
    #[must_use]
    pub fn is_automatic(&self) -> bool {
        !self.by_hand
    }

    /// One place.
    #[must_use]
    pub fn place(&self, id: u32) -> Option<&Place> {
        self.places.iter().find(|place| place.id == id)
    }

    pub(crate) fn place_mut(&mut self, id: u32) -> Option<&mut Place> {
        self.places.iter_mut().find(|place| place.id == id)
    }

    /// A second copy, on purpose: keys are inside.
    pub(crate) fn duplicate(&self) -> Self {
        Self { places: self.places.iter().map(Place::duplicate).collect(), by_hand: self.by_hand }
    }
}

impl Place {
    /// The versions that were there when it was last looked at, the newest first.
    #[must_use]
    pub fn versions(&self) -> Vec<(VersionId, &Version)> {
        let mut versions: Vec<_> = self.known.versions.iter().map(|(id, version)| (*id, version)).collect();
        versions.sort_by_key(|(id, version)| (version.newest_first(), *id));
        versions
    }

    /// What opens the versions that are written.
    pub fn locks(&self) -> impl Iterator<Item = LockKind> {
        self.keys.locks()
    }

    /// How many files have a version's name and are none: cut off on their way, or damaged since.
    #[must_use]
    pub fn torn(&self) -> usize {
        self.known.torn.len()
    }

    pub(crate) fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            location: self.location.duplicate(),
            keep: self.keep,
            known: self.known.clone(),
            keys: self.keys.duplicate(),
            former: self.former.iter().map(Keys::duplicate).collect(),
        }
    }
}

/// The section as JSON.
#[derive(Default, Serialize, Deserialize)]
pub(crate) struct BackupRecord<'a> {
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    places: Vec<PlaceRecord<'a>>,
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    by_hand: bool,
}

#[derive(Serialize, Deserialize)]
struct PlaceRecord<'a> {
    id: u32,
    #[serde(borrow)]
    location: LocationRecord<'a>,
    #[serde(default)]
    keep: Keep,
    keys: KeysRecord,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    former: Vec<KeysRecord>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    versions: BTreeMap<VersionId, Version>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    torn: BTreeMap<VersionId, u64>,
    #[serde(default, with = "vector", skip_serializing_if = "Vector::is_empty")]
    vector: Vector,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    verified_at: Option<u64>,
    #[serde(default, with = "vector", skip_serializing_if = "Vector::is_empty")]
    verified: Vector,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    written_at: Option<u64>,
}

impl<'a> BackupRecord<'a> {
    pub(crate) fn of(backup: &'a Backup) -> Self {
        Self { places: backup.places.iter().map(PlaceRecord::of).collect(), by_hand: backup.by_hand }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.places.is_empty() && !self.by_hand
    }

    pub(crate) fn read(self) -> Option<Backup> {
        let places = self.places.into_iter().map(PlaceRecord::read).collect::<Option<_>>()?;
        Some(Backup { places, by_hand: self.by_hand })
    }
}

impl<'a> PlaceRecord<'a> {
    fn of(place: &'a Place) -> Self {
        let Known { versions, torn, vector, verified_at, verified, written_at } = place.known.clone();
        Self {
            id: place.id,
            location: LocationRecord::of(&place.location),
            keep: place.keep,
            keys: KeysRecord::of(&place.keys),
            former: place.former.iter().map(KeysRecord::of).collect(),
            versions,
            torn,
            vector,
            verified_at,
            verified,
            written_at,
        }
    }

    fn read(self) -> Option<Place> {
        let Self { versions, torn, vector, verified_at, verified, written_at, .. } = self;
        Some(Place {
            id: self.id,
            location: self.location.read(),
            keep: self.keep,
            known: Known { versions, torn, vector, verified_at, verified, written_at },
            keys: self.keys.read()?,
            former: self.former.into_iter().map(KeysRecord::read).collect::<Option<_>>()?,
        })
    }
}

/// A vector as JSON: pairs of device and counter.
mod vector {
    use super::{Deserialize, DeviceId, Hex, Serialize as _, Vector};

    pub(super) fn serialize<S: serde::Serializer>(vector: &Vector, serializer: S) -> Result<S::Ok, S::Error> {
        vector.iter().map(|(device, at)| (Hex(device.0), *at)).collect::<Vec<_>>().serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Vector, D::Error> {
        let pairs = Vec::<(Hex<16>, u64)>::deserialize(deserializer)?;
        Ok(pairs.into_iter().map(|(device, at)| (DeviceId(device.0), at)).collect())
    }
}
