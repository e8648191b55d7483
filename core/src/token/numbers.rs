//! Digits, periods and counters that cannot be out of range.

use core::fmt;

/// A number outside what the standards and real servers use.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{value} is not between {min} and {max}")]
pub struct OutOfRange {
    /// What was given.
    pub value: u64,
    /// The smallest that is taken.
    pub min: u64,
    /// The largest that is taken.
    pub max: u64,
}

/// How many digits a code has: 4 to 10 (RFC 4226 asks for 6 at least; banks and old servers use fewer).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct Digits(u8);

impl Digits {
    /// What nearly every server uses.
    pub const SIX: Self = Self(6);
    /// The other usual length.
    pub const EIGHT: Self = Self(8);

    /// Digits from 4 to 10.
    ///
    /// # Errors
    /// [`OutOfRange`] for any other number.
    pub fn new(digits: u64) -> Result<Self, OutOfRange> {
        match u8::try_from(digits) {
            Ok(small @ 4..=10) => Ok(Self(small)),
            _ => Err(OutOfRange { value: digits, min: 4, max: 10 }),
        }
    }

    /// The number.
    #[must_use]
    pub fn get(self) -> u8 {
        self.0
    }
}

impl TryFrom<u8> for Digits {
    type Error = OutOfRange;
    fn try_from(digits: u8) -> Result<Self, OutOfRange> {
        Self::new(digits.into())
    }
}

impl From<Digits> for u8 {
    fn from(digits: Digits) -> Self {
        digits.0
    }
}

/// How many seconds a code lasts: 1 to 86,400 (a day).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Period(u32);

impl Period {
    /// What nearly every server uses.
    pub const THIRTY: Self = Self(30);

    /// Seconds from 1 to 86,400.
    ///
    /// # Errors
    /// [`OutOfRange`] for any other number.
    pub fn new(seconds: u64) -> Result<Self, OutOfRange> {
        match u32::try_from(seconds) {
            Ok(small @ 1..=86_400) => Ok(Self(small)),
            _ => Err(OutOfRange { value: seconds, min: 1, max: 86_400 }),
        }
    }

    /// In seconds.
    #[must_use]
    pub fn seconds(self) -> u32 {
        self.0
    }

    /// Which step a Unix time lies in (RFC 6238's T, with T0 = 0).
    #[must_use]
    pub fn step(self, unix: u64) -> u64 {
        unix / u64::from(self.0)
    }

    /// How many seconds are left of the step that a Unix time lies in: 1 to the period.
    #[must_use]
    pub fn left(self, unix: u64) -> u32 {
        // What is left of a division by a period is shorter than the period.
        self.0 - u32::try_from(unix % u64::from(self.0)).unwrap_or(0)
    }
}

impl TryFrom<u32> for Period {
    type Error = OutOfRange;
    fn try_from(seconds: u32) -> Result<Self, OutOfRange> {
        Self::new(seconds.into())
    }
}

impl From<Period> for u32 {
    fn from(period: Period) -> Self {
        period.0
    }
}

/// The moving factor of HOTP and of OCRA suites with `C`: the NEXT one to use.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
#[serde(transparent)]
pub struct Counter(pub u64);

impl Counter {
    /// The one after this.
    ///
    /// # Errors
    /// [`OutOfRange`] at the end of the 64 bits that RFC 4226 has: a used counter must never come again.
    pub fn next(self) -> Result<Self, OutOfRange> {
        self.0.checked_add(1).map(Self).ok_or(OutOfRange { value: self.0, min: 0, max: u64::MAX - 1 })
    }
}

impl fmt::Display for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn impossible_numbers_do_not_construct() {
        assert!(Digits::new(3).is_err() && Digits::new(11).is_err() && Digits::new(262).is_err());
        assert!(Period::new(0).is_err() && Period::new(86_401).is_err() && Period::new(1 << 40).is_err());
        assert!(Counter(u64::MAX).next().is_err());
        assert!(serde_json::from_str::<Digits>("12").is_err());
    }

    #[test]
    fn seconds_left_run_from_the_period_to_one() {
        let left: Vec<u32> = (57..=61).map(|t| Period::THIRTY.left(t)).collect();
        assert_eq!(left, [3, 2, 1, 30, 29]);
        assert_eq!(Period::THIRTY.step(59), 1);
    }
    proptest::proptest! {
        #[test]
        fn what_constructs_is_in_range_and_nothing_else(number in proptest::num::u64::ANY) {
            for number in [number, number % 16] {
                proptest::prop_assert_eq!(Digits::new(number).is_ok(), (4..=10).contains(&number));
            }
            for number in [number, number % 100_000] {
                proptest::prop_assert_eq!(Period::new(number).is_ok(), (1..=86_400).contains(&number));
            }
        }

        #[test]
        fn steps_and_what_is_left_make_up_time(seconds in 1_u64..=86_400, unix in 0..u64::MAX - 86_400) {
            let period = Period::new(seconds).unwrap();
            let left = u64::from(period.left(unix));
            proptest::prop_assert!((1..=seconds).contains(&left));
            proptest::prop_assert_eq!(period.step(unix + left), period.step(unix) + 1);
            proptest::prop_assert_eq!(period.step(unix + left - 1), period.step(unix));
        }
    }
}
