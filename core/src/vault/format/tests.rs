//! Damage and malice: flipped bits, cut ends, hostile headers.
#![allow(clippy::cast_possible_truncation, clippy::string_slice)] // constants and ASCII of its own making

use sha2::{Digest as _, Sha256};

use super::*;
use crate::vault::contents::Contents;
use crate::vault::deflate;
use crate::vault::frame::{MOST_HEADER, bucket};
use crate::vault::kdf::Cost;
use crate::vault::payload;
use crate::vault::slots::{CostRule, NewSlot, Prepared};
use crate::vault::testing::{CountingEntropy, hotp, password_slot, totp};

struct Sample {
    bytes: Vec<u8>,
    key: Key,
}

fn sample() -> Sample {
    let entropy = CountingEntropy::default();
    let vault = Hex::random(&entropy).unwrap();
    let key = Key::random(&entropy).unwrap();
    let slot: NewSlot = password_slot("password");
    let Prepared { head, wrapping } = slot.prepare(&vault, &entropy, None, CostRule::AnyForTests).unwrap();
    let slot = Slot::wrap(head, &wrapping, &vault, &key, &entropy).unwrap();
    let header = Header { vault, generation: 7, slots: vec![slot] };
    let mut contents = Contents::default();
    contents.add(vec![totp(1, "Ærø Bank", "mira@keller.example"), hotp(2, "Counting", 9)], &entropy).unwrap();
    let bytes = seal(&header, &key, &payload::encode(&contents), &entropy).unwrap();
    Sample { bytes, key }
}

/// A file with a header of the tester's own, whose digest fits.
fn framed(version: u16, header: &str) -> Vec<u8> {
    let mut bytes = MAGIC.to_vec();
    bytes.extend(version.to_be_bytes());
    bytes.extend(u32::try_from(header.len()).unwrap().to_be_bytes());
    bytes.extend(header.as_bytes());
    let digest = Sha256::digest(&bytes);
    bytes.extend(digest);
    bytes.extend([0; 200]);
    bytes
}

fn header_text(bytes: &[u8]) -> String {
    let length = u32::from_be_bytes(bytes[10..14].try_into().unwrap()) as usize;
    String::from_utf8(bytes[14..14 + length].to_vec()).unwrap()
}

#[test]
fn every_flipped_bit_is_noticed() {
    let Sample { mut bytes, key } = sample();
    let front = read_front(&bytes).unwrap();
    assert!(open(&bytes, &front, &key).is_ok());
    let digest_ends = front.payload_at - NONCE_LEN;
    for bit in 0..bytes.len() * 8 {
        let (byte, mask) = (bit / 8, 1 << (bit % 8));
        bytes[byte] ^= mask;
        if byte < digest_ends {
            // No key is derived for these.
            assert!(read_front(&bytes).is_err(), "bit {bit} of the header");
        } else {
            let front = read_front(&bytes).unwrap();
            assert_eq!(open(&bytes, &front, &key).err(), Some(DamagedPayload), "bit {bit} of the payload");
        }
        bytes[byte] ^= mask;
    }
}

#[test]
fn a_file_cut_short_anywhere_is_noticed() {
    let Sample { bytes, key } = sample();
    for length in 0..bytes.len() {
        let cut = &bytes[..length];
        assert!(read_front(cut).is_err() || open(cut, &read_front(cut).unwrap(), &key).is_err(), "{length} bytes");
    }
    let longer = [bytes.as_slice(), &[0]].concat();
    assert!(open(&longer, &read_front(&longer).unwrap(), &key).is_err());
}

#[test]
fn nothing_of_a_token_can_be_read_in_the_file() {
    let Sample { bytes, key } = sample();
    let json = open(&bytes, &read_front(&bytes).unwrap(), &key).unwrap();
    let secret = crate::vault::testing::secret(1);
    let there = |needle: &[u8], hay: &[u8]| hay.windows(needle.len()).any(|window| window == needle);
    let secret_text = secret.to_base32();
    for needle in ["Ærø Bank", "mira@keller.example", "Counting", secret_text.expose(), "totp", "issuer"] {
        assert!(there(needle.as_bytes(), &json), "{needle} is in the payload");
        assert!(!there(needle.as_bytes(), &bytes), "{needle} is in the file");
    }
    assert!(!there(secret.expose(), &bytes) && !there(key.expose(), &bytes) && !there(b"password\0", &bytes));
}

#[test]
fn a_newer_version_is_refused_as_such_and_a_damaged_number_is_damage() {
    let header = header_text(&sample().bytes);
    assert_eq!(check_header(&framed(VERSION, &header)), Ok(()));
    assert_eq!(check_header(&framed(4, "\"anything at all\"")), Err(FormatError::Newer { version: 4 }));
    assert_eq!(check_header(&framed(0, &header)), Err(FormatError::DamagedHeader));
    assert_eq!(check_header(&framed(1, &header)), Ok(()));
    let with_recovery = header.replace("\"password\"", "\"recovery\"");
    assert_eq!(check_header(&framed(1, &with_recovery)), Err(FormatError::DamagedHeader), "version 1 had none");
    let mut flipped = sample().bytes;
    flipped[8] ^= 0x80;
    assert_eq!(check_header(&flipped), Err(FormatError::DamagedHeader));
    assert_eq!(check_header(b"SQLite format 3\0"), Err(FormatError::NotAVault));
    assert_eq!(check_header(b""), Err(FormatError::NotAVault));
}

#[test]
fn a_header_that_asks_for_too_much_is_refused_before_anything_is_paid() {
    let header = header_text(&sample().bytes);
    let asking = |what: &str, instead: &str| {
        assert!(header.contains(what), "{what}");
        check_header(&framed(VERSION, &header.replace(what, instead)))
    };
    let four_gib = format!("\"memory_kib\":{}", 4 * 1024 * 1024);
    assert_eq!(asking("\"memory_kib\":8", &four_gib), Err(FormatError::Cost));
    assert_eq!(asking("\"passes\":1", "\"passes\":4000000000"), Err(FormatError::Cost));
    assert_eq!(asking("\"lanes\":1", "\"lanes\":17"), Err(FormatError::Cost));
    assert_eq!(asking("\"passes\":1", "\"passes\":0"), Err(FormatError::Cost));
    let payable = Cost { memory_kib: 1024 * 1024, passes: 4, lanes: 4 };
    assert!(payable.is_payable() && !Cost { passes: 5, ..payable }.is_payable());

    for (what, instead) in [
        ("\"memory_kib\":8", "\"memory_kib\":-8"),
        ("\"memory_kib\":8", "\"memory_kib\":1e99"),
        ("\"generation\":7", "\"generation\":18446744073709551616"),
        ("\"generation\":7", "\"generation\":7,\"generation\":8"),
        ("\"generation\":7", "\"generation\":7,\"more\":1"),
        ("argon2id", "argon2i"),
        ("\"kind\":\"password\"", "\"kind\":\"device\""),
        ("\"kind\":\"password\"", "\"kind\":\"hamster\""),
        ("\"vault\":\"", "\"vault\":\"00"),
    ] {
        assert_eq!(asking(what, instead), Err(FormatError::DamagedHeader), "{instead}");
    }
}

#[test]
fn lengths_and_depths_that_lie_are_refused() {
    let Sample { bytes, .. } = sample();
    for length in [0, 1, MOST_HEADER as u32, MOST_HEADER as u32 + 1, u32::MAX / 2, u32::MAX] {
        let mut lying = bytes.clone();
        lying[10..14].copy_from_slice(&length.to_be_bytes());
        assert_eq!(check_header(&lying), Err(FormatError::DamagedHeader), "{length}");
    }
    let deep = "[".repeat(60_000);
    assert_eq!(check_header(&framed(VERSION, &deep)), Err(FormatError::DamagedHeader));
    let deep = format!("{{\"slots\":{}", "[".repeat(60_000));
    assert_eq!(check_header(&framed(VERSION, &deep)), Err(FormatError::DamagedHeader));
    let header = header_text(&bytes);
    let slot = &header[header.find("[{").unwrap() + 1..header.rfind(']').unwrap()];
    let twice = header.replace(slot, &format!("{slot},{slot}"));
    assert_eq!(check_header(&framed(VERSION, &twice)), Err(FormatError::DamagedHeader), "one slot of a kind");
    let none = header.replace(slot, "");
    assert_eq!(check_header(&framed(VERSION, &none)), Err(FormatError::DamagedHeader));
}

/// Seals a payload of the tester's own.
fn sealed_with(plain: &[u8]) -> Sample {
    let Sample { bytes, key } = sample();
    let front = read_front(&bytes).unwrap();
    let mut file = bytes[..front.payload_at].to_vec();
    let aad = file[..front.payload_at - NONCE_LEN].to_vec();
    let nonce = Hex(file[aad.len()..].try_into().unwrap());
    let mut text = plain.to_vec();
    let tag = payload_key(&front.header.vault, &key).seal(&nonce, &aad, &mut text).unwrap();
    file.extend(text);
    file.extend(tag);
    Sample { bytes: file, key }
}

#[test]
fn a_payload_that_swells_is_refused_before_it_does() {
    // 70 MB of zeros in 70 kB, by somebody who knows the key.
    let bomb = deflate::deflate(&vec![0; 70_000_000]);
    for said in [70_000_000, MOST_BYTES as u32 + 1, u32::MAX] {
        let Sample { bytes, key } = sealed_with(&[&u32::to_be_bytes(said), bomb.as_slice()].concat());
        assert!(open(&bytes, &read_front(&bytes).unwrap(), &key).is_err(), "{said}");
    }
    // It says less than it holds: it is not inflated further than it says.
    for said in [0, 10, 1_000_000] {
        let Sample { bytes, key } = sealed_with(&[&u32::to_be_bytes(said), bomb.as_slice()].concat());
        assert!(open(&bytes, &read_front(&bytes).unwrap(), &key).is_err(), "{said}");
    }
}

#[test]
fn a_payload_that_is_no_payload_is_damage_and_no_panic() {
    for plain in [&b""[..], b"\0", b"\0\0\0\x05", b"\0\0\0\x05garbage", &[0xFF; 300]] {
        let Sample { bytes, key } = sealed_with(plain);
        assert!(open(&bytes, &read_front(&bytes).unwrap(), &key).is_err(), "{plain:?}");
    }
    let deep = format!("{{\"tokens\":{}", "[".repeat(500_000));
    assert!(payload::decode(deep.as_bytes()).is_none());
    for json in ["", "null", "[]", "{", "{}", r#"{"tokens":[{}]}"#, r#"{"tokens":[{"id":"0"}]}"#] {
        assert!(payload::decode(json.as_bytes()).is_none(), "{json}");
    }
    assert!(payload::decode(br#"{"tokens":[]}"#).is_some(), "an empty vault");
}

#[test]
fn sizes_come_in_buckets() {
    let sizes = [(0, 4096), (4096, 4096), (4097, 6144), (6144, 6144), (6145, 8192), (8193, 12288), (12289, 16384)];
    for (bytes, expected) in sizes {
        assert_eq!(bucket(bytes), expected, "{bytes}");
    }
    assert_eq!(bucket(1_000_000), 1 << 20);
    assert_eq!(bucket(1_100_000), 3 << 19);
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_the_reader_panic(bytes in proptest::collection::vec(0u8.., 0..600), cut in 0..200usize) {
        check_header(&bytes).ok();
        check_header(&[MAGIC.as_slice(), &bytes].concat()).ok();
        let sample = sample().bytes;
        check_header(&[&sample[..cut.min(sample.len())], &bytes].concat()).ok();
    }
}
