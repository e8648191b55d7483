//! A token as JSON: what the vault's payload and sealed files have in common. [`super::format`] describes it.
//!
//! Secrets pass through no buffer that is not wiped: they are written from the secret's own memory into a wiped text, and
//! read from the wiped text where it lies.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

use crate::backup::merge::record::{Devices, MarksRecord, MergingRecord};
use crate::backup::merge::{Marks, Merging};
use crate::code::ocra::Suite;
use crate::import::json::unescape;
use crate::secret::{Secret, SecretText};
use crate::token::{Algorithm, ChallengeEncoding, Counter, Digits, Icon, Kind, KindName, Period, Token, TokenId};
use crate::vault::contents::Binned;

/// A token, its fields borrowed where they can be.
#[derive(Serialize, Deserialize)]
pub(crate) struct TokenRecord<'a> {
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
    #[serde(default, skip_serializing_if = "Option::is_none")]
    marks: Option<MarksRecord>,
}

/// A deleted token.
#[derive(Serialize, Deserialize)]
pub(crate) struct BinRecord<'a> {
    #[serde(borrow)]
    token: TokenRecord<'a>,
    deleted_at: u64,
    #[serde(default)]
    place: usize,
}

impl<'a> BinRecord<'a> {
    pub(crate) fn of(binned: &'a Binned, marked: Option<(&Merging, &Devices)>) -> Self {
        let token = TokenRecord::marked(&binned.token, marked);
        Self { token, deleted_at: binned.deleted_at, place: binned.place }
    }

    /// The deleted token, and its marks where it has any.
    pub(crate) fn read(self, devices: &Devices) -> Option<(Binned, Option<Marks>)> {
        let (token, marks) = self.token.read(devices)?;
        Some((Binned { token, deleted_at: self.deleted_at, place: self.place }, marks))
    }
}

impl<'a> TokenRecord<'a> {
    pub(crate) fn of(token: &'a Token) -> Self {
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
            marks: None,
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

    /// The same with what it is merged by.
    pub(crate) fn marked(token: &'a Token, marked: Option<(&Merging, &Devices)>) -> Self {
        let marks = marked.and_then(|(merging, devices)| merging.marks.get(&token.id).map(|own| devices.marks(own)));
        Self { marks, ..Self::of(token) }
    }

    /// The token, and its marks where it has any.
    pub(crate) fn read(mut self, devices: &Devices) -> Option<(Token, Option<Marks>)> {
        let marks = match self.marks.take() {
            Some(marks) => Some(devices.read_marks(marks)?),
            None => None,
        };
        Some((self.into_token()?, marks))
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

/// A secret on its way to text (as Base32) or back.
pub(crate) enum SecretRecord<'a> {
    Kept(&'a Secret),
    Read(Secret),
}

impl SecretRecord<'_> {
    pub(crate) fn into_secret(self) -> Secret {
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

/// A PIN, or a password of a service, on its way to text or back.
pub(crate) enum PinRecord<'a> {
    Kept(&'a SecretText),
    Read(SecretText),
}

impl PinRecord<'_> {
    pub(crate) fn into_text(self) -> SecretText {
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
        // As it lies there: the JSON reader would resolve escapes in a buffer of its own, which nobody wipes.
        let text = <&RawValue>::deserialize(deserializer)?.get();
        let quoted = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
        quoted.map(|text| Self::Read(unescape(text))).ok_or_else(|| serde::de::Error::custom("not text"))
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

/// Tokens as they are read: those of the list, those of the bin, and what they are merged by.
pub(crate) struct Read {
    pub(crate) tokens: Vec<Token>,
    pub(crate) bin: Vec<Binned>,
    pub(crate) merging: Option<Merging>,
}

/// Reads all tokens of a payload; `None` when they are not what the page says.
pub(crate) fn read(
    tokens: Vec<TokenRecord<'_>>,
    bin: Vec<BinRecord<'_>>,
    merging: Option<MergingRecord>,
) -> Option<Read> {
    let is_merged = merging.is_some();
    let (mut merging, devices) = merging.unwrap_or_default().read()?;
    let mut take = |id, marks: Option<Marks>| drop(marks.map(|marks| merging.marks.insert(id, marks)));
    let tokens = tokens.into_iter().map(|record| {
        let (token, marks) = record.read(&devices)?;
        take(token.id, marks);
        Some(token)
    });
    let tokens = tokens.collect::<Option<_>>()?;
    let bin = bin.into_iter().map(|record| {
        let (binned, marks) = record.read(&devices)?;
        take(binned.token.id, marks);
        Some(binned)
    });
    let bin = bin.collect::<Option<_>>()?;
    Some(Read { tokens, bin, merging: is_merged.then_some(merging) })
}

fn is_false(flag: &bool) -> bool {
    !flag
}

fn is_letter(icon: &Icon) -> bool {
    *icon == Icon::Letter
}

fn slice_is_empty<T>(slice: &[T]) -> bool {
    slice.is_empty()
}
