//! Backups of some places, one after the other, on a session of their own: nobody waits for a network.

use std::rc::Rc;
use std::sync::Arc;

use slint::ComponentHandle as _;
use smartotp_core::backup::provider::{ProviderError, Watch as _};
use smartotp_core::backup::versions::{self, BackupError, Done, How};
use smartotp_core::vault::journal::Event as Happened;
use smartotp_core::vault::{Session, SystemEntropy};

use super::places;
use super::trouble::Failure;
use super::work::Progress;
use crate::BackupScreen;
use crate::desk::Desk;

/// What came of each place.
pub(crate) type Outcomes = Vec<(u32, Result<Done, Failure>)>;

/// Backs up to places. What was locked or cancelled in the meantime ends at the next moment at which it can.
pub(crate) async fn places(desk: &Rc<Desk>, ids: Vec<u32>, progress: Arc<Progress>) -> Outcomes {
    let (device, now) = (desk.door.services.device_name.clone(), desk.door.unix());
    let work = move |session: &mut Session| -> Outcomes {
        let back_up = |id| {
            let outcome = one(session, id, &device, now, &progress);
            (id, outcome)
        };
        ids.into_iter().map(back_up).collect()
    };
    let outcomes = desk.door.beside(work).await.unwrap_or_default();
    for (_, outcome) in &outcomes {
        let Ok(done) = outcome else { continue };
        if done.written.is_some() {
            desk.door.record(Happened::BackedUp { tokens: u32::try_from(done.tokens).unwrap_or(u32::MAX) });
        }
        if done.stepped_back {
            desk.with(|app| app.global::<BackupScreen>().set_stepped_back(true));
        }
    }
    outcomes
}

/// One place.
fn one(session: &mut Session, id: u32, device: &str, now: u64, progress: &Progress) -> Result<Done, Failure> {
    if progress.is_cancelled() {
        return Err(ProviderError::Cancelled.into());
    }
    // What was written meanwhile is backed up too.
    session.refresh()?;
    let place = session.backup().place(id).ok_or(BackupError::NoSuchPlace)?;
    let provider = places::provider(&place.location, false)?;
    let how = How { device, now, entropy: &SystemEntropy, verify: true };
    Ok(versions::now(session, &*provider, id, &how, progress)?)
}
