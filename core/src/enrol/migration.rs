//! Google Authenticator's export codes (`otpauth-migration://offline?data=`), one or many parts.

use super::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::Token;

/// One scanned code of an export.
#[derive(Debug)]
pub struct Part {
    /// What it holds: each entry is a token, or the reason why it is none.
    pub entries: Vec<Result<Enrolment, EnrolError>>,
    /// Which part it is, from 0.
    pub index: u32,
    /// How many parts there are.
    pub of: u32,
    /// Which export it belongs to; may be negative, and is 0 where the export has none.
    pub batch: i64,
}

/// Collects the parts of one export in any order.
#[derive(Debug, Default)]
pub struct Collector {}

/// Where a collection stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// How many parts are in.
    pub have: u32,
    /// How many there are.
    pub of: u32,
    /// Whether the part that just came started a new collection (another export was begun before).
    pub restarted: bool,
}

impl Collector {
    /// Takes a part up; a part that is in already changes nothing.
    pub fn add(&mut self, _part: Part) -> Progress {
        todo!()
    }

    /// Everything collected so far, in the export's order; leaves the collector empty.
    pub fn take(&mut self) -> Vec<Result<Enrolment, EnrolError>> {
        todo!()
    }
}

/// Writes tokens as export codes, at most ten tokens a code. Only TOTP and HOTP of 6 or 8 digits and 30 s fit; the
/// others come back as the indices that were left out.
#[must_use]
pub fn write(_tokens: &[&Token], _batch: i32) -> (Vec<SecretText>, Vec<usize>) {
    todo!()
}
