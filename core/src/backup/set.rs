//! The keys of a set of sealed files: derived once, good for every file of the set.

use super::sealed::{self, Header, SealedError, UnsealError, read_front};
use super::snapshot::{self, Origin, Sealing, Snapshot, WrappingKeyRecord};
use super::words::TransferKey;
use crate::secret::SecretText;
use crate::token::Token;
use crate::vault::contents::Contents;
use crate::vault::hex::Hex;
use crate::vault::kdf::{Cost, KdfError};
use crate::vault::keys::{Key, NONCE_LEN, TAG_LEN};
use crate::vault::record::SecretRecord;
use crate::vault::slots::Kdf;
use crate::vault::{Entropy, NoEntropy, RecoveryKey, frame};

/// What a set of sealed files is locked with.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Lock<'a> {
    /// A password, and what a derivation may cost.
    Password(&'a SecretText, Cost),
    /// A recovery key.
    Recovery(&'a RecoveryKey),
    /// The key of one transfer, shown as words.
    Transfer(&'a TransferKey),
}

/// What opens a sealed file.
#[derive(Debug, Clone, Copy)]
#[non_exhaustive]
pub enum Unlock<'a> {
    /// Its password.
    Password(&'a SecretText),
    /// The recovery key.
    Recovery(&'a RecoveryKey),
    /// The transfer's key, typed as words.
    Transfer(&'a TransferKey),
}

/// Which kind of key opens a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum LockKind {
    /// A password.
    Password,
    /// A recovery key.
    Recovery,
    /// The words of a transfer.
    Transfer,
}

impl LockKind {
    /// As the header writes it.
    fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Recovery => "recovery",
            Self::Transfer => "transfer",
        }
    }
}

/// The file key under one lock, as the header has it.
#[derive(serde::Serialize, serde::Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Slot {
    pub(super) kind: LockKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) kdf: Option<Kdf>,
    nonce: Hex<NONCE_LEN>,
    /// The file key under the wrapping key, and the tag.
    wrapped: Hex<{ Key::LEN + TAG_LEN }>,
    commitment: Hex<{ Key::LEN }>,
}

/// One lock of a set, its wrapping key known.
struct Held {
    kind: LockKind,
    kdf: Option<Kdf>,
    wrapping: Key,
}

/// What seals and opens all files of one set, without a further derivation.
pub struct Keys {
    set: Hex<16>,
    held: Vec<Held>,
}

impl core::fmt::Debug for Keys {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Keys({})", self.set)
    }
}

impl Keys {
    /// A new set. Pays for one derivation where there is a password among the locks.
    ///
    /// # Errors
    /// [`SealedError`].
    pub fn new(locks: &[Lock<'_>], entropy: &dyn Entropy) -> Result<Self, SealedError> {
        let set = Hex::random(entropy)?;
        let mut held: Vec<Held> = Vec::new();
        for lock in locks {
            let lock = Held::new(lock, &set, entropy)?;
            if held.iter().any(|other| other.kind == lock.kind) {
                return Err(SealedError::Locks);
            }
            held.push(lock);
        }
        if held.is_empty() { Err(SealedError::Locks) } else { Ok(Self { set, held }) }
    }

    /// The keys of the set that a file belongs to: as many as `unlock` gives. Pays for one derivation where it is a password.
    ///
    /// # Errors
    /// [`UnsealError`].
    pub fn unlock(bytes: &[u8], unlock: &Unlock<'_>) -> Result<Self, UnsealError> {
        let Header { set, slots } = read_front(bytes)?.header;
        let slot = slots.into_iter().find(|slot| slot.kind == unlock.kind()).ok_or(UnsealError::NoSuchSlot)?;
        let wrapping = match (unlock, &slot.kdf) {
            (Unlock::Password(password), Some(kdf)) => kdf.derive(password)?,
            (Unlock::Recovery(key), None) => key.wrapping_key(&set),
            (Unlock::Transfer(key), None) => key.wrapping_key(&set),
            _ => return Err(UnsealError::NoSuchSlot),
        };
        slot.unwrap(&wrapping, &set).ok_or(UnsealError::WrongKey)?;
        Ok(Self { set, held: vec![Held { kind: slot.kind, kdf: slot.kdf, wrapping }] })
    }

    /// Whether a file belongs to this set.
    #[must_use]
    pub fn fit(&self, bytes: &[u8]) -> bool {
        read_front(bytes).is_ok_and(|front| front.header.set == self.set)
    }

    /// What opens the files of this set.
    pub fn locks(&self) -> impl Iterator<Item = LockKind> {
        self.held.iter().map(|held| held.kind)
    }

    /// Which set.
    pub(crate) fn set(&self) -> [u8; 16] {
        self.set.0
    }

    /// A second copy, on purpose.
    pub(crate) fn duplicate(&self) -> Self {
        let held = |held: &Held| Held { kind: held.kind, kdf: held.kdf.clone(), wrapping: held.wrapping.duplicate() };
        Self { set: self.set, held: self.held.iter().map(held).collect() }
    }

    /// Opens a file of this set.
    ///
    /// # Errors
    /// [`UnsealError::WrongKey`] for a file of another set, and the others.
    pub fn open(&self, bytes: &[u8]) -> Result<Snapshot, UnsealError> {
        self.open_whole(bytes).map(|opened| opened.snapshot)
    }

    /// The same, and takes up the set's other keys, which lie inside.
    pub(super) fn open_and_complete(&mut self, bytes: &[u8]) -> Result<Snapshot, UnsealError> {
        let Opened { slots, keys: inside, snapshot } = self.open_whole(bytes)?;
        for slot in slots {
            let unknown = self.held.iter().all(|held| held.kind != slot.kind);
            let key = inside.iter().find(|(kind, _)| *kind == slot.kind).filter(|_| unknown);
            if let Some((kind, wrapping)) = key {
                self.held.push(Held { kind: *kind, kdf: slot.kdf, wrapping: wrapping.duplicate() });
            }
        }
        Ok(snapshot)
    }

    fn open_whole(&self, bytes: &[u8]) -> Result<Opened, UnsealError> {
        let front = read_front(bytes)?;
        let Header { set, slots } = front.header;
        let unwrap = |slot: &Slot| {
            let held = self.held.iter().find(|held| held.kind == slot.kind)?;
            slot.unwrap(&held.wrapping, &set)
        };
        let file_key = slots.iter().find_map(unwrap).filter(|_| set == self.set).ok_or(UnsealError::WrongKey)?;
        let json = frame::open(bytes, front.payload_at, &payload_key(&file_key, &set));
        let (snapshot, keys) = snapshot::decode(&json.ok_or(UnsealError::DamagedPayload)?)?;
        Ok(Opened { slots, keys, snapshot })
    }

    /// Seals tokens under a fresh key, wrapped for every lock of the set.
    ///
    /// # Errors
    /// [`SealedError::NoEntropy`], [`SealedError::TooLarge`].
    pub fn seal(&self, origin: &Origin, tokens: &[&Token], entropy: &dyn Entropy) -> Result<Vec<u8>, SealedError> {
        self.seal_what(origin, Sealing::Tokens(tokens), entropy)
    }

    /// The same with all that a vault says about its tokens: a version of a backup.
    pub(crate) fn seal_vault(
        &self,
        origin: &Origin,
        contents: &Contents,
        entropy: &dyn Entropy,
    ) -> Result<Vec<u8>, SealedError> {
        self.seal_what(origin, Sealing::Vault(contents), entropy)
    }

    fn seal_what(&self, origin: &Origin, what: Sealing<'_>, entropy: &dyn Entropy) -> Result<Vec<u8>, SealedError> {
        let file_key = Key::random(entropy)?;
        let slots = self.held.iter().map(|held| Slot::wrap(held, &self.set, &file_key, entropy));
        let header = Header { set: self.set, slots: slots.collect::<Result<_, _>>()? };
        let keys = self.held.iter().map(|held| WrappingKeyRecord::of(held.kind, &held.wrapping)).collect();
        let json = snapshot::encode(origin, what, keys);
        sealed::write(&header, &payload_key(&file_key, &self.set), &json, entropy)
    }
}

/// The keys of a set, as the vault keeps them.
#[derive(serde::Serialize, serde::Deserialize)]
pub(super) struct KeysRecord {
    set: Hex<16>,
    locks: Vec<HeldRecord>,
}

#[derive(serde::Serialize, serde::Deserialize)]
struct HeldRecord {
    kind: LockKind,
    key: SecretRecord<'static>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    kdf: Option<Kdf>,
}

impl KeysRecord {
    pub(super) fn of(keys: &Keys) -> Self {
        let lock = |held: &Held| HeldRecord {
            kind: held.kind,
            key: SecretRecord::Read(held.wrapping.to_secret()),
            kdf: held.kdf.clone(),
        };
        Self { set: keys.set, locks: keys.held.iter().map(lock).collect() }
    }

    pub(super) fn read(self) -> Option<Keys> {
        let held = |record: HeldRecord| {
            let wrapping = Key::from_secret(&record.key.into_secret())?;
            Some(Held { kind: record.kind, kdf: record.kdf, wrapping })
        };
        let held: Vec<Held> = self.locks.into_iter().map(held).collect::<Option<_>>()?;
        (!held.is_empty()).then_some(Keys { set: self.set, held })
    }
}

/// All that a file of the set has inside.
struct Opened {
    slots: Vec<Slot>,
    /// The wrapping keys of all its locks.
    keys: Vec<(LockKind, Key)>,
    snapshot: Snapshot,
}

impl Unlock<'_> {
    fn kind(&self) -> LockKind {
        match self {
            Self::Password(_) => LockKind::Password,
            Self::Recovery(_) => LockKind::Recovery,
            Self::Transfer(_) => LockKind::Transfer,
        }
    }
}

impl Held {
    fn new(lock: &Lock<'_>, set: &Hex<16>, entropy: &dyn Entropy) -> Result<Self, SealedError> {
        let (kind, kdf, wrapping) = match lock {
            Lock::Password(password, _) if password.is_empty() => return Err(SealedError::EmptyPassword),
            Lock::Password(_, cost) if !cost.is_makeable() => return Err(SealedError::Cost),
            Lock::Password(password, cost) => {
                let kdf = Kdf::new(*cost, Hex::random(entropy)?);
                let wrapping = kdf.derive(password).map_err(|error| match error {
                    KdfError::Cost => SealedError::Cost,
                    KdfError::Memory => SealedError::Memory,
                })?;
                (LockKind::Password, Some(kdf), wrapping)
            }
            Lock::Recovery(key) => (LockKind::Recovery, None, key.wrapping_key(set)),
            Lock::Transfer(key) => (LockKind::Transfer, None, key.wrapping_key(set)),
        };
        Ok(Self { kind, kdf, wrapping })
    }
}

impl Slot {
    fn wrap(held: &Held, set: &Hex<16>, file_key: &Key, entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let text = text(held.kind, held.kdf.as_ref(), set);
        let nonce = Hex::random(entropy)?;
        let mut wrapped = [0; Key::LEN + TAG_LEN];
        let (key, tag) = wrapped.split_at_mut(Key::LEN);
        key.copy_from_slice(file_key.expose());
        // GCM refuses nothing as short as a key.
        tag.copy_from_slice(&held.wrapping.seal(&nonce, &text, key).unwrap_or_default());
        let commitment = commitment(file_key, set, &text);
        Ok(Self { kind: held.kind, kdf: held.kdf.clone(), nonce, wrapped: Hex(wrapped), commitment })
    }

    /// The file key; `None` when the wrapping key is another.
    fn unwrap(&self, wrapping: &Key, set: &Hex<16>) -> Option<Key> {
        let text = text(self.kind, self.kdf.as_ref(), set);
        let (wrapped, tag) = self.wrapped.0.split_first_chunk::<{ Key::LEN }>()?;
        let mut key = Key::zero();
        key.as_mut().copy_from_slice(wrapped);
        wrapping.open(&self.nonce, &text, key.as_mut(), tag.try_into().ok()?)?;
        // GCM alone lets a forger make one wrapped key that two passwords open.
        (commitment(&key, set, &text) == self.commitment).then_some(key)
    }

    /// Whether kind and parameters go together and may be paid.
    pub(super) fn check(&self) -> Result<(), UnsealError> {
        match (self.kind, &self.kdf) {
            (LockKind::Password, Some(kdf)) if kdf.cost().is_payable() => Ok(()),
            (LockKind::Password, Some(_)) => Err(UnsealError::Cost),
            (LockKind::Recovery | LockKind::Transfer, None) => Ok(()),
            _ => Err(UnsealError::DamagedHeader),
        }
    }
}

/// The bytes that bind a wrapped key to its set, kind and cost.
fn text(kind: LockKind, kdf: Option<&Kdf>, set: &Hex<16>) -> Vec<u8> {
    let kdf = kdf.map(Kdf::text).unwrap_or_default();
    format!("smartotp sealed slot|{set}|{}{kdf}", kind.name()).into_bytes()
}

fn commitment(file_key: &Key, set: &Hex<16>, text: &[u8]) -> Hex<{ Key::LEN }> {
    Hex(*file_key.derive(set, &[b"commit", text]).expose())
}

fn payload_key(file_key: &Key, set: &Hex<16>) -> Key {
    file_key.derive(set, &[b"payload"])
}

impl From<KdfError> for UnsealError {
    fn from(error: KdfError) -> Self {
        match error {
            KdfError::Cost => Self::Cost,
            KdfError::Memory => Self::Memory,
        }
    }
}
