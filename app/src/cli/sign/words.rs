//! A transaction in words, and as JSON.

use serde::Serialize;
use smartotp_core::confirm::{Binding, Field, Meaning, Transaction};

use crate::cli::output::visible;
use crate::cli::table::Table;

/// A transaction as JSON.
#[derive(Serialize)]
pub(super) struct Shown<'a> {
    fields: Vec<ShownField<'a>>,
    /// `bound`, `short` or `beside`.
    binding: &'static str,
    /// How much of a hash of the transaction the challenge holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    bits: Option<u32>,
}

#[derive(Serialize)]
struct ShownField<'a> {
    name: &'a str,
    value: &'a str,
    /// Missing where only the server knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    meaning: Option<&'static str>,
}

impl<'a> Shown<'a> {
    pub(super) fn of(transaction: &'a Transaction, binding: Option<Binding>) -> Self {
        let field = |field: &'a Field| {
            let meaning = names(field.meaning).map(|(name, _)| name);
            ShownField { name: &field.name, value: &field.value, meaning }
        };
        let bits = match binding {
            Some(Binding::Bound { bits, .. } | Binding::Short { bits, .. }) => Some(bits),
            _ => None,
        };
        let binding = binding.unwrap_or(Binding::Beside).name();
        Self { fields: transaction.fields.iter().map(field).collect(), binding, bits }
    }
}

/// What a field means, for scripts and for people.
fn names(meaning: Meaning) -> Option<(&'static str, &'static str)> {
    Some(match meaning {
        Meaning::Amount => ("amount", tr!("Amount")),
        Meaning::Currency => ("currency", tr!("Currency")),
        Meaning::Payee => ("payee", tr!("To")),
        Meaning::Payer => ("payer", tr!("From")),
        Meaning::Account => ("account", tr!("Account")),
        Meaning::Bank => ("bank", tr!("Bank")),
        Meaning::Purpose => ("purpose", tr!("Purpose")),
        Meaning::Reference => ("reference", tr!("Reference")),
        Meaning::Date => ("date", tr!("Date")),
        Meaning::Other => return None,
    })
}

/// One line a field, the values under each other. Two fields of one meaning keep the server's names beside it.
pub(super) fn lines(transaction: &Transaction) -> Vec<String> {
    let mut table = Table::default();
    for field in &transaction.fields {
        let alone = transaction.fields.iter().filter(|other| other.meaning == field.meaning).count() == 1;
        let label = match names(field.meaning) {
            Some((_, label)) if alone => label.to_owned(),
            Some((_, label)) => format!("{label} ({})", visible(&field.name)),
            None => visible(&field.name),
        };
        table.row([format!("  {label}"), visible(&field.value)]);
    }
    table.aligned()
}

/// Whether the challenge is made from the transaction.
pub(super) fn binding(binding: Binding) -> String {
    match binding {
        Binding::Bound { algorithm, .. } => {
            tr!("The challenge is made from these details ({algorithm}).", algorithm = algorithm.name())
        }
        Binding::Short { .. } => tr!(
            "The challenge fits these details, but is so short that others can be made to fit. Compare them with what you ordered."
        )
        .to_owned(),
        Binding::Beside => tr!(
            "These details only stand beside the challenge; nothing proves that it belongs to them. Compare them with what you ordered."
        )
        .to_owned(),
    }
}
