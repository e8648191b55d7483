#![allow(clippy::cast_possible_truncation)]

use super::super::cipher::{BLOCK, seal};
use super::*;

/// Encrypts pages that have room for IV and HMAC.
pub(in super::super) fn encrypt(plain: &[u8], password: &str, version: usize) -> Vec<u8> {
    let version = &VERSIONS[version];
    let salt = [7_u8; SALT];
    let mut key = [0; 32];
    let rounds = |n| core::num::NonZeroU32::new(n).expect("rounds");
    pbkdf2::derive(version.pbkdf2, rounds(version.rounds), &salt, password.as_bytes(), &mut key);
    let mut hmac_key = [0; 32];
    pbkdf2::derive(version.pbkdf2, rounds(HMAC_ROUNDS), &salt.map(|byte| byte ^ HMAC_SALT_MASK), &key, &mut hmac_key);
    let hmac_key = hmac::Key::new(version.hmac, &hmac_key);
    let mut file = Vec::new();
    for (page, number) in plain.chunks(version.page_size).zip(1_u32..) {
        let from = if number == 1 { SALT } else { 0 };
        let end = page.len() - reserved(version);
        let iv = [number as u8; BLOCK];
        let mut body = seal::cbc(&key, &iv, &page[from..end]);
        body.truncate(end - from);
        body.extend(iv);
        let tag = hmac::sign(&hmac_key, &[&body[..], &number.to_le_bytes()].concat());
        if number == 1 {
            file.extend(salt);
        }
        file.extend(body);
        file.extend(tag.as_ref());
        file.resize(number as usize * version.page_size, 0);
    }
    file
}

#[test]
fn a_password_opens_what_it_closed() {
    for (index, version) in VERSIONS.iter().enumerate() {
        let mut plain: Vec<u8> = (0..version.page_size * 3).map(|n| n as u8).collect();
        plain[..16].copy_from_slice(sqlite::MAGIC);
        let sealed = encrypt(&plain, "right", index);
        assert!(fits(&sealed));
        let opened = decrypt(&sealed, &"right".into()).expect("the right password");
        let end = version.page_size - reserved(version);
        assert!(
            opened.chunks(version.page_size).zip(plain.chunks(version.page_size)).all(|(a, b)| a[..end] == b[..end])
        );
        assert_eq!(decrypt(&sealed, &"wrong".into()), Err(ImportError::WrongPassword));
        let mut damaged = sealed.clone();
        damaged[version.page_size + 5] ^= 1;
        assert_eq!(decrypt(&damaged, &"right".into()), Err(ImportError::Damaged));
    }
}
