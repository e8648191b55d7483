//! Who one is at a service, as the vault holds it.

use crate::code::ocra::Suite;
use crate::secret::Secret;
use crate::token::TokenId;

/// An account at a service that logs in by TiQR.
pub struct TiqrIdentity {
    /// Its id in this vault.
    pub id: TokenId,
    /// How the service names itself to people.
    pub service: String,
    /// How the service names itself in a login's code.
    pub service_id: String,
    /// Where answers go.
    pub url: String,
    /// What goes into an answer.
    pub suite: Suite,
    /// How the service names the account.
    pub user: String,
    /// The account's name for people.
    pub name: String,
    /// The key: 32 random bytes of this device's.
    pub secret: Secret,
    /// Unix time of the enrolment.
    pub enrolled_at: u64,
}

impl TiqrIdentity {
    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            service: self.service.clone(),
            service_id: self.service_id.clone(),
            url: self.url.clone(),
            suite: self.suite.clone(),
            user: self.user.clone(),
            name: self.name.clone(),
            secret: self.secret.duplicate(),
            enrolled_at: self.enrolled_at,
        }
    }
}

impl core::fmt::Debug for TiqrIdentity {
    /// Without names and the key.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("TiqrIdentity").field("id", &self.id).field("suite", &self.suite).finish_non_exhaustive()
    }
}
