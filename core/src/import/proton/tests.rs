use serde_json::json;

use super::*;
use crate::import::Loss;
use crate::import::cipher::seal;
use crate::import::read;
use crate::import::testing::*;

fn plain() -> String {
    let entry = |uri: &str, name: &str, note: Option<&str>| json!({ "id": "0", "content": { "uri": uri, "entry_type": "Totp", "name": name }, "note": note });
    let file = json!({ "version": 1, "entries": [
        entry(&format!("otpauth://totp/a?secret={KEY}&issuer=ACME&algorithm=SHA256&digits=8&period=60"), "a", Some("own words")),
        entry(&format!("steam://{KEY}"), "b", None),
        entry("otpauth://totp/c?secret=1", "c", None),
        { "id": "0", "content": {} },
    ] });
    serde_json::to_string_pretty(&file).unwrap()
}

fn sealed(version: u64) -> Vec<u8> {
    let key = kdf::argon2(argon2::Algorithm::Argon2id, b"right", &[1; 16], (19 * 1024, 2, 1)).unwrap();
    let content = [&[2; 12][..], &seal::gcm(key.expose(), &[2; 12], AAD, plain().as_bytes())].concat();
    let file = json!({ "version": version, "salt": BASE64.encode(&[1; 16]), "content": BASE64.encode(&content) });
    file.to_string().into_bytes()
}

#[test]
fn entries_with_their_notes() {
    let outcome = read(plain().as_bytes(), None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:a", "steam Steam:b"]);
    assert_eq!(outcome.tokens[0].note, "own words");
    let names: Vec<_> = outcome.unreadable.iter().map(|failed| failed.entry.name.as_str()).collect();
    assert_eq!(names, ["c", ""]);
}

#[test]
fn under_a_password() {
    let file = sealed(1);
    assert_eq!(opens_with(&file, "right").tokens.len(), 2);
    let borders: Vec<_> = (1..file.len()).filter(|n| matches!(file[*n], b'"' | b',' | b':')).collect();
    sealed_cuts_are_errors(&file, &borders, "right");
    assert_eq!(
        read(&sealed(2), Some(&"right".into())),
        Err(ImportError::Unsupported { what: "Proton Authenticator 2" })
    );
}

#[test]
fn damage() {
    cuts_are_damage(plain().as_bytes(), 97);
}

#[test]
fn proton_pass() {
    let item = |name: &str, totp: &str, state: u64| {
        json!({
            "itemId": "0", "state": state, "pinned": true,
            "data": {
                "metadata": { "name": name, "note": "own words" }, "type": "login", "extraFields": [],
                "content": { "itemEmail": "mira@keller.example", "itemUsername": "", "password": "hunter2", "totpUri": totp },
            },
        })
    };
    let mut extra = item("Extra", "", 1);
    extra["data"]["extraFields"] = json!([
        { "fieldName": "x", "type": "text", "data": { "content": "y" } },
        { "fieldName": "2FA", "type": "totp", "data": { "totpUri": KEY } },
    ]);
    let file = json!({ "encrypted": false, "version": "1.21.2", "userId": "u", "vaults": {
        "v1": { "name": "Personal", "items": [item("ACME", KEY, 1), item("Gone", KEY, 2), item("None", "", 1)] },
        "v2": { "name": "Work", "items": [extra, item("Bad", "!", 1)] },
    } });
    let outcome = read(file.to_string().as_bytes(), None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:mira@keller.example", "totp Extra:mira@keller.example"]);
    let first = &outcome.tokens[0];
    assert_eq!(
        (first.note.as_str(), first.favourite, first.groups.as_slice()),
        ("own words", true, &["Personal".to_owned()][..])
    );
    assert_eq!((outcome.lost[0].entry.place.unwrap().number, &outcome.lost[0].what), (2, &Loss::Trashed));
    assert_eq!(outcome.unreadable[0].entry.place.unwrap().number, 5);
    cuts_are_damage(file.to_string().as_bytes(), 97);
    let sealed = read(b"-----BEGIN PGP MESSAGE-----\n\nww0E", Some(&"right".into()));
    assert_eq!(sealed, Err(ImportError::Unsupported { what: "OpenPGP" }));
}
