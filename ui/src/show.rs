//! Tokens and codes in the shapes that the screens draw: groups of digits, letters on tiles, facts.

use slint::SharedString;
use smartotp_core::token::{Algorithm, Kind, KindName, Token};

use crate::{CodeKind, Facts, Marked, ShownCode};

/// A code in its groups: 3+3, 3+4, 4+4, 3+3+3, 3+3+4; what is no HOTP or TOTP stays whole.
pub(crate) fn code(kind: KindName, text: &str) -> ShownCode {
    let length = text.chars().count();
    let cuts: &[usize] = match (kind, length) {
        (KindName::Steam | KindName::Motp | KindName::Yandex, _) => &[],
        (_, 6 | 7) => &[3],
        (_, 8) => &[4],
        (_, 9 | 10) => &[3, 6],
        _ => &[],
    };
    let group = |index: usize| -> SharedString {
        let from = if index == 0 { Some(0) } else { cuts.get(index - 1).copied() };
        let to = cuts.get(index).copied().unwrap_or(length);
        from.map(|from| text.chars().skip(from).take(to - from).collect::<String>()).unwrap_or_default().into()
    };
    let spoken = text.chars().fold(String::with_capacity(2 * length), |mut spoken, digit| {
        if !spoken.is_empty() {
            spoken.push(' ');
        }
        spoken.push(digit);
        spoken
    });
    ShownCode {
        first: group(0),
        second: group(1),
        third: group(2),
        length: i32::try_from(length).unwrap_or(0),
        spoken: spoken.into(),
    }
}

/// Issuer over account, or the account alone.
pub(crate) fn names(issuer: &str, account: &str) -> (String, String) {
    if issuer.is_empty() { (account.to_owned(), String::new()) } else { (issuer.to_owned(), account.to_owned()) }
}

/// Both in one breath: "GitHub, mira-keller".
pub(crate) fn name(issuer: &str, account: &str) -> String {
    match (issuer.is_empty(), account.is_empty()) {
        (false, false) => format!("{issuer}, {account}"),
        (false, true) => issuer.to_owned(),
        _ => account.to_owned(),
    }
}

/// The first letter or digit, upper case; empty where there is none.
pub(crate) fn letter(issuer: &str, account: &str) -> SharedString {
    let text = if issuer.is_empty() { account } else { issuer };
    let first = text.chars().find(|c| c.is_alphanumeric());
    first.map(|c| c.to_uppercase().collect::<String>()).unwrap_or_default().into()
}

/// A text with the part that was searched for, if it is in it.
pub(crate) fn marked(text: &str, words: &[String]) -> Marked {
    let whole = || Marked { before: text.into(), hit: SharedString::new(), after: SharedString::new() };
    let Some((from, to)) = words.iter().filter_map(|word| find(text, word)).min() else { return whole() };
    match (text.get(..from), text.get(from..to), text.get(to..)) {
        (Some(before), Some(hit), Some(after)) => {
            Marked { before: before.into(), hit: hit.into(), after: after.into() }
        }
        _ => whole(),
    }
}

/// Where a lower-case word occurs in a text, in bytes; upper and lower case are the same.
fn find(text: &str, word: &str) -> Option<(usize, usize)> {
    if word.is_empty() {
        return None;
    }
    text.char_indices().map(|(from, _)| from).find_map(|from| {
        let mut wanted = word.chars().peekable();
        for (at, character) in text.get(from..)?.char_indices() {
            if wanted.peek().is_none() {
                return Some((from, from + at));
            }
            if !character.to_lowercase().all(|c| wanted.next() == Some(c)) {
                return None;
            }
        }
        wanted.peek().is_none().then_some((from, text.len()))
    })
}

/// How a row of this kind behaves.
pub(crate) fn code_kind(kind: &Kind) -> CodeKind {
    match kind.name() {
        KindName::Hotp => CodeKind::Counted,
        KindName::Ocra => CodeKind::Challenge,
        KindName::Totp | KindName::Steam | KindName::Motp | KindName::Yandex => CodeKind::Timed,
    }
}

/// How many characters its codes have.
pub(crate) fn length(kind: &Kind) -> i32 {
    match kind {
        Kind::Totp { digits, .. } | Kind::Hotp { digits, .. } => digits.get().into(),
        Kind::Steam => 5,
        Kind::Yandex { .. } => 8,
        Kind::Motp { .. } | Kind::Ocra { .. } => 6,
    }
}

/// What a token is, beside its names.
pub(crate) fn facts(kind: &Kind) -> Facts {
    let mut facts = Facts { kind: kind_label(kind.name()).into(), ..Facts::default() };
    match kind {
        Kind::Totp { algorithm, digits, period } => {
            facts.digits = digits.get().into();
            facts.period = i32::try_from(period.seconds()).unwrap_or(i32::MAX);
            facts.algorithm = algorithm_label(*algorithm).into();
        }
        Kind::Hotp { algorithm, digits, .. } => {
            facts.digits = digits.get().into();
            facts.algorithm = algorithm_label(*algorithm).into();
        }
        Kind::Ocra { suite, .. } => facts.suite = suite.to_string().into(),
        Kind::Steam | Kind::Motp { .. } | Kind::Yandex { .. } => {}
    }
    facts
}

fn kind_label(kind: KindName) -> &'static str {
    match kind {
        KindName::Totp => "TOTP",
        KindName::Hotp => "HOTP",
        KindName::Ocra => "OCRA",
        KindName::Steam => "Steam Guard",
        KindName::Motp => "Mobile-OTP",
        KindName::Yandex => "Yandex Key",
    }
}

fn algorithm_label(algorithm: Algorithm) -> &'static str {
    match algorithm {
        Algorithm::Sha1 => "SHA-1",
        Algorithm::Sha256 => "SHA-256",
        Algorithm::Sha512 => "SHA-512",
    }
}

/// The tile of a token.
pub(crate) fn tile(token: &Token) -> i32 {
    token.icon.tile(&token.issuer, &token.account).into()
}

/// Seconds as a ring has room for them: "21", "1:42", "3 h".
pub(crate) fn short_time(seconds: i32) -> String {
    match seconds {
        ..=99 => seconds.to_string(),
        100..=3599 => format!("{}:{:02}", seconds / 60, seconds % 60),
        _ => format!("{}\u{202f}h", seconds / 3600),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn groups(kind: KindName, text: &str) -> Vec<String> {
        let shown = code(kind, text);
        [shown.first, shown.second, shown.third].iter().filter(|g| !g.is_empty()).map(|g| g.to_string()).collect()
    }

    #[test]
    fn codes_fall_into_the_groups_that_people_read() {
        for (text, expected) in [
            ("1234", "1234"),
            ("12345", "12345"),
            ("123456", "123 456"),
            ("1234567", "123 4567"),
            ("12345678", "1234 5678"),
            ("123456789", "123 456 789"),
            ("1234567890", "123 456 7890"),
        ] {
            assert_eq!(groups(KindName::Totp, text).join(" "), expected);
        }
        assert_eq!(groups(KindName::Steam, "R4FK2"), ["R4FK2"]);
        assert_eq!(groups(KindName::Motp, "123456"), ["123456"]);
        assert_eq!(groups(KindName::Yandex, "abcdefgh"), ["abcdefgh"]);
        assert_eq!(code(KindName::Totp, "123456").spoken, "1 2 3 4 5 6");
    }

    #[test]
    fn a_hit_is_marked_whatever_its_case() {
        let marks = |text: &str, word: &str| {
            let marked = marked(text, &[word.to_owned()]);
            format!("{}[{}]{}", marked.before, marked.hit, marked.after)
        };
        assert_eq!(marks("mira-keller", "mira"), "[mira]-keller");
        assert_eq!(marks("Giro · MIRA@keller", "mira"), "Giro · [MIRA]@keller");
        assert_eq!(marks("Отто", "то"), "От[то]");
        assert_eq!(marks("mira", "hub"), "mira[]");
        assert_eq!(marks("İstanbul", "stan"), "İ[stan]bul");
    }

    #[test]
    fn tiles_carry_the_first_letter_or_digit() {
        assert_eq!(letter("GitHub", ""), "G");
        assert_eq!(letter("", "отто"), "О");
        assert_eq!(letter("(1und1)", ""), "1");
        assert_eq!(letter("…", "x"), "");
        assert_eq!(name("", "x"), "x");
    }

    #[test]
    fn long_times_are_short() {
        assert_eq!(
            [21, 99, 102, 3599, 3600, 86_400].map(short_time),
            ["21", "99", "1:42", "59:59", "1\u{202f}h", "24\u{202f}h"]
        );
    }
}
