use serde_json::{Value, json};

use super::*;
use crate::import::cipher::seal;
use crate::import::read;
use crate::import::testing::*;

fn vault() -> Value {
    let item = |name: &str, totp: &Value, more: &Value| {
        let mut item = json!({
            "type": 1, "name": name, "notes": null, "favorite": false, "folderId": null, "collectionIds": null,
            "login": { "username": "mira", "password": "hunter2", "totp": totp },
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            item[name] = value.clone();
        }
        item
    };
    json!({
        "encrypted": false,
        "folders": [{ "id": "f", "name": "Work" }],
        "items": [
            item("ACME", &KEY.into(), &json!({ "folderId": "f", "favorite": true, "notes": "own words" })),
            item("Cloud", &format!("otpauth://totp/Cloud%3Aida?secret={KEY}&issuer=Cloud&period=60").into(), &json!({ "folderId": "?" })),
            item("Steam", &format!("steam://{KEY}").into(), &Value::Null),
            item("No TOTP", &Value::Null, &Value::Null),
            item("Gone", &KEY.into(), &json!({ "deletedDate": "2024-01-01" })),
            item("Bad", &"!!".into(), &Value::Null),
            { "type": 3, "name": "Card", "card": { "number": "4024007137334933" } },
        ],
    })
}

/// Under a password, with the cost that the file says and the one that was paid.
fn sealed(kdf: &Value, master: &Secret, data: &str) -> Vec<u8> {
    let keys = Keys::of(master).unwrap();
    let seal = |text: &str| {
        let text = seal::cbc(keys.enc.as_slice(), &[3; 16], text.as_bytes());
        let mac =
            Hmac::<Sha256>::new_from_slice(keys.mac.as_slice()).unwrap().chain_update([3; 16]).chain_update(&text);
        let mac = mac.finalize().into_bytes();
        format!("2.{}|{}|{}", BASE64.encode(&[3; 16]), BASE64.encode(&text), BASE64.encode(&mac))
    };
    let mut file = json!({
        "encrypted": true, "passwordProtected": true, "salt": "c2FsdA==",
        "encKeyValidation_DO_NOT_EDIT": seal("anything"), "data": seal(data),
    });
    for (name, value) in kdf.as_object().unwrap() {
        file[name] = value.clone();
    }
    serde_json::to_vec_pretty(&file).unwrap()
}

fn by_pbkdf2() -> Vec<u8> {
    let master = kdf::pbkdf2(PBKDF2_HMAC_SHA256, b"right", b"c2FsdA==", 5000, 32).unwrap();
    sealed(&json!({ "kdfType": 0, "kdfIterations": 5000 }), &master, &vault().to_string())
}

fn by_argon2() -> Vec<u8> {
    let salt = Sha256::digest(b"c2FsdA==");
    let master = kdf::argon2(argon2::Algorithm::Argon2id, b"right", &salt, (1024, 2, 2)).unwrap();
    let kdf = json!({ "kdfType": 1, "kdfIterations": 2, "kdfMemory": 1, "kdfParallelism": 2 });
    sealed(&kdf, &master, &vault().to_string())
}

#[test]
fn items_with_totp_and_what_is_kept_of_them() {
    let file = serde_json::to_vec_pretty(&vault()).unwrap();
    let outcome = read(&file, None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:mira", "totp Cloud:ida", "steam Steam:mira"]);
    let first = &outcome.tokens[0];
    assert_eq!(
        (first.note.as_str(), first.favourite, first.groups.as_slice()),
        ("own words", true, &["Work".to_owned()][..])
    );
    let lost: Vec<_> = outcome.lost.iter().map(|lost| (lost.entry.name.as_str(), &lost.what)).collect();
    assert_eq!(lost, [("Cloud:mira", &Loss::UnknownGroup), ("Gone:mira", &Loss::Trashed)]);
    assert_eq!(outcome.unreadable.len(), 1);
    cuts_are_damage(&file, 97);
}

#[test]
fn under_a_password() {
    for file in [by_pbkdf2(), by_argon2()] {
        assert_eq!(opens_with(&file, "right").tokens.len(), 3);
        let borders: Vec<_> = (1..file.len()).filter(|n| matches!(file[*n], b'"' | b'|' | b',')).collect();
        sealed_cuts_are_errors(&file, &borders, "right");
    }
}

#[test]
fn one_accounts_own_export_and_newer_ones() {
    let mut file: Value = serde_json::from_slice(&by_pbkdf2()).unwrap();
    file["data"] = "7.AAAA".into();
    assert_eq!(
        read(file.to_string().as_bytes(), Some(&"right".into())),
        Err(ImportError::Unsupported { what: "Bitwarden" })
    );
    file["passwordProtected"] = false.into();
    assert_eq!(read(file.to_string().as_bytes(), Some(&"right".into())), Err(ImportError::Restricted));
}

#[test]
fn damage_is_no_wrong_password_and_hostile_costs_are_not_paid() {
    let mut file: Value = serde_json::from_slice(&by_pbkdf2()).unwrap();
    let data = file["data"].as_str().unwrap().to_owned();
    file["data"] = with_another_letter(&data, 40).into();
    assert_eq!(read(file.to_string().as_bytes(), Some(&"right".into())), Err(ImportError::Damaged));
    file["kdfIterations"] = u64::MAX.into();
    assert_eq!(read(file.to_string().as_bytes(), Some(&"right".into())), Err(ImportError::Cost));
    let mut file: Value = serde_json::from_slice(&by_argon2()).unwrap();
    file["kdfMemory"] = (1_u64 << 50).into();
    assert_eq!(read(file.to_string().as_bytes(), Some(&"right".into())), Err(ImportError::Cost));
}

#[test]
fn csv_in_both_apps_shapes() {
    let bitwarden = format!(
        "folder,favorite,type,name,notes,fields,reprompt,login_uri,login_username,login_password,login_totp\r\n\
         Work,1,login,ACME,\"own\r\n\"\"words\"\"\",,0,,mira,,{KEY}\r\n\
         ,,login,No TOTP,,,0,,,,\r\n\
         ,,login,Bad,,,0,,,,!!\r\n\
         ,,login,\"Steam, too\",,,0,,ida,,steam://{KEY}"
    );
    let outcome = read(bitwarden.as_bytes(), None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:mira", "steam Steam, too:ida"]);
    let first = &outcome.tokens[0];
    assert_eq!(
        (first.note.as_str(), first.favourite, first.groups.as_slice()),
        ("own\r\n\"words\"", true, &["Work".to_owned()][..])
    );
    assert_eq!(outcome.unreadable[0].entry.place.unwrap().number, 3);

    // Bitwarden Authenticator's rows have more cells than its header.
    let authenticator = format!(
        "folder,favorite,type,name,login_uri,login_totp\n,,1,ACME,,otpauth://totp/ACME:mira?secret={KEY}&issuer=ACME,ACME,30,6\n"
    );
    assert_eq!(tokens(&read(authenticator.as_bytes(), None).unwrap()), ["totp ACME:mira"]);
}
