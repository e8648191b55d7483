//! Tokens to export: told ones, and random ones that every reader takes.

use proptest::prelude::*;

use crate::secret::{Secret, SecretText};
use crate::token::{Algorithm, ChallengeEncoding, Counter, Digits, Icon, Kind, Period, Token, TokenId};

pub(super) fn secret(number: u8, length: usize) -> Secret {
    Secret::from_bytes(vec![number; length])
}

/// One of every kind, with all that a token can have.
pub(super) fn every_kind() -> Vec<Token> {
    let pin = || SecretText::from("1234");
    let suite = || "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1".parse().unwrap();
    let kinds = [
        (20, Kind::usual_totp()),
        (64, Kind::Totp { algorithm: Algorithm::Sha512, digits: Digits::EIGHT, period: Period::new(60).unwrap() }),
        (20, Kind::Hotp { algorithm: Algorithm::Sha256, digits: Digits::SIX, counter: Counter(41) }),
        (20, Kind::Steam),
        (16, Kind::Motp { pin: pin() }),
        (16, Kind::Yandex { pin: pin() }),
        (20, Kind::Ocra { suite: suite(), counter: Counter(7), encoding: ChallengeEncoding::Ascii }),
    ];
    let tokens = (1..).zip(kinds).map(|(number, (length, kind))| {
        let id = TokenId::from_bytes([number; 16]);
        let mut token =
            Token::new(id, format!("Банк {number}"), "mira@keller.example".into(), secret(number, length), kind);
        token.note = "in the \"drawer\"".into();
        token.groups = vec!["Work".into(), "Дом".into()];
        token.favourite = number % 2 == 0;
        token.icon = Icon::Tile(number);
        token
    });
    tokens.collect()
}

fn kind() -> impl Strategy<Value = (Kind, usize)> {
    let algorithm = prop_oneof![Just(Algorithm::Sha1), Just(Algorithm::Sha256), Just(Algorithm::Sha512)];
    let period = prop_oneof![3 => Just(30_u64), 1 => Just(60_u64), 1 => 1..=86_400_u64];
    let digits = prop_oneof![3 => Just(6_u64), 1 => Just(8_u64), 1 => 4..=10_u64];
    let counter = prop_oneof![3 => 0..1_000_u64, 1 => 0..=u64::MAX];
    (algorithm, digits, period, counter, "[0-9]{4}", 0..10, 10..65_usize).prop_map(
        |(algorithm, digits, period, counter, pin, kind, length)| {
            let (digits, counter, pin) = (Digits::new(digits).unwrap(), Counter(counter), SecretText::new(pin));
            match kind {
                0..5 => (Kind::Totp { algorithm, digits, period: Period::new(period).unwrap() }, length),
                5 | 6 => (Kind::Hotp { algorithm, digits, counter }, length),
                7 => (Kind::Steam, 20),
                8 => (Kind::Motp { pin }, 16),
                9 if period % 2 == 0 => (Kind::Yandex { pin }, 16),
                _ => {
                    let suite = "OCRA-1:HOTP-SHA1-6:C-QA10".parse().unwrap();
                    (Kind::Ocra { suite, counter, encoding: ChallengeEncoding::Rfc }, length)
                }
            }
        },
    )
}

fn token() -> impl Strategy<Value = Token> {
    // Names as they are in a vault: clean, without blanks around them.
    let name = || prop_oneof![4 => "[\\PC&&[^ ]]{0,12}", 1 => "[a-zа-яё]{1,6} [a-z:<&\"\\\\]{1,6}", 1 => ""];
    let groups = prop::collection::vec("[A-Za-zЖ]{1,6}", 0..3);
    let unknown = prop::collection::vec(("[a-z]{8,10}", "[a-z0-9 ]{1,6}"), 0..2);
    (0_u128.., name(), name(), kind(), 0u8.., ("\\PC{0,20}", groups, unknown), any::<bool>(), 0_u8..14).prop_map(
        |(id, issuer, account, (kind, length), number, (note, groups, unknown), favourite, tile)| {
            let mut seen = std::collections::HashSet::new();
            Token {
                id: TokenId::from_bytes(id.to_be_bytes()),
                issuer: crate::enrol::names::clean(&issuer),
                account: crate::enrol::names::clean(&account),
                secret: Secret::from_bytes(
                    (0..length).zip(0_u8..).map(|(_, place)| number.wrapping_mul(31).wrapping_add(place)).collect(),
                ),
                kind,
                note,
                groups: groups.into_iter().filter(|group| seen.insert(group.clone())).collect(),
                favourite,
                icon: if tile < 12 { Icon::Tile(tile) } else { Icon::Letter },
                unknown,
            }
        },
    )
}

/// A random vault.
pub(super) fn vault() -> impl Strategy<Value = Vec<Token>> {
    prop::collection::vec(token(), 1..8)
}
