//! The time that codes are made with: this device's, corrected by what was measured for as long as that counts.

use std::cell::{Cell, RefCell};
use std::path::PathBuf;
use std::sync::Arc;

use smartotp_core::clock::{Correction, Stored};
use smartotp_core::vault::BootClock;

use crate::Services;
use crate::services::WallClock;

/// This device's clock, and what was measured of it.
pub(crate) struct RightTime {
    clock: Arc<dyn WallClock>,
    boot: Arc<dyn BootClock>,
    file: PathBuf,
    stored: RefCell<Option<Stored>>,
    /// Whether the settings want codes to be corrected.
    corrects: Cell<bool>,
}

impl RightTime {
    pub(crate) fn new(services: &Services) -> Self {
        let file = Stored::beside(&services.settings_file);
        Self {
            clock: services.clock.clone(),
            boot: services.vault.boot.clone(),
            stored: RefCell::new(Stored::load(&file)),
            file,
            corrects: Cell::new(true),
        }
    }

    /// Takes up what the command line has measured meanwhile.
    pub(crate) fn reload(&self) {
        self.stored.replace(Stored::load(&self.file));
    }

    /// Takes up a measurement that is on disk already, or could not be written.
    pub(crate) fn take_in(&self, stored: Stored) {
        self.stored.replace(Some(stored));
    }

    /// Where measurements lie.
    pub(crate) fn file(&self) -> PathBuf {
        self.file.clone()
    }

    /// What was measured last.
    pub(crate) fn stored(&self) -> Option<Stored> {
        self.stored.borrow().clone()
    }

    pub(crate) fn set_corrects(&self, corrects: bool) {
        self.corrects.set(corrects);
    }

    /// Milliseconds since 1970, as the device has it.
    pub(crate) fn device_millis(&self) -> u64 {
        self.clock.unix_millis()
    }

    /// Seconds since the system's start.
    pub(crate) fn since_boot(&self) -> u64 {
        self.boot.now().seconds
    }

    /// What the measurement is worth now, whether the settings want it or not.
    pub(crate) fn correction(&self) -> Correction {
        let device = i64::try_from(self.device_millis()).unwrap_or(i64::MAX);
        let stored = self.stored.borrow();
        stored.as_ref().map_or(Correction::NotMeasured, |stored| stored.correction(device, &self.boot.now()))
    }

    /// Milliseconds since 1970 that codes are made with.
    pub(crate) fn millis(&self) -> u64 {
        let device = self.device_millis();
        if !self.corrects.get() || self.stored.borrow().is_none() {
            return device;
        }
        let corrected = self.correction().apply(i64::try_from(device).unwrap_or(i64::MAX));
        u64::try_from(corrected).unwrap_or(0)
    }
}
