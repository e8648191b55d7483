//! What a person does with a vault, on a real disk.

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
    assert_eq!((info.version, info.generation, info.bytes), (1, 2, place.bytes().len() as u64));
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

// Damage

#[test]
fn a_damaged_file_opens_the_one_before_says_so_and_shows_no_code_twice() {
    for damage in ["emptied", "cut", "flipped in the payload", "flipped in the header", "gone"] {
        let place = Place::new();
        let mut session = place.create();
        let id = session.add(vec![hotp(1, "Bank", 5), totp(2, "Mail", "a")]).unwrap().added[0].1;
        assert_eq!(session.next_code(id).unwrap().1, Counter(5));
        drop(session);
        let bytes = place.bytes();
        let mut flipped = bytes.clone();
        match damage {
            "emptied" => fs::write(place.file(), b"").unwrap(),
            "cut" => fs::write(place.file(), &bytes[..bytes.len() / 2]).unwrap(),
            "flipped in the payload" => {
                flipped[bytes.len() - 100] ^= 4;
                fs::write(place.file(), flipped).unwrap();
            }
            "flipped in the header" => {
                flipped[30] ^= 4;
                fs::write(place.file(), flipped).unwrap();
            }
            _ => fs::remove_file(place.file()).unwrap(),
        }

        assert!(matches!(open(&place, "wrong"), Err(OpenError::WrongPassword)), "{damage}");
        let (mut session, notices) = open(&place, PASSWORD).unwrap();
        assert_eq!(notices, [Notice::PreviousOpened], "{damage}");
        assert_eq!(issuers(&session), ["Bank", "Mail"]);
        // The file before said 5, and 5 was shown.
        assert_eq!(session.next_code(id).unwrap().1, Counter(5 + COUNTER_SKIP));
        drop(session);
        // It is mended for good, and no skip is added at each opening.
        let session = place.open();
        assert_eq!(session.contents().token(id).unwrap().kind.counter(), Some(Counter(6 + COUNTER_SKIP)));
        assert_eq!(place.beside(".damaged").exists(), damage != "gone", "{damage}");
    }
}

#[test]
fn a_file_that_goes_bad_under_an_open_window_is_written_anew() {
    let place = Place::new();
    let mut session = place.create();
    let id = session.add(vec![hotp(1, "Bank", 5)]).unwrap().added[0].1;
    let bytes = place.bytes();
    fs::write(place.file(), &bytes[..bytes.len() - 1]).unwrap();
    // What it held is in memory: nothing is uncertain.
    assert_eq!(session.next_code(id).unwrap().1, Counter(5));
    assert_eq!(session.take_notices(), [Notice::PreviousOpened]);
    assert_eq!(place.open().contents().token(id).unwrap().kind.counter(), Some(Counter(6)));
}

#[test]
fn a_write_of_another_that_went_bad_makes_counters_uncertain() {
    let place = Place::new();
    let mut window = place.create();
    let id = window.add(vec![hotp(1, "Bank", 5)]).unwrap().added[0].1;
    let mut command_line = place.open();
    assert_eq!(command_line.next_code(id).unwrap().1, Counter(5));
    let bytes = place.bytes();
    fs::write(place.file(), &bytes[..bytes.len() - 1]).unwrap();
    assert_eq!(window.next_code(id).unwrap().1, Counter(5 + COUNTER_SKIP));
}

#[test]
fn a_wiped_vault_does_not_come_back_by_an_open_window() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    for suffix in ["", ".previous"] {
        fs::remove_file(place.beside(suffix)).unwrap();
    }
    assert!(matches!(add(&mut session, 2, "B"), Err(ChangeError::Open(OpenError::Missing))));
    assert!(matches!(session.refresh(), Err(ChangeError::Open(OpenError::Missing))));
    assert!(!place.file().exists());
}

#[test]
fn an_older_file_is_opened_with_a_warning() {
    for with_keystore in [false, true] {
        let (place, _) = if with_keystore { Place::with_keystore() } else { (Place::new(), Default::default()) };
        let mut session = place.create();
        add(&mut session, 1, "A").unwrap();
        let old = place.bytes();
        add(&mut session, 2, "B").unwrap();
        drop(session);
        fs::write(place.file(), old).unwrap();
        assert_eq!(place.beside(".device").exists(), !with_keystore);

        let (mut session, notices) = open(&place, PASSWORD).unwrap();
        assert_eq!(notices, [Notice::RolledBack]);
        // The next write is newer than all that was ever seen: no warning any more.
        add(&mut session, 3, "C").unwrap();
        assert_eq!(issuers(&place.open()), ["A", "C"]);
        assert_eq!(Session::inspect(&place.environment).unwrap().generation, 4);
    }
}

// Several at once

#[test]
fn window_and_command_line_never_lose_each_others_work() {
    let place = Place::new();
    let mut window = place.create();
    let mut command_line = place.open();
    add(&mut command_line, 1, "A").unwrap();
    assert!(window.contents().tokens().is_empty());
    add(&mut window, 2, "B").unwrap();
    assert_eq!(issuers(&window), ["A", "B"]);
    assert!(command_line.refresh().unwrap());
    assert_eq!(issuers(&command_line), ["A", "B"]);
    assert!(!command_line.refresh().unwrap() && !window.refresh().unwrap());
}

#[test]
fn many_sessions_at_once_lose_nothing_and_use_no_counter_twice() {
    let place = Place::new();
    let mut session = place.create();
    let id = session.add(vec![hotp(0, "Bank", 0)]).unwrap().added[0].1;
    let used = std::sync::Mutex::new(Vec::new());
    thread::scope(|scope| {
        for worker in 1..=4 {
            let (place, used) = (&place, &used);
            scope.spawn(move || {
                let mut session = place.open();
                for number in 0..10 {
                    add(&mut session, worker * 100 + number, "New").unwrap();
                    used.lock().unwrap().push(session.next_code(id).unwrap().1.0);
                }
            });
        }
    });
    session.refresh().unwrap();
    assert_eq!(session.contents().tokens().len(), 41);
    let mut used = used.into_inner().unwrap();
    used.sort_unstable();
    assert_eq!(used, (0..40).collect::<Vec<_>>());
}

#[test]
fn what_others_look_at_does_not_change_under_them() {
    let place = Place::new();
    let mut session = place.create();
    add(&mut session, 1, "A").unwrap();
    let shown = session.contents().clone();
    session.remove(&[shown.tokens()[0].id], 0).unwrap();
    assert_eq!(shown.tokens().len(), 1);
    assert!(session.contents().tokens().is_empty());
}

// Locks

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

// Codes

#[test]
fn the_next_code_moves_on_and_peeking_does_not() {
    let place = Place::new();
    let mut session = place.create();
    let mut enrolment = hotp(0, "RFC 4226", 0);
    enrolment.secret = crate::secret::Secret::from_bytes(b"12345678901234567890".to_vec());
    let ids: Vec<_> =
        session.add(vec![enrolment, totp(1, "A", "a")]).unwrap().added.into_iter().map(|(_, id)| id).collect();
    let peeked = session.contents().code(ids[0], 0).unwrap().unwrap();
    assert_eq!(peeked.as_str(), "755224");
    for (counter, expected) in (0..).zip(["755224", "287082", "359152"]) {
        let (code, used) = session.next_code(ids[0]).unwrap();
        assert_eq!((code.as_str(), used), (expected, Counter(counter)));
    }
    assert!(matches!(session.next_code(ids[1]), Err(ChangeError::WrongKind)));
    assert!(matches!(session.next_code(TokenId::from_bytes([1; 16])), Err(ChangeError::NoSuchToken)));
}

#[test]
fn an_answer_with_a_counter_uses_it_up_and_one_with_a_given_counter_does_not() {
    let place = Place::new();
    let mut session = place.create();
    let kind = Kind::Ocra {
        suite: "OCRA-1:HOTP-SHA1-6:C-QN08".parse().unwrap(),
        counter: Counter(3),
        encoding: ChallengeEncoding::Rfc,
    };
    let enrolment = Enrolment::new("Bank".into(), "a".into(), secret(1), kind);
    let id = session.add(vec![enrolment]).unwrap().added[0].1;
    let request =
        |challenge| SignRequest { challenge, pin: None, session: None, unix: 0, counter: None, encoding: None };
    let stored = |session: &Session| session.contents().token(id).unwrap().kind.counter().unwrap().0;

    assert!(matches!(session.sign(id, &request("")), Err(ChangeError::Ocra(_))));
    assert_eq!(stored(&session), 3, "what cannot be answered uses up nothing");
    let (first, used) = session.sign(id, &request("12345678")).unwrap();
    assert_eq!((used, stored(&session)), (Some(Counter(3)), 4));
    let with = SignRequest { counter: Some(Counter(3)), ..request("12345678") };
    let (again, used) = session.sign(id, &with).unwrap();
    assert_eq!((again, used, stored(&session)), (first, Some(Counter(3)), 4));
    assert_eq!(place.open().contents().token(id).unwrap().kind.counter(), Some(Counter(4)));
}

#[test]
fn the_bin_gives_back_and_forgets() {
    let place = Place::new();
    let mut session = place.create();
    let ids: Vec<_> = session
        .add((0..4).map(|number| totp(number, ["A", "B", "C", "D"][number as usize], "a")).collect())
        .unwrap()
        .added
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    session.remove(&[ids[1], ids[2]], 1_000).unwrap();
    session.restore(&[ids[1]]).unwrap();
    assert_eq!(issuers(&session), ["A", "B", "D"]);
    let written = session.header.generation;
    session.purge_expired(1_000 + crate::vault::BIN_SECONDS - 1).unwrap();
    assert_eq!(session.header.generation, written, "nothing to do writes nothing");
    session.purge_expired(1_000 + crate::vault::BIN_SECONDS).unwrap();
    assert!(place.open().contents().bin().is_empty());
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let place = Place::new();
    let mut session = place.create();
    let id = session.add(vec![totp(1, "A", "a")]).unwrap().added[0].1;
    let before = place.bytes();
    session.edit(id, Edit { issuer: Some("A".into()), ..Edit::default() }).unwrap();
    session.move_to(id, 5).unwrap();
    assert_eq!(place.bytes(), before);
    session.edit(id, Edit { issuer: Some("B".into()), ..Edit::default() }).unwrap();
    assert_eq!(issuers(&place.open()), ["B"]);
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
