//! A URI in its parts, as forgiving as the apps that write them: raw blanks and Unicode are taken as they are, and a `#` in a
//! label starts no fragment, since labels carry it unescaped. One at the end of the query does, and is left out.

use percent_encoding::percent_decode;
use zeroize::Zeroizing;

use super::EnrolError;
use crate::secret::SecretText;

/// The longest text that is looked at, in bytes. A QR code holds 2,953.
pub(crate) const MAX_LEN: usize = 64 * 1024;

/// The most parameters that are looked at.
const MAX_PARAMETERS: usize = 100;

/// What `+` stands for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Plus {
    /// Itself: in labels.
    Literal,
    /// A blank: in queries, as HTML forms write them.
    Blank,
}

/// A URI, split but for its scheme's own rules.
pub(crate) struct Uri<'a> {
    /// Lower case.
    pub(crate) scheme: String,
    /// Between the scheme and the query, without leading slashes, still percent-encoded.
    pub(crate) path: &'a str,
    /// Name and decoded value, in order. Names as written.
    pub(crate) query: Vec<(String, SecretText)>,
}

impl<'a> Uri<'a> {
    /// Splits a text; blanks and a byte order mark around it are forgiven.
    ///
    /// # Errors
    /// [`EnrolError::TooLong`], [`EnrolError::Unknown`] where there is no scheme.
    pub(crate) fn split(text: &'a str) -> Result<Self, EnrolError> {
        if text.len() > MAX_LEN {
            return Err(EnrolError::TooLong);
        }
        let (scheme, rest) = scheme(text).ok_or(EnrolError::Unknown)?;
        let (path, query) = rest.split_once('?').unwrap_or((rest, ""));
        let mut parameters = Vec::new();
        for piece in without_fragment(query).split('&') {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let name = decode(name, Plus::Blank).expose().trim().to_owned();
            if name.is_empty() {
                continue;
            }
            if parameters.len() == MAX_PARAMETERS {
                return Err(EnrolError::TooLong);
            }
            parameters.push((name, decode(value, Plus::Blank)));
        }
        Ok(Self { scheme, path: path.trim_start_matches('/'), query: parameters })
    }

    /// The path as `type/label`: the type in lower case; the label without a closing slash, which some writers add.
    pub(super) fn type_and_label(&self) -> (String, &'a str) {
        let (kind, label) = self.path.split_once('/').unwrap_or((self.path, ""));
        (kind.trim().to_lowercase(), label.strip_suffix('/').unwrap_or(label))
    }
}

/// A query without the fragment after it. A `#` before another parameter is one that a writer forgot to escape: ending there
/// would lose the rest.
fn without_fragment(query: &str) -> &str {
    let last = query.rfind('&').map_or(0, |end| end + 1);
    match query.get(last..).and_then(|parameter| parameter.find('#')) {
        Some(at) => query.get(..last + at).unwrap_or(query),
        None => query,
    }
}

/// The scheme in lower case, and what follows its colon.
pub(crate) fn scheme(text: &str) -> Option<(String, &str)> {
    let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    let (scheme, rest) = text.split_once(':')?;
    // RFC 3986's characters of a scheme; the length keeps pages of prose out.
    let fits = scheme.len() <= 20 && scheme.bytes().all(|b| b.is_ascii_alphanumeric() || b"+-.".contains(&b));
    (fits && !scheme.is_empty()).then(|| (scheme.to_ascii_lowercase(), rest))
}

/// Percent-decoded UTF-8. A lone `%` stays what it is; bytes that are no UTF-8 become U+FFFD.
pub(crate) fn decode(raw: &str, plus: Plus) -> SecretText {
    let mut bytes = Zeroizing::new(raw.as_bytes().to_vec());
    if plus == Plus::Blank {
        bytes.iter_mut().filter(|byte| **byte == b'+').for_each(|byte| *byte = b' ');
    }
    // Decoding never grows, so nothing is reallocated and left behind unwiped.
    let mut decoded = Zeroizing::new(Vec::with_capacity(bytes.len()));
    decoded.extend(percent_decode(&bytes));
    match core::str::from_utf8(&decoded) {
        Ok(text) => SecretText::from(text),
        Err(_) => SecretText::new(String::from_utf8_lossy(&decoded).into_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plus_is_a_blank_in_queries_only() {
        assert_eq!(decode("a+b%2Bc", Plus::Literal).expose(), "a+b+c");
        assert_eq!(decode("a+b%2Bc", Plus::Blank).expose(), "a b+c");
    }

    #[test]
    fn broken_escapes_stay() {
        assert_eq!(decode("100%", Plus::Literal).expose(), "100%");
        assert_eq!(decode("%zz%c3%a9%E9", Plus::Literal).expose(), "%zzé\u{fffd}");
    }

    #[test]
    fn what_has_no_scheme_is_no_uri() {
        for text in ["", "plain", ":x", "Lorem ipsum: dolor", "a/b:c"] {
            assert!(scheme(text).is_none(), "{text}");
        }
        assert_eq!(scheme("\u{feff} OTPAUTH://x\r\n"), Some(("otpauth".to_owned(), "//x")));
    }

    #[test]
    fn a_fragment_is_no_part_of_the_last_parameter() {
        let values = |text: &str| {
            let query = Uri::split(text).map(|uri| uri.query).unwrap_or_default();
            query.iter().map(|(name, value)| format!("{name}={}", value.expose())).collect::<Vec<_>>()
        };
        assert_eq!(values("otpauth://totp/a?issuer=b&secret=AAAA#top"), ["issuer=b", "secret=AAAA"]);
        assert_eq!(values("otpauth://totp/a #1?secret=AAAA#"), ["secret=AAAA"]);
        assert_eq!(values("otpauth://totp/a?issuer=b #1&secret=AAAA"), ["issuer=b #1", "secret=AAAA"]);
        assert_eq!(values("otpauth://totp/a?secret=AAAA&issuer=b%231"), ["secret=AAAA", "issuer=b#1"]);
        assert_eq!(values("otpauth://totp/a?#secret=AAAA"), [""; 0]);
    }

    #[test]
    fn sizes_are_bounded() {
        assert!(matches!(Uri::split(&format!("a:{}", "b".repeat(MAX_LEN))), Err(EnrolError::TooLong)));
        assert!(matches!(Uri::split(&format!("a:?{}", "b&".repeat(101))), Err(EnrolError::TooLong)));
    }
}
