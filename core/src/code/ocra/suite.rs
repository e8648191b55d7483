//! The OCRA suite: which inputs go into an answer, and how.

use core::{fmt, str::FromStr};

/// A parsed suite, which keeps its text verbatim: the text itself is hashed (`QN8` is not `QN08`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Suite {
    text: String,
}

/// Why a text is no suite.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SuiteError {
    /// Not `version:function:inputs`.
    #[error("not an OCRA suite")]
    Shape,
}

impl Suite {
    /// Whether a counter goes in.
    #[must_use]
    pub fn has_counter(&self) -> bool {
        todo!()
    }
}

impl FromStr for Suite {
    type Err = SuiteError;
    fn from_str(_text: &str) -> Result<Self, SuiteError> {
        todo!()
    }
}

impl fmt::Display for Suite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}
