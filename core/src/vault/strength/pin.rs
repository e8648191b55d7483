//! PINs that a thief tries first.

use crate::secret::SecretText;

/// Why a PIN is among the first that are tried.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum PinWeakness {
    /// One digit throughout: `0000`.
    AllEqual,
    /// Digits in a row, up or down, over the end too: `1234`, `9876`, `7890`.
    Run,
    /// A short part again and again, or each digit twice: `1212`, `123123`, `112233`.
    Repeat,
    /// A year of somebody's life: `1984`.
    Year,
    /// A date: `241285`, `19851224`, `2412`.
    Date,
    /// A column of the keypad, there and back, or another of the usual ones: `2580`, `1379`.
    Common,
}

/// What people choose beside the above.
const COMMON: [&str; 16] = [
    "2580", "0852", "1379", "1397", "7139", "1004", "1007", "0007", "5683", "0911", "147258", "258000", "159753",
    "147852", "159357", "142536",
];

/// Whether, and why, a PIN is among the first that a thief tries; `None` for one that is not, and for what is no PIN at all.
#[must_use]
pub fn pin_weakness(pin: &SecretText) -> Option<PinWeakness> {
    let digits = pin.expose().as_bytes();
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let steps_by =
        |step: u8| digits.windows(2).all(|pair| matches!(pair, [a, b] if (a - b'0' + step) % 10 == b - b'0'));
    if steps_by(0) {
        Some(PinWeakness::AllEqual)
    } else if steps_by(1) || steps_by(9) {
        Some(PinWeakness::Run)
    } else if repeats(digits) {
        Some(PinWeakness::Repeat)
    } else if is_year(digits) {
        Some(PinWeakness::Year)
    } else if COMMON.contains(&pin.expose()) {
        Some(PinWeakness::Common)
    } else {
        is_date(digits).then_some(PinWeakness::Date)
    }
}

fn repeats(digits: &[u8]) -> bool {
    let periodic = |length: usize| {
        digits.len().is_multiple_of(length) && digits.chunks(length).all(|part| digits.starts_with(part))
    };
    let doubled = || digits.len().is_multiple_of(2) && digits.chunks(2).all(|pair| matches!(pair, [a, b] if a == b));
    (1..=digits.len() / 2).any(periodic) || doubled()
}

fn is_year(digits: &[u8]) -> bool {
    digits.len() == 4 && (1900..=2099).contains(&number(digits))
}

/// Day and month in either order, with no year, with one of two digits or of four, on either side.
fn is_date(digits: &[u8]) -> bool {
    let day_and_month = |text: &[u8]| match text.split_at_checked(2) {
        Some((first, second)) if second.len() == 2 => {
            let (first, second) = (number(first), number(second));
            let fits = |day, month| (1..=31).contains(&day) && (1..=12).contains(&month);
            fits(first, second) || fits(second, first)
        }
        _ => false,
    };
    let beside_a_year = |year: usize, is: fn(&[u8]) -> bool| {
        let behind = digits.split_at_checked(4).is_some_and(|(date, rest)| is(rest) && day_and_month(date));
        let before = digits.split_at_checked(year).is_some_and(|(rest, date)| is(rest) && day_and_month(date));
        behind || before
    };
    match digits.len() {
        4 => day_and_month(digits),
        6 => beside_a_year(2, |_| true),
        8 => beside_a_year(4, is_year),
        _ => false,
    }
}

fn number(digits: &[u8]) -> u32 {
    digits.iter().fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_thief_tries_first_is_named() {
        for (weakness, pins) in [
            (PinWeakness::AllEqual, &["0000", "111111", "9"][..]),
            (PinWeakness::Run, &["1234", "4321", "7890", "0987", "123456", "890123"]),
            (PinWeakness::Repeat, &["1212", "123123", "112233"]),
            (PinWeakness::Year, &["1984", "2024"]),
            (PinWeakness::Date, &["2412", "1231", "241285", "122485", "851224", "24121985", "19851224"]),
            (PinWeakness::Common, &["2580", "159753"]),
        ] {
            for pin in pins {
                assert_eq!(pin_weakness(&SecretText::from(*pin)), Some(weakness), "{pin}");
            }
        }
    }

    #[test]
    fn others_are_left_alone() {
        for pin in ["4907", "839472", "58203917", "", "12a4", "пять", "493817264059"] {
            assert_eq!(pin_weakness(&SecretText::from(pin)), None, "{pin}");
        }
    }
}
