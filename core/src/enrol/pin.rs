//! The PINs of mOTP and Yandex.

use super::EnrolError;
use crate::secret::{Secret, SecretText};

/// mOTP: four digits mostly; servers take longer ones and letters too.
///
/// # Errors
/// [`EnrolError::NeedsPin`], [`EnrolError::BadPin`].
pub(super) fn motp(pin: Option<&SecretText>) -> Result<SecretText, EnrolError> {
    let pin = given(pin)?;
    if pin.len() > 32 || !pin.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(EnrolError::BadPin);
    }
    Ok(SecretText::from(pin))
}

/// Yandex: 4 to 16 digits. Yandex' own codes and Aegis carry them as Base32 (`GEZDGNA` is 1234), other apps plainly. The
/// two don't collide: the Base32 of a digit starts with G or H.
///
/// # Errors
/// [`EnrolError::NeedsPin`], [`EnrolError::BadPin`].
pub(super) fn yandex(pin: Option<&SecretText>) -> Result<SecretText, EnrolError> {
    let pin = given(pin)?;
    let digits = |text: &str| (4..=16).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
    if digits(pin) {
        return Ok(SecretText::from(pin));
    }
    let decoded = Secret::from_base32(pin).map_err(|_| EnrolError::BadPin)?;
    match core::str::from_utf8(decoded.expose()) {
        Ok(text) if digits(text) => Ok(SecretText::from(text)),
        _ => Err(EnrolError::BadPin),
    }
}

fn given(pin: Option<&SecretText>) -> Result<&str, EnrolError> {
    pin.map(|pin| pin.expose().trim()).filter(|pin| !pin.is_empty()).ok_or(EnrolError::NeedsPin)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn yandex_pins_plain_and_as_base32() {
        let read = |text: &str| yandex(Some(&SecretText::from(text)));
        assert_eq!(read("1234"), Ok(SecretText::from("1234")));
        assert_eq!(read("GEZDGNA"), Ok(SecretText::from("1234")));
        assert_eq!(read("2345"), Ok(SecretText::from("2345")));
        for wrong in ["123", "12345678901234567", "abcd", "GEZA", "١٢٣٤"] {
            assert_eq!(read(wrong), Err(EnrolError::BadPin), "{wrong}");
        }
        assert_eq!(read(" "), Err(EnrolError::NeedsPin));
        assert_eq!(yandex(None), Err(EnrolError::NeedsPin));
    }
}
