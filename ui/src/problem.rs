//! Errors of `core` by the names under which the screens have sentences for them.

use smartotp_core::enrol::{EnrolError, Warning};
use smartotp_core::export::ExportError;
use smartotp_core::import::ImportError;
use smartotp_core::qr::read::ReadError;
use smartotp_core::secret::SecretError;
use smartotp_core::vault::{ChangeError, CreateError, KeystoreError, OpenError, RecoveryError, RecoveryKey};

use crate::services::{PickError, SaveError};
use crate::{EnrolProblem, EnrolWarning, Mistyped, Problem, WarningRow};

pub(crate) fn of_open(error: &OpenError) -> Problem {
    match error {
        OpenError::Missing => Problem::Missing,
        OpenError::NotAVault => Problem::NotAVault,
        OpenError::Newer { .. } => Problem::Newer,
        OpenError::DamagedHeader => Problem::DamagedHeader,
        OpenError::DamagedPayload => Problem::DamagedPayload,
        OpenError::WrongPassword => Problem::WrongPassword,
        OpenError::WrongPin => Problem::WrongPin,
        OpenError::WrongRecoveryKey => Problem::WrongRecoveryKey,
        OpenError::BadPin => Problem::BadPin,
        OpenError::Wait { .. } => Problem::Wait,
        OpenError::Wiped => Problem::Wiped,
        OpenError::TooLarge => Problem::TooLarge,
        OpenError::NoSuchSlot => Problem::NoSuchSlot,
        OpenError::DeviceSecret(KeystoreError::Locked) | OpenError::PinSecret(KeystoreError::Locked) => {
            Problem::KeystoreLocked
        }
        OpenError::PinSecret(_) => Problem::PinLost,
        OpenError::DeviceSecret(_) => Problem::KeystoreLost,
        OpenError::Cost => Problem::Costly,
        OpenError::Read(_) => Problem::Unreadable,
        _ => Problem::Failed,
    }
}

pub(crate) fn of_create(error: &CreateError) -> Problem {
    match error {
        CreateError::Exists => Problem::Exists,
        CreateError::NoKeystore => Problem::NoKeystore,
        CreateError::Keystore(KeystoreError::Locked) => Problem::KeystoreLocked,
        CreateError::Keystore(_) => Problem::KeystoreRefused,
        CreateError::EmptyPassword => Problem::EmptyPassword,
        CreateError::BadPin => Problem::BadPin,
        CreateError::PinWithoutKeystore => Problem::PinWithoutKeystore,
        CreateError::PinAlone => Problem::PinAlone,
        CreateError::Busy => Problem::Busy,
        CreateError::NoEntropy => Problem::NoEntropy,
        CreateError::Write(_) => Problem::Disk,
        _ => Problem::Failed,
    }
}

pub(crate) fn of_change(error: &ChangeError) -> Problem {
    match error {
        ChangeError::NoSuchToken => Problem::NoSuchToken,
        ChangeError::CounterAtEnd => Problem::CounterAtEnd,
        ChangeError::WrongKind => Problem::WrongKind,
        ChangeError::KeyChanged => Problem::KeyChanged,
        ChangeError::SlotExists => Problem::SlotExists,
        ChangeError::NoSuchSlot => Problem::NoSuchSlot,
        ChangeError::LastSlot => Problem::LastSlot,
        ChangeError::PinAlone => Problem::PinAlone,
        ChangeError::DeviceBesideLock => Problem::DeviceBesideLock,
        ChangeError::Busy => Problem::Busy,
        ChangeError::Open(error) => of_open(error),
        ChangeError::Create(error) => of_create(error),
        ChangeError::Write(_) => Problem::Disk,
        _ => Problem::Failed,
    }
}

/// Why a typed text is no recovery key, and where it goes wrong.
pub(crate) fn of_recovery_key(text: &str, error: RecoveryError) -> (Problem, Mistyped) {
    let number = |number: usize| i32::try_from(number).unwrap_or(i32::MAX);
    match error {
        RecoveryError::Length { characters } => {
            (Problem::KeyLength, Mistyped { number: number(characters), ..Mistyped::default() })
        }
        RecoveryError::Character { group, .. } | RecoveryError::Mistyped { group } => {
            let place = RecoveryKey::place_of(text, group).unwrap_or_default();
            let (from, to) = (number(place.start), number(place.end));
            (Problem::Mistyped, Mistyped { number: number(group), from, to })
        }
        _ => (Problem::Failed, Mistyped::default()),
    }
}

pub(crate) fn of_picture(error: ReadError) -> Problem {
    match error {
        ReadError::NotAPicture => Problem::NotAPicture,
        ReadError::Damaged => Problem::DamagedPicture,
        ReadError::TooLarge => Problem::PictureTooLarge,
        _ => Problem::NoCode,
    }
}

pub(crate) fn of_import(error: &ImportError) -> Problem {
    match error {
        ImportError::Empty => Problem::FileEmpty,
        ImportError::NoTokens { .. } => Problem::FileWithoutTokens,
        ImportError::Picture(error) => of_picture(*error),
        ImportError::TooLarge => Problem::FileTooLarge,
        ImportError::TooManyEntries => Problem::TooManyEntries,
        ImportError::NeedsPassword => Problem::FileLeftOut,
        ImportError::WrongPassword => Problem::FilePassword,
        ImportError::Damaged => Problem::FileDamaged,
        ImportError::Restricted => Problem::FileRestricted,
        ImportError::Unsupported { .. } => Problem::FileUnsupported,
        ImportError::Newer { .. } => Problem::FileNewer,
        ImportError::Cost => Problem::FileCostly,
        _ => Problem::FileUnknown,
    }
}

/// The format that the sentence about an import names, where it names one.
pub(crate) fn format_of(error: &ImportError) -> &'static str {
    match error {
        ImportError::Unsupported { what } => what,
        _ => "",
    }
}

pub(crate) fn of_export(error: &ExportError) -> Problem {
    match error {
        ExportError::Nothing => Problem::ExportEmpty,
        ExportError::HoldsNone => Problem::ExportHoldsNone,
        ExportError::NeedsPassword => Problem::EmptyPassword,
        ExportError::Memory => Problem::ExportMemory,
        ExportError::NoEntropy => Problem::NoEntropy,
        ExportError::TooLarge => Problem::ExportTooLarge,
        _ => Problem::Failed,
    }
}

pub(crate) fn of_save(error: SaveError) -> Problem {
    match error {
        SaveError::Exists => Problem::FileExists,
        SaveError::Unwritable => Problem::FileUnwritable,
        SaveError::Differs => Problem::ExportDiffers,
    }
}

/// `None`: the user changed their mind, which is no problem.
pub(crate) fn of_pick(error: PickError) -> Option<Problem> {
    match error {
        PickError::Cancelled => None,
        PickError::NoChooser => Some(Problem::NoChooser),
        PickError::Unreadable => Some(Problem::FileUnreadable),
        PickError::TooLarge => Some(Problem::FileTooLarge),
    }
}

/// A reason, and the detail that its sentence names.
pub(crate) fn of_enrolment(error: &EnrolError) -> (EnrolProblem, String) {
    let plain = |problem| (problem, String::new());
    match error {
        EnrolError::TooLong => plain(EnrolProblem::TooLong),
        EnrolError::UnknownType { found } => (EnrolProblem::UnknownType, found.clone()),
        EnrolError::NoSecret | EnrolError::Secret(SecretError::Empty) => plain(EnrolProblem::NoSecret),
        EnrolError::Repeated { parameter } => (EnrolProblem::Repeated, parameter.clone()),
        EnrolError::Secret(SecretError::BadCharacter { character, .. }) => {
            (EnrolProblem::BadCharacter, character.to_string())
        }
        EnrolError::Secret(SecretError::OddHex) => plain(EnrolProblem::OddHex),
        EnrolError::Secret(_) => plain(EnrolProblem::LongSecret),
        EnrolError::BadNumber { parameter } => (EnrolProblem::BadNumber, parameter.clone()),
        EnrolError::Algorithm { found } => (EnrolProblem::Algorithm, found.clone()),
        EnrolError::TwoStep => plain(EnrolProblem::TwoStep),
        EnrolError::Suite(_) => plain(EnrolProblem::Suite),
        EnrolError::SecretDoesNotFit => plain(EnrolProblem::SecretDoesNotFit),
        EnrolError::NeedsPin => plain(EnrolProblem::NeedsPin),
        EnrolError::BadPin => plain(EnrolProblem::BadPin),
        EnrolError::Migration => plain(EnrolProblem::Migration),
        EnrolError::NotACodeToken { scheme }
            if matches!(scheme.as_str(), "pipush" | "pia" | "tiqrenroll" | "tiqrauth") =>
        {
            plain(EnrolProblem::AddAlone)
        }
        EnrolError::NotACodeToken { scheme } => (EnrolProblem::OtherService, scheme.clone()),
        _ => plain(EnrolProblem::Unknown),
    }
}

pub(crate) fn of_warning(warning: &Warning) -> WarningRow {
    let (kind, detail, number) = match warning {
        Warning::OddLength => (EnrolWarning::OddLength, "", 0),
        Warning::ShortSecret { bytes } => (EnrolWarning::ShortSecret, "", i32::try_from(*bytes).unwrap_or(i32::MAX)),
        Warning::IssuersDiffer { label } => (EnrolWarning::IssuersDiffer, label.as_str(), 0),
        Warning::Ignored { parameter } => (EnrolWarning::Ignored, parameter.as_str(), 0),
        Warning::ChecksumDoesNotFit => (EnrolWarning::Checksum, "", 0),
        Warning::PeriodAssumed => (EnrolWarning::PeriodAssumed, "", 0),
        Warning::SuiteAssumed => (EnrolWarning::SuiteAssumed, "", 0),
        Warning::CounterAssumed => (EnrolWarning::CounterAssumed, "", 0),
        Warning::TypeAssumed => (EnrolWarning::TypeAssumed, "", 0),
        Warning::ChecksumSuspected => (EnrolWarning::ChecksumSuspected, "", 0),
        _ => (EnrolWarning::Other, "", 0),
    };
    WarningRow { kind, detail: detail.into(), number }
}
