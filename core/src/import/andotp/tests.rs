use serde_json::json;

use super::*;
use crate::import::ImportError;
use crate::import::cipher::seal;
use crate::import::read;
use crate::import::testing::*;

fn plain() -> Vec<u8> {
    let file = json!([
        { "secret": KEY, "issuer": "ACME", "label": "a", "digits": 8, "type": "TOTP", "algorithm": "SHA512", "period": 60,
          "used_frequency": 3, "tags": ["Work"] },
        { "secret": KEY, "issuer": "", "label": "b", "digits": 6, "type": "HOTP", "algorithm": "SHA1", "counter": 5, "tags": [] },
        { "secret": KEY, "issuer": "ACME", "label": "c", "digits": 5, "type": "STEAM", "algorithm": "SHA1", "tags": [] },
        { "secret": KEY, "label": "Cloud - d", "digits": 6, "type": "TOTP", "algorithm": "SHA1", "period": 30 },
        // Base32 of the digits 7ac61d4736f51a2b
        { "secret": "G5QWGNRRMQ2DOMZWMY2TCYJSMI======", "issuer": "ACME", "label": "e", "type": "MOTP", "algorithm": "SHA1" },
        { "secret": "!", "issuer": "ACME", "label": "f", "type": "TOTP", "algorithm": "SHA1" },
    ]);
    file.to_string().into_bytes()
}

fn sealed() -> Vec<u8> {
    let key = kdf::pbkdf2(PBKDF2_HMAC_SHA1, b"right", &[1; 12], 150_000, 32).unwrap();
    [&150_000_u32.to_be_bytes()[..], &[1; 12], &[2; 12], &seal::gcm(key.expose(), &[2; 12], &[], &plain())].concat()
}

fn sealed_old() -> Vec<u8> {
    let key = Sha256::digest(b"right");
    [&[0xF2; 12][..], &seal::gcm(&key, &[0xF2; 12], &[], &plain())].concat()
}

#[test]
fn every_kind_and_what_is_kept_of_it() {
    let outcome = read(&plain(), None).unwrap();
    assert_eq!(tokens(&outcome), ["totp ACME:a", "hotp :b", "steam ACME:c", "totp Cloud:d"]);
    assert_eq!((outcome.tokens[0].used, outcome.tokens[0].groups.as_slice()), (3, &["Work".to_owned()][..]));
    // andOTP asks for mOTP's PIN each time and keeps none.
    assert_eq!(outcome.unreadable[0].reason, EnrolError::NeedsPin);
    assert_eq!(outcome.unreadable[1].entry.name, "ACME:f");
}

#[test]
fn both_ways_of_encryption() {
    assert_eq!(opens_with(&sealed(), "right").tokens.len(), 4);
    assert_eq!(opens_with(&sealed_old(), "right").tokens.len(), 4);
}

#[test]
fn damage() {
    cuts_are_damage(&plain(), 97);
    sealed_cuts_are_errors(&sealed(), &[4, 16, 28, 44], "right");
    sealed_cuts_are_errors(&sealed_old(), &[12, 28], "right");
}

#[test]
fn what_is_no_noise_is_unknown() {
    let program = [b"\x7FELF\x02\x01\x01".repeat(20), vec![0; 300], vec![0xFF; 9]].concat();
    assert_eq!(read(&program, None), Err(ImportError::Unknown));
}
