//! What was signed, as the vault remembers it: the challenge and what it was for. No answer, no PIN, no session
//! information.

use serde::{Deserialize, Serialize};

use super::{ChangeError, Contents, Session, SignRequest};
use crate::token::TokenId;

/// The most that are kept; the oldest go.
pub const MOST_SIGNATURES: usize = 200;

/// One answer that was given.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signature {
    /// When, in Unix seconds.
    pub unix: u64,
    /// By which token; it may be gone since.
    pub token: TokenId,
    /// As the token was named then.
    #[serde(default)]
    pub issuer: String,
    /// As the token was named then.
    #[serde(default)]
    pub account: String,
    /// What was answered.
    pub challenge: String,
    /// What the screen showed with it: names and values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub fields: Vec<(String, String)>,
    /// How the challenge belonged to them: `bound`, `short`, `beside`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub binding: Option<String>,
    /// The counter that went in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub counter: Option<u64>,
}

impl Contents {
    /// What was signed, the newest last; at most [`MOST_SIGNATURES`].
    #[must_use]
    pub fn signatures(&self) -> &[Signature] {
        &self.signatures
    }

    /// Remembers an answer that is about to be given.
    pub(super) fn remember_signature(&mut self, id: TokenId, request: &SignRequest<'_>, counter: Option<u64>) {
        let Some(token) = self.token(id) else { return };
        let (issuer, account) = (token.issuer.clone(), token.account.clone());
        let fields = request.transaction.map(|transaction| transaction.fields.as_slice()).unwrap_or_default();
        self.signatures.push(Signature {
            unix: request.now,
            token: id,
            issuer,
            account,
            challenge: request.challenge.to_owned(),
            fields: fields.iter().map(|field| (field.name.clone(), field.value.clone())).collect(),
            binding: request.binding.map(|binding| binding.name().to_owned()),
            counter,
        });
        let over = self.signatures.len().saturating_sub(MOST_SIGNATURES);
        self.signatures.drain(..over);
    }
}

impl Session {
    /// Forgets one answer that was given, or all of them; writes nothing where there is none to forget.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn forget_signatures(&mut self, one: Option<&Signature>) -> Result<(), ChangeError> {
        self.change_if(|contents| {
            let before = contents.signatures.len();
            contents.signatures.retain(|signature| one.is_some_and(|one| signature != one));
            Ok(contents.signatures.len() != before)
        })
    }
}

impl core::fmt::Debug for Signature {
    /// Without names, challenge and fields.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Signature").field("unix", &self.unix).field("token", &self.token).finish_non_exhaustive()
    }
}
