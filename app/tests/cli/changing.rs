//! `edit`, `rm`, `restore`, `bin`, `groups`: changes that last, and can be taken back.

use serde_json::json;

use crate::harness::{Home, hotp, totp};

#[test]
fn edited_fields_stay_and_the_others_too() {
    let home = Home::with(&[&hotp("Bank", "mira")]);
    let edited = home.json(&[
        "edit",
        "bank",
        "--issuer",
        "Sparkasse",
        "--group",
        "Money",
        "--group",
        "Home",
        "--favourite",
        "--counter",
        "7",
    ]);
    assert_eq!((&edited["issuer"], &edited["account"]), (&json!("Sparkasse"), &json!("mira")));
    assert_eq!((&edited["groups"], &edited["favourite"]), (&json!(["Money", "Home"]), &json!(true)));
    assert_eq!(home.run(&["code", "sparkasse"]).out, "162583\n");
    assert_eq!(home.run(&["edit", "sparkasse", "--no-favourite", "--no-groups", "--note", "the old one"]).code, 0);
    let shown = home.json(&["show", "sparkasse"]);
    assert_eq!(
        (&shown["groups"], &shown["favourite"], &shown["note"]),
        (&json!([]), &json!(false), &json!("the old one"))
    );
}

#[test]
fn a_deleted_token_waits_in_the_bin() {
    let home = Home::with(&[&totp("GitHub", "mira"), &hotp("Bank", "mira")]);
    assert_eq!(home.run(&["rm", "github"]).code, 0);
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 1);
    assert_eq!(home.run(&["code", "github"]).code, 4);
    let bin = home.json(&["bin"]);
    assert_eq!(bin[0]["issuer"], "GitHub");
    assert!(bin[0]["deleted_at"].as_u64().unwrap() > 1_700_000_000);
    assert_eq!(home.run(&["restore", "github"]).code, 0);
    assert_eq!(home.run(&["code", "github", "--at", "59"]).out, "94287082\n");
    assert_eq!(home.json(&["bin"]), json!([]));
}

#[test]
fn leaving_the_bin_for_good_needs_a_yes() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    assert_eq!(home.run(&["rm", "github", "--yes"]).code, 0);
    assert_eq!(home.run(&["bin", "empty"]).code, 8);
    assert_eq!(home.json(&["bin"]).as_array().unwrap().len(), 1);
    assert_eq!(home.run(&["bin", "empty", "--yes"]).code, 0);
    assert_eq!(home.json(&["bin"]), json!([]));
    assert_eq!(home.run(&["restore", "github"]).code, 4);
}

#[test]
fn a_change_that_could_mean_several_tokens_is_not_made() {
    let home = Home::with(&[&totp("GitHub", "mira"), &hotp("GitHub", "work")]);
    let outcome = home.run(&["rm", "github", "--json"]);
    assert_eq!(outcome.code, 2);
    let error = outcome.error();
    assert_eq!(error["code"], "ambiguous");
    assert_eq!(error["candidates"].as_array().unwrap().len(), 2);
    assert_eq!(home.run(&["edit", "github", "--note", "x"]).code, 2);
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 2);
    assert_eq!(home.run(&["rm", "github:work"]).code, 0);
}

#[test]
fn groups_are_listed_renamed_and_deleted() {
    let home = Home::with(&[&totp("GitHub", "mira"), &hotp("Bank", "mira")]);
    home.run(&["edit", "github", "--group", "Work", "--group", "Code"]);
    home.run(&["edit", "bank", "--group", "Work"]);
    assert_eq!(home.json(&["groups"]), json!([{"name": "Work", "tokens": 2}, {"name": "Code", "tokens": 1}]));
    assert_eq!(home.run(&["groups", "rename", "Work", "Office"]).code, 0);
    assert_eq!(home.run(&["groups", "delete", "Code"]).code, 0);
    assert_eq!(home.json(&["groups"]), json!([{"name": "Office", "tokens": 2}]));
    assert_eq!(home.run(&["groups", "delete", "Code"]).code, 4);
}
