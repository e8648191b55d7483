//! Protective settings.

use super::*;
use crate::vault::Protection;

#[test]
fn settings_are_in_the_vault_and_come_back() {
    let place = Place::new();
    let mut session = place.create();
    assert_eq!(*session.contents().protection(), Protection::default());
    let mut wanted = session.contents().protection().clone();
    (wanted.tap_to_reveal, wanted.wipe_after) = (true, Some(3));
    session.protect(wanted.clone()).unwrap();
    wanted.wipe_after = Some(5);
    assert_eq!(*session.contents().protection(), wanted);
    add(&mut session, 1, "A").unwrap();
    session.change_lock_at(password_slot("new"), CostRule::AnyForTests).unwrap();
    assert_eq!(*open(&place, "new").unwrap().0.contents().protection(), wanted);
    let generation = session.header.generation;
    session.protect(wanted).unwrap();
    assert_eq!(session.header.generation, generation, "what is so already is not written again");
}

#[test]
fn window_and_command_line_keep_each_others_settings() {
    let place = Place::new();
    let (mut window, mut command_line) = (place.create(), place.open());
    let mut one = window.contents().protection().clone();
    let mut other = command_line.contents().protection().clone();
    one.lock_after_seconds = 300;
    other.screen_capture = true;
    window.protect(one).unwrap();
    command_line.protect(other).unwrap();
    let both = command_line.contents().protection();
    assert!(both.lock_after_seconds == 300 && both.screen_capture);
}
