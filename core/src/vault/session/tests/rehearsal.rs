//! "Get back in": what a rehearsal proves, and what it does not.

use super::*;

#[test]
fn a_rehearsal_proves_the_file_on_disk_and_remembers_it() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    assert_eq!(session.contents().last_proven(SlotKind::Password), None);
    let rehearsal = session.rehearse(&password(PASSWORD), 1_700_000_000).unwrap();
    assert_eq!((rehearsal.kind, rehearsal.tokens, rehearsal.same), (SlotKind::Password, 1, true));
    assert_eq!(place.open().contents().last_proven(SlotKind::Password), Some(1_700_000_000));
    // Another password has proven nothing yet.
    session.change_lock_at(password_slot("new"), CostRule::AnyForTests).unwrap();
    assert_eq!(session.contents().last_proven(SlotKind::Password), None);
}

#[test]
fn a_wrong_credential_and_a_damaged_file_prove_nothing() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    let wrong = session.rehearse(&password("wrong"), 7);
    assert!(matches!(wrong, Err(ChangeError::Open(OpenError::WrongPassword))));
    assert!(matches!(session.rehearse(&Credential::Device, 7), Err(ChangeError::Open(OpenError::NoSuchSlot))));
    let bytes = place.bytes();
    fs::write(place.file(), &bytes[..bytes.len() - 1]).unwrap();
    let damaged = session.rehearse(&password(PASSWORD), 7);
    assert!(matches!(damaged, Err(ChangeError::Open(OpenError::DamagedPayload))));
    assert_eq!(session.contents().last_proven(SlotKind::Password), None);
}
