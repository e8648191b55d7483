//! An account at a cloud: its access token of the hour, renewed when it has run out or is refused.

use std::time::Instant;

use futures::lock::Mutex;

use super::network::Network;
use super::service::{Service, service};
use crate::backup::cloud::{Cloud, SignIn};
use crate::backup::oauth::{self, Granted, TokenError};
use crate::secret::SecretText;

/// An account at a cloud.
pub(super) struct Account {
    pub(super) service: &'static dyn Service,
    pub(super) network: Network,
    client: reqwest::Client,
    sign_in: Mutex<SignIn>,
}

impl Account {
    pub(super) fn new(cloud: Cloud, sign_in: SignIn, network: Network, client: reqwest::Client) -> Self {
        Self { service: service(cloud), network, client, sign_in: Mutex::new(sign_in) }
    }

    /// The sign-in as it stands now.
    pub(super) async fn sign_in(&self) -> SignIn {
        self.sign_in.lock().await.duplicate()
    }

    /// An access token that is good by the clock, and is not the one that was just refused.
    ///
    /// # Errors
    /// [`TokenError::Refused`] where the sign-in has ended; the others pass.
    pub(super) async fn token(&self, refused: Option<&SecretText>) -> Result<SecretText, TokenError> {
        let mut sign_in = self.sign_in.lock().await;
        let access = sign_in.access.as_ref().filter(|access| access.until > Instant::now());
        if let Some(access) = access.filter(|access| Some(&access.token) != refused) {
            return Ok(access.token.duplicate());
        }
        sign_in.access = None;
        let authorization = self.service.authorization();
        match oauth::refresh(authorization, &sign_in.client, &sign_in.refresh, &self.network, &self.client).await {
            Ok(Granted { access, refresh, .. }) => {
                if let Some(refresh) = refresh.filter(|refresh| !refresh.is_empty()) {
                    sign_in.refresh = refresh;
                }
                sign_in.ended = false;
                Ok(sign_in.access.insert(access).token.duplicate())
            }
            Err(error) => {
                sign_in.ended |= matches!(error, TokenError::Refused { .. });
                Err(error)
            }
        }
    }

    /// A token that came just now is refused too: what was allowed was taken back.
    pub(super) async fn end(&self) {
        let mut sign_in = self.sign_in.lock().await;
        (sign_in.access, sign_in.ended) = (None, true);
    }
}
