//! Wrong tries: a few are free, then they are waited out, and where the owner wants it the last one wipes the vault.

use std::fs;
use std::process::Stdio;
use std::time::{Duration, Instant};

use smartotp_core::vault::kdf::Cost;

use crate::harness::{Home, Outcome, totp};

fn wrong(home: &Home) -> Outcome {
    home.file("wrong", "not the password");
    home.with_secret("wrong", &["list", "--json"])
}

fn tries(home: &Home) -> u64 {
    home.json(&["vault", "info"])["wrong_tries"].as_u64().unwrap()
}

#[test]
fn five_wrong_tries_are_free_and_then_every_call_waits() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    for made in 1..=5 {
        let outcome = wrong(&home);
        let error = outcome.error();
        assert_eq!((outcome.code, &error["code"], &error["wrong_tries"]), (3, &"wrong_password".into(), &made.into()));
        assert_eq!(error["retry_after"].is_null(), made < 5, "{error}");
    }
    let start = Instant::now();
    for arguments in
        [&["code", "github"][..], &["list"], &["export", "--to", "json"], &["vault", "slots", "remove", "pin"]]
    {
        // The right password doesn't help, nor does none: nobody is asked.
        for outcome in [home.run(&[arguments, &["--json"]].concat()), home.locked(&[arguments, &["--json"]].concat())] {
            let error = outcome.error();
            assert_eq!((outcome.code, outcome.out.as_str(), &error["code"]), (3, "", &"wait".into()), "{arguments:?}");
            assert!((1..=30).contains(&error["retry_after"].as_u64().unwrap()), "{error}");
        }
    }
    assert!(start.elapsed() < Duration::from_secs(10), "nothing is derived while there is a wait");
    let info = home.json(&["vault", "info"]);
    assert_eq!(info["wrong_tries"], 5);
    assert!(info["retry_after"].as_u64().is_some_and(|seconds| seconds <= 30));
}

#[test]
fn a_missing_password_is_no_try_and_wrong_ones_are_told_after_a_right_one() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    assert_eq!(home.locked(&["list"]).code, 3);
    home.file("empty", "");
    assert_eq!(home.with_secret("empty", &["list"]).code, 3);
    assert_eq!(tries(&home), 0);
    wrong(&home);
    wrong(&home);
    let outcome = home.run(&["code", "github", "--at", "59"]);
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "94287082\n"));
    assert!(outcome.err.contains("2 wrong tries"), "{outcome:?}");
    // Once: they are forgotten, but for the journal.
    assert_eq!(home.run(&["list"]).err, "");
    assert_eq!(tries(&home), 0);
    let log = home.json(&["vault", "log"]);
    let record = log.as_array().unwrap().iter().find(|record| record["event"] == "wrong-tries").unwrap();
    assert_eq!(record["count"], 2);
}

#[cfg(unix)]
#[test]
fn a_kill_in_the_middle_of_a_try_is_no_free_try() {
    // Long enough to be killed in.
    let home = Home::at_cost(Cost { memory_kib: 256 * 1024, passes: 8, lanes: 1 });
    let (vault, password) = (home.vault(), home.path("password"));
    for made in 1..=2 {
        let mut command = home.command(&["list", "--vault"]);
        command.arg(&vault).arg("--password-file").arg(&password).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let counted = || fs::read_to_string(home.path("vault.smartotp.device")).unwrap_or_default();
        let until = Instant::now() + Duration::from_secs(60);
        while !counted().contains(&format!(r#""failed":{made}"#)) {
            assert!(Instant::now() < until, "the try is counted before it is paid: {}", counted());
            std::thread::sleep(Duration::from_millis(2));
        }
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(tries(&home), made);
    }
}

#[test]
fn the_last_wrong_try_wipes_where_the_owner_wants_it() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let set = home.run(&["settings", "set", "wipe-after", "5"]);
    assert!(set.code == 0 && set.err.contains("wiped"), "{set:?}");
    for left in (1..=4).rev() {
        let outcome = wrong(&home);
        assert_eq!((outcome.code, &outcome.error()["tries_left"]), (3, &left.into()), "{outcome:?}");
    }
    let outcome = wrong(&home);
    assert_eq!((outcome.code, &outcome.error()["code"]), (3, &"wiped".into()), "{outcome:?}");
    assert!(!home.vault().exists() && !home.path("vault.smartotp.previous").exists());
    assert_eq!(home.run(&["list"]).code, 4);
    assert!(!fs::read_dir(home.path("")).unwrap().any(|entry| {
        let bytes = fs::read(entry.unwrap().path()).unwrap_or_default();
        bytes.starts_with(b"SmartOT")
    }));
}
