//! Vaults that share a place, and places that fail.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use super::*;
use crate::backup::location::Location;
use crate::backup::testing::Memory;
use crate::backup::{Keys, Lock, Unlock};
use crate::vault::testing::{CountingEntropy, Place as Home, Simulated, hotp, issuers, recovery_key, totp};
use crate::vault::{Contents, Edit, Session, SystemEntropy};

const DAY: u64 = 86_400;

fn location() -> Location {
    Location::Folder { path: "memory".into() }
}

fn keys() -> Keys {
    Keys::new(&[Lock::Recovery(&recovery_key())], &CountingEntropy::default()).unwrap()
}

/// A device: a vault with the backup turned on.
fn device() -> (Home, Session) {
    let home = Home { environment: environment(), ..Home::new() };
    let mut session = home.create_on(Arc::new(Simulated::default()));
    session.add_place(location(), keys()).unwrap();
    (home, session)
}

/// Devices draw their own numbers: what two of them enrol has two ids.
fn environment() -> crate::vault::Environment {
    crate::vault::Environment { entropy: Arc::new(SystemEntropy), ..Home::new().environment }
}

fn backup_at(session: &mut Session, place: &Memory, now: u64) -> Result<Done, BackupError> {
    let how = How { device: "Mira's phone", now, entropy: &SystemEntropy, verify: true };
    super::now(session, place, 1, &how, &())
}

fn backup(session: &mut Session, place: &Memory) -> Done {
    backup_at(session, place, 1_700_000_000).unwrap()
}

fn add(session: &mut Session, number: u32) {
    session.add(vec![totp(number, &format!("I{number}"), "mira")]).unwrap();
}

/// What every list must have, sorted.
fn sorted(session: &Session) -> Vec<String> {
    let mut issuers: Vec<String> = issuers(session).into_iter().map(str::to_owned).collect();
    issuers.sort();
    issuers
}

#[test]
fn a_backup_is_written_verified_and_named_by_its_bytes() {
    let (_home, mut session) = device();
    add(&mut session, 1);
    let place = Memory::default();
    let done = backup(&mut session, &place);
    assert_eq!((place.names(), done.tokens, done.stepped_back), (vec![done.written.unwrap()], 1, false));
    assert_eq!(VersionId::of(&place.get(done.written.unwrap()).unwrap()), done.written.unwrap());
    // Nothing is new: nothing is written.
    let again = backup(&mut session, &place);
    assert_eq!((again.written, again.head, place.puts.load(Ordering::Relaxed)), (None, done.written, 1));
    session.edit(session.contents().tokens()[0].id, Edit { note: Some("n".into()), ..Edit::default() }).unwrap();
    let next = backup(&mut session, &place);
    let versions = session.backup().places()[0].known.versions.clone();
    assert_eq!(versions[&next.written.unwrap()].parents, [done.written.unwrap()]);
}

#[test]
fn two_devices_bring_each_other_what_they_have_and_come_to_rest() {
    let place = Memory::default();
    let ((_one, mut one), (_other, mut other)) = (device(), device());
    add(&mut one, 1);
    add(&mut other, 2);
    add(&mut other, 1);
    backup(&mut one, &place);
    let done = backup(&mut other, &place);
    assert_eq!((done.taken_in.added, sorted(&other)), (0, vec!["I1".to_owned(), "I2".to_owned()]));
    backup(&mut one, &place);
    backup(&mut other, &place);
    assert_eq!(sorted(&one), sorted(&other));
    let puts = place.puts.load(Ordering::Relaxed);
    for _ in 0..3 {
        assert!(backup(&mut one, &place).written.is_none() && backup(&mut other, &place).written.is_none());
    }
    assert_eq!(place.puts.load(Ordering::Relaxed), puts);
}

#[test]
fn an_emptied_place_and_an_older_one_are_noticed_and_take_nothing_away() {
    let (_home, mut session) = device();
    let place = Memory::default();
    add(&mut session, 1);
    backup(&mut session, &place);
    let old = place.files.lock().unwrap().clone();
    add(&mut session, 2);
    backup(&mut session, &place);
    *place.files.lock().unwrap() = old;
    let done = backup(&mut session, &place);
    assert!(done.stepped_back && done.written.is_some());
    assert_eq!(sorted(&session), ["I1", "I2"]);
    place.files.lock().unwrap().clear();
    let done = backup(&mut session, &place);
    assert!(done.stepped_back && done.written.is_some());
    assert_eq!(sorted(&session), ["I1", "I2"]);
    assert!(!backup(&mut session, &place).stepped_back, "said once");
}

#[test]
fn a_damaged_version_is_passed_over_and_the_whole_ones_are_read() {
    let (_home, mut session) = device();
    let place = Memory::default();
    add(&mut session, 1);
    let first = backup(&mut session, &place).written.unwrap();
    add(&mut session, 2);
    let second = backup(&mut session, &place).written.unwrap();
    place.files.lock().unwrap().get_mut(&second).unwrap()[500] ^= 1;
    let recovery = recovery_key();
    let keys = unlock(&place, &Unlock::Recovery(&recovery)).unwrap().unwrap();
    let newest = read_newest(&place, Opens::Keys(&keys), &()).unwrap();
    assert_eq!(newest.tokens.len(), 1);
    assert!(matches!(read_one(&place, Opens::Keys(&keys), second), Err(BackupError::Damaged)));
    assert_eq!(read_one(&place, Opens::Keys(&keys), first).unwrap().tokens.len(), 1);
    // Known by its name, a version is read again when it is verified, and what it held is written again.
    let done = backup(&mut session, &place);
    assert!((done.torn, done.written.is_some()) == (1, true) && backup(&mut session, &place).written.is_none());
    assert_eq!(read_newest(&place, Opens::Keys(&keys), &()).unwrap().tokens.len(), 2);
    place.delete(done.written.unwrap()).unwrap();
    place.files.lock().unwrap().get_mut(&first).unwrap().truncate(9);
    assert!(matches!(read_newest(&place, Opens::Keys(&keys), &()), Err(BackupError::Damaged)));
}

#[test]
fn versions_are_kept_by_number_and_by_day() {
    let (_home, mut session) = device();
    let place = Memory::default();
    session.set_keep(1, crate::backup::settings::Keep { newest: 3, days: 5 }).unwrap();
    for turn in 0..40_u32 {
        add(&mut session, turn);
        backup_at(&mut session, &place, 1_000 * DAY + u64::from(turn) * DAY / 4).unwrap();
    }
    // The newest three, and the last of each of five days, of which one is the newest of all.
    assert_eq!(place.names().len(), 7);
    let versions = session.backup().places()[0].versions().into_iter().map(|(_, version)| version.tokens);
    assert_eq!(versions.collect::<Vec<_>>(), [40, 39, 38, 36, 32, 28, 24]);
}

#[test]
fn another_password_seals_every_version_anew() {
    let (_home, mut session) = device();
    let place = Memory::default();
    for number in 0..4 {
        add(&mut session, number);
        backup(&mut session, &place);
    }
    let before = place.names();
    let password = crate::secret::SecretText::from("another password");
    let lock = Lock::Password(&password, crate::vault::kdf::Cost::FLOOR);
    let how = How { device: "phone", now: 1_700_000_100, entropy: &SystemEntropy, verify: true };
    let new = Keys::new(&[lock], &SystemEntropy).unwrap();
    let resealed = change_password(&mut session, &place, 1, new, &how, &()).unwrap();
    assert_eq!((resealed.resealed, resealed.older.len(), place.names().len()), (4, 0, 4));
    assert!(place.names().iter().all(|id| !before.contains(id)));
    let recovery = recovery_key();
    assert!(matches!(unlock(&place, &Unlock::Recovery(&recovery)), Err(BackupError::OtherPassword)));
    let keys = unlock(&place, &Unlock::Password(&password)).unwrap().unwrap();
    assert_eq!(read_newest(&place, Opens::Keys(&keys), &()).unwrap().tokens.len(), 4);
    assert!(backup(&mut session, &place).written.is_none());
    // A device that does not know it is told, and writes nothing beside it.
    let (_other, mut other) = device();
    add(&mut other, 9);
    assert!(matches!(backup_at(&mut other, &place, 5), Err(BackupError::OtherPassword)));
    other.add_place(location(), keys).unwrap();
    backup(&mut other, &place);
    assert_eq!(sorted(&other).len(), 5);
}

#[test]
fn a_restored_version_adds_or_replaces() {
    let (_home, mut session) = device();
    let place = Memory::default();
    session.add(vec![totp(1, "A", "mira"), hotp(2, "Bank", 5), totp(3, "C", "mira")]).unwrap();
    let first = backup(&mut session, &place).written.unwrap();
    let ids: Vec<_> = session.contents().tokens().iter().map(|token| token.id).collect();
    session.next_code(ids[1]).unwrap();
    session.edit(ids[0], Edit { issuer: Some("Renamed".into()), ..Edit::default() }).unwrap();
    session.remove(&[ids[2]], 7).unwrap();
    session.purge(&[ids[2]]).unwrap();
    session.add(vec![totp(4, "New", "mira")]).unwrap();
    backup(&mut session, &place);
    let version = |session: &Session| read_one(&place, Opens::Place(&session.backup().places()[0]), first).unwrap();
    let read = version(&session);
    let restored = session.restore_version(read, false, 100).unwrap();
    assert_eq!((restored.added, restored.here, restored.binned), (1, 2, 0));
    assert_eq!(issuers(&session), ["Renamed", "Bank", "New", "C"]);
    let read = version(&session);
    let restored = session.restore_version(read, true, 100).unwrap();
    assert_eq!((restored.added, restored.here, restored.binned), (0, 3, 1));
    assert_eq!(issuers(&session), ["A", "Bank", "C"]);
    assert_eq!(session.contents().bin()[0].token.issuer, "New");
    assert_eq!(session.contents().tokens()[1].kind.counter().unwrap().0, 6, "a counter never goes back");
    // And all of that is there for others: what was deleted for good has come back.
    backup(&mut session, &place);
    let (_other, mut other) = device();
    backup(&mut other, &place);
    assert_eq!(issuers(&other), ["A", "Bank", "C"]);
}

#[test]
fn two_devices_with_one_id_are_noticed() {
    let (home, mut session) = device();
    let place = Memory::default();
    add(&mut session, 1);
    backup(&mut session, &place);
    // The vault is put back to an older state, and goes on from there.
    let disk = Simulated::default();
    let old = home.environment.clone();
    let mut twin = Home { environment: old, ..Home::new() }.create_on(Arc::new(disk));
    twin.add_place(location(), keys()).unwrap();
    backup(&mut twin, &place);
    assert_eq!(sorted(&twin), sorted(&session));
}

#[test]
fn whatever_a_place_does_nothing_is_lost_and_all_devices_agree_in_the_end() {
    let runs = std::env::var("SMARTOTP_FAULT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(12);
    for run in 0..runs {
        let place = Memory::with_faults(10 + run % 50, run);
        let mut devices: Vec<(Home, Session)> = (0..3).map(|_| device()).collect();
        let mut all = Vec::new();
        for turn in 0..15_u64 {
            let number = u32::try_from(run * 1_000 + turn).unwrap();
            let (_, session) = &mut devices[(place_number(run, turn) % 3) as usize];
            if turn % 3 != 2 {
                add(session, number);
                all.push(format!("I{number}"));
            }
            let known = session.backup().places()[0].known.verified_at;
            match backup_at(session, &place, turn + 1) {
                // What is said to be backed up is there, whole, at that moment.
                Ok(_) => assert_whole(&place, session),
                Err(_) => assert_eq!(session.backup().places()[0].known.verified_at, known, "nothing is said then"),
            }
        }
        place.mend();
        for _ in 0..3 {
            for (_, session) in &mut devices {
                backup_at(session, &place, 100 + run).unwrap();
            }
        }
        all.sort();
        let puts = place.puts.load(Ordering::Relaxed);
        for (_, session) in &mut devices {
            assert_eq!(sorted(session), all, "run {run}");
            assert!(backup(session, &place).written.is_none(), "run {run}");
        }
        assert_eq!(place.puts.load(Ordering::Relaxed), puts, "they come to rest");
    }
}

fn place_number(run: u64, turn: u64) -> u64 {
    (run.wrapping_mul(0x9E37_79B9) ^ turn.wrapping_mul(0x85EB_CA6B)) >> 7
}

/// What lies there whole, joined, has the tokens that the vault has.
fn assert_whole(place: &Memory, session: &Session) {
    let files = place.files.lock().unwrap();
    let whole = files.iter().filter(|(id, bytes)| VersionId::of(bytes) == **id);
    let states = whole.filter_map(|(_, bytes)| Some(session.backup().places()[0].open(bytes).ok()?.0.into_state()));
    let mut contents = Contents::default();
    states.fold(State::default(), State::join).put_into(&mut contents);
    assert!(session.contents().tokens().iter().all(|own| contents.tokens().iter().any(|token| token == own)));
}

/// One thing that somebody does on one of the devices. Tokens below 40 are never deleted.
fn act(session: &mut Session, number: u64) {
    let tokens = session.contents().tokens();
    let pick = |token: &&crate::token::Token| token.issuer.trim_start_matches('I').parse().unwrap_or(0) >= 40;
    let deletable: Vec<_> = tokens.iter().filter(pick).map(|token| token.id).collect();
    let any = tokens.get((number % 17) as usize % tokens.len().max(1)).map(|token| (token.id, token.kind.counter()));
    let binned = session.contents().bin().first().map(|binned| binned.token.id);
    match (number / 17 % 7, any, deletable.first(), binned) {
        (1, Some((id, _)), ..) => {
            let edit = Edit { note: Some(format!("note {number}")), ..Edit::default() };
            session.edit(id, edit).unwrap();
        }
        (2, Some((id, Some(_))), ..) => drop(session.next_code(id).unwrap()),
        (3, Some((id, _)), ..) => session.move_to(id, (number % 5) as usize).unwrap(),
        (4, _, Some(id), _) => session.remove(&[*id], number).unwrap(),
        (5, .., Some(id)) => session.restore(&[id]).unwrap(),
        (6, .., Some(id)) => session.purge(&[id]).unwrap(),
        _ => {
            let secret = (number / 119 % 60) as u32;
            let issuer = format!("I{secret}");
            let enrolment =
                if secret.is_multiple_of(2) { hotp(secret, &issuer, 0) } else { totp(secret, &issuer, "mira") };
            session.add(vec![enrolment]).unwrap();
        }
    }
}

#[test]
fn fifty_devices_agree_in_the_end_lose_nothing_and_come_to_rest() {
    let place = Memory::with_faults(15, 7);
    let mut devices: Vec<(Home, Session)> = (0..50).map(|_| device()).collect();
    for turn in 0..200 {
        let number = place_number(7, turn);
        let (_, session) = &mut devices[(number % 50) as usize];
        act(session, number / 50);
        // It may fail: then it waits.
        let _ = backup_at(session, &place, turn + 1);
    }
    let kept: std::collections::BTreeSet<String> = devices
        .iter()
        .flat_map(|(_, session)| sorted(session))
        .filter(|issuer| issuer.trim_start_matches('I').parse::<u32>().unwrap() < 40)
        .collect();
    place.mend();
    let mut rounds = 0;
    loop {
        let written = devices.iter_mut().filter_map(|(_, session)| backup_at(session, &place, 300).unwrap().written);
        if written.count() == 0 {
            break;
        }
        rounds += 1;
        assert!(rounds < 6, "they never come to rest");
    }
    let (_, first) = &devices[0];
    for (_, other) in &devices {
        assert_eq!(other.contents().tokens(), first.contents().tokens());
        let bin = |session: &Session| session.contents().bin().iter().map(|gone| gone.token.id).collect::<Vec<_>>();
        assert_eq!(bin(other), bin(first));
    }
    let here = sorted(first);
    assert!(kept.iter().all(|issuer| here.contains(issuer)));
    assert!(here.len() > 20, "{}", here.len());
}
