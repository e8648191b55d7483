//! The panic action: nothing is left, whatever state the vault was in.

use super::*;
use crate::vault::wipe::wipe_on;
use crate::vault::{Keystore, journal, wipe};

fn full(place: &Place) -> Session {
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    session.record(journal::Event::StepUpRefused, 1);
    session.flush_journal();
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    assert!(open(place, "wrong").is_err());
    session
}

#[test]
fn nothing_is_left_and_an_open_window_brings_nothing_back() {
    for (place, keystore) in [(Place::new(), Arc::default()), Place::with_keystore()] {
        let mut session = if place.environment.keystore.is_some() { full(&place) } else { place.create() };
        for suffix in [".v1", ".damaged", ".new", ".device.new"] {
            fs::write(place.beside(suffix), b"left").unwrap();
        }
        wipe(&place.environment).unwrap();
        assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
        assert!(keystore.names("").is_empty());
        assert!(matches!(add(&mut session, 2, "B"), Err(ChangeError::Open(OpenError::Missing))));
        drop(session);
        wipe(&place.environment).unwrap();
        assert!(!place.file().exists());
        // A new one can be made at once.
        drop(place.create());
    }
}

#[test]
fn a_damaged_vault_is_wiped_too_with_its_keystore_entries() {
    for damage in [0, 20, 300] {
        let (place, keystore) = Place::with_keystore();
        drop(full(&place));
        let mut bytes = place.bytes();
        bytes[damage] ^= 1;
        bytes.truncate(bytes.len() / 2);
        fs::write(place.file(), &bytes).unwrap();
        wipe(&place.environment).unwrap();
        assert!(keystore.names("").is_empty(), "{damage}");
        assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
    }
}

#[test]
fn other_vaults_keep_their_entries_and_who_writes_is_waited_for() {
    let (place, keystore) = Place::with_keystore();
    let session = full(&place);
    keystore.set("vault 00 device 00", &crate::secret::Secret::from_bytes(vec![1])).unwrap();
    let held = session.store.lock().unwrap();
    thread::scope(|scope| {
        let wiping = scope.spawn(|| wipe(&place.environment));
        thread::sleep(std::time::Duration::from_millis(50));
        assert!(place.file().exists(), "somebody writes");
        drop(held);
        wiping.join().unwrap().unwrap();
    });
    assert!(!place.file().exists());
    assert_eq!(keystore.names(""), ["vault 00 device 00"]);
}

#[test]
fn a_wipe_cut_off_anywhere_is_gone_on_with_and_wins_no_tries() {
    let (place, keystore) = Place::with_keystore();
    let disk = Simulated::default();
    let mut session = place.create_on(Arc::new(disk.clone()));
    add(&mut session, 1, "A").unwrap();
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    let environment = |keystore: &Arc<MemoryKeystore>| {
        let keystore: Arc<dyn Keystore> = keystore.clone();
        Environment { keystore: Some(keystore), ..place.environment.clone() }
    };
    let wrong = Session::open_on(Arc::new(disk.clone()), environment(&keystore), &password("wrong"));
    assert!(matches!(wrong, Err(OpenError::WrongPassword)));
    for at in 0..24 {
        for faulty_keystore in [false, true] {
            let (disk, keystore) = (disk.snapshot(), Arc::new(keystore.snapshot()));
            match faulty_keystore {
                true => *keystore.cut_after.lock().unwrap() = Some(at),
                false => disk.set_fault(Some(Fault::Cut(at))),
            }
            wipe_on(Arc::new(disk.clone()), &environment(&keystore)).ok();
            for disk in disk.after_the_end() {
                let keystore = Arc::new(keystore.snapshot());
                // In a keystore that died the count stays, and so it does beside files that stay.
                let opens = Session::open_on(
                    Arc::new(disk.snapshot()),
                    environment(&Arc::new(keystore.snapshot())),
                    &password(PASSWORD),
                );
                if opens.is_ok() && !faulty_keystore {
                    assert_eq!(keystore.names(" tries").len(), 1, "cut at {at}");
                }
                wipe_on(Arc::new(disk.clone()), &environment(&keystore)).unwrap();
                assert_eq!(disk.names(), Vec::<String>::new(), "cut at {at}");
            }
        }
    }
}
