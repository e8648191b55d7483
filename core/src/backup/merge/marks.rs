//! When each part of a token came to be: stamps, not times.

use core::fmt;
use std::collections::BTreeMap;

use crate::token::{Icon, Kind, Token, TokenId};
use crate::vault::hex::Hex;

/// One installation: 128 random bits.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct DeviceId(pub(crate) [u8; 16]);

impl fmt::Debug for DeviceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DeviceId({})", Hex(self.0))
    }
}

/// When something was done: a Lamport counter, and by which device. Later than all that the device had seen then.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Stamp {
    pub(crate) at: u64,
    pub(crate) device: DeviceId,
}

/// Where a token is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize)]
pub(crate) enum Status {
    /// In the list.
    Alive,
    /// In the bin, since that Unix time.
    Binned(u64),
}

/// A token that is gone for good.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Gone {
    /// Up to which life.
    pub(crate) life: u32,
    /// The equal token that took its place.
    pub(crate) into: Option<TokenId>,
    /// The (epoch, counter) that it had: what it has passed stays passed.
    pub(crate) counter: (u32, u64),
}

impl Gone {
    pub(super) fn join(&mut self, other: &Self) {
        self.into = match self.life.cmp(&other.life) {
            core::cmp::Ordering::Less => other.into,
            core::cmp::Ordering::Greater => self.into,
            core::cmp::Ordering::Equal => match (self.into, other.into) {
                (Some(own), Some(others)) => Some(own.min(others)),
                (own, others) => own.or(others),
            },
        };
        self.life = self.life.max(other.life);
        self.counter = self.counter.max(other.counter);
    }
}

/// The parts of a token that somebody can change, each on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Field {
    Issuer,
    Account,
    Note,
    Groups,
    Favourite,
    Icon,
    Encoding,
    Unknown,
}

impl Field {
    pub(super) const ALL: [Self; 8] = [
        Self::Issuer,
        Self::Account,
        Self::Note,
        Self::Groups,
        Self::Favourite,
        Self::Icon,
        Self::Encoding,
        Self::Unknown,
    ];

    /// Orders the values that two tokens have here.
    pub(super) fn compare(self, one: &Token, other: &Token) -> core::cmp::Ordering {
        match self {
            Self::Issuer => one.issuer.cmp(&other.issuer),
            Self::Account => one.account.cmp(&other.account),
            Self::Note => one.note.cmp(&other.note),
            Self::Groups => one.groups.cmp(&other.groups),
            Self::Favourite => one.favourite.cmp(&other.favourite),
            Self::Icon => tile(&one.icon).cmp(&tile(&other.icon)),
            Self::Encoding => encoding(one).cmp(&encoding(other)),
            Self::Unknown => one.unknown.cmp(&other.unknown),
        }
    }

    /// Moves the value of `from` here into `to`.
    pub(super) fn take(self, to: &mut Token, from: &mut Token) {
        use core::mem::take;
        match self {
            Self::Issuer => to.issuer = take(&mut from.issuer),
            Self::Account => to.account = take(&mut from.account),
            Self::Note => to.note = take(&mut from.note),
            Self::Groups => to.groups = take(&mut from.groups),
            Self::Favourite => to.favourite = from.favourite,
            Self::Icon => to.icon = from.icon.clone(),
            Self::Encoding => {
                if let (Kind::Ocra { encoding: to, .. }, Kind::Ocra { encoding: from, .. }) = (&mut to.kind, &from.kind)
                {
                    *to = *from;
                }
            }
            Self::Unknown => to.unknown = take(&mut from.unknown),
        }
    }
}

fn tile(icon: &Icon) -> Option<u8> {
    match icon {
        Icon::Letter => None,
        Icon::Tile(tile) => Some(*tile),
    }
}

fn encoding(token: &Token) -> Option<&'static str> {
    match &token.kind {
        Kind::Ocra { encoding, .. } => Some(encoding.name()),
        _ => None,
    }
}

/// When each part of a token came to be.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Marks {
    /// When it was enrolled.
    pub(crate) added: Stamp,
    /// How often it has come back out of the bin, or taken the place of an equal one.
    pub(crate) life: u32,
    /// When it came to the list, or to the bin.
    pub(crate) status: Stamp,
    /// Where it stands in the user's order: the smaller, the further up.
    pub(crate) rank: u64,
    /// When it was put there.
    pub(crate) ranked: Stamp,
    /// How often its counter was set by hand.
    pub(crate) epoch: u32,
    /// Fields that were changed since it was enrolled.
    pub(crate) fields: BTreeMap<Field, Stamp>,
}

/// How far apart the ranks of tokens are that were enrolled one after the other: so many can be put between, halving each time.
pub(super) const RANK_BITS: u32 = 20;

impl Marks {
    /// Those of a token that was just enrolled.
    pub(crate) fn new(stamp: Stamp, life: u32) -> Self {
        Self {
            added: stamp,
            life,
            status: stamp,
            rank: Self::first_rank(stamp),
            ranked: stamp,
            epoch: 0,
            fields: BTreeMap::new(),
        }
    }

    /// The rank that enrolling gives.
    pub(super) fn first_rank(stamp: Stamp) -> u64 {
        stamp.at.saturating_mul(1 << RANK_BITS)
    }

    /// When a field got its value.
    pub(super) fn of(&self, field: Field) -> Stamp {
        self.fields.get(&field).copied().unwrap_or(self.added)
    }

    pub(super) fn set(&mut self, field: Field, stamp: Stamp) {
        if stamp == self.added {
            self.fields.remove(&field);
        } else {
            self.fields.insert(field, stamp);
        }
    }

    /// Moves the time of enrolment; the fields keep their stamps.
    pub(super) fn added_at(&mut self, stamp: Stamp) {
        if stamp == self.added {
            return;
        }
        let stamps = Field::ALL.map(|field| (field, self.of(field)));
        self.added = stamp;
        for (field, stamp) in stamps {
            self.set(field, stamp);
        }
    }
}
