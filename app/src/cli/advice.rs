//! What is weak about a new password or PIN, in words. It is said, and blocks nothing.

use smartotp_core::secret::SecretText;
use smartotp_core::vault::strength::{PinWeakness, Warning, pin_weakness, strength};

use super::output::Output;

/// Says what is weak about a password; nothing about a good one.
pub(super) fn on_password(out: Output, password: &SecretText) {
    let strength = strength(password, &[]);
    if strength.score > 2 {
        return;
    }
    let why = strength.warning.map(|warning| match warning {
        Warning::Top10 | Warning::Top100 | Warning::Common | Warning::SimilarToCommon => {
            tr!("It is among those that are tried first.")
        }
        Warning::RowOfKeys | Warning::KeyboardPattern | Warning::Sequence => {
            tr!("Rows of keys, letters and digits are tried first.")
        }
        Warning::RepeatedCharacter | Warning::RepeatedWord => tr!("Repeating something adds little."),
        Warning::RecentYear | Warning::Date => tr!("Dates and years are tried first."),
        Warning::SingleWord => tr!("A single word is tried first."),
        Warning::SingleName | Warning::CommonName => tr!("Names are tried first."),
    });
    let sentences = [
        Some(tr!("This password is easy to guess.")),
        why,
        Some(tr!("Four or five words that don't belong together are better.")),
    ];
    out.warn("weak_password", &sentences.into_iter().flatten().collect::<Vec<_>>().join(" "));
}

/// Says why a thief would try a PIN first; nothing about another one.
pub(super) fn on_pin(out: Output, pin: &SecretText) {
    let words = match pin_weakness(pin) {
        None => return,
        Some(PinWeakness::Year | PinWeakness::Date) => {
            tr!("Years and dates are among the first PINs that a thief tries.")
        }
        Some(PinWeakness::AllEqual | PinWeakness::Run | PinWeakness::Repeat) => {
            tr!("Rows and repeated digits are among the first PINs that a thief tries.")
        }
        Some(_) => tr!("This PIN is among the first that a thief tries."),
    };
    out.warn("weak_pin", words);
}
