//! A key typed by hand, checked while it is typed.

use zeroize::Zeroizing;

use super::parameters::bad;
use super::{EnrolError, Enrolment, Warning, key, names, ocra, pin, protectimus};
use crate::code::yandex;
use crate::secret::SecretText;
use crate::token::{Algorithm, ChallengeEncoding, Counter, Digits, Kind, KindName, Period};

/// The form, as the user has filled it in so far.
pub struct Form {
    /// Issuer.
    pub issuer: String,
    /// Account.
    pub account: String,
    /// The key as typed: Base32, or hexadecimal where it can be nothing else.
    pub key: SecretText,
    /// Which kind.
    pub kind: KindName,
    /// Length of a code.
    pub digits: u64,
    /// Seconds.
    pub period: u64,
    /// Hash under HMAC.
    pub algorithm: Algorithm,
    /// For HOTP, and OCRA suites with `C`.
    pub counter: u64,
    /// For OCRA; empty: the default of the issuer.
    pub suite: String,
    /// For OCRA; `None`: the default of the issuer.
    pub encoding: Option<ChallengeEncoding>,
    /// For mOTP and Yandex.
    pub pin: SecretText,
    /// Whether the last two characters are Protectimus check characters.
    pub protectimus_checksum: bool,
}

/// What the typed key looks like: for the *Read as* strip and the messages under it.
#[derive(Debug, PartialEq, Eq)]
pub struct KeyCheck {
    /// Key characters without blanks, upper case, check characters excluded.
    pub read_as: SecretText,
    /// The two check characters, where the box is ticked.
    pub check: Option<String>,
    /// Position in `read_as` of the first character that occurs in no key, and the character.
    pub bad: Option<(usize, char)>,
    /// Whether it is read as hexadecimal.
    pub hex: bool,
    /// The box is ticked and the check characters do not fit the rule.
    pub checksum_unsure: bool,
    /// The box is not ticked, but the key looks like one with check characters.
    pub suggest_checksum: bool,
}

/// Looks at a key while it is typed.
#[must_use]
pub fn check_key(key: &str, kind: KindName, protectimus_checksum: bool) -> KeyCheck {
    // Reserved whole, so that no growth leaves unwiped copies behind.
    let mut typed = Zeroizing::new(String::with_capacity(key.len()));
    typed.extend(key.chars().filter(|c| !is_filler(*c)).map(|c| c.to_ascii_uppercase()));
    let (key, check) = match protectimus::split(&typed).filter(|_| protectimus_checksum) {
        Some((key, check)) => (key, Some(check)),
        None => (typed.as_str(), None),
    };
    let foreign = |belongs: fn(char) -> bool| key.chars().enumerate().find(|(_, c)| !belongs(*c));
    let (not_base32, not_hex) = (foreign(protectimus::is_base32), foreign(|c| c.is_ascii_hexdigit()));
    // A Protectimus key is Base32; mOTP keys are hexadecimal by custom; all others only where Base32 is ruled out.
    let hex = match kind {
        _ if key.is_empty() || check.is_some() => false,
        KindName::Motp => not_hex.is_none() || not_base32.is_some(),
        _ => not_base32.is_some() && not_hex.is_none(),
    };
    let has_checksums = matches!(kind, KindName::Totp | KindName::Hotp | KindName::Ocra);
    KeyCheck {
        read_as: SecretText::from(key),
        bad: if hex { not_hex } else { not_base32 },
        hex,
        checksum_unsure: check.is_some_and(|check| !protectimus::fits(key, check)),
        suggest_checksum: has_checksums && !protectimus_checksum && protectimus::looks_like(&typed),
        check: check.map(str::to_owned),
    }
}

/// Whether a typed key is one without check characters, by its length alone: as it is, an encoder writes it; without its last
/// two characters, which fit no rule, none does.
#[must_use]
pub fn is_whole(key: &str) -> bool {
    let as_checked = check_key(key, KindName::Totp, true);
    let whole = check_key(key, KindName::Totp, false);
    as_checked.checksum_unsure && whole.bad.is_none() && !whole.hex && matches!(whole.read_as.expose().len() % 8, 0 | 5)
}

/// The form as an enrolment.
///
/// Positions in errors are those of [`KeyCheck::read_as`].
///
/// # Errors
/// [`EnrolError`] for the first thing that is missing or wrong.
pub fn enrol(form: &Form) -> Result<Enrolment, EnrolError> {
    let check = check_key(form.key.expose(), form.kind, form.protectimus_checksum);
    let mut warnings = Vec::new();
    if check.checksum_unsure || form.protectimus_checksum && check.check.is_none() {
        warnings.push(Warning::ChecksumDoesNotFit);
    }
    if check.suggest_checksum {
        warnings.push(Warning::ChecksumSuspected);
    }
    let secret =
        if check.hex { key::hex(check.read_as.expose())? } else { key::base32(check.read_as.expose(), &mut warnings)? };
    if form.kind != KindName::Motp {
        key::short(&secret, &mut warnings);
    }
    let issuer = names::clean(&form.issuer);
    let digits = || Digits::new(form.digits).map_err(|_| bad("digits"));
    let algorithm = form.algorithm;
    let counter = Counter(form.counter);
    let kind = match form.kind {
        KindName::Totp => {
            let period = Period::new(form.period).map_err(|_| bad("period"))?;
            Kind::Totp { algorithm, digits: digits()?, period }
        }
        KindName::Hotp => Kind::Hotp { algorithm, digits: digits()?, counter },
        KindName::Ocra => {
            let suite = match form.suite.trim() {
                "" => ocra::suite(None, &issuer, Some(algorithm), Some(digits()?), &mut warnings)?,
                text => ocra::suite(Some(text), &issuer, None, None, &mut warnings)?,
            };
            let counter = if suite.has_counter() { counter } else { Counter(0) };
            Kind::Ocra { suite, counter, encoding: form.encoding.unwrap_or_else(|| ocra::encoding(&issuer)) }
        }
        KindName::Steam => Kind::Steam,
        KindName::Motp => Kind::Motp { pin: pin::motp(Some(&form.pin))? },
        KindName::Yandex => {
            yandex::check(&secret).map_err(|_| EnrolError::SecretDoesNotFit)?;
            Kind::Yandex { pin: pin::yandex(Some(&form.pin))? }
        }
    };
    let mut enrolment = Enrolment::new(issuer, names::clean(&form.account), secret, kind);
    enrolment.warnings = warnings;
    Ok(enrolment)
}

/// What people put between the characters of a key.
fn is_filler(c: char) -> bool {
    c.is_whitespace() || matches!(c, '-' | '=' | '\u{feff}' | '\u{200b}')
}

impl core::fmt::Debug for Form {
    /// Without names and keys.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Form").field("kind", &self.kind).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests;
