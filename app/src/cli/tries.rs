//! Wrong tries in words: how long to wait, how many are left, how many there were.

use smartotp_core::vault::{Environment, OpenError, Session, Wait};

use super::failure::{Exit, Failure};
use super::output::Output;

/// Fails while wrong tries have to be waited out: nothing is asked then, nothing is tried. Else gives how many seconds ago
/// the last one was.
pub(super) fn check(environment: &Environment) -> Result<Option<u64>, Failure> {
    let Some(wrong) = Session::wrong_tries_so_far(environment) else { return Ok(None) };
    // Asked only where there can be one: a keystore is slow.
    match if wrong.free == 0 { Session::wait(environment) } else { None } {
        Some(wait) => Err(waiting(wait.seconds, Some(&wait))),
        None => Ok(wrong.last_seconds_ago),
    }
}

/// Why the vault did not open, with what that means for the next try.
pub(super) fn refused(error: OpenError, environment: &Environment) -> Failure {
    let is_wrong = matches!(error, OpenError::WrongPassword | OpenError::WrongPin | OpenError::WrongRecoveryKey);
    let failure = Failure::from(error);
    let Some(wrong) = is_wrong.then(|| Session::wrong_tries_so_far(environment)).flatten() else { return failure };
    let mut failure = failure.with("wrong_tries", wrong.failed);
    if let Some(wait) = Session::wait(environment) {
        failure = failure.saying(&next_try(wait.seconds)).with("retry_after", wait.seconds);
    }
    match wrong.left {
        Some(left) => failure.saying(&left_words(left)).with("tries_left", left),
        None => failure,
    }
}

/// Wrong tries have to be waited out.
pub(super) fn waiting(seconds: u64, wait: Option<&Wait>) -> Failure {
    let message = trn!(
        "After so many wrong tries, wait {n} second before the next one.",
        "After so many wrong tries, wait {n} seconds before the next one.",
        usize::try_from(seconds).unwrap_or(usize::MAX)
    );
    let mut failure = Failure::new(Exit::Locked, "wait", message).with("retry_after", seconds);
    if let Some(Wait { failed, left, .. }) = wait {
        failure = failure.with("wrong_tries", *failed);
        if let Some(left) = left {
            failure = failure.saying(&left_words(*left)).with("tries_left", *left);
        }
    }
    failure
}

/// Says how many wrong tries there were, once.
pub(super) fn tell(out: Output, wrong: u32) {
    let words = trn!(
        "There was {n} wrong try since the vault was last opened.",
        "There were {n} wrong tries since the vault was last opened.",
        wrong as usize
    );
    out.warn("wrong_tries", &words);
}

fn next_try(seconds: u64) -> String {
    let seconds = usize::try_from(seconds).unwrap_or(usize::MAX);
    trn!("The next try is possible in {n} second.", "The next try is possible in {n} seconds.", seconds)
}

fn left_words(left: u32) -> String {
    trn!("{n} more wrong try wipes the vault.", "{n} more wrong tries wipe the vault.", left as usize)
}
