//! The code that a service shows to log in: `tiqrauth://[user@]service/sessionKey/challenge/spName[/version]`.

use super::TiqrIdentity;
use crate::code::ocra::{Inputs, OcraError, respond};
use crate::enrol::names;
use crate::enrol::uri::{Plus, decode, scheme};
use crate::secret::SecretText;
use crate::token::{ChallengeEncoding, Counter};

/// More than any real code.
const MAX_LEN: usize = 2_000;

/// Who asks, and what.
#[derive(Clone, PartialEq, Eq)]
pub struct Login {
    /// Whose login it is to be, where the code says.
    pub user: Option<String>,
    /// How the service names itself: what identities are found by.
    pub service_id: String,
    /// The login's own name at the service.
    pub session: String,
    /// What is answered.
    pub challenge: String,
    /// Where one logs in to, for people: whatever the code says, nothing proves it.
    pub shown_as: String,
}

/// Why a text is no login.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LoginError {
    /// Something else.
    #[error("not a TiQR login")]
    NotTiqr,
    /// Longer than any real one.
    #[error("longer than any real login")]
    TooLong,
    /// A part is missing, or cannot be one.
    #[error("damaged")]
    Damaged,
}

/// Whether a text is one: to be asked before [`Login::read`] for the right words.
#[must_use]
pub fn is_login(text: &str) -> bool {
    scheme(text).is_some_and(|(scheme, _)| scheme == "tiqrauth")
}

impl Login {
    /// Reads a code.
    ///
    /// # Errors
    /// [`LoginError`].
    pub fn read(text: &str) -> Result<Self, LoginError> {
        if text.len() > MAX_LEN {
            return Err(LoginError::TooLong);
        }
        let (scheme, rest) = scheme(text).ok_or(LoginError::NotTiqr)?;
        let rest = rest.strip_prefix("//").filter(|_| scheme == "tiqrauth").ok_or(LoginError::NotTiqr)?;
        // What a later version adds behind a question mark is none of these parts.
        let rest = rest.split(['?', '#']).next().unwrap_or_default();
        let mut parts = rest.split('/');
        let (Some(whom), Some(session), Some(challenge)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(LoginError::Damaged);
        };
        let (user, service) = whom.rsplit_once('@').map_or((None, whom), |(user, service)| (Some(user), service));
        let plain = |part: &str, plus| {
            let text = decode(part, plus).expose().to_owned();
            if text.is_empty() || names::clean(&text) != text { Err(LoginError::Damaged) } else { Ok(text) }
        };
        Ok(Self {
            // A user's name is escaped as forms do it, blanks as `+` (R).
            user: user.filter(|user| !user.is_empty()).map(|user| plain(user, Plus::Blank)).transpose()?,
            service_id: plain(service, Plus::Literal)?,
            session: plain(session, Plus::Literal)?,
            challenge: plain(challenge, Plus::Literal)?,
            shown_as: parts.next().map(|name| names::clean(decode(name, Plus::Literal).expose())).unwrap_or_default(),
        })
    }

    /// Whether an identity can answer it.
    #[must_use]
    pub fn is_for(&self, identity: &TiqrIdentity) -> bool {
        self.service_id == identity.service_id && self.user.as_ref().is_none_or(|user| *user == identity.user)
    }

    /// What the service is to be told. The session goes in where the suite asks for it.
    ///
    /// # Errors
    /// [`OcraError`] where the suite asks for what a login has not.
    pub fn respond(&self, identity: &TiqrIdentity, unix: u64) -> Result<SecretText, OcraError> {
        let session = identity.suite.session_length().map(|_| session_bytes(&self.session));
        let inputs = Inputs {
            challenge: &self.challenge,
            encoding: ChallengeEncoding::Rfc,
            counter: Counter::default(),
            pin: None,
            session: session.as_deref(),
            unix,
        };
        respond(&identity.secret, &identity.suite, &inputs).map(|code| SecretText::from(code.as_str()))
    }
}

/// A session's name as the reference implementation hashes it: hexadecimal digits as bytes, anything else as ASCII (D).
fn session_bytes(session: &str) -> Vec<u8> {
    let hex = data_encoding::HEXLOWER_PERMISSIVE.decode(session.as_bytes());
    hex.unwrap_or_else(|_| session.as_bytes().to_vec())
}

impl core::fmt::Debug for Login {
    /// Without names, session and challenge.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Login").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::Secret;
    use crate::token::TokenId;

    fn identity(suite: &str) -> TiqrIdentity {
        TiqrIdentity {
            id: TokenId::from_bytes([1; 16]),
            service: "Bank".into(),
            service_id: "bank.example".into(),
            url: "https://bank.example/tiqr".into(),
            suite: suite.parse().unwrap(),
            user: "mira k".into(),
            name: "Mira".into(),
            secret: Secret::from_bytes(b"12345678901234567890".to_vec()),
            enrolled_at: 0,
        }
    }

    #[test]
    fn a_code_says_who_asks() {
        let login = Login::read("tiqrauth://mira+k@bank.example/0a1b2c/00000000/The%20Bank/2").unwrap();
        assert_eq!((login.user.as_deref(), login.service_id.as_str()), (Some("mira k"), "bank.example"));
        assert_eq!((login.session.as_str(), login.challenge.as_str()), ("0a1b2c", "00000000"));
        assert_eq!(login.shown_as, "The Bank");
        assert!(login.is_for(&identity("OCRA-1:HOTP-SHA1-6:QN08")));
        let nobody = Login::read("TIQRAUTH://bank.example/s/12345678").unwrap();
        assert!(nobody.user.is_none() && nobody.is_for(&identity("OCRA-1:HOTP-SHA1-6:QN08")));
        let other = Login::read("tiqrauth://otto@bank.example/s/12345678/x").unwrap();
        assert!(!other.is_for(&identity("OCRA-1:HOTP-SHA1-6:QN08")));
        let elsewhere = Login::read("tiqrauth://bank.example.evil.example/s/12345678/x").unwrap();
        assert!(!elsewhere.is_for(&identity("OCRA-1:HOTP-SHA1-6:QN08")));
    }

    #[test]
    fn an_answer_is_ocras() {
        // RFC 6287, appendix C.1.
        let login = Login::read("tiqrauth://bank.example/s/00000000/x").unwrap();
        assert_eq!(login.respond(&identity("OCRA-1:HOTP-SHA1-6:QN08"), 0).unwrap().expose(), "237653");
        let with_session = identity("OCRA-1:HOTP-SHA1-6:QN08-S064");
        let again = Login::read("tiqrauth://bank.example/t/00000000/x").unwrap();
        assert_ne!(login.respond(&with_session, 0), again.respond(&with_session, 0), "the session goes in");
        let with_pin = identity("OCRA-1:HOTP-SHA1-6:QN08-PSHA1");
        assert_eq!(login.respond(&with_pin, 0).err(), Some(OcraError::NeedsPin));
    }

    #[test]
    fn what_is_none_is_refused() {
        for (text, error) in [
            ("", LoginError::NotTiqr),
            ("tiqrenroll://bank.example", LoginError::NotTiqr),
            ("tiqrauth:bank.example/s/1", LoginError::NotTiqr),
            ("tiqrauth://bank.example/s", LoginError::Damaged),
            ("tiqrauth:///s/1", LoginError::Damaged),
            ("tiqrauth://bank.example//1/x", LoginError::Damaged),
            ("tiqrauth://bank.example/s/%0a/x", LoginError::Damaged),
            ("tiqrauth://bank.ex%E2%80%AEample/s/1/x", LoginError::Damaged),
        ] {
            assert_eq!(Login::read(text).err(), Some(error), "{text}");
        }
        assert_eq!(Login::read(&format!("tiqrauth://{}", "x".repeat(2_000))).err(), Some(LoginError::TooLong));
    }
}
