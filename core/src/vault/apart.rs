//! What is held apart from the tokens: push tokens and TiQR identities. Backup, export and transfer take the tokens alone,
//! and have no way to these: a restored vault lists what must be enrolled anew.

use serde::{Deserialize, Serialize};

use super::record::SecretRecord;
use super::{ChangeError, Contents};
use crate::push::{ProviderName, PushToken, Seen};
use crate::tiqr::TiqrIdentity;
use crate::token::TokenId;

#[derive(Serialize, Deserialize)]
pub(super) struct PushRecord {
    id: TokenId,
    provider: ProviderName,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    label: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    issuer: String,
    serial: String,
    url: String,
    key: SecretRecord<'static>,
    server_key: String,
    #[serde(default)]
    ask_unlock: bool,
    #[serde(default)]
    enrolled_at: u64,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    seen: Vec<Seen>,
}

#[derive(Serialize, Deserialize)]
pub(super) struct TiqrRecord {
    id: TokenId,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    service: String,
    service_id: String,
    url: String,
    suite: String,
    user: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    name: String,
    secret: SecretRecord<'static>,
    #[serde(default)]
    enrolled_at: u64,
}

impl PushRecord {
    pub(super) fn of(token: &PushToken) -> Self {
        let token = token.duplicate();
        Self {
            id: token.id,
            provider: token.provider,
            label: token.label,
            issuer: token.issuer,
            serial: token.serial,
            url: token.url,
            key: SecretRecord::Read(token.key),
            server_key: data_encoding::BASE64.encode(&token.server_key),
            ask_unlock: token.ask_unlock,
            enrolled_at: token.enrolled_at,
            seen: token.seen,
        }
    }

    pub(super) fn into_token(self) -> Option<PushToken> {
        Some(PushToken {
            id: self.id,
            provider: self.provider,
            label: self.label,
            issuer: self.issuer,
            serial: self.serial,
            url: self.url,
            key: self.key.into_secret(),
            server_key: data_encoding::BASE64.decode(self.server_key.as_bytes()).ok()?,
            ask_unlock: self.ask_unlock,
            enrolled_at: self.enrolled_at,
            seen: self.seen,
        })
    }
}

impl TiqrRecord {
    pub(super) fn of(identity: &TiqrIdentity) -> Self {
        let identity = identity.duplicate();
        Self {
            id: identity.id,
            service: identity.service,
            service_id: identity.service_id,
            url: identity.url,
            suite: identity.suite.to_string(),
            user: identity.user,
            name: identity.name,
            secret: SecretRecord::Read(identity.secret),
            enrolled_at: identity.enrolled_at,
        }
    }

    pub(super) fn into_identity(self) -> Option<TiqrIdentity> {
        Some(TiqrIdentity {
            id: self.id,
            service: self.service,
            service_id: self.service_id,
            url: self.url,
            suite: self.suite.parse().ok()?,
            user: self.user,
            name: self.name,
            secret: self.secret.into_secret(),
            enrolled_at: self.enrolled_at,
        })
    }
}

impl Contents {
    /// The push tokens, in the order of their enrolment.
    #[must_use]
    pub fn push(&self) -> &[PushToken] {
        &self.push
    }

    /// The TiQR identities, in the order of their enrolment.
    #[must_use]
    pub fn tiqr(&self) -> &[TiqrIdentity] {
        &self.tiqr
    }

    pub(super) fn push_mut(&mut self, id: TokenId) -> Result<&mut PushToken, ChangeError> {
        self.push.iter_mut().find(|token| token.id == id).ok_or(ChangeError::NoSuchToken)
    }
}
