//! What was typed, shown and drawn on the pages of the window is gone from memory after the lock.
//!
//! The phone is this test binary, started anew: who looks for a secret holds it, and must not find its own copy. It has
//! the allocator of the app, since it is linked with it.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test ends where its ground gives way")]

#[path = "../../app/tests/process/scan.rs"]
mod scan;

use std::fs::File;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::os::fd::AsFd as _;
use std::process::{Command, Stdio};
use std::time::Duration;

use scan::{Needle, find, has, may_look};
use smartotp as _;
use smartotp_core::vault::{Entropy as _, SystemEntropy};
use smartotp_tests::phone::{Glass, Phone};

/// Tells the second start that it is the phone.
const PHONE: &str = "SMARTOTP_TEST_PHONE";
const TIME: u64 = 1_700_000_000;

fn random() -> Vec<u8> {
    let mut bytes = vec![0; 20];
    SystemEntropy.fill(&mut bytes).unwrap();
    bytes
}

#[test]
fn every_page_forgets_what_was_on_it() {
    if std::env::var_os(PHONE).is_some() {
        return phone();
    }
    if !may_look() {
        return;
    }
    let (secret, password) = (random(), data_encoding::BASE32_NOPAD.encode(&random()).to_lowercase());
    let needles = [Needle::bytes("token secret", &secret), Needle::text("password", &password)];
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "every_page_forgets_what_was_on_it", "--nocapture"]).env(PHONE, "1");
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut tell = child.stdin.take().unwrap();
    let mut said = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut wait =
        |word: &str| assert!(said.any(|line| line.unwrap().ends_with(word)), "the phone stopped before {word}");
    writeln!(tell, "{password} {}", data_encoding::BASE32_NOPAD.encode(&secret)).unwrap();
    wait("open");
    let found = find(child.id(), &needles);
    assert!(has(&found, "token secret") && has(&found, "password"), "nothing to be found: {found:#?}");
    writeln!(tell).unwrap();
    wait("locked");
    let found = find(child.id(), &needles);
    writeln!(tell).unwrap();
    assert!(child.wait().unwrap().success());
    assert!(found.is_empty(), "{found:#?}");
}

/// A line of standard input, past the buffer that the standard library keeps.
fn line() -> String {
    let mut file = File::from(std::io::stdin().as_fd().try_clone_to_owned().unwrap());
    let mut line = Vec::with_capacity(512);
    let mut byte = [0];
    while file.read(&mut byte).unwrap() == 1 && byte != *b"\n" {
        line.push(byte[0]);
    }
    String::from_utf8(line).unwrap()
}

/// Goes through every page that is given a secret or shows one.
fn phone() {
    let given = line();
    let (password, key) = given.split_once(' ').unwrap();
    let phone = Phone::new(Glass::PHONE, TIME);
    phone.tap("Start fresh");
    phone.type_into("Password", password);
    phone.type_into("The same once more", password);
    phone.tap("Create the vault");
    phone.tap("Add your first token");
    phone.tap("Type it in");
    phone.type_into("Issuer", "Bank");
    phone.type_into("Secret key", key);
    phone.pass(Duration::from_millis(400));
    drop(phone.picture());
    phone.tap("Save token");
    phone.at(TIME);
    let card = phone.spoken("Bank").unwrap();
    phone.tap(&card);
    phone.hold(&card);
    phone.tap("Unlock to show");
    phone.tap("Show the password");
    phone.type_into("Your password", password);
    drop(phone.picture());
    phone.tap("Show for one minute");
    drop(phone.picture());
    println!("\nopen");
    line();
    phone.ui().lock();
    phone.settle();
    drop(phone.picture());
    phone.pass(Duration::from_secs(2));
    drop(given);
    println!("\nlocked");
    line();
}
