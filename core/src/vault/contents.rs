//! What an open vault holds.

use std::collections::{BTreeMap, HashMap};
use std::sync::OnceLock;

use super::changes::BIN_SECONDS;
use super::hex::Hex;
use super::keys::Key;
use super::protection::Protection;
use super::signed::Signature;
use super::slots::SlotKind;
use crate::backup::merge::Merging;
use crate::backup::settings::Backup;
use crate::code::{self, Code, CodeError};
use crate::push::PushToken;
use crate::tiqr::TiqrIdentity;
use crate::token::{Token, TokenId};

/// One generation of an open vault's payload. Cheap to share (`Arc`), never changed in place.
#[derive(Debug, Default)]
pub struct Contents {
    pub(crate) tokens: Vec<Token>,
    pub(crate) bin: Vec<Binned>,
    pub(super) wrapping_keys: Vec<WrappingKey>,
    pub(super) protection: Protection,
    /// When each kind of slot was last proven to open the vault, in Unix time.
    pub(super) proven: BTreeMap<SlotKind, u64>,
    /// What tokens are merged by; `None` before a backup was ever turned on.
    pub(crate) merging: Option<Merging>,
    /// Where backups go.
    pub(crate) backup: Backup,
    pub(super) push: Vec<PushToken>,
    pub(super) tiqr: Vec<TiqrIdentity>,
    /// What was signed, the newest last.
    pub(super) signatures: Vec<Signature>,
    /// Where each token is; made when it is first asked for.
    places: OnceLock<HashMap<TokenId, usize>>,
}

/// A deleted token, kept for 30 days.
#[derive(Debug, PartialEq, Eq)]
pub struct Binned {
    /// The token.
    pub token: Token,
    /// Unix time of the deletion.
    pub deleted_at: u64,
    /// Where it was in the user's order.
    pub(crate) place: usize,
}

/// The wrapping key of a slot, kept so that a new vault key can be wrapped for it without its password.
#[derive(Debug)]
pub(super) struct WrappingKey {
    pub(super) slot: Hex<16>,
    pub(super) key: Key,
}

impl Contents {
    pub(super) fn new(tokens: Vec<Token>, bin: Vec<Binned>, wrapping_keys: Vec<WrappingKey>) -> Self {
        Self { tokens, bin, wrapping_keys, ..Self::default() }
    }

    /// Other tokens, in the list and in the bin.
    pub(crate) fn set_tokens(&mut self, tokens: Vec<Token>, bin: Vec<Binned>) {
        (self.tokens, self.bin, self.places) = (tokens, bin, OnceLock::new());
    }

    /// Where backups go, and what is known of them.
    #[must_use]
    pub fn backup(&self) -> &Backup {
        &self.backup
    }

    /// The tokens, in the user's order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// One token.
    #[must_use]
    pub fn token(&self, id: TokenId) -> Option<&Token> {
        let places = self
            .places
            .get_or_init(|| self.tokens.iter().enumerate().map(|(place, token)| (token.id, place)).collect());
        self.tokens.get(*places.get(&id)?)
    }

    /// Deleted tokens, the newest first.
    #[must_use]
    pub fn bin(&self) -> &[Binned] {
        &self.bin
    }

    /// Its protective settings.
    #[must_use]
    pub fn protection(&self) -> &Protection {
        &self.protection
    }

    /// A token's code at a Unix time; HOTP's next code is shown without using it up. `None`: no such token.
    #[must_use]
    pub fn code(&self, id: TokenId, unix: u64) -> Option<Result<Code, CodeError>> {
        self.token(id).map(|token| code::at(&token.kind, &token.secret, unix))
    }

    /// When a rehearsal last proved that this kind of slot opens the vault, in Unix time.
    #[must_use]
    pub fn last_proven(&self, kind: SlotKind) -> Option<u64> {
        self.proven.get(&kind).copied()
    }

    /// After how many wrong tries in a row the vault is wiped, where its owner has set that.
    pub(super) fn wipe_after(&self) -> Option<u32> {
        self.protection.wipe_after.map(u32::from)
    }

    /// Whether something has been in the bin for 30 days.
    pub(super) fn has_expired(&self, now: u64) -> bool {
        self.bin.iter().any(|binned| binned.is_expired(now))
    }

    /// A second copy, to be changed: the one that others look at never is.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            protection: self.protection.clone(),
            proven: self.proven.clone(),
            merging: self.merging.clone(),
            backup: self.backup.duplicate(),
            push: self.push.iter().map(PushToken::duplicate).collect(),
            tiqr: self.tiqr.iter().map(TiqrIdentity::duplicate).collect(),
            signatures: self.signatures.clone(),
            ..Self::new(
                self.tokens.iter().map(Token::duplicate).collect(),
                self.bin.iter().map(|binned| Binned { token: binned.token.duplicate(), ..*binned }).collect(),
                self.wrapping_keys.iter().map(WrappingKey::duplicate).collect(),
            )
        }
    }
}

impl Binned {
    /// Whether it has been in the bin for 30 days.
    pub(super) fn is_expired(&self, now: u64) -> bool {
        now.saturating_sub(self.deleted_at) >= BIN_SECONDS
    }
}

impl WrappingKey {
    fn duplicate(&self) -> Self {
        Self { slot: self.slot, key: self.key.duplicate() }
    }
}
