//! The keys of a vault, from its file and password alone: what the program must not keep.

use std::path::Path;

use aes_gcm::aead::{AeadInOut as _, KeyInit as _};
use aes_gcm::{Aes256Gcm, Nonce, Tag};
use argon2::{Algorithm, Argon2, Params, Version};
use data_encoding::HEXLOWER;
use serde_json::Value;

/// The wrapping key of the password slot, and the vault key, as `core/src/vault/format.rs` describes them.
pub(crate) fn of(file: &Path, password: &str) -> (Vec<u8>, Vec<u8>) {
    let bytes = std::fs::read(file).unwrap();
    let length = u32::from_be_bytes(bytes[10..14].try_into().unwrap()) as usize;
    let header: Value = serde_json::from_slice(&bytes[14..14 + length]).unwrap();
    let slot = header["slots"].as_array().unwrap().iter().find(|slot| slot["kind"] == "password").unwrap();
    let number = |name: &str| u32::try_from(slot["kdf"][name].as_u64().unwrap()).unwrap();
    let hex = |value: &Value| HEXLOWER.decode(value.as_str().unwrap().as_bytes()).unwrap();
    let (memory, passes, lanes) = (number("memory_kib"), number("passes"), number("lanes"));
    let mut wrapping = vec![0; 32];
    let params = Params::new(memory, passes, lanes, Some(32)).unwrap();
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), &hex(&slot["kdf"]["salt"]), &mut wrapping)
        .unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let aad = format!(
        "smartotp slot|{}|{}|password|argon2id|{memory}|{passes}|{lanes}|{}",
        text(&header["vault"]),
        text(&slot["id"]),
        text(&slot["kdf"]["salt"])
    );
    let nonce: [u8; 12] = hex(&slot["nonce"]).try_into().unwrap();
    let wrapped = hex(&slot["wrapped"]);
    let (sealed, tag) = wrapped.split_at(32);
    let (mut key, tag) = (sealed.to_vec(), <[u8; 16]>::try_from(tag).unwrap());
    Aes256Gcm::new_from_slice(&wrapping)
        .unwrap()
        .decrypt_inout_detached(&Nonce::from(nonce), aad.as_bytes(), key.as_mut_slice().into(), &Tag::from(tag))
        .unwrap();
    (wrapping, key)
}
