//! privacyIDEA's push protocol, as its server 3.14 speaks it: forms over HTTPS, fields joined by `|` and signed, JSON back.
//!
//! | | to the server | signed |
//! | --- | --- | --- |
//! | enrol | `enrollment_credential, serial, fbtoken, pubkey, capabilities` | – |
//! | poll | `serial, timestamp, signature` | `serial\|timestamp` |
//! | approve | `serial, nonce, signature[, presence_answer]` | `nonce\|serial[\|presence_answer]` |
//! | deny | `serial, nonce, signature, decline=1[, decline_reason]` | `nonce\|serial\|decline[\|decline_reason]` |
//! | wake | `new_fb_token, serial, timestamp, signature` | `new_fb_token\|serial\|timestamp` |

pub mod wire;

use std::collections::HashSet;
use std::time::Duration;

use super::keys::{self, MadeKey, PushKey};
use super::verify::{self, Dropped, Request};
use super::{Answer, Answered, Clock, DenyReason, Polled, Provider, ProviderName, PushError, PushToken};
use crate::clock::https_date;
use crate::enrol::push_uri::PushEnrolment;
use crate::secret::SecretText;
use crate::web::{self, Limits, Web};

/// Two hundred open requests are 300 kB.
const POLL: Limits = Limits { bytes: 2 * 1024 * 1024, time: Duration::from_secs(20) };
/// Keys and codes are short.
const SHORT: Limits = Limits { bytes: 64 * 1024, time: Duration::from_secs(30) };
/// The most requests that are looked at.
const MOST_REQUESTS: usize = 500;

/// privacyIDEA.
#[derive(Debug, Clone)]
pub struct PrivacyIdea {
    web: Web,
}

impl PrivacyIdea {
    /// Speaks over these connections.
    #[must_use]
    pub fn new(web: Web) -> Self {
        Self { web }
    }
}

impl Provider for PrivacyIdea {
    fn name(&self) -> ProviderName {
        ProviderName::PrivacyIdea
    }

    fn enrol(&self, enrolment: &PushEnrolment, key: &MadeKey) -> Result<Vec<u8>, PushError> {
        let fields = [
            ("enrollment_credential", enrolment.credential.expose()),
            ("serial", &enrolment.serial),
            // Present, or the server takes it for another question; nobody wakes this device yet.
            ("fbtoken", ""),
            ("pubkey", &key.public),
            ("capabilities", r#"["decline_reason"]"#),
        ];
        let answer = self.web.post(&enrolment.url, &fields, &[], SHORT)?;
        let answer = wire::answer(answer.status, &answer.body).map_err(|error| match error {
            // 905: a wrong credential. 601: no such serial, or one that is enrolled already.
            PushError::Refused { code: Some(905 | 601), .. } => PushError::EnrolmentOver,
            error => error,
        })?;
        if !answer.is_true() {
            return Err(PushError::EnrolmentOver);
        }
        keys::server_key(&answer.detail("public_key").ok_or(PushError::Answer)?)
    }

    fn poll(&self, token: &PushToken, clock: Clock<'_>) -> Result<Polled, PushError> {
        let key = PushKey::read(&token.key)?;
        let mut clock_off = None;
        let mut now = clock();
        let answer = loop {
            let stamp = timestamp(now);
            let signature = key.sign(&format!("{}|{stamp}", token.serial))?;
            let query = [("serial", token.serial.as_str()), ("timestamp", &stamp), ("signature", &signature)];
            let answer = self.web.get(&token.url, &query, POLL)?;
            if answer.status != 400 {
                break answer;
            }
            // A wrong clock, mostly. The server says its own time; once is enough.
            let theirs = answer.date.as_deref().and_then(https_date::read).filter(|_| clock_off.is_none());
            let Some(theirs) = theirs.map(|seconds| seconds.saturating_mul(1_000)) else {
                return Err(refusal(answer.status, &answer.body, clock_off.is_some()));
            };
            let off = theirs.saturating_sub(now) / 1_000;
            if off.abs() < 2 {
                return Err(refusal(answer.status, &answer.body, false));
            }
            (clock_off, now) = (Some(off), theirs);
        };
        let answer = wire::answer(answer.status, &answer.body)?;
        let polled = sift(&answer.requests()?, token, u64::try_from(now / 1_000).unwrap_or_default());
        Ok(Polled { clock_off, ..polled })
    }

    fn answer(&self, token: &PushToken, request: &Request, answer: Answer<'_>) -> Result<Answered, PushError> {
        let key = PushKey::read(&token.key)?;
        let mut signed = format!("{}|{}", request.nonce, token.serial);
        let mut more: Vec<(&str, &str)> = Vec::new();
        match answer {
            Answer::Approve { choice } => match choice {
                Some(choice) if request.choices.iter().any(|known| known == choice) => {
                    more.push(("presence_answer", choice))
                }
                None if request.choices.is_empty() => {}
                _ => return Err(PushError::Choice),
            },
            Answer::Deny(reason) => {
                more.push(("decline", "1"));
                signed.push_str("|decline");
                let reason = reason_name(reason).filter(|_| request.takes_reason);
                more.extend(reason.map(|reason| ("decline_reason", reason)));
            }
        }
        if let Some((_, last)) = more.last().filter(|(name, _)| matches!(*name, "presence_answer" | "decline_reason")) {
            signed = format!("{signed}|{last}");
        }
        let signature = key.sign(&signed)?;
        let mut fields = vec![("serial", token.serial.as_str()), ("nonce", &request.nonce), ("signature", &signature)];
        fields.extend(more);
        let answer = self.web.post(&token.url, &fields, &[], SHORT)?;
        let answer = wire::answer(answer.status, &answer.body)?;
        // 200 with `value: false` is a no: answered before, expired, or the wrong choice.
        if !answer.is_true() {
            return Err(PushError::NotTaken);
        }
        Ok(answer.detail("display_code").map_or(Answered::Done, |code| Answered::Code(SecretText::new(code))))
    }

    fn wake_at(&self, token: &PushToken, address: &str, clock: Clock<'_>) -> Result<(), PushError> {
        let stamp = timestamp(clock());
        let signature = PushKey::read(&token.key)?.sign(&format!("{address}|{}|{stamp}", token.serial))?;
        let fields = [
            ("new_fb_token", address),
            ("serial", token.serial.as_str()),
            ("timestamp", &stamp),
            ("signature", &signature),
        ];
        let answer = self.web.post(&token.url, &fields, &[], SHORT)?;
        let answer = wire::answer(answer.status, &answer.body)?;
        if answer.is_true() { Ok(()) } else { Err(PushError::NotTaken) }
    }
}

/// Parts what can be shown from what cannot. `now` is the right time in Unix seconds.
#[must_use]
pub fn sift(offered: &[&str], token: &PushToken, now: u64) -> Polled {
    let mut polled = Polled::default();
    let mut nonces = HashSet::new();
    for text in offered.iter().take(MOST_REQUESTS) {
        let looked_at = serde_json::from_str(text).map_err(|_| Dropped::Malformed);
        match looked_at.and_then(|wire| verify::request(&wire, token, now)) {
            Ok(request) if nonces.insert(request.nonce.clone()) => polled.requests.push(request),
            Ok(_) => polled.dropped.push(Dropped::Duplicate),
            Err(dropped) => polled.dropped.push(dropped),
        }
    }
    let over = offered.len().saturating_sub(MOST_REQUESTS);
    polled.dropped.extend(core::iter::repeat_n(Dropped::TooMany, over.min(MOST_REQUESTS)));
    polled
}

fn refusal(status: u16, body: &[u8], corrected: bool) -> PushError {
    match wire::answer(status, body) {
        Err(_) if corrected => PushError::Time,
        Err(error) => error,
        Ok(_) => PushError::Answer,
    }
}

fn reason_name(reason: DenyReason) -> Option<&'static str> {
    match reason {
        DenyReason::None => None,
        DenyReason::NotMe => Some("unknown_trigger"),
        DenyReason::Cancelled => Some("cancelled"),
    }
}

/// ISO 8601 in UTC, of Unix milliseconds.
fn timestamp(millis: i64) -> String {
    let seconds = millis.div_euclid(1_000);
    let (days, of_day) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // The civil day by its number; years begin in March, so that the odd day comes last.
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let year = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year + year / 4 - year / 100);
    let month = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month + 2) / 5 + 1;
    let (month, next) = if month < 10 { (month + 3, 0) } else { (month - 9, 1) };
    format!(
        "{:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}000+00:00",
        era * 400 + year + next,
        of_day / 3_600,
        of_day / 60 % 60,
        of_day % 60,
        millis.rem_euclid(1_000)
    )
}

/// Whom an enrolment would talk to, for showing it before anything is sent: the host, where that leads, and whether it is in
/// clear.
///
/// # Errors
/// [`PushError::Web`].
pub fn peer(enrolment: &PushEnrolment) -> Result<(String, web::Place, bool), PushError> {
    let host = web::host(&enrolment.url)?;
    Ok((host, web::place(&enrolment.url)?, web::is_clear(&enrolment.url)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_are_iso_8601() {
        for (millis, text) in [
            (0, "1970-01-01T00:00:00.000000+00:00"),
            (1_795_510_907_042, "2026-11-24T09:01:47.042000+00:00"),
            (951_782_400_000, "2000-02-29T00:00:00.000000+00:00"),
            (-1, "1969-12-31T23:59:59.999000+00:00"),
        ] {
            assert_eq!(timestamp(millis), text);
        }
    }
}
