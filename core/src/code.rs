//! Secret and moving factor in, code out: one file a standard.
//!
//! Time, counters and challenges come in as arguments; nothing here reads a clock or changes a token.

pub mod hotp;
pub mod motp;
pub mod ocra;
pub mod steam;
pub mod totp;
pub mod yandex;

use crate::secret::{Secret, SecretText};
use crate::token::{Digits, Kind};

/// A one-time code, as it is displayed (without gaps): digits, or letters for Steam, mOTP and Yandex. Wiped on drop.
#[derive(Debug, PartialEq, Eq)]
pub struct Code {
    text: SecretText,
    grouped: bool,
}

impl Code {
    /// The characters, as they are copied.
    #[must_use]
    pub fn as_str(&self) -> &str {
        self.text.expose()
    }

    /// The characters in the groups in which people read them aloud: 6 as 3+3, 7 as 3+4, 8 as 4+4, 9 as 3+3+3,
    /// 10 as 3+3+4; 4 and 5 digits, and whatever is no decimal number, in one.
    #[must_use]
    pub fn groups(&self) -> Vec<&str> {
        let mut rest = self.as_str();
        let all_but_the_last: &[usize] = match rest.len() {
            _ if !self.grouped => &[],
            6 | 7 => &[3],
            8 => &[4],
            9 | 10 => &[3, 3],
            _ => &[],
        };
        let mut groups = Vec::with_capacity(all_but_the_last.len() + 1);
        for &length in all_but_the_last {
            let Some((group, others)) = rest.split_at_checked(length) else { break };
            groups.push(group);
            rest = others;
        }
        groups.push(rest);
        groups
    }

    /// The last digits of a number, with leading zeros where it has fewer: RFC 4226's `mod 10^Digit`. At ten digits the
    /// number, of 31 bits, stands whole; `10^10` would be more than 32 bits hold.
    fn decimal(value: u32, digits: Digits) -> Self {
        let mut places = vec![b'0'; digits.get().into()];
        let mut rest = value;
        for place in places.iter_mut().rev() {
            *place += (rest % 10) as u8;
            rest /= 10;
        }
        Self { grouped: true, ..Self::letters(places) }
    }

    /// ASCII characters, which are shown in one piece. They are moved, not copied.
    fn letters(ascii: impl Into<Vec<u8>>) -> Self {
        let text = String::from_utf8(ascii.into()).unwrap_or_default();
        Self { text: SecretText::new(text), grouped: false }
    }
}

/// Why there is no code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CodeError {
    /// An OCRA token answers challenges only.
    #[error("this token answers challenges only")]
    NeedsChallenge,
    /// The secret cannot be used with this kind (a Yandex secret of the wrong length or with a wrong checksum).
    #[error("the secret does not fit its kind")]
    BadSecret,
}

/// The code of a token at a Unix time; for HOTP the code of its next counter, without using it up.
///
/// ```
/// use smartotp_core::{code, secret::Secret, token::Kind};
///
/// let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
/// let code = code::at(&Kind::usual_totp(), &secret, 1_111_111_109)?;
/// assert_eq!(code.as_str(), "081804");
/// assert_eq!(code.groups(), ["081", "804"]);
/// # Ok::<(), code::CodeError>(())
/// ```
///
/// # Errors
/// [`CodeError`] for OCRA tokens and for secrets that do not fit.
pub fn at(kind: &Kind, secret: &Secret, unix: u64) -> Result<Code, CodeError> {
    match kind {
        Kind::Totp { algorithm, digits, period } => Ok(totp::code(secret, *algorithm, *digits, *period, unix)),
        Kind::Hotp { algorithm, digits, counter } => Ok(hotp::code(secret, *algorithm, *digits, *counter)),
        Kind::Ocra { .. } => Err(CodeError::NeedsChallenge),
        Kind::Steam => Ok(steam::code(secret, unix)),
        Kind::Motp { pin } => Ok(motp::code(secret, pin, unix)),
        Kind::Yandex { pin } => yandex::code(secret, pin, unix),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::{Algorithm, ChallengeEncoding, Counter, Period};
    use proptest::prelude::*;

    fn decimal(value: u32, digits: u64) -> Code {
        Code::decimal(value, Digits::new(digits).unwrap())
    }

    #[test]
    fn decimal_keeps_the_last_digits_and_the_leading_zeros() {
        // RFC 4226 Appendix D, count 0: the truncated value in decimal is 1284755224.
        let codes: Vec<String> = (4..=10).map(|n| decimal(1_284_755_224, n).as_str().to_owned()).collect();
        assert_eq!(codes, ["5224", "55224", "755224", "4755224", "84755224", "284755224", "1284755224"]);
        assert_eq!(decimal(7, 10).as_str(), "0000000007");
        assert_eq!(decimal(0x7FFF_FFFF, 10).as_str(), "2147483647");
        assert_eq!(decimal(0, 4).as_str(), "0000");
    }

    #[test]
    fn digits_are_read_in_groups_and_letters_are_not() {
        let sizes = |n| decimal(1_284_755_224, n).groups().iter().map(|group| group.len()).collect::<Vec<_>>();
        let all: Vec<Vec<usize>> = (4..=10).map(sizes).collect();
        assert_eq!(
            all,
            [vec![4], vec![5], vec![3, 3], vec![3, 4], vec![4, 4], vec![3, 3, 3], vec![3, 3, 4]] as [Vec<usize>; 7]
        );
        // A mOTP code may happen to be all digits; it is shown in one piece all the same.
        assert_eq!(Code::letters("123456").groups(), ["123456"]);
    }

    #[test]
    fn a_code_is_never_printed() {
        assert!(!format!("{:?}", decimal(755_224, 6)).contains("755224"));
    }

    #[test]
    fn an_ocra_token_has_no_code_of_its_own() {
        let kind = Kind::Ocra {
            suite: "OCRA-1:HOTP-SHA1-6:QN08".parse().unwrap(),
            counter: Counter(0),
            encoding: ChallengeEncoding::Rfc,
        };
        assert_eq!(at(&kind, &Secret::from_bytes(vec![1; 20]), 0), Err(CodeError::NeedsChallenge));
    }

    fn algorithm() -> impl Strategy<Value = Algorithm> {
        prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)]
    }

    proptest! {
        #[test]
        fn a_code_has_just_its_digits(
            key in proptest::collection::vec(any::<u8>(), 0..200),
            algorithm in algorithm(),
            digits in 4_u64..=10,
            period in 1_u64..=86_400,
            unix in any::<u64>(),
        ) {
            let (secret, digits) = (Secret::from_bytes(key), Digits::new(digits).unwrap());
            let period = Period::new(period).unwrap();
            let by_time = at(&Kind::Totp { algorithm, digits, period }, &secret, unix).unwrap();
            prop_assert_eq!(by_time.as_str().len(), usize::from(digits.get()));
            prop_assert!(by_time.as_str().bytes().all(|byte| byte.is_ascii_digit()));
            prop_assert_eq!(by_time.groups().concat(), by_time.as_str());
            let counter = Counter(period.step(unix));
            prop_assert_eq!(at(&Kind::Hotp { algorithm, digits, counter }, &secret, 0), Ok(by_time));
        }

        #[test]
        fn letters_are_five_six_and_eight(key in proptest::collection::vec(any::<u8>(), 16), unix in any::<u64>()) {
            let secret = Secret::from_bytes(key);
            let pin = || SecretText::from("1234");
            for (kind, length) in [(Kind::Steam, 5), (Kind::Motp { pin: pin() }, 6), (Kind::Yandex { pin: pin() }, 8)] {
                let code = at(&kind, &secret, unix).unwrap();
                prop_assert_eq!(code.as_str().len(), length);
                prop_assert_eq!(code.groups(), [code.as_str()]);
            }
        }
    }
}
