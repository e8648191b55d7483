//! `export`: every format comes back by `import`, equal in all that it holds.

use serde_json::{Value, json};

use crate::harness::{Home, RFC_KEY, hotp, totp};

/// A vault with a group, a favourite and a note.
fn full() -> Home {
    let home = Home::with(&[
        &totp("GitHub", "mira"),
        &hotp("Bank", "mira"),
        &totp("Post", "").replace(RFC_KEY, "JBSWY3DPEHPK3PXP"),
    ]);
    let changed = home.run(&["edit", "github", "--group", "Work", "--note", "mine", "--favourite"]);
    assert_eq!(changed.code, 0, "{changed:?}");
    home
}

/// What makes codes, and the names.
fn codes(home: &Home) -> Vec<Value> {
    let of = |token: &Value| {
        let fields = ["type", "issuer", "account", "secret", "algorithm", "digits", "period", "counter"];
        fields.iter().map(|field| token[field].clone()).collect::<Vec<_>>().into()
    };
    home.json(&["export", "--to", "json"]).as_array().unwrap().iter().map(of).collect()
}

#[test]
fn every_format_comes_back_by_import() {
    let home = full();
    let password = home.file("export-password", "five words of no meaning");
    let password = password.to_str().unwrap();
    for (format, file, encrypted) in [
        ("json", "out.json", false),
        ("otpauth", "out.txt", false),
        ("aegis", "aegis.json", false),
        ("aegis", "aegis-encrypted.json", true),
        ("2fas", "out.2fas", false),
        ("2fas", "encrypted.2fas", true),
        ("bitwarden", "bitwarden.json", false),
        ("sealed", "out.sealed", true),
        ("migration", "out.png", false),
        ("sheet", "out.html", false),
    ] {
        let file = home.path(file);
        let file = file.to_str().unwrap();
        let mut arguments = vec!["export", "--to", format, "--output", file, "--json"];
        if encrypted {
            arguments.extend(["--export-password-file", password]);
        }
        let outcome = home.run(&arguments);
        assert_eq!(outcome.code, 0, "{format}: {outcome:?}");
        let report = outcome.json();
        // Bitwarden knows no counters.
        let mut expected = codes(&home);
        expected.retain(|token| format != "bitwarden" || token[0] != "hotp");
        assert_eq!(
            (&report["tokens"], &report["encrypted"]),
            (&json!(expected.len()), &json!(encrypted)),
            "{format}: {report}"
        );
        assert_eq!(outcome.err.contains("in_clear"), !encrypted, "{format}: {outcome:?}");
        let bytes = std::fs::read(file).unwrap();
        assert!(!encrypted || !String::from_utf8_lossy(&bytes).contains(RFC_KEY), "{format}");
        is_private(file);
        if format == "sheet" {
            continue;
        }
        let other = Home::new();
        let mut arguments = vec!["import", file, "--json"];
        if encrypted {
            arguments.extend(["--import-password-file", password]);
        }
        let imported = other.run(&arguments);
        assert_eq!(imported.code, 0, "{format}: {imported:?}");
        assert_eq!(codes(&other), expected, "{format}");
        let token = &other.json(&["list"])[0];
        let keeps_groups = ["json", "sealed", "aegis", "2fas", "bitwarden"].contains(&format);
        assert_eq!(token["groups"] == json!(["Work"]), keeps_groups, "{format}: {token}");
        let lost = report["lost"].as_array().unwrap();
        assert_eq!(lost.is_empty(), matches!(format, "json" | "sealed" | "aegis"), "{format}: {lost:?}");
    }
}

#[cfg(unix)]
fn is_private(file: &str) {
    use std::os::unix::fs::PermissionsExt as _;
    assert_eq!(std::fs::metadata(file).unwrap().permissions().mode() & 0o777, 0o600, "{file}");
}

#[cfg(not(unix))]
fn is_private(_file: &str) {}

#[test]
fn a_sealed_file_with_another_password_is_three_and_a_cut_one_five() {
    let home = full();
    let password = home.file("export-password", "five words of no meaning");
    let (password, file) = (password.to_str().unwrap(), home.path("out.sealed"));
    let file = file.to_str().unwrap();
    let missing = home.run(&["export", "--to", "sealed", "--output", file, "--json"]);
    assert_eq!((missing.code, missing.error()["code"].as_str()), (2, Some("needs_export_password")), "{missing:?}");
    let empty = home.file("empty", "");
    let empty = ["export", "--to", "aegis", "--output", file, "--export-password-file", empty.to_str().unwrap()];
    assert_eq!(home.run(&empty).code, 2, "an empty password is no export in clear");
    assert!(!home.path("out.sealed").exists());
    let outcome = home.run(&["export", "--to", "sealed", "--output", file, "--export-password-file", password]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let wrong = home.file("wrong", "another one");
    let wrong = home.run(&["import", file, "--import-password-file", wrong.to_str().unwrap()]);
    assert_eq!((wrong.code, wrong.err.lines().count()), (3, 1), "{wrong:?}");
    let whole = std::fs::read(file).unwrap();
    let cut = home.file("cut.sealed", &whole[..whole.len() - 10]);
    let cut = home.run(&["import", cut.to_str().unwrap(), "--import-password-file", password, "--json"]);
    assert_eq!((cut.code, cut.error()["code"].as_str()), (5, Some("damaged_backup")), "{cut:?}");
    // Home again: all of it is here already.
    let again = home.run(&["import", file, "--import-password-file", password, "--json"]).json();
    assert_eq!((again["added"].as_array().unwrap().len(), again["duplicates"].as_array().unwrap().len()), (0, 3));
}

#[test]
fn several_pictures_are_numbered_and_a_taken_name_stops_all() {
    let link = |last: char| totp("ACME", &last.to_string()).replace(RFC_KEY, &format!("GEZDGNBVGY3TQOJ{last}"));
    let links: Vec<String> = ('A'..='L').map(link).collect();
    let home = Home::with(&links.iter().map(String::as_str).collect::<Vec<_>>());
    let base = home.path("base.png");
    home.file("base-2.png", "mine");
    let arguments = ["export", "--to", "migration", "--output", base.to_str().unwrap(), "--json"];
    let refused = home.run(&arguments);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (8, Some("file_exists")), "{refused:?}");
    assert!(!home.path("base-1.png").exists(), "all or nothing");
    std::fs::remove_file(home.path("base-2.png")).unwrap();
    let report = home.run(&arguments).json();
    let files: Vec<&str> = report["files"].as_array().unwrap().iter().map(|file| file.as_str().unwrap()).collect();
    assert_eq!(files.len(), 2);
    assert!(files[0].ends_with("base-1.png") && files[1].ends_with("base-2.png"), "{files:?}");
    let other = Home::new();
    let report = other.run(&["import", files[1], files[0], "--json"]).json();
    assert_eq!(report["added"].as_array().unwrap().len(), 12, "{report}");
    // On standard output there are links instead of pictures.
    let texts = home.run(&["export", "--to", "migration", "--quiet"]);
    assert_eq!((texts.code, texts.out.lines().count()), (0, 2), "{texts:?}");
}

#[test]
fn queries_and_groups_choose_and_the_journal_counts() {
    let home = full();
    assert_eq!(home.json(&["export", "--to", "json", "--group", "work"]).as_array().unwrap().len(), 1);
    assert_eq!(home.run(&["export", "--to", "json", "--group", "Home"]).code, 4);
    assert_eq!(home.run(&["export", "--to", "json", "bank", "--group", "Work"]).code, 4);
    let log = home.json(&["vault", "log"]);
    let exports: Vec<&Value> = log.as_array().unwrap().iter().filter(|line| line["event"] == "exported").collect();
    assert_eq!((exports.len(), &exports[0]["tokens"]), (1, &json!(1)), "{log}");
}

#[test]
fn a_format_without_a_password_takes_none() {
    let home = full();
    let password = home.file("export-password", "five words of no meaning");
    let outcome =
        home.run(&["export", "--to", "otpauth", "--json", "--export-password-file", password.to_str().unwrap()]);
    assert_eq!((outcome.code, outcome.error()["code"].as_str()), (2, Some("takes_no_password")), "{outcome:?}");
}
