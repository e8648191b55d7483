use serde_json::json;

use super::*;
use crate::import::testing::*;
use crate::import::{Loss, read};

fn text() -> String {
    let display = |json: serde_json::Value| {
        percent_encoding::utf8_percent_encode(&json.to_string(), percent_encoding::NON_ALPHANUMERIC).to_string()
    };
    let kept = display(
        json!({ "pinned": true, "trashed": false, "tapCount": 5, "note": "own words", "tags": ["Work", "Home"] }),
    );
    let gone = display(json!({ "pinned": false, "trashed": true, "tags": [] }));
    format!(
        "otpauth://totp/ACME:a?secret={KEY}&issuer=ACME&algorithm=null&codeDisplay={kept}\n\
         otpauth://totp/ACME:b?secret={KEY}&issuer=ACME&codeDisplay={gone}\n\
         otpauth://totp/ACME:c?secret={KEY}&issuer=ACME&codeDisplay=nonsense\n\
         otpauth://totp/ACME:d?secret=1&issuer=ACME\n"
    )
}

fn sealed(mem_limit: u64, ops_limit: u64) -> Vec<u8> {
    let key = kdf::argon2(argon2::Algorithm::Argon2id, b"right", &[1; 16], (64, 1, 1)).unwrap();
    let sealed = secretstream::seal(key.expose().try_into().unwrap(), &[2; 24], text().as_bytes());
    let file = json!({
        "version": 1,
        "kdfParams": { "memLimit": mem_limit, "opsLimit": ops_limit, "salt": BASE64.encode(&[1; 16]) },
        "encryptedData": BASE64.encode(&sealed),
        "encryptionNonce": BASE64.encode(&[2; 24]),
    });
    file.to_string().into_bytes()
}

#[test]
fn what_ente_adds_goes_to_its_place() {
    let outcome = read(text().as_bytes(), None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:a", "totp ACME:c"]);
    let first = &outcome.tokens[0];
    assert_eq!((first.favourite, first.used, first.note.as_str()), (true, 5, "own words"));
    assert_eq!((first.groups.as_slice(), first.unknown.len()), (&["Work".to_owned(), "Home".to_owned()][..], 0));
    assert_eq!(outcome.tokens[1].unknown.len(), 1);
    assert_eq!((outcome.lost[0].entry.name.as_str(), &outcome.lost[0].what), ("ACME:b", &Loss::Trashed));
    assert_eq!(outcome.unreadable[0].entry.name, "ACME:d");
}

#[test]
fn an_encrypted_export() {
    let file = sealed(64 * 1024, 1);
    let outcome = opens_with(&file, "right");
    assert_eq!((outcome.tokens.len(), outcome.unreadable.len(), outcome.lost.len()), (2, 1, 1));
    let borders: Vec<_> = (1..file.len()).filter(|n| matches!(file[*n], b'"' | b':' | b',' | b'}')).collect();
    sealed_cuts_are_errors(&file, &borders, "right");
}

#[test]
fn hostile_limits_are_not_paid() {
    for (memory, passes) in [(1 << 40, 1), (1 << 30, 1000), (u64::MAX, u64::MAX), (0, 1), (1 << 20, 0)] {
        assert_eq!(read(&sealed(memory, passes), Some(&"right".into())), Err(ImportError::Cost));
    }
}
