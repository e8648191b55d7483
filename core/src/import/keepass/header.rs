//! What stands in clear before the encrypted part: ciphers, salts, and what the key costs.

use super::super::{ImportError, bounds};

const SIGNATURE: [u8; 4] = [0x03, 0xD9, 0xA2, 0x9A];
/// KeePass 2, and what came before: its pre-release and KeePass 1.
const KDBX: [u8; 4] = [0x67, 0xFB, 0x4B, 0xB5];
const OLDER: [[u8; 4]; 2] = [[0x66, 0xFB, 0x4B, 0xB5], [0x65, 0xFB, 0x4B, 0xB5]];

/// Fields, and items of the parameters, that no real file comes near.
const MAX_FIELDS: usize = 64;
/// A second of AES on a computer is some ten million rounds, which is what KeePass proposes.
const MAX_AES_ROUNDS: u64 = 100_000_000;

/// The outer cipher.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Cipher {
    Aes,
    Twofish,
    ChaCha20,
}

/// How the key is made.
#[derive(Debug)]
pub(super) enum Kdf {
    Aes { seed: [u8; 32], rounds: u64 },
    Argon2 { algorithm: argon2::Algorithm, version: argon2::Version, params: argon2::Params, salt: Vec<u8> },
}

/// The cipher under protected values, and its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stream {
    Salsa20,
    ChaCha20,
}

/// What only one version has in its header.
#[derive(Debug)]
pub(super) enum Version {
    /// KDBX 3.1: the decrypted part begins with these bytes.
    Three { start: [u8; 32], stream: Stream, stream_key: Vec<u8> },
    /// KDBX 4.
    Four,
}

/// The header.
#[derive(Debug)]
pub(super) struct Header {
    pub(super) version: Version,
    pub(super) cipher: Cipher,
    pub(super) packed: bool,
    pub(super) seed: Vec<u8>,
    pub(super) iv: Vec<u8>,
    pub(super) kdf: Kdf,
    /// How many bytes it has.
    pub(super) length: usize,
}

/// Whether a file begins with KeePass' signature.
pub(super) fn is_keepass(bytes: &[u8]) -> bool {
    bytes.starts_with(&SIGNATURE) && bytes.get(4..8).is_some_and(|id| id == KDBX || OLDER.iter().any(|old| id == old))
}

impl Header {
    /// Reads and bounds it.
    ///
    /// # Errors
    /// [`ImportError::Unsupported`] for a version, cipher or key that is not read, [`ImportError::Cost`],
    /// [`ImportError::Damaged`].
    pub(super) fn read(bytes: &[u8]) -> Result<Self, ImportError> {
        let mut rest = bytes.get(4..).ok_or(ImportError::Damaged)?;
        if take(&mut rest, 4)? != KDBX {
            return Err(ImportError::Unsupported { what: "KeePass 1" });
        }
        let minor_and_major = take(&mut rest, 4)?;
        let four = match minor_and_major {
            [_, _, 4, 0] => true,
            [_, _, 3, 0] => false,
            _ => return Err(ImportError::Unsupported { what: "KDBX version" }),
        };
        let fields = Fields::read(&mut rest, if four { 4 } else { 2 })?;
        let length = bytes.len() - rest.len();
        let kdf = if four { kdf_of(&mut fields.get(11)?)? } else { aes_kdf(fields.get(5)?, fields.get(6)?)? };
        let version = if four {
            Version::Four
        } else {
            let stream = stream(fields.get(10)?)?;
            Version::Three { start: exactly(fields.get(9)?)?, stream, stream_key: fields.get(8)?.to_vec() }
        };
        Ok(Self {
            version,
            cipher: cipher(fields.get(2)?)?,
            packed: match fields.get(3)? {
                [0, 0, 0, 0] => false,
                [1, 0, 0, 0] => true,
                _ => return Err(ImportError::Unsupported { what: "KDBX compression" }),
            },
            seed: exactly::<32>(fields.get(4)?)?.to_vec(),
            iv: fields.get(7)?.to_vec(),
            kdf,
            length,
        })
    }
}

/// Fields by number.
struct Fields<'a>(Vec<(u8, &'a [u8])>);

impl<'a> Fields<'a> {
    fn read(rest: &mut &'a [u8], width: usize) -> Result<Self, ImportError> {
        let mut fields = Vec::new();
        for _ in 0..MAX_FIELDS {
            let id = take(rest, 1)?.first().copied();
            let length = little(take(rest, width)?);
            let value = take(rest, length)?;
            match id {
                Some(0) => return Ok(Self(fields)),
                Some(id) => fields.push((id, value)),
                None => break,
            }
        }
        Err(ImportError::Damaged)
    }

    fn get(&self, id: u8) -> Result<&'a [u8], ImportError> {
        self.0.iter().find(|(known, _)| *known == id).map(|(_, value)| *value).ok_or(ImportError::Damaged)
    }
}

/// The first bytes of what is left.
pub(super) fn take<'a>(rest: &mut &'a [u8], length: usize) -> Result<&'a [u8], ImportError> {
    let (taken, left) = rest.split_at_checked(length).ok_or(ImportError::Damaged)?;
    *rest = left;
    Ok(taken)
}

/// A little-endian length of up to 4 bytes.
pub(super) fn little(bytes: &[u8]) -> usize {
    bytes.iter().rev().fold(0, |sum, byte| sum << 8 | usize::from(*byte))
}

fn exactly<const N: usize>(bytes: &[u8]) -> Result<[u8; N], ImportError> {
    bytes.try_into().map_err(|_| ImportError::Damaged)
}

/// The number of the inner stream cipher.
pub(super) fn stream(number: &[u8]) -> Result<Stream, ImportError> {
    match number {
        [2, 0, 0, 0] => Ok(Stream::Salsa20),
        [3, 0, 0, 0] => Ok(Stream::ChaCha20),
        // 0: nothing is protected; 1: ArcFour, before 2010.
        _ => Err(ImportError::Unsupported { what: "KDBX stream" }),
    }
}

fn cipher(uuid: &[u8]) -> Result<Cipher, ImportError> {
    const AES: u128 = 0x31C1_F2E6_BF71_4350_BE58_0521_6AFC_5AFF;
    const TWOFISH: u128 = 0xAD68_F29F_576F_4BB9_A36A_D47A_F965_346C;
    const CHACHA20: u128 = 0xD603_8A2B_8B6F_4CB5_A524_339A_31DB_B59A;
    match u128::from_be_bytes(exactly(uuid)?) {
        AES => Ok(Cipher::Aes),
        TWOFISH => Ok(Cipher::Twofish),
        CHACHA20 => Ok(Cipher::ChaCha20),
        _ => Err(ImportError::Unsupported { what: "KDBX cipher" }),
    }
}

fn aes_kdf(seed: &[u8], rounds: &[u8]) -> Result<Kdf, ImportError> {
    let rounds = u64::from_le_bytes(exactly(rounds)?);
    if rounds > MAX_AES_ROUNDS {
        return Err(ImportError::Cost);
    }
    Ok(Kdf::Aes { seed: exactly(seed)?, rounds })
}

/// KDBX 4's parameters of the key: names, types and values.
fn kdf_of(rest: &mut &[u8]) -> Result<Kdf, ImportError> {
    const AES: u128 = 0xC9D9_F39A_628A_4460_BF74_0D08_C18A_4FEA;
    const ARGON2D: u128 = 0xEF63_6DDF_8C29_444B_91F7_A9A4_03E3_0A0C;
    const ARGON2ID: u128 = 0x9E29_8B19_56DB_4773_B23D_FC3E_C6F0_A1E6;
    let items = Items::read(rest)?;
    let algorithm = match u128::from_be_bytes(exactly(items.get("$UUID")?)?) {
        AES => return aes_kdf(items.get("S")?, items.get("R")?),
        ARGON2D => argon2::Algorithm::Argon2d,
        ARGON2ID => argon2::Algorithm::Argon2id,
        _ => return Err(ImportError::Unsupported { what: "KDBX key derivation" }),
    };
    if items.get("K").is_ok_and(|key| !key.is_empty()) || items.get("A").is_ok_and(|data| !data.is_empty()) {
        return Err(ImportError::Unsupported { what: "KDBX key derivation" });
    }
    let version = match items.get("V")? {
        [0x10, 0, 0, 0] => argon2::Version::V0x10,
        [0x13, 0, 0, 0] => argon2::Version::V0x13,
        _ => return Err(ImportError::Unsupported { what: "KDBX key derivation" }),
    };
    let (memory, passes) = (u64::from_le_bytes(exactly(items.get("M")?)?) / 1024, items.get("I")?);
    let (passes, lanes) = (u64::from_le_bytes(exactly(passes)?), u32::from_le_bytes(exactly(items.get("P")?)?));
    bounds::argon2(memory, passes, lanes.into())?;
    let small = |number: u64| u32::try_from(number).map_err(|_| ImportError::Cost);
    let params = argon2::Params::new(small(memory)?, small(passes)?, lanes, Some(32)).map_err(|_| ImportError::Cost)?;
    let salt = items.get("S")?;
    if salt.len() < argon2::MIN_SALT_LEN || salt.len() > 1024 {
        return Err(ImportError::Damaged);
    }
    Ok(Kdf::Argon2 { algorithm, version, params, salt: salt.to_vec() })
}

/// A "variant dictionary".
struct Items<'a>(Vec<(&'a [u8], &'a [u8])>);

impl<'a> Items<'a> {
    fn read(rest: &mut &'a [u8]) -> Result<Self, ImportError> {
        if !matches!(take(rest, 2)?, [_, 1]) {
            return Err(ImportError::Unsupported { what: "KDBX key derivation" });
        }
        let mut items = Vec::new();
        for _ in 0..MAX_FIELDS {
            if matches!(take(rest, 1)?, [0]) {
                return Ok(Self(items));
            }
            let length = little(take(rest, 4)?);
            let name = take(rest, length)?;
            let length = little(take(rest, 4)?);
            items.push((name, take(rest, length)?));
        }
        Err(ImportError::Damaged)
    }

    fn get(&self, name: &str) -> Result<&'a [u8], ImportError> {
        let found = self.0.iter().find(|(known, _)| *known == name.as_bytes());
        found.map(|(_, value)| *value).ok_or(ImportError::Damaged)
    }
}
