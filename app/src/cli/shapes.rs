//! The JSON of tokens, a contract with every script: what is listed, and what is exported.

use serde::Serialize;
use smartotp_core::enrol::Enrolment;
use smartotp_core::token::{ChallengeEncoding, Digits, Kind, KindName, Token, TokenId};

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

/// How codes are made: only the fields that the kind has.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Making {
    pub(super) algorithm: &'static str,
    /// 0 where an OCRA suite gives its whole hash.
    pub(super) digits: u8,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) period: Option<u32>,
    /// The next one to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) counter: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) suite: Option<String>,
}

/// A token as it is exported: with everything that another app needs.
#[derive(Serialize)]
pub(super) struct Exported<'a> {
    r#type: KindName,
    issuer: &'a str,
    account: &'a str,
    secret: &'a str,
    #[serde(flatten)]
    making: Making,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<&'a str>,
    /// Where a suite's numeric challenges are encoded otherwise than RFC 6287 says.
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_encoding: Option<ChallengeEncoding>,
    groups: &'a [String],
    note: &'a str,
    favourite: bool,
}

impl Making {
    fn of(kind: &Kind) -> Self {
        let (algorithm, digits) = match kind {
            Kind::Totp { algorithm, digits, .. } | Kind::Hotp { algorithm, digits, .. } => {
                (algorithm.name(), digits.get())
            }
            Kind::Ocra { suite, .. } => (suite.algorithm().name(), suite.digits().map_or(0, Digits::get)),
            Kind::Steam => ("SHA1", 5),
            Kind::Motp { .. } => ("MD5", 6),
            Kind::Yandex { .. } => ("SHA256", 8),
        };
        let suite = if let Kind::Ocra { suite, .. } = kind { Some(suite.to_string()) } else { None };
        Self {
            algorithm,
            digits,
            period: kind.period().map(|period| period.seconds()),
            counter: kind.counter().map(|counter| counter.0),
            suite,
        }
    }
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

impl<'a> Exported<'a> {
    /// `secret` is the token's, written as Base32.
    pub(super) fn of(token: &'a Token, secret: &'a str) -> Self {
        let (pin, challenge_encoding) = match &token.kind {
            Kind::Motp { pin } | Kind::Yandex { pin } => (Some(pin.expose()), None),
            Kind::Ocra { encoding, .. } if *encoding != ChallengeEncoding::Rfc => (None, Some(*encoding)),
            _ => (None, None),
        };
        Self {
            r#type: token.kind.name(),
            issuer: &token.issuer,
            account: &token.account,
            secret,
            making: Making::of(&token.kind),
            pin,
            challenge_encoding,
            groups: &token.groups,
            note: &token.note,
            favourite: token.favourite,
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
