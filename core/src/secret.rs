//! Secrets as types: wiped when dropped, redacted when printed, compared in constant time, never cloned by accident.

mod place;

use core::fmt;

use data_encoding::{BASE32_NOPAD, HEXLOWER_PERMISSIVE};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

pub(crate) use place::keep;
pub use place::{Keeper, keep_by};

/// Raw key material: a token's shared secret, a vault key, a derived key.
///
/// It wipes its memory on drop, prints as `[redacted]` and compares in constant time (the length is not hidden).
/// There is no `Clone`: a second copy is asked for with [`Secret::duplicate`], so that copies are visible in a review.
///
/// ```
/// use smartotp_core::secret::Secret;
/// let secret = Secret::from_base32("gezd gnbv GY3TQOJQ")?;
/// assert_eq!(secret.expose(), b"1234567890");
/// assert_eq!(format!("{secret:?}"), "[redacted]");
/// # Ok::<(), smartotp_core::secret::SecretError>(())
/// ```
pub struct Secret(Zeroizing<Box<[u8]>>);

/// Why a text is no secret. Facts only: the text itself is never carried along.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SecretError {
    /// Nothing is left once blanks, dashes and padding are taken away.
    #[error("the secret is empty")]
    Empty,
    /// A character that the alphabet lacks.
    #[error("character {position} does not belong to the alphabet")]
    BadCharacter {
        /// Position in the text as given, in characters, from 0.
        position: usize,
        /// The character itself: one character of a key is no secret, and the user has to be told which one it is.
        character: char,
    },
    /// Hexadecimal text with an odd number of digits.
    #[error("an odd number of hexadecimal digits")]
    OddHex,
    /// Longer than [`Secret::MAX_LEN`] bytes.
    #[error("longer than any real secret")]
    TooLong,
}

impl Secret {
    /// The longest secret taken from outside, in bytes. RFC 6238 uses 64 at most; some servers issue 128 and more.
    pub const MAX_LEN: usize = 1024;

    /// Takes ownership of raw bytes. The vector's own memory is what gets wiped later.
    #[must_use]
    pub fn from_bytes(bytes: Vec<u8>) -> Self {
        let secret = if bytes.len() == bytes.capacity() {
            Self(Zeroizing::new(bytes.into_boxed_slice()))
        } else {
            // Shrinking the memory may move it, and would leave the old one as it is.
            let bytes = Zeroizing::new(bytes);
            Self(Zeroizing::new(bytes.as_slice().into()))
        };
        keep(&secret.0);
        secret
    }

    /// Reads RFC 4648 Base32 as people and servers write it: any case; blanks, dashes and padding are forgiven, and
    /// so are lengths of 1, 3 and 6 modulo 8 whose last bits fill no byte (real apps export them).
    ///
    /// # Errors
    /// [`SecretError`] with the first offending character's position in `text`.
    pub fn from_base32(text: &str) -> Result<Self, SecretError> {
        let mut bits: u32 = 0;
        let mut held: u32 = 0;
        // Reserved whole, so that no growth leaves unwiped copies behind.
        let mut bytes = Zeroizing::new(Vec::with_capacity(text.len().min(Self::MAX_LEN * 2) * 5 / 8 + 1));
        for (position, character) in text.chars().enumerate() {
            let value = match character.to_ascii_uppercase() {
                c @ 'A'..='Z' => c as u32 - 'A' as u32,
                c @ '2'..='7' => c as u32 - '2' as u32 + 26,
                '-' | '=' => continue,
                c if c.is_whitespace() => continue,
                _ => return Err(SecretError::BadCharacter { position, character }),
            };
            held = (held << 5 | value) & 0xFFF;
            bits += 5;
            if bits >= 8 {
                bits -= 8;
                if bytes.len() == Self::MAX_LEN {
                    return Err(SecretError::TooLong);
                }
                bytes.push((held >> bits & 0xFF) as u8);
            }
        }
        if bytes.is_empty() {
            return Err(SecretError::Empty);
        }
        Ok(Self::from_bytes(core::mem::take(&mut *bytes)))
    }

    /// Reads hexadecimal text; any case, blanks and dashes are forgiven.
    ///
    /// # Errors
    /// [`SecretError`] as for Base32, or [`SecretError::OddHex`].
    pub fn from_hex(text: &str) -> Result<Self, SecretError> {
        let mut clean = Zeroizing::new(String::with_capacity(text.len()));
        for (position, character) in text.chars().enumerate() {
            match character {
                c if c.is_ascii_hexdigit() => clean.push(c),
                '-' => {}
                c if c.is_whitespace() => {}
                _ => return Err(SecretError::BadCharacter { position, character }),
            }
        }
        if clean.is_empty() {
            return Err(SecretError::Empty);
        }
        if clean.len() / 2 > Self::MAX_LEN {
            return Err(SecretError::TooLong);
        }
        let bytes = HEXLOWER_PERMISSIVE.decode(clean.as_bytes()).map_err(|_| SecretError::OddHex)?;
        Ok(Self::from_bytes(bytes))
    }

    /// The bytes. Named so that every place that looks at a secret can be found.
    #[must_use]
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// How many bytes.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is no byte at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::from_bytes(self.0.to_vec())
    }

    /// RFC 4648 Base32, upper case, without padding. The text is wiped on drop.
    #[must_use]
    pub fn to_base32(&self) -> SecretText {
        SecretText::new(BASE32_NOPAD.encode(&self.0))
    }
}

impl PartialEq for Secret {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Secret {}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

/// Secret text: a password, a PIN, a secret written as Base32. The same promises as [`Secret`].
#[derive(Default)]
pub struct SecretText(Zeroizing<String>);

impl SecretText {
    /// Takes ownership of the text; its memory is what gets wiped later.
    #[must_use]
    pub fn new(text: String) -> Self {
        keep(text.as_bytes());
        Self(Zeroizing::new(text))
    }

    /// The text. Named so that every place that looks at a secret can be found.
    #[must_use]
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether there is no character at all.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A second copy, on purpose.
    #[must_use]
    pub fn duplicate(&self) -> Self {
        Self::new(self.0.as_str().to_owned())
    }
}

impl From<&str> for SecretText {
    fn from(text: &str) -> Self {
        Self::new(text.to_owned())
    }
}

impl PartialEq for SecretText {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_bytes().ct_eq(other.0.as_bytes()).into()
    }
}

impl Eq for SecretText {}

impl fmt::Debug for SecretText {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base32_as_people_type_it() {
        for text in ["GEZDGNBVGY3TQOJQ", "gezdgnbvgy3tqojq", "GEZD GNBV-GY3T QOJQ===", "\tGEZDGNBVGY3TQOJQ\n"] {
            assert_eq!(Secret::from_base32(text).map(|s| s.expose().to_vec()), Ok(b"1234567890".to_vec()));
        }
    }

    #[test]
    fn odd_lengths_that_real_apps_export() {
        // 1, 3 and 6 modulo 8: the last bits fill no byte.
        assert_eq!(Secret::from_base32("GEZDGNBVG").map(|s| s.expose().to_vec()), Ok(b"12345".to_vec()));
        assert_eq!(Secret::from_base32("GEZ").map(|s| s.expose().to_vec()), Ok(b"1".to_vec()));
        assert_eq!(Secret::from_base32("GEZDGN").map(|s| s.expose().to_vec()), Ok(b"123".to_vec()));
        assert_eq!(Secret::from_base32("G"), Err(SecretError::Empty));
    }

    #[test]
    fn the_offending_character_is_named() {
        let error = SecretError::BadCharacter { position: 5, character: '1' };
        assert_eq!(Secret::from_base32("GEZD 1NBV"), Err(error));
        assert_eq!(Secret::from_hex("12 3z"), Err(SecretError::BadCharacter { position: 4, character: 'z' }));
        assert_eq!(Secret::from_hex("123"), Err(SecretError::OddHex));
        assert_eq!(Secret::from_base32(" - = "), Err(SecretError::Empty));
        assert_eq!(Secret::from_base32(&"A".repeat(10_000)), Err(SecretError::TooLong));
    }

    #[test]
    fn nothing_is_printed() {
        let secret = Secret::from_bytes(b"top secret".to_vec());
        assert_eq!(format!("{secret:?} {:?}", secret.to_base32()), "[redacted] [redacted]");
    }

    proptest::proptest! {
        #[test]
        fn base32_round_trip(bytes in proptest::collection::vec(0u8.., 1..200)) {
            let secret = Secret::from_bytes(bytes);
            let text = secret.to_base32();
            proptest::prop_assert_eq!(Secret::from_base32(text.expose()), Ok(secret));
        }
    }
}
