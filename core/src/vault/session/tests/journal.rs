//! What happened, and how often codes were taken.

use super::*;
use crate::token::TokenId;
use crate::vault::journal::{Event, Record, Usage};

const UNLOCKED: Event = Event::Unlocked { slot: SlotKind::Password };

fn events(session: &mut Session) -> Vec<(u64, Event)> {
    session.journal().into_iter().map(|Record { unix, event }| (unix, event)).collect()
}

fn with_token(place: &Place) -> (Session, TokenId) {
    let mut session = place.create();
    let id = session.add(vec![totp(1, "A", "a")]).unwrap().added[0].1;
    (session, id)
}

#[test]
fn events_are_on_disk_at_once_and_uses_when_the_session_ends() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    let vault = place.bytes();
    session.record(UNLOCKED, 100);
    session.record(Event::WrongTries { count: 2, last: 90 }, 100);
    session.used(id, 110);
    session.used(id, 120);
    assert_eq!(session.usage(id), Usage { count: 2, last_used: 120 });
    let mut other = place.open();
    assert_eq!(events(&mut other), [(100, UNLOCKED), (100, Event::WrongTries { count: 2, last: 90 })]);
    assert_eq!(other.usage(id), Usage::default());
    drop(session);
    assert_eq!(other.usages().into_iter().collect::<Vec<_>>(), [(id, Usage { count: 2, last_used: 120 })]);
    assert_eq!(place.bytes(), vault, "looking at codes rewrites nothing");
    assert_eq!(other.take_notices(), []);
}

#[test]
fn what_another_app_has_counted_is_counted_on() {
    let place = Place::new();
    let mut session = place.create();
    let enrolment = crate::enrol::Enrolment { used: 40, ..totp(1, "A", "a") };
    let id = session.add(vec![enrolment, totp(2, "B", "b")]).unwrap().added[0].1;
    session.used(id, 5);
    drop(session);
    assert_eq!(place.open().usages().into_iter().collect::<Vec<_>>(), [(id, Usage { count: 41, last_used: 5 })]);
}

#[test]
fn a_kill_loses_a_batch_of_uses_at_most() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    (0..45).for_each(|unix| session.used(id, unix));
    core::mem::forget(session);
    assert_eq!(place.open().usage(id), Usage { count: 40, last_used: 39 });
}

#[test]
fn sessions_that_write_at_once_lose_nothing() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    thread::scope(|scope| {
        for worker in 0..4 {
            let place = &place;
            scope.spawn(move || {
                let mut session = place.open();
                for number in 0..15 {
                    session.record(Event::Exported { tokens: worker }, number);
                    session.used(id, number);
                }
                assert_eq!(session.take_notices(), []);
            });
        }
    });
    assert_eq!(session.journal().len(), 60);
    assert_eq!(session.usage(id), Usage { count: 60, last_used: 14 });
    assert_eq!(session.take_notices(), []);
}

#[test]
fn a_new_lock_takes_the_journal_along_and_the_old_key_reads_no_more() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    session.record(UNLOCKED, 1);
    session.used(id, 2);
    let old = session.key.duplicate();
    let mut window = place.open();
    window.record(UNLOCKED, 3);
    session.change_lock_at(password_slot("new"), CostRule::AnyForTests).unwrap();
    session.record(Event::SlotChanged { slot: SlotKind::Password }, 4);

    let bytes = fs::read(place.beside(".journal")).unwrap();
    assert!(crate::vault::journal::sealed::File::read(&bytes, &session.header.vault, &old).is_none());
    assert!(!place.beside(".journal.new").exists());
    // A window that is still open under the old lock writes nothing, and takes the new journal for no damage.
    window.record(UNLOCKED, 5);
    window.used(id, 5);
    assert_eq!(window.take_notices(), []);
    drop(window);
    assert_eq!(fs::read(place.beside(".journal")).unwrap(), bytes);

    let (mut session, _) = open(&place, "new").unwrap();
    let expected = [(1, UNLOCKED), (3, UNLOCKED), (4, Event::SlotChanged { slot: SlotKind::Password })];
    assert_eq!(events(&mut session), expected);
    assert_eq!(session.usage(id).count, 1);
    assert_eq!(session.take_notices(), []);
}

#[test]
fn a_journal_that_makes_no_sense_keeps_nothing_closed_and_is_said_once() {
    let mut other = Place::new();
    other.environment.entropy = Arc::new(crate::vault::SystemEntropy);
    other.create().record(UNLOCKED, 1);
    for bytes in [b"SmartOTJ".to_vec(), vec![0xFF; 5_000], fs::read(other.beside(".journal")).unwrap()] {
        let place = Place::new();
        drop(place.create());
        fs::write(place.beside(".journal"), bytes).unwrap();
        let mut session = place.open();
        assert_eq!(session.journal(), []);
        session.record(UNLOCKED, 7);
        assert_eq!(session.take_notices(), [Notice::JournalDamaged]);
        assert_eq!(events(&mut place.open()), [(7, Event::JournalDamaged), (7, UNLOCKED)]);
        drop(session);
        let mut again = place.open();
        again.record(UNLOCKED, 8);
        assert_eq!((again.journal().len(), again.take_notices()), (3, vec![]));
    }
}

#[test]
fn a_record_taken_out_is_said_and_the_others_stay() {
    let place = Place::new();
    let mut session = place.create();
    let mut ends = Vec::new();
    for unix in 1..=4 {
        session.record(UNLOCKED, unix);
        ends.push(fs::read(place.beside(".journal")).unwrap().len());
    }
    drop(session);
    let mut bytes = fs::read(place.beside(".journal")).unwrap();
    bytes.drain(ends[1]..ends[2]);
    fs::write(place.beside(".journal"), bytes).unwrap();
    let mut session = place.open();
    session.record(Event::BackupOn, 9);
    assert_eq!(session.take_notices(), [Notice::JournalDamaged]);
    let expected = [(1, UNLOCKED), (2, UNLOCKED), (4, UNLOCKED), (9, Event::JournalDamaged), (9, Event::BackupOn)];
    assert_eq!(events(&mut place.open()), expected);
    assert_eq!(place.open().take_notices(), []);
}

#[test]
fn where_the_journal_cannot_be_written_the_app_goes_on_and_says_so_once() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    fs::create_dir(place.beside(".journal.new")).unwrap();
    for unix in 1..=3 {
        session.record(UNLOCKED, unix);
        session.used(id, unix);
    }
    assert_eq!(session.take_notices(), [Notice::JournalNotWritten]);
    assert_eq!((session.journal().len(), session.usage(id).count), (3, 3));
    add(&mut session, 2, "B").unwrap();
    fs::remove_dir(place.beside(".journal.new")).unwrap();
    drop(session);
    let mut session = place.open();
    assert_eq!((session.journal().len(), session.usage(id).count), (3, 3));
}

#[test]
fn a_vault_that_is_gone_gets_no_journal_back() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    session.record(UNLOCKED, 1);
    session.used(id, 2);
    for suffix in ["", ".previous", ".journal"] {
        fs::remove_file(place.beside(suffix)).unwrap();
    }
    session.record(UNLOCKED, 3);
    drop(session);
    assert!(!place.beside(".journal").exists());
}

#[test]
fn a_journal_stays_small() {
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    let gone = TokenId::from_bytes([9; 16]);
    for unix in 0..9_000 {
        session.journal.events.push(Record { unix, event: UNLOCKED });
        if unix % 1_000 == 999 {
            session.used(id, unix);
            session.used(gone, unix);
            session.flush_journal();
        }
    }
    let bytes = fs::metadata(place.beside(".journal")).unwrap().len();
    assert!(bytes < 700_000, "{bytes}");
    let mut session = place.open();
    assert_eq!(session.journal().len(), 2_000);
    assert_eq!(session.journal()[1_999].unix, 8_999);
    assert_eq!((session.usage(id).count, session.usage(gone).count < 9), (9, true));
    assert_eq!(session.take_notices(), []);
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_read_it_and_nothing_in_it_is_clear() {
    use std::os::unix::fs::PermissionsExt as _;
    let place = Place::new();
    let (mut session, id) = with_token(&place);
    session.record(Event::QrShown { token: id }, 1);
    let bytes = fs::read(place.beside(".journal")).unwrap();
    assert_eq!(fs::metadata(place.beside(".journal")).unwrap().permissions().mode() & 0o777, 0o600);
    let text = String::from_utf8_lossy(&bytes);
    assert!(!text.contains("qr-shown") && !text.contains(&id.to_string()));
}
