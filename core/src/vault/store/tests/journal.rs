//! Every call to the disk is cut off in turn, and no event that was written is lost with it.

use super::*;
use crate::vault::journal::sealed::File;
use crate::vault::journal::{Event, Record};
use crate::vault::{SlotKind, journal::Usage};

const UNLOCKED: Event = Event::Unlocked { slot: SlotKind::Password };

/// A vault with three events and a use in its journal.
fn vault() -> Vault {
    let vault = Vault::new();
    let (mut session, _) = vault.open(&vault.disk, PASSWORD).unwrap();
    (1..=3).for_each(|unix| session.record(UNLOCKED, unix));
    session.used(vault.hotp, 3);
    drop(session);
    vault
}

fn file(vault: &Vault) -> std::path::PathBuf {
    format!("{}.journal", vault.environment.file.display()).into()
}

fn all(session: &mut Session) -> Vec<(u64, Event)> {
    session.journal().into_iter().map(|Record { unix, event }| (unix, event)).collect()
}

/// Cuts off, and fails, at each call.
fn run_all(vault: &Vault, change: impl Fn(&mut Session), mut look: impl FnMut(bool, Session)) {
    for fault in [Fault::Cut, Fault::Full, Fault::CutWithoutLinks] {
        let mut at = 0;
        while vault.run(
            fault(at),
            |session| {
                change(session);
                Ok(!session.take_notices().contains(&Notice::JournalNotWritten))
            },
            |written, disk| look(matches!(written, Ok(true)), vault.open(disk, PASSWORD).unwrap().0),
        ) {
            at += 1;
        }
        assert!(at >= 3, "{at}");
    }
}

#[test]
fn an_event_cut_off_anywhere_is_whole_or_not_there_and_the_others_are() {
    let vault = vault();
    let (mut there, mut missing) = (0, 0);
    run_all(
        &vault,
        |session| session.record(Event::BackupOn, 4),
        |written, mut session| {
            let events = all(&mut session);
            assert_eq!(events[..3], [(1, UNLOCKED), (2, UNLOCKED), (3, UNLOCKED)]);
            assert_eq!(session.usage(vault.hotp), Usage { count: 1, last_used: 3 });
            match &events[3..] {
                [] if !written => missing += 1,
                [(4, Event::BackupOn)] => there += 1,
                other => panic!("{written} {other:?}"),
            }
            // What the cut has left is in nobody's way.
            session.record(Event::BackupOff, 5);
            assert_eq!(all(&mut session).last(), Some(&(5, Event::BackupOff)));
            assert_eq!(session.take_notices(), []);
        },
    );
    assert!(there > 5 && missing > 5, "{there} {missing}");
}

#[test]
fn a_journal_written_anew_loses_nothing_wherever_it_is_cut_off() {
    let vault = vault();
    let mut bytes = vault.disk.bytes(&file(&vault)).unwrap();
    // The last byte of the second event: head, and two records with a text of 64 bytes.
    bytes[74 + 2 * (56 + 64) - 1] ^= 1;
    vault.disk.put(&file(&vault), &bytes);
    run_all(
        &vault,
        |session| session.record(Event::BackupOn, 4),
        |written, mut session| {
            let events = all(&mut session);
            assert_eq!(events[..2], [(1, UNLOCKED), (3, UNLOCKED)]);
            assert_eq!(session.usage(vault.hotp).count, 1);
            match &events[2..] {
                [] => assert!(!written && session.take_notices() == [Notice::JournalDamaged]),
                [(4, Event::JournalDamaged), (4, Event::BackupOn)] => assert_eq!(session.take_notices(), []),
                other => panic!("{written} {other:?}"),
            }
        },
    );
}

#[test]
fn a_change_of_lock_cut_off_anywhere_loses_nothing_of_the_journal() {
    let vault = vault();
    let (old_key, id) = {
        let (session, _) = vault.open(&vault.disk.snapshot(), PASSWORD).unwrap();
        session.key_and_vault()
    };
    let (mut old, mut new) = (0, 0);
    vault.run_all(
        |session| {
            session.used(vault.hotp, 9);
            session.change_lock_at(password_slot(OTHER), CostRule::AnyForTests)
        },
        |outcome, disk| {
            let opened = vault.open(disk, OTHER);
            let is_new = opened.is_ok();
            *(if is_new { &mut new } else { &mut old }) += 1;
            let (mut session, _) = opened.or_else(|_| vault.open(disk, PASSWORD)).unwrap();
            assert_eq!(all(&mut session), [(1, UNLOCKED), (2, UNLOCKED), (3, UNLOCKED)]);
            let count = session.usage(vault.hotp).count;
            assert!(if is_new { count == 2 } else { count == 1 }, "{outcome:?} {count}");
            session.record(Event::BackupOn, 10);
            assert_eq!(session.take_notices(), []);
            drop(session);
            if is_new {
                let bytes = disk.bytes(&file(&vault)).unwrap();
                assert!(File::read(&bytes, &id, &old_key).is_none(), "the old key reads what came later");
            }
            let text = if is_new { OTHER } else { PASSWORD };
            assert_eq!(vault.open(disk, text).unwrap().0.journal().len(), 4);
        },
    );
    assert!(old > 100 && new > 10, "{old} {new}");
}
