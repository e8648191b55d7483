//! Stratum's HTML page: a table with a URI and its QR code in each row. The URIs are read, the pictures say the same.

use crate::enrol::is_known_scheme;
use crate::import::ImportError;
use crate::import::found::Found;
use crate::import::input::Input;
use crate::secret::SecretText;

/// Whether it is a page with URIs written as code.
pub(in crate::import) fn fits(input: &Input<'_>) -> bool {
    page(input.bytes).is_some_and(|page| uris(page).next().is_some())
}

/// Reads every URI of the page.
pub(in crate::import) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let page = page(input.bytes).ok_or(ImportError::Damaged)?;
    for (number, uri) in (1..).zip(uris(page)) {
        found.text(number, plain(uri).expose())?;
    }
    // What ends in the middle of a row has lost the others.
    if page.trim_ascii_end().ends_with("</html>") { Ok(()) } else { Err(ImportError::Damaged) }
}

fn page(bytes: &[u8]) -> Option<&str> {
    let page = core::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_ascii_start();
    let starts = |name: &str| page.get(..name.len()).is_some_and(|start| start.eq_ignore_ascii_case(name));
    (starts("<!doctype html") || starts("<html")).then_some(page)
}

fn uris(page: &str) -> impl Iterator<Item = &str> {
    let cells = page.split("<code>").skip(1).filter_map(|rest| Some(rest.split_once("</code>")?.0.trim()));
    cells.filter(|text| is_known_scheme(text))
}

/// The text without HTML's escapes, in wiped memory.
fn plain(text: &str) -> SecretText {
    let mut text = SecretText::from(text);
    for (escape, plain) in [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")] {
        if text.expose().contains(escape) {
            text = SecretText::new(text.expose().replace(escape, plain));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::import::read as import;

    const ROW: &str = "<tr><td>ACME</td><td>mira</td><td><code>otpauth://totp/ACME%3Amira?secret=GEZDGNBVGY3TQOJQ&amp;issuer=ACME\
        </code></td><td><img src=\"data:image/png;base64,AAAA\"></td></tr>\n";

    #[test]
    fn a_page_of_three() {
        let page = format!("<!doctype html>\n<html><body><table>{ROW}{ROW}{ROW}</table></body>\n</html>\n");
        let outcome = import(page.as_bytes(), None).unwrap();
        assert_eq!((outcome.tokens.len(), outcome.tokens[0].issuer.as_str()), (3, "ACME"));
        for cut in (1..page.len() - 9).step_by(13) {
            assert!(import(&page.as_bytes()[..cut], None).is_err(), "{cut}");
        }
    }

    #[test]
    fn another_page_is_unknown() {
        assert_eq!(import(b"<html><body><code>ls</code></body></html>", None), Err(ImportError::Unknown));
    }
}
