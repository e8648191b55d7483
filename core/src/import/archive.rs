//! Zip archives: what WinAuth, Authenticator Plus, Raivo and Proton Pass wrap their exports in, with a password or
//! without. Each file in it is read as if it had come alone.

use std::io::{Cursor, Read as _};

use zeroize::Zeroizing;
use zip::result::ZipError;
use zip::{ZipArchive, read::ZipReadOptions};

use super::detect;
use super::found::Found;
use super::input::Input;
use super::{ImportError, MAX_BYTES};
use crate::secret::SecretText;

/// Exports have one file, or one and a few pictures.
const MAX_FILES: usize = 1_000;
/// No deflate stream unpacks to more of its length.
const MAX_RATIO: u64 = 1_032;

/// Whether it begins like an archive; an empty one has an end only.
pub(super) fn fits(input: &Input<'_>) -> bool {
    [b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08"].iter().any(|start| input.bytes.starts_with(*start))
}

/// Reads every file whose format is known. Pages and pictures only count where nothing else does: apps put them beside
/// their data, with the same tokens.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    bound(input.bytes)?;
    let mut archive = ZipArchive::new(Cursor::new(input.bytes)).map_err(error)?;
    if archive.is_empty() {
        return Err(ImportError::Empty);
    }
    let mut left = MAX_BYTES;
    let mut failed = None;
    let mut pages = Vec::new();
    for index in 0..archive.len() {
        let Some(bytes) = unpack(&mut archive, index, password, &mut left)? else { continue };
        if detect::is_page(&bytes) {
            pages.push(bytes);
        } else {
            one(&bytes, password, found, &mut failed)?;
        }
    }
    for bytes in pages {
        if found.is_empty() {
            one(&bytes, password, found, &mut failed)?;
        }
    }
    match failed {
        Some(error) if found.is_empty() && found.entries() == 0 => Err(error),
        _ => Ok(()),
    }
}

/// Reads one file. One that gives nothing takes no other down, and is an error where all are like it.
fn one(
    bytes: &[u8],
    password: Option<&SecretText>,
    found: &mut Found<'_>,
    failed: &mut Option<ImportError>,
) -> Result<(), ImportError> {
    match detect::read_inside(bytes, password, found) {
        Err(error @ (ImportError::TooManyEntries | ImportError::Cancelled)) => Err(error),
        Err(error) => {
            // What is nobody's says less than what went wrong with somebody's.
            if failed.as_ref().is_none_or(|known| *known == ImportError::Unknown) {
                *failed = Some(error);
            }
            Ok(())
        }
        Ok(()) => Ok(()),
    }
}

/// Counts before the archive is opened: each entry costs memory.
fn bound(bytes: &[u8]) -> Result<(), ImportError> {
    const END: usize = 22;
    let from = bytes.len().saturating_sub(END + usize::from(u16::MAX));
    let tail = bytes.get(from..).unwrap_or_default();
    let end = tail.windows(END).rev().find(|window| window.starts_with(b"PK\x05\x06")).ok_or(ImportError::Damaged)?;
    let count = end.get(10..12).and_then(|count| count.try_into().ok()).map_or(0, u16::from_le_bytes);
    let records = bytes.windows(4).filter(|window| window == b"PK\x01\x02").take(MAX_FILES + 1).count();
    if usize::from(count) > MAX_FILES || records > MAX_FILES { Err(ImportError::TooManyEntries) } else { Ok(()) }
}

/// A file's bytes; `None` for a folder.
fn unpack(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    password: Option<&SecretText>,
    left: &mut usize,
) -> Result<Option<Zeroizing<Vec<u8>>>, ImportError> {
    let encrypted = archive.by_index_raw(index).map_err(error)?.encrypted();
    if encrypted && password.is_none() {
        return Err(ImportError::NeedsPassword);
    }
    // Its own check lets one wrong password of 256 through, and the sum over the bytes tells the rest; AES has an HMAC.
    let is_old_cipher = encrypted && archive.get_aes_verification_key_and_salt(index).map_err(error)?.is_none();
    let password = password.filter(|_| encrypted).map(|password| password.expose().as_bytes());
    let options = ZipReadOptions::new().password(password);
    let file = archive.by_index_with_options(index, options).map_err(error)?;
    if !file.is_file() {
        return Ok(None);
    }
    let size = super::bounds::unpacked(file.size())?;
    if size > *left || file.size() > file.compressed_size().saturating_mul(MAX_RATIO).saturating_add(MAX_RATIO) {
        return Err(ImportError::Cost);
    }
    // Reserved whole, so that no growth leaves unwiped copies behind.
    let mut bytes = Zeroizing::new(Vec::with_capacity(size + 1));
    let limit = u64::try_from(*left).unwrap_or(u64::MAX).saturating_add(1);
    file.take(limit)
        .read_to_end(&mut bytes)
        .map_err(|_| if is_old_cipher { ImportError::WrongPassword } else { ImportError::Damaged })?;
    *left = left.checked_sub(bytes.len()).ok_or(ImportError::Cost)?;
    Ok(Some(bytes))
}

fn error(error: ZipError) -> ImportError {
    match error {
        ZipError::InvalidPassword => ImportError::WrongPassword,
        ZipError::UnsupportedArchive(_) | ZipError::CompressionMethodNotSupported(_) => {
            ImportError::Unsupported { what: "zip method" }
        }
        _ => ImportError::Damaged,
    }
}

#[cfg(test)]
mod tests;
