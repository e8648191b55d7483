//! Raivo OTP's export: a JSON list whose numbers and truths are texts. It comes in a zip under a password, which
//! `archive` opens.

use super::ImportError;
use super::found::Found;
use super::input::Input;
use super::json::{Object, Value};
use crate::enrol::draft::{Draft, DraftKey, kind};
use crate::enrol::{EnrolError, Enrolment};
use crate::secret::SecretText;
use crate::token::KindName;

/// Whether it is that list.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let first = input.json().and_then(Value::list).ok().and_then(|list| list.first().and_then(|first| first.object()));
    first.is_some_and(|first| first.has_all(&["secret", "issuer", "account", "kind"]))
}

/// Reads every token.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    for (number, token) in (1..).zip(input.json()?.list()?) {
        let Some(token) = token.object() else {
            found.entry(number, "", Err(EnrolError::Unknown))?;
            continue;
        };
        let key = token.text("secret").filter(|key| !key.is_empty()).map_or(DraftKey::Missing, DraftKey::Base32);
        let draft = Draft::new(KindName::Totp, token.string("issuer"), token.string("account"), key);
        let name = draft.name();
        found.entry(number, &name, enrol(draft, &token))?;
    }
    Ok(())
}

fn enrol(mut draft: Draft, token: &Object<'_>) -> Result<Enrolment, EnrolError> {
    draft.kind = kind(&token.string("kind"))?;
    draft.algorithm = token.get("algorithm").and_then(Value::string);
    draft.digits = token.number("digits")?;
    draft.period = if draft.kind == KindName::Totp { token.number("timer")? } else { None };
    draft.counter = if draft.kind == KindName::Hotp { token.number("counter")? } else { None };
    let mut enrolment = draft.enrol()?;
    enrolment.favourite = token.bool("pinned") || token.string("pinned") == "true";
    Ok(enrolment)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{read, seed, survives, tokens};

    const FILE: &str = r#"[{"issuer":"ACME","account":"mira","secret":"GEZDGNBVGY3TQOJQ","algorithm":"SHA256","digits":"8",
        "kind":"TOTP","timer":"60","counter":"0","pinned":"true","iconType":"","iconValue":""},
        {"issuer":"ACME","account":"two","secret":"GEZDGNBVGY3TQOJQ","algorithm":"SHA1","digits":"6","kind":"HOTP",
        "timer":"0","counter":"4","pinned":"false"},{"issuer":"ACME","account":"x","secret":"","kind":"TOTP"}]"#;

    #[test]
    fn numbers_and_truths_are_texts() {
        let outcome = read(FILE.as_bytes(), None).expect("two tokens");
        let key = "GEZDGNBVGY3TQOJQ";
        assert_eq!(tokens(&outcome), [format!("totp ACME {key} SHA256 8 60"), format!("hotp ACME {key} SHA1 6 4")]);
        assert!(outcome.tokens[0].favourite && !outcome.tokens[1].favourite);
        assert_eq!(outcome.unreadable.len(), 1);
        seed("raivo", "list", FILE.as_bytes());
        survives(FILE.as_bytes(), None);
    }
}
