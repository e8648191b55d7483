//! What opens, what does not, and which of four things is said.

use super::*;
use crate::backup::words::TransferKey;
use crate::backup::{Keys, Lock, Origin};
use crate::secret::{Secret, SecretText};
use crate::token::{Icon, Kind, Token, TokenId};
use crate::vault::{RecoveryKey, SystemEntropy};

const CHEAP: Cost = Cost::FLOOR;

fn token(number: u8) -> Token {
    let secret = Secret::from_bytes(vec![number; 20]);
    let id = TokenId::from_bytes([number; 16]);
    let mut token = Token::new(id, format!("Überbank {number}"), "mira".into(), secret, Kind::usual_totp());
    token.note = "in the drawer".into();
    token.groups = vec!["Work".into()];
    token.icon = Icon::Tile(3);
    token.favourite = true;
    token
}

fn origin() -> Origin {
    let parents = vec![[1; 32], [2; 32]];
    Origin { vault: [9; 16], generation: 17, device: "Mira's phone".into(), made_at: 1_700_000_000, parents }
}

fn words() -> TransferKey {
    TransferKey::random(&SystemEntropy).unwrap()
}

fn sealed(key: &TransferKey, tokens: &[&Token]) -> Vec<u8> {
    Keys::new(&[Lock::Transfer(key)], &SystemEntropy).unwrap().seal(&origin(), tokens, &SystemEntropy).unwrap()
}

#[test]
fn each_lock_opens_all_of_it() {
    let (password, recovery, transfer) =
        (SecretText::from("pässwörd"), RecoveryKey::generate(&SystemEntropy).unwrap(), words());
    let locks = [Lock::Password(&password, CHEAP), Lock::Recovery(&recovery), Lock::Transfer(&transfer)];
    let keys = Keys::new(&locks, &SystemEntropy).unwrap();
    let tokens = [token(1), token(2)];
    let file = keys.seal(&origin(), &tokens.each_ref(), &SystemEntropy).unwrap();
    for unlock in [Unlock::Password(&password), Unlock::Recovery(&recovery), Unlock::Transfer(&transfer)] {
        let (snapshot, keys) = open(&file, &unlock).unwrap();
        assert_eq!((&snapshot.origin, snapshot.tokens.as_slice()), (&origin(), tokens.as_slice()));
        // A device that was set up with one of them writes files that the others open.
        let next = keys.seal(&origin(), &[], &SystemEntropy).unwrap();
        assert!(open(&next, &Unlock::Recovery(&recovery)).is_ok_and(|(snapshot, _)| snapshot.tokens.is_empty()));
    }
    let info = inspect(&file).unwrap();
    assert_eq!(info.locks, [LockKind::Password, LockKind::Recovery, LockKind::Transfer]);
    assert_eq!(info.cost, Some(CHEAP));
    let text = String::from_utf8_lossy(&file);
    assert!(["berbank", "mira", "drawer", "Work", "phone", "tokens"].iter().all(|word| !text.contains(word)));
}

#[test]
fn files_of_one_set_cost_one_derivation() {
    let password = SecretText::from("password");
    let keys = Keys::new(&[Lock::Password(&password, CHEAP)], &SystemEntropy).unwrap();
    let files = [1, 2, 3].map(|number| keys.seal(&origin(), &[&token(number)], &SystemEntropy).unwrap());
    let (_, again) = open(&files[0], &Unlock::Password(&password)).unwrap();
    for (number, file) in (1..).zip(&files) {
        assert!(again.fit(file));
        assert_eq!(again.open(file).unwrap().tokens, [token(number)]);
    }
    let other = Keys::new(&[Lock::Password(&password, CHEAP)], &SystemEntropy).unwrap();
    let other = other.seal(&origin(), &[], &SystemEntropy).unwrap();
    assert!(!again.fit(&other));
    assert_eq!(again.open(&other).unwrap_err(), UnsealError::WrongKey, "another set has another salt");
}

#[test]
fn four_faults_are_told_apart() {
    let key = words();
    let file = sealed(&key, &[&token(1)]);
    let fault = |file: &[u8], unlock: Unlock<'_>| open(file, &unlock).map(|_| ()).unwrap_err();
    assert_eq!(fault(&file, Unlock::Transfer(&words())), UnsealError::WrongKey);
    assert_eq!(fault(&file, Unlock::Password(&"x".into())), UnsealError::NoSuchSlot);
    assert_eq!(fault(b"SmartOTP", Unlock::Transfer(&key)), UnsealError::NotSealed);
    let payload_at = read_front(&file).unwrap().payload_at;
    for at in 0..file.len() {
        // Every byte of the front, some of the payload.
        if at >= payload_at && at % 97 != 0 {
            continue;
        }
        let mut damaged = file.clone();
        damaged[at] ^= 0x10;
        let expected = match at {
            0..8 => UnsealError::NotSealed,
            at if at < payload_at - 12 => UnsealError::DamagedHeader,
            _ => UnsealError::DamagedPayload,
        };
        assert_eq!(fault(&damaged, Unlock::Transfer(&key)), expected, "byte {at}");
    }
    for length in (0..file.len()).step_by(61) {
        assert!(open(&file[..length], &Unlock::Transfer(&key)).is_err());
    }
    let newer = frame::seal(MAGIC, 2, b"anything", &crate::vault::keys::Key::zero(), b"{}", &SystemEntropy).unwrap();
    assert_eq!(fault(&newer, Unlock::Transfer(&key)), UnsealError::Newer { version: 2 });
}

#[test]
fn a_hostile_cost_is_not_paid() {
    let password = SecretText::from("password");
    let keys = Keys::new(&[Lock::Password(&password, CHEAP)], &SystemEntropy).unwrap();
    let file = keys.seal(&origin(), &[], &SystemEntropy).unwrap();
    let header = String::from_utf8(frame::read(&file, MAGIC).unwrap().header.to_vec()).unwrap();
    let header = header.replace("\"memory_kib\":19456", "\"memory_kib\":4194304");
    let key = crate::vault::keys::Key::zero();
    let hostile = frame::seal(MAGIC, VERSION, header.as_bytes(), &key, b"{}", &SystemEntropy).unwrap();
    assert_eq!(open(&hostile, &Unlock::Password(&password)).map(|_| ()).unwrap_err(), UnsealError::Cost);
    for senseless in ["{}", "[]", "{\"set\":\"00\",\"slots\":[]}", &header.replace("password", "transfer")] {
        let hostile = frame::seal(MAGIC, VERSION, senseless.as_bytes(), &key, b"{}", &SystemEntropy).unwrap();
        assert_eq!(inspect(&hostile), Err(UnsealError::DamagedHeader), "{senseless}");
    }
}

#[test]
fn locks_that_make_no_sense_are_refused() {
    let (empty, password) = (SecretText::default(), SecretText::from("password"));
    let refused = |locks: &[Lock<'_>]| Keys::new(locks, &SystemEntropy).map(|_| ()).unwrap_err();
    assert_eq!(refused(&[]), SealedError::Locks);
    assert_eq!(refused(&[Lock::Password(&empty, CHEAP)]), SealedError::EmptyPassword);
    let cheaper = Cost { memory_kib: 1024, ..CHEAP };
    assert_eq!(refused(&[Lock::Password(&password, cheaper)]), SealedError::Cost);
    let key = words();
    assert_eq!(refused(&[Lock::Transfer(&key), Lock::Transfer(&key)]), SealedError::Locks);
}

#[test]
fn the_size_tells_little_about_the_number_of_tokens() {
    let key = words();
    let few: Vec<Token> = (0..3).map(token).collect();
    let sizes = [1, 2, 3].map(|count| sealed(&key, &few.iter().take(count).collect::<Vec<_>>()).len());
    assert!(sizes.iter().all(|size| *size == sizes[0]), "{sizes:?}");
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(0u8.., 0..300)) {
        let key = TransferKey::random(&SystemEntropy).unwrap();
        proptest::prop_assert!(open(&bytes, &Unlock::Transfer(&key)).is_err());
        proptest::prop_assert!(open(&[MAGIC.as_slice(), &bytes].concat(), &Unlock::Transfer(&key)).is_err());
    }
}
