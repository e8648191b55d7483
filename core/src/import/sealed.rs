//! This app's own sealed file: an export, a transfer, a backup. See [`crate::backup::sealed`].

use super::ImportError;
use super::found::Found;
use super::input::Input;
use crate::backup::words::TransferKey;
use crate::backup::{self, LockKind, Snapshot, Unlock, UnsealError, sealed};
use crate::enrol::{Enrolment, names};
use crate::secret::SecretText;
use crate::token::Token;
use crate::vault::RecoveryKey;

/// Whether it has the magic.
pub(super) fn fits(input: &Input<'_>) -> bool {
    sealed::is_sealed(input.bytes)
}

/// Opens it with what was given: its password, a recovery key, or a transfer's words.
pub(super) fn read(input: &Input<'_>, password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let info = sealed::inspect(input.bytes)?;
    let password = password.ok_or(ImportError::NeedsPassword)?;
    let words = TransferKey::from_words(password.expose()).ok().filter(|_| info.locks.contains(&LockKind::Transfer));
    let recovery = RecoveryKey::parse(password.expose()).ok().filter(|_| info.locks.contains(&LockKind::Recovery));
    let unlock = match (&words, &recovery) {
        (Some(words), _) => Unlock::Transfer(words),
        (None, Some(key)) => Unlock::Recovery(key),
        (None, None) if info.locks.contains(&LockKind::Password) => Unlock::Password(password),
        // A mistake in them, and nothing else opens it.
        (None, None) => return Err(ImportError::WrongPassword),
    };
    let (snapshot, _) = backup::open(input.bytes, &unlock)?;
    take(snapshot, found)
}

/// Every token of a snapshot, as what would be added.
fn take(snapshot: Snapshot, found: &mut Found<'_>) -> Result<(), ImportError> {
    for (number, token) in (1..).zip(snapshot.tokens) {
        let name = names::whole(&token.issuer, &token.account);
        found.entry(number, &name, Ok(enrolment(token)))?;
    }
    Ok(())
}

fn enrolment(token: Token) -> Enrolment {
    let mut enrolment = Enrolment::new(token.issuer, token.account, token.secret, token.kind);
    enrolment.note = token.note;
    enrolment.groups = token.groups;
    enrolment.favourite = token.favourite;
    enrolment.icon = token.icon;
    enrolment.unknown = token.unknown;
    enrolment
}

impl From<UnsealError> for ImportError {
    fn from(error: UnsealError) -> Self {
        match error {
            UnsealError::NotSealed => Self::Unknown,
            UnsealError::Newer { version } => Self::Newer { version },
            UnsealError::DamagedHeader | UnsealError::DamagedPayload => Self::Damaged,
            UnsealError::WrongKey => Self::WrongPassword,
            // Another key than a password opens it.
            UnsealError::NoSuchSlot => Self::Restricted,
            UnsealError::Cost | UnsealError::Memory => Self::Cost,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Format, read, read_all};
    use super::*;
    use crate::backup::{Keys, Lock, Origin};
    use crate::secret::Secret;
    use crate::token::{Icon, Kind, TokenId};
    use crate::vault::SystemEntropy;
    use crate::vault::kdf::Cost;

    fn token() -> Token {
        let secret = Secret::from_bytes(vec![3; 20]);
        let mut token = Token::new(TokenId::from_bytes([1; 16]), "ACME".into(), "mira".into(), secret, Kind::Steam);
        token.note = "note".into();
        token.icon = Icon::Tile(4);
        token.unknown = vec![("image".into(), "x".into())];
        token
    }

    fn sealed(locks: &[Lock<'_>]) -> Vec<u8> {
        Keys::new(locks, &SystemEntropy).unwrap().seal(&Origin::default(), &[&token()], &SystemEntropy).unwrap()
    }

    #[test]
    fn a_sealed_export_comes_back_whole() {
        let password = SecretText::from("pässwörd");
        let file = sealed(&[Lock::Password(&password, Cost::FLOOR)]);
        let outcome = read(&file, Some(&password)).unwrap();
        assert_eq!(outcome.tokens, [enrolment(token())]);
        assert_eq!(read(&file, None), Err(ImportError::NeedsPassword));
        assert_eq!(read(&file, Some(&"wrong".into())), Err(ImportError::WrongPassword));
        for length in [9, 60, file.len() - 1] {
            assert_eq!(read(&file[..length], Some(&password)), Err(ImportError::Damaged), "{length}");
        }
        assert!(Format::named("sealed").is_some());
    }

    #[test]
    fn a_transfer_is_opened_by_its_words() {
        let key = TransferKey::random(&SystemEntropy).unwrap();
        let file = sealed(&[Lock::Transfer(&key)]);
        let (outcome, errors) = read_all(&[&file], Some(&key.to_words()), None);
        assert!(errors.is_empty() && outcome.tokens.len() == 1);
        assert_eq!(read(&file, Some(&"eight words that are not in the list".into())), Err(ImportError::WrongPassword));
        let other = TransferKey::random(&SystemEntropy).unwrap();
        assert_eq!(read(&file, Some(&other.to_words())), Err(ImportError::WrongPassword));
    }
}
