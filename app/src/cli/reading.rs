//! Files and standard input, bounded before they are read.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use smartotp_core::import;

use super::failure::{Exit, Failure, reason};
use super::output::visible;

/// More than any picture or export that is read.
const LARGEST: u64 = import::MAX_BYTES as u64;

/// A file's bytes; `-` is standard input.
pub(super) fn input(path: &Path) -> Result<Vec<u8>, Failure> {
    let is_standard = path.as_os_str() == "-";
    let unreadable = |error: &io::Error| {
        let reason = reason(error);
        let message = if is_standard {
            tr!("Standard input can't be read: {reason}.", reason = reason)
        } else {
            tr!("{file} can't be read: {reason}.", file = visible(&path.display().to_string()), reason = reason)
        };
        Failure::new(Exit::Unreadable, "unreadable_file", message)
    };
    let bytes = if is_standard { bounded(io::stdin().lock()) } else { File::open(path).and_then(bounded) };
    bytes.map_err(|error| unreadable(&error))
}

fn bounded(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    reader.take(LARGEST + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST {
        return Err(io::Error::new(io::ErrorKind::FileTooLarge, tr!("it is larger than 64 MiB")));
    }
    Ok(bytes)
}
