//! `import`: other apps' files give what their manifest says.

use serde_json::Value;

use crate::harness::{Home, fixtures, totp};

/// What the command line imports so far, by content.
fn is_ours(file: &str) -> bool {
    file.starts_with("google-extract/")
        || ["aegis-repo/importers/plain.txt", "stratum-repo/urilist.txt", "stratum-repo/googleauthenticator.txt"]
            .contains(&file)
}

#[test]
fn other_apps_files_give_what_their_manifest_says() {
    let Some(fixtures) = fixtures() else { return };
    let exports = fixtures.join("exports");
    let manifest: Value = serde_json::from_slice(&std::fs::read(exports.join("manifest.json")).unwrap()).unwrap();
    for entry in manifest.as_array().unwrap() {
        let name = entry["file"].as_str().unwrap();
        if !is_ours(name) {
            continue;
        }
        let home = Home::new();
        let outcome = home.run(&["import", exports.join(name).to_str().unwrap(), "--json"]);
        let Some(expected) = entry["tokens"].as_array() else {
            if name.ends_with("example_export.png") {
                // A photo whose tokens the manifest leaves out.
                assert_eq!((outcome.code, outcome.json()["added"].as_array().unwrap().len()), (0, 3), "{outcome:?}");
                continue;
            }
            assert_eq!(outcome.code, 6, "{name}: {outcome:?}");
            assert!(!outcome.err.is_empty(), "{name}");
            continue;
        };
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        let report = outcome.json();
        let count = |field: &str| report[field].as_array().unwrap().len();
        assert_eq!(count("added") + count("duplicates"), expected.len(), "{name}: {report}");
        assert_eq!(count("unreadable"), 0, "{name}: {report}");
        let exported = home.json(&["export", "--to", "json"]);
        let exported = exported.as_array().unwrap();
        for token in expected {
            assert!(exported.iter().any(|have| is_same(have, token)), "{name}: {token} is not in {exported:?}");
        }
        // Nothing more than that: equal tokens are one.
        for have in exported {
            assert!(expected.iter().any(|token| is_same(have, token)), "{name}: {have}");
        }
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
