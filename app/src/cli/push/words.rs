//! Requests, and why something did not happen, in words.

use smartotp_core::push::{Dropped, PushError};
use smartotp_core::web::WebError;

use super::asking::Waiting;
use crate::cli::failure::{Exit, Failure};
use crate::cli::output::visible;

/// A request for people, in one line.
pub(super) fn request(waiting: &Waiting) -> String {
    let request = &waiting.request;
    let mut line = format!("  {}  {}: {}", waiting.id(), visible(&request.title), visible(&request.question));
    if !request.choices.is_empty() {
        line = format!("{line} [{}]", visible(&request.choices.join(", ")));
    }
    line
}

/// Why a request is not shown.
pub(super) fn dropped(reason: Dropped) -> &'static str {
    match reason {
        Dropped::Malformed => tr!("a request was dropped: it is damaged"),
        Dropped::ForeignSerial => tr!("a request was dropped: it is for another token"),
        Dropped::ForeignUrl => tr!("a request was dropped: it names another server"),
        Dropped::Ambiguous => tr!("a request was dropped: it can be read in two ways"),
        Dropped::BadSignature => tr!("a request was dropped: its server has not signed it"),
        Dropped::Replayed => tr!("a request was dropped: it was answered before"),
        Dropped::Duplicate => tr!("a request was dropped: it came twice"),
        Dropped::Stale => tr!("a request was dropped: it is too old"),
        Dropped::TooMany => tr!("a request was dropped: there are too many"),
    }
}

/// For scripts.
pub(super) fn error_name(error: &PushError) -> &'static str {
    match error {
        PushError::Web(error) => web_name(error),
        PushError::Refused { .. } => "server_refused",
        PushError::EnrolmentOver => "enrolment_over",
        PushError::NotTaken => "not_taken",
        PushError::Time => "clock_refused",
        PushError::Choice => "wrong_presence",
        PushError::Key => "bad_key",
        _ => "no_push_server",
    }
}

fn web_name(error: &WebError) -> &'static str {
    match error {
        WebError::Address => "bad_address",
        WebError::Unreachable => "unreachable",
        WebError::Certificate => "bad_certificate",
        WebError::Timeout => "timeout",
        WebError::Redirected => "redirected",
        WebError::TooLarge => "answer_too_large",
        _ => "broken_answer",
    }
}

/// For people.
pub(super) fn error(error: &PushError) -> String {
    match error {
        PushError::Web(error) => web(error).to_owned(),
        PushError::Refused { status, .. } => tr!("The server refused (HTTP {status}).", status = status),
        PushError::EnrolmentOver => {
            tr!("The server did not take it: the code was used before, or its time is over. Ask for a new one.")
                .to_owned()
        }
        PushError::NotTaken => {
            tr!("The server did not take the answer: the request is over, was answered before, or the choice is wrong.")
                .to_owned()
        }
        PushError::Time => tr!("The server does not take this device's time.").to_owned(),
        PushError::Choice => tr!("This is none of the choices.").to_owned(),
        PushError::Key => tr!("The key of this token can't be used. Enrol it anew.").to_owned(),
        _ => tr!("There is no push server at this address.").to_owned(),
    }
}

/// Why the network did not help, for people.
pub(in crate::cli) fn web(error: &WebError) -> &'static str {
    match error {
        WebError::Address => tr!("The address is not https."),
        WebError::Unreachable => tr!("The server can't be reached. Is there a network?"),
        WebError::Certificate => tr!("The server's certificate is not trusted. Nothing was sent."),
        WebError::Timeout => tr!("The server does not answer."),
        WebError::Redirected => tr!("The server sends elsewhere, which is not followed."),
        WebError::TooLarge => tr!("The server's answer is longer than any real one."),
        _ => tr!("The server's answer broke off."),
    }
}

impl From<PushError> for Failure {
    fn from(reason: PushError) -> Self {
        let exit = match &reason {
            PushError::Web(WebError::Address) => Exit::Refused,
            PushError::Web(_) | PushError::Answer => Exit::Network,
            PushError::Choice => Exit::Usage,
            _ => Exit::Failed,
        };
        Self::new(exit, error_name(&reason), error(&reason))
    }
}

/// The same for what else speaks to servers.
impl From<WebError> for Failure {
    fn from(reason: WebError) -> Self {
        PushError::Web(reason).into()
    }
}
