//! An array of objects for scripts: the command line's contract.
//!
//! `[{type, issuer, account, secret (Base32), algorithm, digits, period?, counter?, pin?, suite?, groups, note, favourite}]`;
//! `challenge_encoding` besides, where a numeric OCRA challenge is encoded otherwise than RFC 6287 says.

use serde::Serialize;

use super::{ExportError, Files, Groups, Holds, Lost, PasswordUse, Reader, Request, Target};
use crate::secret::SecretText;
use crate::token::{ChallengeEncoding, Digits, Kind, KindName, Token};
use crate::vault::wiped::Wiped;

pub(super) const TARGET: Target = Target {
    name: "json",
    extensions: &["json"],
    password: PasswordUse::Never,
    holds: Holds { note: true, groups: Groups::Any, favourite: true, ..Holds::CODES },
    reader: Reader::Import("json"),
    write,
};

/// How codes are made: only the fields that the kind has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Making {
    /// `SHA1`, `SHA256`, `SHA512`, `MD5`.
    pub algorithm: &'static str,
    /// How many characters a code has; 0 where an OCRA suite gives its whole hash.
    pub digits: u8,
    /// In seconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub period: Option<u32>,
    /// The next one to use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub counter: Option<u64>,
    /// OCRA's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub suite: Option<String>,
}

impl Making {
    /// What a kind has.
    #[must_use]
    pub fn of(kind: &Kind) -> Self {
        let (algorithm, digits) = match kind {
            Kind::Totp { algorithm, digits, .. } | Kind::Hotp { algorithm, digits, .. } => {
                (algorithm.name(), digits.get())
            }
            Kind::Ocra { suite, .. } => (suite.algorithm().name(), suite.digits().map_or(0, Digits::get)),
            Kind::Steam => ("SHA1", 5),
            Kind::Motp { .. } => ("MD5", 6),
            Kind::Yandex { .. } => ("SHA256", 8),
        };
        Self {
            algorithm,
            digits,
            period: kind.period().map(|period| period.seconds()),
            counter: kind.counter().map(|counter| counter.0),
            suite: if let Kind::Ocra { suite, .. } = kind { Some(suite.to_string()) } else { None },
        }
    }
}

#[derive(Serialize)]
struct Entry<'a> {
    r#type: KindName,
    issuer: &'a str,
    account: &'a str,
    secret: &'a str,
    #[serde(flatten)]
    making: Making,
    #[serde(skip_serializing_if = "Option::is_none")]
    pin: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    challenge_encoding: Option<ChallengeEncoding>,
    groups: &'a [String],
    note: &'a str,
    favourite: bool,
}

impl<'a> Entry<'a> {
    fn of(token: &'a Token, secret: &'a str) -> Self {
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

fn write(tokens: &[&Token], _request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let secrets: Vec<SecretText> = tokens.iter().map(|token| token.secret.to_base32()).collect();
    let entries: Vec<Entry<'_>> =
        tokens.iter().zip(&secrets).map(|(token, secret)| Entry::of(token, secret.expose())).collect();
    let mut bytes = Wiped::with_capacity(64 + tokens.len() * 512);
    serde_json::to_writer_pretty(&mut bytes, &entries).map_err(|_| ExportError::TooLarge)?;
    let mut bytes = bytes.into_inner();
    bytes.push(b'\n');
    Ok((vec![bytes], Vec::new()))
}
