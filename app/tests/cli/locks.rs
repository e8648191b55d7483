//! Vaults, passwords, damage: what opens, what doesn't, and which exit code says so.

use std::fs;

use crate::harness::{Home, PASSWORD, finish, totp};

#[test]
fn a_missing_password_is_three_and_no_prompt_hangs() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let vault = home.vault();
    let outcome = home.plain(&["code", "github", "--json", "--vault", vault.to_str().unwrap()]);
    assert_eq!((outcome.code, outcome.out.as_str()), (3, ""));
    assert_eq!(outcome.error()["code"], "missing_password");
    let absent = home.path("absent");
    let outcome =
        home.plain(&["list", "--vault", vault.to_str().unwrap(), "--password-file", absent.to_str().unwrap()]);
    assert_eq!(outcome.code, 3);
    let empty = home.file("empty", "\n");
    let outcome = home.plain(&["list", "--vault", vault.to_str().unwrap(), "--password-file", empty.to_str().unwrap()]);
    assert_eq!(outcome.code, 3);
}

#[test]
fn a_wrong_password_is_three_and_is_not_repeated() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    home.file("password", "not the password");
    let outcome = home.run(&["list", "--json"]);
    assert_eq!(outcome.code, 3);
    assert_eq!(outcome.error()["code"], "wrong_password");
    assert!(!outcome.err.contains("not the password"));
}

#[cfg(unix)]
#[test]
fn a_password_by_descriptor_is_one_line() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    // The password first, then links, all on standard input.
    let vault = home.vault();
    let arguments = ["add", "-", "--password-fd", "0", "--vault", vault.to_str().unwrap()];
    let input = format!("{PASSWORD}\notpauth://totp/Bank?secret=GEZDGNBVGY3TQOJQ\n");
    // The links are read before the password is asked for: the password must be the line that is left.
    let outcome = finish(home.command(&arguments), &input);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    // A descriptor of its own.
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(format!(
        "'{}' code bank --at 0 --vault '{}' --password-fd 3 3<'{}'",
        env!("CARGO_BIN_EXE_smartotp"),
        vault.display(),
        home.path("password").display()
    ));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let outcome = finish(shell, "");
    assert_eq!((outcome.code, outcome.out.len()), (0, 7), "{outcome:?}");
    // One that is not open.
    assert_eq!(finish(home.command(&["list", "--password-fd", "77", "--vault", vault.to_str().unwrap()]), "").code, 3);
}

#[test]
fn a_vault_is_made_once() {
    let home = Home::bare();
    assert_eq!(home.run(&["list"]).code, 4);
    let made = home.json(&["vault", "create"]);
    assert_eq!(made["slots"][0]["kind"], "password");
    assert!(made["slots"][0]["memory_kib"].as_u64().unwrap() >= 19 * 1024);
    let before = fs::read(home.vault()).unwrap();
    let again = home.run(&["vault", "create", "--json"]);
    assert_eq!((again.code, &again.error()["code"]), (8, &"vault_exists".into()));
    assert_eq!(fs::read(home.vault()).unwrap(), before);
    assert_eq!(home.run(&["list", "--json"]).out, "[]\n");
}

#[test]
fn the_vault_tells_about_itself_without_a_password() {
    let home = Home::new();
    let vault = home.vault();
    let vault = vault.to_str().unwrap();
    for command in ["info", "slots"] {
        let outcome = home.plain(&["vault", command, "--vault", vault, "--json"]);
        assert_eq!(outcome.code, 0, "{outcome:?}");
    }
    let outcome = home.plain(&["vault", "slots", "--vault", vault, "--json"]);
    assert_eq!(outcome.json()[0]["kind"], "password");
}

#[test]
fn a_new_password_shuts_the_old_one_out() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let new = home.file("new", "another horse");
    let outcome = home.run(&["vault", "password", "--new-password-file", new.to_str().unwrap()]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(home.run(&["list"]).code, 3);
    home.file("password", "another horse");
    assert_eq!(home.run(&["code", "github", "--at", "59"]).out, "94287082\n");
}

#[test]
fn damage_is_five_and_never_an_empty_list() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let whole = fs::read(home.vault()).unwrap();
    let previous = home.path("vault.smartotp.previous");
    fs::remove_file(&previous).unwrap_or_default();
    for place in [20, whole.len() / 2, whole.len() - 1] {
        let mut damaged = whole.clone();
        damaged[place] ^= 1;
        fs::write(home.vault(), &damaged).unwrap();
        let outcome = home.run(&["list", "--json"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (5, ""), "byte {place}: {outcome:?}");
    }
    fs::write(home.vault(), "a text").unwrap();
    assert_eq!(home.run(&["list"]).code, 5);
}

#[test]
fn without_a_keystore_no_vault_opens_by_itself() {
    let home = Home::bare();
    let outcome = home.run(&["vault", "create", "--slot", "device", "--json"]);
    assert_eq!(outcome.code, 8, "{outcome:?}");
    assert!(!home.vault().exists());
}
