//! A Java map of texts, as `ObjectOutputStream` writes one
//! (<https://docs.oracle.com/en/java/javase/21/docs/specs/serialization/protocol.html>). Nothing but such a map is read,
//! and nothing is ever made from a class name in the file.

use zeroize::Zeroizing;

use super::super::ImportError;
use crate::secret::SecretText;

const MAGIC: [u8; 4] = [0xAC, 0xED, 0, 5];
const NULL: u8 = 0x70;
const REFERENCE: u8 = 0x71;
const CLASS: u8 = 0x72;
const OBJECT: u8 = 0x73;
const STRING: u8 = 0x74;
const BLOCK: u8 = 0x77;
const END: u8 = 0x78;
const LONG_STRING: u8 = 0x7C;
const FIRST_HANDLE: u32 = 0x7E_0000;

/// A class has no more fields, and no more parents.
const MAX_FIELDS: u16 = 64;
const MAX_PARENTS: usize = 8;
/// A token takes two texts and two names.
const MAX_TEXTS: usize = 400_000;

/// A map's names and texts, in the file's order.
pub(super) type Map = Vec<(SecretText, SecretText)>;

/// Whether it begins like a map.
pub(super) fn fits(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(64)).unwrap_or_default();
    start.starts_with(&MAGIC) && start.windows(10).any(|name| name == b"java.util.")
}

/// Reads a map.
///
/// # Errors
/// [`ImportError::Damaged`], [`ImportError::TooManyEntries`].
pub(super) fn read(bytes: &[u8]) -> Result<Map, ImportError> {
    let mut stream = Stream { rest: bytes, handles: Vec::new(), texts: Vec::new() };
    if stream.take(4)? != MAGIC || stream.byte()? != OBJECT {
        return Err(ImportError::Damaged);
    }
    let fields = stream.class(0)?;
    stream.handles.push(None);
    stream.take(fields)?;
    let block = stream.byte()?;
    let length = usize::from(stream.byte()?);
    let sizes = stream.take(length)?;
    let (BLOCK, Some(count)) = (block, sizes.last_chunk::<4>()) else { return Err(ImportError::Damaged) };
    let count = usize::try_from(u32::from_be_bytes(*count)).map_err(|_| ImportError::Damaged)?;
    if count > MAX_TEXTS / 2 {
        return Err(ImportError::TooManyEntries);
    }
    let mut map = Map::new();
    for _ in 0..count {
        let name = stream.text()?;
        let text = stream.text()?;
        map.push((name, text));
    }
    if stream.byte()? == END { Ok(map) } else { Err(ImportError::Damaged) }
}

struct Stream<'a> {
    rest: &'a [u8],
    /// What each handle stands for, where that is a text.
    handles: Vec<Option<usize>>,
    texts: Vec<SecretText>,
}

impl<'a> Stream<'a> {
    fn take(&mut self, length: usize) -> Result<&'a [u8], ImportError> {
        let (taken, rest) = self.rest.split_at_checked(length).ok_or(ImportError::Damaged)?;
        self.rest = rest;
        Ok(taken)
    }

    fn byte(&mut self) -> Result<u8, ImportError> {
        self.take(1)?.first().copied().ok_or(ImportError::Damaged)
    }

    fn short(&mut self) -> Result<u16, ImportError> {
        self.take(2)?.try_into().map(u16::from_be_bytes).map_err(|_| ImportError::Damaged)
    }

    fn long(&mut self) -> Result<u64, ImportError> {
        self.take(8)?.try_into().map(u64::from_be_bytes).map_err(|_| ImportError::Damaged)
    }

    /// A class' description; how many bytes its fields' values take, its parents' among them.
    fn class(&mut self, depth: usize) -> Result<usize, ImportError> {
        match self.byte()? {
            NULL => return Ok(0),
            CLASS if depth < MAX_PARENTS => {}
            _ => return Err(ImportError::Damaged),
        }
        let length = self.short()?;
        self.take(length.into())?;
        self.take(8 + 1)?;
        self.handles.push(None);
        let count = self.short()?;
        if count > MAX_FIELDS {
            return Err(ImportError::Damaged);
        }
        let mut size = 0;
        for _ in 0..count {
            size += match self.byte()? {
                b'B' | b'Z' => 1,
                b'C' | b'S' => 2,
                b'F' | b'I' => 4,
                b'D' | b'J' => 8,
                _ => return Err(ImportError::Damaged),
            };
            let length = self.short()?;
            self.take(length.into())?;
        }
        if self.byte()? != END {
            return Err(ImportError::Damaged);
        }
        Ok(size + self.class(depth + 1)?)
    }

    /// A text, or one that came before.
    fn text(&mut self) -> Result<SecretText, ImportError> {
        let length = match self.byte()? {
            STRING => u64::from(self.short()?),
            LONG_STRING => self.long()?,
            REFERENCE => {
                let handle = self.take(4)?.try_into().map(u32::from_be_bytes).map_err(|_| ImportError::Damaged)?;
                let index = handle.checked_sub(FIRST_HANDLE).and_then(|index| usize::try_from(index).ok());
                let text = index.and_then(|index| self.handles.get(index).copied().flatten());
                let text = text.and_then(|text| self.texts.get(text)).filter(|text| text.expose().len() <= 64);
                return text.map(SecretText::duplicate).ok_or(ImportError::Damaged);
            }
            _ => return Err(ImportError::Damaged),
        };
        let length = usize::try_from(length).map_err(|_| ImportError::Damaged)?;
        let text = modified_utf8(self.take(length)?).ok_or(ImportError::Damaged)?;
        self.handles.push(Some(self.texts.len()));
        self.texts.push(text.duplicate());
        Ok(text)
    }
}

/// Java's own UTF-8: what lies beyond the first 65,536 characters is two surrogates, and zero is two bytes.
fn modified_utf8(bytes: &[u8]) -> Option<SecretText> {
    let mut units = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut rest = bytes.iter().copied().map(u16::from);
    while let Some(first) = rest.next() {
        let mut more = || rest.next().filter(|byte| byte & 0xC0 == 0x80).map(|byte| byte & 0x3F);
        units.push(match first {
            0x00..=0x7F => first,
            0xC0..=0xDF => (first & 0x1F) << 6 | more()?,
            0xE0..=0xEF => (first & 0x0F) << 12 | more()? << 6 | more()?,
            _ => return None,
        });
    }
    let mut text = Zeroizing::new(String::with_capacity(bytes.len()));
    for character in char::decode_utf16(units.iter().copied()) {
        text.push(character.ok()?);
    }
    Some(SecretText::new(core::mem::take(&mut *text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn javas_own_utf_8() {
        let text = |bytes: &[u8]| modified_utf8(bytes).map(|text| text.expose().to_owned());
        assert_eq!(text("Привет é €".as_bytes()).as_deref(), Some("Привет é €"));
        assert_eq!(text(b"\xED\xA0\xBD\xED\xB8\x80\xC0\x80").as_deref(), Some("😀\0"));
        for bad in [&b"\xED\xA0\xBD"[..], b"\xC3", b"\xF0\x9F\x98\x80", b"\x80"] {
            assert_eq!(text(bad), None);
        }
    }
}
