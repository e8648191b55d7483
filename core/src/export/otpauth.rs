//! A text of enrolment URIs, one a line: what nearly every app reads.

use zeroize::Zeroizing;

use super::{ExportError, Files, Holds, Loss, Lost, PasswordUse, Reader, Request, Target};
use crate::enrol::otpauth;
use crate::secret::SecretText;
use crate::token::{Kind, Token};

pub(super) const TARGET: Target = Target {
    name: "otpauth",
    extensions: &["txt"],
    password: PasswordUse::Never,
    holds: Holds { parameters: true, ..Holds::CODES },
    reader: Reader::Import("text"),
    write,
};

fn write(tokens: &[&Token], _request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let links: Vec<SecretText> = tokens.iter().map(|token| otpauth::write(token)).collect();
    Ok((vec![lines(&links)], tokens.iter().filter_map(|token| lost(token)).collect()))
}

/// A link of Yandex' without an issuer is taken for Yandex' own, which never names one.
pub(super) fn lost(token: &Token) -> Option<Lost> {
    let assumed = matches!(token.kind, Kind::Yandex { .. }) && token.issuer.is_empty();
    assumed.then_some(Lost { token: token.id, what: Loss::Issuer })
}

/// Texts as lines, in memory that is reserved whole.
pub(super) fn lines(texts: &[SecretText]) -> Zeroizing<Vec<u8>> {
    let mut bytes = Zeroizing::new(Vec::with_capacity(texts.iter().map(|text| text.expose().len() + 1).sum()));
    for text in texts {
        bytes.extend(text.expose().as_bytes());
        bytes.push(b'\n');
    }
    bytes
}
