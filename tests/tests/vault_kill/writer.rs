//! What the processes do that are killed: one change after another, each said once it is acknowledged.
//!
//! `tests/power-cut` starts them too.

use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use smartotp_core::token::{Kind, TokenId};
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, Edit, NewSlot, Notice, OpenError, Session};

use super::known::Known;
use super::place::{bank, enrolment, environment, furnish, open, password, pin, random};

/// Where a writer finds its vault; also what tells it that it is one.
const FOLDER: &str = "SMARTOTP_TEST_WRITER_FOLDER";
/// What it is to do.
const WORK: &str = "SMARTOTP_TEST_WRITER_WORK";

/// What a writer does.
#[derive(Clone, Copy)]
pub(crate) enum Work {
    /// Every kind of change, without end.
    Everything,
    /// Wrong passwords, without end.
    WrongTries,
    /// The first write to a vault of version 1.
    Upgrade,
    /// So many writes, beside another one that does the same.
    Together(u64),
}

pub(crate) fn start(folder: &Path, work: Work) -> Child {
    let work = match work {
        Work::Everything => "everything".to_owned(),
        Work::WrongTries => "tries".to_owned(),
        Work::Upgrade => "upgrade".to_owned(),
        Work::Together(writes) => writes.to_string(),
    };
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "writer", "--nocapture", "--test-threads=1"]).env(FOLDER, folder).env(WORK, work);
    command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap()
}

/// Does what it was started for; nothing in an ordinary run of the tests.
pub(crate) fn work() {
    let Some(folder) = std::env::var_os(FOLDER).map(PathBuf::from) else { return };
    match std::env::var(WORK).unwrap().as_str() {
        "everything" => everything(&folder),
        "tries" => wrong_tries(&folder),
        "upgrade" => upgrade(&folder),
        "furnish" => furnish(&folder),
        "check" => check(&folder),
        writes => together(&folder, writes.parse().unwrap()),
    }
}

/// In one write, so that a line is whole or not there.
fn say(line: &str) {
    std::io::stdout().write_all(format!("\n{line}\n").as_bytes()).unwrap();
}

/// For `tests/power-cut`: whether the vault of a folder keeps all that a writer said in the file `said`.
fn check(folder: &Path) {
    let mut known = Known::default();
    let at = known.hear(&std::fs::read_to_string(folder.join("said")).unwrap());
    let (mut session, notices) = open(folder);
    assert!(notices.iter().all(|notice| *notice == Notice::LeftoverCleaned), "{notices:?}");
    known.check(&mut session, at);
    say(&format!("kept {}", known.lines));
}

fn everything(folder: &Path) {
    let (mut session, _) = open(folder);
    let bank = bank(&session);
    let mut number = random(u64::MAX / 2);
    let mut life = (None, 0);
    loop {
        number += 1;
        match random(12) {
            0 | 1 => {
                let (_, counter) = session.next_code(bank).unwrap();
                say(&format!("used {counter}"));
            }
            2 => {
                session.record(Event::Exported { tokens: 1 }, number);
                say(&format!("event {number}"));
            }
            3 => {
                session.used(bank, number);
                session.flush_journal();
                say("counted 1");
            }
            4 => {
                let number = random(400_000);
                say(&format!("password-next {number}"));
                session.replace_slot(NewSlot::Password(password(number), Cost::FLOOR)).unwrap();
                say(&format!("password {number}"));
            }
            5 => {
                let number = random(400_000);
                say(&format!("pin-next {number}"));
                session.replace_slot(NewSlot::Pin(pin(number), Cost::FLOOR)).unwrap();
                say(&format!("pin {number}"));
            }
            _ => life = next_step(&mut session, life),
        }
    }
}

/// A token's life, a write for each step: added, noted, binned, restored, binned again, purged.
fn next_step(session: &mut Session, life: (Option<TokenId>, u8)) -> (Option<TokenId>, u8) {
    let (Some(id), step) = life else {
        let id = session.add(vec![enrolment("New", Kind::usual_totp())]).unwrap().added[0].1;
        say(&format!("lived {id} 0"));
        return (Some(id), 0);
    };
    match step {
        0 => session.edit(id, Edit { note: Some("noted".into()), ..Edit::default() }),
        1 | 3 => session.remove(&[id], 1_700_000_000),
        2 => session.restore(&[id]),
        _ => session.purge(&[id]),
    }
    .unwrap();
    say(&format!("lived {id} {}", step + 1));
    if step == 4 { (None, 0) } else { (Some(id), step + 1) }
}

fn wrong_tries(folder: &Path) {
    loop {
        say("try begins");
        match Session::open(environment(folder), Credential::Password("not the password".into())) {
            Err(OpenError::WrongPassword) => say("try answered"),
            other => panic!("{:?}", other.map(|_| ())),
        }
    }
}

fn upgrade(folder: &Path) {
    let (mut session, _) = Session::open(environment(folder), Credential::Device).unwrap();
    say("open");
    session.add(vec![enrolment("Second", Kind::usual_totp())]).unwrap();
    say("upgraded now");
}

fn together(folder: &Path, writes: u64) {
    let (mut session, _) = open(folder);
    let bank = bank(&session);
    let mut mine = None;
    for number in 0..writes {
        match (number % 10, mine) {
            (0, _) | (_, None) => {
                let id = session.add(vec![enrolment("New", Kind::usual_totp())]).unwrap().added[0].1;
                say(&format!("added {id}"));
                mine = Some(id);
            }
            (5, Some(id)) => {
                session.edit(id, Edit { note: Some(number.to_string()), ..Edit::default() }).unwrap();
                say(&format!("noted {id} {number}"));
            }
            _ => {
                let (_, counter) = session.next_code(bank).unwrap();
                say(&format!("used {counter}"));
            }
        }
    }
}
