//! A process that is killed while it writes loses nothing that it said was saved, and two that write at once lose nothing at all.
//!
//! The writers are this test binary, started anew. `SMARTOTP_KILLS` and `SMARTOTP_WRITES` say how many kills and writes at
//! once there are, if not 300 and 1,000.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

#[path = "vault_kill/known.rs"]
mod known;
#[path = "vault_kill/place.rs"]
mod place;
#[path = "vault_kill/writer.rs"]
mod writer;

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::Path;
use std::thread;
use std::time::Duration;

use smartotp_core::token::TokenId;
use smartotp_core::vault::{Credential, Notice, Session};

use known::Known;
use place::{bank, environment, furnish, open, random};
use writer::Work;

fn number_of(name: &str, usual: u64) -> u64 {
    std::env::var(name).ok().map_or(usual, |text| text.parse().unwrap())
}

/// Of the kills, how many tenths are meant for one test.
fn kills(tenths: u64) -> u64 {
    number_of("SMARTOTP_KILLS", 300) * tenths / 10
}

/// Not a test of its own: what the writers do.
#[test]
fn writer() {
    writer::work();
}

/// Lets a writer run for up to so many microseconds, kills it, and gives what it said.
fn killed(folder: &Path, work: Work, microseconds: u64) -> String {
    let mut child = writer::start(folder, work);
    thread::sleep(Duration::from_micros(random(microseconds)));
    child.kill().unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap()
}

#[test]
fn kills_while_everything_is_changed_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let (mut known, mut leftovers) = (Known::default(), 0);
    for _ in 0..kills(6) {
        let at = known.hear(&killed(folder.path(), Work::Everything, 150_000));
        let (mut session, notices) = open(folder.path());
        assert!(notices.iter().all(|notice| *notice == Notice::LeftoverCleaned), "{notices:?}");
        leftovers += notices.len();
        known.check(&mut session, at);
    }
    println!("{} kills, {} acknowledged changes, {leftovers} leftovers cleaned, nothing lost", kills(6), known.lines);
    assert!(known.lines > 0, "the writers never came to write");
}

#[test]
fn no_killed_try_is_free() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let failed = || Session::wrong_tries_so_far(&environment(folder.path())).unwrap().failed;
    let (mut before, mut answers, mut unanswered) = (0, 0, 0);
    for round in 0..kills(2) {
        let said = killed(folder.path(), Work::WrongTries, 250_000);
        let heard = |what: &str| u32::try_from(said.lines().filter(|line| *line == what).count()).unwrap();
        let (begun, answered, after) = (heard("try begins"), heard("try answered"), failed());
        assert!(after >= before + answered, "{answered} answers and a count of {after} after {before}");
        assert!(after <= before + begun + 1, "{begun} tries and a count of {after} after {before}");
        (answers, unanswered) = (answers + answered, unanswered + after - before - answered);
        before = after;
        if round % 8 == 7 {
            assert_eq!(open(folder.path()).0.wrong_tries(), before);
            assert_eq!(failed(), 0);
            before = 0;
        }
    }
    println!("{} kills, {answers} tries answered, {unanswered} cut off and counted all the same", kills(2));
    assert!(answers + unanswered > 0, "the tries never came to be paid");
}

#[test]
fn a_killed_upgrade_leaves_the_old_vault_or_the_new_one() {
    // Made by the program of that version.
    let reference = Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/version-1");
    let (mut old, mut new) = (0, 0);
    for _ in 0..kills(2) {
        let folder = tempfile::tempdir().unwrap();
        for part in ["vault", "keystore"] {
            fs::create_dir(folder.path().join(part)).unwrap();
        }
        fs::copy(reference.join("vault.smartotp"), folder.path().join("vault/vault.smartotp")).unwrap();
        for entry in fs::read_dir(reference.join("keystore")).unwrap() {
            let entry = entry.unwrap();
            fs::copy(entry.path(), folder.path().join("keystore").join(entry.file_name())).unwrap();
        }
        let (before, _) = Session::open(environment(folder.path()), Credential::Device).unwrap();
        let ids = |session: &Session| session.contents().tokens().iter().map(|token| token.id).collect::<Vec<_>>();
        let (before, mut expected) = (ids(&before), false);

        let mut child = writer::start(folder.path(), Work::Upgrade);
        let mut said = BufReader::new(child.stdout.take().unwrap());
        let mut line = String::new();
        while line.trim() != "open" {
            line.clear();
            assert!(said.read_line(&mut line).unwrap() > 0, "the writer never opened the vault");
        }
        thread::sleep(Duration::from_micros(random(30_000)));
        child.kill().unwrap();
        child.wait().unwrap();
        said.read_to_string(&mut line).unwrap();

        let version = Session::inspect(&environment(folder.path())).unwrap().version;
        let (session, notices) = Session::open(environment(folder.path()), Credential::Device).unwrap();
        assert!(notices.iter().all(|notice| *notice == Notice::LeftoverCleaned), "{notices:?}");
        if version == 1 {
            assert!(!line.contains("upgraded"));
            old += 1;
        } else {
            assert!(folder.path().join("vault/vault.smartotp.v1").exists(), "the old file is kept");
            expected = true;
            new += 1;
        }
        let after = ids(&session);
        assert_eq!((version > 1, after.len()), (expected, before.len() + usize::from(expected)));
        assert!(before.iter().all(|id| after.contains(id)));
    }
    println!("{} kills, {old} left version 1 and {new} the newest, all whole", kills(2));
}

#[test]
fn two_processes_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    furnish(folder.path());
    let each = number_of("SMARTOTP_WRITES", 1_000) / 2;
    let writers: Vec<_> = (0..2).map(|_| writer::start(folder.path(), Work::Together(each))).collect();
    // Both are read while they run: a full pipe would hold one up.
    let readers: Vec<_> =
        writers.into_iter().map(|writer| thread::spawn(|| writer.wait_with_output().unwrap())).collect();
    let (mut used, mut added, mut noted) = (Vec::new(), 0, Vec::new());
    for reader in readers {
        let output = reader.join().unwrap();
        assert!(output.status.success());
        for line in String::from_utf8(output.stdout).unwrap().lines() {
            match line.split(' ').collect::<Vec<_>>().as_slice() {
                ["added", _] => added += 1,
                ["noted", id, note] => noted.push((id.parse::<TokenId>().unwrap(), (*note).to_owned())),
                ["used", counter] => used.push(counter.parse::<u64>().unwrap()),
                _ => {}
            }
        }
    }
    let (session, _) = open(folder.path());
    assert_eq!(session.contents().tokens().len(), added + 1);
    assert_eq!((added + noted.len() + used.len()) as u64, each * 2);
    for (id, note) in noted {
        assert_eq!(session.contents().token(id).unwrap().note, note);
    }
    used.sort_unstable();
    assert_eq!(used, (0..used.len() as u64).collect::<Vec<_>>(), "each counter once");
    let counter = session.contents().token(bank(&session)).unwrap().kind.counter().unwrap().0;
    assert_eq!(counter, used.len() as u64);
    println!("{} writes of two processes, {added} tokens, {counter} counters, nothing lost", each * 2);
}
