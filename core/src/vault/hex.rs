//! Bytes of a fixed length that the header writes as hexadecimal text.

use core::fmt;

use data_encoding::{HEXLOWER, HEXLOWER_PERMISSIVE};

use super::{Entropy, NoEntropy};

/// `N` bytes, written as `2 N` lower-case hexadecimal digits. For what is no secret: ids, salts, nonces, wrapped keys.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Hex<const N: usize>(pub(crate) [u8; N]);

impl<const N: usize> Hex<N> {
    /// Fresh random bytes.
    pub(crate) fn random(entropy: &dyn Entropy) -> Result<Self, NoEntropy> {
        let mut bytes = [0; N];
        entropy.fill(&mut bytes)?;
        Ok(Self(bytes))
    }
}

impl<const N: usize> fmt::Display for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl<const N: usize> fmt::Debug for Hex<N> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl<const N: usize> serde::Serialize for Hex<N> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de, const N: usize> serde::Deserialize<'de> for Hex<N> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visitor<const N: usize>;

        impl<const N: usize> serde::de::Visitor<'_> for Visitor<N> {
            type Value = Hex<N>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} hexadecimal digits", 2 * N)
            }

            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
                let mut bytes = [0; N];
                // The length first: the decoder asks for it.
                if text.len() != 2 * N || HEXLOWER_PERMISSIVE.decode_mut(text.as_bytes(), &mut bytes).is_err() {
                    return Err(E::invalid_length(text.len(), &self));
                }
                Ok(Hex(bytes))
            }
        }

        deserializer.deserialize_str(Visitor)
    }
}
