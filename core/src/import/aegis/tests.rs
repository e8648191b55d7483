use data_encoding::HEXLOWER;
use serde_json::{Value, json};

use crate::enrol::EnrolError;
use crate::import::cipher::seal;
use crate::import::testing::*;
use crate::import::{ImportError, Loss, kdf, read};
use crate::token::Kind;

fn entry(kind: &str, name: &str, more: &Value) -> Value {
    let mut entry = json!({
        "type": kind, "uuid": "0", "name": name, "issuer": "ACME", "note": "", "favorite": false, "icon": null,
        "info": { "secret": KEY, "algo": "SHA1", "digits": 6, "period": 30 },
    });
    for (name, value) in more.as_object().into_iter().flatten() {
        entry[name] = value.clone();
    }
    entry
}

fn database(version: u64) -> Value {
    json!({
        "version": version,
        "groups": [{ "uuid": "g1", "name": "Work" }, { "uuid": "g2", "name": "Home" }],
        "entries": [
            entry("totp", "a", &json!({ "groups": ["g2", "g1"], "favorite": true, "note": "own words" })),
            entry("hotp", "b", &json!({ "group": "Old", "info": { "secret": KEY, "algo": "SHA256", "digits": 8, "counter": 7 } })),
            entry("steam", "c", &json!({ "icon": "AAAA", "icon_mime": "image/png" })),
            entry("motp", "d", &json!({ "info": { "secret": "PLDB2RZW6UNCW", "algo": "MD5", "digits": 6, "period": 10, "pin": "1234" } })),
            entry("yandex", "e", &json!({ "info": { "secret": "LA2V6KMCGYMWWVEW64RNP3JA3I", "pin": "7586" } })),
            entry("totp", "f", &json!({ "groups": ["g9"] })),
            entry("totp", "g", &json!({ "info": { "secret": "1", "algo": "SHA1", "digits": 6, "period": 30 } })),
            entry("counter", "h", &Value::Null),
            entry("totp", "i", &json!({ "info": { "secret": KEY, "algo": "MD5", "digits": "many" } })),
            7,
        ],
    })
}

fn plain() -> Vec<u8> {
    let file = json!({ "version": 1, "header": { "slots": null, "params": null }, "db": database(3) });
    serde_json::to_vec_pretty(&file).unwrap()
}

/// A vault of two slots, of which the second takes the password; `n` is what the file says.
fn sealed(n: u64) -> Vec<u8> {
    let (master, salt) = ([5; 32], [6; 32]);
    let hex = |bytes: &[u8]| HEXLOWER.encode(bytes);
    let slot = |password: &str| {
        let key = kdf::scrypt(password.as_bytes(), &salt, 16, 8, 1).unwrap();
        let sealed = seal::gcm(key.expose(), &[7; 12], &[], &master);
        json!({
            "type": 1, "uuid": "0", "key": hex(&sealed[..32]), "salt": hex(&salt), "n": n, "r": 8, "p": 1,
            "key_params": { "nonce": hex(&[7; 12]), "tag": hex(&sealed[32..]) },
        })
    };
    let biometric = json!({ "type": 2, "uuid": "1", "key": "00", "key_params": { "nonce": "00", "tag": "00" } });
    let db = seal::gcm(&master, &[8; 12], &[], database(2).to_string().as_bytes());
    let (text, tag) = db.split_at(db.len() - 16);
    let file = json!({
        "version": 1,
        "header": {
            "slots": [biometric, slot("another"), slot("right")],
            "params": { "nonce": hex(&[8; 12]), "tag": hex(tag) },
        },
        "db": data_encoding::BASE64.encode(text),
    });
    serde_json::to_vec_pretty(&file).unwrap()
}

#[test]
fn every_kind_with_what_is_kept_of_it() {
    let outcome = read(&plain(), None).unwrap();
    let expected = ["totp ACME:a", "hotp ACME:b", "steam ACME:c", "motp ACME:d", "yandex ACME:e", "totp ACME:f"];
    assert_eq!(tokens(&outcome), expected);
    let first = &outcome.tokens[0];
    assert_eq!(
        (first.groups.as_slice(), first.favourite, first.note.as_str()),
        (&["Home".into(), "Work".into()][..], true, "own words")
    );
    assert_eq!(outcome.tokens[1].groups, ["Old"]);
    assert!(matches!(&outcome.tokens[1].kind, Kind::Hotp { counter, .. } if counter.0 == 7));
    assert_eq!(outcome.tokens[3].secret.expose(), HEXLOWER.decode(b"7ac61d4736f51a2b").unwrap());
    let lost: Vec<_> = outcome.lost.iter().map(|lost| (lost.entry.name.as_str(), &lost.what)).collect();
    assert_eq!(lost, [("ACME:c", &Loss::Icon), ("ACME:f", &Loss::UnknownGroup)]);
}

#[test]
fn entries_fail_alone() {
    let outcome = read(&plain(), None).unwrap();
    let unreadable = outcome.unreadable.iter();
    let reasons: Vec<_> = unreadable
        .map(|failed| (failed.entry.place.unwrap().number, failed.entry.name.as_str(), &failed.reason))
        .collect();
    assert!(matches!(reasons[0], (7, "ACME:g", EnrolError::Secret(_))));
    assert_eq!(reasons[1], (8, "ACME:h", &EnrolError::UnknownType { found: "counter".into() }));
    assert_eq!(reasons[2], (9, "ACME:i", &EnrolError::BadNumber { parameter: "digits".into() }));
    assert_eq!(reasons[3], (10, "", &EnrolError::Unknown));
}

#[test]
fn an_encrypted_vault() {
    let outcome = opens_with(&sealed(16), "right");
    assert_eq!((outcome.tokens.len(), outcome.unreadable.len()), (6, 4));
}

#[test]
fn damage_and_what_costs_too_much() {
    cuts_are_damage(&plain(), 97);
    let file = sealed(16);
    let borders: Vec<_> =
        (1..file.len()).filter(|n| matches!(file[*n], b'"' | b',' | b':' | b'}')).step_by(5).collect();
    sealed_cuts_are_errors(&file, &borders, "right");
    assert_eq!(read(&sealed(1 << 40), Some(&"right".into())), Err(ImportError::Cost));
    // Each slot within bounds, and too many of them.
    let mut crowd: Value = serde_json::from_slice(&sealed(1 << 15)).unwrap();
    let slot = crowd["header"]["slots"][1].clone();
    crowd["header"]["slots"] = vec![slot; 1000].into();
    assert_eq!(read(crowd.to_string().as_bytes(), Some(&"right".into())), Err(ImportError::Cost));
    // The list itself, under the right password.
    let text = String::from_utf8(file).unwrap();
    let start = text.find("\"db\": \"").unwrap() + 20;
    let changed = with_another_letter(&text, start);
    assert_eq!(read(changed.as_bytes(), Some(&"right".into())), Err(ImportError::Damaged));
}

#[test]
fn what_this_version_cannot_read_is_named() {
    let newer = String::from_utf8(plain()).unwrap().replace("\"version\": 3", "\"version\": 4");
    assert_eq!(read(newer.as_bytes(), None), Err(ImportError::Unsupported { what: "Aegis 4" }));
    let of_a_phone = json!({
        "version": 1, "db": "AAAA",
        "header": { "slots": [{ "type": 2 }], "params": { "nonce": "00", "tag": "00" } },
    });
    assert_eq!(read(of_a_phone.to_string().as_bytes(), Some(&"x".into())), Err(ImportError::Restricted));
}
