//! What an open vault holds.

use crate::code::{Code, CodeError};
use crate::token::{Token, TokenId};

/// One generation of an open vault's payload. Cheap to share (`Arc`), never changed in place.
#[derive(Debug, Default)]
pub struct Contents {
    pub(super) tokens: Vec<Token>,
    pub(super) bin: Vec<Binned>,
}

/// A deleted token, kept for 30 days.
#[derive(Debug)]
pub struct Binned {
    /// The token.
    pub token: Token,
    /// Unix time of the deletion.
    pub deleted_at: u64,
}

impl Contents {
    /// The tokens, in the user's order.
    #[must_use]
    pub fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// One token.
    #[must_use]
    pub fn token(&self, _id: TokenId) -> Option<&Token> {
        todo!()
    }

    /// Deleted tokens, the newest first.
    #[must_use]
    pub fn bin(&self) -> &[Binned] {
        &self.bin
    }

    /// A token's code at a Unix time; HOTP's next code is shown without using it up. `None`: no such token.
    #[must_use]
    pub fn code(&self, _id: TokenId, _unix: u64) -> Option<Result<Code, CodeError>> {
        todo!()
    }
}
