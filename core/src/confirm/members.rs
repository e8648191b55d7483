//! The members of a JSON object in order, none lost: of two with one name an ordinary reader would keep the last in
//! silence, and the screen would show less than the text says.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer as _, Error as _, MapAccess, Visitor};
use serde_json::value::RawValue;

/// More members than any real challenge has.
const MOST: usize = 64;

/// Name and the value's own JSON text.
pub(super) type Members<'a> = Vec<(Cow<'a, str>, &'a str)>;

/// Reads an object one level deep; `None` where it is none.
pub(super) fn read(text: &str) -> Option<Members<'_>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_map(InOrder).ok()?;
    reader.end().ok()?;
    Some(members)
}

/// A value as it is shown: text without its quotes, a number or truth as written. `None`: `null`, a list, an object.
pub(super) fn plain(value: &str) -> Option<String> {
    match value.as_bytes().first()? {
        b'"' => serde_json::from_str(value).ok(),
        b'{' | b'[' => None,
        _ if value == "null" => None,
        _ => Some(value.to_owned()),
    }
}

struct InOrder;

/// A name, borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

impl<'de> Visitor<'de> for InOrder {
    type Value = Members<'de>;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
            if members.len() == MOST {
                return Err(A::Error::custom("too many members"));
            }
            members.push((name, value.get()));
        }
        Ok(members)
    }
}
