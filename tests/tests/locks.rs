//! The locks as a person meets them: PIN and recovery key made and used, wrong tries waited out, asked again before what matters,
//! locked when left alone, proven on a quiet day, written down, wiped.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::time::Duration;

use slint::ComponentHandle as _;
use slint::platform::Key;
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, NewSlot, Protection, RecoveryKey, Session, SlotKind};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::DetailsScreen;

const NOW: u64 = 1_111_111_109;
const PASSWORD: &str = "a row of four words";
const PIN: &str = "730419";
const URI: &str =
    "otpauth://totp/RFC%206238:appendix-b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RFC%206238&digits=8";

fn password() -> Credential {
    Credential::Password(SecretText::from(PASSWORD))
}

fn with(phone: &Phone, change: impl FnOnce(&mut Session)) {
    let mut session = Session::open(phone.services().vault, password()).unwrap().0;
    change(&mut session);
}

fn protect(phone: &Phone, change: impl FnOnce(&mut Protection)) {
    with(phone, |session| {
        let mut protection = session.contents().protection().clone();
        change(&mut protection);
        session.protect(protection).unwrap();
    });
}

/// A phone whose vault has a password, a token, and what else is wanted, and is locked.
fn prepared(pin: bool, recovery: Option<RecoveryKey>) -> Phone {
    let mut phone = Phone::with_keystore(Glass::PHONE, NOW, true);
    let mut slots = vec![NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR)];
    if pin {
        slots.push(NewSlot::Pin(SecretText::from(PIN), Cost::FLOOR));
    }
    slots.extend(recovery.map(NewSlot::Recovery));
    let mut session = Session::create_with(phone.services().vault, slots).unwrap();
    session.add(vec![otpauth::read(URI, None).unwrap()]).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone
}

fn pin(phone: &Phone, digits: &str) {
    for digit in digits.chars() {
        phone.tap(&digit.to_string());
    }
    phone.tap("OK");
}

fn qr_shown(phone: &Phone) -> bool {
    phone.ui().window().global::<DetailsScreen>().get_qr_shown()
}

fn is_open(phone: &Phone) -> bool {
    phone.spoken("RFC 6238").is_some()
}

/// The key that is on the page, as it is read from it.
fn shown_key(phone: &Phone) -> String {
    let group = |number: usize| {
        let spoken = phone.spoken(&format!("Group {number}: ")).unwrap();
        spoken.rsplit(' ').next().unwrap().to_owned()
    };
    (1..=8).map(group).collect::<Vec<_>>().join(" ")
}

fn events(phone: &Phone) -> Vec<Event> {
    let mut events = Vec::new();
    with(phone, |session| events = session.journal().into_iter().map(|record| record.event).collect());
    events
}

#[test]
fn a_pin_is_made_with_a_recovery_key_beside_it_and_opens_by_pad_and_keyboard() {
    let mut phone = Phone::with_keystore(Glass::PHONE, NOW, true);
    phone.tap("Start fresh");
    phone.tap("PIN");
    phone.type_into("PIN", "1234");
    phone.pass(Duration::from_millis(400));
    assert!(phone.sees("This PIN is among the first that a thief tries."), "{:?}", phone.heard());
    phone.tap("No lock");
    phone.tap("PIN");
    phone.type_into("PIN", PIN);
    phone.type_into("The same once more", "730418");
    phone.tap("Go on to the recovery key");
    assert!(phone.sees("The two PINs differ. Type the second one again."), "{:?}", phone.heard());
    phone.press(Key::Backspace);
    phone.type_into("The same once more", "9");
    phone.tap("Go on to the recovery key");

    let key = shown_key(&phone);
    assert!(!phone.services().vault.file.exists(), "nothing is made before the key was typed back");
    phone.tap("I have written it down");
    assert!(phone.spoken("Group 1").is_none(), "{:?}", phone.heard());
    // One wrong character in the third group.
    let mut wrong: Vec<char> = key.chars().collect();
    wrong[12] = if wrong[12] == 'A' { 'B' } else { 'A' };
    phone.type_into("Your recovery key", &wrong.iter().collect::<String>());
    phone.tap("Check and go on");
    assert!(phone.sees("Group 3 is mistyped. Compare it with what you wrote down."), "{:?}", phone.heard());
    // Nothing but that group is typed again.
    key.chars().skip(12).take(5).for_each(|character| phone.type_key(&character.to_string()));
    phone.tap("Check and go on");
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());

    phone.tap("Lock");
    pin(&phone, "1111");
    assert!(phone.spoken("That PIN is wrong. Try again. 4 more wrong tries").is_some(), "{:?}", phone.heard());
    pin(&phone, PIN);
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());

    phone.restart(Glass::PHONE);
    PIN.chars().for_each(|digit| phone.type_key(&digit.to_string()));
    phone.press(Key::Return);
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());

    phone.tap("Lock");
    phone.tap("Use the recovery key instead");
    let (typed, last) = key.split_at(42);
    phone.type_into("Recovery key", &format!("{}99999", typed.to_lowercase()));
    phone.tap("Unlock");
    assert!(phone.sees("Group 8 is mistyped. Compare it with what you wrote down."), "{:?}", phone.heard());
    last.chars().for_each(|character| phone.type_key(&character.to_string()));
    phone.tap("Unlock");
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());
}

#[test]
fn wrong_tries_are_waited_out_over_a_restart() {
    let mut phone = prepared(true, None);
    for _ in 0..5 {
        pin(&phone, "1111");
    }
    assert!(phone.sees("That PIN is wrong"), "{:?}", phone.heard());
    assert!(phone.sees("Try again in 30 seconds.") || phone.sees("Try again in 29 seconds."), "{:?}", phone.heard());
    phone.pass(Duration::from_secs(10));
    phone.restart(Glass::PHONE);
    let words = phone.spoken("Try again in ").unwrap();
    assert!(
        ["Try again in 20 seconds.", "Try again in 19 seconds.", "Try again in 18 seconds."].contains(&words.as_str()),
        "{words}"
    );
    phone.tap("1");
    phone.tap("OK");
    assert!(!is_open(&phone));
    phone.pass(Duration::from_secs(21));
    phone.settle();
    assert!(phone.spoken("Try again in ").is_none(), "{:?}", phone.heard());
    pin(&phone, PIN);
    assert!(is_open(&phone), "{:?}", phone.heard());
    phone.tap("Lock");
    assert!(
        events(&phone).contains(&Event::WrongTries { count: 5, last: NOW - 1 })
            || events(&phone).iter().any(|event| matches!(event, Event::WrongTries { count: 5, .. }))
    );
}

#[test]
fn a_pin_whose_half_the_keystore_lost_gives_way_to_the_password() {
    let phone = prepared(true, None);
    phone.outside.drawer.lose(" pin ");
    pin(&phone, PIN);
    assert!(phone.spoken("This device's keystore lost its half of the PIN. Use").is_some(), "{:?}", phone.heard());
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    assert!(is_open(&phone));
    assert!(phone.spoken("This device's keystore lost its half of the PIN. Choose").is_some(), "{:?}", phone.heard());
}

#[test]
fn ways_in_are_added_changed_and_removed() {
    let phone = prepared(false, None);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.tap("More");
    phone.tap("Unlock with, Password");
    phone.tap("Password, set up");
    assert!(phone.spoken("It can't be removed now.").is_some(), "{:?}", phone.heard());
    phone.press(Key::Escape);
    phone.tap("PIN, add");
    phone.type_into("Your password", "wrong");
    phone.tap("Go on");
    assert!(phone.spoken("That password is wrong").is_some(), "{:?}", phone.heard());
    phone.type_into("Your password", PASSWORD);
    phone.tap("Go on");
    phone.type_into("The new PIN", PIN);
    phone.type_into("The same once more", PIN);
    phone.tap("Choose a PIN");
    assert!(phone.sees("PIN, set up"), "{:?}", phone.heard());
    // Asked once, as long as one stays with the settings.
    phone.tap("Recovery key, add");
    let key = shown_key(&phone);
    phone.tap("I have written it down");
    phone.type_into("Your recovery key", &key);
    phone.tap("Check and go on");
    assert!(phone.sees("Recovery key, set up"), "{:?}", phone.heard());
    phone.tap("Password, set up");
    phone.tap("Remove");
    assert!(phone.sees("Password, add"), "{:?}", phone.heard());
    let kinds: Vec<_> = Session::inspect(&phone.services().vault).unwrap().slots.iter().map(|slot| slot.kind).collect();
    assert_eq!(kinds.len(), 2);
    assert!(kinds.contains(&SlotKind::Pin) && kinds.contains(&SlotKind::Recovery));
}

#[test]
fn the_lock_is_asked_again_before_a_secret_is_shown() {
    let phone = prepared(true, None);
    pin(&phone, PIN);
    phone.at(NOW);
    phone.hold(&phone.spoken("RFC 6238").unwrap());
    phone.tap("Unlock to show");
    assert!(!qr_shown(&phone));
    pin(&phone, "1111");
    assert!(phone.spoken("That PIN is wrong.").is_some() && !qr_shown(&phone), "{:?}", phone.heard());
    pin(&phone, PIN);
    assert!(qr_shown(&phone), "{:?}", phone.heard());
    let happened = events(&phone);
    assert!(happened.contains(&Event::StepUpRefused), "{happened:?}");
    assert!(happened.iter().any(|event| matches!(event, Event::QrShown { .. })), "{happened:?}");
}

#[test]
fn it_locks_when_left_alone_and_in_the_background() {
    let phone = prepared(true, None);
    pin(&phone, PIN);
    phone.pass(Duration::from_secs(50));
    phone.tap("More");
    phone.pass(Duration::from_secs(50));
    phone.settle();
    assert!(phone.sees("Lock now"), "a tap counts: {:?}", phone.heard());
    phone.pass(Duration::from_secs(11));
    phone.settle();
    assert!(phone.sees("Smart OTP is locked"), "{:?}", phone.heard());

    protect(&phone, |protection| protection.lock_on_background = true);
    pin(&phone, PIN);
    assert!(is_open(&phone));
    phone.ui().set_visible(false);
    phone.ui().set_visible(true);
    phone.settle();
    assert!(phone.sees("Smart OTP is locked"), "{:?}", phone.heard());
}

#[test]
fn codes_are_hidden_until_they_are_tapped_and_again_later() {
    let phone = prepared(true, None);
    protect(&phone, |protection| (protection.tap_to_reveal, protection.hide_unfocused) = (true, true));
    pin(&phone, PIN);
    phone.at(NOW);
    assert!(phone.sees("RFC 6238, appendix-b, hidden, tap to show"), "{:?}", phone.heard());
    phone.tap("RFC 6238, appendix-b, hidden, tap to show");
    assert!(phone.spoken("RFC 6238, appendix-b, 0 7 0 8 1 8 0 4").is_some(), "{:?}", phone.heard());
    assert_eq!(phone.outside.clipboard.copied(), None, "the first tap only shows");
    phone.pass(Duration::from_secs(12));
    phone.settle();
    assert!(phone.sees("RFC 6238, appendix-b, hidden, tap to show"), "{:?}", phone.heard());

    phone.ui().set_in_front(false);
    phone.settle();
    assert!(phone.sees("Smart OTP"), "covered: {:?}", phone.heard());
    phone.ui().set_in_front(true);
    phone.settle();
    assert!(!phone.sees("Smart OTP"));
}

#[test]
fn getting_back_in_is_rehearsed_and_reminded_of() {
    let mut phone = prepared(true, None);
    pin(&phone, PIN);
    phone.tap("More");
    phone.tap("Get back in");
    phone.tap("Password");
    phone.type_into("Your password", PASSWORD);
    phone.tap("Prove it");
    assert!(phone.spoken("It works: Password").is_some(), "{:?}", phone.heard());
    let proven =
        Session::open(phone.services().vault, password()).unwrap().0.contents().last_proven(SlotKind::Password);
    assert!(proven.is_some_and(|at| at >= NOW));
    assert!(events(&phone).contains(&Event::Rehearsed { slot: SlotKind::Password }));

    phone.outside.clock.set((NOW + 91 * 86_400) * 1000);
    phone.restart(Glass::PHONE);
    pin(&phone, PIN);
    assert!(phone.spoken("Nothing has proven for 90 days").is_some(), "{:?}", phone.heard());
    phone.tap("Close");
    assert!(phone.spoken("Nothing has proven for 90 days").is_none());
    phone.restart(Glass::PHONE);
    pin(&phone, PIN);
    assert!(is_open(&phone) && phone.spoken("Nothing has proven for 90 days").is_none(), "put aside");
}

#[test]
fn what_happened_is_listed() {
    let phone = prepared(true, None);
    pin(&phone, "1111");
    pin(&phone, PIN);
    phone.tap("More");
    phone.tap("Unlock with, PIN, password");
    phone.tap("What happened");
    for words in ["Unlocked: PIN, just now", "1 wrong try before, just now"] {
        assert!(phone.sees(words), "{words}: {:?}", phone.heard());
    }
}

#[test]
fn the_wipe_after_wrong_tries_is_set_with_a_warning_and_done() {
    let mut phone = prepared(true, None);
    pin(&phone, PIN);
    phone.tap("More");
    phone.tap("Unlock with, PIN, password");
    phone.drag((195., 700.), (195., 100.));
    phone.drag((195., 700.), (195., 100.));
    phone.tap("Wipe after wrong tries, off");
    assert!(phone.spoken("Think of children and bad days.").is_some(), "{:?}", phone.heard());
    phone.tap("after 5 tries");
    pin(&phone, PIN);
    assert!(phone.sees("Wipe after wrong tries, after 5 tries"), "{:?}", phone.heard());
    phone.restart(Glass::PHONE);
    for _ in 0..4 {
        pin(&phone, "1111");
    }
    assert!(
        phone.spoken("That PIN is wrong. Try again. 1 more wrong try wipes the vault.").is_some(),
        "{:?}",
        phone.heard()
    );
    pin(&phone, "1111");
    assert!(phone.spoken("That was one wrong try too many.").is_some(), "{:?}", phone.heard());
    assert!(!phone.services().vault.file.exists());
    phone.tap("Look again");
    assert!(phone.sees("Start fresh"), "{:?}", phone.heard());
}

#[test]
fn the_wipe_now_asks_twice_and_for_the_lock() {
    let phone = prepared(true, None);
    pin(&phone, PIN);
    phone.tap("More");
    phone.tap("Unlock with, PIN, password");
    phone.drag((195., 700.), (195., 100.));
    phone.drag((195., 700.), (195., 100.));
    phone.tap("Wipe everything now");
    phone.tap("Go on to the wipe");
    assert!(phone.services().vault.file.exists());
    pin(&phone, PIN);
    assert!(phone.sees("Start fresh"), "{:?}", phone.heard());
    let left: Vec<_> = std::fs::read_dir(phone.folder()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().contains("vault.smartotp") || name.to_string_lossy().ends_with(".lock")), "{left:?}");
}
