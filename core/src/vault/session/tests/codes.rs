//! Counters that move, answers, the bin.

use super::*;

#[test]
fn the_next_code_moves_on_and_peeking_does_not() {
    let place = Place::new();
    let mut session = place.create();
    let mut enrolment = hotp(0, "RFC 4226", 0);
    enrolment.secret = crate::secret::Secret::from_bytes(b"12345678901234567890".to_vec());
    let ids: Vec<_> =
        session.add(vec![enrolment, totp(1, "A", "a")]).unwrap().added.into_iter().map(|(_, id)| id).collect();
    let peeked = session.contents().code(ids[0], 0).unwrap().unwrap();
    assert_eq!(peeked.as_str(), "755224");
    for (counter, expected) in (0..).zip(["755224", "287082", "359152"]) {
        let (code, used) = session.next_code(ids[0]).unwrap();
        assert_eq!((code.as_str(), used), (expected, Counter(counter)));
    }
    assert!(matches!(session.next_code(ids[1]), Err(ChangeError::WrongKind)));
    assert!(matches!(session.next_code(TokenId::from_bytes([1; 16])), Err(ChangeError::NoSuchToken)));
}

#[test]
fn an_answer_with_a_counter_uses_it_up_and_one_with_a_given_counter_does_not() {
    let place = Place::new();
    let mut session = place.create();
    let kind = Kind::Ocra {
        suite: "OCRA-1:HOTP-SHA1-6:C-QN08".parse().unwrap(),
        counter: Counter(3),
        encoding: ChallengeEncoding::Rfc,
    };
    let enrolment = Enrolment::new("Bank".into(), "a".into(), secret(1), kind);
    let id = session.add(vec![enrolment]).unwrap().added[0].1;
    let request = |challenge| SignRequest {
        challenge,
        pin: None,
        session: None,
        unix: 0,
        counter: None,
        encoding: None,
        transaction: None,
        binding: None,
        now: 7,
    };
    let stored = |session: &Session| session.contents().token(id).unwrap().kind.counter().unwrap().0;

    assert!(matches!(session.sign(id, &request("")), Err(ChangeError::Ocra(_))));
    assert_eq!(stored(&session), 3, "what cannot be answered uses up nothing");
    let (first, used) = session.sign(id, &request("12345678")).unwrap();
    assert_eq!((used, stored(&session)), (Some(Counter(3)), 4));
    let with = SignRequest { counter: Some(Counter(3)), ..request("12345678") };
    let (again, used) = session.sign(id, &with).unwrap();
    assert_eq!((again, used, stored(&session)), (first, Some(Counter(3)), 4));
    assert_eq!(place.open().contents().token(id).unwrap().kind.counter(), Some(Counter(4)));
}

#[test]
fn what_was_signed_is_remembered_without_the_answer() {
    let place = Place::new();
    let mut session = place.create();
    let kind = Kind::Ocra {
        suite: "OCRA-1:HOTP-SHA1-6:QN08".parse().unwrap(),
        counter: Counter(0),
        encoding: ChallengeEncoding::Rfc,
    };
    let id = session.add(vec![Enrolment::new("Bank".into(), "a".into(), secret(1), kind)]).unwrap().added[0].1;
    let text = r#"{"challenge":"12345678","transactionData":"amount=100.00|to=ACME"}"#;
    let challenge = crate::confirm::Challenge::read(text).unwrap();
    let request = SignRequest {
        challenge: &challenge.question,
        pin: None,
        session: None,
        unix: 0,
        counter: None,
        encoding: None,
        transaction: challenge.transaction.as_ref(),
        binding: challenge.binding(),
        now: 7,
    };
    let (answer, _) = session.sign(id, &request).unwrap();
    let again = place.open();
    let [signature] = again.contents().signatures() else { panic!("one") };
    assert_eq!((signature.unix, signature.issuer.as_str(), signature.challenge.as_str()), (7, "Bank", "12345678"));
    assert_eq!(signature.fields, [("amount".into(), "100.00".into()), ("to".into(), "ACME".to_owned())]);
    assert_eq!(signature.binding.as_deref(), Some("beside"));
    let json = crate::vault::payload::encode(again.contents());
    assert!(!String::from_utf8_lossy(&json).contains(answer.as_str()));

    session.sign(id, &SignRequest { now: 8, ..request }).unwrap();
    let later = session.contents().signatures()[1].clone();
    session.forget_signatures(Some(&later)).unwrap();
    assert_eq!(place.open().contents().signatures(), std::slice::from_ref(signature), "the other one stays");
    session.forget_signatures(None).unwrap();
    assert!(place.open().contents().signatures().is_empty());

    let mut contents = again.contents().duplicate();
    for now in 0..=crate::vault::MOST_SIGNATURES as u64 {
        contents.remember_signature(id, &SignRequest { now, ..request }, None);
    }
    assert_eq!((contents.signatures().len(), contents.signatures()[0].unix), (crate::vault::MOST_SIGNATURES, 1));
}

#[test]
fn the_bin_gives_back_and_forgets() {
    let place = Place::new();
    let mut session = place.create();
    let ids: Vec<_> = session
        .add((0..4).map(|number| totp(number, ["A", "B", "C", "D"][number as usize], "a")).collect())
        .unwrap()
        .added
        .into_iter()
        .map(|(_, id)| id)
        .collect();
    session.remove(&[ids[1], ids[2]], 1_000).unwrap();
    session.restore(&[ids[1]]).unwrap();
    assert_eq!(issuers(&session), ["A", "B", "D"]);
    let written = session.header.generation;
    session.purge_expired(1_000 + crate::vault::BIN_SECONDS - 1).unwrap();
    assert_eq!(session.header.generation, written, "nothing to do writes nothing");
    session.purge_expired(1_000 + crate::vault::BIN_SECONDS).unwrap();
    assert!(place.open().contents().bin().is_empty());
}

#[test]
fn an_edit_that_changes_nothing_writes_nothing() {
    let place = Place::new();
    let mut session = place.create();
    let id = session.add(vec![totp(1, "A", "a")]).unwrap().added[0].1;
    let before = place.bytes();
    session.edit(id, Edit { issuer: Some("A".into()), ..Edit::default() }).unwrap();
    session.move_to(id, 5).unwrap();
    assert_eq!(place.bytes(), before);
    session.edit(id, Edit { issuer: Some("B".into()), ..Edit::default() }).unwrap();
    assert_eq!(issuers(&place.open()), ["B"]);
}
