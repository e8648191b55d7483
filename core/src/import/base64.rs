//! Base64 as apps write it: line breaks, either alphabet, padding or none.

use data_encoding::{BASE64_NOPAD, BASE64URL_NOPAD};
use zeroize::Zeroizing;

use crate::enrol::draft::DraftKey;
use crate::secret::Secret;

/// The bytes; `None` where it is none, or nothing.
pub(super) fn base64(text: &str) -> Option<Zeroizing<Vec<u8>>> {
    let mut clean = Zeroizing::new(String::with_capacity(text.len()));
    clean.extend(text.chars().filter(|c| !c.is_ascii_whitespace()));
    let digits = clean.trim_end_matches('=').as_bytes();
    let alphabet = if digits.iter().any(|digit| matches!(digit, b'-' | b'_')) { BASE64URL_NOPAD } else { BASE64_NOPAD };
    alphabet.decode(digits).ok().filter(|bytes| !bytes.is_empty()).map(Zeroizing::new)
}

/// The same as a token's key.
pub(super) fn key(text: &str) -> Option<DraftKey> {
    base64(text).map(|mut bytes| DraftKey::Bytes(Secret::from_bytes(core::mem::take(&mut *bytes))))
}

#[cfg(test)]
mod tests {
    use super::base64;

    #[test]
    fn as_apps_write_it() {
        for text in ["+/8=", "-_8", " +/\r\n8 ", "+/8"] {
            assert_eq!(base64(text).map(|bytes| bytes.to_vec()), Some(vec![0xFB, 0xFF]), "{text}");
        }
        for text in ["", "=", "A", "*", "+_8="] {
            assert!(base64(text).is_none(), "{text}");
        }
    }
}
