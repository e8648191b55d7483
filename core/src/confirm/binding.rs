//! Whether a challenge is made from the transaction that stands with it.
//!
//! A challenge that is a hash of the transaction binds the answer to it: RFC 6287 names that use in section 7. One that is
//! short is no proof: with eight digits a forger finds another transaction with the same challenge in a minute.
//!
//! How a server writes a hash as a challenge is not standardised. These are looked for: the leading hexadecimal digits, and the
//! last digits of the hash as a decimal number, of SHA-1, SHA-256 and SHA-512 over the transaction's text as it came. Both
//! are deduced, not published: what does not fit is said to stand beside, which is the careful side.

use data_encoding::HEXLOWER;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, SHA256, SHA512, digest};

use crate::token::Algorithm;

/// From so many bits on, nobody finds another transaction with the same challenge.
pub const SOUND_BITS: u32 = 64;

/// The least digits of a challenge that are compared at all.
const LEAST_DIGITS: usize = 4;

/// How a challenge and the transaction beside it belong together.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Binding {
    /// The challenge is the hash of the transaction, or enough of it.
    Bound {
        /// Which hash.
        algorithm: Algorithm,
        /// How much of it the challenge holds.
        bits: u32,
    },
    /// The challenge fits the transaction, but is short enough for a forger to find another that fits too.
    Short {
        /// Which hash.
        algorithm: Algorithm,
        /// How much of it the challenge holds.
        bits: u32,
    },
    /// The transaction only stands beside the challenge.
    Beside,
}

impl Binding {
    /// Compares a challenge with the hashes of a transaction's text.
    pub(super) fn of(question: &str, data: &str) -> Self {
        let algorithms =
            [(Algorithm::Sha256, &SHA256), (Algorithm::Sha1, &SHA1_FOR_LEGACY_USE_ONLY), (Algorithm::Sha512, &SHA512)];
        for (algorithm, function) in algorithms {
            if let Some(bits) = bits_in_common(question, digest(function, data.as_bytes()).as_ref()) {
                let sound = bits >= SOUND_BITS;
                return if sound { Self::Bound { algorithm, bits } } else { Self::Short { algorithm, bits } };
            }
        }
        Self::Beside
    }

    /// As the command line and the journal of signatures name it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Bound { .. } => "bound",
            Self::Short { .. } => "short",
            Self::Beside => "beside",
        }
    }
}

/// How many bits of a hash a challenge holds; `None`: it is no part of it.
fn bits_in_common(question: &str, hash: &[u8]) -> Option<u32> {
    let length = question.len();
    if length < LEAST_DIGITS {
        return None;
    }
    let length32 = u32::try_from(length).ok()?;
    if HEXLOWER.encode(hash).starts_with(&question.to_ascii_lowercase()) {
        return Some(length32 * 4);
    }
    // A decimal digit is 3.32 bits.
    let is_decimal = question.bytes().all(|byte| byte.is_ascii_digit());
    (is_decimal && decimal(hash).ends_with(question)).then_some(length32 * 332 / 100)
}

/// Bytes as one big-endian number in decimal.
fn decimal(bytes: &[u8]) -> String {
    // Least significant digit first.
    let mut digits = vec![0_u8];
    for byte in bytes {
        let mut carry = u32::from(*byte);
        for digit in &mut digits {
            let value = u32::from(*digit) * 256 + carry;
            (*digit, carry) = ((value % 10) as u8, value / 10);
        }
        while carry > 0 {
            digits.push((carry % 10) as u8);
            carry /= 10;
        }
    }
    digits.iter().rev().map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const DATA: &str = "amount=100.00|to=ACME GmbH";
    // sha256sum, sha1sum of that; the decimal number by Python's int(…, 16).
    const SHA256_HEX: &str = "fb1d43d32316bd500e5572b2d084077d7860fb9ac8e08ccc5e7cc5113d1d9962";
    const SHA1_HEX: &str = "f48b3e2593f39acc397842d46bf77b583daa534e";
    const SHA256_LAST_20: &str = "11490168463468370274";

    #[test]
    fn a_whole_hash_binds() {
        let whole = Binding::Bound { algorithm: Algorithm::Sha256, bits: 256 };
        assert_eq!(Binding::of(SHA256_HEX, DATA), whole);
        assert_eq!(Binding::of(&SHA256_HEX.to_uppercase(), DATA), whole);
        assert_eq!(Binding::of(SHA1_HEX, DATA), Binding::Bound { algorithm: Algorithm::Sha1, bits: 160 });
        let decimal = Binding::of(SHA256_LAST_20, DATA);
        assert_eq!(decimal, Binding::Bound { algorithm: Algorithm::Sha256, bits: 66 });
    }

    #[test]
    fn a_few_digits_of_it_are_no_proof() {
        let (algorithm, bits) = (Algorithm::Sha256, 32);
        assert_eq!(Binding::of(SHA256_HEX.split_at(8).0, DATA), Binding::Short { algorithm, bits });
        assert_eq!(Binding::of(SHA256_LAST_20.split_at(12).1, DATA), Binding::Short { algorithm, bits: 26 });
    }

    #[test]
    fn another_transaction_or_challenge_stands_beside() {
        assert_eq!(Binding::of(SHA256_HEX, "amount=999.00|to=ACME GmbH"), Binding::Beside);
        for question in ["", "1", "12345678", "ffffffffffffffff"] {
            assert_eq!(Binding::of(question, DATA), Binding::Beside, "{question}");
        }
    }

    #[test]
    fn numbers_of_any_length_are_decimal() {
        assert_eq!(decimal(&[]), "0");
        assert_eq!(decimal(&[0, 1, 0]), "256");
        assert_eq!(decimal(&[255; 16]), u128::MAX.to_string());
    }
}
