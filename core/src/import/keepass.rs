//! KeePass' databases: KDBX 4 and 3.1, opened with their password, and the one-time codes of their entries.
//!
//! Read here and not by a crate: what a file asks for its key (Argon2's memory, AES rounds, what it unpacks to) is known
//! and bounded before it is paid, and the tree below phones stays small. Format: <https://keepass.info/help/kb/kdbx.html>.

mod codes;
mod entries;
mod header;
mod key;
mod payload;
mod protected;

use super::ImportError;
use super::found::Found;
use super::input::Input;
use crate::secret::SecretText;
use header::Header;

/// Whether a file begins like one, of whichever version.
pub(super) fn fits(input: &Input<'_>) -> bool {
    header::is_keepass(input.bytes)
}

/// Reads every entry that has a one-time code and is not in the recycle bin.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let header = Header::read(input.bytes)?;
    let password = password.ok_or(ImportError::NeedsPassword)?;
    entries::read(payload::open(&header, input.bytes, password)?, found)
}

#[cfg(test)]
mod tests;
