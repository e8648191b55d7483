//! Every call to the disk is cut off in turn, and a power cut keeps any choice of what was not synced: the vault stays whole.

mod journal;

use std::path::Path;
use std::sync::Arc;

use crate::token::{Counter, TokenId};
use crate::vault::slots::CostRule;
use crate::vault::testing::*;
use crate::vault::{ChangeError, Environment, Notice, OpenError, Session};

const OTHER: &str = "another password";

/// A vault with two generations on a disk in memory, and what to call its tokens.
struct Vault {
    environment: Environment,
    disk: Simulated,
    hotp: TokenId,
}

impl Vault {
    fn new() -> Self {
        let environment = Place::new().environment;
        let disk = Simulated::default();
        let slot = password_slot(PASSWORD);
        let mut session =
            Session::create_on(Arc::new(disk.clone()), environment.clone(), slot, CostRule::AnyForTests).unwrap();
        let hotp = session.add(vec![hotp(1, "Counting", 5)]).unwrap().added[0].1;
        add(&mut session, 2, "Steady").unwrap();
        Self { environment, disk, hotp }
    }

    fn open(&self, disk: &Simulated, text: &str) -> Result<(Session, Vec<Notice>), OpenError> {
        Session::open_on(Arc::new(disk.clone()), self.environment.clone(), &password(text))
    }

    /// Runs a change with a fault; then looks at every disk that a restart may find.
    fn run<T>(
        &self,
        fault: Fault,
        change: impl Fn(&mut Session) -> Result<T, ChangeError>,
        mut look: impl FnMut(&Result<T, ChangeError>, &Simulated),
    ) -> bool {
        let disk = self.disk.snapshot();
        let (mut session, _) = self.open(&disk, PASSWORD).unwrap();
        disk.set_fault(Some(fault));
        let outcome = change(&mut session);
        let calls = disk.calls();
        for disk in disk.after_the_end() {
            look(&outcome, &disk);
        }
        // Whether the fault came before the change was through.
        matches!(fault, Fault::Cut(at) | Fault::Full(at) | Fault::CutWithoutLinks(at) if at < calls)
    }

    /// Cuts a change off at each of its calls, and lets each fail as on a full disk.
    fn run_all<T>(
        &self,
        change: impl Fn(&mut Session) -> Result<T, ChangeError>,
        mut look: impl FnMut(&Result<T, ChangeError>, &Simulated),
    ) {
        for fault in [Fault::Cut, Fault::Full, Fault::CutWithoutLinks] {
            let mut at = 0;
            while self.run(fault(at), &change, &mut look) {
                at += 1;
            }
            assert!(at >= 7, "a write makes more calls than {at}");
        }
        self.run(Fault::ShortWrites(7), &change, &mut look);
    }
}

#[test]
fn a_cut_at_any_call_leaves_the_old_or_the_new_generation() {
    let vault = Vault::new();
    let (mut old, mut new) = (0, 0);
    vault.run_all(
        |session| add(session, 3, "Late"),
        |outcome, disk| {
            let (session, notices) = vault.open(disk, PASSWORD).unwrap();
            assert!(!notices.contains(&Notice::PreviousOpened) && !notices.contains(&Notice::RolledBack));
            match issuers(&session).as_slice() {
                ["Counting", "Steady"] => {
                    assert!(outcome.is_err(), "what was said to be saved is gone");
                    old += 1;
                }
                ["Counting", "Steady", "Late"] => new += 1,
                other => panic!("{other:?}"),
            }
        },
    );
    assert!(old > 100 && new > 10, "{old} {new}");
}

#[test]
fn a_counter_is_on_disk_before_its_code_is_shown() {
    let vault = Vault::new();
    vault.run_all(
        |session| session.next_code(vault.hotp),
        |outcome, disk| {
            let (session, _) = vault.open(disk, PASSWORD).unwrap();
            let counter = session.contents().token(vault.hotp).unwrap().kind.counter().unwrap();
            match outcome {
                Ok((_, used)) => assert_eq!((*used, counter), (Counter(5), Counter(6))),
                Err(_) => assert!(counter == Counter(5) || counter == Counter(6)),
            }
        },
    );
}

#[test]
fn a_change_of_password_cut_off_anywhere_leaves_one_that_opens() {
    let vault = Vault::new();
    vault.run_all(
        |session| session.change_lock_at(password_slot(OTHER), CostRule::AnyForTests),
        |outcome, disk| {
            let old = vault.open(&disk.snapshot(), PASSWORD);
            let new = vault.open(&disk.snapshot(), OTHER);
            let (session, _) = match (old, new, outcome) {
                (Err(OpenError::WrongPassword), Ok(opened), _) => opened,
                (Ok(opened), Err(OpenError::WrongPassword), Err(_)) => opened,
                (old, new, outcome) => panic!("{:?} {:?} {outcome:?}", old.err(), new.err()),
            };
            assert_eq!(issuers(&session), ["Counting", "Steady"]);
        },
    );
}

#[test]
fn a_new_lock_never_stands_beside_an_old_previous() {
    let vault = Vault::new();
    vault.run_all(
        |session| session.change_lock_at(password_slot(OTHER), CostRule::AnyForTests),
        |_, disk| {
            let only_previous = disk.snapshot();
            let previous = disk.bytes(&vault.previous()).unwrap();
            only_previous.put(&vault.environment.file, &previous);
            let current_is_new = vault.open(&disk.snapshot(), OTHER).is_ok();
            if current_is_new {
                assert!(matches!(vault.open(&only_previous, PASSWORD), Err(OpenError::WrongPassword)));
                assert!(vault.open(&only_previous, OTHER).is_ok());
            }
        },
    );
}

impl Vault {
    fn previous(&self) -> std::path::PathBuf {
        format!("{}.previous", self.environment.file.display()).into()
    }
}

#[test]
fn making_a_vault_cut_off_anywhere_leaves_none_or_a_whole_one() {
    let environment = Place::new().environment;
    let create = |disk: &Simulated| {
        let slot = password_slot(PASSWORD);
        Session::create_on(Arc::new(disk.clone()), environment.clone(), slot, CostRule::AnyForTests)
    };
    for fault in [Fault::Cut, Fault::Full] {
        for at in 0.. {
            let disk = Simulated::default();
            disk.set_fault(Some(fault(at)));
            let made = create(&disk);
            let calls = disk.calls();
            for disk in disk.after_the_end() {
                match Session::open_on(Arc::new(disk.clone()), environment.clone(), &password(PASSWORD)) {
                    Ok((session, _)) => assert!(session.contents().tokens().is_empty()),
                    Err(OpenError::Missing) => {
                        assert!(made.is_err());
                        assert!(create(&disk).is_ok(), "the next try works");
                    }
                    Err(other) => panic!("{other:?}"),
                }
            }
            if at >= calls {
                break;
            }
        }
    }
}

#[test]
fn mending_a_damaged_vault_cut_off_anywhere_loses_nothing_more() {
    let vault = Vault::new();
    let mut damaged = vault.disk.bytes(&vault.environment.file).unwrap();
    damaged.truncate(100);
    vault.disk.put(&vault.environment.file, &damaged);
    for at in 0..20 {
        let disk = vault.disk.snapshot();
        disk.set_fault(Some(Fault::Cut(at)));
        // It opens even where it cannot be mended.
        let (session, notices) = vault.open(&disk, PASSWORD).unwrap();
        assert!(notices.contains(&Notice::PreviousOpened));
        assert_eq!(issuers(&session), ["Counting"]);
        let counter = session.contents().tokens()[0].kind.counter().unwrap();
        assert_eq!(counter, Counter(15));
        for disk in disk.after_the_end() {
            let (session, _) = vault.open(&disk, PASSWORD).unwrap();
            assert_eq!(issuers(&session), ["Counting"]);
            assert_eq!(session.contents().tokens()[0].kind.counter(), Some(Counter(15)));
        }
    }
}

#[test]
fn a_full_disk_says_so_loses_nothing_and_goes_on_when_there_is_room_again() {
    let vault = Vault::new();
    let disk = vault.disk.snapshot();
    let (mut session, _) = vault.open(&disk, PASSWORD).unwrap();
    // 0: the new file is made; 1: its bytes are written.
    for at in [0, 1, 2] {
        disk.set_fault(Some(Fault::Full(at)));
        let refused = add(&mut session, 3, "Late");
        assert!(matches!(&refused, Err(ChangeError::Write(error)) if error.kind() == std::io::ErrorKind::StorageFull));
        assert_eq!(issuers(&session), ["Counting", "Steady"], "in memory too");
        assert!(!disk.names().iter().any(|name| name.ends_with(".new")), "its room is given back");
    }
    disk.set_fault(None);
    add(&mut session, 3, "Late").unwrap();
    assert_eq!(issuers(&vault.open(&disk, PASSWORD).unwrap().0), ["Counting", "Steady", "Late"]);
}

#[test]
fn a_write_after_one_that_was_cut_off_leaves_nothing_behind() {
    let vault = Vault::new();
    for at in 0..8 {
        let disk = vault.disk.snapshot();
        let (mut session, _) = vault.open(&disk, PASSWORD).unwrap();
        disk.set_fault(Some(Fault::Cut(at)));
        add(&mut session, 3, "Late").ok();
        let disk = disk.snapshot();
        let (mut session, _) = vault.open(&disk, PASSWORD).unwrap();
        add(&mut session, 4, "Later").unwrap();
        assert_eq!(vault.open(&disk, PASSWORD).unwrap().1, [], "cut at {at}");
    }
}

#[test]
fn what_an_interrupted_write_left_is_cleaned_away_at_opening() {
    let vault = Vault::new();
    let disk = vault.disk.snapshot();
    let leftover = format!("{}.new", vault.environment.file.display());
    disk.put(Path::new(&leftover), b"half a vau");
    let (_, notices) = vault.open(&disk, PASSWORD).unwrap();
    assert_eq!(notices, [Notice::LeftoverCleaned]);
    assert!(!disk.names().iter().any(|name| name.ends_with(".new")));
    assert_eq!(vault.open(&disk, PASSWORD).unwrap().1, []);
}
