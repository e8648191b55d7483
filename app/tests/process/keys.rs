//! The keys of a vault, from its file and what opens it alone: what the program must not keep.

use std::path::Path;

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use hkdf::Hkdf;
use serde_json::Value;
use sha2::Sha256;

/// The keys of a vault.
pub(crate) struct Keys {
    pub(crate) vault: Vec<u8>,
    /// The wrapping key of the slot that they were found by.
    pub(crate) opened_by: Vec<u8>,
    /// What every sealed byte of the payload is sealed with.
    pub(crate) payload: Vec<u8>,
    /// The wrapping keys of all slots.
    pub(crate) wrapping: Vec<Vec<u8>>,
}

fn hex(value: &Value) -> Vec<u8> {
    HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap()
}

/// AES-256-GCM: the tag is at the end.
fn open(key: &[u8], nonce: &[u8], aad: &[u8], sealed: &[u8]) -> Vec<u8> {
    let (text, tag) = sealed.split_at(sealed.len() - 16);
    let mut text = text.to_vec();
    let (nonce, tag) = (<[u8; 12]>::try_from(nonce).unwrap(), <[u8; 16]>::try_from(tag).unwrap());
    Aes256Gcm::new_from_slice(key)
        .unwrap()
        .decrypt_inout_detached(&Nonce::from(nonce), aad, text.as_mut_slice().into(), &Tag::from(tag))
        .unwrap();
    text
}

/// All of them, by the password and as `core/src/vault/format.rs` describes them.
pub(crate) fn of(file: &Path, password: &str) -> Keys {
    read(file, "password", |slot, _| {
        let number = |name: &str| u32::try_from(slot["kdf"][name].as_u64().unwrap()).unwrap();
        let (memory, passes, lanes) = (number("memory_kib"), number("passes"), number("lanes"));
        let mut wrapping = vec![0; 32];
        let params = Params::new(memory, passes, lanes, Some(32)).unwrap();
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(password.as_bytes(), &hex(&slot["kdf"]["salt"]), &mut wrapping)
            .unwrap();
        (wrapping, format!("|argon2id|{memory}|{passes}|{lanes}|{}", slot["kdf"]["salt"].as_str().unwrap()))
    })
}

/// The same by the bytes of a recovery key.
pub(crate) fn of_recovery(file: &Path, key: &[u8]) -> Keys {
    read(file, "recovery", |_, vault| (expand(vault, key, b"recovery"), String::new()))
}

/// HKDF with the vault's id as salt.
fn expand(vault: &[u8], key: &[u8], label: &[u8]) -> Vec<u8> {
    let mut expanded = vec![0; 32];
    Hkdf::<Sha256>::new(Some(vault), key).expand(label, &mut expanded).unwrap();
    expanded
}

/// `wrapping` gives a slot's wrapping key, and what its text ends in.
fn read(file: &Path, kind: &str, wrapping: impl FnOnce(&Value, &[u8]) -> (Vec<u8>, String)) -> Keys {
    let bytes = std::fs::read(file).unwrap();
    let length = u32::from_be_bytes(bytes[10..14].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[14..14 + length]).unwrap();
    let slot = header["slots"].as_array().unwrap().iter().find(|slot| slot["kind"] == kind).unwrap();
    let id = hex(&header["vault"]);
    let (opened_by, end) = wrapping(slot, &id);
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let aad = format!("smartotp slot|{}|{}|{kind}{end}", text(&header["vault"]), text(&slot["id"]));
    let vault = open(&opened_by, &hex(&slot["nonce"]), aad.as_bytes(), &hex(&slot["wrapped"]));
    let payload = expand(&id, &vault, b"payload");
    let (front, sealed) = bytes.split_at(14 + length + 32);
    let padded = open(&payload, &sealed[..12], front, &sealed[12..]);
    let json: Value = serde_json::from_slice(&inflate(&padded)).unwrap();
    let wrapping_keys = json["wrapping_keys"].as_array().unwrap();
    let key = |record: &Value| BASE32_NOPAD.decode(record["key"].as_str().unwrap().as_bytes()).unwrap();
    Keys { vault, opened_by, payload, wrapping: wrapping_keys.iter().map(key).collect() }
}

/// The text's length, the text as a raw deflate stream, and padding.
fn inflate(padded: &[u8]) -> Vec<u8> {
    let length = u32::from_be_bytes(padded[..4].try_into().unwrap()) as usize;
    let mut text = vec![0; length];
    let flags = miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut state = miniz_oxide::inflate::core::DecompressorOxide::new();
    let (_, _, written) = miniz_oxide::inflate::core::decompress(&mut state, &padded[4..], &mut text, 0, flags);
    assert_eq!(written, length);
    text
}
