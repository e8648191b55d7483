//! What the payload's JSON text holds, as records apart from the types that the app works with. [`super::format`] describes it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

use super::Contents;
use super::apart::{PushRecord, TiqrRecord};
use super::contents::WrappingKey;
use super::hex::Hex;
use super::keys::Key;
use super::protection::Protection;
use super::record::{self, BinRecord, SecretRecord, TokenRecord};
use super::signed::Signature;
use super::slots::SlotKind;
use super::wiped::Wiped;
use crate::backup::merge::record::MergingRecord;
use crate::backup::settings::BackupRecord;

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
    #[serde(default, skip_serializing_if = "map_is_empty")]
    proven: Cow<'a, BTreeMap<SlotKind, u64>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    merging: Option<MergingRecord>,
    #[serde(default, borrow, skip_serializing_if = "BackupRecord::is_empty")]
    backup: BackupRecord<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    push: Vec<PushRecord>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    tiqr: Vec<TiqrRecord>,
    #[serde(default, skip_serializing_if = "list_is_empty")]
    signatures: Cow<'a, [Signature]>,
}

#[derive(Serialize, Deserialize)]
struct WrappingKeyRecord {
    slot: Hex<16>,
    key: SecretRecord<'static>,
}

/// The JSON text of what a vault holds.
pub(crate) fn encode(contents: &Contents) -> Zeroizing<Vec<u8>> {
    let merging = contents.merging.as_ref();
    let written = merging.map(|own| MergingRecord::of(&own.vector, &own.gone, own.marks.values()));
    let marked = merging.zip(written.as_ref().map(|(_, devices)| devices));
    let payload = Payload {
        tokens: contents.tokens.iter().map(|token| TokenRecord::marked(token, marked)).collect(),
        bin: contents.bin.iter().map(|binned| BinRecord::of(binned, marked)).collect(),
        wrapping_keys: contents.wrapping_keys.iter().map(WrappingKeyRecord::of).collect(),
        protection: Cow::Borrowed(&contents.protection),
        proven: Cow::Borrowed(&contents.proven),
        backup: BackupRecord::of(&contents.backup),
        merging: written.map(|(merging, _)| merging),
        push: contents.push.iter().map(PushRecord::of).collect(),
        tiqr: contents.tiqr.iter().map(TiqrRecord::of).collect(),
        signatures: Cow::Borrowed(&contents.signatures),
    };
    let mut text = Wiped::with_capacity(256 + payload.tokens.len() * 384 + payload.push.len() * 8_192);
    // Writing to memory cannot fail, and no record has a key that is no text.
    let written = serde_json::to_writer(&mut text, &payload);
    debug_assert!(written.is_ok());
    text.into_inner()
}

/// What a payload's JSON text says; `None` when it is not what this file's page describes.
pub(crate) fn decode(json: &[u8]) -> Option<Contents> {
    let payload: Payload<'_> = serde_json::from_slice(json).ok()?;
    let read = record::read(payload.tokens, payload.bin, payload.merging)?;
    let mut contents = Contents::new(
        read.tokens,
        read.bin,
        payload.wrapping_keys.into_iter().map(WrappingKeyRecord::into_key).collect::<Option<_>>()?,
    );
    contents.protection = payload.protection.into_owned().within_bounds();
    contents.proven = payload.proven.into_owned();
    contents.merging = read.merging;
    contents.backup = payload.backup.read()?;
    contents.push = payload.push.into_iter().map(PushRecord::into_token).collect::<Option<_>>()?;
    contents.tiqr = payload.tiqr.into_iter().map(TiqrRecord::into_identity).collect::<Option<_>>()?;
    contents.signatures = payload.signatures.into_owned();
    Some(contents)
}

impl WrappingKeyRecord {
    fn of(key: &WrappingKey) -> Self {
        Self { slot: key.slot, key: SecretRecord::Read(key.key.to_secret()) }
    }

    fn into_key(self) -> Option<WrappingKey> {
        Some(WrappingKey { slot: self.slot, key: Key::from_secret(&self.key.into_secret())? })
    }
}

fn protection_is_default(protection: &Protection) -> bool {
    protection.is_default()
}

fn map_is_empty(map: &BTreeMap<SlotKind, u64>) -> bool {
    map.is_empty()
}

fn list_is_empty(list: &[Signature]) -> bool {
    list.is_empty()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::secret::{Secret, SecretText};
    use crate::token::{Algorithm, ChallengeEncoding, Counter, Digits, Icon, Kind, Period, Token, TokenId};
    use crate::vault::contents::Binned;
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
            let mut contents = Contents::new(tokens, bin, vec![WrappingKey { slot: Hex([3; 16]), key }]);
            contents.proven = [(SlotKind::Pin, 7), (SlotKind::Recovery, u64::MAX)].into();
            contents
        })
    }

    proptest! {
        #[test]
        fn whatever_is_written_can_be_read(contents in contents()) {
            let read = decode(&encode(&contents)).unwrap();
            prop_assert_eq!(&read.tokens, &contents.tokens);
            prop_assert_eq!(&read.bin, &contents.bin);
            prop_assert_eq!(&read.proven, &contents.proven);
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
