//! A transaction as it stands on the slip. Blanks are put between figures for the eye; nothing else is changed.

use slint::{ComponentHandle as _, ModelRc, SharedString, VecModel};
use smartotp_core::confirm::{Challenge, Meaning};

use crate::desk::Desk;
use crate::{Belongs, FieldMeaning, SignScreen, SlipRow};

/// Between figures that belong together.
const NARROW: char = '\u{202f}';
/// Between an amount and its currency.
const NO_BREAK: char = '\u{a0}';

/// Shows the slip of a challenge.
pub(super) fn show(desk: &Desk, challenge: &Challenge) {
    let fields = challenge.transaction.as_ref().map(|transaction| transaction.fields.as_slice()).unwrap_or_default();
    let fields: Vec<(&str, &str)> = fields.iter().map(|field| (field.name.as_str(), field.value.as_str())).collect();
    let (amount, rows) = rows(&fields);
    let belongs = challenge.binding().map_or(Belongs::Bare, |binding| belongs_named(binding.name()));
    desk.with(|app| {
        let screen = app.global::<SignScreen>();
        screen.set_amount(amount.into());
        screen.set_rows(ModelRc::new(VecModel::from(rows)));
        screen.set_challenge(in_fours(&challenge.question).into());
        screen.set_belongs(belongs);
    });
}

/// How a challenge belongs to its details, by the name that the vault keeps.
pub(crate) fn belongs_named(name: &str) -> Belongs {
    match name {
        "bound" => Belongs::Bound,
        "short" => Belongs::Short,
        _ => Belongs::Beside,
    }
}

/// The amount with its currency, and all other fields in their order. Of two amounts none stands out.
pub(crate) fn rows(fields: &[(&str, &str)]) -> (String, Vec<SlipRow>) {
    let of = |meaning: Meaning| fields.iter().filter(move |(name, _)| Meaning::of(name) == meaning);
    let only = |meaning: Meaning| of(meaning).next().filter(|_| of(meaning).count() == 1).map(|(_, value)| *value);
    let amount = only(Meaning::Amount);
    let currency = amount.and_then(|_| only(Meaning::Currency));
    let shown = amount.map(|amount| money(amount, currency.unwrap_or_default())).unwrap_or_default();
    let rest = fields.iter().filter_map(|(name, value)| {
        let meaning = Meaning::of(name);
        let stands_above =
            (meaning == Meaning::Amount && amount.is_some()) || (meaning == Meaning::Currency && currency.is_some());
        let value = match meaning {
            Meaning::Account => account(value),
            Meaning::Amount => money(value, ""),
            _ => (*value).to_owned(),
        };
        let alone = of(meaning).count() == 1;
        let row = SlipRow { meaning: in_words(meaning), name: (*name).into(), value: SharedString::from(value), alone };
        (!stands_above).then_some(row)
    });
    (shown, rest.collect())
}

fn in_words(meaning: Meaning) -> FieldMeaning {
    match meaning {
        Meaning::Amount => FieldMeaning::Amount,
        Meaning::Currency => FieldMeaning::Currency,
        Meaning::Payee => FieldMeaning::Payee,
        Meaning::Payer => FieldMeaning::Payer,
        Meaning::Account => FieldMeaning::Account,
        Meaning::Bank => FieldMeaning::Bank,
        Meaning::Purpose => FieldMeaning::Purpose,
        Meaning::Reference => FieldMeaning::Reference,
        Meaning::Date => FieldMeaning::Date,
        Meaning::Other => FieldMeaning::Other,
    }
}

/// An amount with its currency: `1250.00` becomes `1 250.00 EUR`. What is no plain number stays as it is.
fn money(amount: &str, currency: &str) -> String {
    let (whole, rest) = match amount.find(['.', ',']) {
        Some(at) => amount.split_at(at),
        None => (amount, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let plain = whole.len() > 3 && digits(whole) && digits(rest.get(1..).unwrap_or_default());
    let amount = if plain { format!("{}{rest}", thousands(whole)) } else { amount.to_owned() };
    if currency.is_empty() { amount } else { format!("{amount}{NO_BREAK}{currency}") }
}

fn thousands(digits: &str) -> String {
    let place = |index: usize| index > 0 && (digits.len() - index).is_multiple_of(3);
    digits.chars().enumerate().fold(String::new(), |mut text, (index, digit)| {
        if place(index) {
            text.push(NARROW);
        }
        text.push(digit);
        text
    })
}

/// An IBAN in fours, as it is printed; another account as it came.
fn account(value: &str) -> String {
    let mut characters = value.chars();
    let country = characters.by_ref().take(2).filter(char::is_ascii_uppercase).count() == 2;
    let check = characters.by_ref().take(2).filter(char::is_ascii_digit).count() == 2;
    let is_iban = (15..=34).contains(&value.len()) && country && check && characters.all(|c| c.is_ascii_alphanumeric());
    if is_iban { fours(value) } else { value.to_owned() }
}

/// A challenge of figures in fours; one of words as it is.
pub(crate) fn in_fours(challenge: &str) -> String {
    let figures = challenge.len() > 5 && challenge.bytes().all(|byte| byte.is_ascii_hexdigit());
    if figures { fours(challenge) } else { challenge.to_owned() }
}

/// Parted by plain blanks, at which a line may end.
fn fours(text: &str) -> String {
    text.chars().enumerate().fold(String::new(), |mut grouped, (index, character)| {
        if index > 0 && index % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(character);
        grouped
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_grouped_and_never_rewritten() {
        for (amount, currency, shown) in [
            ("1250.00", "EUR", "1\u{202f}250.00\u{a0}EUR"),
            ("1250", "", "1\u{202f}250"),
            ("1234567,5", "UAH", "1\u{202f}234\u{202f}567,5\u{a0}UAH"),
            ("100.00", "", "100.00"),
            ("1.000,00", "EUR", "1.000,00\u{a0}EUR"),
            ("EUR 1250", "", "EUR 1250"),
            ("-1250", "", "-1250"),
            ("", "EUR", "\u{a0}EUR"),
        ] {
            assert_eq!(money(amount, currency), shown);
        }
    }

    #[test]
    fn accounts_and_challenges_are_read_in_fours() {
        assert_eq!(account("DE89370400440532013000"), "DE89 3704 0044 0532 0130 00");
        for other in ["Giro ··4471", "DE89 3704", "12345678901234567890", "ÄÖ12345678901234567"] {
            assert_eq!(account(other), other);
        }
        assert_eq!(in_fours("48261937"), "4826 1937");
        for other in ["12345", "SIG10000", "é1234567"] {
            assert_eq!(in_fours(other), other);
        }
    }

    #[test]
    fn one_amount_stands_out_and_two_do_not() {
        let (amount, rest) = rows(&[("amount", "1250.00"), ("currency", "EUR"), ("to", "Elena"), ("mood", "good")]);
        assert_eq!(amount, "1\u{202f}250.00\u{a0}EUR");
        let rest: Vec<_> = rest.iter().map(|row| (row.meaning, row.value.as_str(), row.alone)).collect();
        assert_eq!(rest, [(FieldMeaning::Payee, "Elena", true), (FieldMeaning::Other, "good", true)]);
        let (amount, rest) = rows(&[("amount", "1"), ("total", "9"), ("currency", "EUR")]);
        assert_eq!((amount.as_str(), rest.len(), rest.first().map(|row| row.alone)), ("", 3, Some(false)));
    }
}
