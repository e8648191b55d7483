//! Steam Guard: HOTP's truncated number, written in an alphabet without look-alikes instead of decimal digits.
//!
//! Valve publishes no description; this is how its app behaves (protocol known from ValvePython/steam and Aegis).

use super::{Code, hotp};
use crate::secret::Secret;
use crate::token::{Algorithm, Period};

const ALPHABET: &[u8; 26] = b"23456789BCDFGHJKMNPQRTVWXY";
const LENGTH: usize = 5;

/// The code of the half minute that a Unix time lies in: HMAC-SHA-1, five characters, least significant first.
///
/// ```
/// use smartotp_core::code::steam;
/// use smartotp_core::secret::Secret;
///
/// let secret = Secret::from_base32("STEAMKEY")?;
/// assert_eq!(steam::code(&secret, 1_742_298_317).as_str(), "VKFDN");
/// # Ok::<(), smartotp_core::secret::SecretError>(())
/// ```
#[must_use]
pub fn code(secret: &Secret, unix: u64) -> Code {
    let mut rest = hotp::mac(secret.expose(), Algorithm::Sha1, Period::THIRTY.step(unix), hotp::truncate);
    let mut characters = vec![0; LENGTH];
    for character in &mut characters {
        *character = ALPHABET[(rest % 26) as usize];
        rest /= 26;
    }
    Code::letters(characters)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secret: &str, unix: u64) -> String {
        code(&Secret::from_base32(secret).unwrap(), unix).as_str().to_owned()
    }

    #[test]
    fn two_codes_of_a_real_account() {
        assert_eq!(at("63BEDWCQZKTQWPESARIERL5DTTQFCJTK", 1_511_200_518), "FR8RV");
        assert_eq!(at("63BEDWCQZKTQWPESARIERL5DTTQFCJTK", 1_511_200_714), "9P3VP");
    }

    #[test]
    fn steamkey() {
        assert_eq!(at("STEAMKEY", 1_742_298_317), "VKFDN");
        assert_eq!(at("STEAMKEY", 1_742_298_622), "NTK5M");
    }
}
