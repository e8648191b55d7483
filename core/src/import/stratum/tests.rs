use serde_json::{Value, json};

use super::*;
use crate::import::cipher::seal;
use crate::import::read;
use crate::import::testing::*;
use crate::token::{Algorithm, Kind};

fn entry(kind: u64, name: &str, secret: &str, more: &Value) -> Value {
    let mut entry = json!({
        "Type": kind, "Icon": "acme", "Issuer": "ACME", "Username": name, "Secret": secret, "Pin": null,
        "Algorithm": 0, "Digits": 6, "Period": 30, "Counter": 0, "CopyCount": 0, "Ranking": 0,
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        entry[name] = value.clone();
    }
    entry
}

fn plain() -> Vec<u8> {
    let other = "MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK";
    let file = json!({
        "Authenticators": [
            entry(2, "a", KEY, &json!({ "Ranking": 3, "CopyCount": 12, "Algorithm": 1, "Digits": 8, "Period": 60 })),
            entry(1, "b", other, &json!({ "Ranking": 1, "Counter": 4, "Icon": "@own" })),
            entry(3, "c", "7ac61d4736f51a2b", &json!({ "Ranking": 2, "Pin": "1234" })),
            entry(4, "d", KEY, &json!({ "Ranking": 2 })),
            entry(3, "e", "no hex", &json!({ "Pin": "1234" })),
            entry(9, "f", KEY, &Value::Null),
        ],
        "Categories": [{ "Id": "1", "Name": "Work", "Ranking": 0 }, { "Id": "2", "Name": "Home", "Ranking": 1 }],
        "AuthenticatorCategories": [
            { "CategoryId": "2", "AuthenticatorSecret": other, "Ranking": 0 },
            { "CategoryId": "1", "AuthenticatorSecret": other, "Ranking": 0 },
            { "CategoryId": "9", "AuthenticatorSecret": "7ac61d4736f51a2b", "Ranking": 0 },
        ],
        "CustomIcons": [{ "Id": "own", "Data": "AAAA" }],
    });
    file.to_string().into_bytes()
}

fn strong(text: &[u8]) -> Vec<u8> {
    let key = kdf::argon2(argon2::Algorithm::Argon2id, b"right", &[1; 16], (64 * 1024, 3, 4)).unwrap();
    [STRONG, &[1; 16], &[2; 12], &seal::gcm(key.expose(), &[2; 12], &[], text)].concat()
}

fn legacy(text: &[u8]) -> Vec<u8> {
    let key = kdf::pbkdf2(PBKDF2_HMAC_SHA1, b"right", &[1; 20], 64_000, 32).unwrap();
    [LEGACY, &[1; 20], &[2; 16], &seal::cbc(key.expose(), &[2; 16], text)].concat()
}

#[test]
fn every_kind_in_its_order_with_what_is_kept_of_it() {
    let outcome = read(&plain(), None).unwrap();
    assert_eq!(tokens(&outcome), ["hotp ACME:b", "motp ACME:c", "steam ACME:d", "totp ACME:a"]);
    assert_eq!(outcome.tokens[0].groups, ["Home", "Work"]);
    assert_eq!(outcome.tokens[3].used, 12);
    let expected =
        |kind: &Kind| matches!(kind, Kind::Totp { algorithm: Algorithm::Sha256, period, .. } if period.seconds() == 60);
    assert!(expected(&outcome.tokens[3].kind));
    let lost: Vec<_> = outcome.lost.iter().map(|lost| (lost.entry.name.as_str(), &lost.what)).collect();
    assert_eq!(lost, [("ACME:b", &Loss::Icon), ("ACME:c", &Loss::UnknownGroup)]);
    let unreadable: Vec<_> = outcome.unreadable.iter().map(|failed| failed.entry.name.as_str()).collect();
    assert_eq!(unreadable, ["ACME:e", "ACME:f"]);
}

#[test]
fn both_ways_of_encryption() {
    assert_eq!(opens_with(&strong(&plain()), "right").tokens.len(), 4);
    assert_eq!(opens_with(&legacy(&plain()), "right").tokens.len(), 4);
}

#[test]
fn damage() {
    cuts_are_damage(&plain(), 97);
    let file = strong(&plain());
    for border in [16, 20, 32, 40, 44, 60] {
        assert_eq!(read(&file[..border], Some(&"right".into())), Err(ImportError::Damaged), "{border}");
    }
    let file = legacy(&plain());
    sealed_cuts_are_errors(&file, &[16, 20, 36, 40, 52, 60, 68], "right");
    // Whole blocks, and the right password: nothing but the padding is gone.
    assert_eq!(read(&file[..52 + 32], Some(&"right".into())), Err(ImportError::Damaged));
    assert_eq!(read(&strong(b"{\"Authenticators\":7}"), Some(&"right".into())), Err(ImportError::Damaged));
}
