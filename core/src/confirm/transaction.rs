//! The fields of a transaction, as they are shown before anything is signed.

use super::challenge::ChallengeError;
use crate::enrol::names;

/// The most fields that a screen can show, and a person can read.
const MOST_FIELDS: usize = 40;
/// The longest name, in characters.
const LONGEST_NAME: usize = 60;
/// The longest value, in characters.
const LONGEST_VALUE: usize = 500;

/// What a challenge says that it is for.
#[derive(Clone, PartialEq, Eq)]
pub struct Transaction {
    /// In the order in which they came.
    pub fields: Vec<Field>,
    /// The text that a challenge may be the hash of; `None`: the fields came one by one.
    pub(super) data: Option<String>,
}

/// One field.
#[derive(Clone, PartialEq, Eq)]
pub struct Field {
    /// As the server names it; may be empty.
    pub name: String,
    /// As the server writes it. It is never put into another form: what is shown is what is signed.
    pub value: String,
    /// What it means, where the name is one that is known.
    pub meaning: Meaning,
}

/// What a field means, for a label in the user's language.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Meaning {
    Amount,
    Currency,
    /// Who gets it.
    Payee,
    /// Who gives it.
    Payer,
    /// An account, card or IBAN.
    Account,
    Bank,
    Purpose,
    Reference,
    Date,
    /// Named by the server alone.
    Other,
}

impl Meaning {
    /// What a name means, in the words that servers use.
    #[must_use]
    pub fn of(name: &str) -> Self {
        let known: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        match known.as_str() {
            "amount" | "sum" | "total" | "value" | "price" | "betrag" => Self::Amount,
            "currency" | "ccy" | "curr" | "waehrung" => Self::Currency,
            "to" | "payee" | "recipient" | "receiver" | "beneficiary" | "creditor" | "merchant" => Self::Payee,
            "from" | "payer" | "sender" | "debtor" => Self::Payer,
            "account" | "iban" | "card" | "accountnumber" | "cardnumber" | "pan" | "toaccount" | "fromaccount" => {
                Self::Account
            }
            "bank" | "bic" | "swift" => Self::Bank,
            "purpose" | "description" | "details" | "message" | "memo" | "note" | "subject" => Self::Purpose,
            "reference" | "ref" | "id" | "transactionid" | "order" | "orderid" | "invoice" => Self::Reference,
            "date" | "time" | "datetime" | "timestamp" | "duedate" => Self::Date,
            _ => Self::Other,
        }
    }
}

impl Transaction {
    /// Fields as `name=value|name=value`, and others that stood beside them.
    pub(super) fn of(data: Option<String>, beside: Vec<(String, String)>) -> Result<Option<Self>, ChallengeError> {
        let mut fields = Vec::new();
        for piece in data.as_deref().unwrap_or_default().split('|').filter(|piece| !piece.trim().is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or(("", piece));
            push(&mut fields, name, value)?;
        }
        for (name, value) in &beside {
            push(&mut fields, name, value)?;
        }
        Ok((!fields.is_empty()).then_some(Self { fields, data }))
    }

    /// Fields that came as the members of an object, whose text the challenge may be the hash of.
    pub(super) fn of_members(
        data: String,
        members: &[(String, String)],
        beside: &[(String, String)],
    ) -> Result<Option<Self>, ChallengeError> {
        let mut fields = Vec::new();
        for (name, value) in members.iter().chain(beside) {
            push(&mut fields, name, value)?;
        }
        Ok((!fields.is_empty()).then_some(Self { fields, data: Some(data) }))
    }
}

/// Takes a field that can be shown whole; one that hides something is refused, not tidied up.
fn push(fields: &mut Vec<Field>, name: &str, value: &str) -> Result<(), ChallengeError> {
    let (name, value) = (name.trim(), value.trim());
    if fields.len() == MOST_FIELDS || name.chars().count() > LONGEST_NAME || value.chars().count() > LONGEST_VALUE {
        return Err(ChallengeError::TooLong);
    }
    if names::clean(name) != name || names::clean(value) != value {
        return Err(ChallengeError::Hidden);
    }
    if !name.is_empty() && fields.iter().any(|field| field.name.eq_ignore_ascii_case(name)) {
        return Err(ChallengeError::Repeated { name: name.to_owned() });
    }
    fields.push(Field { name: name.to_owned(), value: value.to_owned(), meaning: Meaning::of(name) });
    Ok(())
}

impl core::fmt::Debug for Transaction {
    /// Without what it says: a transaction is somebody's money.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Transaction").field("fields", &self.fields.len()).finish_non_exhaustive()
    }
}

impl core::fmt::Debug for Field {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Field").field("meaning", &self.meaning).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(data: &str) -> Result<Vec<(String, String, Meaning)>, ChallengeError> {
        let transaction = Transaction::of(Some(data.to_owned()), Vec::new())?;
        let fields = transaction.map(|transaction| transaction.fields).unwrap_or_default();
        Ok(fields.into_iter().map(|field| (field.name, field.value, field.meaning)).collect())
    }

    #[test]
    fn names_that_servers_use_have_a_meaning() {
        let read =
            fields("Amount=1.000,00|currency=EUR|To=Müller & Söhne|IBAN=DE02 1203|order-id=7|mood=good").unwrap();
        let meanings: Vec<Meaning> = read.iter().map(|(_, _, meaning)| *meaning).collect();
        assert_eq!(
            meanings,
            [Meaning::Amount, Meaning::Currency, Meaning::Payee, Meaning::Account, Meaning::Reference, Meaning::Other]
        );
        assert_eq!(read[0].1, "1.000,00", "an amount stays as it was written");
    }

    #[test]
    fn a_value_may_hold_what_parts_names_and_a_piece_may_have_none() {
        assert_eq!(
            fields("memo=a=b||free text").unwrap(),
            [("memo".into(), "a=b".into(), Meaning::Purpose), (String::new(), "free text".into(), Meaning::Other)]
        );
    }

    #[test]
    fn what_hides_something_is_refused() {
        for data in ["to=ACME\u{202e}HBmG", "a\u{200b}mount=1", "to=ACME\u{1b}[2J", "to=one\ntwo"] {
            assert_eq!(fields(data), Err(ChallengeError::Hidden), "{data:?}");
        }
        assert_eq!(fields("amount=1|AMOUNT=9999"), Err(ChallengeError::Repeated { name: "AMOUNT".into() }));
    }

    #[test]
    fn more_than_a_person_reads_is_refused() {
        assert_eq!(fields(&"a|".repeat(41)), Err(ChallengeError::TooLong));
        assert_eq!(fields(&format!("to={}", "x".repeat(501))), Err(ChallengeError::TooLong));
    }
}
