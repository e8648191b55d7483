//! Web pages that hold enrolments: their URIs as text or as links, or else pictures of their codes inside the page.
//! Aegis, Raivo and people who print to a file write such pages.

use super::ImportError;
use super::base64::base64;
use super::found::Found;
use super::input::Input;
use super::scan::{self, Pictures};
use crate::secret::SecretText;
use zeroize::Zeroizing;

/// Whether it is a page.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let start = input.bytes.get(..input.bytes.len().min(1024)).unwrap_or_default().to_ascii_lowercase();
    let start = start.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&start).trim_ascii_start();
    start.starts_with(b"<!doctype html") || start.starts_with(b"<html") || find(start, b"<html").is_some()
}

/// Reads the page's URIs, each once, or the codes in its pictures where it has none.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let text = core::str::from_utf8(input.bytes).map_err(|_| ImportError::NotText)?;
    // What is cut has no end, and may have lost any number of entries.
    let tail = input.bytes.get(input.bytes.len().saturating_sub(1024)..).unwrap_or_default().to_ascii_lowercase();
    find(&tail, b"</html").ok_or(ImportError::Damaged)?;
    let uris = scan::uris(text, |c| matches!(c, '"' | '\'' | '<' | '>' | '`'));
    if !uris.is_empty() {
        let mut seen = std::collections::HashSet::new();
        for uri in uris {
            let uri = unescape(uri);
            if seen.insert(scan::digest(uri.expose())) {
                found.text(seen.len(), uri.expose())?;
            }
        }
        return Ok(());
    }
    let mut pictures = Pictures::default();
    for data in text.split("data:image/").skip(1) {
        let Some((head, rest)) = data.split_once(',') else { continue };
        if !head.ends_with(";base64") || head.len() > 40 {
            continue;
        }
        let end = rest.find(['"', '\'', ')', '<', '>']).unwrap_or(rest.len());
        let picture =
            rest.get(..end).and_then(|data| base64(&data.replace("%2B", "+").replace("%2F", "/").replace("%3D", "=")));
        match picture {
            Some(picture) => pictures.read_file(&picture, found)?,
            None => pictures.broken(),
        }
    }
    pictures.end(found)
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// HTML's escapes as far as they turn up in a URI.
fn unescape(text: &str) -> SecretText {
    let mut plain = Zeroizing::new(String::with_capacity(text.len()));
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('&') {
        plain.push_str(before);
        let entity = after.split_once(';').filter(|(name, _)| name.len() <= 8);
        let character = entity.and_then(|(name, _)| match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "quot" => Some('"'),
            "apos" => Some('\''),
            _ => {
                let number = name.strip_prefix('#')?;
                let hex = number.strip_prefix(['x', 'X']);
                let code = hex.map_or_else(|| number.parse().ok(), |hex| u32::from_str_radix(hex, 16).ok());
                code.and_then(char::from_u32)
            }
        });
        match (character, entity) {
            (Some(character), Some((_, left))) => {
                plain.push(character);
                rest = left;
            }
            _ => {
                plain.push('&');
                rest = after;
            }
        }
    }
    plain.push_str(rest);
    SecretText::new(core::mem::take(&mut *plain))
}

#[cfg(test)]
mod tests;
