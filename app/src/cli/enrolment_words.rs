//! Enrolments' errors and warnings in words. Never the key, never the link.

use smartotp_core::enrol::{EnrolError, Warning};
use smartotp_core::secret::SecretError;

use super::output::visible;

/// Why something is no enrolment: one sentence that says what is wrong.
pub(super) fn reason(error: &EnrolError) -> String {
    match error {
        EnrolError::Unknown => tr!("This is no enrolment that Smart OTP knows.").to_owned(),
        EnrolError::TooLong => tr!("This is longer than any real enrolment.").to_owned(),
        EnrolError::UnknownType { found } => {
            tr!("The type \"{found}\" is none that Smart OTP knows.", found = visible(found))
        }
        EnrolError::NoSecret => tr!("There is no key in it.").to_owned(),
        EnrolError::Repeated { parameter } => {
            tr!(
                "The parameter \"{parameter}\" comes twice; it must be clear which one counts.",
                parameter = visible(parameter)
            )
        }
        EnrolError::Secret(error) => secret(*error),
        EnrolError::BadNumber { parameter } => {
            tr!("The number of \"{parameter}\" can't be used.", parameter = visible(parameter))
        }
        EnrolError::Algorithm { found } => {
            tr!("The algorithm \"{found}\" can't be used. SHA1, SHA256 and SHA512 can.", found = visible(found))
        }
        EnrolError::TwoStep => {
            tr!("This is a two-step roll-out: the key in it is only half of it and would give wrong codes.").to_owned()
        }
        EnrolError::Suite(_) => tr!("The OCRA suite can't be used.").to_owned(),
        EnrolError::SecretDoesNotFit => tr!("The key is too short for this kind of token.").to_owned(),
        EnrolError::NeedsPin => tr!("This token needs a PIN. Give it with --pin-file.").to_owned(),
        EnrolError::BadPin => tr!("The PIN can't be used with this kind of token.").to_owned(),
        EnrolError::Migration => tr!("This export code of Google Authenticator is damaged.").to_owned(),
        EnrolError::NotACodeToken { scheme } if matches!(scheme.as_str(), "pipush" | "pia") => {
            tr!("This enrols a push token. Use: smartotp push enrol -").to_owned()
        }
        EnrolError::NotACodeToken { scheme } if scheme == "tiqrenroll" => {
            tr!("This enrols a TiQR account. Use: smartotp tiqr enrol -").to_owned()
        }
        EnrolError::NotACodeToken { scheme } if scheme == "tiqrauth" => {
            tr!("This is a TiQR login. Use: smartotp tiqr answer -").to_owned()
        }
        EnrolError::NotACodeToken { scheme } => {
            tr!("\"{scheme}\" enrols at another service; it makes no codes.", scheme = visible(scheme))
        }
        _ => tr!("This can't be read.").to_owned(),
    }
}

fn secret(error: SecretError) -> String {
    match error {
        SecretError::Empty => tr!("The key is empty.").to_owned(),
        SecretError::BadCharacter { character, .. } => match character {
            '1' => tr!("\"1\" never occurs in a key. Is it an \"I\" or an \"L\"?").to_owned(),
            '0' => tr!("\"0\" never occurs in a key. Is it an \"O\"?").to_owned(),
            '8' => tr!("\"8\" never occurs in a key. Is it a \"B\"?").to_owned(),
            other => {
                tr!("\"{character}\" never occurs in a key.", character = visible(other.encode_utf8(&mut [0; 4])))
            }
        },
        SecretError::OddHex => tr!("The key has an odd number of hexadecimal digits: one is missing.").to_owned(),
        SecretError::TooLong => tr!("The key is longer than any real one.").to_owned(),
        _ => tr!("The key can't be read.").to_owned(),
    }
}

/// What should be known about an enrolment that can be added: a name for scripts, a sentence for people.
pub(super) fn warning(warning: &Warning) -> Option<(&'static str, String)> {
    Some(match warning {
        Warning::OddLength => (
            "odd_length",
            tr!("The key has a length that no app writes; is its last character missing?").to_owned(),
        ),
        Warning::ShortSecret { bytes } => (
            "short_secret",
            trn!("The key is short: {n} byte.", "The key is short: {n} bytes.", *bytes),
        ),
        Warning::IssuersDiffer { label } => (
            "issuers_differ",
            tr!("The label names another issuer, \"{label}\".", label = visible(label)),
        ),
        Warning::Ignored { parameter } => (
            "ignored",
            tr!("The parameter \"{parameter}\" means nothing here and was left out.", parameter = visible(parameter)),
        ),
        Warning::ChecksumDoesNotFit => (
            "checksum",
            tr!("The check characters don't fit this key. Look at it once more.").to_owned(),
        ),
        Warning::PeriodAssumed => {
            ("period_assumed", tr!("The export doesn't tell how long a code lasts; 30 seconds were taken.").to_owned())
        }
        Warning::CounterAssumed => {
            ("counter_assumed", tr!("No counter was given; it starts at 0.").to_owned())
        }
        Warning::TypeAssumed => {
            ("type_assumed", tr!("No type was given; HOTP was taken.").to_owned())
        }
        Warning::ChecksumSuspected => (
            "checksum_suspected",
            tr!("The key looks like one with Protectimus check characters. If it is, add it with --protectimus-checksum.").to_owned(),
        ),
        Warning::SuiteAssumed => {
            ("suite_assumed", tr!("No OCRA suite was given; the usual one was taken.").to_owned())
        }
        _ => return None,
    })
}
