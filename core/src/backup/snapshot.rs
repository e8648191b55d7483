//! What lies inside the seal, as JSON. [`super::sealed`] describes it.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::merge::record::MergingRecord;
use super::merge::{Merging, State, Vector};
use super::name::VersionId;
use super::sealed::UnsealError;
use super::set::LockKind;
use crate::token::Token;
use crate::vault::contents::{Binned, Contents};
use crate::vault::hex::Hex;
use crate::vault::keys::Key;
use crate::vault::record::{self, BinRecord, SecretRecord, TokenRecord};
use crate::vault::wiped::Wiped;

/// Where a sealed file comes from.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// The vault's id.
    pub vault: [u8; 16],
    /// The vault's generation.
    pub generation: u64,
    /// The device's name, as its user knows it. May be empty.
    pub device: String,
    /// When it was made: Unix time.
    pub made_at: u64,
    /// The SHA-256 digests of the files that it was made from; none for an export.
    pub parents: Vec<[u8; 32]>,
}

/// What was in a sealed file.
#[derive(Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Snapshot {
    /// Where it comes from.
    pub origin: Origin,
    /// The tokens, in the user's order.
    pub tokens: Vec<Token>,
    /// Deleted tokens, the newest first; none in an export.
    pub bin: Vec<Binned>,
    /// What the tokens are merged by; none in an export.
    pub(crate) merging: Option<Merging>,
}

impl Snapshot {
    /// The versions that it was made from; none for an export.
    #[must_use]
    pub fn parents(&self) -> Vec<VersionId> {
        self.origin.parents.iter().copied().map(VersionId).collect()
    }

    /// What was seen of each device by who made this.
    pub(crate) fn vector(&self) -> Vector {
        self.merging.as_ref().map(|merging| merging.vector.clone()).unwrap_or_default()
    }

    /// What it says about tokens.
    pub(crate) fn into_state(self) -> State {
        let mut contents = Contents::default();
        contents.set_tokens(self.tokens, self.bin);
        contents.merging = self.merging;
        State::of(&contents)
    }
}

/// What is sealed.
#[derive(Clone, Copy)]
pub(super) enum Sealing<'a> {
    /// Tokens alone.
    Tokens(&'a [&'a Token]),
    /// All that a vault says about its tokens.
    Vault(&'a Contents),
}

#[derive(Serialize, Deserialize)]
struct Record<'a> {
    vault: Hex<16>,
    generation: u64,
    #[serde(default, borrow, skip_serializing_if = "str::is_empty")]
    device: Cow<'a, str>,
    made_at: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    parents: Vec<Hex<32>>,
    #[serde(borrow)]
    tokens: Vec<TokenRecord<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    bin: Vec<BinRecord<'a>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    merging: Option<MergingRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrapping_keys: Vec<WrappingKeyRecord>,
}

/// The wrapping key of a slot.
#[derive(Serialize, Deserialize)]
pub(super) struct WrappingKeyRecord {
    kind: LockKind,
    key: SecretRecord<'static>,
}

impl WrappingKeyRecord {
    pub(super) fn of(kind: LockKind, key: &Key) -> Self {
        Self { kind, key: SecretRecord::Read(key.to_secret()) }
    }

    fn into_key(self) -> Option<(LockKind, Key)> {
        Some((self.kind, Key::from_secret(&self.key.into_secret())?))
    }
}

/// The payload's JSON text.
pub(super) fn encode(origin: &Origin, what: Sealing<'_>, wrapping_keys: Vec<WrappingKeyRecord>) -> Zeroizing<Vec<u8>> {
    let merging = match what {
        Sealing::Vault(contents) => contents.merging.as_ref(),
        Sealing::Tokens(_) => None,
    };
    let written = merging.map(|own| MergingRecord::of(&own.vector, &own.gone, own.marks.values()));
    let marked = merging.zip(written.as_ref().map(|(_, devices)| devices));
    let (tokens, bin): (Vec<_>, Vec<_>) = match what {
        Sealing::Tokens(tokens) => (tokens.iter().map(|token| TokenRecord::of(token)).collect(), Vec::new()),
        Sealing::Vault(contents) => (
            contents.tokens.iter().map(|token| TokenRecord::marked(token, marked)).collect(),
            contents.bin.iter().map(|binned| BinRecord::of(binned, marked)).collect(),
        ),
    };
    let record = Record {
        vault: Hex(origin.vault),
        generation: origin.generation,
        device: Cow::Borrowed(&origin.device),
        made_at: origin.made_at,
        parents: origin.parents.iter().copied().map(Hex).collect(),
        tokens,
        bin,
        merging: written.map(|(merging, _)| merging),
        wrapping_keys,
    };
    let mut text = Wiped::with_capacity(512 + record.tokens.len() * 448);
    // Writing to memory cannot fail, and no record has a key that is no text.
    let written = serde_json::to_writer(&mut text, &record);
    debug_assert!(written.is_ok());
    text.into_inner()
}

/// What a payload's JSON text says, and the set's wrapping keys.
pub(super) fn decode(json: &[u8]) -> Result<(Snapshot, Vec<(LockKind, Key)>), UnsealError> {
    let record: Record<'_> = serde_json::from_slice(json).map_err(|_| UnsealError::DamagedPayload)?;
    let keys = record.wrapping_keys.into_iter().map(WrappingKeyRecord::into_key).collect::<Option<_>>();
    let read = record::read(record.tokens, record.bin, record.merging).ok_or(UnsealError::DamagedPayload)?;
    let origin = Origin {
        vault: record.vault.0,
        generation: record.generation,
        device: record.device.into_owned(),
        made_at: record.made_at,
        parents: record.parents.into_iter().map(|parent| parent.0).collect(),
    };
    let snapshot = Snapshot { origin, tokens: read.tokens, bin: read.bin, merging: read.merging };
    Ok((snapshot, keys.ok_or(UnsealError::DamagedPayload)?))
}
