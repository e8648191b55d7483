//! What this installation remembers outside the vault: its own id, and the newest generation that it has seen of each vault.
//!
//! The generation lies in the OS keystore where there is one, else in the device file, `vault.smartotp.device`. Who puts an older
//! copy of the vault back does not put that back with it. All of this is best effort: no vault stays closed for it.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::hex::Hex;
use super::store::Files;
use super::{Entropy, Keystore};

/// More than a device file ever has.
const MOST_BYTES: usize = 64 * 1024;
/// The vaults that a device file remembers at most.
const MOST_VAULTS: usize = 256;

/// This installation's memory.
pub(crate) struct Device {
    files: Arc<dyn Files>,
    file: PathBuf,
    keystore: Option<Arc<dyn Keystore>>,
    entropy: Arc<dyn Entropy>,
}

/// The device file.
#[derive(serde::Serialize, serde::Deserialize)]
struct Record {
    /// Random, one for each installation: a copied vault meets a new one.
    device: Hex<16>,
    /// The newest generation seen, by vault id.
    #[serde(default)]
    newest: BTreeMap<String, u64>,
}

impl Device {
    pub(crate) fn new(
        files: Arc<dyn Files>,
        vault_file: &Path,
        keystore: Option<Arc<dyn Keystore>>,
        entropy: Arc<dyn Entropy>,
    ) -> Self {
        Self { files, file: with_suffix(vault_file, ".device"), keystore, entropy }
    }

    /// The newest generation of a vault that was ever seen here; 0 for one that never was.
    pub(crate) fn newest_seen(&self, vault: &Hex<16>) -> u64 {
        let kept = self.keystore.as_ref().and_then(|keystore| keystore.get(&generation_entry(vault)).ok().flatten());
        let kept = kept.and_then(|secret| secret.expose().try_into().ok()).map(u64::from_be_bytes);
        kept.or_else(|| self.record()?.newest.get(&vault.to_string()).copied()).unwrap_or(0)
    }

    /// Remembers a generation.
    pub(crate) fn remember(&self, vault: &Hex<16>, generation: u64) {
        let secret = crate::secret::Secret::from_bytes(generation.to_be_bytes().to_vec());
        let kept = self.keystore.as_ref().map(|keystore| keystore.set(&generation_entry(vault), &secret));
        if !matches!(kept, Some(Ok(()))) {
            // An installation that cannot remember still works.
            self.remember_in_file(vault, generation).ok();
        }
    }

    fn remember_in_file(&self, vault: &Hex<16>, generation: u64) -> io::Result<()> {
        let mut record = match self.record() {
            Some(record) => record,
            None => Record { device: Hex::random(&*self.entropy).map_err(io::Error::other)?, newest: BTreeMap::new() },
        };
        if record.newest.len() >= MOST_VAULTS {
            record.newest.clear();
        }
        record.newest.insert(vault.to_string(), generation);
        let new = with_suffix(&self.file, ".new");
        // A leftover, or another process at the same: this memory is renewed with the next write anyway.
        self.files.remove(&new).ok();
        let mut file = self.files.create(&new)?;
        file.write_all(&serde_json::to_vec(&record)?)?;
        drop(file);
        self.files.rename(&new, &self.file)
    }

    fn record(&self) -> Option<Record> {
        serde_json::from_slice(&self.files.read(&self.file, MOST_BYTES).ok()?).ok()
    }
}

fn generation_entry(vault: &Hex<16>) -> String {
    format!("vault {vault} generation")
}

fn with_suffix(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file);
    name.push(suffix);
    name.into()
}
