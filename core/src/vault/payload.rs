//! What the payload's JSON text holds, as records apart from the types that the app works with. [`super::format`] describes it.
//!
//! Secrets pass through no buffer that is not wiped: they are written from the secret's own memory into a wiped text, and
//! read from the wiped text where it lies. The exception is a PIN with a quote, a backslash or a control character in it: the JSON
//! reader unescapes it in a buffer of its own.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Contents;
use super::contents::{Binned, WrappingKey};
use super::hex::Hex;
use super::keys::Key;
use super::protection::Protection;
use super::wiped::Wiped;
use crate::code::ocra::Suite;
use crate::secret::{Secret, SecretText};
use crate::token::{Algorithm, ChallengeEncoding, Counter, Digits, Icon, Kind, KindName, Period, Token, TokenId};

#[derive(Serialize, Deserialize)]
struct Payload<'a> {
    /// Never missing, so that nothing but an empty vault reads as one.
    #[serde(borrow)]
    tokens: Vec<TokenRecord<'a>>,
    #[serde(default, borrow, skip_serializing_if = "Vec::is_empty")]
    bin: Vec<BinRecord<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    wrapping_keys: Vec<WrappingKeyRecord>,
    #[serde(default, skip_serializing_if = "protection_is_default")]
    protection: Cow<'a, Protection>,
}

#[derive(Serialize, Deserialize)]
struct TokenRecord<'a> {
    id: TokenId,
    #[serde(rename = "type")]
    kind: KindName,
    #[serde(default, borrow, skip_serializing_if = "str::is_empty")]
    issuer: Cow<'a, str>,
    #[serde(default, borrow, skip_serializing_if = "str::is_empty")]
    account: Cow<'a, str>,
    secret: SecretRecord<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    algorithm: Option<Algorithm>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    digits: Option<Digits>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    period: Option<Period>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    counter: Option<Counter>,
    #[serde(default, borrow, skip_serializing_if = "Option::is_none")]
    suite: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    encoding: Option<ChallengeEncoding>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pin: Option<PinRecord<'a>>,
    #[serde(default, borrow, skip_serializing_if = "str::is_empty")]
    note: Cow<'a, str>,
    #[serde(default, skip_serializing_if = "slice_is_empty")]
    groups: Cow<'a, [String]>,
    #[serde(default, skip_serializing_if = "is_false")]
    favourite: bool,
    #[serde(default, skip_serializing_if = "is_letter")]
    icon: Icon,
    #[serde(default, skip_serializing_if = "slice_is_empty")]
    unknown: Cow<'a, [(String, String)]>,
}

#[derive(Serialize, Deserialize)]
struct BinRecord<'a> {
    #[serde(borrow)]
    token: TokenRecord<'a>,
    deleted_at: u64,
    #[serde(default)]
    place: usize,
}

#[derive(Serialize, Deserialize)]
struct WrappingKeyRecord {
    slot: Hex<16>,
    key: SecretRecord<'static>,
}

/// The JSON text of what a vault holds.
pub(crate) fn encode(contents: &Contents) -> Zeroizing<Vec<u8>> {
    let payload = Payload {
        tokens: contents.tokens.iter().map(TokenRecord::of).collect(),
        bin: contents.bin.iter().map(BinRecord::of).collect(),
        wrapping_keys: contents.wrapping_keys.iter().map(WrappingKeyRecord::of).collect(),
        protection: Cow::Borrowed(&contents.protection),
    };
    let mut text = Wiped::with_capacity(256 + payload.tokens.len() * 384);
    // Writing to memory cannot fail, and no record has a key that is no text.
    let written = serde_json::to_writer(&mut text, &payload);
    debug_assert!(written.is_ok());
    text.into_inner()
}

/// What a payload's JSON text says; `None` when it is not what this file's page describes.
pub(crate) fn decode(json: &[u8]) -> Option<Contents> {
    let payload: Payload<'_> = serde_json::from_slice(json).ok()?;
    let mut contents = Contents::new(
        payload.tokens.into_iter().map(TokenRecord::into_token).collect::<Option<_>>()?,
        payload.bin.into_iter().map(BinRecord::into_binned).collect::<Option<_>>()?,
        payload.wrapping_keys.into_iter().map(WrappingKeyRecord::into_key).collect::<Option<_>>()?,
    );
    contents.protection = payload.protection.into_owned().within_bounds();
    Some(contents)
}

impl<'a> TokenRecord<'a> {
    fn of(token: &'a Token) -> Self {
        let mut record = Self {
            id: token.id,
            kind: token.kind.name(),
            issuer: Cow::Borrowed(&token.issuer),
            account: Cow::Borrowed(&token.account),
            secret: SecretRecord::Kept(&token.secret),
            algorithm: None,
            digits: None,
            period: None,
            counter: None,
            suite: None,
            encoding: None,
            pin: None,
            note: Cow::Borrowed(&token.note),
            groups: Cow::Borrowed(&token.groups),
            favourite: token.favourite,
            icon: token.icon.clone(),
            unknown: Cow::Borrowed(&token.unknown),
        };
        match &token.kind {
            Kind::Totp { algorithm, digits, period } => {
                (record.algorithm, record.digits, record.period) = (Some(*algorithm), Some(*digits), Some(*period));
            }
            Kind::Hotp { algorithm, digits, counter } => {
                (record.algorithm, record.digits, record.counter) = (Some(*algorithm), Some(*digits), Some(*counter));
            }
            Kind::Ocra { suite, counter, encoding } => {
                record.suite = Some(Cow::Owned(suite.to_string()));
                (record.counter, record.encoding) = (Some(*counter), Some(*encoding));
            }
            Kind::Steam => {}
            Kind::Motp { pin } | Kind::Yandex { pin } => record.pin = Some(PinRecord::Kept(pin)),
        }
        record
    }

    fn into_token(self) -> Option<Token> {
        let Self { algorithm, digits, period, counter, suite, encoding, pin, .. } = self;
        let kind = match self.kind {
            KindName::Totp => Kind::Totp { algorithm: algorithm?, digits: digits?, period: period? },
            KindName::Hotp => Kind::Hotp { algorithm: algorithm?, digits: digits?, counter: counter? },
            KindName::Ocra => {
                let suite: Suite = suite?.parse().ok()?;
                Kind::Ocra { suite, counter: counter?, encoding: encoding? }
            }
            KindName::Steam => Kind::Steam,
            KindName::Motp => Kind::Motp { pin: pin?.into_text() },
            KindName::Yandex => Kind::Yandex { pin: pin?.into_text() },
        };
        Some(Token {
            id: self.id,
            issuer: self.issuer.into_owned(),
            account: self.account.into_owned(),
            secret: self.secret.into_secret(),
            kind,
            note: self.note.into_owned(),
            groups: self.groups.into_owned(),
            favourite: self.favourite,
            icon: self.icon,
            unknown: self.unknown.into_owned(),
        })
    }
}

impl<'a> BinRecord<'a> {
    fn of(binned: &'a Binned) -> Self {
        Self { token: TokenRecord::of(&binned.token), deleted_at: binned.deleted_at, place: binned.place }
    }

    fn into_binned(self) -> Option<Binned> {
        Some(Binned { token: self.token.into_token()?, deleted_at: self.deleted_at, place: self.place })
    }
}

impl WrappingKeyRecord {
    fn of(key: &WrappingKey) -> Self {
        Self { slot: key.slot, key: SecretRecord::Read(key.key.to_secret()) }
    }

    fn into_key(self) -> Option<WrappingKey> {
        Some(WrappingKey { slot: self.slot, key: Key::from_secret(&self.key.into_secret())? })
    }
}

/// A secret on its way to text (as Base32) or back.
enum SecretRecord<'a> {
    Kept(&'a Secret),
    Read(Secret),
}

impl SecretRecord<'_> {
    fn into_secret(self) -> Secret {
        match self {
            Self::Kept(secret) => secret.duplicate(),
            Self::Read(secret) => secret,
        }
    }
}

impl Serialize for SecretRecord<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let secret = match self {
            Self::Kept(secret) => secret,
            Self::Read(secret) => secret,
        };
        serializer.serialize_str(secret.to_base32().expose())
    }
}

impl<'de> Deserialize<'de> for SecretRecord<'_> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = deserializer.deserialize_str(Wipingly)?;
        let bytes = data_encoding::BASE32_NOPAD.decode(text.expose().as_bytes());
        // Without the decoder's own words: an error must not carry a secret.
        bytes.map(|bytes| Self::Read(Secret::from_bytes(bytes))).map_err(|_| serde::de::Error::custom("not Base32"))
    }
}

/// A PIN on its way to text or back.
enum PinRecord<'a> {
    Kept(&'a SecretText),
    Read(SecretText),
}

impl PinRecord<'_> {
    fn into_text(self) -> SecretText {
        match self {
            Self::Kept(pin) => pin.duplicate(),
            Self::Read(pin) => pin,
        }
    }
}

impl Serialize for PinRecord<'_> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let pin = match self {
            Self::Kept(pin) => pin,
            Self::Read(pin) => pin,
        };
        serializer.serialize_str(pin.expose())
    }
}

impl<'de> Deserialize<'de> for PinRecord<'_> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_str(Wipingly).map(Self::Read)
    }
}

/// Reads text into memory that is wiped.
struct Wipingly;

impl serde::de::Visitor<'_> for Wipingly {
    type Value = SecretText;

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("text")
    }

    fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<SecretText, E> {
        Ok(SecretText::from(text))
    }
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_letter(icon: &Icon) -> bool {
    *icon == Icon::Letter
}

fn protection_is_default(protection: &Protection) -> bool {
    protection.is_default()
}

fn slice_is_empty<T>(slice: &[T]) -> bool {
    slice.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::vault::testing::secret;

    fn kind() -> impl Strategy<Value = Kind> {
        let algorithm = prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)];
        (algorithm, 4..=10_u64, 1..=86_400_u64, 0_u64.., ".{0,12}", 0..6).prop_map(
            |(algorithm, digits, period, counter, pin, kind)| {
                let (digits, counter) = (Digits::new(digits).unwrap(), Counter(counter));
                let pin = SecretText::new(pin);
                match kind {
                    0 => Kind::Totp { algorithm, digits, period: Period::new(period).unwrap() },
                    1 => Kind::Hotp { algorithm, digits, counter },
                    2 => Kind::Steam,
                    3 => Kind::Motp { pin },
                    4 => Kind::Yandex { pin },
                    _ => {
                        let encoding = if period % 2 == 0 { ChallengeEncoding::Rfc } else { ChallengeEncoding::Ascii };
                        let suite = "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1".parse().unwrap();
                        Kind::Ocra { suite, counter, encoding }
                    }
                }
            },
        )
    }

    fn token() -> impl Strategy<Value = Token> {
        let names = (".{0,20}", ".{0,20}", "\\PC{0,40}", prop::collection::vec(".{0,8}", 0..3));
        let secret = prop::collection::vec(0u8.., 0..80);
        let unknown = prop::collection::vec((".{0,5}", ".{0,5}"), 0..3);
        (0_u128.., names, secret, kind(), any::<bool>(), 0_u8..14, unknown).prop_map(
            |(id, (issuer, account, note, groups), secret, kind, favourite, tile, unknown)| Token {
                id: TokenId::from_bytes(id.to_be_bytes()),
                issuer,
                account,
                secret: Secret::from_bytes(secret),
                kind,
                note,
                groups,
                favourite,
                icon: if tile < 2 { Icon::Letter } else { Icon::Tile(tile) },
                unknown,
            },
        )
    }

    fn contents() -> impl Strategy<Value = Contents> {
        let bin = prop::collection::vec((token(), 0_u64.., 0..usize::MAX), 0..4);
        (prop::collection::vec(token(), 0..6), bin).prop_map(|(tokens, bin)| {
            let bin = bin.into_iter().map(|(token, deleted_at, place)| Binned { token, deleted_at, place }).collect();
            let mut key = Key::zero();
            key.as_mut().fill(7);
            Contents::new(tokens, bin, vec![WrappingKey { slot: Hex([3; 16]), key }])
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_can_be_read(contents in contents()) {
            let read = decode(&encode(&contents)).unwrap();
            prop_assert_eq!(&read.tokens, &contents.tokens);
            prop_assert_eq!(&read.bin, &contents.bin);
            prop_assert_eq!(read.wrapping_keys[0].slot, contents.wrapping_keys[0].slot);
            prop_assert_eq!(read.wrapping_keys[0].key.expose(), contents.wrapping_keys[0].key.expose());
        }
    }

    #[test]
    fn a_token_has_just_the_fields_of_its_kind() {
        let id = TokenId::from_bytes([0xAB; 16]);
        let token = Token::new(id, "GitHub".into(), "mira".into(), secret(1), Kind::usual_totp());
        let json = encode(&Contents::new(vec![token], Vec::new(), Vec::new()));
        let expected = format!(
            r#"{{"tokens":[{{"id":"{id}","type":"totp","issuer":"GitHub","account":"mira","secret":"{}","#,
            secret(1).to_base32().expose()
        ) + r#""algorithm":"SHA1","digits":6,"period":30}]}"#;
        assert_eq!(std::str::from_utf8(&json).unwrap(), expected);
    }
}
