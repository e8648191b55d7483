//! Changing the lock, and the slot for people who choose none.

use super::*;

#[test]
fn after_a_change_of_password_old_copies_and_the_old_password_open_nothing_later() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    let copy = place.bytes();
    session.change_lock_at(password_slot("new"), CostRule::AnyForTests).unwrap();
    add(&mut session, 2, "B").unwrap();
    session.change_lock_at(password_slot("newer"), CostRule::AnyForTests).unwrap();
    let later = place.bytes();

    for file in [later.clone(), fs::read(place.beside(".previous")).unwrap()] {
        let elsewhere = Place::new();
        fs::write(elsewhere.file(), file).unwrap();
        for old in [PASSWORD, "new"] {
            assert!(matches!(open(&elsewhere, old), Err(OpenError::WrongPassword)));
        }
        assert_eq!(issuers(&open(&elsewhere, "newer").unwrap().0), ["A", "B"]);
    }
    // Not even with the old copy's key in hand.
    let elsewhere = Place::new();
    fs::write(elsewhere.file(), copy).unwrap();
    let old = elsewhere.open();
    let front = crate::vault::format::read_front(&later).unwrap();
    assert!(crate::vault::format::open(&later, &front, &old.key).is_err());
    assert!(!front.header.is_under(&old.key));
}

#[test]
fn an_open_window_is_told_when_the_lock_was_changed_elsewhere() {
    let place = Place::new();
    let mut window = place.create();
    place.open().change_lock_at(password_slot("new"), CostRule::AnyForTests).unwrap();
    assert!(matches!(window.refresh(), Err(ChangeError::KeyChanged)));
    assert!(matches!(add(&mut window, 1, "A"), Err(ChangeError::KeyChanged)));
}

fn device(place: &Place) -> Result<(Session, Vec<Notice>), OpenError> {
    Session::open(place.environment.clone(), Credential::Device)
}

#[test]
fn a_device_slot_needs_no_password_and_opens_nowhere_else() {
    let (place, keystore) = Place::with_keystore();
    let mut session = Session::create(place.environment.clone(), NewSlot::Device).unwrap();
    add(&mut session, 1, "A").unwrap();
    let id = session.header.vault.to_string();
    assert_eq!(keystore.names("device").len(), 1);
    assert!(keystore.names("").iter().all(|name| name.contains(&id)), "entries name their vault");
    assert_eq!(issuers(&device(&place).unwrap().0), ["A"]);
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::NoSuchSlot)));

    let (other, _) = Place::with_keystore();
    fs::copy(place.file(), other.file()).unwrap();
    assert!(matches!(device(&other), Err(OpenError::DeviceSecret(KeystoreError::NoEntry))));
    let bare = Place::new();
    fs::copy(place.file(), bare.file()).unwrap();
    assert!(matches!(device(&bare), Err(OpenError::DeviceSecret(KeystoreError::Missing))));
}

#[test]
fn a_keystore_that_does_not_answer_makes_no_vault() {
    let (place, keystore) = Place::with_keystore();
    *keystore.refuses.lock().unwrap() = Some(KeystoreError::Locked);
    let made = Session::create(place.environment.clone(), NewSlot::Device);
    assert!(matches!(made, Err(CreateError::Keystore(KeystoreError::Locked))));
    assert!(!place.file().exists());
    // A password vault gets by without it.
    let slot = password_slot(PASSWORD);
    Session::create_on(
        std::sync::Arc::new(crate::vault::store::Disk),
        place.environment.clone(),
        slot,
        CostRule::AnyForTests,
    )
    .unwrap();
    assert!(place.beside(".device").exists());
}

#[test]
fn adding_a_lock_removes_the_device_slot_and_its_entry() {
    let (place, keystore) = Place::with_keystore();
    let mut session = Session::create(place.environment.clone(), NewSlot::Device).unwrap();
    add(&mut session, 1, "A").unwrap();
    session.change_lock_at(password_slot(PASSWORD), CostRule::AnyForTests).unwrap();
    assert!(keystore.names("device").is_empty());
    assert!(matches!(device(&place), Err(OpenError::NoSuchSlot)));
    assert_eq!(issuers(&place.open()), ["A"]);

    // And back again: another entry, and the password opens nothing.
    session.change_lock(NewSlot::Device).unwrap();
    assert_eq!(keystore.names("device").len(), 1);
    assert_eq!(issuers(&device(&place).unwrap().0), ["A"]);
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::NoSuchSlot)));
    session.change_lock(NewSlot::Device).unwrap();
    assert_eq!(keystore.names("device").len(), 1, "the old one is gone");
    assert_eq!(issuers(&device(&place).unwrap().0), ["A"]);
}

#[test]
fn a_lock_that_cannot_be_changed_stays_as_it_was() {
    let (place, keystore) = Place::with_keystore();
    let mut session = place.create();
    fs::remove_file(place.beside(".lock")).unwrap();
    fs::create_dir(place.beside(".lock")).unwrap();
    assert!(matches!(session.change_lock(NewSlot::Device), Err(ChangeError::Write(_))));
    assert!(keystore.names("device").is_empty(), "no entry is left behind");
    fs::remove_dir(place.beside(".lock")).unwrap();
    add(&mut session, 1, "A").unwrap();
    assert_eq!(issuers(&place.open()), ["A"]);
}
