//! Wrong tries: counted before they are paid, waited out in boot time, and, where the owner wants it, the end of the vault.
//!
//! | wrong tries in a row | 0 to 4 | 5 | 6 | 7 | 8 | 9 and more |
//! | --- | --- | --- | --- | --- | --- | --- |
//! | wait before the next | none | 30 s | 1 min | 5 min | 15 min | 60 min |
//!
//! The count lies in the OS keystore where there is one, else, best effort, in the device file. It is raised, and on disk, before
//! a derivation is paid, and taken back on success: a kill in between is no free try. One try at a time, so that several programs
//! that open the vault with the right password do not count against each other.
//!
//! The wall clock is never looked at. A restart of the system starts a running wait anew: how long it was off nobody can tell.
//!
//! With a limit set, the try that reaches it wipes the vault; so does the next look at a count that has reached it, because then
//! the process was killed in the middle of that try.

use std::cell::Cell;

use super::boot::{BootClock, BootTime};
use super::device::Device;
use super::hex::Hex;
use super::store::Store;
use super::{OpenError, Wait, WrongTries};

/// The wait before the next try, in seconds, by the number of wrong ones: the last stays.
const WAITS: [u64; 10] = [0, 0, 0, 0, 0, 30, 60, 5 * 60, 15 * 60, 60 * 60];

/// What is remembered of wrong tries.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub(crate) struct TriesRecord {
    /// In a row.
    pub(crate) failed: u32,
    /// Which start of the system the wait runs in.
    #[serde(default)]
    pub(crate) boot: String,
    /// When the last try began, in seconds since that start.
    #[serde(default)]
    pub(crate) at: u64,
    /// How many wrong tries in a row wipe the vault: a mirror of the setting inside.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) wipe_after: Option<u32>,
}

impl TriesRecord {
    /// Whether there is nothing to remember.
    pub(crate) fn is_empty(&self) -> bool {
        self.failed == 0 && self.wipe_after.is_none()
    }

    fn raised(&self, now: &BootTime) -> Self {
        Self { failed: self.failed.saturating_add(1), boot: now.boot.clone(), at: now.seconds, ..self.clone() }
    }

    fn cleared(&self) -> Self {
        Self { wipe_after: self.wipe_after, ..Self::default() }
    }

    fn is_at_limit(&self) -> bool {
        self.wipe_after.is_some_and(|most| self.failed >= most)
    }

    /// Whether the wait that was running when the system started anew has to start anew too.
    fn is_of_another_boot(&self, now: &BootTime) -> bool {
        self.delay() > 0 && (self.boot != now.boot || self.at > now.seconds)
    }

    fn delay(&self) -> u64 {
        let last = WAITS.last().copied().unwrap_or_default();
        usize::try_from(self.failed).ok().and_then(|failed| WAITS.get(failed)).copied().unwrap_or(last)
    }

    fn wait(&self, now: &BootTime) -> Option<Wait> {
        let passed = if self.is_of_another_boot(now) { 0 } else { now.seconds.saturating_sub(self.at) };
        let seconds = self.delay().saturating_sub(passed);
        let left = self.wipe_after.map(|most| most.saturating_sub(self.failed));
        (seconds > 0).then_some(Wait { seconds, failed: self.failed, left })
    }
}

/// The door before the door.
pub(crate) struct Tries<'a> {
    device: &'a Device,
    store: &'a Store,
    boot: &'a dyn BootClock,
    /// Wrong tries in a row before the one that was right.
    before: Cell<u32>,
}

impl<'a> Tries<'a> {
    pub(crate) fn new(device: &'a Device, store: &'a Store, boot: &'a dyn BootClock) -> Self {
        Self { device, store, boot, before: Cell::new(0) }
    }

    /// Wrong tries in a row before the one that was right; 0 while none was.
    pub(crate) fn before(&self) -> u32 {
        self.before.get()
    }

    /// What has to be waited out now.
    pub(crate) fn wait(&self, vault: &Hex<16>) -> Option<Wait> {
        self.record(vault, &self.boot.now()).1
    }

    /// What was tried in vain so far.
    pub(crate) fn wrong(&self, vault: &Hex<16>) -> WrongTries {
        let (TriesRecord { failed, boot, at, wipe_after }, now) = (self.device.tries(vault), self.boot.now());
        let ago = (failed > 0 && boot == now.boot).then(|| now.seconds.checked_sub(at)).flatten();
        let free = WAITS.iter().filter(|wait| **wait == 0).count();
        let free = u32::try_from(free).unwrap_or(u32::MAX).saturating_sub(failed);
        WrongTries { failed, last_seconds_ago: ago, free, left: wipe_after.map(|most| most.saturating_sub(failed)) }
    }

    /// One try. `derive` is not called while there is a wait; what comes back as a wrong try was counted before it.
    ///
    /// [`OpenError::Wiped`] says that the vault is to be wiped now.
    pub(crate) fn attempt<T>(
        &self,
        vault: &Hex<16>,
        derive: impl FnOnce() -> Result<T, OpenError>,
    ) -> Result<T, OpenError> {
        // Where the lock is not to be had (a folder that nobody may write to) the count still is.
        let _one_at_a_time = self.store.lock_tries().ok();
        let now = self.boot.now();
        let (record, wait) = self.record(vault, &now);
        if record.is_at_limit() {
            return Err(OpenError::Wiped);
        }
        if let Some(Wait { seconds, .. }) = wait {
            return Err(OpenError::Wait { seconds });
        }
        let raised = record.raised(&now);
        self.device.set_tries(vault, &raised);
        let outcome = derive();
        match &outcome {
            Ok(_) => {
                self.before.set(record.failed);
                self.device.set_tries(vault, &record.cleared());
            }
            Err(error) if error.is_wrong_try() && raised.is_at_limit() => return Err(OpenError::Wiped),
            Err(error) if error.is_wrong_try() => {}
            // Nothing was learned from it.
            Err(_) => self.device.set_tries(vault, &record),
        }
        outcome
    }

    /// The count, and what has to be waited out; a wait of another start of the system starts anew, for good.
    fn record(&self, vault: &Hex<16>, now: &BootTime) -> (TriesRecord, Option<Wait>) {
        let mut record = self.device.tries(vault);
        if record.is_of_another_boot(now) {
            (record.boot, record.at) = (now.boot.clone(), now.seconds);
            self.device.set_tries(vault, &record);
        }
        let wait = record.wait(now);
        (record, wait)
    }
}
