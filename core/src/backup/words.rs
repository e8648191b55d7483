//! The key of one transfer between two phones, as eight words that one screen shows and the other phone's user types.
//!
//! 80 random bits and an 8-bit check make 88 bits: eight words of a list of 2,048. A key of 80 random bits needs no slow
//! derivation: to try them all is out of reach even for who filmed every frame, and the key is used once.
//!
//! The list is BIP-39's English one, which is free, has no two words that begin with the same four letters, and is known to
//! wallets and people. From the bytes to the words: ten key bytes, then the first byte of their SHA-256; read as 88 bits, most
//! significant first, eleven bits a word, each the word's place in the list from 0.

use sha2::{Digest as _, Sha256};
use zeroize::Zeroizing;

use crate::secret::{Secret, SecretText};
use crate::vault::hex::Hex;
use crate::vault::keys::Key;
use crate::vault::{Entropy, NoEntropy};

/// How many words a key has.
pub const WORDS: usize = 8;
/// Bytes of a key.
const KEY_LEN: usize = 10;
const BITS: u32 = 11;
/// Longer texts are not looked at, in bytes.
const MOST_TEXT: usize = 1024;

static LIST: &str = include_str!("words.txt");

/// The key of one transfer.
#[derive(Debug, PartialEq, Eq)]
pub struct TransferKey(Secret);

/// Why words are no key. Never carries a word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WordsError {
    /// Not eight words.
    #[error("{found} words instead of eight")]
    Count {
        /// How many there are.
        found: usize,
    },
    /// A word that is not in the list.
    #[error("word {position} is not in the list")]
    Unknown {
        /// Which one, from 1.
        position: usize,
    },
    /// All are in the list, and the check does not fit: a word is another, or two are swapped.
    #[error("the words do not belong together")]
    Check,
}

impl TransferKey {
    /// A fresh key.
    ///
    /// # Errors
    /// When the system has no randomness.
    pub fn random(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = Zeroizing::new(vec![0; KEY_LEN]);
        entropy.fill(&mut bytes)?;
        Ok(Self(Secret::from_bytes(core::mem::take(&mut *bytes))))
    }

    /// The key as eight words with blanks between them.
    #[must_use]
    pub fn to_words(&self) -> SecretText {
        let list: Vec<&str> = LIST.lines().collect();
        let check = check(self.0.expose());
        // Reserved whole: words have eight letters at most.
        let mut text = Zeroizing::new(String::with_capacity(WORDS * 9));
        let (mut held, mut bits) = (0_u32, 0_u32);
        for byte in self.0.expose().iter().copied().chain([check]) {
            held = (held << 8 | u32::from(byte)) & 0x7_FFFF;
            bits += 8;
            if bits >= BITS {
                bits -= BITS;
                let place = (held >> bits & 0x7FF) as usize;
                if !text.is_empty() {
                    text.push(' ');
                }
                text.push_str(list.get(place).copied().unwrap_or_default());
            }
        }
        SecretText::new(core::mem::take(&mut *text))
    }

    /// The key of eight words, as people type them: any case, blanks, commas and dashes between them, four letters of a word
    /// are enough.
    ///
    /// # Errors
    /// [`WordsError`].
    pub fn from_words(text: &str) -> Result<Self, WordsError> {
        if text.len() > MOST_TEXT {
            return Err(WordsError::Count { found: usize::MAX });
        }
        let words = || text.split(|c: char| !c.is_alphabetic()).filter(|word| !word.is_empty());
        let found = words().count();
        if found != WORDS {
            return Err(WordsError::Count { found });
        }
        let mut bytes = Zeroizing::new(Vec::with_capacity(KEY_LEN + 1));
        let (mut held, mut bits) = (0_u32, 0_u32);
        for (position, word) in (1..).zip(words()) {
            let place = place(word).ok_or(WordsError::Unknown { position })?;
            held = (held << BITS | place) & 0x7_FFFF;
            bits += BITS;
            while bits >= 8 {
                bits -= 8;
                bytes.push((held >> bits & 0xFF) as u8);
            }
        }
        let said = bytes.pop();
        if said != Some(check(&bytes)) {
            return Err(WordsError::Check);
        }
        Ok(Self(Secret::from_bytes(core::mem::take(&mut *bytes))))
    }

    /// The wrapping key of a transfer's slot.
    pub(super) fn wrapping_key(&self, set: &Hex<16>) -> Key {
        Key::derive_from(self.0.expose(), set, &[b"transfer"])
    }
}

/// The words of the list that begin like this, in the list's order: to complete what is being typed.
pub fn beginning_with(start: &str) -> impl Iterator<Item = &'static str> {
    let start = start.trim().to_lowercase();
    LIST.lines().filter(move |word| word.starts_with(&start))
}

/// A word's place: the word itself, or the one word that its first four letters begin.
fn place(typed: &str) -> Option<u32> {
    let typed = Zeroizing::new(typed.to_lowercase());
    let whole = (0..).zip(LIST.lines()).find(|(_, word)| *word == typed.as_str());
    let begun = || (0..).zip(LIST.lines()).find(|(_, word)| typed.len() >= 4 && word.starts_with(typed.as_str()));
    whole.or_else(begun).map(|(place, _)| place)
}

fn check(key: &[u8]) -> u8 {
    Sha256::digest(key).first().copied().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vault::SystemEntropy;

    #[test]
    fn the_list_is_the_published_one() {
        // As every wallet's: 2,048 words, told apart by four letters.
        let starts: std::collections::HashSet<_> = LIST.lines().map(|word| word.get(..4).unwrap_or(word)).collect();
        assert_eq!((LIST.lines().count(), starts.len()), (2048, 2048));
        let digest = data_encoding::HEXLOWER.encode(&Sha256::digest(LIST));
        assert_eq!(digest, "2f5eed53a4727b4bf8880d8f3f199efc90e58503646d9ff8eff3a2ed3b24dbda");
    }

    #[test]
    fn a_key_is_eight_words_and_comes_back() {
        let key = TransferKey(Secret::from_bytes(vec![0; KEY_LEN]));
        assert_eq!(key.to_words().expose(), "abandon abandon abandon abandon abandon abandon abandon ability");
        for _ in 0..200 {
            let key = TransferKey::random(&SystemEntropy).unwrap();
            let words = key.to_words();
            assert_eq!(words.expose().split(' ').count(), WORDS);
            assert_eq!(TransferKey::from_words(words.expose()), Ok(key));
        }
    }

    #[test]
    fn words_as_people_type_them() {
        let key = TransferKey(Secret::from_bytes(vec![0; KEY_LEN]));
        let typed = "  Abandon, ABANDON - aban abandon\nabandon abandon aband  ability.";
        assert_eq!(TransferKey::from_words(typed), Ok(key));
        assert_eq!(beginning_with("Zo").collect::<Vec<_>>(), ["zone", "zoo"]);
    }

    #[test]
    fn what_is_wrong_with_words_is_said() {
        let wrong = |text: &str| TransferKey::from_words(text).unwrap_err();
        assert_eq!(wrong("abandon"), WordsError::Count { found: 1 });
        let words = "abandon abandon abandon abandon abandon abandon abandon";
        assert_eq!(wrong(&format!("{words} abandon")), WordsError::Check);
        assert_eq!(wrong(&format!("{words} smartphone")), WordsError::Unknown { position: 8 });
        assert!(matches!(wrong(&"a".repeat(5_000)), WordsError::Count { .. }));
    }
}
