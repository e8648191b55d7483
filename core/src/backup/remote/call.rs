//! How long a call to a place is waited for, and what ends it before its time.

use std::pin::pin;
use std::time::Duration;

use futures::future::{Either, select};
use tokio::time::{Instant, sleep};

use super::super::provider::ProviderError;

/// How long a place is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Patience {
    /// Until a connection stands.
    pub connect: Duration,
    /// While nothing comes, before the connection counts as cut off.
    pub silence: Duration,
    /// For one call in all.
    pub call: Duration,
}

impl Default for Patience {
    fn default() -> Self {
        Self { connect: Duration::from_secs(20), silence: Duration::from_secs(30), call: Duration::from_secs(180) }
    }
}

/// Whether somebody wants a call to end: asked while it runs.
pub(super) type Asked = Box<dyn Fn() -> bool + Send + Sync>;

/// How often it is asked: a person feels no wait.
const PULSE: Duration = Duration::from_millis(50);

/// The outcome of a call; one that is given up is dropped where it stands. What it has done by then at the place is done.
pub(super) async fn run<T>(
    call: impl Future<Output = T>,
    longest: Duration,
    asked: &Asked,
) -> Result<T, ProviderError> {
    match select(pin!(given_up(longest, asked)), pin!(call)).await {
        Either::Left((error, _)) => Err(error),
        Either::Right((outcome, _)) => Ok(outcome),
    }
}

/// Ends when a call has to.
async fn given_up(longest: Duration, asked: &Asked) -> ProviderError {
    let end = Instant::now() + longest;
    loop {
        if asked() {
            return ProviderError::Cancelled;
        }
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return ProviderError::Unreachable { reason: "timed out".to_owned() };
        }
        sleep(left.min(PULSE)).await;
    }
}
