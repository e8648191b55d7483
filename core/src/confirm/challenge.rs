//! A challenge out of what was typed or scanned.

use super::binding::Binding;
use super::members;
use super::transaction::Transaction;
use crate::enrol::uri::{Uri, scheme};

/// The longest text that is looked at, in bytes: a QR code holds 2,953.
const MAX_LEN: usize = 4096;

/// How the challenge itself is named.
const QUESTION: [&str; 3] = ["challenge", "question", "q"];
/// How the transaction is named.
const DATA: &str = "transactionData";

/// What is to be signed.
#[derive(Clone, PartialEq, Eq)]
pub struct Challenge {
    /// What goes into the answer. Whether it fits a suite, [`crate::code::ocra::respond`] says.
    pub question: String,
    /// What it is for, where the text says so.
    pub transaction: Option<Transaction>,
}

/// Why a text is no challenge that can be shown and signed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChallengeError {
    /// Nothing was given.
    #[error("the challenge is empty")]
    Empty,
    /// Longer, or with more fields, than can be shown and read.
    #[error("longer than can be shown")]
    TooLong,
    /// JSON or a URI without `challenge`, `question` or `q`.
    #[error("there is no challenge in it")]
    NoQuestion,
    /// JSON that is broken, or a field that is no text and no number.
    #[error("damaged")]
    Damaged,
    /// A name stands there twice: which one the server means, nobody can say.
    #[error("{name} came twice")]
    Repeated {
        /// Which.
        name: String,
    },
    /// A field holds characters that are not seen, or turn the writing around.
    #[error("a field holds characters that cannot be shown")]
    Hidden,
}

impl Challenge {
    /// Reads a bare challenge, a URI with it in its query, or JSON.
    ///
    /// # Errors
    /// [`ChallengeError`].
    pub fn read(text: &str) -> Result<Self, ChallengeError> {
        let text = text.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if text.is_empty() {
            return Err(ChallengeError::Empty);
        }
        if text.len() > MAX_LEN {
            return Err(ChallengeError::TooLong);
        }
        if text.starts_with('{') {
            return Self::of_json(text);
        }
        if scheme(text).is_some_and(|(_, rest)| rest.starts_with("//") || rest.contains('?')) {
            return Self::of_uri(text);
        }
        Ok(Self { question: text.to_owned(), transaction: None })
    }

    /// How the challenge and its transaction belong together; `None`: there is no transaction.
    #[must_use]
    pub fn binding(&self) -> Option<Binding> {
        let transaction = self.transaction.as_ref()?;
        Some(transaction.data.as_deref().map_or(Binding::Beside, |data| Binding::of(&self.question, data)))
    }

    fn of_uri(text: &str) -> Result<Self, ChallengeError> {
        let uri = Uri::split(text).map_err(|_| ChallengeError::TooLong)?;
        let parameters = uri.query.into_iter().map(|(name, value)| (name, value.expose().to_owned())).collect();
        let (question, data, beside) = parts(parameters)?;
        Ok(Self { question, transaction: Transaction::of(data, beside)? })
    }

    fn of_json(text: &str) -> Result<Self, ChallengeError> {
        let members = members::read(text).ok_or(ChallengeError::Damaged)?;
        let mut plain = Vec::with_capacity(members.len());
        let mut object = None;
        for (name, value) in members {
            match members::plain(value) {
                Some(value) => plain.push((name.into_owned(), value)),
                None if value == "null" => {}
                None if name.eq_ignore_ascii_case(DATA) && object.is_none() => object = Some(value),
                None => return Err(ChallengeError::Damaged),
            }
        }
        let (question, data, beside) = parts(plain)?;
        let transaction = match object {
            Some(_) if data.is_some() => return Err(ChallengeError::Repeated { name: DATA.into() }),
            Some(text) => {
                let fields = members::read(text).ok_or(ChallengeError::Damaged)?;
                let fields: Option<Vec<(String, String)>> =
                    fields.into_iter().map(|(name, value)| Some((name.into_owned(), members::plain(value)?))).collect();
                Transaction::of_members(text.to_owned(), &fields.ok_or(ChallengeError::Damaged)?, &beside)?
            }
            None => Transaction::of(data, beside)?,
        };
        Ok(Self { question, transaction })
    }
}

/// The challenge, the transaction's text, and what stood beside them.
type Parts = (String, Option<String>, Vec<(String, String)>);

fn parts(named: Vec<(String, String)>) -> Result<Parts, ChallengeError> {
    let (mut question, mut data, mut beside) = (None, None, Vec::new());
    for (name, value) in named {
        let place = if QUESTION.iter().any(|known| name.eq_ignore_ascii_case(known)) {
            &mut question
        } else if name.eq_ignore_ascii_case(DATA) {
            &mut data
        } else {
            beside.push((name, value));
            continue;
        };
        if place.is_some() {
            return Err(ChallengeError::Repeated { name });
        }
        *place = Some(value);
    }
    let question = question.map(|question| question.trim().to_owned()).ok_or(ChallengeError::NoQuestion)?;
    if question.is_empty() { Err(ChallengeError::Empty) } else { Ok((question, data, beside)) }
}

impl core::fmt::Debug for Challenge {
    /// Without what it says: a challenge may be a payment.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Challenge").field("transaction", &self.transaction).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::confirm::Meaning;

    fn read(text: &str) -> (String, Vec<(String, String)>) {
        let challenge = Challenge::read(text).unwrap();
        let fields = challenge.transaction.map(|transaction| transaction.fields).unwrap_or_default();
        (challenge.question, fields.into_iter().map(|field| (field.name, field.value)).collect())
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_bare_challenge_is_itself() {
        for text in ["12345678", " 12345678\n", "SIG10000", "a:b", "Q=1"] {
            assert_eq!(read(text), (text.trim().to_owned(), vec![]));
        }
    }

    #[test]
    fn a_uri_and_json_say_the_same() {
        let fields = pairs(&[("amount", "100.00"), ("to", "ACME & Co")]);
        for text in [
            "cwys://sign?challenge=12345678&transactionData=amount%3D100.00%7Cto%3DACME%20%26%20Co",
            "https://bank.example/sign?q=12345678&transactiondata=amount=100.00|to=ACME+%26+Co",
            r#"{"challenge":"12345678","transactionData":"amount=100.00|to=ACME & Co"}"#,
            r#"{ "question": 12345678, "transactionData": {"amount": 100.00, "to": "ACME \u0026 Co"} }"#,
            r#"{"q":"12345678","amount":100.00,"to":"ACME & Co"}"#,
        ] {
            assert_eq!(read(text), ("12345678".to_owned(), fields.clone()), "{text}");
        }
    }

    #[test]
    fn the_hash_of_the_transaction_binds_it() {
        // printf 'amount=100.00|to=ACME GmbH' | sha256sum
        let data = "amount=100.00|to=ACME GmbH";
        let hash =
            data_encoding::HEXLOWER.encode(ring::digest::digest(&ring::digest::SHA256, data.as_bytes()).as_ref());
        let binding = |data: &str| {
            Challenge::read(&format!(r#"{{"challenge":"{hash}","transactionData":"{data}"}}"#)).unwrap().binding()
        };
        assert_eq!(binding(data).map(Binding::name), Some("bound"));
        assert_eq!(binding("amount=999.00|to=ACME GmbH"), Some(Binding::Beside));
        assert_eq!(Challenge::read("12345678").unwrap().binding(), None);
        let loose = Challenge::read(r#"{"q":"12345678","amount":"1"}"#).unwrap();
        assert_eq!(loose.binding(), Some(Binding::Beside));
        assert_eq!(loose.transaction.unwrap().fields[0].meaning, Meaning::Amount);
    }

    #[test]
    fn what_is_ambiguous_or_broken_is_refused() {
        let error = |text: &str| Challenge::read(text).unwrap_err();
        for text in ["", " \n", r#"{"challenge":""}"#] {
            assert_eq!(error(text), ChallengeError::Empty, "{text}");
        }
        for text in ["{", r#"{"challenge":"1"} x"#, r#"{"challenge":["1"]}"#, r#"{"challenge":"1","a":{}}"#, "{1}"] {
            assert_eq!(error(text), ChallengeError::Damaged, "{text}");
        }
        for text in ["cwys://sign?amount=1", r#"{"amount":1}"#, "{}", "https://bank.example/"] {
            assert_eq!(error(text), ChallengeError::NoQuestion, "{text}");
        }
        for (text, name) in [
            (r#"{"challenge":"1","challenge":"2"}"#, "challenge"),
            (r#"{"challenge":"1","question":"2"}"#, "question"),
            ("x://?q=1&q=2", "q"),
            (r#"{"q":"1","transactionData":"a=1","transactionData":{"a":2}}"#, "transactionData"),
            (r#"{"q":"1","transactionData":"amount=1","amount":"2"}"#, "amount"),
        ] {
            assert_eq!(error(text), ChallengeError::Repeated { name: name.into() }, "{text}");
        }
        assert_eq!(error(&"1".repeat(4097)), ChallengeError::TooLong);
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,300}") {
            let _ = Challenge::read(&text);
            let _ = Challenge::read(&format!("x://?q=1&transactionData={text}"));
            let _ = Challenge::read(&format!("{{\"q\":1,\"transactionData\":{text}}}"));
        }
    }
}
