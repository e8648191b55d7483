//! A record: its header of types, then its values.

use zeroize::Zeroizing;

use crate::secret::SecretText;

/// How a file writes texts.
#[derive(Clone, Copy)]
pub(super) enum Encoding {
    Utf8,
    Utf16Le,
    Utf16Be,
}

impl Encoding {
    /// By the number in the header; 0 in a file that has no table yet.
    pub(super) fn of(number: usize) -> Option<Self> {
        match number {
            0 | 1 => Some(Self::Utf8),
            2 => Some(Self::Utf16Le),
            3 => Some(Self::Utf16Be),
            _ => None,
        }
    }

    fn text(self, bytes: &[u8]) -> Option<SecretText> {
        let unit: fn([u8; 2]) -> u16 = match self {
            Self::Utf8 => return core::str::from_utf8(bytes).ok().map(SecretText::from),
            Self::Utf16Le => u16::from_le_bytes,
            Self::Utf16Be => u16::from_be_bytes,
        };
        let (pairs, []) = bytes.as_chunks::<2>() else { return None };
        let mut text = Zeroizing::new(String::with_capacity(pairs.len() * 3));
        for character in char::decode_utf16(pairs.iter().map(|pair| unit(*pair))) {
            text.push(character.ok()?);
        }
        Some(SecretText::new(core::mem::take(&mut *text)))
    }
}

/// A value of a row. Any text may be a secret.
enum Value {
    /// NULL; bytes and real numbers, which no app keeps anything in that matters; a text that is none.
    Nothing,
    /// A whole number.
    Integer(i64),
    /// A text.
    Text(SecretText),
}

/// A row under its columns' names.
pub(in super::super) struct Row<'t> {
    columns: &'t [String],
    values: Vec<Value>,
}

impl<'t> Row<'t> {
    /// Reads a record; `None` where it is none. Values beyond the columns are left alone.
    pub(super) fn read(record: &[u8], columns: &'t [String], encoding: Encoding) -> Option<Self> {
        let mut header = record;
        let header_size = usize::try_from(varint(&mut header)?).ok()?;
        let taken = record.len() - header.len();
        let mut header = record.get(taken..header_size)?;
        let mut body = record.get(header_size..)?;
        let mut values = Vec::new();
        while !header.is_empty() && values.len() < columns.len() {
            values.push(value(varint(&mut header)?, &mut body, encoding)?);
        }
        Some(Self { columns, values })
    }

    /// The value of a column; `Nothing` where the table or the row has none.
    fn get(&self, column: &str) -> &Value {
        let index = self.columns.iter().position(|name| name.eq_ignore_ascii_case(column));
        index.and_then(|index| self.values.get(index)).unwrap_or(&Value::Nothing)
    }

    /// A column's text.
    pub(in super::super) fn text(&self, column: &str) -> Option<&str> {
        match self.get(column) {
            Value::Text(text) => Some(text.expose()),
            _ => None,
        }
    }

    /// A column's whole number; one that is written as a text counts.
    pub(in super::super) fn integer(&self, column: &str) -> Option<i64> {
        match self.get(column) {
            Value::Integer(number) => Some(*number),
            Value::Text(text) => text.expose().trim().parse().ok(),
            _ => None,
        }
    }
}

/// A value by its serial type (section 2.1 of the format).
fn value(serial: u64, body: &mut &[u8], encoding: Encoding) -> Option<Value> {
    let mut take = |length: usize| {
        let (value, rest) = body.split_at_checked(length)?;
        *body = rest;
        Some(value)
    };
    Some(match serial {
        0 => Value::Nothing,
        1..=4 => Value::Integer(signed(take(usize::try_from(serial).ok()?)?)),
        5 => Value::Integer(signed(take(6)?)),
        6 => Value::Integer(signed(take(8)?)),
        7 => {
            take(8)?;
            Value::Nothing
        }
        8 => Value::Integer(0),
        9 => Value::Integer(1),
        10 | 11 => return None,
        blob if blob.is_multiple_of(2) => {
            take(usize::try_from((blob - 12) / 2).ok()?)?;
            Value::Nothing
        }
        text => {
            let bytes = take(usize::try_from((text - 13) / 2).ok()?)?;
            encoding.text(bytes).map_or(Value::Nothing, Value::Text)
        }
    })
}

/// A big-endian number in two's complement.
fn signed(bytes: &[u8]) -> i64 {
    let negative = bytes.first().is_some_and(|byte| byte & 0x80 != 0);
    bytes.iter().fold(if negative { -1 } else { 0 }, |sum, byte| sum << 8 | i64::from(*byte))
}

/// SQLite's number of 1 to 9 bytes, seven bits each and eight in the ninth.
pub(super) fn varint(bytes: &mut &[u8]) -> Option<u64> {
    let mut number = 0_u64;
    for index in 0..9 {
        let (byte, rest) = bytes.split_first()?;
        *bytes = rest;
        if index == 8 {
            return Some(number << 8 | u64::from(*byte));
        }
        number = number << 7 | u64::from(byte & 0x7F);
        if byte & 0x80 == 0 {
            return Some(number);
        }
    }
    None
}
