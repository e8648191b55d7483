//! What a person does with a vault, on a real disk.

mod apart;
mod codes;
mod damage;
mod journal;
mod locks;
mod protection;
mod rehearsal;
mod slots;
mod together;
mod tries;
mod upgrade;
mod wipe;

use std::fs;
use std::thread;

use super::*;
use crate::secret::SecretText;
use crate::token::ChallengeEncoding;
use crate::vault::kdf::Cost;
use crate::vault::slots::CostRule;
use crate::vault::{COUNTER_SKIP, CreateError, Credential, KeystoreError, NewSlot, OpenError, SlotKind};

use crate::vault::testing::*;

fn open(place: &Place, text: &str) -> Result<(Session, Vec<Notice>), OpenError> {
    Session::open(place.environment.clone(), password(text))
}

#[test]
fn what_was_saved_is_there_again() {
    let place = Place::new();
    let mut session = place.create();
    let outcome = session.add(vec![totp(1, "GitHub", "mira"), totp(2, "Überbank", "отто")]).unwrap();
    assert_eq!(outcome.added.len(), 2);
    drop(session);

    let session = place.open();
    assert_eq!(issuers(&session), ["GitHub", "Überbank"]);
    let token = session.contents().token(outcome.added[1].1).unwrap();
    assert_eq!((token.account.as_str(), &token.secret), ("отто", &secret(2)));
}

#[test]
fn a_vault_is_never_made_over_another() {
    let place = Place::new();
    drop(place.create());
    let before = place.bytes();
    let slot = || NewSlot::Password(SecretText::from("x"), Cost::FLOOR);
    let again = Session::create(place.environment.clone(), slot());
    assert!(matches!(again, Err(CreateError::Exists)));
    assert_eq!(place.bytes(), before);
    // Nor over what a lost file left behind.
    drop(place.open().add(vec![totp(1, "A", "a")]));
    fs::remove_file(place.file()).unwrap();
    assert!(matches!(Session::create(place.environment.clone(), slot()), Err(CreateError::Exists)));
}

#[test]
fn weak_locks_are_not_made() {
    let place = Place::new();
    let create = |slot| Session::create(place.environment.clone(), slot).err();
    assert!(matches!(create(password_slot(PASSWORD)), Some(CreateError::Cost)));
    let empty = NewSlot::Password(SecretText::default(), Cost::FLOOR);
    assert!(matches!(create(empty), Some(CreateError::EmptyPassword)));
    assert!(matches!(create(NewSlot::Device), Some(CreateError::NoKeystore)));
    assert!(!place.file().exists());
}

#[test]
fn a_wrong_password_a_damaged_header_and_a_damaged_payload_are_three_things() {
    let place = Place::new();
    drop(place.create());
    let whole = place.bytes();
    for wrong in ["wrong", "", "Correct horse battery staple"] {
        assert!(matches!(open(&place, wrong), Err(OpenError::WrongPassword)), "{wrong}");
    }
    let with_flip_at = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 1;
        fs::write(place.file(), bytes).unwrap();
    };
    with_flip_at(20);
    for text in [PASSWORD, "wrong"] {
        assert!(matches!(open(&place, text), Err(OpenError::DamagedHeader)));
    }
    with_flip_at(whole.len() - 1);
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::DamagedPayload)));
    assert!(matches!(open(&place, "wrong"), Err(OpenError::WrongPassword)));
    fs::write(place.file(), b"").unwrap();
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::NotAVault)));
    fs::remove_file(place.file()).unwrap();
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::Missing)));
}

#[test]
fn everybody_may_see_slots_and_generation_before_it_is_open() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    let info = Session::inspect(&place.environment).unwrap();
    assert_eq!(
        (info.version, info.generation, info.bytes),
        (crate::vault::format::VERSION, 2, place.bytes().len() as u64)
    );
    assert_eq!((info.slots.len(), info.slots[0].kind, info.slots[0].cost), (1, SlotKind::Password, Some(CHEAP)));
}

#[test]
fn asking_again_takes_the_same_credential() {
    let place = Place::new();
    let session = place.create();
    assert!(session.verify(&password(PASSWORD)).is_ok());
    assert!(matches!(session.verify(&password("wrong")), Err(OpenError::WrongPassword)));
    assert!(matches!(session.verify(&Credential::Device), Err(OpenError::NoSuchSlot)));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_any_of_it() {
    use std::os::unix::fs::PermissionsExt as _;
    let mut place = Place::new();
    place.environment.file = place.folder.path().join("new").join("vault.smartotp");
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    add(&mut session, 2, "B").unwrap();
    let folder = place.file().parent().unwrap();
    assert_eq!(fs::metadata(folder).unwrap().permissions().mode() & 0o777, 0o700);
    let mut names = Vec::new();
    for entry in fs::read_dir(folder).unwrap().map(Result::unwrap) {
        assert_eq!(entry.metadata().unwrap().permissions().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    let expected = ["", ".device", ".lock", ".previous"].map(|suffix| format!("vault.smartotp{suffix}"));
    assert_eq!(names, expected);
    let holder = fs::read_to_string(place.beside(".lock")).unwrap();
    assert!(holder.starts_with(&format!("{} smartotp", std::process::id())), "{holder}");
}

#[cfg(unix)]
#[test]
fn a_link_to_a_vault_stays_one() {
    let place = Place::new();
    drop(place.create());
    let link = place.folder.path().join("link");
    std::os::unix::fs::symlink(place.file(), &link).unwrap();
    let through = Environment { file: link.clone(), ..place.environment.clone() };
    let (mut session, _) = Session::open(through, password(PASSWORD)).unwrap();
    add(&mut session, 1, "A").unwrap();
    assert!(fs::symlink_metadata(link).unwrap().is_symlink());
    assert_eq!(issuers(&place.open()), ["A"]);
}

#[cfg(unix)]
#[test]
fn a_link_to_nothing_yet_is_followed_and_not_replaced() {
    let place = Place::new();
    let link = place.folder.path().join("link");
    std::os::unix::fs::symlink("there/vault.smartotp", &link).unwrap();
    let through = Environment { file: link.clone(), ..place.environment.clone() };
    drop(
        Session::create_on(
            Arc::new(crate::vault::store::Disk),
            through.clone(),
            password_slot(PASSWORD),
            CostRule::AnyForTests,
        )
        .unwrap(),
    );
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert!(place.folder.path().join("there/vault.smartotp").is_file());
    assert!(Session::open(through, password(PASSWORD)).is_ok());
}

#[test]
fn a_file_larger_than_any_vault_is_told_as_such() {
    let place = Place::new();
    fs::File::create(place.file()).unwrap().set_len(64 * 1024 * 1024 + 1).unwrap();
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::TooLarge)));
    assert!(matches!(Session::inspect(&place.environment), Err(OpenError::TooLarge)));
}

#[test]
fn a_group_is_renamed_and_taken_away_in_one_write() {
    let place = Place::new();
    let mut session = place.create();
    let mut enrolments = vec![totp(1, "A", "a"), totp(2, "B", "b"), totp(3, "C", "c")];
    enrolments[0].groups = vec!["Work".into(), "Bank".into()];
    enrolments[1].groups = vec!["Work".into()];
    session.add(enrolments).unwrap();
    let generation = session.header.generation;
    assert_eq!(session.rename_group("Work", "Bank").unwrap(), 2);
    let groups =
        |session: &Session| session.contents().tokens().iter().map(|token| token.groups.clone()).collect::<Vec<_>>();
    assert_eq!(groups(&session), [vec!["Bank".to_owned()], vec!["Bank".to_owned()], vec![]]);
    assert!(matches!(session.rename_group("Work", "X"), Err(ChangeError::NoSuchGroup)));
    assert!(matches!(session.rename_group("Bank", " "), Err(ChangeError::NoSuchGroup)));
    assert_eq!(session.delete_group("Bank").unwrap(), 2);
    assert_eq!(session.header.generation, generation + 2);
    assert_eq!(groups(&place.open()), [const { Vec::<String>::new() }; 3]);
}

#[test]
fn a_vault_made_at_the_floor_opens_by_the_public_door() {
    let place = Place::new();
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(place.environment.clone(), slot).unwrap();
    add(&mut session, 1, "A").unwrap();
    assert_eq!(issuers(&place.open()), ["A"]);
    assert_eq!(format!("{session:?}"), "Session { generation: 2, .. }");
}
