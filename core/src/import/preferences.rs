//! Android's shared preferences: a flat XML map from names to values, which several apps keep their tokens in.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};
use zeroize::Zeroizing;

use super::ImportError;
use crate::secret::SecretText;

/// A file has no more names than this.
const MAX_NAMES: usize = 200_000;
/// `<map>`, `<string>`, and `<set>` with its strings.
const MAX_DEPTH: usize = 4;

/// A map of texts. Other types (numbers, switches) are left out: no app keeps a token in one.
pub(super) struct Preferences(Vec<(String, SecretText)>);

/// Whether a file is one.
pub(super) fn fits(bytes: &[u8]) -> bool {
    let start = bytes.get(..bytes.len().min(400)).unwrap_or_default();
    let start = String::from_utf8_lossy(start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    start.starts_with("<map>") || (start.starts_with("<?xml") && start.contains("<map>"))
}

/// Whether a file is one that has this text in it; `needle` is looked for as it stands, before any escape is undone.
pub(super) fn fits_with(bytes: &[u8], needle: &str) -> bool {
    fits(bytes) && core::str::from_utf8(bytes).is_ok_and(|text| text.contains(needle))
}

impl Preferences {
    /// Reads a file.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] for what no Android writes, entities of its own among it; [`ImportError::TooManyEntries`].
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ImportError> {
        let text = core::str::from_utf8(bytes).map_err(|_| ImportError::Damaged)?;
        let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
        reader.config_mut().check_end_names = true;
        let mut names = Vec::new();
        let mut open: Option<(String, Zeroizing<String>)> = None;
        let mut depth = 0_usize;
        let mut closed = false;
        loop {
            match reader.read_event().map_err(|_| ImportError::Damaged)? {
                Event::Start(tag) => {
                    depth += 1;
                    if depth > MAX_DEPTH || closed {
                        return Err(ImportError::Damaged);
                    }
                    if depth == 2 && tag.name().as_ref() == b"string" {
                        let room = text.len().saturating_sub(usize::try_from(reader.buffer_position()).unwrap_or(0));
                        open = Some((name(&tag)?, Zeroizing::new(String::with_capacity(length_of_text(text, room)))));
                    }
                }
                Event::End(_) => {
                    depth = depth.checked_sub(1).ok_or(ImportError::Damaged)?;
                    closed |= depth == 0;
                    if let (1, Some((name, mut text))) = (depth, open.take_if(|_| depth == 1)) {
                        names.push((name, SecretText::new(core::mem::take(&mut *text))));
                        if names.len() > MAX_NAMES {
                            return Err(ImportError::TooManyEntries);
                        }
                    }
                }
                Event::Text(part) => {
                    if let Some((_, text)) = &mut open {
                        text.push_str(core::str::from_utf8(&part).map_err(|_| ImportError::Damaged)?);
                    }
                }
                Event::GeneralRef(entity) => {
                    let character = resolve(&entity).ok_or(ImportError::Damaged)?;
                    if let Some((_, text)) = &mut open {
                        text.push(character);
                    }
                }
                Event::DocType(_) | Event::CData(_) => return Err(ImportError::Damaged),
                Event::Eof if depth == 0 && closed => return Ok(Self(names)),
                Event::Eof => return Err(ImportError::Damaged),
                Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
            }
        }
    }

    /// The text under a name.
    pub(super) fn get(&self, name: &str) -> Option<&SecretText> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, text)| text)
    }

    /// Every name and text, in the file's order.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&str, &SecretText)> {
        self.0.iter().map(|(name, text)| (name.as_str(), text))
    }
}

/// How many bytes lie before the next tag: reserved whole, so that no growth leaves unwiped copies behind.
fn length_of_text(text: &str, left: usize) -> usize {
    let rest = text.get(text.len().saturating_sub(left)..).unwrap_or_default();
    rest.find('<').unwrap_or(rest.len())
}

/// The `name` of an element.
fn name(tag: &BytesStart<'_>) -> Result<String, ImportError> {
    let attribute = tag.try_get_attribute("name").map_err(|_| ImportError::Damaged)?.ok_or(ImportError::Damaged)?;
    let raw = core::str::from_utf8(&attribute.value).map_err(|_| ImportError::Damaged)?;
    quick_xml::escape::unescape(raw).map(|name| name.into_owned()).map_err(|_| ImportError::Damaged)
}

/// The five entities of XML and characters by number. A file's own are not followed: they grow without bound.
pub(super) fn resolve(entity: &BytesRef<'_>) -> Option<char> {
    if let Some(character) = entity.resolve_char_ref().ok()? {
        return Some(character);
    }
    match &**entity {
        b"amp" => Some('&'),
        b"lt" => Some('<'),
        b"gt" => Some('>'),
        b"quot" => Some('"'),
        b"apos" => Some('\''),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "<?xml version='1.0' encoding='utf-8' standalone='yes' ?>\n<map>\n  <int name=\"n\" value=\"1\" />\n\
        <string name=\"a &amp; b\">{&quot;x&quot;:&#10;1}</string>\n<set name=\"s\"><string>one</string></set>\n\
        <string name=\"empty\"></string></map>\n";

    #[test]
    fn a_map_as_android_writes_it() {
        let map = Preferences::read(WHOLE.as_bytes()).expect("a map");
        assert_eq!(map.iter().map(|(name, _)| name).collect::<Vec<_>>(), ["a & b", "empty"]);
        assert_eq!(map.get("a & b").map(SecretText::expose), Some("{\"x\":\n1}"));
        assert!(fits(WHOLE.as_bytes()) && fits_with(WHOLE.as_bytes(), "a &amp; b"));
    }

    #[test]
    fn what_is_cut_is_damaged() {
        let end = WHOLE.trim_end().len();
        for length in 0..end {
            assert!(matches!(Preferences::read(&WHOLE.as_bytes()[..length]), Err(ImportError::Damaged)), "{length}");
        }
    }

    #[test]
    fn entities_of_a_files_own_are_not_followed() {
        let laughs =
            "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><map><string name=\"x\">&b;</string></map>";
        assert!(matches!(Preferences::read(laughs.as_bytes()), Err(ImportError::Damaged)));
        assert!(matches!(Preferences::read(b"<map><string name=\"x\">&b;</string></map>"), Err(ImportError::Damaged)));
        let deep = "<map>".repeat(100_000);
        assert!(matches!(Preferences::read(deep.as_bytes()), Err(ImportError::Damaged)));
    }
}
