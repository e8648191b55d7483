//! What an entry's texts say about one-time codes, in the ways that KeePass, its plug-ins and KeePassXC have.

use super::super::ImportError;
use super::super::base64;
use crate::enrol::draft::{Draft, DraftKey};
use crate::enrol::{Detected, EnrolError, Enrolment, detect, is_known_scheme, names};
use crate::secret::{Secret, SecretText};
use crate::token::KindName;

/// The texts of an entry that matter.
#[derive(Default)]
pub(super) struct Fields(Vec<(String, SecretText)>);

/// What KeePass 2.47 and later call a secret, by how it is written.
const ENCODINGS: [&str; 4] = ["", "-Hex", "-Base32", "-Base64"];

impl Fields {
    /// Takes a text up if it matters.
    pub(super) fn put(&mut self, name: &str, value: SecretText) {
        let matters = matches!(name, "Title" | "UserName" | "Notes" | "otp")
            || ["TimeOtp-", "HmacOtp-", "TOTP Se"].iter().any(|start| name.starts_with(start));
        if matters && !value.is_empty() {
            self.0.push((name.to_owned(), value));
        }
    }

    fn get(&self, name: &str) -> Option<&SecretText> {
        self.0.iter().find(|(known, _)| known == name).map(|(_, value)| value)
    }

    fn shown(&self, name: &str) -> String {
        self.get(name).map(|value| value.expose().to_owned()).unwrap_or_default()
    }

    fn number(&self, name: &str) -> Result<Option<u64>, EnrolError> {
        number(name, self.get(name).map(SecretText::expose))
    }

    /// Whether it makes one-time codes.
    pub(super) fn has_codes(&self) -> bool {
        let has =
            |start: &str| ENCODINGS.iter().any(|encoding| self.get(&format!("{start}-Secret{encoding}")).is_some());
        self.get("otp").is_some() || self.get("TOTP Seed").is_some() || has("TimeOtp") || has("HmacOtp")
    }

    /// `Title:UserName`.
    pub(super) fn name(&self) -> String {
        names::whole(&names::clean(&self.shown("Title")), &names::clean(&self.shown("UserName")))
    }

    /// Hands each one-time code of the entry to `take`, with the entry's name: one in nearly every case.
    ///
    /// # Errors
    /// What `take` says.
    pub(super) fn put_into(
        &self,
        group: Option<String>,
        mut take: impl FnMut(&str, Result<Enrolment, EnrolError>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let name = self.name();
        let mut give = |read: Result<Enrolment, EnrolError>| {
            let read = read.map(|mut enrolment| {
                if enrolment.issuer.is_empty() && enrolment.account.is_empty() {
                    enrolment.issuer = names::clean(&self.shown("Title"));
                    enrolment.account = names::clean(&self.shown("UserName"));
                }
                enrolment.note = self.shown("Notes");
                enrolment.groups.extend(group.clone());
                enrolment
            });
            take(&name, read)
        };
        if let Some(otp) = self.get("otp") {
            return give(self.otp(otp));
        }
        if let Some(seed) = self.get("TOTP Seed") {
            return give(self.tray(seed));
        }
        for (start, kind) in [("TimeOtp", KindName::Totp), ("HmacOtp", KindName::Hotp)] {
            if let Some(key) = self.key(start) {
                give(key.and_then(|key| self.built_in(kind, key)))?;
            }
        }
        Ok(())
    }

    /// KeePassXC's field: an enrolment URI, or what the plug-in KeeOtp wrote before (`key=…&size=6&step=30`).
    fn otp(&self, text: &SecretText) -> Result<Enrolment, EnrolError> {
        let text = text.expose().trim();
        if is_known_scheme(text) {
            return match detect(text, None)? {
                Detected::One(enrolment) => Ok(*enrolment),
                Detected::Migration(_) => Err(EnrolError::Unknown),
            };
        }
        let parameter = |name: &str| {
            let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
            pairs.filter(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value).next()
        };
        let key = parameter("key").ok_or(EnrolError::Unknown)?;
        let key = SecretText::new(key.replace("%3d", "").replace("%3D", ""));
        let hotp = parameter("type").is_some_and(|kind| kind.eq_ignore_ascii_case("hotp"));
        let mut draft = self.draft(if hotp { KindName::Hotp } else { KindName::Totp }, DraftKey::Base32(key));
        draft.algorithm = parameter("otpHashMode").map(str::to_owned);
        draft.digits = number("size", parameter("size"))?;
        draft.period = number("step", parameter("step"))?;
        draft.counter = number("counter", parameter("counter"))?;
        draft.enrol()
    }

    /// KeeTrayTOTP's fields, which KeePassXC wrote too: a Base32 seed, and `30;6` or `30;S` for Steam.
    fn tray(&self, seed: &SecretText) -> Result<Enrolment, EnrolError> {
        let settings = self.shown("TOTP Settings");
        let mut settings = settings.split(';').map(str::trim).filter(|part| !part.is_empty());
        let period = number("period", settings.next())?;
        let digits = settings.next();
        if digits.is_some_and(|digits| digits.eq_ignore_ascii_case("S")) {
            return self.draft(KindName::Steam, DraftKey::Base32(seed.duplicate())).enrol();
        }
        let mut draft = self.draft(KindName::Totp, DraftKey::Base32(seed.duplicate()));
        draft.period = period;
        draft.digits = number("digits", digits)?;
        draft.enrol()
    }

    /// KeePass' own fields.
    fn built_in(&self, kind: KindName, key: DraftKey) -> Result<Enrolment, EnrolError> {
        let mut draft = self.draft(kind, key);
        if kind == KindName::Totp {
            draft.algorithm = self.get("TimeOtp-Algorithm").map(|name| name.expose().to_owned());
            draft.digits = self.number("TimeOtp-Length")?;
            draft.period = self.number("TimeOtp-Period")?;
        } else {
            draft.counter = self.number("HmacOtp-Counter")?;
        }
        draft.enrol()
    }

    fn key(&self, start: &str) -> Option<Result<DraftKey, EnrolError>> {
        let (text, encoding) =
            ENCODINGS.iter().find_map(|encoding| Some((self.get(&format!("{start}-Secret{encoding}"))?, *encoding)))?;
        Some(match encoding {
            "-Hex" => Ok(DraftKey::Hex(text.duplicate())),
            "-Base32" => Ok(DraftKey::Base32(text.duplicate())),
            "-Base64" => base64::key(text.expose()).ok_or(EnrolError::SecretDoesNotFit),
            _ => Ok(DraftKey::Bytes(Secret::from_bytes(text.expose().as_bytes().to_vec()))),
        })
    }

    fn draft(&self, kind: KindName, key: DraftKey) -> Draft {
        Draft::new(kind, self.shown("Title"), self.shown("UserName"), key)
    }
}

fn number(name: &str, text: Option<&str>) -> Result<Option<u64>, EnrolError> {
    let bad = |_| EnrolError::BadNumber { parameter: name.to_owned() };
    text.map(|text| text.trim().parse().map_err(bad)).transpose()
}
