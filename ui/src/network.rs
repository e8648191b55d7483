//! Ways to servers, and the right time to tell them: made when the first server is asked, off the UI thread.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use smartotp_core::clock::Stored;
use smartotp_core::vault::BootClock;
use smartotp_core::web::{Web, WebError};

use crate::Services;
use crate::services::WallClock;

/// Goes along with a job to another thread. Every copy has the same connections: one a server.
#[derive(Clone)]
pub(crate) struct Network {
    web: Arc<Mutex<Option<Web>>>,
    clock: Arc<dyn WallClock>,
    boot: Arc<dyn BootClock>,
    measured: PathBuf,
}

impl Network {
    pub(crate) fn of(services: &Services) -> Self {
        Self {
            web: Arc::default(),
            clock: services.clock.clone(),
            boot: services.vault.boot.clone(),
            measured: Stored::beside(&services.settings_file),
        }
    }

    /// The connections. Reads the system's trust store the first time: for another thread.
    ///
    /// # Errors
    /// [`WebError`].
    pub(crate) fn web(&self) -> Result<Web, WebError> {
        let mut web = self.web.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(web) = &*web {
            return Ok(web.clone());
        }
        let made = Web::new()?;
        *web = Some(made.clone());
        Ok(made)
    }

    /// The right time in Unix milliseconds: this device's, corrected by what was measured as long as that counts, and by `more`
    /// seconds. Reads a file: for another thread.
    pub(crate) fn right_time(&self, more: i64) -> i64 {
        let device = i64::try_from(self.clock.unix_millis()).unwrap_or(i64::MAX);
        let corrected = match Stored::load(&self.measured) {
            Some(stored) => stored.correction(device, &self.boot.now()).apply(device),
            None => device,
        };
        corrected.saturating_add(more.saturating_mul(1_000))
    }
}
