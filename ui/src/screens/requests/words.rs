//! Errors of push by the names under which the screens have sentences for them.

use smartotp_core::push::{Dropped, PushError};
use smartotp_core::web::WebError;

use crate::{DroppedWhy, PushProblem};

/// What went wrong, and the detail that its sentence names.
pub(crate) type Said = (PushProblem, String);

fn plain(problem: PushProblem) -> Said {
    (problem, String::new())
}

pub(crate) fn problem(error: &PushError) -> Said {
    plain(match error {
        PushError::Web(error) => return web(error),
        PushError::Refused { status, .. } => return (PushProblem::Refused, status.to_string()),
        PushError::EnrolmentOver => PushProblem::EnrolmentOver,
        PushError::NotTaken => PushProblem::NotTaken,
        PushError::Time => PushProblem::Clock,
        PushError::Choice => PushProblem::Choice,
        PushError::Key => PushProblem::Key,
        _ => PushProblem::NoServer,
    })
}

fn web(error: &WebError) -> Said {
    plain(match error {
        WebError::Address => PushProblem::Address,
        WebError::Unreachable => PushProblem::Unreachable,
        WebError::Certificate => PushProblem::Certificate,
        WebError::Timeout => PushProblem::Timeout,
        WebError::Redirected => PushProblem::Redirected,
        WebError::TooLarge => PushProblem::TooLarge,
        _ => PushProblem::Broken,
    })
}

pub(crate) fn dropped(reason: Dropped) -> DroppedWhy {
    match reason {
        Dropped::Malformed => DroppedWhy::Malformed,
        Dropped::ForeignSerial => DroppedWhy::ForeignSerial,
        Dropped::ForeignUrl => DroppedWhy::ForeignUrl,
        Dropped::Ambiguous => DroppedWhy::Ambiguous,
        Dropped::BadSignature => DroppedWhy::BadSignature,
        Dropped::Replayed => DroppedWhy::Replayed,
        Dropped::Duplicate => DroppedWhy::Duplicate,
        Dropped::Stale => DroppedWhy::Stale,
        Dropped::TooMany => DroppedWhy::TooMany,
    }
}
