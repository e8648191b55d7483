//! `backup`: a folder as the place, two vaults that share it, and what is said when something is wrong there.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use crate::harness::{Home, Outcome, totp};

/// A token with another key than the others.
const BANK: &str = "otpauth://totp/Bank:mira?secret=JBSWY3DPEHPK3PXP&issuer=Bank";
const BACKUP_PASSWORD: &str = "a password of the backup";

/// A home with links whose backup is on, in a folder.
fn on(links: &[&str], folder: &str) -> Home {
    let home = Home::with(links);
    turn_on(&home, folder);
    home
}

fn turn_on(home: &Home, folder: &str) -> Value {
    let outcome = try_on(home, folder, BACKUP_PASSWORD);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    outcome.json()
}

fn try_on(home: &Home, folder: &str, password: &str) -> Outcome {
    let password = home.file("backup-password", password);
    let arguments = ["backup", "on", "--provider", "folder", "--path", folder, "--backup-password-file"];
    home.run(&[&arguments[..], &[password.to_str().unwrap(), "--json"]].concat())
}

fn files(folder: &str) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

fn issuers(home: &Home) -> Vec<String> {
    let list = home.json(&["list"]);
    let mut issuers: Vec<String> =
        list.as_array().unwrap().iter().map(|token| token["issuer"].as_str().unwrap().to_owned()).collect();
    issuers.sort();
    issuers
}

fn folder(home: &Home) -> String {
    home.path("cloud").to_str().unwrap().to_owned()
}

fn add(home: &Home, link: &str) {
    assert_eq!(home.feed(&["add", "-"], link).code, 0);
}

#[test]
fn a_backup_goes_there_and_comes_back() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let place = folder(&home);
    let report = turn_on(&home, &place);
    assert_eq!((&report["tokens"], &report["written"], &report["joined"]), (&1.into(), &true.into(), &false.into()));
    // What lies there is one file, called by the digest of its bytes, and says nothing to who looks at it.
    let written = files(&place);
    assert_eq!(written.len(), 1);
    let name = format!("{}.smartotp", report["version"].as_str().unwrap());
    assert_eq!(written[0].file_name().unwrap().to_str().unwrap(), name);
    let bytes = String::from_utf8_lossy(&fs::read(&written[0]).unwrap()).into_owned();
    assert!(["GitHub", "mira", "tokens", BACKUP_PASSWORD].iter().all(|word| !bytes.contains(word)));
    // Nothing new is not written.
    let again = home.json(&["backup", "now"]);
    assert_eq!((&again[0]["written"], files(&place).len()), (&false.into(), 1));
    let status = home.json(&["backup", "status"]);
    assert_eq!((&status["on"], &status["places"][0]["pending"]), (&true.into(), &false.into()));
    add(&home, BANK);
    assert_eq!(home.json(&["backup", "status"])["places"][0]["pending"], true);
    home.json(&["backup", "now"]);
    let list = home.json(&["backup", "list"]);
    assert_eq!((list.as_array().unwrap().len(), &list[0]["tokens"], &list[0]["newest"]), (2, &2.into(), &true.into()));
    assert_eq!(list[0]["parents"][0], list[1]["id"]);
    let inside = home.json(&["backup", "inspect", list[1]["id"].as_str().unwrap()]);
    assert_eq!(inside["tokens"][0]["issuer"], "GitHub");
    assert!(inside["tokens"][0].get("secret").is_none());
    // Deleted for good, and back.
    assert_eq!(home.run(&["rm", "GitHub", "--yes"]).code, 0);
    assert_eq!(home.run(&["bin", "empty", "--yes"]).code, 0);
    let version = list[1]["id"].as_str().unwrap();
    let beginning: String = version.chars().take(10).collect();
    let restored = home.json(&["backup", "restore", "--version", &beginning]);
    assert_eq!((&restored["added"], issuers(&home)), (&1.into(), vec!["Bank".to_owned(), "GitHub".to_owned()]));
    home.json(&["backup", "restore", "--version", version, "--replace"]);
    assert_eq!(issuers(&home), ["GitHub"]);
    assert_eq!(home.json(&["bin"])[0]["issuer"], "Bank");
}

#[test]
fn two_vaults_share_a_place() {
    let one = Home::with(&[&totp("GitHub", "mira")]);
    let place = folder(&one);
    turn_on(&one, &place);
    let other = Home::with(&[BANK]);
    let wrong = try_on(&other, &place, "another password");
    assert_eq!((wrong.code, wrong.error()["code"].as_str().unwrap().to_owned()), (3, "wrong_backup_password".into()));
    let report = turn_on(&other, &place);
    assert_eq!((&report["joined"], &report["added"]), (&true.into(), &1.into()));
    one.json(&["backup", "now"]);
    assert_eq!((issuers(&one), issuers(&other)), (issuers(&other), vec!["Bank".to_owned(), "GitHub".to_owned()]));
    let before = files(&place).len();
    for home in [&one, &other, &one] {
        assert_eq!(home.json(&["backup", "now"])[0]["written"], false);
    }
    assert_eq!(files(&place).len(), before, "they come to rest");
    // Another password: the other vault is told, and goes on with it.
    let new = one.file("new-password", "the new password");
    one.json(&["backup", "password", "--backup-password-file", new.to_str().unwrap()]);
    assert_eq!(other.run(&["backup", "now"]).code, 3);
    assert_eq!(try_on(&other, &place, BACKUP_PASSWORD).code, 3);
    assert_eq!(try_on(&other, &place, "the new password").code, 0);
    assert_eq!(other.run(&["backup", "now"]).code, 0);
}

#[test]
fn a_recovery_key_opens_a_backup_alone_or_beside_a_password() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let place = folder(&home);
    let at = ["--provider", "folder", "--path", &place];
    // No password is asked for: the key is all that opens it.
    let on = home.run(&[&["backup", "on", "--recovery-key"][..], &at].concat());
    assert_eq!(on.code, 0, "{on:?}");
    let key = on.out.lines().next().unwrap().to_owned();
    assert!(on.err.contains("shown this once"), "{on:?}");
    let list = |password: &str| {
        let other = Home::new();
        let file = other.file("key", password);
        other.run(&[&["backup", "list", "--json", "--backup-password-file", file.to_str().unwrap()][..], &at].concat())
    };
    assert_eq!(list(&key).json()[0]["tokens"], 1);
    assert_eq!(list(BACKUP_PASSWORD).code, 3);
    let again = home.run(&[&["backup", "on", "--json", "--recovery-key"][..], &at].concat());
    assert_eq!((again.code, again.error()["code"].as_str().unwrap().to_owned()), (8, "already_a_backup".into()));
    // A password instead ends it, and says so.
    let file = home.file("new-password", BACKUP_PASSWORD);
    let password = ["backup", "password", "--backup-password-file", file.to_str().unwrap()];
    let ended = home.run(&password);
    assert!(ended.code == 0 && ended.err.contains("opens it no more"), "{ended:?}");
    assert_eq!((list(&key).code, list(BACKUP_PASSWORD).code), (3, 0));
    // Both, in JSON: the key stands in a line of its own.
    let both = home.run(&[&password[..], &["--recovery-key", "--json"]].concat());
    let shown: Value = serde_json::from_str(both.out.lines().next().unwrap()).unwrap();
    let key = shown["recovery_key"].as_str().unwrap();
    assert_eq!((list(key).code, list(BACKUP_PASSWORD).code), (0, 0));
    assert!(!home.run(&[&password[..], &["--recovery-key"]].concat()).err.contains("no more"));
}

#[test]
fn a_new_vault_restores_without_turning_a_backup_on() {
    let one = Home::with(&[&totp("GitHub", "mira")]);
    let place = folder(&one);
    turn_on(&one, &place);
    let other = Home::new();
    let password = other.file("backup-password", BACKUP_PASSWORD);
    let at = ["--provider", "folder", "--path", &place, "--backup-password-file", password.to_str().unwrap()];
    let list = other.json(&[&["backup", "list"][..], &at].concat());
    let id = list[0]["id"].as_str().unwrap();
    assert_eq!(other.json(&[&["backup", "inspect", id][..], &at].concat())["tokens"][0]["issuer"], "GitHub");
    assert_eq!(other.json(&[&["backup", "restore"][..], &at].concat())["added"], 1);
    assert_eq!(
        (issuers(&other), other.json(&["backup", "status"])["on"].clone()),
        (vec!["GitHub".into()], false.into())
    );
}

#[test]
fn what_is_damaged_or_gone_is_said_and_takes_nothing_away() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let place = folder(&home);
    turn_on(&home, &place);
    let [file] = files(&place).try_into().unwrap();
    let id = home.json(&["backup", "list"])[0]["id"].as_str().unwrap().to_owned();
    let mut damaged = fs::read(&file).unwrap();
    damaged[700] ^= 1;
    fs::write(&file, &damaged).unwrap();
    for arguments in [&["backup", "list"][..], &["backup", "restore"], &["backup", "inspect", &id]] {
        let outcome = home.run(&[arguments, &["--json"]].concat());
        assert_eq!((outcome.code, &outcome.error()["exit"]), (5, &5.into()), "{arguments:?}: {outcome:?}");
    }
    // It is noticed, and a whole one is written beside it.
    let outcome = home.run(&["backup", "now", "--json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.err.contains("backup_torn"), "{outcome:?}");
    assert_eq!((files(&place).len(), issuers(&home)), (2, vec!["GitHub".to_owned()]));
    // Emptied: said, nothing is deleted here, and all of it goes there again.
    for file in files(&place) {
        fs::remove_file(file).unwrap();
    }
    let outcome = home.run(&["backup", "now", "--json"]);
    assert!(outcome.code == 0 && outcome.err.contains("backup_stepped_back"), "{outcome:?}");
    assert_eq!((files(&place).len(), issuers(&home)), (1, vec!["GitHub".to_owned()]));
    // The whole folder is away: a drive that is not plugged in.
    fs::rename(&place, home.path("away")).unwrap();
    let outcome = home.run(&["backup", "now", "--json"]);
    assert_eq!((outcome.code, outcome.error()["code"].as_str().unwrap().to_owned()), (7, "place_missing".into()));
    assert!(!home.path("cloud").exists(), "nothing is written beside a drive");
}

#[test]
fn versions_are_deleted_one_by_one_or_all_and_the_backup_is_turned_off() {
    let home = on(&[&totp("GitHub", "mira")], &folder(&Home::bare()));
    home.json(&["backup", "off"]);
    assert_eq!(home.run(&["backup", "now"]).code, 4);
    let place = folder(&home);
    turn_on(&home, &place);
    add(&home, BANK);
    home.json(&["backup", "now"]);
    let list = home.json(&["backup", "list"]);
    let oldest = list[1]["id"].as_str().unwrap();
    assert_eq!(home.run(&["backup", "delete", oldest]).code, 8);
    assert_eq!(home.json(&["backup", "delete", oldest, "--yes"])["deleted"][0], oldest);
    assert_eq!(home.run(&["backup", "delete", "0000000000", "--yes"]).code, 4);
    assert_eq!(home.json(&["backup", "prune"])["pruned"].as_array().unwrap().len(), 0);
    home.json(&["backup", "delete", "--yes"]);
    assert!(files(&place).is_empty());
    assert_eq!(home.run(&["backup", "restore"]).code, 4);
    let outcome = home.run(&["backup", "now", "--json"]);
    assert!(outcome.code == 0 && outcome.err.is_empty(), "what was deleted here is no surprise: {outcome:?}");
    home.json(&["backup", "off"]);
    assert_eq!((home.json(&["backup", "status"])["on"].clone(), files(&place).len()), (false.into(), 1));
}

#[test]
fn what_is_typed_wrong_is_usage_and_a_place_needs_a_password() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    assert_eq!(home.run(&["backup", "on"]).code, 2);
    assert_eq!(home.run(&["backup", "on", "--provider", "folder"]).code, 2);
    assert_eq!(home.run(&["backup", "on", "--provider", "pigeon"]).code, 2);
    let place = folder(&home);
    let outcome = home.run(&["backup", "on", "--provider", "folder", "--path", &place, "--json"]);
    assert_eq!(
        (outcome.code, outcome.error()["code"].as_str().unwrap().to_owned()),
        (3, "missing_backup_password".into())
    );
    assert_eq!(home.locked(&["backup", "status"]).code, 3);
    for command in ["now", "list", "restore", "password", "prune", "off"] {
        assert_eq!(home.run(&["backup", command]).code, 4, "{command}");
    }
    assert_eq!(home.run(&["backup", "inspect", "abcd"]).code, 4);
}
