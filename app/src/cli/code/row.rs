//! One token's code, for scripts and for people.

use serde::{Serialize, Serializer};
use smartotp_core::code::{self, Code};
use smartotp_core::secret::SecretText;
use smartotp_core::token::{Counter, Kind, KindName, Token, TokenId};

use crate::cli::failure::Failure;
use crate::cli::output::{Output, visible};
use crate::cli::table::Table;

/// One token's code; its JSON is a contract.
#[derive(Debug, PartialEq, Eq, Serialize)]
pub(super) struct Row {
    pub(super) id: TokenId,
    pub(super) issuer: String,
    pub(super) account: String,
    #[serde(serialize_with = "exposed")]
    pub(super) code: Option<SecretText>,
    #[serde(skip_serializing_if = "Option::is_none", serialize_with = "exposed")]
    next: Option<SecretText>,
    /// Unix time at which the code ends.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) valid_until: Option<u64>,
    /// The one used.
    #[serde(skip_serializing_if = "Option::is_none")]
    counter: Option<u64>,
    #[serde(skip)]
    kind: KindName,
}

fn exposed<S: Serializer>(code: &Option<SecretText>, serializer: S) -> Result<S::Ok, S::Error> {
    code.as_ref().map(SecretText::expose).serialize(serializer)
}

fn text(code: &Code) -> SecretText {
    SecretText::from(code.as_str())
}

fn code_at(kind: &Kind, token: &Token, unix: u64) -> Option<SecretText> {
    code::at(kind, &token.secret, unix).ok().as_ref().map(text)
}

/// A HOTP token's code for a counter, without using it up.
pub(super) fn hotp_code(token: &Token, counter: Counter) -> Option<SecretText> {
    let Kind::Hotp { algorithm, digits, .. } = token.kind else { return None };
    code_at(&Kind::Hotp { algorithm, digits, counter }, token, 0)
}

impl Row {
    /// The code at a Unix time; that of a HOTP token only where it is peeked at.
    pub(super) fn of(token: &Token, unix: u64, peek: bool, next: bool) -> Self {
        let mut row = Self::nameless(token);
        match &token.kind {
            Kind::Hotp { counter, .. } if peek => {
                row.code = hotp_code(token, *counter);
                row.counter = Some(counter.0);
                row.next = next.then(|| hotp_code(token, counter.next().ok()?)).flatten();
            }
            Kind::Hotp { .. } | Kind::Ocra { .. } => {}
            kind => {
                row.code = code_at(kind, token, unix);
                row.valid_until = kind.period().and_then(|period| unix.checked_add(period.left(unix).into()));
                row.next = row.valid_until.filter(|_| next).and_then(|then| code_at(kind, token, then));
            }
        }
        row
    }

    /// Whether a counter was looked at for it: used up, unless it was only shown.
    pub(super) fn is_used(&self) -> bool {
        self.counter.is_some()
    }

    /// A HOTP code that was used up for this.
    pub(super) fn used(token: &Token, code: &Code, counter: Counter, next: Option<SecretText>) -> Self {
        Self { code: Some(text(code)), counter: Some(counter.0), next, ..Self::nameless(token) }
    }

    fn nameless(token: &Token) -> Self {
        Self {
            id: token.id,
            issuer: token.issuer.clone(),
            account: token.account.clone(),
            code: None,
            next: None,
            valid_until: None,
            counter: None,
            kind: token.kind.name(),
        }
    }

    /// Digits in groups, as people read them; letters in one.
    fn grouped(&self, code: Option<&SecretText>) -> String {
        let Some(code) = code.map(SecretText::expose) else { return "–".to_owned() };
        if matches!(self.kind, KindName::Totp | KindName::Hotp) { grouped(code) } else { code.to_owned() }
    }

    /// The columns for people; `now` adds how long the code lasts.
    fn columns(&self, now: Option<u64>) -> [String; 5] {
        let left = self.valid_until.zip(now).map(|(until, now)| until.saturating_sub(now));
        [
            visible(&self.issuer),
            visible(&self.account),
            self.grouped(self.code.as_ref()),
            self.next.as_ref().map(|next| self.grouped(Some(next))).unwrap_or_default(),
            left.map(|seconds| tr!("{seconds} s", seconds = seconds)).unwrap_or_default(),
        ]
    }
}

/// Groups of digits: 6 is 3+3, 7 is 3+4, 8 is 4+4, 9 is 3+3+3, 10 is 3+3+4.
pub(super) fn grouped(code: &str) -> String {
    let groups: &[usize] = match code.len() {
        6 => &[3, 3],
        7 => &[3, 4],
        8 => &[4, 4],
        9 => &[3, 3, 3],
        10 => &[3, 3, 4],
        length => &[length],
    };
    let mut digits = code.chars();
    let groups: Vec<String> = groups.iter().map(|size| digits.by_ref().take(*size).collect()).collect();
    groups.join(" ")
}

/// Rows as people read them, one line each.
pub(super) fn lines(rows: &[Row], now: u64) -> Vec<String> {
    let mut table = Table::default();
    for row in rows {
        table.row(row.columns(Some(now)));
    }
    table.aligned()
}

/// Prints codes: grouped and with names on a terminal; elsewhere `name TAB code`, and just the code where one token was
/// named, so that `$(smartotp code github)` can be used as it is.
pub(super) fn print(rows: &[Row], named: bool, now: u64, out: Output) -> Result<(), Failure> {
    if out.terminal {
        return lines(rows, now).iter().try_for_each(|line| out.line(line));
    }
    for row in rows {
        let codes = [row.code.as_ref(), row.next.as_ref()];
        let codes = codes.into_iter().flatten().map(SecretText::expose).collect::<Vec<_>>().join("\t");
        if named && rows.len() == 1 {
            out.line(&codes)?;
        } else {
            out.line(&format!("{}:{}\t{codes}", visible(&row.issuer), visible(&row.account)))?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_stand_in_groups() {
        for (code, shown) in [
            ("1234", "1234"),
            ("123456", "123 456"),
            ("1234567", "123 4567"),
            ("12345678", "1234 5678"),
            ("123456789", "123 456 789"),
            ("1234567890", "123 456 7890"),
        ] {
            assert_eq!(grouped(code), shown);
        }
    }
}
