//! Spans of time, and why a server's answer does not count, in words.

use smartotp_core::clock::TimeError;

use crate::cli::output::visible;

/// A span without its sign: `12 ms`, `5 s`, `2 min 13 s`, `3 h 5 min`, `40 d 2 h`.
pub(super) fn span(micros: i64) -> String {
    let micros = micros.unsigned_abs();
    let seconds = (micros + 500_000) / 1_000_000;
    match seconds {
        0 => tr!("{ms} ms", ms = micros.div_ceil(1_000)),
        1..60 => tr!("{seconds} s", seconds = seconds),
        60..3_600 => tr!("{minutes} min {seconds} s", minutes = seconds / 60, seconds = seconds % 60),
        3_600..86_400 => tr!("{hours} h {minutes} min", hours = seconds / 3_600, minutes = seconds / 60 % 60),
        _ => tr!("{days} d {hours} h", days = seconds / 86_400, hours = seconds / 3_600 % 24),
    }
}

/// What has to be added, with its sign.
pub(super) fn signed(micros: i64) -> String {
    format!("{}{}", if micros < 0 { '−' } else { '+' }, span(micros))
}

/// For scripts.
pub(super) fn name(error: &TimeError) -> &'static str {
    match error {
        TimeError::NoAddress => "no_address",
        TimeError::Unreachable => "unreachable",
        TimeError::Timeout => "timeout",
        TimeError::KissOfDeath { .. } => "kiss_of_death",
        TimeError::Unsynchronised => "unsynchronised",
        TimeError::WrongOrigin => "wrong_origin",
        TimeError::BadStamps => "bad_stamps",
        TimeError::TooFar => "too_far",
        TimeError::NoDate => "no_date",
        TimeError::NoEntropy => "no_randomness",
        _ => "garbage",
    }
}

/// For people.
pub(super) fn error(error: &TimeError) -> String {
    match error {
        TimeError::NoAddress => tr!("there is no such server").to_owned(),
        TimeError::Unreachable => tr!("can't be reached").to_owned(),
        TimeError::Timeout => tr!("does not answer").to_owned(),
        TimeError::KissOfDeath { code } => tr!("asks to be left alone ({code})", code = visible(code)),
        TimeError::Unsynchronised => tr!("says itself that it does not know the time").to_owned(),
        TimeError::WrongOrigin => tr!("answers what was not asked").to_owned(),
        TimeError::BadStamps => tr!("gives impossible times").to_owned(),
        TimeError::TooFar => tr!("is too far from a clock that is right").to_owned(),
        TimeError::NoDate => tr!("answers without a date").to_owned(),
        TimeError::NoEntropy => tr!("there is no randomness to ask with").to_owned(),
        _ => tr!("is no time server").to_owned(),
    }
}
