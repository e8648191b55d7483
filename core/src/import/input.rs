//! One file, and what several formats ask of it before any of them reads it.

use core::cell::OnceCell;

use super::ImportError;
use super::json::{Object, Value};

/// A file's bytes. Its outermost JSON is looked at once, however many formats ask.
pub(super) struct Input<'a> {
    /// As they were given.
    pub(super) bytes: &'a [u8],
    json: OnceCell<Result<Value<'a>, ImportError>>,
    object: OnceCell<Option<Object<'a>>>,
}

impl<'a> Input<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, json: OnceCell::new(), object: OnceCell::new() }
    }

    /// The file as JSON.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] where it is none.
    pub(super) fn json(&self) -> Result<Value<'a>, ImportError> {
        self.json.get_or_init(|| Value::parse(self.bytes)).clone()
    }

    /// The file as one JSON object; `None` where it is none.
    pub(super) fn object(&self) -> Option<&Object<'a>> {
        self.object.get_or_init(|| self.json().ok().and_then(Value::object)).as_ref()
    }

    /// The same for a reader that was chosen.
    ///
    /// # Errors
    /// [`ImportError::Damaged`].
    pub(super) fn whole_object(&self) -> Result<&Object<'a>, ImportError> {
        self.object().ok_or(ImportError::Damaged)
    }

    /// Whether it starts like JSON, whatever comes of it.
    pub(super) fn is_like_json(&self) -> bool {
        let bytes = self.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(self.bytes);
        matches!(bytes.trim_ascii_start().first(), Some(b'{' | b'['))
    }
}
