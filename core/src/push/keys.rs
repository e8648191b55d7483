//! The keys of push tokens: RSA of 4,096 bits, as the protocol has them.
//!
//! `rsa` makes them, and does nothing else with them; `ring` signs and verifies (RSASSA-PKCS1-v1_5 with SHA-256).
//! Making one takes a second or more: off the window's thread.

use data_encoding::{BASE32, BASE64};
use ring::rand::SystemRandom;
use ring::rsa::KeyPair;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, UnparsedPublicKey};
use rsa::pkcs8::{EncodePrivateKey as _, EncodePublicKey as _};
use rsa::rand_core::{TryCryptoRng, TryRng};

use super::PushError;
use crate::secret::Secret;
use crate::vault::Entropy;

/// The length that the stock app has.
const BITS: usize = 4_096;

/// The longest signature that is looked at, in characters of Base32: that of a key of 8,192 bits.
const LONGEST_SIGNATURE: usize = 1_640;

/// A private key that can sign.
pub struct PushKey {
    pair: KeyPair,
}

/// What was made: the private key as the vault keeps it, and the public one as the server wants it.
pub struct MadeKey {
    /// PKCS#8 DER.
    pub private: Secret,
    /// SubjectPublicKeyInfo DER in Base64.
    pub public: String,
}

/// Makes a key.
///
/// # Errors
/// [`PushError::Key`].
pub fn make(entropy: &dyn Entropy) -> Result<MadeKey, PushError> {
    let key = rsa::PrivateKey::new(&mut Random(entropy), BITS).map_err(|_| PushError::Key)?;
    let private = key.to_pkcs8_der().map_err(|_| PushError::Key)?;
    let public = key.to_public_key().to_public_key_der().map_err(|_| PushError::Key)?;
    let private = Secret::from_bytes(private.as_bytes().to_vec());
    // What the vault keeps has to sign one day.
    PushKey::read(&private)?;
    Ok(MadeKey { private, public: BASE64.encode(public.as_bytes()) })
}

impl PushKey {
    /// Reads a key that the vault has kept.
    ///
    /// # Errors
    /// [`PushError::Key`].
    pub fn read(private: &Secret) -> Result<Self, PushError> {
        KeyPair::from_pkcs8(private.expose()).map(|pair| Self { pair }).map_err(|_| PushError::Key)
    }

    /// A signature over a text, in upper-case Base32 with its padding.
    ///
    /// # Errors
    /// [`PushError::Key`].
    pub fn sign(&self, text: &str) -> Result<String, PushError> {
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, text.as_bytes(), &mut signature).map_err(|_| PushError::Key)?;
        Ok(BASE32.encode(&signature))
    }

    /// The public key, PKCS#1 DER.
    #[must_use]
    pub fn public(&self) -> Vec<u8> {
        AsRef::<[u8]>::as_ref(self.pair.public()).to_vec()
    }
}

/// Whether a server has signed a text with the key that was pinned.
#[must_use]
pub fn is_signed(server_key: &[u8], text: &[u8], signature: &str) -> bool {
    if signature.len() > LONGEST_SIGNATURE {
        return false;
    }
    let Ok(signature) = BASE32.decode(signature.as_bytes()) else { return false };
    UnparsedPublicKey::new(&RSA_PKCS1_2048_8192_SHA256, server_key).verify(text, &signature).is_ok()
}

/// A server's public key out of its answer: Base64 of PKCS#1 DER, with line breaks inside. PEM's frame is forgiven.
///
/// # Errors
/// [`PushError::Answer`].
pub fn server_key(text: &str) -> Result<Vec<u8>, PushError> {
    let body: String = text.lines().filter(|line| !line.starts_with("-----")).flat_map(str::chars).collect();
    let body: String = body.chars().filter(|c| !c.is_whitespace()).collect();
    let der = BASE64.decode(body.as_bytes()).map_err(|_| PushError::Answer)?;
    // A sequence, of a length that RSA keys of 2,048 to 8,192 bits have.
    if der.first() == Some(&0x30) && (256..=1_100).contains(&der.len()) { Ok(der) } else { Err(PushError::Answer) }
}

/// The vault's randomness as `rsa` asks for it.
struct Random<'a>(&'a dyn Entropy);

/// There is no randomness.
#[derive(Debug, thiserror::Error)]
#[error("no randomness")]
struct NoRandomness;

impl TryRng for Random<'_> {
    type Error = NoRandomness;

    fn try_next_u32(&mut self) -> Result<u32, NoRandomness> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes).map(|()| u32::from_le_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, NoRandomness> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes).map(|()| u64::from_le_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), NoRandomness> {
        self.0.fill(bytes).map_err(|_| NoRandomness)
    }
}

impl TryCryptoRng for Random<'_> {}

#[cfg(test)]
pub(super) mod tests {
    use std::sync::OnceLock;

    use super::*;
    use crate::vault::SystemEntropy;

    /// One key for all tests: it costs seconds.
    pub(crate) fn key() -> &'static MadeKey {
        static KEY: OnceLock<MadeKey> = OnceLock::new();
        KEY.get_or_init(|| make(&SystemEntropy).unwrap())
    }

    #[test]
    fn what_is_signed_is_verified_and_nothing_else() {
        let key = PushKey::read(&key().private).unwrap();
        let (public, signature) = (key.public(), key.sign("nonce|serial").unwrap());
        assert_eq!(signature.len() % 8, 0, "with its padding");
        assert!(is_signed(&public, b"nonce|serial", &signature));
        assert!(!is_signed(&public, b"nonce|serial|decline", &signature));
        for broken in
            [signature.split_at(signature.len() - 8).0, &signature.to_lowercase(), "", "A", &"A".repeat(5_000)]
        {
            assert!(!is_signed(&public, b"nonce|serial", broken));
        }
        assert!(!is_signed(b"", b"nonce|serial", &signature));
    }

    #[test]
    fn a_servers_key_comes_with_line_breaks() {
        let der = PushKey::read(&key().private).unwrap().public();
        let base64 = BASE64.encode(&der);
        let lines: Vec<&str> = base64.as_bytes().chunks(64).map(|line| core::str::from_utf8(line).unwrap()).collect();
        assert_eq!(server_key(&format!("{}\n", lines.join("\n"))).unwrap(), der);
        let pem = format!("-----BEGIN RSA PUBLIC KEY-----\n{}\n-----END RSA PUBLIC KEY-----", lines.join("\n"));
        assert_eq!(server_key(&pem).unwrap(), der);
        for text in ["", "!", "AAAA", &BASE64.encode(&[0x30; 4_000])] {
            assert!(server_key(text).is_err());
        }
    }

    #[test]
    fn a_key_is_as_long_as_the_protocol_wants_it() {
        let public = BASE64.decode(key().public.as_bytes()).unwrap();
        // SubjectPublicKeyInfo around a modulus of 512 bytes.
        assert_eq!((public.len(), key().private.is_empty()), (550, false));
        assert!(PushKey::read(&Secret::from_bytes(vec![1, 2, 3])).is_err());
    }
}
