//! What a person does with a vault, on a real disk.

use super::*;
use crate::vault::testing::*;
use crate::vault::{CreateError, OpenError};

#[test]
fn what_was_saved_is_there_again() {
    let place = Place::new();
    let mut session = place.create();
    let outcome = session.add(vec![totp(1, "GitHub", "mira"), totp(2, "Überbank", "отто")]).unwrap();
    assert_eq!(outcome.added.len(), 2);
    drop(session);

    let session = place.open();
    assert_eq!(issuers(&session), ["GitHub", "Überbank"]);
    let token = session.contents().token(outcome.added[1].1).unwrap();
    assert_eq!((token.account.as_str(), &token.secret), ("отто", &secret(2)));
}

#[test]
fn a_vault_is_never_made_over_another() {
    let place = Place::new();
    drop(place.create());
    let before = place.bytes();
    let again = Session::create(place.environment.clone(), password_slot(PASSWORD));
    assert!(matches!(again, Err(CreateError::Exists)));
    assert_eq!(place.bytes(), before);
}

#[test]
fn a_wrong_password_is_not_a_damaged_file() {
    let place = Place::new();
    drop(place.create());
    let open = |text| Session::open(place.environment.clone(), password(text)).err();
    assert!(matches!(open("wrong"), Some(OpenError::WrongPassword)));
    assert!(matches!(open(""), Some(OpenError::WrongPassword)));
}
