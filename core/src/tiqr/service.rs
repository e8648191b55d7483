//! A service that logs in by TiQR: what it says of itself, the exchange of the key, and its word on an answer.

use std::time::Duration;

use serde::Deserialize;
use zeroize::Zeroizing;

use super::{Login, TiqrIdentity};
use crate::code::ocra::Suite;
use crate::enrol::names;
use crate::enrol::uri::scheme;
use crate::secret::Secret;
use crate::token::TokenId;
use crate::vault::Entropy;
use crate::web::{self, Limits, Place, Web, WebError};

/// Metadata and verdicts are short.
const LIMITS: Limits = Limits { bytes: 64 * 1024, time: Duration::from_secs(20) };
/// The length of a key that is made here, in bytes.
const KEY: usize = 32;
/// The version of the protocol that is spoken.
const VERSION: [(&str, &str); 1] = [("X-TIQR-Protocol-Version", "2")];

/// What would be enrolled: shown before a key is made.
#[derive(Clone, PartialEq, Eq)]
pub struct Offer {
    /// The service's name for people.
    pub service: String,
    /// The service's own name.
    pub service_id: String,
    /// Whose account.
    pub user: String,
    /// The account's name for people.
    pub name: String,
    /// What goes into an answer.
    pub suite: Suite,
    /// Where the key goes.
    pub enrol_url: String,
    /// Where answers go.
    pub answer_url: String,
}

/// What the service says to an answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// Logged in.
    Ok,
    /// The wrong answer; how many more are taken, where it says so.
    WrongResponse {
        /// How many.
        left: Option<u32>,
    },
    /// The login is over: answered before, or too old.
    InvalidChallenge,
    /// It knows no such account.
    InvalidUser,
    /// The account is blocked, for so many minutes where it says so.
    Blocked {
        /// How many.
        minutes: Option<u32>,
    },
    /// It asked for something else.
    InvalidRequest,
    /// No, without a reason.
    Failed,
}

/// Why something did not happen.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TiqrError {
    /// Not `tiqrenroll://` with an address.
    #[error("not a TiQR enrolment")]
    NotTiqr,
    /// The network, or who answers there.
    #[error(transparent)]
    Web(#[from] WebError),
    /// An answer that is none of this protocol.
    #[error("not an answer of a TiQR service")]
    Answer,
    /// The suite cannot be used for a login.
    #[error("the suite cannot be used")]
    Suite,
    /// The service did not take the key: the enrolment was done before, mostly.
    #[error("the enrolment was not taken")]
    NotTaken,
    /// The challenge cannot be answered with this suite.
    #[error("the challenge cannot be answered")]
    Challenge,
    /// No randomness.
    #[error("no randomness")]
    NoEntropy,
}

/// The address of an enrolment's code: `tiqrenroll://` in front of one. Whom it leads to is to be shown first.
///
/// # Errors
/// [`TiqrError::NotTiqr`]; [`WebError::Address`] where it is in clear.
pub fn address(text: &str) -> Result<String, TiqrError> {
    let (scheme, rest) = scheme(text).ok_or(TiqrError::NotTiqr)?;
    let rest = rest.strip_prefix("//").filter(|_| scheme == "tiqrenroll").ok_or(TiqrError::NotTiqr)?;
    // Some write the address whole, some without its scheme.
    let url = if rest.contains("://") { rest.to_owned() } else { format!("https://{rest}") };
    web::host(&url)?;
    Ok(url)
}

/// Whether a text enrols: to be asked before [`address`] for the right words.
#[must_use]
pub fn is_enrolment(text: &str) -> bool {
    scheme(text).is_some_and(|(scheme, _)| scheme == "tiqrenroll")
}

/// Whom an address leads to: the host, where that is, and whether it is in clear.
///
/// # Errors
/// [`TiqrError::Web`].
pub fn peer(url: &str) -> Result<(String, Place, bool), TiqrError> {
    Ok((web::host(url)?, web::place(url)?, web::is_clear(url)))
}

/// Asks what would be enrolled. The code works once: who asks twice gets nothing.
///
/// # Errors
/// [`TiqrError`].
pub fn metadata(web: &Web, url: &str) -> Result<Offer, TiqrError> {
    let answer = web.get(url, &[], LIMITS)?;
    if answer.status != 200 {
        return Err(TiqrError::NotTaken);
    }
    offer(&answer.body)
}

/// Reads what a service says of itself.
///
/// # Errors
/// [`TiqrError`].
pub fn offer(body: &[u8]) -> Result<Offer, TiqrError> {
    let told: Metadata = serde_json::from_slice(body).map_err(|_| TiqrError::Answer)?;
    let (service, identity) = (told.service, told.identity);
    let suite: Suite = service.ocra_suite.parse().map_err(|_| TiqrError::Suite)?;
    // A PIN would be this app's own affair, and a counter nobody's.
    if suite.pin_hash().is_some() || suite.has_counter() {
        return Err(TiqrError::Suite);
    }
    for url in [&service.enrollment_url, &service.authentication_url] {
        web::host(url)?;
    }
    let whole = |text: &str| !text.is_empty() && text.len() <= 500 && names::clean(text) == *text;
    if !whole(&service.identifier) || !whole(&identity.identifier) {
        return Err(TiqrError::Answer);
    }
    Ok(Offer {
        service: names::clean(&service.display_name),
        service_id: service.identifier,
        user: identity.identifier,
        name: names::clean(&identity.display_name.unwrap_or_default()),
        suite,
        enrol_url: service.enrollment_url,
        answer_url: service.authentication_url,
    })
}

/// Makes a key and gives it to the service. `now` is the Unix time.
///
/// # Errors
/// [`TiqrError`].
pub fn enrol(
    web: &Web,
    offer: &Offer,
    entropy: &dyn Entropy,
    language: &str,
    now: u64,
) -> Result<TiqrIdentity, TiqrError> {
    let mut key = Zeroizing::new([0; KEY]);
    entropy.fill(&mut *key).map_err(|_| TiqrError::NoEntropy)?;
    let hex = Zeroizing::new(data_encoding::HEXLOWER.encode(&*key));
    let fields = [
        ("secret", hex.as_str()),
        ("language", language),
        ("notificationType", ""),
        ("notificationAddress", ""),
        ("operation", "register"),
    ];
    let answer = web.post(&offer.enrol_url, &fields, &VERSION, LIMITS)?;
    if answer.status != 200 || outcome(&answer.body) != Outcome::Ok {
        return Err(TiqrError::NotTaken);
    }
    Ok(TiqrIdentity {
        id: TokenId::from_bytes([0; 16]),
        service: offer.service.clone(),
        service_id: offer.service_id.clone(),
        url: offer.answer_url.clone(),
        suite: offer.suite.clone(),
        user: offer.user.clone(),
        name: offer.name.clone(),
        secret: Secret::from_bytes(key.to_vec()),
        enrolled_at: now,
    })
}

/// Answers a login that was shown. `unix` is the right time.
///
/// # Errors
/// [`TiqrError`].
pub fn answer(
    web: &Web,
    login: &Login,
    identity: &TiqrIdentity,
    language: &str,
    unix: u64,
) -> Result<Outcome, TiqrError> {
    let response = login.respond(identity, unix).map_err(|_| TiqrError::Challenge)?;
    let fields = [
        ("userId", identity.user.as_str()),
        ("sessionKey", &login.session),
        ("operation", "login"),
        ("response", response.expose()),
        ("language", language),
        ("notificationType", ""),
        ("notificationAddress", ""),
    ];
    let answer = web.post(&identity.url, &fields, &VERSION, LIMITS)?;
    if answer.status != 200 {
        return Ok(Outcome::Failed);
    }
    Ok(outcome(&answer.body))
}

/// A service's word: the old one is a word, the newer one a number.
#[must_use]
pub fn outcome(body: &[u8]) -> Outcome {
    let text = String::from_utf8_lossy(body.get(..1_000).unwrap_or(body));
    let text = text.trim();
    if let Ok(told) = serde_json::from_str::<Verdict>(text) {
        return match told.response_code {
            1 => Outcome::Ok,
            201 => Outcome::WrongResponse { left: told.attempts_left },
            202 => Outcome::InvalidRequest,
            203 => Outcome::InvalidChallenge,
            204 => Outcome::Blocked { minutes: told.duration },
            205 => Outcome::InvalidUser,
            _ => Outcome::Failed,
        };
    }
    let (word, number) = text.split_once(':').unwrap_or((text, ""));
    let number = number.trim().parse().ok();
    match word {
        "OK" => Outcome::Ok,
        "INVALID_RESPONSE" => Outcome::WrongResponse { left: number },
        "INVALID_CHALLENGE" => Outcome::InvalidChallenge,
        "INVALID_REQUEST" => Outcome::InvalidRequest,
        "INVALID_USERID" => Outcome::InvalidUser,
        "ACCOUNT_BLOCKED" => Outcome::Blocked { minutes: number },
        _ => Outcome::Failed,
    }
}

#[derive(Deserialize)]
struct Metadata {
    service: Service,
    identity: Identity,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Service {
    #[serde(default)]
    display_name: String,
    identifier: String,
    authentication_url: String,
    ocra_suite: String,
    enrollment_url: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Identity {
    identifier: String,
    #[serde(default)]
    display_name: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Verdict {
    response_code: i64,
    #[serde(default)]
    attempts_left: Option<u32>,
    #[serde(default)]
    duration: Option<u32>,
}

impl core::fmt::Debug for Offer {
    /// Without names.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Offer").field("suite", &self.suite).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = r#"{"service":{"displayName":"The Bank","identifier":"bank.example","logoUrl":null,
        "infoUrl":"https://bank.example","authenticationUrl":"https://bank.example/auth","ocraSuite":"OCRA-1:HOTP-SHA1-6:QN10",
        "enrollmentUrl":"https://bank.example/enrol?x=1"},"identity":{"identifier":"mira","displayName":"Mira"}}"#;

    #[test]
    fn a_code_leads_to_an_address() {
        let read = |text: &str| address(text);
        assert_eq!(read("tiqrenroll://https://bank.example/x?a=b").as_deref(), Ok("https://bank.example/x?a=b"));
        assert_eq!(read("tiqrenroll://bank.example/x").as_deref(), Ok("https://bank.example/x"));
        assert_eq!(read("tiqrenroll://http://127.0.0.1:5/x").as_deref(), Ok("http://127.0.0.1:5/x"));
        assert_eq!(read("tiqrenroll://http://bank.example/x"), Err(TiqrError::Web(WebError::Address)));
        for text in ["", "tiqrauth://a/b/c", "https://bank.example", "tiqrenroll:x"] {
            assert_eq!(read(text), Err(TiqrError::NotTiqr), "{text}");
        }
    }

    #[test]
    fn a_service_says_who_it_is() {
        let read = offer(METADATA.as_bytes()).unwrap();
        assert_eq!((read.service.as_str(), read.user.as_str(), read.name.as_str()), ("The Bank", "mira", "Mira"));
        assert_eq!(
            (read.enrol_url.as_str(), read.suite.as_str()),
            ("https://bank.example/enrol?x=1", "OCRA-1:HOTP-SHA1-6:QN10")
        );
        for (from, to, error) in [
            ("https://bank.example/auth", "http://bank.example/auth", TiqrError::Web(WebError::Address)),
            ("https://bank.example/enrol", "ftp://bank.example/enrol", TiqrError::Web(WebError::Address)),
            ("QN10", "QN10-PSHA1", TiqrError::Suite),
            ("QN10", "C-QN10", TiqrError::Suite),
            ("OCRA-1:HOTP", "OCRA-2:HOTP", TiqrError::Suite),
            ("\"mira\"", "\"\"", TiqrError::Answer),
            ("\"bank.example\"", "\"bank\\u202e.example\"", TiqrError::Answer),
            ("\"service\"", "\"servise\"", TiqrError::Answer),
        ] {
            assert_eq!(offer(METADATA.replace(from, to).as_bytes()).err(), Some(error), "{to}");
        }
        assert_eq!(offer(b"\xff").err(), Some(TiqrError::Answer));
    }

    #[test]
    fn words_and_numbers_say_the_same() {
        for (old, new, expected) in [
            ("OK", r#"{"responseCode":1}"#, Outcome::Ok),
            (
                "INVALID_RESPONSE:3",
                r#"{"responseCode":201,"attemptsLeft":3}"#,
                Outcome::WrongResponse { left: Some(3) },
            ),
            ("INVALID_CHALLENGE", r#"{"responseCode":203}"#, Outcome::InvalidChallenge),
            ("ACCOUNT_BLOCKED:10", r#"{"responseCode":204,"duration":10}"#, Outcome::Blocked { minutes: Some(10) }),
            ("INVALID_USERID", r#"{"responseCode":205}"#, Outcome::InvalidUser),
            ("INVALID_REQUEST", r#"{"responseCode":202}"#, Outcome::InvalidRequest),
            ("FAIL", r#"{"responseCode":101}"#, Outcome::Failed),
        ] {
            assert_eq!(outcome(old.as_bytes()), expected);
            assert_eq!(outcome(new.as_bytes()), expected);
        }
        for odd in ["", "ok", "\u{0}", "INVALID_RESPONSE:many", "{}"] {
            assert!(outcome(odd.as_bytes()) != Outcome::Ok, "{odd}");
        }
    }
}
