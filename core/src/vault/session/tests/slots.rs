//! PIN, recovery key and several slots at once: they come, change and go.

use super::*;
use crate::vault::RecoveryKey;

fn recovery() -> Credential {
    Credential::Recovery(recovery_key())
}

fn opens(place: &Place, credential: Credential) -> Result<(), OpenError> {
    Session::open(place.environment.clone(), credential).map(|_| ())
}

/// A vault with a password, a PIN and a recovery key.
fn with_all(place: &Place) -> Session {
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    session.add_slot(NewSlot::Recovery(recovery_key())).unwrap();
    session
}

#[test]
fn each_of_several_slots_opens_the_vault() {
    let (place, keystore) = Place::with_keystore();
    let session = with_all(&place);
    assert_eq!(
        session.slots().iter().map(|slot| slot.kind).collect::<Vec<_>>(),
        [SlotKind::Password, SlotKind::Pin, SlotKind::Recovery]
    );
    for credential in [password(PASSWORD), pin("2580"), recovery()] {
        let (session, _) = Session::open(place.environment.clone(), credential).unwrap();
        assert_eq!(issuers(&session), ["A"]);
    }
    assert!(matches!(opens(&place, pin("2581")), Err(OpenError::WrongPin)));
    let other = RecoveryKey::generate(&*place.environment.entropy).unwrap();
    assert!(matches!(opens(&place, Credential::Recovery(other)), Err(OpenError::WrongRecoveryKey)));
    assert_eq!(keystore.names(" pin ").len(), 1);
}

#[test]
fn no_copy_on_this_device_opens_with_what_was_removed() {
    let (place, keystore) = Place::with_keystore();
    let mut session = with_all(&place);
    session.remove_slot(SlotKind::Password).unwrap();
    for suffix in ["", ".previous"] {
        fs::copy(place.beside(suffix), place.beside(".copy")).unwrap();
        let copy = Environment { file: place.beside(".copy"), ..place.environment.clone() };
        assert!(matches!(Session::open(copy, password(PASSWORD)), Err(OpenError::NoSuchSlot)));
    }
    assert!(opens(&place, pin("2580")).is_ok() && opens(&place, recovery()).is_ok());
    // A PIN cannot stay alone, nor can nothing.
    assert!(matches!(session.remove_slot(SlotKind::Recovery), Err(ChangeError::PinAlone)));
    assert!(matches!(session.remove_slot(SlotKind::Password), Err(ChangeError::NoSuchSlot)));
    session.remove_slot(SlotKind::Pin).unwrap();
    assert!(keystore.names(" pin ").is_empty());
    assert!(matches!(session.remove_slot(SlotKind::Recovery), Err(ChangeError::LastSlot)));
    assert!(opens(&place, recovery()).is_ok());
}

#[test]
fn slots_that_cannot_be_are_not_made() {
    let (place, keystore) = Place::with_keystore();
    let create = |slots| Session::create_with(place.environment.clone(), slots).err();
    assert!(matches!(create(vec![NewSlot::Pin("2580".into(), Cost::FLOOR)]), Some(CreateError::PinAlone)));
    assert!(matches!(create(vec![]), Some(CreateError::Slots)));
    let twice = vec![NewSlot::Recovery(recovery_key()), NewSlot::Recovery(recovery_key())];
    assert!(matches!(create(twice), Some(CreateError::Slots)));
    let mut session = with_all(&place);
    let again = session.add_slot_at(pin_slot("1234"), CostRule::AnyForTests);
    assert!(matches!(again, Err(ChangeError::SlotExists)));
    assert!(matches!(session.add_slot(NewSlot::Device), Err(ChangeError::DeviceBesideLock)));
    assert!(matches!(session.replace_slot(NewSlot::Device), Err(ChangeError::NoSuchSlot)));
    assert_eq!(keystore.names(" pin ").len() + keystore.names(" device ").len(), 1);

    let bare = Place::new();
    let mut session = bare.create();
    let pin = session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests);
    assert!(matches!(pin, Err(ChangeError::Create(CreateError::PinWithoutKeystore))));
}

#[test]
fn a_lock_takes_the_place_of_the_device_and_recovery_stays_beside_it() {
    let (place, keystore) = Place::with_keystore();
    let slots = vec![NewSlot::Device, NewSlot::Recovery(recovery_key())];
    let mut session = Session::create_with(place.environment.clone(), slots).unwrap();
    add(&mut session, 1, "A").unwrap();
    assert!(opens(&place, Credential::Device).is_ok() && opens(&place, recovery()).is_ok());
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    assert!(keystore.names(" device ").is_empty());
    assert!(matches!(opens(&place, Credential::Device), Err(OpenError::NoSuchSlot)));
    assert!(opens(&place, pin("2580")).is_ok() && opens(&place, recovery()).is_ok());
    // And back: the device takes the place of every lock.
    session.change_lock(NewSlot::Device).unwrap();
    assert!(keystore.names(" pin ").is_empty());
    assert!(matches!(opens(&place, pin("2580")), Err(OpenError::NoSuchSlot)));
    assert!(opens(&place, Credential::Device).is_ok() && opens(&place, recovery()).is_ok());
}

#[test]
fn a_keystore_that_lost_its_entries_says_so_and_the_pin_can_be_chosen_anew() {
    let (place, keystore) = Place::with_keystore();
    drop(with_all(&place));
    keystore.entries.lock().unwrap().clear();
    assert!(matches!(opens(&place, pin("2580")), Err(OpenError::PinSecret(KeystoreError::NoEntry))));
    let mut session = place.open();
    assert_eq!(session.missing_keystore_entries(), [SlotKind::Pin]);
    session.replace_slot_at(pin_slot("1379"), CostRule::AnyForTests).unwrap();
    assert_eq!(session.missing_keystore_entries(), []);
    assert!(opens(&place, pin("1379")).is_ok());
    assert!(matches!(opens(&place, pin("2580")), Err(OpenError::WrongPin)));
    *keystore.refuses.lock().unwrap() = Some(KeystoreError::Locked);
    assert_eq!(session.missing_keystore_entries(), [], "a locked keystore has lost nothing");
}

/// Cuts a change of slots off at every call to the disk and at every change of the keystore, and looks at every disk that a restart
/// may find.
fn cut_everywhere(change: impl Fn(&mut Session) -> Result<(), ChangeError>, gone: impl Fn() -> Option<Credential>) {
    let (place, keystore) = Place::with_keystore();
    let disk = Simulated::default();
    let mut session = place.create_on(Arc::new(disk.clone()));
    add(&mut session, 1, "A").unwrap();
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    let open = |disk: &Simulated, keystore: &MemoryKeystore, credential: &Credential| {
        let environment = Environment { keystore: Some(Arc::new(keystore.snapshot())), ..place.environment.clone() };
        Session::open_on(Arc::new(disk.snapshot()), environment, credential)
    };
    let all = || [password(PASSWORD), password("new"), pin("2580"), pin("1379"), Credential::Device, recovery()];
    let mut through = false;
    for at in 0.. {
        for faulty_keystore in [false, true] {
            let (disk, keystore) = (disk.snapshot(), Arc::new(keystore.snapshot()));
            let environment = Environment { keystore: Some(keystore.clone()), ..place.environment.clone() };
            let (mut session, _) = Session::open_on(Arc::new(disk.clone()), environment, &password(PASSWORD)).unwrap();
            match faulty_keystore {
                true => *keystore.cut_after.lock().unwrap() = Some(at),
                false => disk.set_fault(Some(Fault::Cut(at))),
            }
            let changed = change(&mut session);
            through |= changed.is_ok() && !faulty_keystore && disk.calls() <= at;
            for disk in disk.after_the_end() {
                let opened: Vec<_> =
                    all().iter().filter_map(|credential| open(&disk, &keystore, credential).ok()).collect();
                assert!(!opened.is_empty(), "cut at {at}: nothing opens it");
                for (session, _) in &opened {
                    assert_eq!(issuers(session), ["A"], "cut at {at}");
                }
                let Some(gone) = gone() else { continue };
                if open(&disk, &keystore, &gone).is_ok() {
                    assert!(changed.is_err(), "what is gone still opens it");
                    continue;
                }
                for suffix in [".previous", ".v1", ".damaged"] {
                    let Some(bytes) = disk.bytes(&place.beside(suffix)) else { continue };
                    let copy = Simulated::default();
                    copy.put(place.file(), &bytes);
                    assert!(open(&copy, &keystore, &gone).is_err(), "cut at {at}: {suffix} opens with what is gone");
                }
            }
        }
        if through {
            assert!(at > 8);
            return;
        }
    }
}

#[test]
fn a_change_of_slots_cut_off_anywhere_loses_nothing_and_leaves_no_way_in_by_what_is_gone() {
    let cheap = CostRule::AnyForTests;
    cut_everywhere(|session| session.replace_slot_at(password_slot("new"), cheap), || Some(password(PASSWORD)));
    cut_everywhere(|session| session.replace_slot_at(pin_slot("1379"), cheap), || Some(pin("2580")));
    cut_everywhere(|session| session.remove_slot(SlotKind::Pin), || Some(pin("2580")));
    cut_everywhere(|session| session.add_slot(NewSlot::Recovery(recovery_key())), || None);
    cut_everywhere(|session| session.change_lock(NewSlot::Device), || Some(password(PASSWORD)));
}
