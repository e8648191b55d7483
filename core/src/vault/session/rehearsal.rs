//! "Get back in": a proof that a credential really opens what lies on disk.

use std::collections::HashMap;

use super::Session;
use super::opening::Found;
use crate::token::TokenId;
use crate::vault::{ChangeError, Contents, Credential, OpenError, Rehearsal};

impl Session {
    /// Reads the file from disk anew, opens it with this credential into a copy, compares that with the open vault and throws it away.
    /// What was proven is remembered inside, with `now` in Unix time. It counts as a try.
    ///
    /// # Errors
    /// [`ChangeError::Open`] with what opening says; anything else when the proof could not be remembered.
    pub fn rehearse(&mut self, credential: &Credential, now: u64) -> Result<Rehearsal, ChangeError> {
        self.refresh()?;
        let found = Found::read(self.store.read().map_err(OpenError::from)).map_err(|failure| failure.error)?;
        let opened = found.open(credential, &self.gate()).map_err(|failure| failure.error);
        let opened = self.wipe_if_told(opened)?;
        let kind = credential.kind();
        let rehearsal = Rehearsal {
            kind,
            tokens: opened.contents.tokens().len(),
            same: opened.front.header.vault == self.header.vault && are_same(&opened.contents, &self.contents),
        };
        drop(opened);
        if rehearsal.same {
            self.change(|contents| {
                contents.proven.insert(kind, now);
                Ok(())
            })?;
        }
        Ok(rehearsal)
    }
}

/// Whether two vaults hold the same tokens, here and in the bin, in whatever order.
fn are_same(one: &Contents, other: &Contents) -> bool {
    let all = |contents: &Contents| contents.tokens.len() + contents.bin.len();
    let by_id: HashMap<TokenId, _> = other
        .tokens
        .iter()
        .map(|token| (token.id, token))
        .chain(other.bin.iter().map(|binned| (binned.token.id, &binned.token)))
        .collect();
    let mut tokens = one.tokens.iter().chain(one.bin.iter().map(|binned| &binned.token));
    all(one) == all(other) && tokens.all(|token| by_id.get(&token.id) == Some(&token))
}
