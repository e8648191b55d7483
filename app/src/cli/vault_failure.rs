//! The vault's errors in words.

use smartotp_core::code::ocra::OcraError;
use smartotp_core::vault::{ChangeError, CreateError, KeystoreError, OpenError, RecoveryError};

use super::failure::{Exit, Failure, reason};
use super::tries;

impl From<OpenError> for Failure {
    fn from(error: OpenError) -> Self {
        let (exit, code, words) = match &error {
            OpenError::Missing => {
                (Exit::NotFound, "no_vault", tr!("There is no vault yet. Make one with: smartotp vault create"))
            }
            OpenError::NotAVault => (Exit::Damaged, "not_a_vault", tr!("This file is no vault.")),
            OpenError::Newer { version } => {
                let message = tr!(
                    "This vault was made by a newer version of Smart OTP (format {version}). Update the app to open it.",
                    version = version
                );
                return Self::new(Exit::Failed, "newer_vault", message);
            }
            OpenError::DamagedHeader => (
                Exit::Damaged,
                "damaged_header",
                tr!("The vault is damaged at its start, and so is the version before it. Restore a backup."),
            ),
            OpenError::DamagedPayload => (
                Exit::Damaged,
                "damaged_payload",
                tr!(
                    "The password fits, but the vault's content is damaged, and so is the version before it. Restore a backup."
                ),
            ),
            OpenError::WrongPassword => {
                (Exit::Locked, "wrong_password", tr!("That password is wrong. The vault stays locked."))
            }
            OpenError::WrongPin => (Exit::Locked, "wrong_pin", tr!("That PIN is wrong. The vault stays locked.")),
            OpenError::WrongRecoveryKey => (
                Exit::Locked,
                "wrong_recovery_key",
                tr!("That recovery key belongs to another vault. This one stays locked."),
            ),
            OpenError::BadPin => (Exit::Locked, "bad_pin", tr!("A PIN has 4 to 12 digits.")),
            OpenError::Wait { seconds } => return tries::waiting(*seconds, None),
            OpenError::Wiped => (
                Exit::Locked,
                "wiped",
                tr!("That was one wrong try too many: the vault was wiped, as its settings said."),
            ),
            OpenError::NoSuchSlot => {
                (Exit::Locked, "no_such_slot", tr!("This vault doesn't open that way. See: smartotp vault slots"))
            }
            OpenError::DeviceSecret(error) => return keystore(*error),
            OpenError::PinSecret(KeystoreError::Locked) => return keystore(KeystoreError::Locked),
            OpenError::PinSecret(KeystoreError::Missing) => (
                Exit::Locked,
                "no_keystore",
                tr!(
                    "Half of the PIN is in the system's keystore, and none answers here. Open the vault with its password or recovery key."
                ),
            ),
            OpenError::PinSecret(_) => (
                Exit::Locked,
                "pin_lost",
                tr!(
                    "The system's keystore doesn't have its half of the PIN any more. Open the vault with the password or the recovery key, then choose the PIN anew."
                ),
            ),
            OpenError::TooLarge => (
                Exit::Damaged,
                "too_large",
                tr!("This file is larger than any vault, so it is none or it is damaged. Restore a backup."),
            ),
            OpenError::Cost => (
                Exit::Refused,
                "cost",
                tr!("The vault's file asks for more memory or time than is ever spent. It was not opened."),
            ),
            OpenError::Memory => (
                Exit::Failed,
                "memory",
                tr!("There is not enough memory to open the vault. Close other programs and try again."),
            ),
            OpenError::Read(error) => {
                let message = tr!("The vault can't be read: {reason}.", reason = reason(error));
                return Self::new(Exit::Failed, "vault_unreadable", message);
            }
            _ => (Exit::Failed, "vault", tr!("The vault didn't open.")),
        };
        Self::new(exit, code, words)
    }
}

fn keystore(error: KeystoreError) -> Failure {
    let (code, words) = match error {
        KeystoreError::Missing => (
            "no_keystore",
            tr!(
                "The vault's key is in the system's keystore, and none answers here. Log in to your desktop and try again."
            ),
        ),
        KeystoreError::Locked => ("keystore_locked", tr!("The system's keystore is locked. Unlock it and try again.")),
        _ => ("keystore", tr!("The system's keystore doesn't have the vault's key any more. Restore a backup.")),
    };
    Failure::new(Exit::Locked, code, words)
}

impl From<RecoveryError> for Failure {
    fn from(error: RecoveryError) -> Self {
        let words = match error {
            RecoveryError::Length { characters } => trn!(
                "A recovery key has 40 characters, this is {n}.",
                "A recovery key has 40 characters, these are {n}.",
                characters
            ),
            RecoveryError::Character { group, .. } => {
                tr!("Group {group} of the recovery key has a character that none has.", group = group)
            }
            RecoveryError::Mistyped { group } => tr!("Group {group} of the recovery key is mistyped.", group = group),
            _ => tr!("This is no recovery key.").to_owned(),
        };
        Self::new(Exit::Locked, "bad_recovery_key", words)
    }
}

impl From<CreateError> for Failure {
    fn from(error: CreateError) -> Self {
        let (exit, code, words) = match &error {
            CreateError::Exists => {
                (Exit::Refused, "vault_exists", tr!("There is a vault here already. It was not touched."))
            }
            CreateError::NoKeystore => (
                Exit::Refused,
                "no_keystore",
                tr!(
                    "No keystore of the system answers here, so the vault can't open without a password. Choose a password."
                ),
            ),
            CreateError::Keystore(_) => (
                Exit::Failed,
                "keystore",
                tr!("The system's keystore doesn't keep the vault's key. Choose a password."),
            ),
            CreateError::EmptyPassword => {
                (Exit::Locked, "missing_password", tr!("An empty password protects nothing. Choose another one."))
            }
            CreateError::BadPin => return Self::from(OpenError::BadPin).with_exit(Exit::Usage),
            CreateError::PinWithoutKeystore => (
                Exit::Refused,
                "no_keystore",
                tr!(
                    "No keystore of the system answers here, and without one a PIN is guessed in minutes. Choose a password."
                ),
            ),
            CreateError::PinAlone => return ChangeError::PinAlone.into(),
            CreateError::Slots => (Exit::Refused, "slots", tr!("A vault can't be opened in these ways together.")),
            CreateError::NoEntropy => (Exit::Failed, "no_entropy", tr!("The system gives no random numbers.")),
            CreateError::Busy => return ChangeError::Busy.into(),
            CreateError::Memory => return OpenError::Memory.into(),
            CreateError::Write(error) => return write(error),
            _ => (Exit::Failed, "vault", tr!("The vault couldn't be made.")),
        };
        Self::new(exit, code, words)
    }
}

impl From<ChangeError> for Failure {
    fn from(error: ChangeError) -> Self {
        let (exit, code, words) = match error {
            ChangeError::NoSuchToken => (Exit::NotFound, "no_such_token", tr!("This token is gone.")),
            ChangeError::CounterAtEnd => {
                (Exit::Failed, "counter_at_end", tr!("The counter of this token is at its end. Enrol it anew."))
            }
            ChangeError::WrongKind => (Exit::Usage, "wrong_kind", tr!("This kind of token can't do that.")),
            ChangeError::Ocra(error) => return error.into(),
            ChangeError::SlotExists => {
                (Exit::Refused, "slot_exists", tr!("The vault opens that way already. Replace it instead."))
            }
            ChangeError::NoSuchSlot => return Self::from(OpenError::NoSuchSlot).with_exit(Exit::NotFound),
            ChangeError::LastSlot => {
                (Exit::Refused, "last_slot", tr!("That is the only way into the vault. Add another one first."))
            }
            ChangeError::PinAlone => (
                Exit::Refused,
                "pin_alone",
                tr!("A PIN needs a password or a recovery key beside it: keystores can lose their half of it."),
            ),
            ChangeError::DeviceBesideLock => (
                Exit::Refused,
                "device_beside_lock",
                tr!("Beside a vault that opens by itself, a password or a PIN protects nothing."),
            ),
            ChangeError::NoSuchPlace => return super::backup::not_on(),
            ChangeError::NoSuchGroup => (Exit::NotFound, "no_group", tr!("There is no such group.")),
            ChangeError::KeyChanged => (
                Exit::Locked,
                "lock_changed",
                tr!("The lock was changed elsewhere meanwhile. Nothing was changed here."),
            ),
            ChangeError::Busy => {
                (Exit::Failed, "busy", tr!("Another program holds the vault. Nothing was changed; try again."))
            }
            ChangeError::Open(error) => return error.into(),
            ChangeError::Create(error) => return error.into(),
            ChangeError::Write(error) => return write(&error),
            _ => (Exit::Failed, "vault", tr!("The vault couldn't be changed. Nothing was changed.")),
        };
        Self::new(exit, code, words)
    }
}

fn write(error: &std::io::Error) -> Failure {
    let message = tr!("The vault couldn't be written: {reason}. Nothing was changed.", reason = reason(error));
    Failure::new(Exit::Failed, "vault_unwritable", message)
}

impl From<OcraError> for Failure {
    fn from(error: OcraError) -> Self {
        match error {
            OcraError::NeedsPin => {
                Self::new(Exit::Usage, "needs_pin", tr!("This token asks for a PIN. Give it with --pin-file."))
            }
            OcraError::NeedsSession => Self::new(
                Exit::Usage,
                "needs_session",
                tr!("This token asks for session information. Give it with --session-file."),
            ),
            OcraError::SessionTooLong { max } => Self::new(
                Exit::Unreadable,
                "session_too_long",
                trn!(
                    "The session information is longer than {n} byte.",
                    "The session information is longer than {n} bytes.",
                    max
                ),
            ),
            OcraError::ChallengeEmpty => Self::new(Exit::Unreadable, "challenge_empty", tr!("The challenge is empty.")),
            OcraError::ChallengeTooLong { max } => Self::new(
                Exit::Unreadable,
                "challenge_too_long",
                trn!(
                    "The challenge is longer than {n} character.",
                    "The challenge is longer than {n} characters.",
                    max
                ),
            ),
            OcraError::ChallengeCharacter { position } => Self::new(
                Exit::Unreadable,
                "challenge_character",
                tr!("Character {place} doesn't belong to this kind of challenge.", place = position + 1),
            ),
            _ => Self::new(Exit::Failed, "ocra", tr!("This challenge can't be answered.")),
        }
    }
}
