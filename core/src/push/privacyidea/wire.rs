//! The JSON around privacyIDEA's answers: `{"result": {"status": true, "value": …}, "detail": {…}}`.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::push::PushError;

/// More than any detail that is asked for.
const LONGEST_DETAIL: usize = 8_192;

/// An answer of the server that says yes to the question, if not to what was asked.
#[derive(Deserialize)]
pub struct Answer<'a> {
    #[serde(borrow)]
    result: Outcome<'a>,
    #[serde(default, borrow)]
    detail: Option<&'a RawValue>,
}

#[derive(Deserialize)]
struct Outcome<'a> {
    #[serde(default)]
    status: bool,
    #[serde(default, borrow)]
    value: Option<&'a RawValue>,
    #[serde(default)]
    error: Option<Fault>,
}

#[derive(Deserialize)]
struct Fault {
    #[serde(default)]
    code: Option<i64>,
}

/// Reads an answer.
///
/// # Errors
/// [`PushError::Answer`] where it is none; [`PushError::Refused`] where it says that something failed.
pub fn answer(status: u16, body: &[u8]) -> Result<Answer<'_>, PushError> {
    let read: Result<Answer<'_>, _> = serde_json::from_slice(body);
    match read {
        Ok(answer) if status == 200 && answer.result.status => Ok(answer),
        Ok(answer) => Err(PushError::Refused { status, code: answer.result.error.and_then(|error| error.code) }),
        Err(_) if status == 200 => Err(PushError::Answer),
        Err(_) => Err(PushError::Refused { status, code: None }),
    }
}

impl<'a> Answer<'a> {
    /// Whether the value is `true`.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.result.value.is_some_and(|value| value.get() == "true")
    }

    /// A text among the details.
    #[must_use]
    pub fn detail(&self, name: &str) -> Option<String> {
        let text = self.detail?.get();
        let details: serde_json::Map<String, serde_json::Value> = serde_json::from_str(text).ok()?;
        details.get(name)?.as_str().filter(|text| text.len() <= LONGEST_DETAIL).map(str::to_owned)
    }

    /// The value as a list of requests, each its own JSON text: one that is broken fails alone.
    ///
    /// # Errors
    /// [`PushError::Answer`] where it is no list.
    pub fn requests(&self) -> Result<Vec<&'a str>, PushError> {
        let value = self.result.value.ok_or(PushError::Answer)?;
        let list: Vec<&'a RawValue> = serde_json::from_str(value.get()).map_err(|_| PushError::Answer)?;
        Ok(list.into_iter().map(RawValue::get).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_yes_a_no_and_a_failure_are_three_things() {
        let said = |status, text: &str| answer(status, text.as_bytes()).map(|answer| answer.is_true());
        assert_eq!(said(200, r#"{"result":{"status":true,"value":true},"id":1}"#), Ok(true));
        assert_eq!(said(200, r#"{"result":{"status":true,"value":false}}"#), Ok(false));
        let failed = r#"{"result":{"status":false,"error":{"code":905,"message":"ERR905"}}}"#;
        assert_eq!(said(400, failed), Err(PushError::Refused { status: 400, code: Some(905) }));
        assert_eq!(said(500, "<html>"), Err(PushError::Refused { status: 500, code: None }));
        for text in ["", "<html>", "[]", "{}", "null", "\u{feff}"] {
            assert_eq!(said(200, text), Err(PushError::Answer), "{text}");
        }
    }

    #[test]
    fn details_and_requests_are_taken_apart() {
        let text = r#"{"result":{"status":true,"value":[{"a":1},2,"x"]},"detail":{"display_code":"42","n":7}}"#;
        let answer = answer(200, text.as_bytes()).unwrap();
        assert_eq!(answer.requests().unwrap(), [r#"{"a":1}"#, "2", "\"x\""]);
        assert_eq!(
            (answer.detail("display_code").as_deref(), answer.detail("n"), answer.detail("x")),
            (Some("42"), None, None)
        );
        let odd = br#"{"result":{"status":true,"value":{}},"detail":7}"#;
        let odd = super::answer(200, odd).unwrap();
        assert!(odd.requests().is_err() && odd.detail("a").is_none());
    }
}
