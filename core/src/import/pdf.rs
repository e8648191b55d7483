//! PDF documents that hold enrolments: printed vaults and saved pages. URIs in texts and links are taken; where there are
//! none, the codes in the document's pictures.
//!
//! A document is not followed object by object: every stream says itself what it is (ISO 32000-1, 7.3.8), so one pass over
//! the file finds texts and pictures of damaged documents too, and costs what the file is long.

mod filters;
mod image;
mod strings;

use zeroize::Zeroizing;

use super::found::Found;
use super::input::Input;
use super::scan::{self, Pictures};
use super::{ImportError, MAX_BYTES};
use crate::secret::SecretText;
use filters::Stream;

/// Whether it is one; up to a kilobyte of anything may come first.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let start = input.bytes.get(..input.bytes.len().min(1024)).unwrap_or_default();
    start.windows(5).any(|window| window == b"%PDF-")
}

/// Reads the document's URIs, each once, or the codes in its pictures where it has none.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    // What is cut has no end, and may have lost any number of entries.
    let tail = input.bytes.get(input.bytes.len().saturating_sub(2048)..).unwrap_or_default();
    if !tail.windows(5).any(|window| window == b"%%EOF") {
        return Err(ImportError::Damaged);
    }
    if input.bytes.windows(9).any(|window| window == b"/Encrypt ") {
        return Err(ImportError::Unsupported { what: "encrypted PDF" });
    }
    let mut texts = Texts::default();
    let mut images = Vec::new();
    let mut left = MAX_BYTES;
    let mut rest = input.bytes;
    while let Some((between, stream, after)) = Stream::next(rest) {
        texts.add(&strings::texts(between, true), found)?;
        rest = after;
        if stream.is_image() {
            images.push(stream);
        } else if let Some(plain) = stream.decode(&mut left)? {
            texts.add(&strings::texts(&plain, stream.is_of_objects()), found)?;
        }
    }
    texts.add(&strings::texts(rest, true), found)?;
    if found.entries() > 0 {
        return Ok(());
    }
    let mut pictures = Pictures::default();
    for stream in images {
        image::read(&stream, &mut left, &mut pictures, found)?;
    }
    pictures.end(found)
}

/// URIs, each once.
#[derive(Default)]
struct Texts(std::collections::HashSet<[u8; 32]>);

impl Texts {
    fn add(&mut self, text: &Zeroizing<String>, found: &mut Found<'_>) -> Result<(), ImportError> {
        for uri in scan::uris(text, |_| false) {
            if self.0.insert(scan::digest(uri)) {
                found.text(self.0.len(), uri)?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests;
