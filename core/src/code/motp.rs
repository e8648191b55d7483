//! Mobile-OTP (motp.sourceforge.net): MD5 over time, key and PIN.
//!
//! ```text
//! decimal(unix / 10) || lower-case hex(secret) || PIN  ──MD5──►  first six hexadecimal digits
//! ```
//!
//! MD5 is what the protocol is; its broken collision resistance does not matter here, its 24-bit codes do.

use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use zeroize::Zeroizing;

use super::Code;
use crate::secret::{Secret, SecretText};

/// Length of a step, in seconds.
const STEP: u64 = 10;
/// How many bytes of the hash are shown, two digits each.
const SHOWN: usize = 3;

/// The code of the ten seconds that a Unix time lies in.
///
/// ```
/// use smartotp_core::code::motp;
/// use smartotp_core::secret::Secret;
///
/// let secret = Secret::from_hex("e3152afee62599c8")?;
/// assert_eq!(motp::code(&secret, &"1234".into(), 123_456_789).as_str(), "4ebfb2");
/// # Ok::<(), smartotp_core::secret::SecretError>(())
/// ```
#[must_use]
pub fn code(secret: &Secret, pin: &SecretText, unix: u64) -> Code {
    let key = Zeroizing::new(HEXLOWER.encode(secret.expose()));
    let hash = Md5::new()
        .chain_update((unix / STEP).to_string())
        .chain_update(key.as_bytes())
        .chain_update(pin.expose())
        .finalize();
    let shown = hash.first_chunk::<SHOWN>().copied().unwrap_or_default();
    Code::letters(HEXLOWER.encode(&shown))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(secret: &str, pin: &str, unix: u64) -> String {
        code(&Secret::from_hex(secret).unwrap(), &pin.into(), unix).as_str().to_owned()
    }

    #[test]
    fn pin_1234() {
        assert_eq!(at("e3152afee62599c8", "1234", 165_892_298), "e7d8b6");
        assert_eq!(at("e3152afee62599c8", "1234", 123_456_789), "4ebfb2");
    }

    #[test]
    fn pin_9999_two_seconds_apart_in_one_step() {
        assert_eq!(at("bbb1912bb5c515be", "9999", 1_659_540_020), "ced7b1");
        assert_eq!(at("bbb1912bb5c515be", "9999", 1_659_540_022), "ced7b1");
    }

    #[test]
    fn pin_5555_at_the_epoch_and_in_2001() {
        assert_eq!(at("7ac61d4736f51a2b", "5555", 0), "c42a26");
        assert_eq!(at("7ac61d4736f51a2b", "5555", 1_000_000_000), "4af383");
    }

    #[test]
    fn a_key_typed_in_capitals_is_the_same_key() {
        assert_eq!(at("E3152AFEE62599C8", "1234", 123_456_789), "4ebfb2");
    }
}
