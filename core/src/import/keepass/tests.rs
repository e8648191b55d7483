use std::io::Write as _;

use aes::cipher::{KeyIvInit as _, StreamCipher as _};
use sha2::{Digest as _, Sha256, Sha512};

use super::super::cipher::seal;
use super::super::samples::{accounts, cuts, read, seed, tokens};
use super::super::{Loss, Outcome};
use super::*;

const KEY: &str = "GEZDGNBVGY3TQOJQ";
const AES: &str = "31C1F2E6BF714350BE5805216AFC5AFF";
const TWOFISH: &str = "AD68F29F576F4BB9A36AD47AF965346C";
const CHACHA20: &str = "D6038A2B8B6F4CB5A524339A31DBB59A";
const AES_KDF: &str = "C9D9F39A628A4460BF740D08C18A4FEA";
const ARGON2D: &str = "EF636DDF8C29444B91F7A9A403E30A0C";
const ARGON2ID: &str = "9E298B1956DB4773B23DFC3EC6F0A1E6";

fn hex(text: &str) -> Vec<u8> {
    data_encoding::HEXUPPER.decode(text.as_bytes()).expect("hex")
}

/// The document; protected texts are encrypted in order.
fn document(cipher: &mut impl aes::cipher::StreamCipher) -> String {
    let mut protect = |text: &str| {
        let mut bytes = text.as_bytes().to_vec();
        cipher.apply_keystream(&mut bytes);
        format!("<Value Protected=\"True\">{}</Value>", data_encoding::BASE64.encode(&bytes))
    };
    let string = |key: &str, value: String| format!("<String><Key>{key}</Key>{value}</String>");
    let plain = |text: &str| format!("<Value>{text}</Value>");
    let uri = format!("otpauth://totp/ACME:mira?secret={KEY}&digits=8&period=60");
    let first =
        string("Title", plain("ACME &amp; Co")) + &string("Password", protect("päss")) + &string("otp", protect(&uri));
    let history = format!("<History><Entry>{}</Entry></History>", string("otp", protect(&uri)));
    let tray =
        string("Title", plain("Tray")) + &string("TOTP Seed", protect(KEY)) + &string("TOTP Settings", plain("30;S"));
    let own = string("Title", plain("Own"))
        + &string("TimeOtp-Secret-Base64", protect("MTIzNDU2Nzg5MA=="))
        + &string("TimeOtp-Algorithm", plain("HMAC-SHA-256"))
        + &string("HmacOtp-Secret-Hex", protect("31323334353637383930"))
        + &string("HmacOtp-Counter", plain("5"))
        + &string("Notes", plain("mine"));
    let old = string("Title", plain("Old")) + &string("otp", protect(&format!("key={KEY}&size=8&step=60")));
    let bad = string("Title", plain("Bad")) + &string("otp", plain("nonsense"));
    let binned = string("Title", plain("Gone")) + &string("otp", protect(&uri));
    format!(
        "<?xml version=\"1.0\"?><KeePassFile><Meta><RecycleBinUUID>BIN=</RecycleBinUUID></Meta><Root><Group><UUID>A=</UUID>\
         <Name>Root</Name><Entry>{first}{history}</Entry><Entry>{tray}</Entry><Group><UUID>B=</UUID><Name>Work</Name>\
         <Entry>{own}</Entry><Entry>{old}</Entry></Group><Entry>{bad}</Entry>\
         <Group><UUID>BIN=</UUID><Name>Bin</Name><Group><UUID>C=</UUID><Entry>{binned}</Entry></Group></Group>\
         </Group></Root></KeePassFile>"
    )
}

fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut writer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    writer.write_all(bytes).and_then(|()| writer.finish()).expect("memory")
}

fn field(width: usize, id: u8, value: &[u8]) -> Vec<u8> {
    let length = u32::try_from(value.len()).expect("short").to_le_bytes();
    [&[id][..], &length[..width], value].concat()
}

fn item(kind: u8, name: &str, value: &[u8]) -> Vec<u8> {
    let length = |bytes: &[u8]| u32::try_from(bytes.len()).expect("short").to_le_bytes();
    [&[kind][..], &length(name.as_bytes()), name.as_bytes(), &length(value), value].concat()
}

fn kdf(uuid: &str, cost: u64) -> Vec<u8> {
    let mut dictionary = vec![0, 1];
    dictionary.extend(item(0x42, "$UUID", &hex(uuid)));
    dictionary.extend(item(0x42, "S", &[9; 32]));
    if uuid == AES_KDF {
        dictionary.extend(item(5, "R", &cost.to_le_bytes()));
    } else {
        dictionary.extend(item(5, "M", &cost.to_le_bytes()));
        dictionary.extend(item(5, "I", &2_u64.to_le_bytes()));
        dictionary.extend(item(4, "P", &1_u32.to_le_bytes()));
        dictionary.extend(item(4, "V", &[0x13, 0, 0, 0]));
    }
    dictionary.push(0);
    dictionary
}

fn seal(cipher: &str, key: &[u8], plain: &[u8]) -> Vec<u8> {
    match cipher {
        AES => seal::cbc(key, &[3; 16], plain),
        TWOFISH => seal::cbc_by::<twofish::Twofish>(key, &[3; 16], plain),
        _ => {
            let mut bytes = plain.to_vec();
            chacha20::ChaCha20::new_from_slices(key, &[3; 12]).expect("lengths").apply_keystream(&mut bytes);
            bytes
        }
    }
}

/// A database of version 4 with the password `right`.
fn four(cipher: &str, kdf: &[u8], xml: Option<&str>) -> Vec<u8> {
    let mut file = hex("03D9A29A67FB4BB500000400");
    let iv: &[u8] = if cipher == CHACHA20 { &[3; 12] } else { &[3; 16] };
    for (id, value) in [(2, &hex(cipher)[..]), (3, &[1, 0, 0, 0]), (4, &[4; 32]), (7, iv), (11, kdf), (0, b"\r\n\r\n")]
    {
        file.extend(field(4, id, value));
    }
    let Ok(header) = header::Header::read(&file) else { return file };
    let keys = key::Keys::derive(&header, &"right".into()).expect("cheap");
    let digest = Sha512::digest([5; 64]);
    let mut stream = chacha20::ChaCha20::new_from_slices(&digest[..32], &digest[32..44]).expect("lengths");
    let xml = xml.map_or_else(|| document(&mut stream), str::to_owned);
    let inner = [field(4, 1, &[3, 0, 0, 0]), field(4, 2, &[5; 64]), field(4, 0, &[]), xml.into_bytes()].concat();
    let sealed = seal(cipher, &*keys.cipher, &gzip(&inner));
    let tag = |number: u64, message: &[u8]| ring::hmac::sign(&keys.of_block(number), message).as_ref().to_vec();
    let mut whole = file.clone();
    whole.extend(Sha256::digest(&file));
    whole.extend(tag(u64::MAX, &file));
    for (number, block) in (0..).zip(sealed.chunks(700).chain([&[][..]])) {
        let length = u32::try_from(block.len()).expect("short").to_le_bytes();
        whole.extend(tag(number, &[&number.to_le_bytes()[..], &length, block].concat()));
        whole.extend(length);
        whole.extend(block);
    }
    whole
}

/// The same of version 3.1.
fn three() -> Vec<u8> {
    let mut file = hex("03D9A29A67FB4BB501000300");
    let rounds = 100_u64.to_le_bytes();
    let fields: [(u8, &[u8]); 10] = [
        (2, &hex(AES)),
        (3, &[1, 0, 0, 0]),
        (4, &[4; 32]),
        (5, &[9; 32]),
        (6, &rounds),
        (7, &[3; 16]),
        (8, &[5; 32]),
        (9, &[6; 32]),
        (10, &[2, 0, 0, 0]),
        (0, b"\r\n\r\n"),
    ];
    for (id, value) in fields {
        file.extend(field(2, id, value));
    }
    let header = header::Header::read(&file).expect("a header");
    let keys = key::Keys::derive(&header, &"right".into()).expect("cheap");
    let nonce = [0xE8, 0x30, 0x09, 0x4B, 0x97, 0x20, 0x5D, 0x2A];
    let mut stream = salsa20::Salsa20::new_from_slices(&Sha256::digest([5; 32]), &nonce).expect("lengths");
    let packed = gzip(document(&mut stream).as_bytes());
    let mut plain = vec![6; 32];
    for (number, block) in (0_u32..).zip(packed.chunks(500).chain([&[][..]])) {
        plain.extend(number.to_le_bytes());
        plain.extend(if block.is_empty() { [0; 32] } else { Sha256::digest(block).into() });
        plain.extend(u32::try_from(block.len()).expect("short").to_le_bytes());
        plain.extend(block);
    }
    file.extend(seal(AES, &*keys.cipher, &plain));
    file
}

fn gives_its_tokens(file: &[u8]) {
    let outcome = read(file, Some("right")).expect("tokens");
    let lines = [
        format!("totp ACME {KEY} SHA1 8 60"),
        format!("steam Tray {KEY}"),
        format!("totp Own {KEY} SHA256 6 30"),
        format!("hotp Own {KEY} SHA1 6 5"),
        format!("totp Old {KEY} SHA1 8 60"),
    ];
    assert_eq!(tokens(&outcome), lines);
    assert_eq!(accounts(&outcome), ["mira", "", "", "", ""]);
    assert_eq!((outcome.tokens[2].note.as_str(), &outcome.tokens[2].groups[..]), ("mine", &["Work".to_owned()][..]));
    assert!(outcome.tokens[0].groups.is_empty());
    assert_eq!(outcome.unreadable[0].entry.name, "Bad");
    assert!(outcome.lost.iter().any(|lost| lost.what == Loss::Trashed && lost.entry.name == "Gone"));
}

#[test]
fn every_cipher_and_key_derivation() {
    for cipher in [AES, TWOFISH, CHACHA20] {
        for kdf in [kdf(AES_KDF, 50), kdf(ARGON2D, 65_536), kdf(ARGON2ID, 65_536)] {
            gives_its_tokens(&four(cipher, &kdf, None));
        }
    }
    seed("keepass", "four", &four(AES, &kdf(AES_KDF, 50), None));
    seed("keepass", "three", &three());
    gives_its_tokens(&three());
}

#[test]
fn a_bin_that_has_everything_is_opened() {
    let entry = |title: &str, otp: &str| {
        let string = |key: &str, value: &str| format!("<String><Key>{key}</Key><Value>{value}</Value></String>");
        format!("<Entry>{}{}</Entry>", string("Title", title), string("otp", otp))
    };
    let uri = format!("otpauth://totp/ACME:mira?secret={KEY}");
    let file = |outside: &str| {
        let xml = format!(
            "<KeePassFile><Meta><RecycleBinUUID>BIN=</RecycleBinUUID></Meta><Root><Group><UUID>A=</UUID>{outside}<Group>\
             <UUID>BIN=</UUID><Name>Bin</Name>{}<Group><UUID>C=</UUID><Name>Old</Name>{}</Group></Group></Group></Root>\
             </KeePassFile>",
            entry("Gone", &uri),
            entry("Broken", "nonsense"),
        );
        read(&four(AES, &kdf(AES_KDF, 1), Some(&xml)), Some("right")).expect("tokens")
    };
    let lost = |outcome: &Outcome| -> Vec<_> {
        outcome.lost.iter().map(|lost| (lost.entry.name.clone(), lost.what.clone())).collect()
    };
    let alone = file("");
    assert_eq!(tokens(&alone), [format!("totp ACME {KEY} SHA1 6 30")]);
    assert!(alone.tokens[0].groups.is_empty(), "the bin is no group");
    assert_eq!(lost(&alone), [("Gone".to_owned(), Loss::FromBin)]);
    assert_eq!(alone.unreadable[0].entry.name, "Broken");
    let beside = file(&entry("Kept", &format!("{uri}&amp;digits=8")));
    assert_eq!(tokens(&beside), [format!("totp ACME {KEY} SHA1 8 30")]);
    assert_eq!(lost(&beside), [("Gone".to_owned(), Loss::Trashed), ("Broken".to_owned(), Loss::Trashed)]);
    assert!(beside.unreadable.is_empty());
}

#[test]
fn wrong_password_damage_and_cuts() {
    for file in [four(AES, &kdf(AES_KDF, 50), None), three()] {
        assert_eq!(read(&file, None), Err(ImportError::NeedsPassword));
        assert_eq!(read(&file, Some("wrong")), Err(ImportError::WrongPassword));
        for cut in cuts(file.len()).filter(|cut| *cut > 8) {
            let error = read(&file[..cut], Some("right")).expect_err("a cut file");
            assert_eq!(error, ImportError::Damaged, "{cut}");
        }
        let mut damaged = file.clone();
        let middle = file.len() * 3 / 4;
        damaged[middle] ^= 1;
        assert_eq!(read(&damaged, Some("right")), Err(ImportError::Damaged));
    }
}

#[test]
fn hostile_costs_are_not_paid() {
    for kdf in [kdf(AES_KDF, u64::MAX), kdf(ARGON2D, u64::MAX), kdf(ARGON2ID, 1 << 42)] {
        assert_eq!(read(&four(AES, &kdf, None), Some("right")), Err(ImportError::Cost));
    }
    let cheap = kdf(AES_KDF, 1);
    let bomb = format!("<KeePassFile>{}</KeePassFile>", " ".repeat(super::super::MAX_BYTES));
    assert_eq!(read(&four(AES, &cheap, Some(&bomb)), Some("right")), Err(ImportError::Cost));
    let laughs = "<!DOCTYPE l [<!ENTITY a \"ha\"><!ENTITY b \"&a;&a;\">]><KeePassFile>&b;</KeePassFile>";
    for xml in [laughs, "<KeePassFile>&b;</KeePassFile>", &"<Group>".repeat(100_000), "<KeePassFile>"] {
        assert_eq!(read(&four(AES, &cheap, Some(xml)), Some("right")), Err(ImportError::Damaged));
    }
}

#[test]
fn other_versions_say_so() {
    for start in ["03D9A29A65FB4BB500000300", "03D9A29A67FB4BB500000500"] {
        assert!(matches!(read(&hex(start), Some("right")), Err(ImportError::Unsupported { .. })));
    }
}
