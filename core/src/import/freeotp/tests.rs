use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};

use super::super::samples::{accounts, cuts, read, seed, survives, tokens};
use super::*;

const KEY: &str = "GEZDGNBVGY3TQOJQ";
const OLD: &str = r#"{"algo":"SHA256","counter":9,"digits":8,"issuerExt":"ACME","issuerInt":"acme","label":"mira","period":60,
    "secret":[49,50,51,52,53,54,55,56,57,48],"type":"HOTP"}"#;

fn prefs(tokens: &[&str]) -> String {
    let strings: String = tokens
        .iter()
        .enumerate()
        .map(|(n, token)| format!("<string name=\"t{n}\">{}</string>\n", token.replace('"', "&quot;")))
        .collect();
    format!("<?xml version='1.0' ?>\n<map>\n{strings}<string name=\"tokenOrder\">[&quot;t0&quot;]</string>\n</map>\n")
}

#[test]
fn counters_of_the_old_apps_are_those_last_used() {
    let timed = OLD.replace("HOTP", "TOTP");
    let steam = timed.replace("\"ACME\"", "\"Steam\"");
    let renamed = timed.replace("\"type\"", "\"issuerAlt\":\"Mine\",\"labelAlt\":\"me\",\"type\"");
    let negative = OLD.replace("[49", "[-1");
    let all = [OLD, &timed, &steam, &renamed, &negative, "{}", "nonsense"];
    let lines = [
        format!("hotp ACME {KEY} SHA256 8 10"),
        format!("totp ACME {KEY} SHA256 8 60"),
        format!("steam Steam {KEY}"),
        format!("totp Mine {KEY} SHA256 8 60"),
        "hotp ACME 74ZDGNBVGY3TQOJQ SHA256 8 10".to_owned(),
    ];
    let outcome = read(prefs(&all).as_bytes(), None).expect("tokens");
    assert_eq!((tokens(&outcome), outcome.unreadable.len()), (lines.to_vec(), 2));
    let json = format!("{{\"tokenOrder\":[],\"tokens\":[{}]}}", all[..6].join(","));
    let outcome = read(json.as_bytes(), None).expect("tokens");
    assert_eq!((tokens(&outcome), outcome.unreadable.len()), (lines.to_vec(), 1));
    seed("freeotp-plus", "list", json.as_bytes());
    seed("freeotp-xml", "preferences", prefs(&all).as_bytes());
    survives(json.as_bytes(), None);
    survives(prefs(&all).as_bytes(), None);
}

fn signed(bytes: &[u8]) -> String {
    format!("{:?}", bytes.iter().map(|byte| i8::from_ne_bytes([*byte])).collect::<Vec<_>>())
}

fn sealed(key: &[u8; 32], plain: &[u8], token: &str, bare: bool) -> String {
    let nonce = [8_u8; 12];
    let payload = Payload { msg: plain, aad: token.as_bytes() };
    let bytes = Aes256Gcm::new(key.into()).encrypt(&Nonce::from(nonce), payload).expect("memory");
    let mut parameters = [&[4, 12][..], &nonce].concat();
    if !bare {
        parameters = [&[0x30, 17][..], &parameters, &[2, 1, 16]].concat();
    }
    format!(
        "{{\"mCipher\":\"AES/GCM/NoPadding\",\"mCipherText\":{},\"mParameters\":{},\"mToken\":\"{token}\"}}",
        signed(&bytes),
        signed(&parameters)
    )
}

fn java(texts: &[(&str, String)]) -> Vec<u8> {
    let mut out = vec![0xAC, 0xED, 0, 5, 0x73, 0x72, 0, 17];
    out.extend(b"java.util.HashMap");
    out.extend([5, 7, 0xDA, 0xC1, 0xC3, 0x16, 0x60, 0xD1, 3, 0, 2, b'F', 0, 10]);
    out.extend(b"loadFactorI\0\x09thresholdxp\x3f\x40\0\0\0\0\0\x0cw\x08\0\0\0\x10");
    out.extend(u32::try_from(texts.len()).expect("few").to_be_bytes());
    for text in texts.iter().flat_map(|(name, text)| [*name, text.as_str()]) {
        out.push(0x74);
        out.extend(u16::try_from(text.len()).expect("short").to_be_bytes());
        out.extend(text.as_bytes());
    }
    out.push(0x78);
    out
}

fn map(hash: &str, rounds: u64, bare: bool) -> Vec<u8> {
    let algorithm = if hash == "SHA1" { ring::pbkdf2::PBKDF2_HMAC_SHA1 } else { ring::pbkdf2::PBKDF2_HMAC_SHA512 };
    let mut key = [0; 32];
    let paid = core::num::NonZeroU32::new(50).expect("rounds");
    ring::pbkdf2::derive(algorithm, paid, &[7; 32], b"right", &mut key);
    let master = format!(
        "{{\"mAlgorithm\":\"PBKDF2withHmac{hash}\",\"mEncryptedKey\":{},\"mIterations\":{rounds},\"mSalt\":{}}}",
        sealed(&key, &[6; 32], "AES", bare),
        signed(&[7; 32])
    );
    let token = |token: &str| serde_json::json!({ "key": sealed(&[6; 32], b"1234567890", token, bare) }).to_string();
    let counted = r#"{"algo":"SHA512","counter":5,"digits":7,"issuerExt":"ACME","label":"counted","type":"HOTP"}"#;
    let bare = r#"{"issuerExt":"ACME","label":"bare","type":"TOTP"}"#;
    java(&[
        ("one-token", counted.to_owned()),
        ("masterKey", master),
        ("two", token("HmacSHA256")),
        ("one", token("HmacSHA512")),
        ("two-token", bare.to_owned()),
        ("three", token("HmacSHA1")),
        ("four", "{\"key\":\"{}\"}".to_owned()),
        ("four-token", bare.to_owned()),
    ])
}

#[test]
fn the_encrypted_map() {
    for (hash, bare) in [("SHA1", true), ("SHA512", false)] {
        let file = map(hash, 50, bare);
        seed("freeotp", hash, &file);
        let outcome = read(&file, Some("right")).expect("two tokens");
        assert_eq!(accounts(&outcome), ["bare", "counted"]);
        assert_eq!(tokens(&outcome), [format!("totp ACME {KEY} SHA256 6 30"), format!("hotp ACME {KEY} SHA512 7 5")]);
        assert_eq!(outcome.unreadable.len(), 2);
        assert_eq!(read(&file, None), Err(ImportError::NeedsPassword));
        assert_eq!(read(&file, Some("wrong")), Err(ImportError::WrongPassword));
        for cut in cuts(file.len()).filter(|cut| *cut > 32) {
            assert_eq!(read(&file[..cut], Some("right")), Err(ImportError::Damaged), "{cut}");
        }
    }
    assert_eq!(read(&map("SHA1", 1 << 40, true), Some("right")), Err(ImportError::Cost));
    assert!(matches!(read(&map("MD5", 50, true), Some("right")), Err(ImportError::Unsupported { .. })));
}

#[test]
fn a_map_with_references_and_hostile_counts() {
    // The second text is the first once more: its handle is the one after class and map.
    let mut file = java(&[("masterKey", "x".to_owned())]);
    let at = file.len() - 5;
    file.splice(at..file.len() - 1, [0x71, 0, 0x7E, 0, 2]);
    assert!(java::read(&file).is_ok_and(|map| map[0].1.expose() == "masterKey"));
    let at = file.iter().position(|byte| *byte == b'w').expect("a block") + 6;
    file[at..at + 4].copy_from_slice(&10_000_000_u32.to_be_bytes());
    assert_eq!(java::read(&file).err(), Some(ImportError::TooManyEntries));
}
