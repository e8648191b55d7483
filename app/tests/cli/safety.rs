//! Nothing leaks: no secret in what failing calls say, no foreign name that drives a terminal.

use crate::harness::{Home, RFC_KEY, finish, totp};

#[test]
fn failing_calls_repeat_no_secret() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let key = "GEZDGNBVGY3TQOJ1";
    let uri = format!("otpauth://totp/A?secret={key}");
    let file = home.file("key", key);
    let file = file.to_str().unwrap();
    for arguments in [
        &["add", &uri][..],
        &["add", key],
        &["list", "a", &uri],
        &["list", "a", key],
        &[&uri],
        &[key],
        &["add", &format!("--secret={key}")],
        &["code", "--at", key],
        &["add", "--issuer", "A", "--digits", key],
        &["add", "--issuer", "A", "--type", key],
        &["add", "--issuer", "A", "--secret-file", file],
        &["import", file],
        &["vault", key],
    ] {
        for json in [false, true] {
            let outcome = home.run(&[arguments, if json { &["--json"] } else { &[] }].concat());
            assert!(matches!(outcome.code, 2 | 6), "{arguments:?}: {outcome:?}");
            assert!(
                !outcome.err.contains("GNBVGY3T") && !outcome.out.contains("GNBVGY3T"),
                "{arguments:?}: {outcome:?}"
            );
        }
    }
}

#[test]
fn a_foreign_name_cannot_drive_the_terminal() {
    let home = Home::with(&[&format!("otpauth://totp/%1B%5B2J%0A:%E2%80%AEx?secret={RFC_KEY}")]);
    let outcome = home.run(&["list"]);
    assert!(!outcome.out.contains('\u{1b}') && !outcome.out.contains('\u{202e}'), "{outcome:?}");
    assert_eq!(outcome.out.lines().count(), 1);
}

#[cfg(unix)]
#[test]
fn a_reader_that_leaves_early_is_no_error() {
    let home = Home::new();
    let mut shell = std::process::Command::new("sh");
    let binary = env!("CARGO_BIN_EXE_smartotp");
    shell.arg("-c").arg(format!("('{binary}' man; echo $? >&2) | true"));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let outcome = finish(shell, "");
    assert!(outcome.err == "0\n", "{outcome:?}");
    drop(home);
}

#[test]
fn quiet_says_only_the_result() {
    let home = Home::new();
    let outcome = home.feed(&["add", "-", "--quiet"], &totp("GitHub", "mira"));
    assert_eq!((outcome.code, outcome.out.as_str(), outcome.err.as_str()), (0, "", ""));
    assert_eq!(home.run(&["--quiet", "code", "github", "--at", "59"]).out, "94287082\n");
}
