//! The challenge of an OCRA answer as bytes: RFC 6287 section 5.1, `Q`.

use super::{ChallengeFormat, OcraError};
use crate::token::ChallengeEncoding;

/// Length of `Q`, in bytes.
pub(super) const LENGTH: usize = 128;

/// Longest decimal challenge: two questions of 64 digits, as mutual authentication joins them. They fit in 54 bytes.
const MOST_DIGITS: usize = 2 * 64;

/// The challenge, filled up with zeros on the right.
///
/// A number becomes hexadecimal first and is then filled up digit by digit, not byte by byte: `0x123` begins `12 30`.
/// The RFC's text leaves that to its reference implementation, and its test vectors prove it.
pub(super) fn bytes(
    challenge: &str,
    format: ChallengeFormat,
    encoding: ChallengeEncoding,
) -> Result<[u8; LENGTH], OcraError> {
    let (belongs, max): (fn(&char) -> bool, usize) = match format {
        ChallengeFormat::Alphanumeric => (|c| matches!(c, ' '..='~'), LENGTH),
        ChallengeFormat::Numeric => (char::is_ascii_digit, MOST_DIGITS),
        ChallengeFormat::Hexadecimal => (char::is_ascii_hexdigit, 2 * LENGTH),
    };
    if challenge.is_empty() {
        return Err(OcraError::ChallengeEmpty);
    }
    for (position, character) in challenge.chars().enumerate() {
        if position == max {
            return Err(OcraError::ChallengeTooLong { max });
        }
        if !belongs(&character) {
            return Err(OcraError::ChallengeCharacter { position });
        }
    }
    Ok(match (format, encoding) {
        (ChallengeFormat::Numeric, ChallengeEncoding::Rfc) => from_nibbles(hexadecimal(challenge)),
        (ChallengeFormat::Hexadecimal, _) => from_nibbles(challenge.chars().filter_map(digit(16))),
        (ChallengeFormat::Alphanumeric, _) | (ChallengeFormat::Numeric, ChallengeEncoding::Ascii) => {
            filled(challenge.bytes())
        }
    })
}

/// A decimal number of any length as hexadecimal digits, most significant first.
fn hexadecimal(number: &str) -> impl Iterator<Item = u8> {
    let mut nibbles: Vec<u8> = Vec::with_capacity(MOST_DIGITS);
    for mut carry in number.chars().filter_map(digit(10)) {
        for nibble in &mut nibbles {
            let value = *nibble * 10 + carry;
            (*nibble, carry) = (value & 0xF, value >> 4);
        }
        if carry > 0 {
            nibbles.push(carry);
        }
    }
    nibbles.into_iter().rev()
}

fn digit(radix: u32) -> impl Fn(char) -> Option<u8> {
    move |character| u8::try_from(character.to_digit(radix)?).ok()
}

fn from_nibbles(mut nibbles: impl Iterator<Item = u8>) -> [u8; LENGTH] {
    filled(core::iter::from_fn(|| Some(nibbles.next()? << 4 | nibbles.next().unwrap_or(0))))
}

fn filled(bytes: impl Iterator<Item = u8>) -> [u8; LENGTH] {
    let mut filled = [0; LENGTH];
    filled.iter_mut().zip(bytes).for_each(|(place, byte)| *place = byte);
    filled
}

#[cfg(test)]
mod tests {
    use super::*;
    use ChallengeEncoding::{Ascii, Rfc};
    use ChallengeFormat::{Alphanumeric, Hexadecimal, Numeric};

    /// What is left without the zeros on the right, in hexadecimal.
    fn hex(challenge: &str, format: ChallengeFormat, encoding: ChallengeEncoding) -> String {
        let text = data_encoding::HEXLOWER.encode(&bytes(challenge, format, encoding).unwrap());
        text.trim_end_matches('0').to_owned()
    }

    #[test]
    fn a_number_is_filled_up_on_the_right() {
        assert_eq!(hex("12345678", Numeric, Rfc), "bc614e");
        assert_eq!(hex("291", Numeric, Rfc), "123");
        assert_eq!(hex("00000291", Numeric, Rfc), "123");
        assert_eq!(hex("00000000", Numeric, Rfc), "");
        // More than a machine word: 2^128 - 1, and the longest that is taken.
        assert_eq!(hex("340282366920938463463374607431768211455", Numeric, Rfc), "f".repeat(32));
        assert_eq!(hex(&"9".repeat(128), Numeric, Rfc).len(), 107);
    }

    #[test]
    fn a_number_in_ascii_keeps_its_leading_zeros() {
        assert_eq!(hex("00123", Numeric, Ascii), "3030313233");
    }

    #[test]
    fn hexadecimal_and_letters_stand_for_themselves_in_either_encoding() {
        for encoding in [Rfc, Ascii] {
            assert_eq!(hex("00aBc", Hexadecimal, encoding), "00abc");
            assert_eq!(hex("SIG1", Alphanumeric, encoding), "53494731");
        }
    }

    #[test]
    fn what_does_not_belong_is_named_by_its_position() {
        let error = |challenge, format| bytes(challenge, format, Rfc).unwrap_err();
        assert_eq!(error("", Numeric), OcraError::ChallengeEmpty);
        assert_eq!(error("12 4", Numeric), OcraError::ChallengeCharacter { position: 2 });
        assert_eq!(error("ab٣", Hexadecimal), OcraError::ChallengeCharacter { position: 2 });
        assert_eq!(error("é", Alphanumeric), OcraError::ChallengeCharacter { position: 0 });
        assert_eq!(error("a\n", Alphanumeric), OcraError::ChallengeCharacter { position: 1 });
    }

    #[test]
    fn as_much_as_128_bytes_hold_and_no_more() {
        for (format, max) in [(Alphanumeric, 128), (Numeric, 128), (Hexadecimal, 256)] {
            assert!(bytes(&"1".repeat(max), format, Rfc).is_ok());
            assert_eq!(bytes(&"1".repeat(max + 1), format, Rfc), Err(OcraError::ChallengeTooLong { max }));
        }
    }
}
