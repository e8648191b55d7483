//! A token: one enrolled account, and the small types that keep impossible ones from existing.

mod icon;
mod id;
mod kind;
mod numbers;
pub mod order;
pub mod search;

pub use icon::Icon;
pub use id::{ParseTokenIdError, TokenId};
pub use kind::{Algorithm, ChallengeEncoding, Kind, KindName};
pub use numbers::{Counter, Digits, OutOfRange, Period};

use crate::secret::Secret;

/// One enrolled account.
///
/// Its secret never leaves `core` but by an export that asks again for the lock.
#[derive(PartialEq, Eq)]
pub struct Token {
    /// Random, and the same in every copy of the vault.
    pub id: TokenId,
    /// Who issued it: `GitHub`. May be empty.
    pub issuer: String,
    /// Whose account it is: `mira@keller.example`. May be empty.
    pub account: String,
    /// The shared secret.
    pub secret: Secret,
    /// How codes are made from the secret, with just the parameters that this kind has.
    pub kind: Kind,
    /// The user's own words about it.
    pub note: String,
    /// Names of the groups it is in, in the user's order.
    pub groups: Vec<String>,
    /// Whether it is shown first.
    pub favourite: bool,
    /// What stands for it in the list.
    pub icon: Icon,
    /// Parameters of its enrolment URI that this app does not know; kept, and written back when it is shown as a QR code.
    pub unknown: Vec<(String, String)>,
}

impl Token {
    /// A token with nothing but what codes need.
    #[must_use]
    pub fn new(id: TokenId, issuer: String, account: String, secret: Secret, kind: Kind) -> Self {
        Self {
            id,
            issuer,
            account,
            secret,
            kind,
            note: String::new(),
            groups: Vec::new(),
            favourite: false,
            icon: Icon::Letter,
            unknown: Vec::new(),
        }
    }

    /// A second copy, on purpose: the secret is inside.
    pub(crate) fn duplicate(&self) -> Self {
        Self {
            id: self.id,
            issuer: self.issuer.clone(),
            account: self.account.clone(),
            secret: self.secret.duplicate(),
            kind: self.kind.duplicate(),
            note: self.note.clone(),
            groups: self.groups.clone(),
            favourite: self.favourite,
            icon: self.icon.clone(),
            unknown: self.unknown.clone(),
        }
    }

    /// Whether `other` is the same enrolment: equal in all that nobody can change.
    pub(crate) fn has_same_secret_as(&self, other: &Self) -> bool {
        self.secret == other.secret && self.kind.was_enrolled_like(&other.kind)
    }

    /// Whether `other` makes the same codes: type, secret, algorithm, digits, period, suite, PIN and encoding are equal.
    /// Never the names, never the counter, never the secret alone.
    #[must_use]
    pub fn is_duplicate_of(&self, other: &Self) -> bool {
        self.secret == other.secret && self.kind.makes_the_same_codes_as(&other.kind)
    }
}

impl core::fmt::Debug for Token {
    /// Without names, note and groups: whose account it is concerns no log.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Token").field("id", &self.id).field("kind", &self.kind).finish_non_exhaustive()
    }
}
