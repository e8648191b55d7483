//! A place in memory that can be made to fail as real ones do.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};

use super::name::VersionId;
use super::provider::{Provider, ProviderError};

/// A place in memory.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) files: Mutex<BTreeMap<VersionId, Vec<u8>>>,
    /// How many calls of a hundred fail.
    pub(crate) faults: AtomicU64,
    seed: AtomicU64,
    pub(crate) puts: AtomicU64,
}

impl Memory {
    pub(crate) fn with_faults(percent: u64, seed: u64) -> Self {
        Self { faults: AtomicU64::new(percent), seed: AtomicU64::new(seed), ..Self::default() }
    }

    pub(crate) fn mend(&self) {
        self.faults.store(0, Ordering::Relaxed);
    }

    pub(crate) fn names(&self) -> Vec<VersionId> {
        self.files.lock().unwrap().keys().copied().collect()
    }

    /// A number that repeats from run to run (SplitMix64).
    fn random(&self) -> u64 {
        let mut z = self.seed.fetch_add(0x9E37_79B9_7F4A_7C15, Ordering::Relaxed);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// The first bytes, less than all.
    fn part_of(&self, bytes: &[u8]) -> Vec<u8> {
        let kept = self.random() % bytes.len() as u64;
        bytes.iter().copied().take(usize::try_from(kept).unwrap()).collect()
    }

    fn fails(&self) -> bool {
        self.random() % 100 < self.faults.load(Ordering::Relaxed)
    }

    fn error(&self) -> ProviderError {
        match self.random() % 5 {
            0 => ProviderError::Unreachable { reason: "cut off".into() },
            1 => ProviderError::Busy { retry_after: Some(3) },
            2 => ProviderError::Full,
            3 => ProviderError::Denied,
            _ => ProviderError::Odd { reason: "500".into() },
        }
    }
}

impl Provider for Memory {
    fn list(&self) -> Result<Vec<VersionId>, ProviderError> {
        let mut names = self.names();
        match (self.fails(), self.random() % 3) {
            (false, _) => Ok(names),
            // A list that is not up to date.
            (true, 0) => {
                names.retain(|_| self.random().is_multiple_of(2));
                Ok(names)
            }
            _ => Err(self.error()),
        }
    }

    fn get(&self, id: VersionId) -> Result<Vec<u8>, ProviderError> {
        let bytes = self.files.lock().unwrap().get(&id).cloned().ok_or(ProviderError::NoSuchVersion)?;
        match (self.fails(), self.random() % 3) {
            (false, _) => Ok(bytes),
            (true, 0) => Ok(self.part_of(&bytes)),
            _ => Err(self.error()),
        }
    }

    fn put_new(&self, id: VersionId, bytes: &[u8]) -> Result<(), ProviderError> {
        self.puts.fetch_add(1, Ordering::Relaxed);
        let mut files = self.files.lock().unwrap();
        let half = self.part_of(bytes);
        match (self.fails(), self.random() % 4) {
            (false, _) => drop(files.insert(id, bytes.to_vec())),
            // It is there, and nobody hears of it.
            (true, 0) => {
                files.insert(id, bytes.to_vec());
                return Err(self.error());
            }
            // Half of it is there, and it says nothing, or says so.
            (true, 1) => drop(files.insert(id, half)),
            (true, 2) => {
                files.insert(id, half);
                return Err(self.error());
            }
            _ => return Err(self.error()),
        }
        Ok(())
    }

    fn delete(&self, id: VersionId) -> Result<(), ProviderError> {
        let fails = self.fails();
        if !fails || self.random().is_multiple_of(2) {
            self.files.lock().unwrap().remove(&id);
        }
        if fails { Err(self.error()) } else { Ok(()) }
    }
}
