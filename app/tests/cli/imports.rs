//! `import`: other apps' files give what their manifest says.

use std::path::Path;

use serde_json::Value;

use crate::harness::{Home, fixtures, totp};

/// Files that are imported into a vault and compared key by key; `core` compares the others' keys.
const WHOLE: [&str; 7] = [
    "google-extract/example_export.txt",
    "aegis-repo/importers/plain.txt",
    "aegis-repo/importers/aegis_plain.json",
    "aegis-repo/importers/2fas_authenticator_encrypted_v4.2fas",
    "stratum-repo/urilist.txt",
    "stratum-repo/googleauthenticator.txt",
    "stratum-repo/ente.encrypted.json",
];

fn manifest(fixtures: &Path) -> Vec<Value> {
    serde_json::from_slice(&std::fs::read(fixtures.join("exports/manifest.json")).unwrap()).unwrap()
}

/// A call that imports a file of the manifest, with its password.
fn arguments(home: &Home, fixtures: &Path, entry: &Value) -> Vec<String> {
    let file = fixtures.join("exports").join(entry["file"].as_str().unwrap());
    let mut arguments = vec!["import".to_owned(), file.display().to_string(), "--json".to_owned()];
    if let Some(password) = entry["password"].as_str() {
        let file = home.file("import-password", password);
        arguments.extend(["--import-password-file".to_owned(), file.display().to_string()]);
    }
    arguments
}

fn tokens<'a>(report: &'a Value, fields: &[&str]) -> Vec<&'a Value> {
    fields.iter().flat_map(|field| report[field].as_array().unwrap()).collect()
}

/// What a report lists of a token, and the manifest's row in the same words.
fn listed(token: &Value) -> String {
    let of = |field: &str| token[field].clone();
    let making: Vec<Value> = match token["type"].as_str() {
        Some("totp") => ["algorithm", "digits", "period"].map(of).to_vec(),
        Some("hotp") => ["algorithm", "digits", "counter"].map(of).to_vec(),
        _ => Vec::new(),
    };
    format!("{} {} {} {making:?}", of("type"), of("issuer"), of("account"))
}

fn expected(row: &Value, file: &str) -> Option<String> {
    let mut row = row.clone();
    // Nobody can use these without their PIN.
    if matches!(row["type"].as_str(), Some("motp" | "yandex")) && row["pin"].is_null() {
        return None;
    }
    // The manifest overlooks KeePassXC's `encoder=steam`.
    if file.ends_with(".kdbx") && row["digits"] == 5 {
        row["type"] = "steam".into();
    }
    // These apps store the counter last used.
    let used = ["freeotp.xml", "freeotp_plus.json", "freeotp_plus_internal.xml", "freeotpplus.json"];
    if let Some(counter) =
        row["counter"].as_u64().filter(|_| used.iter().any(|name| file.ends_with(&format!("/{name}"))))
    {
        row["counter"] = (counter + 1).into();
    }
    (row["account"], row["algorithm"]) = (row["name"].clone(), row["algo"].clone());
    Some(listed(&row))
}

#[test]
fn every_file_of_the_manifest_gives_its_tokens() {
    let Some(fixtures) = fixtures() else { return };
    let home = Home::bare();
    let mut wrong = Vec::new();
    for entry in manifest(&fixtures) {
        let name = entry["file"].as_str().unwrap();
        let mut arguments = arguments(&home, &fixtures, &entry);
        arguments.push("--dry-run".to_owned());
        let outcome = home.plain(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        let Some(rows) = entry["tokens"].as_array().filter(|rows| !rows.is_empty()) else {
            // Nothing for anybody: 6, and one sentence.
            let is_photo = name.ends_with("example_export.png");
            if !(is_photo || (outcome.code == 6 && outcome.error()["message"].is_string())) {
                wrong.push(format!("{name}: {outcome:?}"));
            }
            continue;
        };
        if outcome.code != 0 {
            wrong.push(format!("{name}: {outcome:?}"));
            continue;
        }
        let report = outcome.json();
        let mut found: Vec<String> = tokens(&report, &["added", "duplicates"]).into_iter().map(listed).collect();
        let mut all: Vec<String> = rows.iter().filter_map(|row| expected(row, name)).collect();
        found.sort();
        all.sort();
        if found != all {
            wrong.push(format!("{name}: {found:#?} instead of {all:#?}"));
        }
        if tokens(&report, &["unreadable"]).len() < rows.len() - all.len() {
            wrong.push(format!("{name}: {report}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_is_imported_is_in_the_vault() {
    let Some(fixtures) = fixtures() else { return };
    for entry in manifest(&fixtures) {
        let name = entry["file"].as_str().unwrap();
        if !WHOLE.contains(&name) {
            continue;
        }
        let home = Home::new();
        let arguments = arguments(&home, &fixtures, &entry);
        let outcome = home.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>());
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        let rows: Vec<&Value> =
            entry["tokens"].as_array().unwrap().iter().filter(|row| expected(row, name).is_some()).collect();
        let report = outcome.json();
        assert_eq!(tokens(&report, &["added", "duplicates"]).len(), rows.len(), "{name}: {report}");
        let exported = home.json(&["export", "--to", "json"]);
        let exported = exported.as_array().unwrap();
        for row in &rows {
            assert!(exported.iter().any(|have| is_same(have, row)), "{name}: {row} is not in {exported:?}");
        }
        // Nothing more than that: equal tokens are one.
        for have in exported {
            assert!(rows.iter().any(|row| is_same(have, row)), "{name}: {have}");
        }
    }
}

#[test]
fn passwords_of_files_wrong_missing_and_right() {
    let Some(fixtures) = fixtures() else { return };
    let home = Home::bare();
    let file = fixtures.join("exports/aegis-repo/importers/aegis_encrypted.json");
    let file = file.to_str().unwrap();
    let missing = home.plain(&["import", file, "--dry-run", "--json"]);
    assert_eq!((missing.code, missing.error()["code"].as_str()), (3, Some("needs_password")), "{missing:?}");
    let wrong = home.file("wrong", "wrong");
    let wrong = home.plain(&["import", file, "--dry-run", "--json", "--import-password-file", wrong.to_str().unwrap()]);
    assert_eq!((wrong.code, wrong.error()["code"].as_str()), (3, Some("wrong_password")), "{wrong:?}");
    let restricted = fixtures.join("exports/stratum-repo/bitwarden.encrypted.accountrestricted.json");
    let restricted = home.plain(&["import", restricted.to_str().unwrap(), "--json"]);
    assert_eq!((restricted.code, restricted.error()["code"].as_str()), (6, Some("restricted")), "{restricted:?}");
}

#[test]
fn a_file_cut_short_is_one_sentence_and_six() {
    let Some(fixtures) = fixtures() else { return };
    let home = Home::bare();
    let password = home.file("test", "test");
    for name in ["aegis-repo/importers/aegis_encrypted.json", "stratum-repo/backup.unencrypted.authpro"] {
        let whole = std::fs::read(fixtures.join("exports").join(name)).unwrap();
        let cut = home.file("cut", &whole[..whole.len() - 100]);
        let outcome = home.plain(&[
            "import",
            cut.to_str().unwrap(),
            "--dry-run",
            "--import-password-file",
            password.to_str().unwrap(),
        ]);
        assert_eq!((outcome.code, outcome.err.lines().count()), (6, 1), "{name}: {outcome:?}");
    }
}

/// Equal in what makes codes; the names of a token that came twice are those of the first.
fn is_same(have: &Value, token: &Value) -> bool {
    [
        ("type", "type"),
        ("secret", "secret"),
        ("algorithm", "algo"),
        ("digits", "digits"),
        ("period", "period"),
        ("counter", "counter"),
    ]
    .iter()
    .all(|(ours, theirs)| have[ours] == token[theirs])
}

#[test]
fn names_are_kept_as_the_file_has_them() {
    let Some(fixtures) = fixtures() else { return };
    let home = Home::new();
    let file = fixtures.join("exports/stratum-repo/googleauthenticator.txt");
    home.json(&["import", file.to_str().unwrap()]);
    let list = home.json(&["list"]);
    let names: Vec<(&str, &str)> = list
        .as_array()
        .unwrap()
        .iter()
        .map(|token| (token["issuer"].as_str().unwrap(), token["account"].as_str().unwrap()))
        .collect();
    assert_eq!(
        names,
        [
            ("Sha", "512"),
            ("Sha", "256"),
            ("Standard", "Totp"),
            ("Standard", "Hotp"),
            ("", "NoIssuer"),
            ("Long", "Period")
        ]
    );
}

#[test]
fn several_files_and_a_bad_one() {
    let home = Home::new();
    let good = home.file("good.txt", totp("GitHub", "mira"));
    let bad = home.file("bad.txt", "nothing in here");
    let mixed = home.file("mixed.txt", "otpauth://totp/Ok?secret=GEZDGNBVGY3TQOJQ\notpauth://totp/Bad?secret=1\n");
    let (good, bad, mixed) = (good.to_str().unwrap(), bad.to_str().unwrap(), mixed.to_str().unwrap());
    let outcome = home.run(&["import", good, bad, "--json"]);
    assert_eq!(outcome.code, 6);
    assert_eq!(outcome.json()["added"].as_array().unwrap().len(), 1, "the good file is in: {outcome:?}");
    // One entry that can't be read is told and doesn't fail the rest.
    let outcome = home.run(&["import", mixed, "--json"]);
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let report = outcome.json();
    assert_eq!((report["added"].as_array().unwrap().len(), report["unreadable"].as_array().unwrap().len()), (1, 1));
    assert!(report["unreadable"][0]["reason"].as_str().unwrap().contains('1'));
    let preview = home.run(&["import", good, "--dry-run", "--json"]).json();
    assert_eq!(preview["duplicates"].as_array().unwrap().len(), 1);
}
