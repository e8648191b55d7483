//! A file descriptor that was handed to this program under a number.

use std::fs::File;
use std::io;
use std::os::fd::{BorrowedFd, RawFd};

/// A duplicate of an open descriptor, so that closing it closes none of ours.
///
/// # Errors
/// When no descriptor is open under that number.
#[allow(unsafe_code)]
pub(crate) fn duplicate(number: u32) -> io::Result<File> {
    let number = RawFd::try_from(number).map_err(|_| io::Error::from(io::ErrorKind::InvalidInput))?;
    // SAFETY: the borrow ends with this statement and nothing is read through it; for a number that is not open the
    // system's dup answers EBADF. The standard library has no other way to a descriptor that it did not open.
    let duplicate = unsafe { BorrowedFd::borrow_raw(number) }.try_clone_to_owned()?;
    Ok(File::from(duplicate))
}
