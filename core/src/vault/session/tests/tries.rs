//! Wrong tries: counted before they are paid, waited out in boot time.

use super::*;
use crate::vault::device::Device;
use crate::vault::tries::{Tries, TriesRecord};
use crate::vault::{Protection, WrongTries, wipe};

fn wiping_after(tries: u8) -> Protection {
    let mut protection = Protection::default();
    protection.wipe_after = Some(tries);
    protection
}

fn places() -> [Place; 2] {
    [Place::new(), Place::with_keystore().0]
}

/// What a wrong try is told: `None` that it was wrong, else for how long to wait.
fn wrong(place: &Place) -> Option<u64> {
    match open(place, "wrong").map(|_| ()) {
        Err(OpenError::WrongPassword) => None,
        Err(OpenError::Wait { seconds }) => Some(seconds),
        other => panic!("{other:?}"),
    }
}

fn wait(place: &Place) -> Option<u64> {
    Session::wait(&place.environment).map(|wait| wait.seconds)
}

#[test]
fn five_tries_are_free_then_the_waits_grow_to_an_hour() {
    for place in places() {
        drop(place.create());
        for _ in 0..5 {
            assert_eq!((wait(&place), wrong(&place)), (None, None));
        }
        for expected in [30, 60, 5 * 60, 15 * 60, 60 * 60, 60 * 60, 60 * 60] {
            assert_eq!(wait(&place), Some(expected));
            assert_eq!(wrong(&place), Some(expected), "at once, and it is no try");
            assert!(matches!(open(&place, PASSWORD), Err(OpenError::Wait { .. })), "not even the right one");
            place.boot.pass(expected - 1);
            assert_eq!(wrong(&place), Some(1));
            place.boot.pass(1);
            assert_eq!((wait(&place), wrong(&place)), (None, None));
        }
        place.boot.pass(60 * 60);
        assert_eq!(place.open().wrong_tries(), 12);
        assert_eq!(place.open().wrong_tries(), 0);
        assert_eq!((wait(&place), wrong(&place)), (None, None), "the count starts anew");
    }
}

#[test]
fn wrong_tries_are_known_without_opening_the_vault() {
    for place in places() {
        let so_far = || Session::wrong_tries_so_far(&place.environment);
        assert_eq!(so_far(), None, "no vault");
        place.create().protect(wiping_after(9)).unwrap();
        let told = |failed, last_seconds_ago, free, left| {
            Some(WrongTries { failed, last_seconds_ago, free, left: Some(left) })
        };
        assert_eq!(so_far(), told(0, None, 5, 9));
        (0..2).for_each(|_| assert_eq!(wrong(&place), None));
        place.boot.pass(7);
        assert_eq!(so_far(), told(2, Some(7), 3, 7));
        (0..3).for_each(|_| assert_eq!(wrong(&place), None));
        assert_eq!(so_far(), told(5, Some(0), 0, 4));
    }
}

#[test]
fn a_restart_of_the_system_starts_the_running_wait_anew() {
    for place in places() {
        drop(place.create());
        (0..5).for_each(|_| assert_eq!(wrong(&place), None));
        place.boot.pass(20);
        assert_eq!(wait(&place), Some(10));
        place.boot.restart("second", 50_000);
        assert_eq!(wait(&place), Some(30), "longer ago or not, nobody knows");
        place.boot.pass(29);
        assert_eq!(wrong(&place), Some(1));
        // Where the system does not say which start it is, a time that went back tells.
        place.boot.restart("second", 3);
        assert_eq!(wait(&place), Some(30));
        place.boot.pass(30);
        drop(place.open());
    }
}

#[test]
fn putting_all_files_back_gives_no_new_tries_where_there_is_a_keystore() {
    let (place, _) = Place::with_keystore();
    drop(place.create());
    let names = ["", ".device"];
    let before: Vec<_> = names.iter().map(|suffix| fs::read(place.beside(suffix)).ok()).collect();
    (0..5).for_each(|_| assert_eq!(wrong(&place), None));
    for (suffix, bytes) in names.iter().zip(before) {
        match bytes {
            Some(bytes) => fs::write(place.beside(suffix), bytes).unwrap(),
            None => drop(fs::remove_file(place.beside(suffix))),
        }
    }
    assert_eq!(wrong(&place), Some(30));
}

#[test]
fn what_can_open_nothing_is_no_try() {
    let (place, keystore) = Place::with_keystore();
    let mut session = place.create();
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    let try_with = |credential| Session::open(place.environment.clone(), credential).map(|_| ());
    for _ in 0..10 {
        assert!(matches!(try_with(pin("258")), Err(OpenError::BadPin)));
        assert!(matches!(try_with(password("")), Err(OpenError::WrongPassword)));
        assert!(matches!(try_with(Credential::Device), Err(OpenError::NoSuchSlot)));
        assert!(matches!(try_with(Credential::Recovery(recovery_key())), Err(OpenError::NoSuchSlot)));
    }
    keystore.entries.lock().unwrap().retain(|name, _| !name.contains(" pin "));
    (0..10).for_each(|_| assert!(matches!(try_with(pin("2580")), Err(OpenError::PinSecret(_)))));
    assert_eq!(wait(&place), None);
    drop(place.open());
}

#[test]
fn all_credentials_count_together_and_the_device_needs_no_count() {
    let (place, _) = Place::with_keystore();
    let mut session = place.create();
    session.add_slot_at(pin_slot("2580"), CostRule::AnyForTests).unwrap();
    session.add_slot(NewSlot::Recovery(recovery_key())).unwrap();
    let other = || Credential::Recovery(crate::vault::RecoveryKey::generate(&crate::vault::SystemEntropy).unwrap());
    assert!(matches!(session.verify(&pin("0000")), Err(OpenError::WrongPin)));
    assert!(matches!(session.verify(&other()), Err(OpenError::WrongRecoveryKey)));
    let rehearsed = session.rehearse(&pin("1111"), 0);
    assert!(matches!(rehearsed, Err(ChangeError::Open(OpenError::WrongPin))));
    assert_eq!((wrong(&place), wrong(&place)), (None, None));
    for credential in [pin("2580"), password(PASSWORD), Credential::Recovery(recovery_key())] {
        assert!(matches!(session.verify(&credential), Err(OpenError::Wait { seconds: 30 })));
    }

    let (place, _) = Place::with_keystore();
    let slots = vec![NewSlot::Device, NewSlot::Recovery(recovery_key())];
    drop(Session::create_with(place.environment.clone(), slots).unwrap());
    for _ in 0..5 {
        assert!(Session::open(place.environment.clone(), other()).is_err());
    }
    assert_eq!(wait(&place), Some(30));
    assert!(Session::open(place.environment.clone(), Credential::Device).is_ok());
    assert_eq!(wait(&place), Some(30), "which takes nothing back");
}

#[test]
fn a_try_is_on_disk_before_it_is_paid_and_taken_back_when_nothing_was_learned() {
    for with_keystore in [false, true] {
        let (place, keystore) = if with_keystore { Place::with_keystore() } else { (Place::new(), Arc::default()) };
        let disk = Simulated::default();
        let session = place.create_on(Arc::new(disk.clone()));
        let vault = session.header.vault;
        let gate = || Tries::new(&session.device, &session.store, &*place.environment.boot);
        let count = |disk: &Simulated| {
            let keystore = with_keystore.then(|| Arc::new(keystore.snapshot()) as Arc<dyn crate::vault::Keystore>);
            let entropy = place.environment.entropy.clone();
            Device::new(Arc::new(disk.clone()), place.file(), keystore, entropy).tries(&vault).failed
        };
        for expected in 1..=3 {
            disk.set_fault(None);
            let outcome: Result<(), _> = gate().attempt(&vault, || {
                // A kill or a power cut here.
                assert!(disk.after_the_end().iter().all(|disk| count(disk) == expected));
                Err(OpenError::WrongPassword)
            });
            assert!(matches!(outcome, Err(OpenError::WrongPassword)));
            assert!(disk.after_the_end().iter().all(|disk| count(disk) == expected));
        }
        let outcome: Result<(), _> = gate().attempt(&vault, || Err(OpenError::Memory));
        assert!(matches!(outcome, Err(OpenError::Memory)) && count(&disk) == 3);
        gate().attempt(&vault, || Ok(())).unwrap();
        assert_eq!(count(&disk), 0);
    }
}

#[test]
fn a_count_cut_off_anywhere_is_the_old_or_the_new_one() {
    let place = Place::new();
    let disk = Simulated::default();
    drop(place.create_on(Arc::new(disk.clone())));
    let wrong = |disk: &Simulated| {
        Session::open_on(Arc::new(disk.clone()), place.environment.clone(), &password("wrong")).map(|_| ())
    };
    (0..3).for_each(|_| assert!(wrong(&disk).is_err()));
    for at in 0..12 {
        let cut = disk.snapshot();
        cut.set_fault(Some(Fault::Cut(at)));
        wrong(&cut).unwrap_err();
        for disk in cut.after_the_end() {
            // Two or one more are free, and never three: none of those before is forgotten.
            let left = (0..5).take_while(|_| matches!(wrong(&disk), Err(OpenError::WrongPassword))).count();
            assert!(left == 1 || left == 2 && at < cut.calls(), "cut at {at}: {left}");
            place.boot.pass(60);
            assert!(Session::open_on(Arc::new(disk), place.environment.clone(), &password(PASSWORD)).is_ok());
        }
    }
}

#[test]
fn many_at_once_with_the_right_password_do_not_count_against_each_other() {
    let place = Place::new();
    drop(place.create());
    thread::scope(|scope| {
        for _ in 0..12 {
            scope.spawn(|| drop(place.open()));
        }
    });
    assert_eq!(wait(&place), None);
}

#[test]
fn the_try_that_reaches_the_limit_wipes_the_vault() {
    for (place, keystore) in [(Place::new(), Arc::default()), Place::with_keystore()] {
        let mut session = place.create();
        session.protect(wiping_after(7)).unwrap();
        drop(session);
        for failed in 0..6 {
            let left = Session::wait(&place.environment).map(|wait| {
                place.boot.pass(wait.seconds);
                wait.left.unwrap()
            });
            assert!(left.is_none_or(|left| left == 7 - failed));
            assert_eq!(wrong(&place), None);
        }
        place.boot.pass(60 * 60);
        assert!(matches!(open(&place, "wrong"), Err(OpenError::Wiped)));
        assert!(matches!(open(&place, PASSWORD), Err(OpenError::Missing)));
        assert_eq!(fs::read_dir(place.folder.path()).unwrap().count(), 0);
        assert!(keystore.names("").is_empty());
    }
}

#[test]
fn killing_the_try_that_reaches_the_limit_does_not_save_the_vault() {
    let (place, _) = Place::with_keystore();
    let mut session = place.create();
    session.protect(wiping_after(5)).unwrap();
    // As the killed process left it: counted, not told.
    let killed = TriesRecord { failed: 5, ..session.device.tries(&session.header.vault) };
    session.device.set_tries(&session.header.vault, &killed);
    assert!(matches!(open(&place, PASSWORD), Err(OpenError::Wiped)));
    assert!(!place.file().exists());
}

#[test]
fn turning_the_wipe_off_is_known_outside_too() {
    let (place, keystore) = Place::with_keystore();
    let mut session = place.create();
    session.protect(wiping_after(5)).unwrap();
    assert_eq!(keystore.names(" tries").len(), 1);
    session.protect(Protection::default()).unwrap();
    (0..5).for_each(|_| assert_eq!(wrong(&place), None));
    assert_eq!(wrong(&place), Some(30));
    wipe(&place.environment).unwrap();
}
