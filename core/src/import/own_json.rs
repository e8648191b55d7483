//! This app's own export for scripts, in clear: the command line's contract, see [`crate::export`].

use super::ImportError;
use super::found::Found;
use super::input::Input;
use super::json::Object;
use crate::code::ocra::Suite;
use crate::enrol::draft::{Draft, DraftKey, unknown_type};
use crate::enrol::{EnrolError, Enrolment, names};
use crate::secret::{Secret, SecretText};
use crate::token::{ChallengeEncoding, Counter, Kind, KindName};

/// Whether its first entry has our names.
pub(super) fn fits(input: &Input<'_>) -> bool {
    input.bytes.trim_ascii_start().starts_with(b"[")
        && input.json().and_then(|file| file.list()).is_ok_and(|list| {
            let first = list.first().and_then(|first| first.object());
            first.is_some_and(|first| first.has_all(&["type", "issuer", "account", "secret", "favourite"]))
        })
}

/// Reads every entry for itself.
pub(super) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    for (number, entry) in (1..).zip(input.json()?.list()?) {
        let entry = entry.object().ok_or(ImportError::Damaged)?;
        let name = names::whole(&entry.string("issuer"), &entry.string("account"));
        found.entry(number, &name, enrolment(&entry))?;
    }
    Ok(())
}

fn enrolment(entry: &Object<'_>) -> Result<Enrolment, EnrolError> {
    let name = entry.string("type");
    let kind = KindName::ALL.into_iter().find(|kind| kind.as_str() == name).ok_or_else(|| unknown_type(&name))?;
    let (issuer, account) = (entry.string("issuer"), entry.string("account"));
    let mut enrolment = if kind == KindName::Ocra {
        ocra(entry, issuer, account)?
    } else {
        let key = entry.text("secret").map_or(DraftKey::Missing, DraftKey::Base32);
        let mut draft = Draft::new(kind, issuer, account, key);
        draft.algorithm = entry.text("algorithm").map(|name| name.expose().to_owned());
        draft.digits = entry.number("digits")?;
        draft.period = entry.number("period")?;
        draft.counter = entry.number("counter")?;
        draft.pin = entry.text("pin");
        draft.enrol()?
    };
    let groups = entry.list("groups").unwrap_or_default();
    enrolment.groups = groups.into_iter().filter_map(|group| group.string()).collect();
    enrolment.note = entry.string("note");
    enrolment.favourite = entry.bool("favourite");
    Ok(enrolment)
}

fn ocra(entry: &Object<'_>, issuer: String, account: String) -> Result<Enrolment, EnrolError> {
    let secret = Secret::from_base32(entry.text("secret").ok_or(EnrolError::NoSecret)?.expose())?;
    let suite: Suite = entry.string("suite").parse()?;
    let encoding = match entry.string("challenge_encoding").as_str() {
        "ascii" => ChallengeEncoding::Ascii,
        _ => ChallengeEncoding::Rfc,
    };
    let kind = Kind::Ocra { suite, counter: Counter(entry.number("counter")?.unwrap_or_default()), encoding };
    Ok(Enrolment::new(names::clean(&issuer), names::clean(&account), secret, kind))
}
