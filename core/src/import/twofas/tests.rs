use serde_json::{Value, json};

use super::*;
use crate::import::cipher::seal;
use crate::import::read;
use crate::import::testing::*;
use crate::token::Kind;

fn services() -> Value {
    json!([
        { "name": "My cloud", "secret": KEY, "order": { "position": 1 }, "groupId": "g",
          "icon": { "selected": "Label", "label": { "text": "AC", "backgroundColor": "Brown" } },
          "otp": { "issuer": "ACME", "account": "a", "digits": 8, "period": 60, "algorithm": "SHA512", "tokenType": "TOTP" } },
        { "name": "ACME", "secret": KEY, "order": { "position": 0 },
          "otp": { "label": "ACME:b", "account": "", "algorithm": null, "counter": 9, "tokenType": "HOTP" } },
        { "name": "Boeing", "secret": KEY, "groupId": "lost", "otp": { "account": "c", "digits": 5, "tokenType": "STEAM" } },
        { "name": "Bad", "secret": "!", "otp": { "tokenType": "TOTP" } },
        { "name": "Odd", "secret": KEY, "otp": { "tokenType": "DICE" } },
    ])
}

fn plain(schema: u64, services: &Value) -> Vec<u8> {
    let groups = json!([{ "id": "g", "name": "Work" }]);
    serde_json::to_vec_pretty(&json!({ "services": services, "groups": groups, "schemaVersion": schema })).unwrap()
}

fn sealed(list: &str) -> Vec<u8> {
    let key = kdf::pbkdf2(PBKDF2_HMAC_SHA256, b"right", &[1; 64], ROUNDS, 32).unwrap();
    let seal = |text: &str| {
        let parts = [seal::gcm(key.expose(), &[2; 12], &[], text.as_bytes()), vec![1; 64], vec![2; 12]];
        parts.map(|part| BASE64.encode(&part)).join(":")
    };
    let file = json!({
        "services": [], "groups": [{ "id": "g", "name": "Work" }], "schemaVersion": 4,
        "servicesEncrypted": seal(list), "reference": seal("reference"),
    });
    serde_json::to_vec_pretty(&file).unwrap()
}

#[test]
fn services_in_their_own_order_with_what_is_kept_of_them() {
    let outcome = read(&plain(4, &services()), None).unwrap();
    assert_eq!(tokens(&outcome), ["hotp ACME:b", "totp ACME:a", "steam Boeing:c"]);
    let cloud = &outcome.tokens[1];
    assert_eq!(
        (cloud.note.as_str(), cloud.groups.as_slice(), &cloud.icon),
        ("My cloud", &["Work".into()][..], &Icon::Tile(10))
    );
    assert!(matches!(&cloud.kind, Kind::Totp { period, .. } if period.seconds() == 60));
    let unreadable: Vec<_> = outcome.unreadable.iter().map(|failed| failed.entry.name.as_str()).collect();
    assert_eq!(unreadable, ["Bad", "Odd"]);
    assert_eq!(outcome.lost.len(), 1);
    assert_eq!(outcome.lost[0].what, Loss::UnknownGroup);
}

#[test]
fn old_schemas_say_what_they_never_kept() {
    let old =
        json!([{ "name": "ACME", "secret": KEY, "type": "Unknown", "otp": { "account": "a", "issuer": "ACME" } }]);
    let lost = |schema, services| {
        let outcome = read(&plain(schema, services), None).unwrap();
        outcome.lost.into_iter().map(|lost| lost.what).collect::<Vec<_>>()
    };
    assert_eq!(lost(1, &old), [Loss::Type, Loss::Algorithm, Loss::Period]);
    let second =
        json!([{ "name": "ACME", "secret": KEY, "otp": { "account": "a", "digits": 6, "algorithm": "SHA1" } }]);
    assert_eq!(lost(2, &second), [Loss::Type]);
    assert_eq!(read(&plain(5, &old), None), Err(ImportError::Unsupported { what: "2FAS schema 5" }));
}

#[test]
fn an_encrypted_backup() {
    let file = sealed(&services().to_string());
    assert_eq!(opens_with(&file, "right").tokens.len(), 3);
    let borders: Vec<_> = (1..file.len()).filter(|n| matches!(file[*n], b'"' | b':' | b',')).collect();
    sealed_cuts_are_errors(&file, &borders, "right");
}

#[test]
fn damage_is_no_wrong_password() {
    cuts_are_damage(&plain(4, &services()), 97);
    let text = String::from_utf8(sealed(&services().to_string())).unwrap();
    let start = text.find("servicesEncrypted\": \"").unwrap() + 40;
    let changed = with_another_letter(&text, start);
    assert_eq!(read(changed.as_bytes(), Some(&"right".into())), Err(ImportError::Damaged));
    assert_eq!(read(changed.as_bytes(), Some(&"wrong".into())), Err(ImportError::WrongPassword));
    assert_eq!(read(&sealed("no list"), Some(&"right".into())), Err(ImportError::Damaged));
}
