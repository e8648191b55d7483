//! `code`, `list`, `show`: right codes for the right tokens.

use serde_json::{Value, json};

use crate::harness::{Home, RFC_KEY, hotp, totp};

#[test]
fn a_code_is_the_rfcs_and_nothing_else_is_printed() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    // RFC 6238, appendix B.
    for (at, code) in [("59", "94287082"), ("1111111109", "07081804"), ("20000000000", "65353130")] {
        let outcome = home.run(&["code", "github", "--at", at]);
        assert_eq!((outcome.code, outcome.out.as_str(), outcome.err.as_str()), (0, &*format!("{code}\n"), ""));
    }
}

#[test]
fn codes_as_json_follow_the_contract() {
    let home = Home::with(&[&totp("GitHub", "mira"), &hotp("Bank", "mira")]);
    let codes = home.json(&["code", "--at", "59", "--next"]);
    let codes = codes.as_array().unwrap();
    assert_eq!(codes[0]["code"], "94287082");
    assert_eq!(codes[0]["next"], "37359152");
    assert_eq!(codes[0]["valid_until"], 60);
    assert_eq!(codes[0]["id"].as_str().unwrap().len(), 32);
    assert_eq!(keys(&codes[0]), ["account", "code", "id", "issuer", "next", "valid_until"]);
    // HOTP among several: no code, and the key "code" is there.
    assert_eq!(codes[1]["code"], Value::Null);
    assert_eq!(keys(&codes[1]), ["account", "code", "id", "issuer"]);
}

#[test]
fn hotp_moves_on_only_when_it_is_named_alone() {
    let home = Home::with(&[&hotp("Bank", "mira"), &hotp("Bank2", "mira").replace("digits=6", "digits=8")]);
    let counters = || home.json(&["list"]).as_array().unwrap().iter().map(|t| t["counter"].clone()).collect::<Vec<_>>();
    // Two equal tokens would be one: the second has another issuer but the same key, so it is a duplicate.
    assert_eq!(counters(), [json!(0)]);
    let peeked = home.json(&["code", "bank", "--peek", "--next"]);
    assert_eq!(
        (&peeked[0]["code"], &peeked[0]["next"], &peeked[0]["counter"]),
        (&json!("755224"), &json!("287082"), &json!(0))
    );
    assert_eq!(counters(), [json!(0)]);
    // Without a query nothing is named, even where there is one token.
    assert_eq!(home.json(&["code"])[0]["code"], Value::Null);
    assert_eq!(counters(), [json!(0)]);
    // RFC 4226, appendix D; the counter is the one used, the list shows the next.
    for (counter, code) in (0..).zip(["755224", "287082", "359152"]) {
        let row = home.json(&["code", "Bank:mira"]);
        assert_eq!((&row[0]["code"], &row[0]["counter"]), (&json!(code), &json!(counter)));
        assert_eq!(counters(), [json!(counter + 1)]);
    }
    assert_eq!(home.run(&["code", "bank"]).out, "969429\n");
}

#[test]
fn several_matches_show_all() {
    let home = Home::with(&[&totp("GitHub", "mira"), &totp("GitHub", "work").replace("digits=8", "digits=6")]);
    let outcome = home.run(&["code", "github", "--at", "59"]);
    assert_eq!(outcome.out, "GitHub:mira\t94287082\nGitHub:work\t287082\n");
    assert_eq!(home.json(&["code", "github:work"]).as_array().unwrap().len(), 1);
    let id = home.json(&["list", "work"])[0]["id"].as_str().unwrap().to_owned();
    assert_eq!(home.json(&["code", &id])[0]["account"], "work");
}

#[test]
fn the_list_follows_the_contract() {
    let home = Home::with(&[
        &totp("GitHub", "mira"),
        &hotp("Bank", "mira"),
        "otpauth://steam/Steam:gamer?secret=63BEDWCQZKTQWPESARIERL5DTTQFCJTK&issuer=Steam",
        "otpauth://ocra/Bank:mira?secret=GEZDGNBVGY3TQOJQ&issuer=Bank&suite=OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1",
    ]);
    let list = home.json(&["list"]);
    let list = list.as_array().unwrap();
    let common = ["account", "algorithm", "digits", "favourite", "groups", "id", "issuer"];
    let with = |more: &[&'static str]| {
        let mut keys: Vec<&str> = common.iter().copied().chain(more.iter().copied()).collect();
        keys.sort_unstable();
        keys
    };
    assert_eq!(keys(&list[0]), with(&["period", "type"]));
    assert_eq!(keys(&list[1]), with(&["counter", "type"]));
    assert_eq!(keys(&list[3]), with(&["counter", "suite", "type"]));
    assert_eq!(list[0]["type"], "totp");
    assert_eq!(
        (&list[0]["algorithm"], &list[0]["digits"], &list[0]["period"]),
        (&json!("SHA1"), &json!(8), &json!(30))
    );
    assert_eq!((&list[2]["type"], &list[2]["digits"], &list[2]["period"]), (&json!("steam"), &json!(5), &json!(30)));
    assert_eq!((&list[3]["algorithm"], &list[3]["digits"]), (&json!("SHA256"), &json!(8)));
    assert_eq!((&list[0]["groups"], &list[0]["favourite"]), (&json!([]), &json!(false)));
}

#[test]
fn show_keeps_the_key_until_it_is_asked_for() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let plain = home.run(&["show", "github"]);
    assert!(plain.code == 0 && plain.out.contains("GitHub") && !plain.out.contains(RFC_KEY), "{plain:?}");
    let shown = home.json(&["show", "github", "--secret"]);
    assert_eq!(shown["secret"], RFC_KEY);
    assert!(shown["uri"].as_str().unwrap().starts_with("otpauth://totp/"));
}

#[test]
fn nothing_found_is_four() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    for command in ["code", "list", "show", "rm", "restore"] {
        let outcome = home.run(&[command, "nobody", "--json"]);
        assert_eq!((outcome.code, outcome.out.as_str()), (4, ""), "{command}");
        assert_eq!(outcome.error()["code"], "no_match");
    }
    assert_eq!(Home::new().run(&["code", "--json"]).out, "[]\n");
    assert_eq!(Home::new().run(&["list", "--json"]).out, "[]\n");
}

fn keys(value: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}
