//! Marks and tombstones as JSON. [`crate::vault::format`] and [`crate::backup::sealed`] describe it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::marks::{DeviceId, Field, Gone, Marks, Stamp};
use super::{Merging, Vector};
use crate::token::TokenId;
use crate::vault::hex::Hex;

/// More devices than ever share a backup.
const MOST_DEVICES: usize = 65_536;

/// A stamp: its counter, and which device of the table.
type StampRecord = (u64, u32);

/// A token's marks; what is as it was when the token was enrolled is left out.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct MarksRecord {
    added: StampRecord,
    #[serde(default, skip_serializing_if = "is_zero")]
    life: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    status: Option<StampRecord>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    rank: Option<(u64, StampRecord)>,
    #[serde(default, skip_serializing_if = "is_zero")]
    epoch: u32,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    fields: BTreeMap<Field, StampRecord>,
}

/// Everything beside the tokens' own marks.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct MergingRecord {
    /// What was seen of each device; stamps name a device by its place here.
    devices: Vec<(Hex<16>, u64)>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    gone: Vec<GoneRecord>,
}

#[derive(Debug, Serialize, Deserialize)]
struct GoneRecord {
    id: TokenId,
    #[serde(default, skip_serializing_if = "is_zero")]
    life: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    into: Option<TokenId>,
    #[serde(default, skip_serializing_if = "is_start")]
    counter: (u32, u64),
}

/// The table of devices: stamps are short that way.
pub(crate) struct Devices(Vec<DeviceId>);

impl Devices {
    /// Every device that stamps name; one that did nothing that was seen is there with 0.
    fn of<'a>(vector: &Vector, marks: impl Iterator<Item = &'a Marks>) -> BTreeMap<DeviceId, u64> {
        let mut devices = vector.clone();
        for marks in marks {
            let stamps = [marks.added, marks.status, marks.ranked];
            for stamp in stamps.iter().chain(marks.fields.values()) {
                devices.entry(stamp.device).or_insert(0);
            }
        }
        devices
    }

    fn write(&self, stamp: Stamp) -> StampRecord {
        let place = self.0.binary_search(&stamp.device).unwrap_or_default();
        (stamp.at, u32::try_from(place).unwrap_or_default())
    }

    fn read(&self, (at, place): StampRecord) -> Option<Stamp> {
        let device = *self.0.get(usize::try_from(place).ok()?)?;
        Some(Stamp { at, device })
    }

    /// A token's marks as they are written.
    pub(crate) fn marks(&self, marks: &Marks) -> MarksRecord {
        let moved = marks.rank != Marks::first_rank(marks.added) || marks.ranked != marks.added;
        MarksRecord {
            added: self.write(marks.added),
            life: marks.life,
            status: (marks.status != marks.added).then(|| self.write(marks.status)),
            rank: moved.then(|| (marks.rank, self.write(marks.ranked))),
            epoch: marks.epoch,
            fields: marks.fields.iter().map(|(field, stamp)| (*field, self.write(*stamp))).collect(),
        }
    }

    /// The marks that a record says; `None` where it names a device that there is not.
    pub(crate) fn read_marks(&self, record: MarksRecord) -> Option<Marks> {
        let added = self.read(record.added)?;
        let (rank, ranked) = match record.rank {
            Some((rank, stamp)) => (rank, self.read(stamp)?),
            None => (Marks::first_rank(added), added),
        };
        let fields = record.fields.into_iter().map(|(field, stamp)| Some((field, self.read(stamp)?)));
        Some(Marks {
            added,
            life: record.life,
            status: record.status.map_or(Some(added), |stamp| self.read(stamp))?,
            rank,
            ranked,
            epoch: record.epoch,
            fields: fields.collect::<Option<_>>()?,
        })
    }
}

impl MergingRecord {
    /// What is written, and the table that the tokens' marks are written with.
    pub(crate) fn of<'a>(
        vector: &Vector,
        gone: &BTreeMap<TokenId, Gone>,
        marks: impl Iterator<Item = &'a Marks>,
    ) -> (Self, Devices) {
        let devices = Devices::of(vector, marks);
        let record = |(id, gone): (&TokenId, &Gone)| GoneRecord {
            id: *id,
            life: gone.life,
            into: gone.into,
            counter: gone.counter,
        };
        let written = Self {
            devices: devices.iter().map(|(device, at)| (Hex(device.0), *at)).collect(),
            gone: gone.iter().map(record).collect(),
        };
        (written, Devices(devices.into_keys().collect()))
    }

    /// What was read, without the tokens' marks, and the table that those are read with.
    pub(crate) fn read(self) -> Option<(Merging, Devices)> {
        if self.devices.len() > MOST_DEVICES {
            return None;
        }
        let devices = Devices(self.devices.iter().map(|(device, _)| DeviceId(device.0)).collect());
        let vector =
            self.devices.into_iter().filter(|(_, at)| *at > 0).map(|(device, at)| (DeviceId(device.0), at)).collect();
        let gone = self
            .gone
            .into_iter()
            .map(|record| (record.id, Gone { life: record.life, into: record.into, counter: record.counter }));
        Some((Merging { gone: gone.collect(), vector, ..Merging::default() }, devices))
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_start(counter: &(u32, u64)) -> bool {
    *counter == (0, 0)
}
