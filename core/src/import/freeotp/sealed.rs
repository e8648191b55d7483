//! FreeOTP 2's map: a master key under a password, and under it a key for each token.
//!
//! PBKDF2 with the file's own hash, salt and rounds opens `masterKey`, that opens each token's key; both are AES-256-GCM
//! with the key's algorithm (`mToken`) as associated data. A token's other fields stand beside it in clear.

use aes_gcm::aead::{Aead as _, KeyInit as _, Payload};
use aes_gcm::{Aes256Gcm, Nonce};
use ring::pbkdf2;
use zeroize::Zeroizing;

use super::super::found::Found;
use super::super::json::{Object, Value};
use super::super::{ImportError, bounds};
use super::{bytes, draft, enrol, java};
use crate::enrol::EnrolError;
use crate::enrol::draft::DraftKey;
use crate::secret::{Secret, SecretText};

const MASTER: &str = "masterKey";
const FIELDS: &str = "-token";

/// Reads every token.
///
/// # Errors
/// [`ImportError::NeedsPassword`], [`ImportError::WrongPassword`], [`ImportError::Cost`], [`ImportError::Damaged`].
pub(super) fn read(file: &[u8], password: Option<&SecretText>, found: &mut Found<'_>) -> Result<(), ImportError> {
    let map = java::read(file)?;
    let get = |name: &str| map.iter().find(|(known, _)| known.expose() == name).map(|(_, text)| text);
    let master = Master::read(get(MASTER).ok_or(ImportError::Damaged)?)?;
    let key = master.open(password.ok_or(ImportError::NeedsPassword)?)?;
    let mut fields: Vec<(&str, &SecretText)> =
        map.iter().filter_map(|(name, text)| Some((name.expose().strip_suffix(FIELDS)?, text))).collect();
    fields.sort_unstable_by_key(|(name, _)| *name);
    let tokens = map.iter().filter(|(name, _)| name.expose() != MASTER && !name.expose().ends_with(FIELDS));
    for (number, (name, sealed)) in (1..).zip(tokens) {
        let own = fields.binary_search_by_key(&name.expose(), |(name, _)| name).ok();
        let own = own.and_then(|index| fields.get(index)).and_then(|(_, text)| object(text));
        let Some(own) = own else {
            found.entry(number, "", Err(EnrolError::Unknown))?;
            continue;
        };
        let opened = Sealed::of_token(sealed).and_then(|sealed| Some((sealed.open(&key)?, sealed.token)));
        let mut draft = draft(&own, DraftKey::Missing);
        if let Some((mut secret, algorithm)) = opened {
            draft.key = DraftKey::Bytes(Secret::from_bytes(core::mem::take(&mut *secret)));
            // Where the fields name no algorithm, the key does.
            draft.algorithm = own.get("algo").and_then(Value::string).or(Some(algorithm));
        }
        let name = draft.name();
        let read = own.number("counter").and_then(|counter| enrol(draft, &own, counter));
        found.entry(number, &name, read)?;
    }
    Ok(())
}

fn object(text: &SecretText) -> Option<Object<'_>> {
    Value::parse(text.expose().as_bytes()).ok().and_then(Value::object)
}

/// A key that another opens.
struct Sealed {
    ciphertext: Zeroizing<Vec<u8>>,
    iv: Vec<u8>,
    /// What the key is for: its associated data.
    token: String,
}

impl Sealed {
    fn read(object: &Object<'_>) -> Option<Self> {
        if object.get("mCipher").is_some_and(|name| name.string().as_deref() != Some("AES/GCM/NoPadding")) {
            return None;
        }
        let parameters = bytes(object.get("mParameters")?)?;
        Some(Self {
            ciphertext: bytes(object.get("mCipherText")?)?,
            iv: iv(&parameters)?.to_vec(),
            token: object.get("mToken")?.string()?,
        })
    }

    /// A token's: `{"key": "…"}`, JSON inside JSON.
    fn of_token(text: &SecretText) -> Option<Self> {
        let inner = object(text)?.text("key")?;
        Self::read(&object(&inner)?)
    }

    fn open(&self, key: &Aes256Gcm) -> Option<Zeroizing<Vec<u8>>> {
        let nonce: [u8; 12] = self.iv.as_slice().try_into().ok()?;
        let payload = Payload { msg: &self.ciphertext, aad: self.token.as_bytes() };
        key.decrypt(&Nonce::from(nonce), payload).ok().map(Zeroizing::new)
    }
}

/// The IV out of DER: a sequence of it and the tag's length, or it alone, as API 23 writes it.
fn iv(parameters: &[u8]) -> Option<&[u8]> {
    let content = match parameters {
        [0x30, length, content @ ..] if usize::from(*length) == content.len() => content,
        octets => octets,
    };
    let (iv, rest) = match content {
        [0x04, length, rest @ ..] => rest.split_at_checked(usize::from(*length))?,
        _ => return None,
    };
    matches!(rest, [] | [0x02, 0x01, 16]).then_some(iv)
}

/// The master key, and what opens it.
struct Master {
    algorithm: pbkdf2::Algorithm,
    rounds: core::num::NonZeroU32,
    salt: Vec<u8>,
    sealed: Sealed,
}

impl Master {
    fn read(text: &SecretText) -> Result<Self, ImportError> {
        let object = object(text).ok_or(ImportError::Damaged)?;
        let name = object.string("mAlgorithm").to_ascii_lowercase();
        let algorithm = match name.strip_prefix("pbkdf2withhmac") {
            Some("sha1") => pbkdf2::PBKDF2_HMAC_SHA1,
            Some("sha256") => pbkdf2::PBKDF2_HMAC_SHA256,
            Some("sha512") => pbkdf2::PBKDF2_HMAC_SHA512,
            _ => return Err(ImportError::Unsupported { what: "FreeOTP key derivation" }),
        };
        let rounds = bounds::pbkdf2(object.required("mIterations")?)?;
        let salt = object.get("mSalt").and_then(bytes).ok_or(ImportError::Damaged)?;
        let sealed = object.object("mEncryptedKey").and_then(|sealed| Sealed::read(&sealed));
        Ok(Self {
            algorithm,
            rounds: core::num::NonZeroU32::new(rounds).ok_or(ImportError::Cost)?,
            salt: salt.to_vec(),
            sealed: sealed.ok_or(ImportError::Damaged)?,
        })
    }

    fn open(&self, password: &SecretText) -> Result<Aes256Gcm, ImportError> {
        let mut key = Zeroizing::new([0; 32]);
        pbkdf2::derive(self.algorithm, self.rounds, &self.salt, password.expose().as_bytes(), &mut *key);
        let master = self.sealed.open(&Aes256Gcm::new((&*key).into())).ok_or(ImportError::WrongPassword)?;
        Aes256Gcm::new_from_slice(&master).map_err(|_| ImportError::Damaged)
    }
}
