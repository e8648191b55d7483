//! The JSON of tokens, a contract with every script. What is exported is `core`'s.

use serde::Serialize;
use smartotp_core::enrol::Enrolment;
pub(super) use smartotp_core::export::Making;
use smartotp_core::token::{KindName, Token, TokenId};

use super::output::visible;

/// A token as it is listed: nothing secret.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Listed {
    /// `None` only for what would be added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) id: Option<TokenId>,
    pub(super) r#type: KindName,
    pub(super) issuer: String,
    pub(super) account: String,
    #[serde(flatten)]
    pub(super) making: Making,
    pub(super) groups: Vec<String>,
    pub(super) favourite: bool,
}

impl From<&Token> for Listed {
    fn from(token: &Token) -> Self {
        Self {
            id: Some(token.id),
            r#type: token.kind.name(),
            issuer: token.issuer.clone(),
            account: token.account.clone(),
            making: Making::of(&token.kind),
            groups: token.groups.clone(),
            favourite: token.favourite,
        }
    }
}

impl From<&Enrolment> for Listed {
    fn from(enrolment: &Enrolment) -> Self {
        Self {
            id: None,
            r#type: enrolment.kind.name(),
            issuer: enrolment.issuer.clone(),
            account: enrolment.account.clone(),
            making: Making::of(&enrolment.kind),
            groups: enrolment.groups.clone(),
            favourite: enrolment.favourite,
        }
    }
}

/// A token's name for people: `GitHub, mira-keller`.
pub(super) fn name(issuer: &str, account: &str) -> String {
    match (issuer, account) {
        ("", "") => tr!("a token without a name").to_owned(),
        ("", only) | (only, "") => visible(only),
        _ => format!("{}, {}", visible(issuer), visible(account)),
    }
}

/// The name of a token in the vault.
pub(super) fn name_of(token: &Token) -> String {
    name(&token.issuer, &token.account)
}
