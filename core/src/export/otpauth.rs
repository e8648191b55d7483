//! A text of enrolment URIs, one a line: what nearly every app reads.

use zeroize::Zeroizing;

use super::{ExportError, Files, Holds, Lost, PasswordUse, Reader, Request, Target};
use crate::enrol::otpauth;
use crate::secret::SecretText;
use crate::token::Token;

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
    Ok((vec![lines(&links)], Vec::new()))
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
