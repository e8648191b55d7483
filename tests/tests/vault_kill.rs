//! A process that is killed while it writes loses nothing that it said was saved, and two that write at once lose nothing at all.
//!
//! The writers are this test binary, started anew. Their keystore is a folder, so that no password has to be paid for.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::Secret;
use smartotp_core::token::{Algorithm, Counter, Digits, Kind};
use smartotp_core::vault::{
    Credential, Edit, Entropy as _, Environment, Keystore, KeystoreError, NewSlot, Notice, ProcessClock, Session,
    SystemEntropy,
};

/// Where a writer finds its vault; also what tells it that it is one.
const FOLDER: &str = "SMARTOTP_TEST_WRITER_FOLDER";
const ROUNDS: &str = "SMARTOTP_TEST_WRITER_ROUNDS";

/// A keystore that two processes share: a file for each entry.
struct FolderKeystore(PathBuf);

impl FolderKeystore {
    fn file(&self, name: &str) -> PathBuf {
        self.0.join(name.replace(' ', "_"))
    }
}

impl Keystore for FolderKeystore {
    fn get(&self, name: &str) -> Result<Option<Secret>, KeystoreError> {
        Ok(fs::read(self.file(name)).ok().map(Secret::from_bytes))
    }

    fn set(&self, name: &str, secret: &Secret) -> Result<(), KeystoreError> {
        let new = self.0.join(format!("new-{}", std::process::id()));
        fs::write(&new, secret.expose()).unwrap();
        fs::rename(new, self.file(name)).unwrap();
        Ok(())
    }

    fn remove(&self, name: &str) -> Result<(), KeystoreError> {
        fs::remove_file(self.file(name)).ok();
        Ok(())
    }
}

fn environment(folder: &Path) -> Environment {
    Environment {
        file: folder.join("vault.smartotp"),
        entropy: Arc::new(SystemEntropy),
        keystore: Some(Arc::new(FolderKeystore(folder.join("keystore")))),
        boot: Arc::new(ProcessClock::start()),
    }
}

fn new_vault() -> (tempfile::TempDir, Session) {
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("keystore")).unwrap();
    let mut session = Session::create(environment(folder.path()), NewSlot::Device).unwrap();
    let kind = Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(0) };
    session.add(vec![Enrolment::new("Bank".into(), "a".into(), Secret::from_bytes(vec![1; 20]), kind)]).unwrap();
    (folder, session)
}

fn random(below: u64) -> u64 {
    let mut bytes = [0; 8];
    SystemEntropy.fill(&mut bytes).unwrap();
    u64::from_le_bytes(bytes) % below
}

/// A writer; one without end has the vault for itself and changes its lock too.
fn start_writer(folder: &Path, rounds: Option<u64>) -> Child {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]).env(FOLDER, folder);
    if let Some(rounds) = rounds {
        command.env(ROUNDS, rounds.to_string());
    }
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Not a test of its own: what the writers do.
#[test]
fn writer() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    let rounds: Option<u64> = std::env::var(ROUNDS).ok().map(|rounds| rounds.parse().unwrap());
    let (mut session, _) = Session::open(environment(&folder), Credential::Device).unwrap();
    let bank = session.contents().tokens()[0].id;
    let say = |line: String| std::io::stdout().write_all(line.as_bytes()).unwrap();
    for round in 0..rounds.unwrap_or(u64::MAX) {
        let mut secret = vec![0; 20];
        SystemEntropy.fill(&mut secret).unwrap();
        let enrolment = Enrolment::new("New".into(), "a".into(), Secret::from_bytes(secret), Kind::usual_totp());
        let id = session.add(vec![enrolment]).unwrap().added[0].1;
        say(format!("\nadded {id}\n"));
        let (_, counter) = session.next_code(bank).unwrap();
        say(format!("\nused {counter}\n"));
        session.edit(id, Edit { note: Some("noted".into()), ..Edit::default() }).unwrap();
        say(format!("\nnoted {id}\n"));
        if rounds.is_none() && round % 4 == 3 {
            session.change_lock(NewSlot::Device).unwrap();
        }
    }
}

/// Whether everything that a writer said is so.
fn check(session: &Session, said: &str) {
    let contents = session.contents();
    for line in said.lines() {
        match line.split_once(' ') {
            Some(("added", id)) => assert!(contents.token(id.parse().unwrap()).is_some(), "{id} is lost"),
            Some(("noted", id)) => assert_eq!(contents.token(id.parse().unwrap()).unwrap().note, "noted"),
            Some(("used", counter)) => {
                let used: u64 = counter.parse().unwrap();
                assert!(contents.tokens()[0].kind.counter().unwrap().0 > used, "{used} would be shown again");
            }
            _ => {}
        }
    }
}

#[test]
fn a_hundred_kills_lose_nothing() {
    let (folder, session) = new_vault();
    drop(session);
    let (mut acknowledged, mut leftovers) = (0, 0);
    for _ in 0..100 {
        let mut writer = start_writer(folder.path(), None);
        thread::sleep(Duration::from_micros(5_000 + random(60_000)));
        writer.kill().unwrap();
        let said = String::from_utf8(writer.wait_with_output().unwrap().stdout).unwrap();
        // A last line that was cut off was not acknowledged.
        let said = said.rsplit_once('\n').map_or("", |(whole, _)| whole);
        let (session, notices) = Session::open(environment(folder.path()), Credential::Device).unwrap();
        assert!(notices.iter().all(|notice| *notice == Notice::LeftoverCleaned), "{notices:?}");
        check(&session, said);
        acknowledged += said.lines().filter(|line| line.contains(' ')).count();
        leftovers += notices.len();
    }
    println!("100 kills, {acknowledged} acknowledged lines, {leftovers} leftovers cleaned, nothing lost");
    assert!(acknowledged > 0, "the writers never came to write");
}

#[test]
fn two_processes_at_once_lose_nothing() {
    let (folder, mut session) = new_vault();
    let writers: Vec<_> = (0..2).map(|_| start_writer(folder.path(), Some(20))).collect();
    let said: Vec<_> = writers
        .into_iter()
        .map(|writer| {
            let output = writer.wait_with_output().unwrap();
            assert!(output.status.success());
            String::from_utf8(output.stdout).unwrap()
        })
        .collect();
    session.refresh().unwrap();
    assert_eq!(session.contents().tokens().len(), 41);
    let mut used: Vec<u64> = Vec::new();
    for said in &said {
        check(&session, said);
        used.extend(said.lines().filter_map(|line| line.strip_prefix("used ")?.parse::<u64>().ok()));
    }
    used.sort_unstable();
    assert_eq!(used, (0..40).collect::<Vec<_>>(), "each counter once");
}
