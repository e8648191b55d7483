//! Pictures of QR codes: photos, screenshots, several codes in one.

use super::ImportError;
use super::found::Found;
use crate::qr::read::{Budget, picture};
use crate::secret::SecretText;

/// Whether a file starts like a picture.
pub(super) fn fits(bytes: &[u8]) -> bool {
    image::guess_format(bytes).is_ok()
}

/// Reads every code for itself; codes that are no enrolments are unreadable entries.
pub(super) fn read(bytes: &[u8], _password: Option<&SecretText>) -> Result<Found, ImportError> {
    let mut found = Found::default();
    for (number, text) in (1..).zip(picture(bytes, Budget::PICTURE)?) {
        found.text(number, SecretText::new(text).expose())?;
    }
    Ok(found)
}
