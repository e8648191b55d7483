//! How hard a password or a PIN is to guess, as facts: the words are elsewhere.
//!
//! Passwords are judged by [zxcvbn](https://www.usenix.org/conference/usenixsecurity16/technical-sessions/presentation/wheeler)
//! (Wheeler, USENIX Security 2016): common passwords, names, words, dates, keyboard patterns, repeats. PINs by what people
//! choose far too often (Bonneau, Preibusch, Anderson, "A birthday present every eleven wallets?", FC 2012).

mod pin;

use zeroize::Zeroizing;
use zxcvbn::feedback;

pub use pin::{PinWeakness, pin_weakness};

use crate::secret::SecretText;

/// Characters that are looked at. The estimate grows with the square of them, and what is longer is not weaker.
const MOST_CHARACTERS: usize = 72;
/// Words that a guesser of this vault's password tries first.
const OWN_WORDS: [&str; 5] = ["smart", "otp", "smartotp", "authenticator", "vault"];

/// How hard a password is to guess.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Strength {
    /// The decimal logarithm of the guesses that it takes; 0 for no password at all.
    pub guesses_log10: f64,
    /// 0: none worth the name (up to 10^3 guesses), 1 (10^6), 2 (10^8), 3 (10^10), 4: more.
    pub score: u8,
    /// What is wrong with it. `None` from score 3 on.
    pub warning: Option<Warning>,
    /// What would make it better, the most useful first. Empty from score 3 on.
    pub suggestions: Vec<Suggestion>,
}

/// What is wrong with a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Warning {
    /// `qwerty`
    RowOfKeys,
    /// `zxcft`
    KeyboardPattern,
    /// `aaa`
    RepeatedCharacter,
    /// `abcabcabc`
    RepeatedWord,
    Top10,
    Top100,
    Common,
    SimilarToCommon,
    /// `abc`, `6543`
    Sequence,
    RecentYear,
    SingleWord,
    Date,
    SingleName,
    CommonName,
}

/// What would make a password better.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Suggestion {
    /// A few words, no common phrase.
    FewWords,
    /// Symbols, digits and capitals are not needed.
    NoSymbolsNeeded,
    /// Another word or two, uncommon ones.
    AnotherWord,
    CapitalsHelpLittle,
    AllCapitalsHelpLittle,
    ReversingHelpsLittle,
    /// `@` for `a`
    SubstitutionsHelpLittle,
    LongerKeyboardPattern,
    AvoidRepeats,
    AvoidSequences,
    AvoidRecentYears,
    AvoidOwnYears,
    AvoidOwnDates,
}

/// Judges a password; `context` are words that a guesser knows (a name, an address). Bounded, but the first call prepares word
/// lists for some tens of milliseconds: not on a UI thread.
///
/// What the estimate allocates on the way is freed without being wiped.
#[must_use]
pub fn strength(password: &SecretText, context: &[&str]) -> Strength {
    let looked_at: Zeroizing<String> = Zeroizing::new(password.expose().chars().take(MOST_CHARACTERS).collect());
    let words: Vec<&str> = OWN_WORDS.iter().chain(context).copied().collect();
    let estimate = zxcvbn::zxcvbn(&looked_at, &words);
    let feedback = estimate.feedback();
    Strength {
        guesses_log10: estimate.guesses_log10().max(0.0),
        score: u8::from(estimate.score()),
        warning: feedback.and_then(feedback::Feedback::warning).map(Warning::from),
        suggestions: feedback.map_or(&[][..], |feedback| feedback.suggestions()).iter().map(|&it| it.into()).collect(),
    }
}

impl From<feedback::Warning> for Warning {
    fn from(warning: feedback::Warning) -> Self {
        use feedback::Warning as W;
        match warning {
            W::StraightRowsOfKeysAreEasyToGuess => Self::RowOfKeys,
            W::ShortKeyboardPatternsAreEasyToGuess => Self::KeyboardPattern,
            W::RepeatsLikeAaaAreEasyToGuess => Self::RepeatedCharacter,
            W::RepeatsLikeAbcAbcAreOnlySlightlyHarderToGuess => Self::RepeatedWord,
            W::ThisIsATop10Password => Self::Top10,
            W::ThisIsATop100Password => Self::Top100,
            W::ThisIsACommonPassword => Self::Common,
            W::ThisIsSimilarToACommonlyUsedPassword => Self::SimilarToCommon,
            W::SequencesLikeAbcAreEasyToGuess => Self::Sequence,
            W::RecentYearsAreEasyToGuess => Self::RecentYear,
            W::AWordByItselfIsEasyToGuess => Self::SingleWord,
            W::DatesAreOftenEasyToGuess => Self::Date,
            W::NamesAndSurnamesByThemselvesAreEasyToGuess => Self::SingleName,
            W::CommonNamesAndSurnamesAreEasyToGuess => Self::CommonName,
        }
    }
}

impl From<feedback::Suggestion> for Suggestion {
    fn from(suggestion: feedback::Suggestion) -> Self {
        use feedback::Suggestion as S;
        match suggestion {
            S::UseAFewWordsAvoidCommonPhrases => Self::FewWords,
            S::NoNeedForSymbolsDigitsOrUppercaseLetters => Self::NoSymbolsNeeded,
            S::AddAnotherWordOrTwo => Self::AnotherWord,
            S::CapitalizationDoesntHelpVeryMuch => Self::CapitalsHelpLittle,
            S::AllUppercaseIsAlmostAsEasyToGuessAsAllLowercase => Self::AllCapitalsHelpLittle,
            S::ReversedWordsArentMuchHarderToGuess => Self::ReversingHelpsLittle,
            S::PredictableSubstitutionsDontHelpVeryMuch => Self::SubstitutionsHelpLittle,
            S::UseALongerKeyboardPatternWithMoreTurns => Self::LongerKeyboardPattern,
            S::AvoidRepeatedWordsAndCharacters => Self::AvoidRepeats,
            S::AvoidSequences => Self::AvoidSequences,
            S::AvoidRecentYears => Self::AvoidRecentYears,
            S::AvoidYearsThatAreAssociatedWithYou => Self::AvoidOwnYears,
            S::AvoidDatesAndYearsThatAreAssociatedWithYou => Self::AvoidOwnDates,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judged(text: &str) -> Strength {
        strength(&SecretText::from(text), &["mira@keller.example"])
    }

    #[test]
    fn common_passwords_are_told_from_good_ones() {
        assert_eq!((judged("password").score, judged("password").warning), (0, Some(Warning::Top10)));
        assert_eq!(judged("qwertyuiop").score, 0);
        assert!(judged("smartotp").score <= 1 && judged("mira@keller.example").score <= 1);
        let good = judged("correct horse battery staple");
        assert!(good.score == 4 && good.guesses_log10 > 10.0);
        assert_eq!((good.warning, good.suggestions), (None, vec![]));
    }

    #[test]
    fn nothing_typed_yet_is_no_fault_of_the_estimate() {
        let nothing = judged("");
        assert_eq!((nothing.score, nothing.guesses_log10, nothing.warning), (0, 0.0, None));
        assert!(nothing.suggestions.contains(&Suggestion::FewWords));
    }

    #[test]
    fn a_text_of_any_length_and_alphabet_is_judged() {
        for text in ["a".repeat(100_000), "пароль".repeat(9_000), "\0\u{301}😀".repeat(5_000), "Отто".into()]
        {
            assert!(judged(&text).score <= 4);
        }
    }
}
