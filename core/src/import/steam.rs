//! Steam's own files: what the app keeps (one account, or several under their numbers) and what Steam Desktop
//! Authenticator keeps (`maFile`).

use super::found::Found;
use super::input::Input;
use super::json::Object;
use super::{ImportError, base64};
use crate::enrol::EnrolError;
use crate::enrol::draft::{Draft, DraftKey};
use crate::secret::SecretText;
use crate::token::KindName;

/// Whether it is one of those.
pub(super) fn fits(input: &Input<'_>) -> bool {
    let Some(object) = input.object() else { return false };
    is_account(object)
        || object.object("accounts").is_some_and(|accounts| {
            accounts.members().next().is_some_and(|(_, account)| account.object().is_some_and(|a| is_account(&a)))
        })
}

fn is_account(object: &Object<'_>) -> bool {
    object.has("shared_secret") && (object.has("account_name") || object.has("identity_secret"))
}

/// Reads every account.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let object = input.whole_object()?;
    let Some(accounts) = object.object("accounts") else { return entry(1, object, found) };
    for (number, (_, account)) in (1..).zip(accounts.members()) {
        match account.object() {
            Some(account) => entry(number, &account, found)?,
            None => found.entry(number, "", Err(EnrolError::Unknown))?,
        }
    }
    Ok(())
}

fn entry(number: usize, account: &Object<'_>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let secret = account.text("shared_secret").filter(|secret| !secret.is_empty());
    let draft = Draft::new(KindName::Steam, "Steam".to_owned(), account.string("account_name"), DraftKey::Missing);
    let name = draft.name();
    let read = match secret.map(|secret| base64::key(secret.expose())) {
        Some(Some(key)) => Draft { key, ..draft }.enrol(),
        Some(None) => Err(EnrolError::SecretDoesNotFit),
        None => Err(EnrolError::NoSecret),
    };
    found.entry(number, &name, read)
}

#[cfg(test)]
mod tests {
    use super::super::samples::{read, seed, survives, tokens};
    use super::*;

    #[test]
    fn one_account_several_and_a_ma_file() {
        let one =
            r#"{"shared_secret":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=","account_name":"mira","uri":"otpauth:\/\/totp\/x"}"#;
        let two = format!(r#"{{"accounts":{{"76":{one},"77":{{"shared_secret":"*","account_name":"x"}}}}}}"#);
        let ma = r#"{"shared_secret":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=","identity_secret":"eA==","account_name":"mira","Session":{}}"#;
        for file in [one, &two, ma] {
            let outcome = read(file.as_bytes(), None).expect("a token");
            assert_eq!(tokens(&outcome), ["steam Steam GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"]);
            seed("steam", &file.len().to_string(), file.as_bytes());
            survives(file.as_bytes(), None);
        }
        let outcome = read(two.as_bytes(), None).expect("a token");
        assert_eq!(outcome.unreadable[0].reason, EnrolError::SecretDoesNotFit);
        assert_eq!(outcome.unreadable[0].entry.name, "Steam:x");
    }
}
