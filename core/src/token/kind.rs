//! How codes are made from a secret: one variant a standard, each with just the parameters it has.

use super::{Counter, Digits, Period};
use crate::code::ocra::Suite;
use crate::secret::SecretText;

/// The hash function under HMAC.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
pub enum Algorithm {
    /// SHA-1, what nearly every server uses. HMAC does not need its collision resistance.
    #[default]
    #[serde(rename = "SHA1")]
    Sha1,
    /// SHA-256.
    #[serde(rename = "SHA256")]
    Sha256,
    /// SHA-512.
    #[serde(rename = "SHA512")]
    Sha512,
}

impl Algorithm {
    /// As enrolment URIs write it: `SHA1`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
            Self::Sha512 => "SHA512",
        }
    }
}

/// How a numeric OCRA challenge (QN) becomes bytes.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChallengeEncoding {
    /// RFC 6287: the number in hexadecimal, padded on the right.
    #[default]
    Rfc,
    /// Protectimus' own: the challenge's ASCII bytes (deduced, not published).
    Ascii,
}

impl ChallengeEncoding {
    /// As it is written: `rfc`.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rfc => "rfc",
            Self::Ascii => "ascii",
        }
    }
}

/// How codes are made.
#[derive(Debug, PartialEq, Eq)]
pub enum Kind {
    /// RFC 6238: a code for each step of time.
    Totp {
        /// Hash under HMAC.
        algorithm: Algorithm,
        /// Length of a code.
        digits: Digits,
        /// Length of a step.
        period: Period,
    },
    /// RFC 4226: a code for each number of a counter.
    Hotp {
        /// Hash under HMAC.
        algorithm: Algorithm,
        /// Length of a code.
        digits: Digits,
        /// The next counter to use.
        counter: Counter,
    },
    /// RFC 6287: an answer to a challenge.
    Ocra {
        /// What goes into an answer, and how.
        suite: Suite,
        /// The next counter to use, where the suite has `C`; 0 and unused otherwise.
        counter: Counter,
        /// How a numeric challenge becomes bytes.
        encoding: ChallengeEncoding,
    },
    /// Steam Guard: SHA-1, 30 seconds, five characters of an alphabet of its own.
    Steam,
    /// Mobile-OTP (motp.sourceforge.net): MD5 over time/10, key and PIN, six hexadecimal digits.
    Motp {
        /// Usually four digits.
        pin: SecretText,
    },
    /// Yandex Key: HMAC-SHA-256 under a hash of PIN and secret, eight letters, 30 seconds.
    Yandex {
        /// 4 to 16 digits.
        pin: SecretText,
    },
}

/// A kind without its parameters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
#[allow(missing_docs)]
pub enum KindName {
    Totp,
    Hotp,
    Ocra,
    Steam,
    Motp,
    Yandex,
}

impl KindName {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 6] = [Self::Totp, Self::Hotp, Self::Ocra, Self::Steam, Self::Motp, Self::Yandex];

    /// Lower case, as the command line and exports write it: `totp`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Totp => "totp",
            Self::Hotp => "hotp",
            Self::Ocra => "ocra",
            Self::Steam => "steam",
            Self::Motp => "motp",
            Self::Yandex => "yandex",
        }
    }
}

impl Kind {
    /// TOTP as nearly every server has it: SHA-1, six digits, thirty seconds.
    #[must_use]
    pub fn usual_totp() -> Self {
        Self::Totp { algorithm: Algorithm::Sha1, digits: Digits::SIX, period: Period::THIRTY }
    }

    /// Which kind it is.
    #[must_use]
    pub fn name(&self) -> KindName {
        match self {
            Self::Totp { .. } => KindName::Totp,
            Self::Hotp { .. } => KindName::Hotp,
            Self::Ocra { .. } => KindName::Ocra,
            Self::Steam => KindName::Steam,
            Self::Motp { .. } => KindName::Motp,
            Self::Yandex { .. } => KindName::Yandex,
        }
    }

    /// The length of a step, for the kinds that follow the clock (an OCRA suite's `T` is asked for its own).
    #[must_use]
    pub fn period(&self) -> Option<Period> {
        match self {
            Self::Totp { period, .. } => Some(*period),
            Self::Steam | Self::Yandex { .. } => Some(Period::THIRTY),
            Self::Motp { .. } => Period::new(10).ok(),
            Self::Hotp { .. } | Self::Ocra { .. } => None,
        }
    }

    /// The next counter, for HOTP and for OCRA suites with `C`.
    #[must_use]
    pub fn counter(&self) -> Option<Counter> {
        match self {
            Self::Hotp { counter, .. } => Some(*counter),
            Self::Ocra { suite, counter, .. } if suite.has_counter() => Some(*counter),
            _ => None,
        }
    }

    /// A second copy, on purpose (a PIN may be inside).
    #[must_use]
    pub fn duplicate(&self) -> Self {
        match self {
            Self::Totp { algorithm, digits, period } => {
                Self::Totp { algorithm: *algorithm, digits: *digits, period: *period }
            }
            Self::Hotp { algorithm, digits, counter } => {
                Self::Hotp { algorithm: *algorithm, digits: *digits, counter: *counter }
            }
            Self::Ocra { suite, counter, encoding } => {
                Self::Ocra { suite: suite.clone(), counter: *counter, encoding: *encoding }
            }
            Self::Steam => Self::Steam,
            Self::Motp { pin } => Self::Motp { pin: pin.duplicate() },
            Self::Yandex { pin } => Self::Yandex { pin: pin.duplicate() },
        }
    }

    /// The next counter, to be moved.
    pub(crate) fn counter_mut(&mut self) -> Option<&mut Counter> {
        match self {
            Self::Hotp { counter, .. } => Some(counter),
            Self::Ocra { suite, counter, .. } if suite.has_counter() => Some(counter),
            _ => None,
        }
    }

    /// Whether two kinds are equal in all that nobody can change: all but the counter and the encoding of challenges.
    pub(crate) fn was_enrolled_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Ocra { suite, .. }, Self::Ocra { suite: others, .. }) => suite == others,
            _ => self.makes_the_same_codes_as(other),
        }
    }

    /// Whether two kinds make the same codes of the same secret: equal in all but the counter.
    #[must_use]
    pub fn makes_the_same_codes_as(&self, other: &Self) -> bool {
        match (self, other) {
            (
                Self::Hotp { algorithm, digits, counter: _ },
                Self::Hotp { algorithm: other_algorithm, digits: other_digits, counter: _ },
            ) => algorithm == other_algorithm && digits == other_digits,
            (
                Self::Ocra { suite, encoding, counter: _ },
                Self::Ocra { suite: other_suite, encoding: other_encoding, counter: _ },
            ) => suite == other_suite && encoding == other_encoding,
            _ => self == other,
        }
    }
}
