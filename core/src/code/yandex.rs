//! Yandex Key: HMAC-SHA-256 under a hash of PIN and secret, written in eight letters.
//!
//! ```text
//! SHA-256(PIN || first 16 bytes of the secret), less one leading zero byte if there is one
//!    └─ key ─► HMAC-SHA-256(unix / 30) ─► 8 bytes at the offset in its last nibble, top bit dropped
//!                                            └─► mod 26^8, in base 26, `a` for 0
//! ```
//!
//! Yandex publishes no description; this is what open implementations agree on (KeeYaOtp was the first, Aegis tests
//! against real codes).

use ring::digest;
use totp_rs::Builder;

use super::{Code, CodeError};
use crate::secret::{Secret, SecretText};
use crate::token::Period;

/// The part of a secret that codes are made from, in bytes. QR codes carry just this.
const KEY_LEN: usize = 16;
/// A secret as the site shows it for typing, in bytes: the key, account data, and 12 bits of checksum at the end.
const TYPED_LEN: usize = 26;
const CHECKSUM_BITS: usize = 12;
/// x^12 + x^11 + x^7 + x^6 + x^5 + x^4 + x + 1: found out by others, and right for every published secret.
const POLYNOMIAL: u16 = 0b1_1000_1111_0011;
/// Length of a code.
const LETTERS: usize = 8;

/// The code of the half minute that a Unix time lies in.
///
/// ```
/// use smartotp_core::code::yandex;
/// use smartotp_core::secret::Secret;
///
/// let secret = Secret::from_base32("6SB2IKNM6OBZPAVBVTOHDKS4FAAAAAAADFUTQMBTRY")?;
/// let code = yandex::code(&secret, &"5239".into(), 1_641_559_648);
/// assert_eq!(code.map(|code| code.as_str().to_owned()), Ok("umozdicq".to_owned()));
/// # Ok::<(), smartotp_core::secret::SecretError>(())
/// ```
///
/// # Errors
/// [`CodeError::BadSecret`], see [`check`].
pub fn code(secret: &Secret, pin: &SecretText, unix: u64) -> Result<Code, CodeError> {
    check(secret)?;
    let key = secret.expose().first_chunk::<KEY_LEN>().ok_or(CodeError::BadSecret)?;
    let mut hash = digest::Context::new(&digest::SHA256);
    hash.update(pin.expose().as_bytes());
    hash.update(key);
    let hash = hash.finish();
    let key = hash.as_ref().strip_prefix(&[0]).unwrap_or(hash.as_ref());
    // A key that is made for this one code and given away: totp-rs owns it, and wipes it in the end.
    let totp = Builder::new()
        .with_algorithm(totp_rs::Algorithm::SHA256)
        .with_step_duration(Period::THIRTY.seconds().into())
        .with_secret(key)
        .build_noncompliant();
    let value = truncate(totp.sign(unix).as_ref());

    let mut letters = vec![b'a'; LETTERS];
    let mut rest = value;
    for letter in letters.iter_mut().rev() {
        *letter += (rest % 26) as u8;
        rest /= 26;
    }
    Ok(Code::letters(letters))
}

/// Whether a secret is a Yandex one: 16 bytes as in a QR code, or 26 bytes with the right checksum as typed.
///
/// # Errors
/// [`CodeError::BadSecret`] for any other length, or where a character of the typed secret is wrong.
pub fn check(secret: &Secret) -> Result<(), CodeError> {
    match secret.len() {
        KEY_LEN => Ok(()),
        TYPED_LEN if has_its_checksum(secret.expose()) => Ok(()),
        _ => Err(CodeError::BadSecret),
    }
}

/// Whether the last 12 bits are the remainder of all the bits before them on division by [`POLYNOMIAL`].
fn has_its_checksum(typed: &[u8]) -> bool {
    let bits = typed.iter().flat_map(|byte| (0..8).rev().map(move |bit| u16::from(byte >> bit & 1)));
    let checked = typed.len() * 8 - CHECKSUM_BITS;
    let remainder = bits.clone().take(checked).fold(0, |remainder, bit| {
        let shifted = remainder << 1 | bit;
        if shifted >> CHECKSUM_BITS == 0 { shifted } else { shifted ^ POLYNOMIAL }
    });
    remainder == bits.skip(checked).fold(0, |checksum, bit| checksum << 1 | bit)
}

/// RFC 4226's dynamic truncation, but to 63 bits.
fn truncate(mac: &[u8]) -> u64 {
    let offset = mac.last().map_or(0, |last| usize::from(last & 0xF));
    let eight = mac.get(offset..).and_then(<[u8]>::first_chunk).copied().unwrap_or_default();
    u64::from_be_bytes(eight) & (u64::MAX >> 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str = "6SB2IKNM6OBZPAVBVTOHDKS4FAAAAAAADFUTQMBTRY";
    const TWO: &str = "LA2V6KMCGYMWWVEW64RNP3JA3IAAAAAAHTSG4HRZPI";

    fn at(secret: &str, pin: &str, unix: u64) -> Result<String, CodeError> {
        code(&Secret::from_base32(secret).unwrap(), &pin.into(), unix).map(|code| code.as_str().to_owned())
    }

    #[test]
    fn pin_5239() {
        assert_eq!(at(ONE, "5239", 1_641_559_648).as_deref(), Ok("umozdicq"));
    }

    #[test]
    fn pin_7586_at_two_times() {
        assert_eq!(at(TWO, "7586", 1_581_064_020).as_deref(), Ok("oactmacq"));
        assert_eq!(at(TWO, "7586", 1_581_090_810).as_deref(), Ok("wemdwrix"));
    }

    #[test]
    fn a_pin_of_16_digits() {
        let secret = "JBGSAU4G7IEZG6OY4UAXX62JU4AAAAAAHTSG4HXU3M";
        assert_eq!(at(secret, "5210481216086702", 1_581_091_469).as_deref(), Ok("dfrpywob"));
        assert_eq!(at(secret, "5210481216086702", 1_581_093_059).as_deref(), Ok("vunyprpd"));
    }

    #[test]
    fn the_short_secret_of_a_qr_code_gives_the_same_code() {
        assert_eq!(at(ONE.get(..26).unwrap(), "5239", 1_641_559_648).as_deref(), Ok("umozdicq"));
    }

    #[test]
    fn a_hash_that_begins_with_a_zero_byte_loses_it() {
        // Not published by anyone: the PIN was searched for, the code computed by a separate program.
        assert_eq!(at(ONE, "0250", 1_641_559_648).as_deref(), Ok("jeucwbqc"));
    }

    #[test]
    fn every_mistyped_character_is_noticed() {
        for (position, typed) in ONE.char_indices() {
            let wrong = if typed == 'A' { "B" } else { "A" };
            let mut text = ONE.to_owned();
            text.replace_range(position..=position, wrong);
            assert_eq!(at(&text, "5239", 0), Err(CodeError::BadSecret), "position {position}");
        }
    }

    #[test]
    fn other_lengths_are_no_yandex_secret() {
        for length in [0, 1, 15, 17, 20, 25, 27, 64] {
            assert_eq!(check(&Secret::from_bytes(vec![7; length])), Err(CodeError::BadSecret), "{length}");
        }
    }
}
