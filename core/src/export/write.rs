//! What several formats write alike.

use serde::Serialize;
use zeroize::Zeroizing;

use super::ExportError;
use crate::vault::wiped::Wiped;

/// A value as JSON, in memory that is wiped; `tokens` says how much room to take at once.
pub(super) fn json(value: &impl Serialize, tokens: usize) -> Result<Zeroizing<Vec<u8>>, ExportError> {
    let mut bytes = Wiped::with_capacity(4096 + tokens * 512);
    serde_json::to_writer(&mut bytes, value).map_err(|_| ExportError::TooLarge)?;
    Ok(bytes.into_inner())
}

/// 16 bytes, shown as 32 hexadecimal digits, as a UUID is written.
pub(super) fn uuid(id: &impl ToString) -> String {
    let digits = id.to_string();
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    [part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32)].join("-")
}
