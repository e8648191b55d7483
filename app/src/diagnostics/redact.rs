//! What a line of a log may not carry, known by its looks.

use zeroize::Zeroizing;

/// Stands for what was left out.
const REDACTED: &str = "[redacted]";

/// From how many characters on a word could be a key: Base32, Base64 and hexadecimal alike.
const KEY: usize = 16;

/// Digits that could be a code.
const CODE: std::ops::RangeInclusive<usize> = 6..=10;

/// Characters of a line that are shown at all.
const LONGEST: usize = 300;

/// Links that carry keys.
const SCHEMES: &[&str] = &["otpauth", "otpauth-migration", "motp", "tiqrenroll", "tiqrauth", "smartotp"];

/// A line of a log without anything that looks like a secret.
///
/// Left out are: what stands in quotes and in lists (bodies of messages, names, passwords), links that carry keys, words of
/// 16 and more characters (Base32, Base64, hexadecimal; paths too), groups of four, and digits that could be a code.
/// Only the first line is kept.
pub(super) fn redact(text: &str) -> Zeroizing<String> {
    let mut kept = Zeroizing::new(String::with_capacity(LONGEST + 64));
    let mut rest = text.lines().next().unwrap_or_default();
    while !rest.is_empty() && kept.len() < LONGEST {
        let taken = skip_secret(rest);
        if taken > 0 {
            if !kept.ends_with(REDACTED) {
                kept.push_str(REDACTED);
            }
            rest = rest.get(taken..).unwrap_or_default();
            continue;
        }
        // A whole word, so that its second half is not judged by itself.
        let word = rest.find(|character| !is_of_word(character)).filter(|end| *end > 0);
        let end = word.or_else(|| rest.chars().next().filter(|first| !is_of_word(*first)).map(char::len_utf8));
        let (plain, behind) = rest.split_at_checked(end.unwrap_or(rest.len())).unwrap_or((rest, ""));
        kept.push_str(plain);
        rest = behind;
    }
    kept
}

/// How many bytes at the beginning are to be left out.
fn skip_secret(text: &str) -> usize {
    quoted(text).max(listed(text)).max(link(text)).max(key(text)).max(groups(text)).max(code(text))
}

/// Text in quotes, to its end or to the end of the line.
fn quoted(text: &str) -> usize {
    let Some(inner) = text.strip_prefix('"') else { return 0 };
    let mut escaped = false;
    let end = inner.find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    });
    end.map_or(text.len(), |end| end + 2)
}

/// A list: bytes are printed as one.
fn listed(text: &str) -> usize {
    let is_list = text.strip_prefix('[').is_some_and(|inner| inner.starts_with(|first: char| first.is_ascii_digit()));
    if is_list { text.find(']').map_or(text.len(), |end| end + 1) } else { 0 }
}

fn link(text: &str) -> usize {
    let carries = SCHEMES.iter().any(|scheme| {
        text.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && text.get(scheme.len()..).is_some_and(|rest| rest.starts_with(':'))
    });
    if carries { text.find(char::is_whitespace).unwrap_or(text.len()) } else { 0 }
}

fn is_of_key(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '+' | '/' | '=' | '-' | '_')
}

fn is_of_word(character: char) -> bool {
    character.is_alphanumeric()
}

fn run(text: &str, belongs: impl Fn(char) -> bool) -> usize {
    text.find(|character| !belongs(character)).unwrap_or(text.len())
}

fn key(text: &str) -> usize {
    let length = run(text, is_of_key);
    if text.get(..length).unwrap_or_default().chars().count() >= KEY { length } else { 0 }
}

/// `GEZD GNBV GY3T QOJQ`, `GEZD-GNBV-GY3T-QOJQ`: three groups of four and more, all in the same case.
fn groups(text: &str) -> usize {
    let is_upper = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit();
    let is_lower = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    grouped(text, 4, 3, &is_upper).max(grouped(text, 4, 4, &is_lower))
}

/// Digits that could be a code: together, or as `123 456`.
fn code(text: &str) -> usize {
    let is_digit = |character: char| character.is_ascii_digit();
    let length = run(text, is_digit);
    if CODE.contains(&length) && !text.get(length..).unwrap_or_default().starts_with(is_of_word) {
        return length;
    }
    grouped(text, 3, 2, &is_digit).max(grouped(text, 4, 2, &is_digit)).max(grouped(text, 2, 3, &is_digit))
}

/// How long at least `least` groups of `size` characters are.
fn grouped(text: &str, size: usize, least: usize, belongs: &dyn Fn(char) -> bool) -> usize {
    let (mut end, mut count) = (0, 0);
    loop {
        let rest = text.get(end..).unwrap_or_default();
        let rest = if count == 0 { rest } else { rest.strip_prefix([' ', '-']).unwrap_or_default() };
        let length = run(rest, belongs);
        let ends = !rest.get(length..).unwrap_or_default().starts_with(is_of_word);
        if length != size || !ends {
            return if count >= least { end } else { 0 };
        }
        end += size + usize::from(count > 0);
        count += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_secret_is_left_out() {
        for (line, kept) in [
            ("opened in 12 ms by pid 4711", "opened in 12 ms by pid 4711"),
            ("got otpauth://totp/GitHub:mira?secret=GEZDGNBV&issuer=GitHub now", "got [redacted] now"),
            ("OTPAUTH-MIGRATION://offline?data=CjE", "[redacted]"),
            ("key=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ;", "[redacted];"),
            ("key 3132333435363738393031323334353637383930", "key [redacted]"),
            ("key MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=", "key [redacted]"),
            ("key GEZD GNBV GY3T QOJQ of", "key [redacted] of"),
            ("key gezd-gnbv-gy3t-qojq", "key [redacted]"),
            ("code 07081804", "code [redacted]"),
            ("code 287 082, 2870 8212, 28 70 82", "code [redacted], [redacted], [redacted]"),
            ("say Str(\"correct horse\") and \"a \\\" b\" end", "say Str([redacted]) and [redacted] end"),
            ("an open \"correct horse", "an open [redacted]"),
            ("body [49, 50, 51, 52] at", "body [redacted] at"),
            ("мой-пароль-из-слов", "[redacted]"),
            ("first\nsecond", "first"),
            ("", ""),
        ] {
            assert_eq!(redact(line).as_str(), kept, "{line}");
        }
    }

    #[test]
    fn a_long_line_is_cut() {
        assert!(redact(&"ab ".repeat(10_000)).len() < LONGEST + 64);
        assert_eq!(redact(&"й".repeat(10_000)).as_str(), REDACTED);
    }
}
