//! Duo Mobile's list of accounts, as a rooted phone gives it. Its own push accounts make no codes here.

use super::found::Found;
use super::input::Input;
use super::json::Object;
use super::{ImportError, Loss};
use crate::enrol::EnrolError;
use crate::enrol::draft::{Draft, DraftKey};
use crate::secret::SecretText;
use crate::token::KindName;

/// Whether it is that list.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let Ok(list) = input.json().and_then(super::json::Value::list) else { return false };
    list.first().and_then(|first| first.object()).is_some_and(|first| first.has("accountType") && first.has("pkey"))
        || list.iter().take(16).any(|item| item.object().is_some_and(|item| item.has("otpGenerator")))
}

/// Reads every account.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    for (number, account) in (1..).zip(input.json()?.list()?) {
        match account.object() {
            Some(account) => entry(number, &account, found)?,
            None => found.entry(number, "", Err(EnrolError::Unknown))?,
        }
    }
    Ok(())
}

fn entry(number: usize, account: &Object<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let name = account.string("name");
    let Some(generator) = account.object("otpGenerator") else {
        let scheme = account.string("accountType");
        let scheme = if scheme.is_empty() { "duo".to_owned() } else { scheme.chars().take(20).collect() };
        return found.entry(number, &name, Err(EnrolError::NotACodeToken { scheme }));
    };
    let kind = if generator.get("counter").is_some() { KindName::Hotp } else { KindName::Totp };
    let key = generator.text("otpSecret").map_or(DraftKey::Missing, DraftKey::Base32);
    let mut draft = Draft::new(kind, String::new(), name.clone(), key);
    let read = generator.number("counter").and_then(|counter| {
        draft.counter = counter;
        draft.enrol()
    });
    if read.is_ok() {
        found.lost(number, &name, Loss::Algorithm);
        if kind == KindName::Totp {
            found.lost(number, &name, Loss::Period);
        }
    }
    found.entry(number, &name, read)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{read, seed, survives, tokens};
    use super::*;

    const FILE: &str = r#"[{"accountType":"DuoAccount","name":"push","pkey":"1"},
        {"accountType":"OtpAccount","name":"mira","otpGenerator":{"otpSecret":"GEZDGNBVGY3TQOJQ"},"pkey":"2"},
        {"name":"counted","otpGenerator":{"otpSecret":"GEZDGNBVGY3TQOJQ","counter":7}},
        {"name":"none","otpGenerator":{}}, 3]"#;

    #[test]
    fn accounts_that_make_codes() {
        let outcome = read(FILE.as_bytes(), None).expect("two tokens");
        let key = "GEZDGNBVGY3TQOJQ";
        assert_eq!(tokens(&outcome), [format!("totp  {key} SHA1 6 30"), format!("hotp  {key} SHA1 6 7")]);
        let reasons: Vec<_> = outcome.unreadable.iter().map(|failed| failed.reason.clone()).collect();
        let push = EnrolError::NotACodeToken { scheme: "DuoAccount".to_owned() };
        assert_eq!(reasons, [push, EnrolError::NoSecret, EnrolError::Unknown]);
        assert_eq!(outcome.lost.len(), 3);
        seed("duo", "accounts", FILE.as_bytes());
        survives(FILE.as_bytes(), None);
    }
}
