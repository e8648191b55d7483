//! A push token, as the vault holds it.

use serde::{Deserialize, Serialize};

use crate::secret::Secret;
use crate::token::TokenId;

/// The most requests of a token that are remembered; the oldest go.
pub const MOST_SEEN: usize = 200;

/// Whose protocol a token speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ProviderName {
    /// privacyIDEA.
    PrivacyIdea,
}

/// A token that answers push requests. Its key was made here and leaves the vault in no backup, export or transfer.
pub struct PushToken {
    /// Its id in this vault.
    pub id: TokenId,
    /// Whose protocol it speaks.
    pub provider: ProviderName,
    /// The user's name for it: all that can be edited.
    pub label: String,
    /// Who asks.
    pub issuer: String,
    /// How the server names it.
    pub serial: String,
    /// The enrolled address; requests that name another are dropped.
    pub url: String,
    /// Its private key, PKCS#8 DER.
    pub key: Secret,
    /// The server's public key, PKCS#1 DER, as it was at the enrolment.
    pub server_key: Vec<u8>,
    /// The lock is asked before an answer.
    pub ask_unlock: bool,
    /// Unix time of the enrolment.
    pub enrolled_at: u64,
    /// Requests that came, the newest last.
    pub seen: Vec<Seen>,
}

/// A request that came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seen {
    /// Its number.
    pub nonce: String,
    /// When it was seen first, in Unix seconds of the right time.
    pub at: u64,
    /// It was answered: whoever sends it again repeats it.
    #[serde(default)]
    pub answered: bool,
}

impl PushToken {
    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            provider: self.provider,
            label: self.label.clone(),
            issuer: self.issuer.clone(),
            serial: self.serial.clone(),
            url: self.url.clone(),
            key: self.key.duplicate(),
            server_key: self.server_key.clone(),
            ask_unlock: self.ask_unlock,
            enrolled_at: self.enrolled_at,
            seen: self.seen.clone(),
        }
    }

    /// When a request was seen first.
    #[must_use]
    pub fn seen(&self, nonce: &str) -> Option<&Seen> {
        self.seen.iter().rev().find(|seen| seen.nonce == nonce)
    }

    /// Remembers a request. `false`: it was known just so.
    pub fn remember(&mut self, nonce: &str, at: u64, answered: bool) -> bool {
        if let Some(known) = self.seen.iter_mut().find(|seen| seen.nonce == nonce) {
            let changed = answered && !known.answered;
            known.answered |= answered;
            return changed;
        }
        self.seen.push(Seen { nonce: nonce.to_owned(), at, answered });
        // An unanswered one may go first: the server stops offering it by itself.
        while self.seen.len() > MOST_SEEN {
            let place = self.seen.iter().position(|seen| !seen.answered).filter(|place| *place < MOST_SEEN / 2);
            self.seen.remove(place.unwrap_or(0));
        }
        true
    }
}

impl core::fmt::Debug for PushToken {
    /// Without names and keys.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PushToken").field("id", &self.id).field("provider", &self.provider).finish_non_exhaustive()
    }
}
