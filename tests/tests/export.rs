//! Tokens on their way out, as a person meets them: to a file that was read back, to another phone's camera, from screen to screen.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::time::Duration;

use slint::platform::Key;
use slint::{ComponentHandle as _, Model as _, SharedString};
use smartotp_core::backup::words::TransferKey;
use smartotp_core::backup::{Unlock, open};
use smartotp_core::enrol::otpauth;
use smartotp_core::import;
use smartotp_core::qr::animated::Receiver;
use smartotp_core::qr::read::{self, Budget};
use smartotp_core::secret::SecretText;
use smartotp_core::token::TokenId;
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, Edit, NewSlot, Session};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::{CodesScreen, TransferScreen};

const NOW: u64 = 1_790_000_000;
const PASSWORD: &str = "a row of four words";
const FILE_PASSWORD: &str = "another row of words";
const LINKS: [&str; 3] = [
    "otpauth://totp/GitHub:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://hotp/Aurora:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora&counter=5",
    "steam://GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJE",
];

fn credential() -> Credential {
    Credential::Password(SecretText::from(PASSWORD))
}

/// A phone with an open vault of three tokens; the first one has a group and a note.
fn prepared() -> Phone {
    let mut phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(LINKS.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
    let first: TokenId = session.contents().tokens()[0].id;
    let edit = Edit { groups: Some(vec!["Work".into()]), note: Some("blue folder".into()), ..Edit::default() };
    session.edit(first, edit).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone
}

fn go(phone: &Phone, to: &str) {
    phone.tap("More");
    phone.tap(to);
}

fn prove(phone: &Phone, go: &str) {
    phone.type_into("Your password", PASSWORD);
    phone.tap(go);
}

fn as_what(phone: &Phone, kind: &str) {
    phone.tap("As what, Sealed file");
    phone.tap(kind);
}

fn backspace(phone: &Phone, times: usize) {
    (0..times).for_each(|_| phone.type_key(&SharedString::from(Key::Backspace)));
    phone.settle();
}

/// Types where the cursor is.
fn type_on(phone: &Phone, text: &str) {
    text.chars().for_each(|character| phone.type_key(&character.to_string()));
    phone.settle();
}

fn exports(phone: &Phone) -> Vec<u32> {
    let mut session = Session::open(phone.services().vault, credential()).unwrap().0;
    let tokens = |record: &smartotp_core::vault::journal::Record| match record.event {
        Event::Exported { tokens } => Some(tokens),
        _ => None,
    };
    session.journal().iter().filter_map(tokens).collect()
}

#[track_caller]
fn hears(phone: &Phone, words: &[&str]) {
    for word in words {
        assert!(phone.sees(word), "{word:?}: {:?}", phone.heard());
    }
}

#[test]
fn a_sealed_file_is_written_read_back_and_opens_with_its_password() {
    let phone = prepared();
    let place = phone.folder().join("mine.sealed");
    phone.outside.gallery.next_place(place.clone());
    go(&phone, "Export");
    hears(&phone, &["Which tokens, all 3", "As what, Sealed file"]);
    phone.type_into("Password of the file", FILE_PASSWORD);
    phone.type_into("The same once more", "something else");
    phone.tap("Export 3 tokens");
    hears(&phone, &["The two passwords differ. Type the second one again."]);
    backspace(&phone, "something else".len());
    type_on(&phone, FILE_PASSWORD);
    phone.tap("Export 3 tokens");
    hears(&phone, &["Export tokens"]);
    assert!(!place.exists(), "nothing before the lock was asked again");
    prove(&phone, "Go on");
    hears(&phone, &["3 tokens are exported", "Written, read back and compared.", &place.display().to_string()]);
    assert_eq!(phone.outside.gallery.proposed().as_deref(), Some("smartotp-2026-09-21.sealed"));
    let bytes = std::fs::read(&place).unwrap();
    let (snapshot, _) = open(&bytes, &Unlock::Password(&SecretText::from(FILE_PASSWORD))).unwrap();
    assert_eq!(snapshot.tokens.len(), 3);
    assert_eq!(snapshot.tokens[0].note, "blue folder");
    assert_eq!(exports(&phone), [3]);
    phone.tap("Done");
    hears(&phone, &["Export", "Transfer"]);
}

#[test]
fn what_is_in_clear_says_so_and_what_stays_behind_is_named_first() {
    let phone = prepared();
    let place = phone.folder().join("links.txt");
    phone.outside.gallery.next_place(place.clone());
    go(&phone, "Export");
    as_what(&phone, "Setup links");
    hears(
        &phone,
        &["This is not encrypted. Whoever gets it can make your codes, now and later. Delete it once it has served."],
    );
    phone.tap("Export 3 tokens");
    hears(&phone, &["Export without encryption"]);
    prove(&phone, "Go on");
    hears(&phone, &["What stays behind"]);
    assert!(phone.spoken("GitHub, mira").is_some(), "{:?}", phone.heard());
    assert!(!place.exists() && exports(&phone).is_empty(), "nothing has left yet");
    phone.tap("Export all the same");
    hears(&phone, &["3 tokens are exported", "It is not encrypted. Delete it once it has served."]);
    let text = std::fs::read_to_string(&place).unwrap();
    assert_eq!(text.lines().count(), 3);
    assert!(text.starts_with("otpauth://totp/GitHub:mira"));
    phone.press(Key::Escape);
    assert_eq!(exports(&phone), [3]);
}

#[test]
fn a_group_or_a_few_tokens_can_be_chosen() {
    let phone = prepared();
    go(&phone, "Export");
    phone.tap("Which tokens, all 3");
    phone.tap("Work");
    hears(&phone, &["1 of 3 chosen", "Take 1 token"]);
    phone.tap("Choose all");
    phone.tap("Aurora");
    phone.tap("Take 2 tokens");
    hears(&phone, &["Which tokens, 2 of 3"]);
    as_what(&phone, "Aegis");
    phone.tap("Encrypt it with a password");
    let place = phone.folder().join("aegis.json");
    phone.outside.gallery.next_place(place.clone());
    phone.tap("Export 2 tokens");
    prove(&phone, "Go on");
    hears(&phone, &["2 tokens are exported"]);
    let outcome = import::read(&std::fs::read(&place).unwrap(), None).unwrap();
    let names: Vec<_> = outcome.tokens.iter().map(|token| token.issuer.as_str()).collect();
    assert_eq!((names.len(), names[0]), (2, "GitHub"));
    assert_eq!(outcome.tokens[0].groups, ["Work"]);
}

#[test]
fn a_disk_that_gives_back_something_else_is_told_of_and_nothing_counts_as_done() {
    let phone = prepared();
    phone.outside.gallery.forget();
    phone.outside.gallery.next_place(phone.folder().join("sheet.pdf"));
    go(&phone, "Export");
    as_what(&phone, "Emergency sheet (PDF)");
    phone.tap("Export 3 tokens");
    prove(&phone, "Go on");
    phone.tap("Export all the same");
    hears(
        &phone,
        &["What was written doesn't read back as it should. Nothing was kept of it. Try again, or write it elsewhere."],
    );
    assert!(!phone.folder().join("sheet.pdf").exists());
}

#[test]
fn without_a_chooser_a_path_is_asked_for_and_no_file_is_replaced() {
    let phone = prepared();
    phone.outside.gallery.close();
    let taken = phone.folder().join("taken.html");
    std::fs::write(&taken, "mine").unwrap();
    go(&phone, "Export");
    as_what(&phone, "Emergency sheet (HTML)");
    phone.tap("Export 3 tokens");
    prove(&phone, "Go on");
    phone.tap("Export all the same");
    hears(&phone, &["Where is it to lie?"]);
    phone.press(Key::End);
    backspace(&phone, 60);
    type_on(&phone, &taken.display().to_string());
    phone.tap("Write it");
    hears(&phone, &["There is a file of that name already. Choose another one."]);
    assert_eq!(std::fs::read_to_string(&taken).unwrap(), "mine");
    backspace(&phone, ".html".len());
    type_on(&phone, "2.html");
    phone.tap("Write it");
    hears(&phone, &["3 tokens are exported"]);
    let page = std::fs::read_to_string(phone.folder().join("taken2.html")).unwrap();
    assert!(page.contains("Smart OTP: emergency sheet") && page.contains("GitHub"), "the words are on it");
}

#[test]
fn codes_for_google_authenticator_are_shown_and_not_written() {
    let phone = prepared();
    go(&phone, "Export");
    as_what(&phone, "Google Authenticator");
    phone.tap("Show the codes");
    prove(&phone, "Go on");
    phone.tap("Export all the same");
    hears(&phone, &["Code 1 of 1"]);
    let codes: Vec<slint::Image> = phone.ui().window().global::<CodesScreen>().get_codes().iter().collect();
    let texts: Vec<String> = codes.iter().flat_map(texts_of).collect();
    let outcome = import::read(texts.join("\n").as_bytes(), None).unwrap();
    assert_eq!(outcome.tokens.len(), 2, "Steam has no place in it");
    assert_eq!(exports(&phone), [2]);
    phone.tap("Done");
    assert_eq!(phone.ui().window().global::<CodesScreen>().get_codes().row_count(), 0);
}

/// The texts of a picture's codes, as a camera would read them.
fn texts_of(image: &slint::Image) -> Vec<String> {
    const SCALE: usize = 4;
    let Some(pixels) = image.to_rgba8() else { return Vec::new() };
    let (side, stride) = (pixels.width() as usize, pixels.width() as usize * SCALE);
    let mut rgba = Vec::with_capacity(stride * stride * 4);
    for y in 0..side * SCALE {
        for x in 0..stride {
            let pixel = pixels.as_slice()[(y / SCALE) * side + x / SCALE];
            rgba.extend([pixel.r, pixel.g, pixel.b, 255]);
        }
    }
    read::rgba(&rgba, stride, stride, Budget::PICTURE).unwrap_or_default()
}

#[test]
fn from_screen_to_screen_by_frames_and_eight_words() {
    let phone = prepared();
    go(&phone, "Transfer");
    phone.tap("Show it to a camera");
    prove(&phone, "Show the codes");
    hears(&phone, &["Code that keeps changing"]);
    let screen = || phone.ui().window().global::<TransferScreen>();
    let words: Vec<String> = screen().get_words().iter().map(|word| word.to_string()).collect();
    assert_eq!(words.len(), 8);
    hears(&phone, &[&format!("Word 1: {}", words[0]), &format!("Word 8: {}", words[7])]);
    let mut receiver = Receiver::default();
    let mut seen = 0;
    while receiver.finished().is_none() {
        seen += 1;
        assert!(seen < 60, "{:?} of {} frames", receiver.progress(), screen().get_shown());
        for text in texts_of(&screen().get_frame()) {
            receiver.frame(&text);
        }
        phone.pass(Duration::from_millis(128));
        phone.settle();
    }
    assert!(screen().get_shown() >= screen().get_least());
    let key = TransferKey::from_words(&words.join(" ")).unwrap();
    let (snapshot, _) = open(receiver.finished().unwrap(), &Unlock::Transfer(&key)).unwrap();
    assert_eq!(snapshot.tokens.len(), 3);
    assert_eq!(exports(&phone), [3]);

    // The same file, opened by the other window with its words.
    let sealed = receiver.finished().unwrap().to_vec();
    phone.tap("Done");
    assert_eq!(screen().get_words().row_count(), 0, "nothing of it stays on the page");
    phone.outside.gallery.next(vec![("phone.sealed".to_owned(), sealed)]);
    go(&phone, "Transfer");
    phone.tap("Open a sealed file");
    phone.type_into("Eight words", "abandon ability able about above absent absorb abstract");
    phone.tap("Open the file");
    hears(&phone, &["These words don't open the file. Compare them with the other screen."]);
    // A typing mistake is mended, not typed anew: the words are still there.
    backspace(&phone, 60);
    type_on(&phone, &words.join(" "));
    phone.tap("Open the file");
    hears(&phone, &["Look before you import", "Already here"]);
}

#[test]
fn locked_in_the_middle_nothing_of_it_is_left() {
    let phone = prepared();
    go(&phone, "Transfer");
    phone.tap("Show it to a camera");
    prove(&phone, "Show the codes");
    phone.ui().lock();
    phone.settle();
    hears(&phone, &["Unlock"]);
    let screen = phone.ui().window().global::<TransferScreen>();
    assert_eq!((screen.get_words().row_count(), screen.get_frame().size().width), (0, 0));
}
