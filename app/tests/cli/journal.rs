//! The journal, the settings that lie in the vault, and the end of it.

use serde_json::{Value, json};

use crate::harness::{Home, hotp, totp};

fn events(home: &Home) -> Vec<String> {
    let log = home.json(&["vault", "log"]);
    log.as_array().unwrap().iter().map(|record| record["event"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_changes_or_leaves_the_vault_is_written_down() {
    let home = Home::with(&[&totp("GitHub", "mira"), &hotp("Bank", "mira")]);
    let before = events(&home);
    assert_eq!(before, ["unlocked"], "adding");
    for arguments in [
        &["code", "github"][..],
        &["list"],
        &["show", "github"],
        &["bin"],
        &["settings"],
        &["vault", "slots"],
        &["vault", "info"],
    ] {
        assert_eq!(home.run(arguments).code, 0, "{arguments:?}");
    }
    assert_eq!(events(&home), before, "what is only looked at is not");
    for arguments in [
        &["export", "--to", "json"][..],
        &["qr", "show", "github", "--json"],
        &["show", "github", "--secret"],
        &["rm", "github"],
        &["bin", "empty", "--yes"],
        &["vault", "rehearse"],
    ] {
        assert_eq!(home.run(arguments).code, 0, "{arguments:?}");
    }
    let log = home.json(&["vault", "log"]);
    let log: Vec<&Value> = log.as_array().unwrap().iter().filter(|record| record["event"] != "unlocked").collect();
    let shown: Vec<(&str, &Value)> = log
        .iter()
        .map(|record| (record["event"].as_str().unwrap(), record.get("tokens").unwrap_or(&Value::Null)))
        .collect();
    assert_eq!(
        shown,
        [
            ("exported", &json!(2)),
            ("qr-shown", &Value::Null),
            ("exported", &json!(1)),
            ("deleted", &json!(1)),
            ("purged", &json!(1)),
            ("rehearsed", &Value::Null)
        ]
    );
    assert!(log.iter().all(|record| record["at"].as_u64().unwrap() > 1_700_000_000));
    assert_eq!(log[1]["token"].as_str().unwrap().len(), 32);
    assert!(!log.iter().any(|record| record.to_string().to_lowercase().contains("mira")), "no names");
    let last = home.run(&["vault", "log", "--limit", "1"]);
    assert!(last.out.lines().count() == 1 && last.out.contains("password"), "{last:?}");
    assert_eq!(home.locked(&["vault", "log"]).code, 3);
}

#[test]
fn protective_settings_lie_in_the_vault() {
    let home = Home::new();
    let open = home.locked(&["settings", "--json"]).json();
    assert!(open.get("lock_after_seconds").is_none() && open.get("theme").is_some());
    let all = home.json(&["settings"]);
    assert_eq!((&all["lock_after_seconds"], &all["wipe_after"]), (&json!(60), &Value::Null));
    for (name, text, field, value) in [
        ("auto-lock", "300", "lock_after_seconds", json!(300)),
        ("lock_after_seconds", "never", "lock_after_seconds", json!(0)),
        ("tap-to-reveal", "on", "tap_to_reveal", json!(true)),
        ("screen_capture", "true", "screen_capture", json!(true)),
        ("wipe-after", "10", "wipe_after", json!(10)),
        ("wipe_after", "off", "wipe_after", Value::Null),
    ] {
        let set = home.json(&["settings", "set", name, text]);
        assert_eq!(set[field], value, "{name} {text}");
        assert_eq!(home.json(&["settings", "get", name]), value);
    }
    for (name, text) in
        [("auto-lock", "5"), ("wipe-after", "2"), ("tap-to-reveal", "maybe"), ("hide-after-seconds", "0")]
    {
        assert_eq!(home.run(&["settings", "set", name, text]).code, 2, "{name} {text}");
    }
    assert_eq!(home.locked(&["settings", "set", "screen_capture", "off"]).code, 3, "not without the password");
    assert_eq!(home.locked(&["settings", "get", "auto-lock"]).code, 3);
    let log = home.json(&["vault", "log"]);
    let wipes: Vec<&Value> =
        log.as_array().unwrap().iter().filter(|record| record["event"] == "wipe-after-set").collect();
    assert_eq!(wipes.iter().map(|record| &record["tries"]).collect::<Vec<_>>(), [&json!(10), &Value::Null]);
}

#[test]
fn a_wipe_asks_for_a_yes_and_no_password() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let refused = home.locked(&["vault", "wipe", "--json"]);
    assert_eq!((refused.code, &refused.error()["code"]), (8, &json!("needs_yes")));
    assert_eq!(home.json(&["list"]).as_array().unwrap().len(), 1);
    let wiped = home.locked(&["vault", "wipe", "--yes", "--json"]);
    assert_eq!((wiped.code, &wiped.json()["wiped"]), (0, &json!(true)), "{wiped:?}");
    for suffix in ["", ".previous", ".journal", ".device"] {
        assert!(!home.path(&format!("vault.smartotp{suffix}")).exists(), "{suffix}");
    }
    assert_eq!(home.run(&["list"]).code, 4);
    assert_eq!(home.locked(&["vault", "wipe", "--yes"]).code, 4);
}

#[test]
fn tokens_are_listed_in_the_order_that_is_asked_for() {
    let home = Home::with(&[&totp("Zeta", "a"), &hotp("Alpha", "b")]);
    let issuers = |arguments: &[&str]| {
        let list = home.json(arguments);
        list.as_array().unwrap().iter().map(|token| token["issuer"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(issuers(&["list"]), ["Zeta", "Alpha"]);
    assert_eq!(issuers(&["list", "--sort", "name"]), ["Alpha", "Zeta"]);
    assert_eq!(issuers(&["list", "--sort", "most-used"]), ["Zeta", "Alpha"]);
    // A code that is asked for by name counts as a use, a look at it doesn't.
    home.run(&["code", "zeta", "--at", "59"]);
    home.run(&["code", "alpha", "--peek"]);
    assert_eq!(issuers(&["list", "--sort", "most-used"]), ["Zeta", "Alpha"]);
    home.run(&["code", "alpha"]);
    assert_eq!(issuers(&["list", "--sort", "most-used"]), ["Alpha", "Zeta"]);
    assert_eq!(issuers(&["list", "--sort", "last-used"]), ["Alpha", "Zeta"]);
    let unknown = home.run(&["list", "--sort", "size"]);
    assert!(unknown.code == 2 && unknown.err.contains("most-used"), "{unknown:?}");
}
