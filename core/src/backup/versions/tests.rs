//! Vaults that share a place, and places that fail.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

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
fn a_second_session_backs_up_while_the_first_one_changes_the_vault() {
    let (_home, mut session) = device();
    add(&mut session, 1);
    let place = Memory::default();
    let mut second = session.second();
    add(&mut session, 2);
    backup(&mut second, &place);
    session.set_automatic(false).unwrap();
    let standing = |session: &Session| {
        let contents = session.contents();
        crate::backup::schedule::Standing::of(&contents.backup().places()[0], contents, 1_700_000_000)
    };
    assert_eq!((sorted(&session).len(), standing(&session).pending), (2, true), "the second token came too late");
    backup(&mut second, &place);
    session.refresh().unwrap();
    assert!(!standing(&session).pending && !session.backup().is_automatic());
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
fn what_only_the_way_tears_is_never_taken_for_damaged_for_good() {
    /// A way on which answers end early, each time elsewhere, and what lies there whole.
    struct Tearing<'a>(&'a Memory, AtomicU64);

    impl Provider for Tearing<'_> {
        fn list(&self) -> Result<Vec<VersionId>, ProviderError> {
            self.0.list()
        }

        fn get(&self, id: VersionId) -> Result<Vec<u8>, ProviderError> {
            let whole = self.0.get(id)?;
            let kept = whole.len() - 1 - usize::try_from(self.1.fetch_add(1, Ordering::Relaxed) % 100).unwrap();
            Ok(whole.into_iter().take(kept).collect())
        }

        fn put_new(&self, id: VersionId, bytes: &[u8]) -> Result<(), ProviderError> {
            self.0.put_new(id, bytes)
        }

        fn delete(&self, id: VersionId) -> Result<(), ProviderError> {
            self.0.delete(id)
        }
    }

    let ((_one, mut one), (_other, mut other)) = (device(), device());
    let place = Memory::default();
    add(&mut one, 1);
    let whole = backup(&mut one, &place).written.unwrap();
    let half = VersionId::of(b"a file of which half came");
    place.files.lock().unwrap().insert(half, b"a file".repeat(100));
    let way = Tearing(&place, AtomicU64::new(0));
    for day in 0..10 {
        let look = look(&way, &other.backup().places()[0], &()).unwrap();
        assert_eq!(look.torn().len(), 2);
        other.take_in_look(1, &look, day * DAY).unwrap();
    }
    assert_eq!(prune(&mut other, &way, 1, 10 * DAY, &()).unwrap(), []);
    // By a way that tears nothing the one goes that is half.
    assert_eq!(prune(&mut other, &place, 1, 10 * DAY, &()).unwrap(), [half]);
    assert_eq!(place.names(), [whole]);
}

mod random;
