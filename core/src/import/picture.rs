//! Pictures of QR codes: photos, screenshots, several codes in one.

use super::ImportError;
use super::found::Found;
use super::input::Input;
use crate::qr::read::{Budget, picture};
use crate::secret::SecretText;

/// Whether a file starts like a picture.
pub(super) fn fits(input: &Input<'_>) -> bool {
    image::guess_format(input.bytes).is_ok()
}

/// Reads every code for itself; codes that are no enrolments are unreadable entries.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    for (number, text) in (1..).zip(picture(input.bytes, Budget::PICTURE)?) {
        found.text(number, SecretText::new(text).expose())?;
    }
    Ok(())
}
