//! Push tokens and TiQR identities: kept like tokens, and out of reach of what leaves the vault.

use super::*;
use crate::push::{ProviderName, PushToken};
use crate::tiqr::TiqrIdentity;

fn push(serial: &str) -> PushToken {
    PushToken {
        id: TokenId::from_bytes([0; 16]),
        provider: ProviderName::PrivacyIdea,
        label: "work".into(),
        issuer: "Work".into(),
        serial: serial.into(),
        url: "https://mfa.example/ttype/push".into(),
        key: secret(3),
        server_key: vec![1, 2, 3],
        ask_unlock: true,
        enrolled_at: 7,
        seen: Vec::new(),
    }
}

fn tiqr(user: &str) -> TiqrIdentity {
    TiqrIdentity {
        id: TokenId::from_bytes([0; 16]),
        service: "University".into(),
        service_id: "login.example".into(),
        url: "https://login.example/tiqr".into(),
        suite: "OCRA-1:HOTP-SHA1-6:QN10".parse().unwrap(),
        user: user.into(),
        name: "Mira".into(),
        secret: secret(4),
        enrolled_at: 7,
    }
}

#[test]
fn they_are_there_again_and_their_requests_are_remembered() {
    let place = Place::new();
    let mut session = place.create();
    let (one, two) = (session.add_push(push("P1")).unwrap(), session.add_push(push("P2")).unwrap());
    let identity = session.add_tiqr(tiqr("mira")).unwrap();
    session.rename_push(one, "  Büro\u{202e} ").unwrap();
    session.remember_requests(&[(one, "N1".into(), 5, false), (two, "N2".into(), 6, true)]).unwrap();
    let written = session.header.generation;
    session.remember_requests(&[(one, "N1".into(), 9, false)]).unwrap();
    assert_eq!(session.header.generation, written, "what is known is not written again");
    drop(session);

    let mut session = place.open();
    let [first, second] = session.contents().push() else { panic!("two") };
    assert_eq!((first.id, first.label.as_str(), first.serial.as_str(), first.ask_unlock), (one, "Büro", "P1", true));
    assert_eq!((&first.key, first.server_key.as_slice()), (&secret(3), &[1, 2, 3][..]));
    assert_eq!(first.seen("N1").map(|seen| (seen.at, seen.answered)), Some((5, false)));
    assert_eq!(second.seen("N2").map(|seen| seen.answered), Some(true));
    let [kept] = session.contents().tiqr() else { panic!("one") };
    assert_eq!((kept.id, kept.user.as_str(), &kept.secret), (identity, "mira", &secret(4)));

    session.remove_push(one).unwrap();
    session.remove_tiqr(identity).unwrap();
    assert!(matches!(session.remove_push(one), Err(ChangeError::NoSuchToken)));
    assert!(matches!(session.remove_tiqr(identity), Err(ChangeError::NoSuchToken)));
    let again = place.open();
    assert_eq!((again.contents().push().len(), again.contents().tiqr().len()), (1, 0));
}

#[test]
fn enrolled_anew_they_take_the_old_ones_place() {
    let place = Place::new();
    let mut session = place.create();
    session.add_push(push("P1")).unwrap();
    session.add_push(PushToken { key: secret(9), ..push("P1") }).unwrap();
    session.add_tiqr(tiqr("mira")).unwrap();
    session.add_tiqr(TiqrIdentity { secret: secret(9), ..tiqr("mira") }).unwrap();
    session.add_tiqr(tiqr("otto")).unwrap();
    let contents = session.contents();
    assert_eq!(contents.push().iter().map(|token| &token.key).collect::<Vec<_>>(), [&secret(9)]);
    assert_eq!(contents.tiqr().iter().map(|identity| identity.user.as_str()).collect::<Vec<_>>(), ["mira", "otto"]);
}

#[test]
fn another_change_and_another_key_leave_them_as_they_are() {
    let place = Place::new();
    let mut session = place.create();
    session.add_push(push("P1")).unwrap();
    session.add_tiqr(tiqr("mira")).unwrap();
    session.add(vec![totp(1, "A", "a")]).unwrap();
    let id = session.contents().tokens()[0].id;
    session.remove(&[id], 1).unwrap();
    let again = place.open();
    assert_eq!((again.contents().push().len(), again.contents().tiqr().len()), (1, 1));
}
