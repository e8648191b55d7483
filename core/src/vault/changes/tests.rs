//! Duplicates, the bin, the user's order, counters.

use super::*;
use crate::secret::Secret;
use crate::token::{Algorithm, Digits, Period};
use crate::vault::testing::{CountingEntropy, hotp, totp};

fn contents(enrolments: Vec<Enrolment>) -> (Contents, Vec<TokenId>) {
    let mut contents = Contents::default();
    let (outcome, _) = contents.add(enrolments, &CountingEntropy::default()).unwrap();
    let ids = outcome.added.into_iter().map(|(_, id)| id).collect();
    (contents, ids)
}

fn abcde() -> (Contents, Vec<TokenId>) {
    contents((0..).zip(["A", "B", "C", "D", "E"]).map(|(number, issuer)| totp(number, issuer, "x")).collect())
}

fn order(contents: &Contents) -> String {
    contents.tokens().iter().map(|token| token.issuer.as_str()).collect()
}

fn counter(contents: &Contents, id: TokenId) -> u64 {
    contents.tokens().iter().find(|token| token.id == id).unwrap().kind.counter().unwrap().0
}

#[test]
fn duplicates_are_recognised_in_the_vault_and_within_the_batch() {
    let (mut vault, ids) = contents(vec![totp(1, "GitHub", "mira"), hotp(2, "Bank", 5)]);
    let entropy = CountingEntropy::default();
    let batch = vec![
        totp(1, "Other name", "same codes"),
        totp(3, "New", "x"),
        totp(3, "New again", "y"),
        hotp(2, "Bank", 9),
        hotp(2, "Bank", 7),
    ];
    let (outcome, changed) = vault.add(batch, &entropy).unwrap();
    assert!(changed);
    assert!(!vault.add(vec![hotp(2, "Bank", 3)], &entropy).unwrap().1, "nothing to write");
    assert_eq!(outcome.added.len(), 1);
    let new = outcome.added[0].1;
    assert_eq!(outcome.duplicates, [(0, ids[0]), (2, new), (3, ids[1]), (4, ids[1])]);
    assert_eq!(counter(&vault, ids[1]), 9, "the higher counter is kept");
    assert_eq!(vault.tokens()[0].issuer, "GitHub", "the names stay");
}

#[test]
fn the_same_secret_with_other_parameters_is_another_token() {
    let same = |kind| Enrolment::new("I".into(), "a".into(), Secret::from_bytes(vec![7; 20]), kind);
    let (algorithm, digits) = (Algorithm::Sha1, Digits::SIX);
    let kinds = vec![
        Kind::usual_totp(),
        Kind::Totp { algorithm, digits: Digits::EIGHT, period: Period::THIRTY },
        Kind::Totp { algorithm, digits, period: Period::new(60).unwrap() },
        Kind::Totp { algorithm: Algorithm::Sha256, digits, period: Period::THIRTY },
        Kind::Hotp { algorithm, digits, counter: Counter(0) },
        Kind::Steam,
        Kind::Motp { pin: "1234".into() },
        Kind::Motp { pin: "1235".into() },
        Kind::Yandex { pin: "1234".into() },
    ];
    let (vault, ids) = contents(kinds.into_iter().map(same).collect());
    assert_eq!((vault.tokens().len(), ids.len()), (9, 9));
}

#[test]
fn undoing_a_deletion_gives_the_old_order() {
    let (mut vault, ids) = abcde();
    vault.remove(&[ids[3], ids[1]], 100).unwrap();
    assert_eq!(order(&vault), "ACE");
    vault.remove(&[ids[0]], 200).unwrap();
    assert_eq!(vault.bin().iter().map(|b| b.token.issuer.as_str()).collect::<String>(), "ABD", "the newest first");
    vault.restore(&[ids[0], ids[1], ids[3]]).unwrap();
    assert_eq!(order(&vault), "ABCDE");
    assert!(vault.bin().is_empty());
}

#[test]
fn the_bin_keeps_for_thirty_days() {
    let (mut vault, ids) = abcde();
    vault.remove(&[ids[0]], 1000).unwrap();
    vault.remove(&[ids[1]], 1001).unwrap();
    assert!(!vault.has_expired(999 + BIN_SECONDS));
    vault.purge_expired(1000 + BIN_SECONDS);
    assert_eq!(vault.bin().len(), 1);
    assert_eq!(vault.bin()[0].token.issuer, "B");
    vault.purge(&[ids[1]]).unwrap();
    assert!(vault.bin().is_empty());
    assert!(matches!(vault.restore(&[ids[1]]), Err(ChangeError::NoSuchToken)));
}

#[test]
fn a_clock_set_back_purges_nothing() {
    let (mut vault, ids) = abcde();
    vault.remove(&[ids[0]], u64::MAX).unwrap();
    vault.purge_expired(5);
    assert_eq!(vault.bin().len(), 1);
}

#[test]
fn deleted_and_enrolled_anew_a_counter_never_goes_back() {
    let (mut vault, ids) = contents(vec![hotp(1, "Bank", 50)]);
    vault.remove(&ids, 100).unwrap();
    let (again, _) = vault.add(vec![hotp(1, "Bank", 0)], &CountingEntropy::default()).unwrap();
    let again = again.added[0].1;
    assert_eq!(counter(&vault, again), 50);
    assert_eq!(vault.advance(again).unwrap(), Counter(50));
    vault.restore(&ids).unwrap();
    assert_eq!(counter(&vault, ids[0]), 51);
}

#[test]
fn a_counter_at_its_end_stays_there() {
    let (mut vault, ids) = contents(vec![hotp(1, "Bank", u64::MAX)]);
    assert!(matches!(vault.advance(ids[0]), Err(ChangeError::CounterAtEnd)));
    vault.skip_counters();
    assert_eq!(counter(&vault, ids[0]), u64::MAX);
}

#[test]
fn editing_sets_what_is_named_and_refuses_what_the_kind_lacks() {
    let (mut vault, ids) = abcde();
    let edit = Edit { note: Some("new".into()), groups: Some(vec!["Work".into()]), ..Edit::default() };
    assert!(vault.edit(ids[0], edit).unwrap());
    assert_eq!((vault.tokens()[0].issuer.as_str(), vault.tokens()[0].note.as_str()), ("A", "new"));
    let same = Edit { note: Some("new".into()), ..Edit::default() };
    assert!(!vault.edit(ids[0], same).unwrap(), "nothing to write");
    let names = Edit {
        issuer: Some(" Ban\u{202e}k\u{1b}[2J ".into()),
        groups: Some(["Work", "", " Work", "Home\n"].map(String::from).into()),
        ..Edit::default()
    };
    assert!(vault.edit(ids[0], names).unwrap());
    assert_eq!(vault.tokens()[0].issuer, "Bank[2J", "nothing that acts on a screen");
    assert_eq!(vault.tokens()[0].groups, ["Work", "Home"]);
    let counter = Edit { counter: Some(Counter(3)), note: Some("never".into()), ..Edit::default() };
    assert!(matches!(vault.edit(ids[0], counter), Err(ChangeError::WrongKind)));
    assert!(matches!(vault.edit(TokenId::from_bytes([9; 16]), Edit::default()), Err(ChangeError::NoSuchToken)));
}

#[test]
fn moving_keeps_all_others_in_order() {
    let (mut vault, ids) = abcde();
    assert!(vault.move_to(ids[0], 3).unwrap());
    assert_eq!(order(&vault), "BCDAE");
    assert!(vault.move_to(ids[4], 0).unwrap());
    assert_eq!(order(&vault), "EBCDA");
    assert!(vault.move_to(ids[1], 99).unwrap());
    assert_eq!(order(&vault), "ECDAB");
    assert!(!vault.move_to(ids[1], 99).unwrap());
}
