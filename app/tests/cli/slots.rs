//! What opens a vault: several ways at once, each of which can be added, changed, proven and taken away.

use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use serde_json::{Value, json};

use crate::harness::{Home, totp};

fn kinds(home: &Home) -> Vec<String> {
    let slots = home.locked(&["vault", "slots", "--json"]).json();
    slots.as_array().unwrap().iter().map(|slot| slot["kind"].as_str().unwrap().to_owned()).collect()
}

/// Adds a recovery key and leaves it in a file.
fn add_recovery(home: &Home) -> String {
    let outcome = home.run(&["vault", "slots", "add", "recovery", "--json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(outcome.err.contains("unproven"), "{outcome:?}");
    let key = outcome.json()["recovery_key"].as_str().unwrap().to_owned();
    home.file("recovery", &key);
    key
}

#[test]
fn a_recovery_key_opens_the_vault_however_it_is_typed() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let key = add_recovery(&home);
    assert_eq!(key.split('-').map(str::len).collect::<Vec<_>>(), [5; 8]);
    assert_eq!(kinds(&home), ["password", "recovery"]);
    home.file("typed", key.to_lowercase().replace('-', " "));
    for file in ["recovery", "typed"] {
        let outcome = home.with_secret(file, &["code", "github", "--at", "59", "--with", "recovery"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (0, "94287082\n"), "{outcome:?}");
    }
    // What can be no key is no try; another key is one.
    home.file("mistyped", key.replacen(|_| true, if key.starts_with('A') { "B" } else { "A" }, 1));
    let outcome = home.with_secret("mistyped", &["list", "--with", "recovery", "--json"]);
    assert_eq!((outcome.code, &outcome.error()["code"]), (3, &json!("bad_recovery_key")));
    assert_eq!(home.json(&["vault", "info"])["wrong_tries"], 0);
    home.file("another", "AAAAF-AAAAK-AAAAP-AAAAU-AAAAR-AAAA6-AAAA3-AAAAN");
    let outcome = home.with_secret("another", &["list", "--with", "recovery", "--json"]);
    assert_eq!((outcome.code, &outcome.error()["code"]), (3, &json!("wrong_recovery_key")));
    // A second one is refused, a new one takes its place.
    assert_eq!(home.run(&["vault", "slots", "add", "recovery"]).code, 8);
    let changed = home.run(&["vault", "slots", "change", "recovery", "--json"]);
    assert_ne!(changed.json()["recovery_key"], key);
    assert_eq!(home.with_secret("recovery", &["list", "--with", "recovery"]).code, 3);
}

/// Has the program make a recovery key and types back what `typed` makes of it.
fn confirmed(home: &Home, typed: impl Fn(&str) -> String) -> (i32, String) {
    let mut command = home.command(&["vault", "slots", "add", "recovery", "--json", "--confirm-file", "-", "--vault"]);
    command.arg(home.vault()).arg("--password-file").arg(home.path("password")).stdin(Stdio::piped());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let shown: Value = serde_json::from_str(&line).unwrap();
    let key = shown["recovery_key"].as_str().unwrap();
    child.stdin.take().unwrap().write_all(typed(key).as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}

#[test]
fn a_recovery_key_is_proven_by_typing_it_back() {
    let home = Home::new();
    let (code, err) = confirmed(&home, |_| "AAAAF-AAAAK-AAAAP-AAAAU-AAAAR-AAAA6-AAAA3-AAAAN".into());
    assert!(code == 2 && err.contains("recovery_key_differs"), "{err}");
    assert_eq!(kinds(&home), ["password"], "nothing was made");
    let (code, err) = confirmed(&home, str::to_lowercase);
    assert!(code == 0 && !err.contains("unproven"), "{err}");
    let slots = home.json(&["vault", "slots"]);
    assert_eq!((&slots[0]["last_proven"], &slots[1]["kind"]), (&Value::Null, &json!("recovery")));
    assert!(slots[1]["last_proven"].as_u64().unwrap() > 1_700_000_000);
}

#[test]
fn a_rehearsal_proves_a_way_in() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    add_recovery(&home);
    let proven = home.json(&["vault", "rehearse"]);
    assert_eq!((&proven["kind"], &proven["tokens"]), (&json!("password"), &json!(1)));
    let proven = home.with_secret("recovery", &["vault", "rehearse", "--with", "recovery", "--json"]);
    assert_eq!((proven.code, &proven.json()["kind"]), (0, &json!("recovery")));
    let slots = home.json(&["vault", "slots"]);
    assert!(slots.as_array().unwrap().iter().all(|slot| slot["last_proven"].is_u64()), "{slots}");
    // Without a password nothing of it is known.
    assert!(home.locked(&["vault", "slots", "--json"]).json()[0].get("last_proven").is_none());
    home.file("wrong", "not the password");
    assert_eq!(home.with_secret("wrong", &["vault", "rehearse"]).code, 3);
}

#[test]
fn a_slot_that_is_gone_opens_neither_the_vault_nor_the_copy_beside_it() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let last = home.run(&["vault", "slots", "remove", "password", "--json"]);
    assert_eq!((last.code, &last.error()["code"]), (8, &json!("last_slot")), "{last:?}");
    add_recovery(&home);
    assert_eq!(home.run(&["vault", "slots", "remove", "pin"]).code, 4);
    let removed = home.json(&["vault", "slots", "remove", "password"]);
    assert_eq!(removed.as_array().unwrap().len(), 1);
    let previous = home.path("vault.smartotp.previous");
    let elsewhere = home.file("elsewhere", fs::read(previous).unwrap());
    for vault in [home.vault(), elsewhere] {
        let vault = vault.to_str().unwrap();
        // By default too: nothing else is there to be opened by.
        for arguments in [&["list", "--with", "password"][..], &["list"]] {
            let outcome =
                home.plain(&[arguments, &["--vault", vault, "--password-file", &path(&home, "password")]].concat());
            assert_eq!(outcome.code, 3, "{outcome:?}");
        }
        let outcome = home.plain(&["list", "--vault", vault, "--password-file", &path(&home, "recovery")]);
        assert_eq!(outcome.code, 0, "the recovery key is all that is left: {outcome:?}");
    }
    // And back again.
    home.file("new", "another horse and another staple");
    let added = home
        .with_secret("recovery", &["vault", "slots", "add", "password", "--new-password-file", &path(&home, "new")]);
    assert_eq!(added.code, 0, "{added:?}");
    assert_eq!(home.with_secret("new", &["code", "github", "--at", "59"]).out, "94287082\n");
}

fn path(home: &Home, name: &str) -> String {
    home.path(name).to_str().unwrap().to_owned()
}

#[test]
fn a_changed_password_is_the_only_one() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    home.file("new", "another horse and another staple");
    let outcome = home.run(&["vault", "slots", "change", "password", "--new-password-file", &path(&home, "new")]);
    assert_eq!((outcome.code, outcome.err.as_str()), (0, ""), "{outcome:?}");
    assert_eq!(home.run(&["list"]).code, 3);
    assert_eq!(home.with_secret("new", &["list"]).code, 0);
    assert_eq!(home.with_secret("new", &["vault", "slots", "change", "pin"]).code, 4);
    assert_eq!(home.with_secret("new", &["vault", "slots", "change", "device"]).code, 8);
}

#[test]
fn weak_passwords_are_advised_against_and_taken() {
    let home = Home::new();
    for (password, word) in
        [("qwertyuiop", "tried first"), ("iloveyou", "tried first"), ("aaaaaaaaaaaa", "easy to guess")]
    {
        home.file("new", password);
        let outcome = home.run(&["vault", "password", "--new-password-file", &path(&home, "new")]);
        assert!(outcome.code == 0 && outcome.err.contains(word) && !outcome.err.contains(password), "{outcome:?}");
        home.file("password", password);
    }
    home.file("new", "");
    assert_eq!(home.run(&["vault", "password", "--new-password-file", &path(&home, "new")]).code, 3);
}

#[test]
fn without_a_keystore_there_is_no_pin() {
    let home = Home::new();
    home.file("pin", "583920");
    let outcome = home.run(&["vault", "slots", "add", "pin", "--new-password-file", &path(&home, "pin"), "--json"]);
    assert_eq!((outcome.code, &outcome.error()["code"]), (8, &json!("no_keystore")), "{outcome:?}");
    let outcome = home.with_secret("pin", &["list", "--with", "pin", "--json"]);
    assert_eq!((outcome.code, &outcome.error()["code"]), (3, &json!("no_such_slot")));
    assert_eq!(home.run(&["list", "--with", "face"]).code, 2);
    assert_eq!(home.run(&["vault", "slots", "add", "device"]).code, 2);
}

#[test]
fn a_vault_can_be_made_with_a_recovery_key() {
    let home = Home::bare();
    let made = home.run(&["vault", "create", "--recovery", "--json"]);
    assert_eq!(made.code, 0, "{made:?}");
    let lines: Vec<Value> = made.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    home.file("recovery", lines[0]["recovery_key"].as_str().unwrap());
    assert_eq!(lines[1]["slots"].as_array().unwrap().len(), 2);
    assert_eq!(home.with_secret("recovery", &["list", "--with", "recovery"]).code, 0);
}
