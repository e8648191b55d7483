//! Confirm what you see (CWYS): what a challenge says, then what is signed.
//!
//! ```text
//! typed or scanned text ─► Challenge { question, transaction } ─► shown ─► Session::sign ─► answer
//! ```
//!
//! The bank's page shows a transaction and a challenge; the app shows the same transaction before it answers. The QR code of one
//! is not published, so what real servers write is read: a bare challenge, a URI or JSON. Whether the challenge is made
//! from the transaction, or only stands beside it, is a fact of its own: [`Binding`].
//!
//! ```
//! use smartotp_core::confirm::{Binding, Challenge, Meaning};
//!
//! let text = r#"{"challenge":"12345678","transactionData":"amount=100.00|to=ACME GmbH"}"#;
//! let challenge = Challenge::read(text)?;
//! let transaction = challenge.transaction.as_ref().ok_or("fields")?;
//! assert_eq!(challenge.question, "12345678");
//! assert_eq!((transaction.fields[0].meaning, transaction.fields[0].value.as_str()), (Meaning::Amount, "100.00"));
//! assert_eq!(challenge.binding(), Some(Binding::Beside)); // another transaction could stand beside this challenge
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod binding;
mod challenge;
mod members;
mod transaction;

pub use binding::{Binding, SOUND_BITS};
pub use challenge::{Challenge, ChallengeError};
pub use transaction::{Field, Meaning, Transaction};

use crate::code::ocra::Suite;

/// What a suite asks for beside the challenge, and a person or the clock brings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Needs {
    /// A PIN.
    pub pin: bool,
    /// Session information of at most so many bytes.
    pub session: Option<usize>,
    /// A counter, which is saved before the answer is shown.
    pub counter: bool,
    /// The time, in steps of so many seconds.
    pub time_step: Option<u32>,
}

/// What a suite asks for and nobody has brought.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    /// The PIN.
    Pin,
    /// The session information.
    Session {
        /// Its length in bytes at most.
        max: usize,
    },
}

impl Needs {
    /// What a suite asks for.
    #[must_use]
    pub fn of(suite: &Suite) -> Self {
        Self {
            pin: suite.pin_hash().is_some(),
            session: suite.session_length(),
            counter: suite.has_counter(),
            time_step: suite.time_step(),
        }
    }

    /// All of what is missing, so that it is said at once.
    #[must_use]
    pub fn missing(&self, has_pin: bool, has_session: bool) -> Vec<Missing> {
        let pin = (self.pin && !has_pin).then_some(Missing::Pin);
        let session = self.session.filter(|_| !has_session).map(|max| Missing::Session { max });
        pin.into_iter().chain(session).collect()
    }

    /// When an answer of a Unix time is no longer the one that the server computes; `None`: time does not go in.
    #[must_use]
    pub fn answer_until(&self, unix: u64) -> Option<u64> {
        let step = u64::from(self.time_step?).max(1);
        (unix / step).checked_add(1)?.checked_mul(step)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_suite_says_all_that_it_asks_for() {
        let needs = |suite: &str| Needs::of(&suite.parse().unwrap());
        let all = needs("OCRA-1:HOTP-SHA512-8:C-QA10-PSHA1-S128-T1M");
        assert_eq!(all.missing(false, false), [Missing::Pin, Missing::Session { max: 128 }]);
        assert_eq!(all.missing(true, false), [Missing::Session { max: 128 }]);
        assert!(all.missing(true, true).is_empty() && all.counter);
        let none = needs("OCRA-1:HOTP-SHA1-6:QN08");
        assert!(none.missing(false, false).is_empty() && !none.counter);
        assert_eq!(none.answer_until(5), None);
    }

    #[test]
    fn an_answer_by_time_ends_with_its_step() {
        let needs = Needs::of(&"OCRA-1:HOTP-SHA1-6:QN08-T1M".parse().unwrap());
        assert_eq!([0, 59, 60, 119].map(|unix| needs.answer_until(unix)), [Some(60), Some(60), Some(120), Some(120)]);
        assert_eq!(needs.answer_until(u64::MAX), None);
    }
}
