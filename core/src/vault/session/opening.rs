//! Making a vault, opening one, and falling back to the generation before when the current file is damaged.

use std::collections::HashSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::{Environment, Session};
use crate::vault::contents::WrappingKey;
use crate::vault::device::Device;
use crate::vault::format::{self, Front, Header};
use crate::vault::hex::Hex;
use crate::vault::keys::Key;
use crate::vault::slots::{CostRule, Prepared, Slot, check_together};
use crate::vault::store::{Disk, Files, Previous, Store};
use crate::vault::tries::Tries;
use crate::vault::wipe::{WipeError, wipe_on};
use crate::vault::{
    Contents, CreateError, Credential, Keystore, NewSlot, Notice, OpenError, SlotKind, VaultInfo, Wait, WrongTries,
    payload,
};

impl Session {
    /// Makes a new vault.
    ///
    /// # Errors
    /// [`CreateError`]; an existing vault is never touched.
    pub fn create(environment: Environment, slot: NewSlot) -> Result<Self, CreateError> {
        Self::create_on(Arc::new(Disk), environment, slot, CostRule::Floor)
    }

    /// Looks at a vault without opening it.
    ///
    /// # Errors
    /// [`OpenError`].
    pub fn inspect(environment: &Environment) -> Result<VaultInfo, OpenError> {
        let store = Store::new(Arc::new(Disk), settled(&environment.file));
        let info = |bytes: Vec<u8>| -> Result<VaultInfo, OpenError> {
            let front = format::read_front(&bytes)?;
            Ok(VaultInfo {
                version: front.version,
                generation: front.header.generation,
                slots: front.header.slots.iter().map(Slot::info).collect(),
                bytes: bytes.len() as u64,
            })
        };
        let current = store.read().map_err(OpenError::from).and_then(info);
        match current {
            Err(error) if error.is_damage() => {
                store.read_previous().map_err(OpenError::from).and_then(info).map_err(|_| error)
            }
            other => other,
        }
    }

    /// Makes a new vault with several slots: a recovery key beside a password or a device slot, say.
    ///
    /// # Errors
    /// [`CreateError`]; an existing vault is never touched.
    pub fn create_with(environment: Environment, slots: Vec<NewSlot>) -> Result<Self, CreateError> {
        Self::create_with_on(Arc::new(Disk), environment, slots, CostRule::Floor)
    }

    /// Opens a vault: one key derivation, however many tokens. Runs for about half a second with a password: not on a UI thread.
    ///
    /// # Errors
    /// [`OpenError`] tells a wrong password from a damaged file.
    pub fn open(environment: Environment, credential: Credential) -> Result<(Self, Vec<Notice>), OpenError> {
        Self::open_on(Arc::new(Disk), environment, &credential)
    }

    /// What has to be waited out before the next try; `None`: nothing, or no vault. Cheap enough to be asked once a second.
    #[must_use]
    pub fn wait(environment: &Environment) -> Option<Wait> {
        Self::wait_on(Arc::new(Disk), environment)
    }

    /// Wrong tries in a row so far; `None`: no vault. As cheap as [`Session::wait`].
    #[must_use]
    pub fn wrong_tries_so_far(environment: &Environment) -> Option<WrongTries> {
        with_tries(Arc::new(Disk), environment, |tries, vault| tries.wrong(vault))
    }

    /// Whether a credential opens this vault: for asking again before something sensitive. It counts as a try.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn verify(&self, credential: &Credential) -> Result<(), OpenError> {
        // The slots in memory: a vault key that was changed elsewhere is told at the next change.
        let unlocked = self.gate().unlock(&self.header, credential).map(|_| ());
        self.wipe_if_told(unlocked)
    }

    pub(crate) fn wait_on(files: Arc<dyn Files>, environment: &Environment) -> Option<Wait> {
        with_tries(files, environment, |tries, vault| tries.wait(vault)).flatten()
    }

    /// What a credential has to pass.
    pub(super) fn gate(&self) -> Gate<'_> {
        Gate {
            keystore: self.environment.keystore.as_deref(),
            tries: Tries::new(&self.device, &self.store, &*self.environment.boot),
        }
    }

    /// Wipes the vault where that try was one too many.
    pub(super) fn wipe_if_told<T>(&self, outcome: Result<T, OpenError>) -> Result<T, OpenError> {
        wipe_if_told(&self.store, &self.environment, outcome)
    }

    pub(crate) fn create_on(
        files: Arc<dyn Files>,
        environment: Environment,
        slot: NewSlot,
        costs: CostRule,
    ) -> Result<Self, CreateError> {
        Self::create_with_on(files, environment, vec![slot], costs)
    }

    pub(crate) fn create_with_on(
        files: Arc<dyn Files>,
        environment: Environment,
        slots: Vec<NewSlot>,
        costs: CostRule,
    ) -> Result<Self, CreateError> {
        let kinds: Vec<_> = slots.iter().map(NewSlot::kind).collect();
        check_together(&kinds)?;
        if kinds.iter().collect::<HashSet<_>>().len() != kinds.len() {
            return Err(CreateError::Slots);
        }
        let file = settled(&environment.file);
        let store = Store::new(files.clone(), file.clone());
        // Known before a derivation is paid, and once more under the lock.
        if store.exists() {
            return Err(CreateError::Exists);
        }
        store.prepare().map_err(CreateError::Write)?;
        let (entropy, keystore) = (&*environment.entropy, environment.keystore.as_deref());
        let vault = Hex::random(entropy)?;
        let key = Key::random(entropy)?;
        let mut entries = Vec::new();
        let made = (|| {
            let (mut wrapped, mut wrapping_keys) = (Vec::new(), Vec::new());
            for slot in slots {
                let Prepared { head, wrapping } = slot.prepare(&vault, entropy, keystore, costs)?;
                entries.extend(head.keystore_entry(&vault).map(|entry| (head.id, entry)));
                let slot = Slot::wrap(head, &wrapping, &vault, &key, entropy)?;
                wrapping_keys.push(WrappingKey { slot: slot.id, key: wrapping });
                wrapped.push(slot);
            }
            let header = Header { vault, generation: 1, slots: wrapped };
            let contents = Contents::new(Vec::new(), Vec::new(), wrapping_keys);
            let bytes = format::seal(&header, &key, &payload::encode(&contents), entropy)?;
            let held = store.lock().map_err(|error| match error.kind() {
                std::io::ErrorKind::WouldBlock => CreateError::Busy,
                _ => CreateError::Write(error),
            })?;
            if store.exists() {
                return Err(CreateError::Exists);
            }
            store.write(&bytes, Previous::Rotate, None, &*held).map_err(CreateError::Write)?;
            let front = format::read_front(&bytes).map_err(|_| damaged_in_memory())?;
            Ok((front, contents))
        })();
        match made {
            Ok((front, contents)) => {
                let device = Device::new(files, &file, environment.keystore.clone(), environment.entropy.clone());
                let mut session = Self::of(environment, store, device, key, front, contents);
                session.stamp = session.store.stamp().ok();
                session.remember();
                Ok(session)
            }
            Err(error) => {
                for (slot, entry) in entries {
                    if let Some(keystore) = keystore
                        && store.lacks_slot(slot)
                    {
                        keystore.remove(&entry).ok();
                    }
                }
                Err(error)
            }
        }
    }

    pub(crate) fn open_on(
        files: Arc<dyn Files>,
        environment: Environment,
        credential: &Credential,
    ) -> Result<(Self, Vec<Notice>), OpenError> {
        let file = settled(&environment.file);
        let store = Store::new(files.clone(), file.clone());
        let mut notices = Vec::new();
        // While somebody writes there is something that looks like a leftover: so it is asked under the lock.
        if store.has_leftovers()
            && let Ok(held) = store.lock()
            && store.clean(&*held).unwrap_or(false)
        {
            notices.push(Notice::LeftoverCleaned);
        }

        let device = Device::new(files, &file, environment.keystore.clone(), environment.entropy.clone());
        let gate =
            Gate { keystore: environment.keystore.as_deref(), tries: Tries::new(&device, &store, &*environment.boot) };
        // Before the file is read, so that a file put in its place in the meantime is noticed.
        let stamp = store.stamp().ok();
        let current =
            Found::read(store.read().map_err(OpenError::from)).and_then(|found| found.open(credential, &gate));
        let opened = match current {
            Ok(opened) => Ok((opened, false)),
            Err(Failure { error, key }) if error.is_damage() => {
                let previous = Found::read(store.read_previous().map_err(OpenError::from))
                    .and_then(|found| found.open_with(key, credential, &gate));
                match previous {
                    Ok(opened) => Ok((opened, true)),
                    // What the person can do something about, before what they cannot.
                    Err(Failure { error: previous, .. }) if !previous.is_damage() => Err(previous),
                    Err(_) => Err(error),
                }
            }
            Err(Failure { error, .. }) => Err(error),
        };
        let (opened, fell_back) = wipe_if_told(&store, &environment, opened)?;
        let wrong_tries = gate.tries.before();

        let Opened { front, key, contents } = opened;
        let mut session = Self::of(environment, store, device, key, front, contents);
        session.wrong_tries = wrong_tries;
        session.newest_seen = session.device.newest_seen(&session.header.vault);
        if fell_back {
            notices.push(Notice::PreviousOpened);
            session.mend();
        } else {
            session.stamp = stamp;
        }
        if session.header.generation < session.newest_seen {
            // Somebody else may have written since the file was read: that is no older copy.
            session.refresh().ok();
        }
        if session.header.generation < session.newest_seen {
            notices.push(Notice::RolledBack);
        }
        // What mending had to say is said already.
        session.notices.clear();
        session.remember();
        Ok((session, notices))
    }

    fn of(environment: Environment, store: Store, device: Device, key: Key, front: Front, contents: Contents) -> Self {
        let Front { version, header, write_id, .. } = front;
        let contents = Arc::new(contents);
        Self {
            environment,
            store,
            device,
            key,
            header,
            version,
            write_id,
            stamp: None,
            contents,
            skipped: false,
            newest_seen: 0,
            mirrored: None,
            wrong_tries: 0,
            notices: Vec::new(),
            journal: super::journal::Journal::default(),
        }
    }
}

/// What a credential has to pass: what the keystore has of it, and the count of wrong tries.
pub(super) struct Gate<'a> {
    keystore: Option<&'a dyn Keystore>,
    tries: Tries<'a>,
}

impl Gate<'_> {
    /// The vault key. This is where a derivation is paid.
    pub(super) fn unlock(&self, header: &Header, credential: &Credential) -> Result<Key, OpenError> {
        let vault = &header.vault;
        let slot = header.slots.iter().find(|slot| slot.takes(credential)).ok_or(OpenError::NoSuchSlot)?;
        let unlock = || {
            let wrapping = slot.ready(credential, vault, self.keystore)?.wrapping_key(vault)?;
            slot.unwrap(&wrapping, vault).ok_or(slot.kind.wrong())
        };
        match slot.kind {
            // Nobody guesses what a keystore holds.
            SlotKind::Device => unlock(),
            _ => {
                // What cannot fit is no try.
                drop(slot.ready(credential, vault, self.keystore)?);
                self.tries.attempt(vault, unlock)
            }
        }
    }
}

/// A file that was read, whose front is sound.
pub(super) struct Found {
    bytes: Vec<u8>,
    front: Front,
}

pub(super) struct Opened {
    pub(super) front: Front,
    key: Key,
    pub(super) contents: Contents,
}

/// Why a file did not open, and its key where that was found.
pub(super) struct Failure {
    pub(super) error: OpenError,
    key: Option<Key>,
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self { error, key: None }
    }
}

impl Found {
    pub(super) fn read(bytes: Result<Vec<u8>, OpenError>) -> Result<Self, Failure> {
        let bytes = bytes?;
        let front = format::read_front(&bytes).map_err(OpenError::from)?;
        Ok(Self { bytes, front })
    }

    pub(super) fn open(self, credential: &Credential, gate: &Gate<'_>) -> Result<Opened, Failure> {
        let key = gate.unlock(&self.front.header, credential)?;
        match decode(&self.bytes, &self.front, &key) {
            Ok(contents) => Ok(Opened { front: self.front, key, contents }),
            Err(error) => Err(Failure { error, key: Some(key) }),
        }
    }

    /// Opens with a key that another file had, if it is the same one: no second derivation is paid then.
    fn open_with(self, key: Option<Key>, credential: &Credential, gate: &Gate<'_>) -> Result<Opened, Failure> {
        match key {
            Some(key) if self.front.header.is_under(&key) => {
                let contents = decode(&self.bytes, &self.front, &key)?;
                Ok(Opened { front: self.front, key, contents })
            }
            _ => self.open(credential, gate),
        }
    }
}

/// What a file holds.
pub(super) fn decode(bytes: &[u8], front: &Front, key: &Key) -> Result<Contents, OpenError> {
    let json = format::open(bytes, front, key).map_err(|_| OpenError::DamagedPayload)?;
    payload::decode(&json).ok_or(OpenError::DamagedPayload)
}

/// Wipes the vault where that try was one too many.
fn wipe_if_told<T>(store: &Store, environment: &Environment, outcome: Result<T, OpenError>) -> Result<T, OpenError> {
    if matches!(outcome, Err(OpenError::Wiped))
        && let Err(WipeError::File { reason, .. }) = wipe_on(store.files(), environment)
    {
        // It is tried again with the next try.
        return Err(OpenError::Read(reason));
    }
    outcome
}

/// Asks the count of wrong tries without opening the vault.
fn with_tries<T>(
    files: Arc<dyn Files>,
    environment: &Environment,
    ask: impl FnOnce(&Tries<'_>, &Hex<16>) -> T,
) -> Option<T> {
    let file = settled(&environment.file);
    let store = Store::new(files.clone(), file.clone());
    let front = |bytes: std::io::Result<Vec<u8>>| format::read_front(&bytes.ok()?).ok();
    let front = front(store.read_front(format::MOST_FRONT)).or_else(|| front(store.read_previous()))?;
    let device = Device::new(files, &file, environment.keystore.clone(), environment.entropy.clone());
    Some(ask(&Tries::new(&device, &store, &*environment.boot), &front.header.vault))
}

/// The file behind symbolic links, also where nothing is there yet, so that a write replaces it and not the link.
pub(in crate::vault) fn settled(file: &Path) -> PathBuf {
    let mut settled = file.to_owned();
    // As many links as Linux follows.
    for _ in 0..40 {
        if let Ok(whole) = settled.canonicalize() {
            return whole;
        }
        let Ok(target) = settled.read_link() else { break };
        settled = settled.parent().unwrap_or(Path::new("")).join(target);
    }
    settled
}

fn damaged_in_memory() -> CreateError {
    CreateError::Write(std::io::ErrorKind::InvalidData.into())
}
