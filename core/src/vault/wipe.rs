//! The panic action: nothing of a vault is left on this device.

use std::io;
use std::path::PathBuf;
use std::sync::Arc;

use super::device::Device;
use super::format;
use super::session::{Environment, settled};
use super::store::{Disk, Files, Store};
use super::{Keystore, KeystoreError};

/// What could not be wiped. Everything else was.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum WipeError {
    /// A file could not be removed.
    #[error("{file} could not be removed")]
    File {
        /// Which.
        file: PathBuf,
        /// Why.
        #[source]
        reason: io::Error,
    },
    /// The files are gone, an entry of the keystore is not: what it held opens nothing any more.
    #[error("an entry of the keystore could not be removed")]
    Keystore(#[source] KeystoreError),
}

/// Wipes a vault, open or not, whole or damaged: its keystore entries first, then what makes the files openable is overwritten, then
/// they are removed. Asks nothing. What is gone already is no error, so that it can be done again after a power cut.
///
/// Flash memory may keep what was overwritten; without its header, and the keys in it, a vault's file is noise.
///
/// # Errors
/// [`WipeError`], the first one, after everything was tried.
pub fn wipe(environment: &Environment) -> Result<(), WipeError> {
    wipe_on(Arc::new(Disk), environment)
}

pub(crate) fn wipe_on(files: Arc<dyn Files>, environment: &Environment) -> Result<(), WipeError> {
    let file = settled(&environment.file);
    let store = Store::new(files.clone(), file.clone());
    let keystore = environment.keystore.as_deref();
    // Who writes just now is waited for; who does not let go is not.
    let _held = store.lock().ok();

    let mut vaults = Vec::new();
    let mut unremoved = None;
    let mut remove = |entry: &str| match keystore.map(|keystore: &dyn Keystore| keystore.remove(entry)) {
        None | Some(Ok(()) | Err(KeystoreError::Missing | KeystoreError::NoEntry)) => {}
        Some(Err(error)) => unremoved = Some(error),
    };
    for header in store.fronts().iter().filter_map(|front| format::read_header_anyhow(front)) {
        header.slots.iter().filter_map(|slot| slot.keystore_entry(&header.vault)).for_each(|entry| remove(&entry));
        if !vaults.contains(&header.vault) {
            vaults.push(header.vault);
        }
    }
    let removed = store.remove_all();
    // The count of wrong tries goes last: who interrupts this has won no new ones.
    let device = Device::new(files, &file, environment.keystore.clone(), environment.entropy.clone());
    if removed.is_ok() {
        vaults.iter().flat_map(Device::entries).for_each(|entry| remove(&entry));
        device.forget().map_err(|(file, reason)| WipeError::File { file, reason })?;
    }
    removed.map_err(|(file, reason)| WipeError::File { file, reason })?;
    unremoved.map_or(Ok(()), |error| Err(WipeError::Keystore(error)))
}
