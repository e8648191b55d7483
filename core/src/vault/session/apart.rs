//! Push tokens and TiQR identities of an open vault: kept by the same writes as tokens, and in no bin.

use super::Session;
use crate::push::PushToken;
use crate::tiqr::TiqrIdentity;
use crate::token::TokenId;
use crate::vault::ChangeError;

/// A request that was shown or answered: which token, its number, when, whether it was answered.
pub type SeenRequest = (TokenId, String, u64, bool);

impl Session {
    /// Adds a push token that was enrolled just now, under an id of its own. One with the same serial and address is the
    /// same token enrolled anew: it takes its place.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn add_push(&mut self, token: PushToken) -> Result<TokenId, ChangeError> {
        let id = self.fresh_id()?;
        self.add_push_all(vec![PushToken { id, ..token }]).map(|()| id)
    }

    /// Adds push tokens under the ids that they bring, in one write; as [`Session::add_push`] does.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn add_push_all(&mut self, tokens: Vec<PushToken>) -> Result<(), ChangeError> {
        self.change(|contents| {
            for token in tokens {
                contents.push.retain(|known| (&known.serial, &known.url) != (&token.serial, &token.url));
                contents.push.push(token);
            }
            Ok(())
        })
    }

    /// Gives a push token another label: all that can be edited.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn rename_push(&mut self, id: TokenId, label: &str) -> Result<(), ChangeError> {
        let label = crate::enrol::names::clean(label);
        self.change_if(|contents| {
            let token = contents.push_mut(id)?;
            let changed = token.label != label;
            token.label = label;
            Ok(changed)
        })
    }

    /// Deletes a push token, for good: there is no bin for keys that cannot come back.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn remove_push(&mut self, id: TokenId) -> Result<(), ChangeError> {
        self.change(|contents| {
            contents.push_mut(id)?;
            contents.push.retain(|token| token.id != id);
            Ok(())
        })
    }

    /// Remembers requests, so that none is taken for new after a restart. Writes nothing where all are known.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn remember_requests(&mut self, requests: &[SeenRequest]) -> Result<(), ChangeError> {
        let is_new = |(id, nonce, _, answered): &SeenRequest| {
            let token = self.contents().push.iter().find(|token| token.id == *id);
            token.is_some_and(|token| token.seen(nonce).is_none_or(|seen| *answered && !seen.answered))
        };
        if !requests.iter().any(is_new) {
            return Ok(());
        }
        self.change_if(|contents| {
            let mut changed = false;
            for (id, nonce, at, answered) in requests {
                // A token that is gone has nothing to remember.
                if let Ok(token) = contents.push_mut(*id) {
                    changed |= token.remember(nonce, *at, *answered);
                }
            }
            Ok(changed)
        })
    }

    /// Adds a TiQR identity that was enrolled just now, under an id of its own; an older one of the same account goes.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn add_tiqr(&mut self, identity: TiqrIdentity) -> Result<TokenId, ChangeError> {
        let id = self.fresh_id()?;
        self.change(|contents| {
            contents.tiqr.retain(|known| (&known.service_id, &known.user) != (&identity.service_id, &identity.user));
            contents.tiqr.push(TiqrIdentity { id, ..identity });
            Ok(id)
        })
    }

    /// Deletes a TiQR identity, for good.
    ///
    /// # Errors
    /// [`ChangeError`].
    pub fn remove_tiqr(&mut self, id: TokenId) -> Result<(), ChangeError> {
        self.change(|contents| {
            let before = contents.tiqr.len();
            contents.tiqr.retain(|identity| identity.id != id);
            if contents.tiqr.len() == before { Err(ChangeError::NoSuchToken) } else { Ok(()) }
        })
    }
}
