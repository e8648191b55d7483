//! What this installation remembers outside the vault: its own id, and of each vault the newest generation that it has seen and the
//! wrong tries.
//!
//! They lie in the OS keystore where there is one, else in the device file, `vault.smartotp.device`. Who puts an older
//! copy of the vault back does not put them back with it. All of this is best effort: no vault stays closed for it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::hex::Hex;
use super::store::Files;
use super::tries::TriesRecord;
use super::{Entropy, Keystore, KeystoreError};
use crate::secret::Secret;

/// More than a device file ever has.
const MOST_BYTES: usize = 64 * 1024;
/// The vaults that a device file remembers at most.
const MOST_VAULTS: usize = 256;

/// This installation's memory.
#[derive(Clone)]
pub(crate) struct Device {
    files: Arc<dyn Files>,
    file: PathBuf,
    keystore: Option<Arc<dyn Keystore>>,
    entropy: Arc<dyn Entropy>,
    id: Arc<Mutex<Option<Hex<16>>>>,
}

/// The device file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Record {
    /// Random, one for each installation: a copied vault meets a new one.
    device: Hex<16>,
    /// The newest generation seen, by vault id.
    #[serde(default)]
    newest: BTreeMap<String, u64>,
    /// Wrong tries, by vault id.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    tries: BTreeMap<String, TriesRecord>,
}

impl Device {
    pub(crate) fn new(
        files: Arc<dyn Files>,
        vault_file: &Path,
        keystore: Option<Arc<dyn Keystore>>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { files, file: with_suffix(vault_file, ".device"), keystore, entropy, id: Arc::default() }
    }

    /// This installation's id: what it does is stamped with it. Made when it is first asked for; where it cannot be kept, another
    /// one for each process.
    pub(crate) fn id(&self) -> Hex<16> {
        let mut known = self.id.lock().unwrap_or_else(PoisonError::into_inner);
        *known.get_or_insert_with(|| {
            let kept = self.record().map(|record| record.device).or_else(|| {
                self.change(true, |_| ()).ok()?;
                Some(self.record()?.device)
            });
            kept.or_else(|| Hex::random(&*self.entropy).ok()).unwrap_or(Hex([0; 16]))
        })
    }

    /// Another id: somebody else has this one, or this vault is older than what it has said.
    pub(crate) fn renew_id(&self) -> Hex<16> {
        let Ok(id) = Hex::random(&*self.entropy) else { return self.id() };
        self.change(true, |record| record.device = id).ok();
        *self.id.lock().unwrap_or_else(PoisonError::into_inner) = Some(id);
        id
    }

    /// The newest generation of a vault that was ever seen here; 0 for one that never was.
    pub(crate) fn newest_seen(&self, vault: &Hex<16>) -> u64 {
        let kept = self.keystore.as_ref().and_then(|keystore| keystore.get(&generation_entry(vault)).ok().flatten());
        let kept = kept.and_then(|secret| secret.expose().try_into().ok()).map(u64::from_be_bytes);
        kept.or_else(|| self.record()?.newest.get(&vault.to_string()).copied()).unwrap_or(0)
    }

    /// Remembers a generation.
    pub(crate) fn remember(&self, vault: &Hex<16>, generation: u64) {
        let secret = Secret::from_bytes(generation.to_be_bytes().to_vec());
        let kept = self.keystore.as_ref().map(|keystore| keystore.set(&generation_entry(vault), &secret));
        if !matches!(kept, Some(Ok(()))) {
            // An installation that cannot remember still works.
            self.remember_in_file(vault, generation).ok();
        }
    }

    fn remember_in_file(&self, vault: &Hex<16>, generation: u64) -> io::Result<()> {
        self.change(false, |record| {
            if record.newest.len() >= MOST_VAULTS {
                record.newest.clear();
            }
            record.newest.insert(vault.to_string(), generation);
        })
    }

    /// The wrong tries at a vault: where keystore and file differ, the more of them.
    pub(crate) fn tries(&self, vault: &Hex<16>) -> TriesRecord {
        let kept = self.keystore.as_ref().and_then(|keystore| keystore.get(&tries_entry(vault)).ok().flatten());
        let kept: Option<TriesRecord> = kept.and_then(|secret| serde_json::from_slice(secret.expose()).ok());
        let in_file = self.tries_in_file(vault);
        match (kept, in_file) {
            (Some(kept), Some(in_file)) if in_file.failed > kept.failed => {
                TriesRecord { wipe_after: kept.wipe_after.or(in_file.wipe_after), ..in_file }
            }
            (Some(record), _) | (None, Some(record)) => record,
            (None, None) => TriesRecord::default(),
        }
    }

    /// Remembers the wrong tries at a vault, for good when it returns.
    pub(crate) fn set_tries(&self, vault: &Hex<16>, record: &TriesRecord) {
        let kept = self.keystore.as_ref().map(|keystore| match serde_json::to_vec(record) {
            _ if record.is_empty() => keystore.remove(&tries_entry(vault)),
            Ok(bytes) => keystore.set(&tries_entry(vault), &Secret::from_bytes(bytes)),
            Err(_) => Err(KeystoreError::Failed),
        });
        let in_keystore = matches!(kept, Some(Ok(())));
        let wanted = (!in_keystore && !record.is_empty()).then_some(record);
        if self.tries_in_file(vault).as_ref() != wanted {
            // Best effort: a disk that nobody can write to still has a vault that can be read.
            self.change(true, |file| match wanted {
                Some(record) => drop(file.tries.insert(vault.to_string(), record.clone())),
                None => drop(file.tries.remove(&vault.to_string())),
            })
            .ok();
        }
    }

    /// The keystore entries that are remembered for a vault; the wrong tries last.
    pub(crate) fn entries(vault: &Hex<16>) -> [String; 2] {
        [generation_entry(vault), tries_entry(vault)]
    }

    /// Removes the device file.
    pub(crate) fn forget(&self) -> Result<(), (PathBuf, io::Error)> {
        for file in [with_suffix(&self.file, ".new"), self.file.clone()] {
            match self.files.remove(&file) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => return Err((file, error)),
                _ => {}
            }
        }
        Ok(())
    }

    fn tries_in_file(&self, vault: &Hex<16>) -> Option<TriesRecord> {
        self.record()?.tries.get(&vault.to_string()).cloned()
    }

    /// Changes the device file; `lasting`: it is on the disk when this returns.
    fn change(&self, lasting: bool, change: impl FnOnce(&mut Record)) -> io::Result<()> {
        let mut record = match self.record() {
            Some(record) => record,
            None => Record {
                device: Hex::random(&*self.entropy).map_err(io::Error::other)?,
                newest: BTreeMap::new(),
                tries: BTreeMap::new(),
            },
        };
        change(&mut record);
        let new = with_suffix(&self.file, ".new");
        // A leftover, or another process at the same: this memory is renewed with the next write anyway.
        self.files.remove(&new).ok();
        let mut file = self.files.create(&new)?;
        file.write_all(&serde_json::to_vec(&record)?)?;
        if lasting {
            file.sync()?;
        }
        drop(file);
        self.files.rename(&new, &self.file)?;
        match self.file.parent() {
            Some(folder) if lasting && !folder.as_os_str().is_empty() => self.files.sync_folder(folder),
            _ => Ok(()),
        }
    }

    fn record(&self) -> Option<Record> {
        serde_json::from_slice(&self.files.read(&self.file, MOST_BYTES).ok()?).ok()
    }
}

fn generation_entry(vault: &Hex<16>) -> String {
    format!("vault {vault} generation")
}

fn tries_entry(vault: &Hex<16>) -> String {
    format!("vault {vault} tries")
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}
