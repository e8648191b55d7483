//! The recovery key: 160 random bits to be printed, typed back, and found wrong where they are wrong.
//!
//! It is written as eight groups of five characters of RFC 4648's Base32 alphabet: four that carry the key and a check character.
//!
//! ```text
//! position (1 to 8), d1, d2, d3, d4 as elements of GF(32), x⁵ + x² + 1
//! check = α⁵·position + α⁴·d1 + α³·d2 + α²·d3 + α·d4
//! ```
//!
//! The weights are different powers of α, so every single wrong character, every two that changed places and every two groups that
//! changed places are noticed, and the group is known. Anything else is noticed in 31 of 32 cases a group.

use core::ops::Range;

use data_encoding::BASE32_NOPAD;
use zeroize::Zeroizing;

use super::hex::Hex;
use super::keys::Key;
use super::{Entropy, NoEntropy};
use crate::secret::{Secret, SecretText};

const GROUPS: usize = 8;
/// Characters of a group that carry the key.
const CARRIED: usize = 4;
const ALPHABET: &[u8; 32] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

/// A printed way in: 160 random bits.
///
/// ```
/// use smartotp_core::vault::{RecoveryKey, SystemEntropy};
/// let key = RecoveryKey::generate(&SystemEntropy)?;
/// let typed = key.text().expose().to_lowercase().replace('-', " ");
/// assert!(RecoveryKey::parse(&typed).is_ok_and(|typed| typed == key));
/// # Ok::<(), smartotp_core::vault::NoEntropy>(())
/// ```
#[derive(PartialEq, Eq)]
pub struct RecoveryKey(Secret);

/// Why a text is no recovery key. None of it is a try at the vault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum RecoveryError {
    /// There are not just forty characters.
    #[error("{characters} characters where a recovery key has 40")]
    Length {
        /// How many there are, without blanks and dashes.
        characters: usize,
    },
    /// A character that no recovery key has.
    #[error("a character in group {group} that no recovery key has")]
    Character {
        /// Which group, from 1.
        group: usize,
        /// The character itself.
        character: char,
    },
    /// A group's check character does not fit.
    #[error("group {group} is mistyped")]
    Mistyped {
        /// Which group, from 1: the first one.
        group: usize,
    },
}

impl RecoveryKey {
    /// Bytes of a key.
    pub const LEN: usize = 20;

    /// A fresh one.
    ///
    /// # Errors
    /// [`NoEntropy`].
    pub fn generate(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = vec![0; Self::LEN];
        entropy.fill(&mut bytes)?;
        Ok(Self(Secret::from_bytes(bytes)))
    }

    /// Reads a key as people type it: any case; blanks and dashes are forgiven, and so are 0 for O, 8 for B, and 1 for I or L.
    ///
    /// # Errors
    /// [`RecoveryError`], with the group that is wrong.
    pub fn parse(text: &str) -> Result<Self, RecoveryError> {
        let count = text.chars().filter(|character| !is_separator(*character)).count();
        if count != GROUPS * (CARRIED + 1) {
            return Err(RecoveryError::Length { characters: count });
        }
        let mut values = Zeroizing::new([0; GROUPS * (CARRIED + 1)]);
        let typed = text.chars().filter(|character| !is_separator(*character));
        for (index, (value, character)) in values.iter_mut().zip(typed).enumerate() {
            *value =
                value_of(character).ok_or(RecoveryError::Character { group: index / (CARRIED + 1) + 1, character })?;
        }
        // Reserved whole, so that no growth leaves a copy behind.
        let mut carried = Zeroizing::new(Vec::with_capacity(GROUPS * CARRIED));
        for (place, group) in (1..).zip(values.chunks_exact(CARRIED + 1)) {
            let group = sound_group(place, group).ok_or(RecoveryError::Mistyped { group: usize::from(place) })?;
            carried.extend(group.iter().map(|value| letter(*value)));
        }
        // Thirty-two letters of the alphabet are twenty bytes.
        let bytes = BASE32_NOPAD.decode(&carried).map_err(|_| RecoveryError::Length { characters: count })?;
        Ok(Self(Secret::from_bytes(bytes)))
    }

    /// Where a group stands in a typed text, in bytes, so that it alone can be typed anew; `None` where there is none. From 1.
    #[must_use]
    pub fn place_of(text: &str, group: usize) -> Option<Range<usize>> {
        let first = group.checked_sub(1)? * (CARRIED + 1);
        let mut typed = text.char_indices().filter(|(_, character)| !is_separator(*character)).skip(first);
        let (start, _) = typed.next()?;
        let (last, character) = typed.nth(CARRIED - 1)?;
        Some(start..last + character.len_utf8())
    }

    /// The key as it is printed: `XXXXX-XXXXX-…`, eight groups.
    #[must_use]
    pub fn text(&self) -> SecretText {
        let base32 = self.0.to_base32();
        let mut text = String::with_capacity(GROUPS * (CARRIED + 2));
        for (place, group) in (1..).zip(base32.expose().as_bytes().chunks(CARRIED)) {
            if place > 1 {
                text.push('-');
            }
            let values = group.iter().filter_map(|letter| value_of(char::from(*letter)));
            text.extend(group.iter().map(|letter| char::from(*letter)));
            text.push(char::from(letter(check(place, values))));
        }
        SecretText::new(text)
    }

    /// The wrapping key of a recovery slot.
    pub(crate) fn wrapping_key(&self, vault: &Hex<16>) -> Key {
        Key::derive_from(self.0.expose(), vault, &[b"recovery"])
    }
}

impl core::fmt::Debug for RecoveryKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("[redacted]")
    }
}

fn is_separator(character: char) -> bool {
    character.is_whitespace() || matches!(character, '-' | '\u{2010}'..='\u{2015}' | '\u{2212}')
}

/// A typed 1: an I or an L, as the check character says.
const ONE: u8 = 32;

fn value_of(character: char) -> Option<u8> {
    Some(match character.to_ascii_uppercase() {
        letter @ 'A'..='Z' => letter as u8 - b'A',
        digit @ '2'..='7' => digit as u8 - b'2' + 26,
        '0' => b'O' - b'A',
        '8' => b'B' - b'A',
        '1' => ONE,
        _ => return None,
    })
}

fn letter(value: u8) -> u8 {
    ALPHABET.get(usize::from(value)).copied().unwrap_or_default()
}

/// The four values of a group whose check fits; a 1 is tried as both letters.
fn sound_group(place: u8, group: &[u8]) -> Option<Zeroizing<[u8; CARRIED]>> {
    let ones = group.iter().filter(|value| **value == ONE).count();
    (0..1_u8 << ones).find_map(|choice| {
        let mut chosen = Zeroizing::new([0; CARRIED + 1]);
        let mut one = 0;
        for (value, typed) in chosen.iter_mut().zip(group) {
            *value = *typed;
            if *typed == ONE {
                *value = if choice >> one & 1 == 0 { b'I' } else { b'L' } - b'A';
                one += 1;
            }
        }
        let (last, carried) = chosen.split_last()?;
        let carried: [u8; CARRIED] = carried.try_into().ok()?;
        (check(place, carried.into_iter()) == *last).then(|| Zeroizing::new(carried))
    })
}

fn check(place: u8, values: impl Iterator<Item = u8>) -> u8 {
    values.fold(times_alpha(place), |sum, value| times_alpha(sum ^ value))
}

/// Multiplication by α in GF(32) modulo x⁵ + x² + 1.
fn times_alpha(value: u8) -> u8 {
    let doubled = value << 1;
    if doubled & 32 == 0 { doubled } else { doubled ^ 0b10_0101 }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn key(bytes: [u8; RecoveryKey::LEN]) -> RecoveryKey {
        RecoveryKey(Secret::from_bytes(bytes.to_vec()))
    }

    #[test]
    fn it_is_eight_groups_of_five() {
        let text = key([0; 20]).text();
        assert_eq!(text.expose().split('-').map(str::len).collect::<Vec<_>>(), [5; 8]);
        // The place alone makes these checks: equal groups differ by them.
        assert_eq!(text.expose(), "AAAAF-AAAAK-AAAAP-AAAAU-AAAAR-AAAA6-AAAA3-AAAAN");
        assert_eq!(format!("{:?}", key([7; 20])), "[redacted]");
    }

    #[test]
    fn what_cannot_be_a_key_says_where() {
        let text = key([0; 20]).text();
        let with = |what: &str, instead: &str| RecoveryKey::parse(&text.expose().replacen(what, instead, 1)).err();
        assert_eq!(with("AAAAP", "AABAP"), Some(RecoveryError::Mistyped { group: 3 }));
        assert_eq!(with("AAAAP", "AA9AP"), Some(RecoveryError::Character { group: 3, character: '9' }));
        assert_eq!(with("AAAAP", "AAAP"), Some(RecoveryError::Length { characters: 39 }));
        assert_eq!(with("AAAAF-AAAAK", "AAAAK-AAAAF"), Some(RecoveryError::Mistyped { group: 1 }));
        assert_eq!(RecoveryKey::parse(""), Err(RecoveryError::Length { characters: 0 }));
    }

    #[test]
    fn a_group_is_found_however_it_is_typed() {
        let place = |text: &'static str, group| RecoveryKey::place_of(text, group).and_then(|place| text.get(place));
        let spread = " ab cde - FGHIJ\u{2013}k l m n \u{e9} AAAAA";
        assert_eq!(place(spread, 1), Some("ab cde"));
        assert_eq!(place(spread, 2), Some("FGHIJ"));
        assert_eq!(place(spread, 3), Some("k l m n \u{e9}"));
        assert_eq!((place(spread, 5), place(spread, 0), place("AAAA", 1)), (None, None, None));
    }

    proptest! {
        #[test]
        fn a_wrong_group_typed_anew_makes_it_whole(bytes in any::<[u8; 20]>(), group in 1..=8_usize, style in 0..3) {
            let key = key(bytes);
            let text = match style {
                0 => key.text().expose().to_owned(),
                1 => key.text().expose().replace('-', ""),
                _ => key.text().expose().replace('-', " \u{2014} "),
            };
            let place = RecoveryKey::place_of(&text, group).unwrap();
            let mut wrong = text.clone();
            wrong.replace_range(place.clone(), "9999\u{e9}");
            let Err(RecoveryError::Character { group: found, .. }) = RecoveryKey::parse(&wrong) else { panic!("{wrong}") };
            prop_assert_eq!(found, group);
            let found = RecoveryKey::place_of(&wrong, group).unwrap();
            wrong.replace_range(found, text.get(place).unwrap());
            prop_assert!(RecoveryKey::parse(&wrong).is_ok_and(|read| read == key));
        }

        #[test]
        fn it_is_read_as_people_type_it(bytes in any::<[u8; 20]>(), style in 0..6) {
            let key = key(bytes);
            let text = key.text().expose().to_owned();
            let typed = match style {
                0 => text,
                1 => text.to_lowercase(),
                2 => text.replace('-', ""),
                3 => text.replace('-', "  ").replace('O', "0").replace('B', "8"),
                4 => text.replace('I', "1"),
                _ => text.replace('L', "1"),
            };
            // Where two letters fit a 1, the check cannot tell: that happens to nobody who types what is printed.
            let read = RecoveryKey::parse(&typed);
            prop_assert!(read.as_ref() == Ok(&key) || style >= 4, "{typed}");
        }

        #[test]
        fn every_wrong_character_and_every_swap_is_found_in_its_group(
            bytes in any::<[u8; 20]>(), at in 0..40_usize, other in 0..32_usize,
        ) {
            let text: Vec<char> = key(bytes).text().expose().chars().filter(|character| *character != '-').collect();
            let mut wrong = text.clone();
            wrong[at] = char::from(ALPHABET[other]);
            let mistyped = Some(RecoveryError::Mistyped { group: at / 5 + 1 });
            if wrong != text {
                prop_assert_eq!(RecoveryKey::parse(&String::from_iter(&wrong)).err(), mistyped);
            }
            let mut swapped = text.clone();
            let next = at / 5 * 5 + (at + 1) % 5;
            swapped.swap(at, next);
            if swapped != text {
                prop_assert_eq!(RecoveryKey::parse(&String::from_iter(&swapped)).err(), mistyped);
            }
        }

        #[test]
        fn no_text_makes_the_reader_panic(text in ".{0,80}") {
            RecoveryKey::parse(&text).ok();
        }
    }
}
