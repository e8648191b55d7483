//! A text of enrolment URIs, one a line: what Aegis, Stratum, Ente Auth and extract_otp_secrets write, and people too.

use zeroize::Zeroizing;

use super::ImportError;
use super::found::Found;
use super::input::Input;
use crate::enrol::is_known_scheme;
use crate::secret::SecretText;

/// Whether any line is an enrolment URI.
pub(super) fn fits(input: &Input<'_>) -> bool {
    decode(input.bytes).is_some_and(|text| lines(&text).any(|(_, line)| is_known_scheme(line)))
}

/// Whether there is nothing in it but blanks and comments.
pub(super) fn is_blank(bytes: &[u8]) -> bool {
    decode(bytes).is_some_and(|text| lines(&text).next().is_none())
}

/// Reads every line for itself.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    read_lines(input.bytes, found)
}

/// The same for a text that lay in another file.
pub(super) fn read_lines(bytes: &[u8], found: &mut Found<'_>) -> Result<(), ImportError> {
    let text = decode(bytes).ok_or(ImportError::NotText)?;
    for (number, line) in lines(&text) {
        found.text(number, line)?;
    }
    if found.entries() == 0 { Err(ImportError::Empty) } else { Ok(()) }
}

/// Lines with their numbers, without blank ones and comments.
fn lines<'a>(text: &'a Text<'_>) -> impl Iterator<Item = (usize, &'a str)> {
    let lines = (1..).zip(text.as_str().lines().map(str::trim));
    lines.filter(|(_, line)| !line.is_empty() && !line.starts_with('#'))
}

/// A file's text; a copy of it is wiped.
enum Text<'a> {
    Borrowed(&'a str),
    Copied(SecretText),
}

impl Text<'_> {
    fn as_str(&self) -> &str {
        let text = match self {
            Self::Borrowed(text) => text,
            Self::Copied(text) => text.expose(),
        };
        text.trim_start_matches('\u{feff}')
    }
}

/// UTF-8, or UTF-16 where a byte order mark says so (Windows' editors have called that Unicode).
fn decode(bytes: &[u8]) -> Option<Text<'_>> {
    let unit: fn([u8; 2]) -> u16 = match bytes {
        [0xFF, 0xFE, ..] => u16::from_le_bytes,
        [0xFE, 0xFF, ..] => u16::from_be_bytes,
        _ => return core::str::from_utf8(bytes).ok().map(Text::Borrowed),
    };
    let (pairs, []) = bytes.as_chunks::<2>() else { return None };
    // A unit takes three bytes at most: reserved whole, so that no growth leaves an unwiped copy behind.
    let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3));
    for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
        text.push(character.ok()?);
    }
    Some(Text::Copied(SecretText::new(core::mem::take(&mut *text))))
}
