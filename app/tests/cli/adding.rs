//! `add`: links and keys in, duplicates recognised, bad input told.

use serde_json::json;

use crate::harness::{Home, RFC_KEY, hotp, totp};

#[test]
fn one_link_a_line_and_a_bad_one_holds_up_no_other() {
    let home = Home::new();
    let lines =
        format!("# mine\n\n{}\notpauth://totp/Bad?secret=1!\n  {}\n", totp("GitHub", "mira"), hotp("Bank", "m"));
    let outcome = home.feed(&["add", "-", "--json"], &lines);
    assert_eq!(outcome.code, 6);
    let report = outcome.json();
    assert_eq!(report["added"].as_array().unwrap().len(), 2);
    assert_eq!(report["unreadable"][0]["entry"], "line 4");
    assert_eq!(report["added"][0]["issuer"], "GitHub");
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_token_is_never_doubled() {
    let home = Home::with(&[&totp("GitHub", "mira-keller")]);
    let again = home.feed(&["add", "-"], &totp("Other", "name"));
    assert_eq!(again.code, 0);
    assert_eq!(again.out, "This token is already here, under \"GitHub, mira-keller\". Nothing was added.\n");
    let report = home.feed(&["add", "-", "--json"], &totp("Other", "name")).json();
    assert_eq!(report["duplicates"][0]["id"], home.json(&["list"])[0]["id"]);
    assert_eq!(report["added"], json!([]));
    // Another period makes other codes.
    assert_eq!(home.feed(&["add", "-"], &(totp("Other", "name") + "&period=60")).code, 0);
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 2);
}

#[test]
fn a_link_as_an_argument_works_and_warns() {
    let home = Home::new();
    let outcome = home.run(&["add", &totp("GitHub", "mira")]);
    assert_eq!(outcome.code, 0);
    assert!(outcome.err.contains("can see"), "{outcome:?}");
    assert!(!outcome.err.contains(RFC_KEY));
    assert_eq!(home.run(&["code", "github", "--at", "59"]).out, "94287082\n");
}

#[test]
fn a_dry_run_changes_nothing_and_needs_no_vault() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let lines = format!("{}\n{}\n{}", totp("Again", "x"), hotp("Bank", "m"), hotp("Bank", "m"));
    let report = home.feed(&["add", "-", "--dry-run", "--json"], &lines).json();
    let count = |name: &str| report[name].as_array().unwrap().len();
    assert_eq!((count("added"), count("duplicates")), (1, 2));
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 1);

    let bare = Home::bare();
    let outcome = bare.feed(&["add", "-", "--dry-run"], &totp("GitHub", "mira"));
    assert_eq!((outcome.code, outcome.out.as_str()), (0, "New: GitHub, mira\n"));
    assert!(!bare.vault().exists());
}

#[test]
fn a_typed_key_with_everything_beside_it() {
    let home = Home::new();
    let key = home.file("key", "gezd gnbv gy3t qojq-gezd gnbv gy3t qojq\n");
    let key = key.to_str().unwrap();
    let add = |more: &[&str]| home.run(&[&["add", "--account", "mira", "--secret-file", key], more].concat());
    assert_eq!(add(&["--issuer", "A", "--digits", "8"]).code, 0);
    assert_eq!(home.run(&["code", "A", "--at", "59"]).out, "94287082\n");
    assert_eq!(add(&["--issuer", "B", "--type", "hotp", "--counter", "9"]).code, 0);
    assert_eq!(home.run(&["code", "B"]).out, "520489\n");
    assert_eq!(add(&["--issuer", "C", "--algorithm", "sha256", "--period", "60"]).code, 0);
    let token = &home.json(&["list", "C"])[0];
    assert_eq!((&token["algorithm"], &token["period"]), (&json!("SHA256"), &json!(60)));
    assert_eq!(add(&["--issuer", "D", "--type", "ocra", "--suite", "OCRA-1:HOTP-SHA1-6:QN08"]).code, 0);
    assert_eq!(home.run(&["sign", "D", "--challenge", "00000000"]).out, "237653\n");
    // From standard input.
    let outcome = home.feed(&["add", "--issuer", "E", "--secret-file", "-"], "JBSWY3DPEHPK3PXP\n");
    assert_eq!(outcome.code, 0, "{outcome:?}");
}

#[test]
fn motp_and_yandex_take_their_pin_from_a_file() {
    let home = Home::new();
    let key = home.file("motp", "e3152afee62599c8");
    let pin = home.file("pin", "1234\n");
    let outcome = home.run(&[
        "add",
        "--issuer",
        "M",
        "--type",
        "motp",
        "--secret-file",
        key.to_str().unwrap(),
        "--pin-file",
        pin.to_str().unwrap(),
    ]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert_eq!(home.run(&["code", "M", "--at", "165892298"]).out, "e7d8b6\n");
    let exported = home.json(&["export", "--to", "json"]);
    assert_eq!(exported[0]["pin"], "1234");
}

#[test]
fn check_characters_are_stripped_and_never_a_refusal() {
    let home = Home::new();
    let add = |name: &str, key: &str, more: &[&str]| {
        let file = home.file("key", key);
        home.run(&[&["add", "--issuer", name, "--secret-file", file.to_str().unwrap()], more].concat())
    };
    let plain = add("Plain", "bbm6tcmgp5d2wjw2", &[]);
    assert_eq!(plain.code, 0, "{plain:?}");
    let checked = add("Checked", "bbm6tcmgp5d2wjw297", &["--protectimus-checksum"]);
    assert_eq!(checked.code, 0);
    assert!(checked.out.contains("already here"), "the same key: {checked:?}");
    let unsure = add("Unsure", "GEZDGNBVGY3TQOJQ00", &["--protectimus-checksum"]);
    assert_eq!(unsure.code, 0);
    assert!(unsure.err.contains("check characters"), "{unsure:?}");
    let unticked = add("Unticked", "BBM6 TCMG P5D2 WJW2 97", &[]);
    assert_eq!(unticked.code, 6);
    assert!(unticked.err.contains("--protectimus-checksum"), "{unticked:?}");
}

#[test]
fn check_characters_are_expected_of_protectimus_and_nobody_else() {
    let home = Home::new();
    let add = |issuer: &str, account: &str, key: &str, more: &[&str]| {
        let file = home.file("key", key);
        let args = ["add", "--issuer", issuer, "--account", account, "--secret-file", file.to_str().unwrap()];
        home.run(&[&args[..], more].concat())
    };
    assert_eq!(add("Protectimus", "checked", "bbm6tcmgp5d2wjw297", &[]).code, 0);
    let plain = add("ACME", "plain", "bbm6tcmgp5d2wjw2", &[]);
    assert!(plain.out.contains("already here"), "the same key: {plain:?}");
    let refused = add("Protectimus", "refused", "bbm6tcmgp5d2wjw297", &["--no-protectimus-checksum"]);
    assert_eq!(refused.code, 6, "{refused:?}");
    // A key that an encoder wrote, whose end fits no rule, has no check characters.
    assert_eq!(add("Protectimus", "whole", "GEZDGNBVGY3TQOJQ", &[]).code, 0);
    let same = add("ACME", "same", "GEZDGNBVGY3TQOJQ", &[]);
    assert!(same.out.contains("already here"), "{same:?}");
    let cut = add("Protectimus", "cut", "GEZDGNBVGY3TQOJQ", &["--protectimus-checksum"]);
    assert!(cut.out.contains("Added") && cut.err.contains("check characters"), "{cut:?}");
}

#[test]
fn links_that_carry_no_pin_take_the_one_from_the_file() {
    let home = Home::new();
    let pin = home.file("pin", "1234\n");
    let link = "motp://M:mira?secret=e3152afee62599c8";
    let without = home.feed(&["add", "-"], link);
    assert_eq!(without.code, 6);
    assert!(without.err.contains("--pin-file"), "{without:?}");
    let with = home.feed(&["add", "-", "--pin-file", pin.to_str().unwrap()], link);
    assert_eq!(with.code, 0, "{with:?}");
    assert_eq!(home.run(&["code", "M", "--at", "165892298"]).out, "e7d8b6\n");
}

#[test]
fn bad_input_is_six_and_names_what_is_wrong() {
    let home = Home::new();
    for (link, words) in [
        ("hello", "no enrolment"),
        ("otpauth://totp/A?secret=", "key"),
        ("otpauth://totp/A?secret=GEZ1", "\"1\" never occurs"),
        ("otpauth://totp/A?secret=GEZDGNBV&secret=GEZDGNBV", "twice"),
        ("otpauth://totp/A?secret=GEZDGNBV&algorithm=MD5", "MD5"),
        ("otpauth://totp/A?secret=GEZDGNBV&digits=11", "digits"),
        ("otpauth://totp/A?secret=GEZDGNBV&period=0", "period"),
        ("otpauth://nope/A?secret=GEZDGNBV", "nope"),
        ("otpauth://pipush/A?url=https://example.org", "smartotp push enrol -"),
        ("otpauth-migration://offline?data=XXXX", "damaged"),
    ] {
        let outcome = home.feed(&["add", "-"], link);
        assert_eq!(outcome.code, 6, "{link}");
        assert!(outcome.err.contains(words) && !outcome.err.contains("GEZ"), "{link}: {outcome:?}");
    }
    assert_eq!(home.json(&["list"]), json!([]));
}

#[test]
fn a_key_or_pin_that_is_not_there_is_six_and_a_password_three() {
    let home = Home::new();
    let add = |more: &[&str]| home.feed(&[&["add", "--issuer", "A"], more].concat(), RFC_KEY).code;
    assert_eq!(add(&["--secret-file", "/nowhere/x"]), 6);
    assert_eq!(add(&["--secret-file", "-", "--pin-file", "/nowhere/x"]), 6);
    assert_eq!(home.json(&["list"]), json!([]));
    let vault = home.vault();
    let arguments = ["list", "--vault", vault.to_str().unwrap(), "--password-file", "/nowhere/x"];
    assert_eq!(home.plain(&arguments).code, 3);
}

#[test]
fn nothing_at_all_is_six() {
    let outcome = Home::new().feed(&["add", "-"], "# only a remark\n");
    assert_eq!((outcome.code, outcome.out.as_str()), (6, ""), "{outcome:?}");
}

#[cfg(unix)]
#[test]
fn a_vault_that_cannot_be_written_says_so_and_shows_no_code() {
    let home = Home::with(&[&hotp("Bank", "mira")]);
    let mut shell = std::process::Command::new("sh");
    shell.arg("-c").arg(format!(
        "ulimit -f 1; '{}' code bank --vault '{}' --password-file '{}'",
        env!("CARGO_BIN_EXE_smartotp"),
        home.vault().display(),
        home.path("password").display()
    ));
    shell.stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
    let outcome = crate::harness::finish(shell, "");
    assert_eq!((outcome.code, outcome.out.as_str()), (1, ""), "{outcome:?}");
    assert!(outcome.err.contains("couldn't be written"), "{outcome:?}");
    assert_eq!(home.run(&["code", "bank"]).out, "755224\n", "the counter is where it was");
}

#[test]
fn usage_is_two() {
    let home = Home::new();
    for arguments in [
        &["add"][..],
        &["add", "--digits", "11", "--issuer", "A"],
        &["add", "--issuer", "A", "-"],
        &["add", "--issuer", "A", "--type", "hmm"],
        &["nonsense"],
        &["code", "--at", "soon"],
        &["sign", "A"],
        &["export", "--to", "nothing"],
        &["edit", "A"],
        &["--lang", "xx", "list"],
    ] {
        let outcome = home.run(arguments);
        assert_eq!(outcome.code, 2, "{arguments:?}: {outcome:?}");
        assert!(outcome.out.is_empty() && !outcome.err.is_empty());
    }
    assert_eq!(home.run(&["code", "--json", "--at", "soon"]).error()["exit"], 2);
}

#[test]
fn two_programs_adding_at_once_lose_nothing() {
    let home = Home::new();
    let links = |half: u8| -> Vec<String> {
        (0..6)
            .map(|n| {
                format!(
                    "otpauth://totp/Site{half}{n}?secret=GEZDGNBVGY3TQOJQGEZDGNB{}",
                    ["Q", "R", "S", "T", "U", "V", "W", "X", "Y", "Z", "A", "B"][usize::from(half * 6 + n)]
                )
            })
            .collect()
    };
    std::thread::scope(|scope| {
        for half in 0..2 {
            let home = &home;
            scope.spawn(move || {
                for link in links(half) {
                    let outcome = home.feed(&["add", "-"], &link);
                    assert_eq!(outcome.code, 0, "{outcome:?}");
                }
            });
        }
    });
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 12);
}
