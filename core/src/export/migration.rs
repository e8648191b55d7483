//! Google Authenticator's export codes, as pictures for other phones to scan: PNG or SVG, one picture a code, or a text of links.
//!
//! At most ten tokens a code, so that cameras like them. Google's format carries neither the period nor other digits than six and
//! eight, so only TOTP of 30 seconds and HOTP go in.

use zeroize::Zeroizing;

use super::otpauth::lines;
use super::{ExportError, Files, Holds, Lost, PasswordUse, Reader, Request, Target};
use crate::enrol::migration;
use crate::qr::read::{self, Budget};
use crate::qr::write::Modules;
use crate::secret::SecretText;
use crate::token::Token;

pub(super) const TARGET: Target = Target {
    name: "migration",
    extensions: &["png", "svg", "txt"],
    password: PasswordUse::Never,
    holds: Holds::CODES,
    reader: Reader::Texts(texts),
    write,
};

/// Pixels a module: sharp on a screen, and well below a page's width in print.
const PIXELS: u32 = 6;

fn write(tokens: &[&Token], request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let mut batch = [0; 4];
    request.entropy.fill(&mut batch)?;
    // Google's own are positive.
    let (codes, left_out) = migration::write(tokens, i32::from_be_bytes(batch) & i32::MAX);
    let lost = left_out.into_iter().filter_map(|index| tokens.get(index)).map(|token| Lost::token(token)).collect();
    if request.extension == "txt" {
        return Ok((vec![lines(&codes)], lost));
    }
    let draw = |code: &SecretText| {
        let modules = Modules::encode(code.expose()).map_err(|_| ExportError::TooLarge)?;
        let svg = request.extension == "svg";
        Ok(Zeroizing::new(if svg { modules.to_svg().into_bytes() } else { modules.to_png(PIXELS) }))
    };
    Ok((codes.iter().map(draw).collect::<Result<_, ExportError>>()?, lost))
}

/// The links in a file that was written here.
fn texts(file: &[u8]) -> Option<Vec<SecretText>> {
    if file.starts_with(b"otpauth") {
        return Some(core::str::from_utf8(file).ok()?.lines().map(SecretText::from).collect());
    }
    if file.starts_with(b"<svg") {
        let code = Modules::from_svg(core::str::from_utf8(file).ok()?)?;
        return Some(vec![SecretText::new(read::modules(&code)?)]);
    }
    read::picture(file, Budget::PICTURE).ok().map(|texts| texts.into_iter().map(SecretText::new).collect())
}
