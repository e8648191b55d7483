//! Files of older format versions become the newest one with the next write, and stay beside it.

use super::*;
use crate::vault::{format, payload};

/// Puts a version 1 file with one token on a disk.
fn old_vault(place: &Place, disk: &Simulated) {
    vault_of(1, place, disk);
}

fn vault_of(version: u16, place: &Place, disk: &Simulated) {
    let mut session = place.create_on(Arc::new(disk.clone()));
    add(&mut session, 1, "A").unwrap();
    let json = payload::encode(session.contents());
    let old = format::seal_as(version, &session.header, &session.key, &json, &*place.environment.entropy).unwrap();
    disk.put(place.file(), &old);
}

fn open_on(place: &Place, disk: &Simulated) -> Session {
    Session::open_on(Arc::new(disk.clone()), place.environment.clone(), &password(PASSWORD)).unwrap().0
}

fn version(disk: &Simulated, file: &std::path::Path) -> Option<u16> {
    Some(format::read_front(&disk.bytes(file)?).unwrap().version)
}

#[test]
fn reading_changes_nothing_and_the_first_write_upgrades() {
    let (place, disk) = (Place::new(), Simulated::default());
    old_vault(&place, &disk);
    let old = disk.bytes(place.file()).unwrap();
    let mut session = open_on(&place, &disk);
    assert_eq!(disk.bytes(place.file()).unwrap(), old);
    add(&mut session, 2, "B").unwrap();
    add(&mut session, 3, "C").unwrap();
    assert_eq!(version(&disk, place.file()), Some(format::VERSION));
    assert_eq!(disk.bytes(&place.beside(".v1")).unwrap(), old, "kept through later writes");
    assert_eq!(version(&disk, &place.beside(".previous")), Some(format::VERSION));
    assert_eq!(issuers(&open_on(&place, &disk)), ["A", "B", "C"]);
}

#[test]
fn each_older_version_is_kept_under_its_own_name() {
    for (older, suffix) in [(1, ".v1"), (2, ".v2")] {
        let (place, disk) = (Place::new(), Simulated::default());
        vault_of(older, &place, &disk);
        let old = disk.bytes(place.file()).unwrap();
        add(&mut open_on(&place, &disk), 2, "B").unwrap();
        assert_eq!(
            (version(&disk, place.file()), disk.bytes(&place.beside(suffix)).unwrap()),
            (Some(format::VERSION), old)
        );
    }
}

#[test]
fn an_upgrade_cut_off_anywhere_leaves_the_old_or_the_new_file_whole() {
    let (place, disk) = (Place::new(), Simulated::default());
    old_vault(&place, &disk);
    let mut at = 0;
    for fault in [Fault::Cut, Fault::Full, Fault::CutWithoutLinks] {
        for number in 0.. {
            at = number;
            let disk = disk.snapshot();
            let mut session = open_on(&place, &disk);
            disk.set_fault(Some(fault(at)));
            let outcome = add(&mut session, 2, "B");
            for disk in disk.after_the_end() {
                let session = open_on(&place, &disk);
                match issuers(&session).as_slice() {
                    ["A"] => assert!(outcome.is_err() && version(&disk, place.file()) == Some(1)),
                    ["A", "B"] => {
                        assert_eq!(version(&disk, place.file()), Some(format::VERSION));
                        assert_eq!(version(&disk, &place.beside(".v1")), Some(1));
                    }
                    other => panic!("{other:?}"),
                }
                // And what was left behind is no hindrance.
                let mut session = session;
                add(&mut session, 3, "C").unwrap();
                assert_eq!(version(&disk, &place.beside(".v1")), Some(1));
            }
            if at >= disk.calls() {
                break;
            }
        }
    }
    assert!(at > 8, "{at}");
}

#[test]
fn a_change_of_lock_leaves_no_old_file_that_the_old_lock_opens() {
    for upgraded_before in [false, true] {
        let (place, disk) = (Place::new(), Simulated::default());
        old_vault(&place, &disk);
        let mut session = open_on(&place, &disk);
        if upgraded_before {
            add(&mut session, 2, "B").unwrap();
            assert!(disk.bytes(&place.beside(".v1")).is_some());
        }
        session.change_lock_at(password_slot("new"), CostRule::AnyForTests).unwrap();
        assert!(disk.bytes(&place.beside(".v1")).is_none());
        assert_eq!(version(&disk, &place.beside(".previous")), Some(format::VERSION));
    }
}
