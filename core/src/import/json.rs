//! JSON that is looked at only where a reader asks, one level at a time.
//!
//! Nothing is built for what nobody reads, depth costs no stack, an entry that is not as it should be fails alone, and
//! a secret goes from the file's own memory straight into memory that is wiped, escapes included.

use std::borrow::Cow;

use serde::Deserialize;
use serde::de::{Deserializer as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;
use zeroize::Zeroizing;

use super::ImportError;
use super::bounds::{MAX_ENTRIES, MAX_MEMBERS};
use crate::enrol::EnrolError;
use crate::secret::SecretText;

/// One JSON value: its text, known to be well-formed.
#[derive(Clone, Copy)]
pub(super) struct Value<'a>(&'a str);

/// The members of an object, in order.
pub(super) struct Object<'a>(Vec<(Cow<'a, str>, Value<'a>)>);

impl<'a> Value<'a> {
    /// A whole file, or what lay encrypted in one.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] where it is no JSON.
    pub(super) fn parse(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
        serde_json::from_slice::<&RawValue>(bytes).map(Self::of).map_err(|_| ImportError::Damaged)
    }

    fn of(raw: &'a RawValue) -> Self {
        Self(raw.get())
    }

    /// As an object; `None` where it is none, or has more members than any real one.
    pub(super) fn object(self) -> Option<Object<'a>> {
        serde_json::Deserializer::from_str(self.0).deserialize_map(Members).ok().map(Object)
    }

    /// As a list.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] where it is none, [`ImportError::TooManyEntries`].
    pub(super) fn list(self) -> Result<Vec<Value<'a>>, ImportError> {
        let (list, more) =
            serde_json::Deserializer::from_str(self.0).deserialize_seq(Elements).map_err(|_| ImportError::Damaged)?;
        if more { Err(ImportError::TooManyEntries) } else { Ok(list) }
    }

    /// Whether it is `null`.
    pub(super) fn is_null(self) -> bool {
        self.0 == "null"
    }

    /// As a truth.
    pub(super) fn bool(self) -> Option<bool> {
        match self.0 {
            "true" => Some(true),
            "false" => Some(false),
            _ => None,
        }
    }

    /// As a whole number, in quotes or not.
    pub(super) fn number(self) -> Option<u64> {
        let digits = self.0.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(self.0).trim();
        let digits = digits.strip_suffix(".0").unwrap_or(digits);
        if digits.bytes().all(|b| b.is_ascii_digit()) { digits.parse().ok() } else { None }
    }

    /// As a whole number with a sign.
    pub(super) fn signed(self) -> Option<i64> {
        self.0.parse().ok()
    }

    /// As text.
    pub(super) fn text(self) -> Option<SecretText> {
        let inner = self.0.strip_prefix('"')?.strip_suffix('"')?;
        Some(if inner.contains('\\') { unescape(inner) } else { SecretText::from(inner) })
    }

    /// As text that may be shown.
    pub(super) fn string(self) -> Option<String> {
        self.text().map(|text| text.expose().to_owned())
    }
}

impl<'a> Object<'a> {
    /// A member's value; `null` counts as absent. Of several with the same name the last one counts, as everywhere.
    pub(super) fn get(&self, name: &str) -> Option<Value<'a>> {
        let found = self.0.iter().rev().find(|(known, _)| known == name);
        found.map(|(_, value)| *value).filter(|value| !value.is_null())
    }

    /// Whether there is a member of that name, `null` or not.
    pub(super) fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// Whether it has all of these members.
    pub(super) fn has_all(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.has(name))
    }

    /// Every member, in order.
    pub(super) fn members(&self) -> impl Iterator<Item = (&str, Value<'a>)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), *value))
    }

    /// A member that is an object.
    pub(super) fn object(&self, name: &str) -> Option<Object<'a>> {
        self.get(name)?.object()
    }

    /// The elements of a list; none where the member is absent.
    ///
    /// # Errors
    /// [`ImportError::Damaged`], [`ImportError::TooManyEntries`].
    pub(super) fn list(&self, name: &str) -> Result<Vec<Value<'a>>, ImportError> {
        self.get(name).map_or_else(|| Ok(Vec::new()), Value::list)
    }

    /// Text that may be a secret.
    pub(super) fn text(&self, name: &str) -> Option<SecretText> {
        self.get(name)?.text()
    }

    /// Text that may be shown; empty where there is none.
    pub(super) fn string(&self, name: &str) -> String {
        self.get(name).and_then(Value::string).unwrap_or_default()
    }

    /// A truth; `false` where there is none.
    pub(super) fn bool(&self, name: &str) -> bool {
        self.get(name).and_then(Value::bool).unwrap_or_default()
    }

    /// A number of an entry.
    ///
    /// # Errors
    /// [`EnrolError::BadNumber`] where it is there and no number.
    pub(super) fn number(&self, name: &str) -> Result<Option<u64>, EnrolError> {
        let Some(value) = self.get(name) else { return Ok(None) };
        value.number().map(Some).ok_or_else(|| EnrolError::BadNumber { parameter: name.to_owned() })
    }

    /// A number of the file itself.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] where it is missing or no number.
    pub(super) fn required(&self, name: &str) -> Result<u64, ImportError> {
        self.get(name).and_then(Value::number).ok_or(ImportError::Damaged)
    }
}

/// JSON's escapes, resolved into wiped memory. The text is known to be well-formed; half a surrogate becomes U+FFFD.
pub(crate) fn unescape(text: &str) -> SecretText {
    // An escape is never shorter than what it stands for, so nothing grows.
    let mut plain = Zeroizing::new(String::with_capacity(text.len() + 3));
    let mut rest = text.chars();
    let mut high: Option<u16> = None;
    while let Some(c) = rest.next() {
        let unit = match c {
            '\\' => match rest.next() {
                Some('u') => {
                    (0..4).try_fold(0, |unit, _| Some(unit << 4 | u16::try_from(rest.next()?.to_digit(16)?).ok()?))
                }
                Some('n') => Some(0x0A),
                Some('t') => Some(0x09),
                Some('r') => Some(0x0D),
                Some('b') => Some(0x08),
                Some('f') => Some(0x0C),
                Some(other) => u16::try_from(u32::from(other)).ok(),
                None => None,
            },
            plain_character => {
                if high.take().is_some() {
                    plain.push(char::REPLACEMENT_CHARACTER);
                }
                plain.push(plain_character);
                continue;
            }
        };
        let unit = unit.unwrap_or(0xFFFD);
        let pair = high.take();
        if let Some(decoded) = pair.and_then(|high| char::decode_utf16([high, unit]).next()?.ok()) {
            plain.push(decoded);
            continue;
        }
        if pair.is_some() {
            plain.push(char::REPLACEMENT_CHARACTER);
        }
        match unit {
            0xD800..=0xDBFF => high = Some(unit),
            unit => plain.push(char::from_u32(unit.into()).unwrap_or(char::REPLACEMENT_CHARACTER)),
        }
    }
    if high.is_some() {
        plain.push(char::REPLACEMENT_CHARACTER);
    }
    SecretText::new(core::mem::take(&mut *plain))
}

struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(Cow<'de, str>, Value<'de>)>;

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &RawValue>()? {
            if members.len() == MAX_MEMBERS {
                return Err(serde::de::Error::custom("too many members"));
            }
            members.push((name, Value::of(value)));
        }
        Ok(members)
    }
}

/// Borrowed where it has no escapes.
#[derive(Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

struct Elements;

impl<'de> Visitor<'de> for Elements {
    /// The elements, and whether there are more than are ever taken.
    type Value = (Vec<Value<'de>>, bool);

    fn expecting(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("a list")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
        let mut elements = Vec::new();
        while let Some(value) = list.next_element::<&RawValue>()? {
            if elements.len() == MAX_ENTRIES {
                while list.next_element::<IgnoredAny>()?.is_some() {}
                return Ok((elements, true));
            }
            elements.push(Value::of(value));
        }
        Ok((elements, false))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Value<'_> {
        Value::parse(text.as_bytes()).expect("JSON")
    }

    #[test]
    fn one_level_at_a_time() {
        let object =
            parse("\u{feff} {\"a\":[1,{\"b\":2}],\"c\":null,\"d\":\"x\",\"d\":\"y\",\"n\":\"7\"} ").object().unwrap();
        assert_eq!(object.list("a").unwrap()[1].object().unwrap().number("b"), Ok(Some(2)));
        assert!(object.get("c").is_none() && object.has("c") && object.list("c").unwrap().is_empty());
        assert_eq!((object.string("d").as_str(), object.number("n")), ("y", Ok(Some(7))));
        assert!(object.number("a").is_err() && object.required("zz").is_err());
        assert!(object.list("d").is_err() && parse("[]").object().is_none());
    }

    #[test]
    fn escapes() {
        let text = |json: &str| parse(json).string();
        assert_eq!(text(r#""otpauth:\/\/a\u003db""#).as_deref(), Some("otpauth://a=b"));
        assert_eq!(text(r#""\"\\\n\t\u00e9\ud83d\ude00é""#).as_deref(), Some("\"\\\n\té😀é"));
        assert_eq!(text(r#""\ud83dx\ud83d""#).as_deref(), Some("\u{fffd}x\u{fffd}"));
        assert_eq!(text(r#""\ud83d\ud83d\ude00\ude00""#).as_deref(), Some("\u{fffd}😀\u{fffd}"));
        assert_eq!(text("12"), None);
    }

    #[test]
    fn what_is_no_json_is_damaged() {
        for text in ["", "{", "{\"a\":1", "[1,]", "nul", "{} x", "\u{1}"] {
            assert_eq!(Value::parse(text.as_bytes()).err(), Some(ImportError::Damaged), "{text}");
        }
        assert_eq!(Value::parse(b"\"\xff\"").err(), Some(ImportError::Damaged));
    }

    #[test]
    fn depth_costs_no_stack_and_counts_are_bounded() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(parse(&deep).object().unwrap().list("a").is_ok());
        let many = format!("[{}0]", "0,".repeat(MAX_ENTRIES));
        assert_eq!(parse(&many).list().err(), Some(ImportError::TooManyEntries));
        let members: String = (0..=MAX_MEMBERS).map(|n| format!("\"{n}\":0,")).collect();
        assert!(parse(&format!("{{{members}\"x\":0}}")).object().is_none());
    }

    proptest::proptest! {
        #[test]
        fn escapes_agree_with_serde(text in ".{0,40}") {
            let json = serde_json::to_string(&text).unwrap();
            proptest::prop_assert_eq!(parse(&json).string(), Some(text));
        }
    }
}
