//! Issuer and account out of a label, fit to be shown.

use super::uri::{Plus, decode};

/// Issuer and account as a label has them.
pub(super) struct Label {
    /// What stands before the colon, where there is one and something does.
    pub(super) prefix: Option<String>,
    /// The rest.
    pub(super) account: String,
}

/// Splits a percent-encoded label `[issuer:]account`.
///
/// The Key URI format allows one colon, plain or as `%3A`. Real labels have more, so: a prefix that is the issuer
/// parameter goes first; else a plain colon splits, since a writer that escapes would have escaped the others; else `%3A`.
pub(super) fn split(raw: &str, issuer: Option<&str>) -> Label {
    let whole = decode(raw, Plus::Literal);
    let (prefix, account) = if let Some(account) = issuer.and_then(|issuer| after_issuer(whole.expose(), issuer)) {
        (issuer.unwrap_or_default().to_owned(), clean(account))
    } else if let Some((prefix, account)) = raw.split_once(':') {
        let [prefix, account] = [prefix, account].map(|part| clean(decode(part, Plus::Literal).expose()));
        (prefix, account)
    } else if let Some((prefix, account)) = whole.expose().split_once(':') {
        (clean(prefix), clean(account))
    } else {
        (String::new(), clean(whole.expose()))
    };
    Label { prefix: Some(prefix).filter(|prefix| !prefix.is_empty()), account }
}

/// The account of `name`, where `name` is `issuer:account`; case and blanks around the colon don't matter.
pub(super) fn after_issuer<'a>(name: &'a str, issuer: &str) -> Option<&'a str> {
    if issuer.is_empty() {
        return None;
    }
    let (start, rest) = name.trim_start().split_at_checked(issuer.len())?;
    start.eq_ignore_ascii_case(issuer).then(|| rest.trim_start().strip_prefix(':'))?
}

/// Both in one, as labels have them.
pub(crate) fn whole(issuer: &str, account: &str) -> String {
    match (issuer, account) {
        ("", name) | (name, "") => name.to_owned(),
        (issuer, account) => format!("{issuer}:{account}"),
    }
}

/// A name without blanks around it and without what would deceive on a screen or act in a terminal: control characters,
/// line breaks, and what is not seen but changes what is.
pub(crate) fn clean(name: &str) -> String {
    let name: String = name
        .chars()
        .map(|c| if matches!(c, '\t' | '\n' | '\r' | '\u{2028}' | '\u{2029}') { ' ' } else { c })
        .filter(|c| !c.is_control() && !is_unseen(*c))
        .collect();
    name.trim().to_owned()
}

/// Format characters (Unicode Cf) and others without a shape of their own: with them two names look alike that are not, or
/// read backwards. The joiners U+200C and U+200D stay: Persian, Hindi and emoji are misspelt without them.
fn is_unseen(c: char) -> bool {
    matches!(c,
        '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{180e}'
        | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        | '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(raw: &str, issuer: Option<&str>) -> (String, String) {
        let label = split(raw, issuer);
        (label.prefix.unwrap_or_default(), label.account)
    }

    fn pair(prefix: &str, account: &str) -> (String, String) {
        (prefix.to_owned(), account.to_owned())
    }

    #[test]
    fn one_colon_plain_or_escaped() {
        assert_eq!(parts("ACME:mira", None), pair("ACME", "mira"));
        assert_eq!(parts("ACME%3Amira", None), pair("ACME", "mira"));
        assert_eq!(parts("ACME%3a%20mira%40x", None), pair("ACME", "mira@x"));
        assert_eq!(parts("mira", None), pair("", "mira"));
        assert_eq!(parts("", None), pair("", ""));
        assert_eq!(parts(":mira", None), pair("", "mira"));
        assert_eq!(parts("ACME:", None), pair("ACME", ""));
    }

    #[test]
    fn several_colons() {
        assert_eq!(parts("ACME:a:b", None), pair("ACME", "a:b"));
        assert_eq!(parts("A%3AB:c", None), pair("A:B", "c"));
        assert_eq!(parts("A:B:c", Some("A:B")), pair("A:B", "c"));
        assert_eq!(parts("A%3AB%3Ac%3Ad", Some("a:b")), pair("a:b", "c:d"));
        assert_eq!(parts(":a%3Ab", None), pair("", "a:b"));
    }

    #[test]
    fn a_plus_in_a_label_is_a_plus() {
        assert_eq!(parts("ACME:mira+test", None), pair("ACME", "mira+test"));
    }

    #[test]
    fn names_cannot_steer_a_screen() {
        assert_eq!(clean(" a\u{1b}[31m\u{202e}b\nc\u{0} "), "a[31mb c");
        assert_eq!(clean("Привет 日本 👩‍💻"), "Привет 日本 👩‍💻");
    }

    #[test]
    fn names_that_look_alike_are_alike() {
        for unseen in [
            '\u{61c}',
            '\u{200b}',
            '\u{200e}',
            '\u{200f}',
            '\u{202a}',
            '\u{202e}',
            '\u{2060}',
            '\u{2066}',
            '\u{2069}',
            '\u{feff}',
            '\u{ad}',
            '\u{3164}',
            '\u{e0041}',
        ] {
            assert_eq!(clean(&format!("Git{unseen}Hub{unseen}")), "GitHub", "{unseen:?}");
        }
        assert_eq!(clean("می\u{200c}خواهم"), "می\u{200c}خواهم", "a joiner that spelling needs");
    }
}
