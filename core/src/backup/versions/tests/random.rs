//! Devices that do this and that at a place that fails at random: nothing is lost, what is said is true, and in the end they rest.
//!
//! `SMARTOTP_FAULT_RUNS` is how many runs there are (60), `SMARTOTP_FAULT_SEED` the first one's seed (0). They share the processor's cores.

use std::thread;

use super::*;

fn setting(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

#[test]
fn whatever_a_place_does_nothing_is_lost_and_all_devices_agree_in_the_end() {
    let (runs, first) = (setting("SMARTOTP_FAULT_RUNS").unwrap_or(60), setting("SMARTOTP_FAULT_SEED").unwrap_or(0));
    let next = AtomicU64::new(first);
    let cores = thread::available_parallelism().map_or(1, usize::from);
    let (said, failed) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= first + runs {
                        return;
                    }
                    let failures = a_run(seed);
                    said.fetch_add(15, Ordering::Relaxed);
                    failed.fetch_add(failures, Ordering::Relaxed);
                }
            });
        }
    });
    let (said, failed) = (said.into_inner(), failed.into_inner());
    println!("seeds from {first}: {runs} runs, {said} backups, of which {failed} failed and said so");
    assert!(failed > 0 && failed < said);
}

/// Three devices at a place of which 10 to 59 calls of a hundred fail. Gives how many backups said that they had failed.
fn a_run(seed: u64) -> u64 {
    let place = Memory::with_faults(10 + seed % 50, seed);
    let mut devices: Vec<(Home, Session)> = (0..3).map(|_| device()).collect();
    let (mut all, mut failed) = (Vec::new(), 0);
    for turn in 0..15_u64 {
        // A day passes, so that versions and what is half of one are tidied away on the way.
        let now = 1_000 + turn * DAY;
        let number = u32::try_from(seed % 1_000_000 * 1_000 + turn).unwrap();
        let (_, session) = &mut devices[(place_number(seed, turn) % 3) as usize];
        session.set_keep(1, crate::backup::settings::Keep { newest: 2, days: 3 }).unwrap();
        if turn % 3 != 2 {
            add(session, number);
            all.push(format!("I{number}"));
        }
        let standing = |session: &Session| {
            crate::backup::schedule::Standing::of(&session.backup().places()[0], session.contents(), now)
        };
        let before = standing(session);
        match backup_at(session, &place, now) {
            // What is said to be backed up is there, whole, at that moment.
            Ok(_) => {
                assert_whole(&place, session, seed);
                let after = standing(session);
                assert_eq!((after.verified_at, after.pending), (Some(now), false), "seed {seed}");
            }
            Err(error) => {
                failed += 1;
                assert!(matches!(error, BackupError::Place(_) | BackupError::NotVerified), "seed {seed}: {error}");
                let after = standing(session);
                assert_eq!(after.verified_at, before.verified_at, "seed {seed}: nothing is said then");
                assert!(after.pending || !before.pending, "seed {seed}: what waits still waits");
            }
        }
    }
    place.mend();
    for _ in 0..3 {
        for (_, session) in &mut devices {
            backup_at(session, &place, 1_000 + 20 * DAY).unwrap();
        }
    }
    all.sort();
    let puts = place.puts.load(Ordering::Relaxed);
    for (_, session) in &mut devices {
        assert_eq!(sorted(session), all, "seed {seed}");
        assert!(backup_at(session, &place, 1_000 + 20 * DAY).unwrap().written.is_none(), "seed {seed}");
    }
    assert_eq!(place.puts.load(Ordering::Relaxed), puts, "seed {seed}: they come to rest");
    failed
}

fn place_number(run: u64, turn: u64) -> u64 {
    (run.wrapping_mul(0x9E37_79B9) ^ turn.wrapping_mul(0x85EB_CA6B)) >> 7
}

/// What lies there whole, joined, has the tokens that the vault has.
fn assert_whole(place: &Memory, session: &Session, seed: u64) {
    let files = place.files.lock().unwrap();
    let whole = files.iter().filter(|(id, bytes)| VersionId::of(bytes) == **id);
    let states = whole.filter_map(|(_, bytes)| Some(session.backup().places()[0].open(bytes).ok()?.0.into_state()));
    let mut contents = Contents::default();
    states.fold(State::default(), State::join).put_into(&mut contents);
    let is_there = |own: &crate::token::Token| contents.tokens().iter().any(|token| token == own);
    assert!(session.contents().tokens().iter().all(is_there), "seed {seed}");
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
    let mut failed = 0;
    for turn in 0..200 {
        let number = place_number(7, turn);
        let (_, session) = &mut devices[(number % 50) as usize];
        act(session, number / 50);
        // It may fail: then it waits.
        failed += u64::from(backup_at(session, &place, turn + 1).is_err());
    }
    assert!((20..180).contains(&failed), "{failed} of 200 backups failed");
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
    let puts = place.puts.load(Ordering::Relaxed);
    for (_, session) in &mut devices {
        assert!(backup_at(session, &place, 400).unwrap().written.is_none());
    }
    assert_eq!(place.puts.load(Ordering::Relaxed), puts, "they rest, and go on resting");
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
