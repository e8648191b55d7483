//! The enrolment of a push token: `otpauth://pipush/…` and `pia://pipush/…`, as privacyIDEA 3.14 writes them.

use super::names;
use super::uri::{Plus, Uri, decode, scheme};
use crate::secret::SecretText;

/// What the host part of the address is.
const KIND: &str = "pipush";

/// A push token that would be enrolled.
#[derive(PartialEq, Eq)]
pub struct PushEnrolment {
    /// The label; privacyIDEA puts the serial there unless told otherwise.
    pub label: String,
    /// Who asks; may be empty.
    pub issuer: String,
    /// How the server names the token.
    pub serial: String,
    /// Where keys are exchanged, and every request comes from afterwards.
    pub url: String,
    /// What the enrolment may be done with once.
    pub credential: SecretText,
    /// How long that is possible, in minutes from when the code was made.
    pub minutes: u32,
    /// The server asks for the lock before an answer.
    pub ask_unlock: bool,
    /// The server would have certificates not checked. They are, all the same.
    pub unchecked_certificate: bool,
}

/// Why a text enrols no push token.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum PushUriError {
    /// Something else.
    #[error("not a push enrolment")]
    NotPush,
    /// Longer than any real one.
    #[error("longer than any real enrolment")]
    TooLong,
    /// A version that came later.
    #[error("version {found}")]
    Version {
        /// As written, cut to 20 characters.
        found: String,
    },
    /// Something that cannot be missing is.
    #[error("{parameter} is missing")]
    Missing {
        /// Its name.
        parameter: &'static str,
    },
    /// Something stands there twice.
    #[error("{parameter} came twice")]
    Repeated {
        /// Its name.
        parameter: &'static str,
    },
    /// Something that cannot be read.
    #[error("{parameter} cannot be used")]
    Bad {
        /// Its name.
        parameter: &'static str,
    },
}

/// Longer than any serial, credential or address of a real server.
const LONGEST: usize = 2_000;

/// Whether a text enrols a push token: to be asked before [`read`] for the right words.
#[must_use]
pub fn is_one(text: &str) -> bool {
    scheme(text).is_some_and(|(scheme, rest)| {
        matches!(scheme.as_str(), "otpauth" | "pia")
            && rest.trim_start_matches('/').get(..KIND.len()).is_some_and(|kind| kind.eq_ignore_ascii_case(KIND))
    })
}

/// Reads an enrolment. Where its address leads is not looked at here.
///
/// # Errors
/// [`PushUriError`].
pub fn read(text: &str) -> Result<PushEnrolment, PushUriError> {
    let uri = Uri::split(text).map_err(|error| match error {
        super::EnrolError::TooLong => PushUriError::TooLong,
        _ => PushUriError::NotPush,
    })?;
    let (kind, label) = uri.type_and_label();
    if !matches!(uri.scheme.as_str(), "otpauth" | "pia") || kind != KIND {
        return Err(PushUriError::NotPush);
    }
    let one = |parameter: &'static str| {
        let mut values = uri.query.iter().filter(|(name, _)| name.eq_ignore_ascii_case(parameter));
        match (values.next(), values.next()) {
            (_, Some(_)) => Err(PushUriError::Repeated { parameter }),
            (Some((_, value)), None) if value.expose().len() > LONGEST => Err(PushUriError::TooLong),
            (value, None) => Ok(value.map(|(_, value)| value).filter(|value| !value.expose().is_empty())),
        }
    };
    let needed = |parameter: &'static str| one(parameter)?.ok_or(PushUriError::Missing { parameter });
    let version = needed("v")?.expose();
    if version != "1" {
        return Err(PushUriError::Version { found: super::found(version) });
    }
    let serial = needed("serial")?.expose().to_owned();
    // It becomes part of what is signed, where `|` parts the fields.
    if names::clean(&serial) != serial || serial.contains('|') {
        return Err(PushUriError::Bad { parameter: "serial" });
    }
    let minutes = one("ttl")?.map_or(Ok(10), |ttl| ttl.expose().trim().parse());
    let is = |value: Option<&SecretText>, words: &[&str]| {
        value.is_some_and(|value| words.iter().any(|word| value.expose().eq_ignore_ascii_case(word)))
    };
    Ok(PushEnrolment {
        label: names::clean(decode(label, Plus::Literal).expose()),
        issuer: names::clean(one("issuer")?.map(SecretText::expose).unwrap_or_default()),
        serial,
        url: needed("url")?.expose().to_owned(),
        credential: needed("enrollment_credential")?.duplicate(),
        minutes: minutes.map_err(|_| PushUriError::Bad { parameter: "ttl" })?,
        ask_unlock: is(one("pin")?, &["true", "1"]) || is(one("app_force_unlock")?, &["any", "biometric", "pin"]),
        unchecked_certificate: is(one("sslverify")?, &["0", "false"]),
    })
}

impl core::fmt::Debug for PushEnrolment {
    /// Without names and the credential.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("PushEnrolment").field("minutes", &self.minutes).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const REAL: &str = "otpauth://pipush/PIPU0001A2B3?url=https%3A//mfa.example/ttype/push&ttl=10&issuer=privacyIDEA\
        &enrollment_credential=9311ee50678983c0f29d3d843f86e39405e2b427&v=1&serial=PIPU0001A2B3&sslverify=1&poll_only=True";

    fn error(text: &str) -> PushUriError {
        read(text).unwrap_err()
    }

    #[test]
    fn a_servers_code_is_read() {
        for text in [REAL.to_owned(), REAL.replace("otpauth://", "pia://"), REAL.replace("pipush", "PIPush")] {
            assert!(is_one(&text));
            let read = read(&text).unwrap();
            assert_eq!((read.label.as_str(), read.issuer.as_str()), ("PIPU0001A2B3", "privacyIDEA"));
            assert_eq!((read.serial.as_str(), read.url.as_str()), ("PIPU0001A2B3", "https://mfa.example/ttype/push"));
            assert_eq!(read.credential.expose(), "9311ee50678983c0f29d3d843f86e39405e2b427");
            assert_eq!((read.minutes, read.ask_unlock, read.unchecked_certificate), (10, false, false));
        }
        let strict = read(&format!("{REAL}&pin=True")).unwrap();
        assert!(strict.ask_unlock);
        assert!(read(&format!("{REAL}&app_force_unlock=biometric")).unwrap().ask_unlock);
        assert!(read(&REAL.replace("sslverify=1", "sslverify=0")).unwrap().unchecked_certificate);
    }

    #[test]
    fn what_is_missing_doubled_or_odd_is_named() {
        assert_eq!(error("otpauth://totp/a?secret=AAAA"), PushUriError::NotPush);
        assert_eq!(error("12345678"), PushUriError::NotPush);
        assert_eq!(error(&REAL.replace("v=1", "v=2")), PushUriError::Version { found: "2".into() });
        for parameter in ["url", "serial", "enrollment_credential", "v"] {
            let without = REAL.replace(&format!("{parameter}="), "x=");
            assert_eq!(error(&without), PushUriError::Missing { parameter });
            assert_eq!(error(&format!("{REAL}&{parameter}=1")), PushUriError::Repeated { parameter });
        }
        assert_eq!(error(&REAL.replace("ttl=10", "ttl=ten")), PushUriError::Bad { parameter: "ttl" });
        assert_eq!(error(&REAL.replace("serial=", "serial=a%7Cb")), PushUriError::Bad { parameter: "serial" });
        assert_eq!(error(&REAL.replace("serial=", &format!("serial={}", "x".repeat(3_000)))), PushUriError::TooLong);
    }
}
