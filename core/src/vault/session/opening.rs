//! Making a vault, opening one, and falling back to the generation before when the current file is damaged.

use std::path::PathBuf;
use std::sync::Arc;

use super::{Environment, Session};
use crate::vault::contents::WrappingKey;
use crate::vault::device::Device;
use crate::vault::format::{self, Front, Header};
use crate::vault::hex::Hex;
use crate::vault::keys::Key;
use crate::vault::slots::{CostRule, Slot};
use crate::vault::store::{Disk, Files, Previous, Store};
use crate::vault::{
    Contents, CreateError, Credential, Keystore, KeystoreError, NewSlot, Notice, OpenError, SlotKind, VaultInfo,
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
                version: format::VERSION,
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

    /// Opens a vault: one key derivation, however many tokens. Runs for about half a second with a password: not on a UI thread.
    ///
    /// # Errors
    /// [`OpenError`] tells a wrong password from a damaged file.
    pub fn open(environment: Environment, credential: Credential) -> Result<(Self, Vec<Notice>), OpenError> {
        Self::open_on(Arc::new(Disk), environment, &credential)
    }

    /// Whether a credential opens this vault: for asking again before something sensitive.
    ///
    /// # Errors
    /// As [`Session::open`].
    pub fn verify(&self, credential: &Credential) -> Result<(), OpenError> {
        // The slots in memory: a vault key that was changed elsewhere is told at the next change.
        unlock(&self.header, credential, self.environment.keystore.as_deref()).map(|_| ())
    }

    pub(crate) fn create_on(
        files: Arc<dyn Files>,
        environment: Environment,
        slot: NewSlot,
        costs: CostRule,
    ) -> Result<Self, CreateError> {
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
        let prepared = slot.prepare(&vault, entropy, keystore, costs)?;
        let slot_id = prepared.head.id;
        let entry = prepared.keystore_entry(&vault);
        let made = (|| {
            let slot = Slot::wrap(prepared.head, &prepared.wrapping, &vault, &key, entropy)?;
            let wrapping_key = WrappingKey { slot: slot.id, key: prepared.wrapping };
            let header = Header { vault, generation: 1, slots: vec![slot] };
            let contents = Contents::new(Vec::new(), Vec::new(), vec![wrapping_key]);
            let bytes = format::seal(&header, &key, &payload::encode(&contents), entropy)?;
            let held = store.lock().map_err(|error| match error.kind() {
                std::io::ErrorKind::WouldBlock => CreateError::Busy,
                _ => CreateError::Write(error),
            })?;
            if store.exists() {
                return Err(CreateError::Exists);
            }
            store.write(&bytes, Previous::Rotate, &*held).map_err(CreateError::Write)?;
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
                if let (Some(keystore), Some(entry)) = (keystore, entry)
                    && store.lacks_slot(slot_id)
                {
                    keystore.remove(&entry).ok();
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

        let keystore = environment.keystore.as_deref();
        // Before the file is read, so that a file put in its place in the meantime is noticed.
        let stamp = store.stamp().ok();
        let current =
            Found::read(store.read().map_err(OpenError::from)).and_then(|found| found.open(credential, keystore));
        let (opened, fell_back) = match current {
            Ok(opened) => (opened, false),
            Err(Failure { error, key }) if error.is_damage() => {
                let previous = Found::read(store.read_previous().map_err(OpenError::from))
                    .and_then(|found| found.open_with(key, credential, keystore));
                match previous {
                    Ok(opened) => (opened, true),
                    Err(Failure { error: OpenError::WrongPassword, .. }) => return Err(OpenError::WrongPassword),
                    Err(_) => return Err(error),
                }
            }
            Err(Failure { error, .. }) => return Err(error),
        };

        let device = Device::new(files, &file, environment.keystore.clone(), environment.entropy.clone());
        let Opened { front, key, contents } = opened;
        let mut session = Self::of(environment, store, device, key, front, contents);
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
        let Front { header, write_id, .. } = front;
        let contents = Arc::new(contents);
        Self {
            environment,
            store,
            device,
            key,
            header,
            write_id,
            stamp: None,
            contents,
            skipped: false,
            newest_seen: 0,
            notices: Vec::new(),
            journal: super::journal::Journal::default(),
        }
    }
}

/// A file that was read, whose front is sound.
struct Found {
    bytes: Vec<u8>,
    front: Front,
}

struct Opened {
    front: Front,
    key: Key,
    contents: Contents,
}

/// Why a file did not open, and its key where that was found.
struct Failure {
    error: OpenError,
    key: Option<Key>,
}

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        Self { error, key: None }
    }
}

impl Found {
    fn read(bytes: Result<Vec<u8>, OpenError>) -> Result<Self, Failure> {
        let bytes = bytes?;
        let front = format::read_front(&bytes).map_err(OpenError::from)?;
        Ok(Self { bytes, front })
    }

    fn open(self, credential: &Credential, keystore: Option<&dyn Keystore>) -> Result<Opened, Failure> {
        let key = unlock(&self.front.header, credential, keystore)?;
        match decode(&self.bytes, &self.front, &key) {
            Ok(contents) => Ok(Opened { front: self.front, key, contents }),
            Err(error) => Err(Failure { error, key: Some(key) }),
        }
    }

    /// Opens with a key that another file had, if it is the same one: no second derivation is paid then.
    fn open_with(
        self,
        key: Option<Key>,
        credential: &Credential,
        keystore: Option<&dyn Keystore>,
    ) -> Result<Opened, Failure> {
        match key {
            Some(key) if self.front.header.is_under(&key) => {
                let contents = decode(&self.bytes, &self.front, &key)?;
                Ok(Opened { front: self.front, key, contents })
            }
            _ => self.open(credential, keystore),
        }
    }
}

/// The vault key. This is where a derivation is paid.
fn unlock(header: &Header, credential: &Credential, keystore: Option<&dyn Keystore>) -> Result<Key, OpenError> {
    let slot = header.slots.iter().find(|slot| slot.takes(credential)).ok_or(OpenError::NoSuchSlot)?;
    let wrapping = slot.wrapping_key(credential, &header.vault, keystore)?;
    slot.unwrap(&wrapping, &header.vault).ok_or(match slot.kind {
        SlotKind::Password => OpenError::WrongPassword,
        SlotKind::Device => OpenError::DeviceSecret(KeystoreError::Failed),
    })
}

/// What a file holds.
pub(super) fn decode(bytes: &[u8], front: &Front, key: &Key) -> Result<Contents, OpenError> {
    let json = format::open(bytes, front, key).map_err(|_| OpenError::DamagedPayload)?;
    payload::decode(&json).ok_or(OpenError::DamagedPayload)
}

/// The file behind a symbolic link, so that a write replaces it and not the link.
fn settled(file: &std::path::Path) -> PathBuf {
    file.canonicalize().unwrap_or_else(|_| file.to_owned())
}

fn damaged_in_memory() -> CreateError {
    CreateError::Write(std::io::ErrorKind::InvalidData.into())
}
