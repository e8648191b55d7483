//! Errors of push and TiQR by the names under which the screens have sentences for them.

use smartotp_core::enrol::push_uri::PushUriError;
use smartotp_core::push::{Dropped, PushError};
use smartotp_core::tiqr::service::{Outcome, TiqrError};
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

pub(crate) fn web(error: &WebError) -> Said {
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

pub(crate) fn uri(error: &PushUriError) -> Said {
    match error {
        PushUriError::Version { .. } => plain(PushProblem::LaterVersion),
        PushUriError::Missing { parameter } | PushUriError::Bad { parameter } => {
            (PushProblem::ParameterMissing, (*parameter).to_owned())
        }
        PushUriError::Repeated { parameter } => (PushProblem::ParameterTwice, (*parameter).to_owned()),
        _ => plain(PushProblem::NotPush),
    }
}

pub(crate) fn tiqr(error: &TiqrError) -> Said {
    plain(match error {
        TiqrError::Web(error) => return web(error),
        TiqrError::NotTiqr => PushProblem::NotTiqr,
        TiqrError::Suite => PushProblem::TiqrSuite,
        TiqrError::NotTaken => PushProblem::TiqrOver,
        TiqrError::Challenge => PushProblem::TiqrChallenge,
        _ => PushProblem::NoService,
    })
}

/// What a service says instead of yes.
pub(crate) fn outcome(outcome: &Outcome) -> Said {
    plain(match outcome {
        Outcome::Ok => PushProblem::None,
        Outcome::WrongResponse { left: Some(left) } => return (PushProblem::TiqrWrong, left.to_string()),
        Outcome::WrongResponse { left: None } => PushProblem::TiqrWrongLast,
        Outcome::InvalidChallenge => PushProblem::TiqrLoginOver,
        Outcome::Blocked { .. } => PushProblem::TiqrBlocked,
        Outcome::InvalidUser => PushProblem::TiqrNoUser,
        _ => PushProblem::TiqrRefused,
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
