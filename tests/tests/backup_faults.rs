//! Backups over lines that fail, to servers of four makes: nothing is lost, nothing half counts, and what is said is true.
//!
//! `SMARTOTP_SERVER_RUNS` is how many random runs there are (8, two for each server), `SMARTOTP_FAULT_SEED` the first one's seed, and
//! `SMARTOTP_CUTS=all` cuts every server's connections at each tenth byte, where otherwise each server gets an eighth of these.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says what it did"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::{Provider as _, ProviderError};
use smartotp_core::backup::remote::{Patience, Remote};
use smartotp_core::backup::schedule::Schedule;
use smartotp_core::backup::versions::{self, BackupError, Done, Opens};
use smartotp_core::backup::{Unlock, VersionId};
use smartotp_tests::devices::{Device, Shared, impatient, s3, webdav};
use smartotp_tests::fault_proxy::{Call, Fault, FaultProxy};
use smartotp_tests::servers::{self, PASSWORD, Server};

const DAY: u64 = 86_400;

/// A server, and which way there is to a folder of it through some port.
struct Place {
    server: Server,
    _home: tempfile::TempDir,
    is_s3: bool,
    /// Which of the four.
    number: u64,
}

impl Place {
    fn location(&self, port: u16, folder: &str) -> Location {
        if self.is_s3 { s3(port, folder, PASSWORD) } else { webdav("http", port, folder, PASSWORD, "") }
    }

    fn start(number: u64) -> Option<Self> {
        let home = tempfile::tempdir().unwrap();
        let folder = home.path().join("served");
        std::fs::create_dir(&folder).unwrap();
        let server = match number {
            0 => servers::rclone(&folder, None),
            1 => servers::wsgidav(&folder),
            2 => servers::s3s(&folder, None),
            _ => servers::s3(),
        };
        Some(Self { server: server?, _home: home, is_s3: number > 1, number })
    }
}

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// What has to be true after a backup, whatever came of it.
fn what_is_said_is_true(
    device: &Device,
    direct: &Remote,
    before: Option<u64>,
    now: u64,
    said: &Result<Done, BackupError>,
) {
    let standing = device.standing(now);
    match said {
        Ok(done) => {
            assert_eq!((standing.verified_at, standing.pending), (Some(now), false));
            // What it names is there, whole, and holds all that the vault holds. Asked without the proxy.
            let place = &device.session.backup().places()[0];
            let head = versions::read_one(direct, Opens::Place(place), done.head.unwrap()).unwrap();
            let own = device.session.contents().tokens();
            assert!(own.iter().all(|own| head.tokens.contains(own)), "a head without a token");
        }
        Err(BackupError::Place(_) | BackupError::NotVerified) => assert_eq!(standing.verified_at, before),
        Err(other) => panic!("{other}"),
    }
}

/// Devices that enrol and edit, each backing up over a line that fails; then the line is mended.
fn a_random_run(place: &Place, seed: u64) {
    let proxy = FaultProxy::before(place.server.port, 25, seed);
    let folder = format!("run-{seed}");
    let location = place.location(proxy.port, &folder);
    let direct = Remote::new(&place.location(place.server.port, &folder)).unwrap();
    let shared = Shared::new();
    // Two or three to a bucket, and five to a folder that others may share.
    let number = if place.is_s3 { 2 + seed % 2 } else { 5 };
    let mut devices: Vec<Device> = (0..number).map(|_| Device::new(&location, shared.keys(), impatient())).collect();
    let (mut all, mut failed) = (Vec::new(), 0);
    for turn in 0..15_u32 {
        // A day passes, so that versions and what is half of one are tidied away on the way.
        let now = 1_700_000_000 + u64::from(turn) * DAY;
        let index = usize::try_from((u64::from(turn) * 3 + seed) % number).unwrap();
        let device = &mut devices[index];
        device.keep(2, 3);
        if turn % 4 == 3 && !device.issuers().is_empty() {
            device.note(&format!("note {turn}"));
        } else {
            device.add(turn);
            all.push(format!("Issuer{turn:04}"));
        }
        assert!(device.standing(now).pending, "something new is not there yet");
        let (before, hits) = (device.standing(now).verified_at, proxy.hits());
        let said = device.backup_at(now);
        what_is_said_is_true(device, &direct, before, now, &said);
        if let Err(error) = said {
            assert!(
                proxy.hits() > hits || error.to_string().contains("timed out"),
                "a failure out of nothing: {error}"
            );
            failed += 1;
        }
    }
    let hits = proxy.hits();
    proxy.mend();
    let now = 1_700_000_000 + 20 * DAY;
    for _ in 0..3 {
        for device in &mut devices {
            device.backup_at(now).unwrap();
        }
    }
    all.sort();
    for device in &mut devices {
        assert_eq!(device.issuers(), all);
        assert!(device.backup_at(now).unwrap().written.is_none(), "they come to rest");
    }
    // A phone that has nothing but the key.
    let keys = versions::unlock(&direct, &Unlock::Recovery(&shared.recovery)).unwrap().unwrap();
    let restored = versions::read_newest(&direct, Opens::Keys(&keys), &()).unwrap();
    assert_eq!(restored.tokens.len(), all.len());
    println!("seed {seed}: {hits} faults, {failed} of 15 backups failed and said so, {} devices", devices.len());
}

fn random_runs(number: u64) {
    let Some(place) = Place::start(number) else { return };
    let (runs, first) = (setting("SMARTOTP_SERVER_RUNS").unwrap_or(8), setting("SMARTOTP_FAULT_SEED").unwrap_or(1));
    for run in (0..runs).filter(|run| run % 4 == number) {
        println!("server {number}, seed {}", first + run);
        a_random_run(&place, first + run);
    }
}

#[test]
fn whatever_goes_wrong_before_rclone_nothing_is_lost() {
    random_runs(0);
}

#[test]
fn whatever_goes_wrong_before_wsgidav_nothing_is_lost() {
    random_runs(1);
}

#[test]
fn whatever_goes_wrong_before_s3s_nothing_is_lost() {
    random_runs(2);
}

#[test]
fn whatever_goes_wrong_before_moto_nothing_is_lost() {
    random_runs(3);
}

/// A fault at some byte.
type Cut = fn(usize) -> Fault;

/// Cuts the first connection of a kind after 0, 10, 20 … bytes of request or answer, until the cut comes after its end.
fn cuts(place: &Place) {
    let proxy = FaultProxy::before(place.server.port, 0, 1);
    let location = place.location(proxy.port, "cuts");
    let direct = Remote::new(&place.location(place.server.port, "cuts")).unwrap();
    let mut device = Device::new(&location, Shared::new().keys(), impatient());
    device.keep(1, 0);
    device.add(1);
    device.backup_at(0).unwrap();
    let step = if std::env::var_os("SMARTOTP_CUTS").is_some() { 10 } else { 80 };
    let first = if step == 10 { 0 } else { usize::try_from(place.number * 10).unwrap() };
    let (mut now, mut failed, mut made) = (0, 0, 0);
    let phases: [(Call, Cut); 6] = [
        (Call::List, Fault::CutRequest),
        (Call::List, Fault::CutAnswer),
        (Call::Put, Fault::CutRequest),
        (Call::Put, Fault::CutAnswer),
        (Call::Get, Fault::CutRequest),
        (Call::Get, Fault::CutAnswer),
    ];
    for (call, fault) in phases {
        let before = made;
        for at in (first..).step_by(step) {
            // The next day: what a cut left behind goes after a week.
            now += DAY;
            device.note(&format!("{call:?} {at}"));
            let (verified, hits) = (device.standing(now).verified_at, proxy.hits());
            proxy.next(call, fault(at));
            let said = device.backup_at(now);
            what_is_said_is_true(&device, &direct, verified, now, &said);
            if proxy.hits() == hits {
                assert!(said.is_ok(), "a failure out of nothing: {said:?}");
                break;
            }
            (made, failed) = (made + 1, failed + u64::from(said.is_err()));
        }
        assert!(made > before, "{call:?} was never cut");
        proxy.mend();
        assert!(device.backup_at(now).is_ok());
    }
    println!("server {}: {made} cuts, after {failed} of which the backup failed and said so", place.number);
    // A sealed file is 4 KiB at least, and it was cut on its way there and back.
    assert!(made > 2 * 4096 / step);
}

#[test]
fn connections_cut_before_rclone() {
    if let Some(place) = Place::start(0) {
        cuts(&place);
    }
}

#[test]
fn connections_cut_before_wsgidav() {
    if let Some(place) = Place::start(1) {
        cuts(&place);
    }
}

#[test]
fn connections_cut_before_s3s() {
    if let Some(place) = Place::start(2) {
        cuts(&place);
    }
}

#[test]
fn connections_cut_before_moto() {
    if let Some(place) = Place::start(3) {
        cuts(&place);
    }
}

#[test]
fn each_fault_is_called_by_its_name() {
    let Some(place) = Place::start(0) else { return };
    let proxy = FaultProxy::before(place.server.port, 0, 1);
    let mut device = Device::new(&place.location(proxy.port, "named"), Shared::new().keys(), impatient());
    device.add(1);
    device.backup_at(0).unwrap();
    let mut turn = 0;
    let mut says = |call, fault| {
        turn += 1;
        device.note(&format!("turn {turn}"));
        proxy.next(call, fault);
        let said = device.backup_at(turn);
        assert!(said.is_ok() || device.standing(turn).pending);
        proxy.mend();
        said.map(|done| done.torn)
    };
    for call in [Call::List, Call::Put, Call::Get] {
        let odd = says(call, Fault::Status(500));
        assert!(
            matches!(&odd, Err(BackupError::Place(ProviderError::Odd { reason })) if reason == "HTTP 500"),
            "{odd:?}"
        );
        let busy = says(call, Fault::Status(429));
        assert!(matches!(busy, Err(BackupError::Place(ProviderError::Busy { retry_after: Some(2) }))), "{busy:?}");
        let refused = says(call, Fault::Status(401));
        assert!(matches!(refused, Err(BackupError::Place(ProviderError::Refused))), "{refused:?}");
        for fault in [
            Fault::CutRequest(100),
            Fault::CutAnswer(0),
            Fault::CutAnswer(30),
            Fault::SilentAfter(0),
            Fault::SilentAfter(30),
        ] {
            let away = says(call, fault);
            assert!(
                matches!(away, Err(BackupError::Place(ProviderError::Unreachable { .. }))),
                "{call:?} {fault:?} {away:?}"
            );
        }
        assert!(matches!(says(call, Fault::WrongEtag), Ok(0)), "no tag is believed, and none doubted");
    }
    let full = says(Call::Put, Fault::Status(507));
    assert!(matches!(full, Err(BackupError::Place(ProviderError::Full))), "{full:?}");
    let short = says(Call::Get, Fault::ShortAnswer);
    assert!(matches!(short, Err(BackupError::NotVerified)), "{short:?}");
    // A place that says it is empty is not believed to hold anything: all of it is written again.
    let emptied = says(Call::List, Fault::Status(404));
    assert!(emptied.is_ok(), "{emptied:?}");
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_waits_for_a_person() {
    let Some(place) = Place::start(0) else { return };
    let proxy = FaultProxy::before(place.server.port, 0, 1);
    let mut device = Device::new(&place.location(proxy.port, "waits"), Shared::new().keys(), impatient());
    device.add(1);
    let mut waits = |fault| {
        let mut schedule = Schedule::default();
        schedule.changed(0);
        device.note(&format!("{fault:?}"));
        proxy.next(Call::Put, fault);
        schedule.failed(&device.backup_at(100).unwrap_err(), 100);
        schedule.due().map(|due| due - 100)
    };
    for passing in [Fault::Status(500), Fault::Status(429), Fault::CutRequest(700), Fault::SilentAfter(0)] {
        assert_eq!(waits(passing), Some(60), "{passing:?}");
    }
    for lasting in [Fault::Status(507), Fault::Status(401)] {
        assert_eq!(waits(lasting), None, "{lasting:?}");
    }
}

#[test]
fn a_call_that_nobody_answers_can_be_cancelled() {
    let Some(place) = Place::start(0) else { return };
    let proxy = FaultProxy::before(place.server.port, 0, 1);
    let asked = Arc::new(AtomicBool::new(false));
    let own = Arc::clone(&asked);
    let remote = Remote::with_patience(&place.location(proxy.port, "silent"), Patience::default()).unwrap();
    let remote = remote.until(move || own.load(Ordering::Relaxed));
    assert!(remote.list().unwrap().is_empty());
    proxy.next(Call::List, Fault::SilentAfter(0));
    let waiter = std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(300));
        asked.store(true, Ordering::Relaxed);
    });
    // It would be half a minute until it counts as cut off.
    assert!(matches!(remote.list(), Err(ProviderError::Cancelled)));
    waiter.join().unwrap();
    assert!(matches!(remote.get(VersionId::of(b"any")), Err(ProviderError::Cancelled)));
}
