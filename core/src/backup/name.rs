//! What a version is called: the SHA-256 of its bytes, so that a name never has two contents, and damage shows.

use core::fmt;
use core::str::FromStr;

use sha2::{Digest as _, Sha256};

use crate::vault::hex::Hex;

/// What all files of a backup end with.
const SUFFIX: &str = ".smartotp";

/// A version's name: the SHA-256 digest of its bytes.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct VersionId(pub(crate) [u8; 32]);

impl VersionId {
    /// The name of these bytes.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The name of the file that it lies in.
    #[must_use]
    pub fn file_name(&self) -> String {
        format!("{self}{SUFFIX}")
    }

    /// The version that a file's name says; `None` for files that are none of ours.
    #[must_use]
    pub fn from_file_name(name: &str) -> Option<Self> {
        name.strip_suffix(SUFFIX)?.parse().ok()
    }
}

impl fmt::Display for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(&Hex(self.0), f)
    }
}

impl fmt::Debug for VersionId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "VersionId({self})")
    }
}

/// The text is not 64 lower-case hexadecimal digits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a version")]
pub struct ParseVersionIdError;

impl FromStr for VersionId {
    type Err = ParseVersionIdError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let mut bytes = [0; 32];
        // The length first: the decoder asks for it.
        if text.len() != 64 || data_encoding::HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).is_err() {
            return Err(ParseVersionIdError);
        }
        Ok(Self(bytes))
    }
}

impl serde::Serialize for VersionId {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for VersionId {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Hex::<32>::deserialize(deserializer).map(|bytes| Self(bytes.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_the_digest_of_the_bytes_and_nothing_else_is_one() {
        let id = VersionId::of(b"abc");
        let name = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad.smartotp";
        assert_eq!((id.file_name().as_str(), VersionId::from_file_name(name)), (name, Some(id)));
        for other in
            ["", ".smartotp", "notes.txt", &name.to_uppercase(), name.trim_start_matches('b'), &format!(".{name}.part")]
        {
            assert_eq!(VersionId::from_file_name(other), None, "{other}");
        }
        assert_eq!("ä".repeat(32).parse::<VersionId>(), Err(ParseVersionIdError));
    }
}
