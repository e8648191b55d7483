//! The XML document: groups, entries, their texts. What counts is found in one pass, since protected values are one
//! stream in the document's order.

use quick_xml::Reader;
use quick_xml::events::Event;
use zeroize::Zeroizing;

use super::super::ImportError;
use super::super::found::Found;
use super::super::preferences::resolve;
use super::codes::Fields;
use super::payload::Document;
use crate::secret::SecretText;

/// Groups may lie in groups; nobody has so many.
const MAX_DEPTH: usize = 128;

/// An element that is open: what it is called, and whether its text is protected.
struct Open {
    name: Vec<u8>,
    protected: bool,
    text: Zeroizing<String>,
}

/// A group that is open.
#[derive(Default)]
struct Group {
    uuid: String,
    name: String,
}

/// Where the walk stands.
#[derive(Default)]
struct Walk {
    open: Vec<Open>,
    groups: Vec<Group>,
    /// In `History`: earlier states of an entry.
    history: usize,
    entry: Option<Fields>,
    key: String,
    value: SecretText,
    bin: Option<String>,
    number: usize,
}

/// Reads every entry with a one-time code.
///
/// # Errors
/// [`ImportError::Damaged`] for what no KeePass writes, [`ImportError::TooManyEntries`].
pub(super) fn read(mut document: Document, found: &mut Found<'_>) -> Result<(), ImportError> {
    let text = core::str::from_utf8(&document.xml).map_err(|_| ImportError::Damaged)?;
    let mut reader = Reader::from_str(text.trim_start_matches('\u{feff}'));
    reader.config_mut().expand_empty_elements = true;
    let mut walk = Walk::default();
    loop {
        match reader.read_event().map_err(|_| ImportError::Damaged)? {
            Event::Start(tag) => {
                if walk.open.len() == MAX_DEPTH {
                    return Err(ImportError::Damaged);
                }
                let protected = tag.try_get_attribute("Protected").map_err(|_| ImportError::Damaged)?;
                let protected = protected.is_some_and(|protected| protected.value.eq_ignore_ascii_case(b"true"));
                let left = usize::try_from(reader.buffer_position()).ok().and_then(|position| text.get(position..));
                let length = left.and_then(|left| left.find('<')).unwrap_or(0);
                let text = Zeroizing::new(String::with_capacity(length));
                walk.start(Open { name: tag.name().as_ref().to_vec(), protected, text });
            }
            Event::End(_) => {
                let mut closed = walk.open.pop().ok_or(ImportError::Damaged)?;
                let mut value = SecretText::new(core::mem::take(&mut *closed.text));
                if closed.protected && !value.expose().trim().is_empty() {
                    value = document.protected.next(value.expose()).ok_or(ImportError::Damaged)?;
                }
                walk.end(&closed.name, value, found)?;
            }
            Event::Text(part) => walk.text(core::str::from_utf8(&part).map_err(|_| ImportError::Damaged)?),
            Event::CData(part) => walk.text(core::str::from_utf8(&part).map_err(|_| ImportError::Damaged)?),
            Event::GeneralRef(entity) => {
                let character = resolve(&entity).ok_or(ImportError::Damaged)?;
                walk.text(character.encode_utf8(&mut [0; 4]));
            }
            Event::DocType(_) => return Err(ImportError::Damaged),
            Event::Eof if walk.open.is_empty() => return Ok(()),
            Event::Eof => return Err(ImportError::Damaged),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) | Event::Empty(_) => {}
        }
    }
}

impl Walk {
    fn start(&mut self, open: Open) {
        match open.name.as_slice() {
            b"Group" => self.groups.push(Group::default()),
            b"History" => self.history += 1,
            b"Entry" if self.history == 0 => self.entry = Some(Fields::default()),
            _ => {}
        }
        self.open.push(open);
    }

    fn text(&mut self, text: &str) {
        if let Some(open) = self.open.last_mut() {
            open.text.push_str(text);
        }
    }

    fn end(&mut self, name: &[u8], value: SecretText, found: &mut Found<'_>) -> Result<(), ImportError> {
        let parent = self.open.last().map_or(&b""[..], |open| &open.name);
        match (parent, name) {
            (b"Meta", b"RecycleBinUUID") => self.bin = Some(value.expose().trim().to_owned()),
            (b"Group", b"UUID") => {
                if let Some(group) = self.groups.last_mut() {
                    value.expose().trim().clone_into(&mut group.uuid);
                }
            }
            (b"Group", b"Name") => {
                if let Some(group) = self.groups.last_mut() {
                    value.expose().trim().clone_into(&mut group.name);
                }
            }
            (_, b"Group") => {
                self.groups.pop();
            }
            (_, b"History") => self.history = self.history.saturating_sub(1),
            (b"String", b"Key") => value.expose().trim().clone_into(&mut self.key),
            (b"String", b"Value") => self.value = value,
            (b"Entry", b"String") if self.history == 0 => {
                let value = core::mem::take(&mut self.value);
                if let Some(entry) = &mut self.entry {
                    entry.put(&self.key, value);
                }
            }
            (_, b"Entry") if self.history == 0 => {
                if let Some(fields) = self.entry.take() {
                    self.entry_ends(&fields, found)?;
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn entry_ends(&mut self, fields: &Fields, found: &mut Found<'_>) -> Result<(), ImportError> {
        if !fields.has_codes() {
            return Ok(());
        }
        self.number += 1;
        let is_bin = |group: &Group| self.bin.as_ref().is_some_and(|bin| *bin == group.uuid);
        // The outermost group is the database itself, and the bin is none of the user's.
        let own = self.groups.get(1..).and_then(<[Group]>::last).filter(|group| !is_bin(group));
        let group = own.map(|group| group.name.clone()).filter(|name| !name.is_empty());
        let binned = self.groups.iter().any(is_bin);
        fields.put_into(group, |name, read| {
            if binned {
                found.binned(self.number, name, read, Vec::new())
            } else {
                found.entry(self.number, name, read)
            }
        })
    }
}
