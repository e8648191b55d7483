//! One person's way through the app, from the first start to an undone deletion, with what is on disk after each step.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::collections::BTreeSet;
use std::time::Duration;

use smartotp_core::qr::write::Modules;
use smartotp_core::secret::SecretText;
use smartotp_core::token::{Counter, Token};
use smartotp_core::vault::{Contents, Credential, Session};
use smartotp_tests::fixtures::fixture;
use smartotp_tests::phone::{Glass, Phone};
use smartotp_ui::services::Clip;

const PASSWORD: &str = "a row of four words";
/// RFC 6238, Appendix B, SHA-1: at 1111111109 the code is 07081804.
const RFC_TIME: u64 = 1_111_111_109;
const RFC_URI: &str =
    "otpauth://totp/RFC%206238:appendix-b?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RFC%206238&digits=8";
/// RFC 4226, Appendix D.
const RFC_COUNTER_URI: &str =
    "otpauth://hotp/RFC%204226:appendix-d?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RFC%204226&counter=0";

fn picture_of(text: &str) -> Vec<u8> {
    Modules::encode(text).unwrap().to_png(8)
}

/// What lies on disk, read by another session.
fn on_disk(phone: &Phone) -> std::sync::Arc<Contents> {
    let credential = Credential::Password(SecretText::from(PASSWORD));
    Session::open(phone.services().vault, credential).unwrap().0.contents().clone()
}

fn begin(phone: &Phone) {
    phone.tap("Start fresh");
    phone.type_into("Password", PASSWORD);
    phone.type_into("The same once more", PASSWORD);
    phone.tap("Create the vault");
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());
}

fn unlock(phone: &Phone, password: &str) {
    phone.type_into("Password", password);
    phone.tap("Unlock");
}

fn add_picture(phone: &Phone, add: &str, files: Vec<(String, Vec<u8>)>) {
    phone.outside.gallery.next(files);
    phone.tap(add);
    phone.tap("Read a picture");
}

#[test]
fn from_the_first_start_to_an_undone_deletion() {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    assert_eq!(on_disk(&phone).tokens().len(), 0);

    // A picture in, a preview, then the vault.
    add_picture(&phone, "Add your first token", vec![("code.png".to_owned(), picture_of(RFC_URI))]);
    assert!(phone.sees("Look before you add"), "{:?}", phone.heard());
    assert_eq!(on_disk(&phone).tokens().len(), 0, "nothing is added unseen");
    phone.tap("Add 1 token");
    assert_eq!(on_disk(&phone).tokens().len(), 1);
    let bytes = std::fs::read(phone.services().vault.file).unwrap();
    for open in ["RFC 6238", "appendix-b", "GEZDGNBV", "12345678901234567890"] {
        assert!(!bytes.windows(open.len()).any(|window| window == open.as_bytes()), "{open} lies open in the file");
    }

    // The code on the screen is the RFC's.
    phone.at(RFC_TIME);
    let spoken = phone.spoken("RFC 6238").unwrap();
    assert!(spoken.contains("0 7 0 8 1 8 0 4"), "{spoken}");
    phone.tap(&spoken);
    assert_eq!(phone.outside.clipboard.copied(), Some(("07081804".to_owned(), 30)));
    assert!(phone.sees("Copied"));
    phone.tap("Clear now");
    assert_eq!(phone.outside.clipboard.copied(), None);

    // Locked, nothing of it is left on the screen.
    phone.tap("Lock");
    assert!(phone.sees("Unlock"));
    assert!(phone.spoken("RFC 6238").is_none(), "{:?}", phone.heard());
    unlock(&phone, "not the password");
    assert!(phone.sees("That password is wrong. Try again."), "{:?}", phone.heard());
    unlock(&phone, PASSWORD);
    phone.at(RFC_TIME);
    let spoken = phone.spoken("RFC 6238").unwrap();

    // Edit, delete, undo.
    phone.hold(&spoken);
    phone.tap("Account, appendix-b");
    phone.type_into("Account", " of mira");
    phone.tap("Save");
    assert_eq!(on_disk(&phone).tokens()[0].account, "appendix-b of mira");
    phone.tap("Delete");
    assert_eq!(on_disk(&phone).tokens().len(), 1, "it asks twice");
    phone.tap("Delete");
    assert_eq!(on_disk(&phone).tokens().len(), 1, "and for the lock");
    phone.type_into("Your password", PASSWORD);
    phone.tap("Delete");
    assert!(phone.sees("Undo"), "{:?}", phone.heard());
    assert_eq!((on_disk(&phone).tokens().len(), on_disk(&phone).bin().len()), (0, 1));
    phone.tap("Undo");
    assert_eq!((on_disk(&phone).tokens().len(), on_disk(&phone).bin().len()), (1, 0));
    phone.at(RFC_TIME);
    assert!(phone.spoken("RFC 6238, appendix-b of mira, 0 7 0 8 1 8 0 4").is_some(), "{:?}", phone.heard());
}

#[test]
fn a_counter_is_saved_before_its_code_is_shown() {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    add_picture(&phone, "Add your first token", vec![("code.png".to_owned(), picture_of(RFC_COUNTER_URI))]);
    phone.tap("Add 1 token");
    assert_eq!(phone.spoken("RFC 4226").as_deref(), Some("RFC 4226, appendix-d"), "no code before it was asked for");
    for (used, code) in [(0, "7 5 5 2 2 4"), (1, "2 8 7 0 8 2"), (2, "3 5 9 1 5 2")] {
        phone.tap("Next code");
        assert_eq!(phone.spoken("RFC 4226"), Some(format!("RFC 4226, appendix-d, {code}")));
        assert_eq!(on_disk(&phone).tokens()[0].kind.counter(), Some(Counter(used + 1)));
        // It rests for three seconds: a second tap gives nothing.
        phone.tap("Next code");
        assert_eq!(on_disk(&phone).tokens()[0].kind.counter(), Some(Counter(used + 1)));
        phone.pass(Duration::from_secs(5));
        phone.settle();
    }
}

#[test]
fn what_is_here_already_is_not_doubled() {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    add_picture(&phone, "Add your first token", vec![("code.png".to_owned(), picture_of(RFC_URI))]);
    phone.tap("Add 1 token");
    let other_name = RFC_URI.replace("appendix-b", "another");
    let links = format!("{other_name}\n{RFC_COUNTER_URI}\notpauth://totp/Empty?secret=\n");
    phone.outside.clipboard.put(Clip::Text(SecretText::from(links.as_str())));
    phone.tap("Add");
    phone.tap("From the clipboard");
    for words in ["Already here", "Can't be read", "New · 1 of 1 chosen"] {
        assert!(phone.sees(words), "{words}: {:?}", phone.heard());
    }
    phone.tap("Add 1 token");
    let names: Vec<_> = on_disk(&phone).tokens().iter().map(|token| token.account.clone()).collect();
    assert_eq!(names, ["appendix-b", "appendix-d"]);
}

#[test]
fn a_link_without_its_pin_asks_for_it() {
    let phone = Phone::new(Glass::PHONE, 165_892_298);
    begin(&phone);
    let links = "motp://Workshop:mira?secret=e3152afee62599c8\nmotp://Boat:mira?secret=bbb1912bb5c515be\n";
    phone.outside.clipboard.put(Clip::Text(SecretText::from(links)));
    phone.tap("Add your first token");
    phone.tap("From the clipboard");
    assert!(phone.sees("PIN"), "{:?}", phone.heard());
    phone.type_into("PIN", "п");
    phone.tap("Go on");
    assert!(phone.sees("This kind of token takes no such PIN. Type it again."), "{:?}", phone.heard());
    phone.press(slint::platform::Key::Backspace);
    phone.type_into("PIN", "1234");
    phone.tap("Go on");
    phone.tap("Leave it out");
    phone.tap("Add 1 token");
    phone.at(165_892_298);
    let spoken = phone.spoken("Workshop, mira").unwrap();
    assert!(spoken.contains("e 7 d 8 b 6"), "{spoken}");
    assert!(phone.spoken("Boat").is_none());
}

#[test]
fn a_damaged_file_is_spoken_of_until_that_was_read() {
    let mut phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    for uri in [RFC_URI, RFC_COUNTER_URI] {
        phone.outside.clipboard.put(Clip::Text(SecretText::from(uri)));
        let add = if phone.sees("Add your first token") { "Add your first token" } else { "Add" };
        phone.tap(add);
        phone.tap("From the clipboard");
        phone.tap("Add 1 token");
    }
    let file = phone.services().vault.file;
    let mut bytes = std::fs::read(&file).unwrap();
    let last = bytes.len() - 20;
    bytes[last] ^= 1;
    std::fs::write(&file, bytes).unwrap();
    phone.restart(Glass::PHONE);
    unlock(&phone, PASSWORD);
    let notice = "The newest file was damaged. The one before it was opened; counters skipped ahead, so that no code comes twice.";
    assert!(phone.sees(notice), "{:?}", phone.heard());
    phone.pass(Duration::from_secs(30));
    assert!(phone.sees(notice), "it stays");
    phone.tap("Close");
    assert!(!phone.sees(notice));
}

#[test]
fn a_typed_key_is_checked_while_it_is_typed() {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    phone.tap("Add your first token");
    phone.tap("Type it in");
    phone.type_into("Issuer", "RFC 6238");
    phone.type_into("Secret key", "gezd gnbv 1y3t");
    phone.pass(Duration::from_millis(400));
    assert!(phone.sees("“1” never occurs in a key. Is it an “I” or an “L”?"), "{:?}", phone.heard());
    phone.press(slint::platform::Key::Backspace);
    (0..3).for_each(|_| phone.press(slint::platform::Key::Backspace));
    phone.type_into("Secret key", "gy3tqojqgezdgnbvgy3tqojq");
    phone.pass(Duration::from_millis(400));
    // The last six digits of 07081804.
    phone.at(RFC_TIME);
    assert!(phone.sees("First code, 0 8 1 8 0 4"), "{:?}", phone.heard());
    phone.tap("Save token");
    assert_eq!(on_disk(&phone).tokens()[0].secret.expose(), b"12345678901234567890");
}

#[test]
fn a_vault_without_a_lock_opens_by_itself_until_it_gets_one() {
    let mut phone = Phone::with_keystore(Glass::PHONE, RFC_TIME, true);
    phone.tap("Start fresh");
    phone.tap("No lock");
    phone.tap("A recovery key too");
    phone.tap("Go on without a lock");
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());
    phone.restart(Glass::PHONE);
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());
    phone.tap("More");
    phone.tap("Unlock with, no lock");
    phone.tap("Password, add");
    phone.tap("Go on");
    phone.type_into("The new password", PASSWORD);
    phone.type_into("The same once more", PASSWORD);
    phone.tap("Choose a password");
    phone.restart(Glass::PHONE);
    unlock(&phone, PASSWORD);
    assert!(phone.sees("Add your first token"), "{:?}", phone.heard());
}

#[test]
fn what_the_command_line_writes_is_taken_up() {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    let credential = Credential::Password(SecretText::from(PASSWORD));
    let (mut other, _) = Session::open(phone.services().vault, credential).unwrap();
    let enrolment = smartotp_core::enrol::otpauth::read(RFC_URI, None).unwrap();
    other.add(vec![enrolment]).unwrap();
    phone.pass(Duration::from_secs(2));
    phone.settle();
    assert!(phone.spoken("RFC 6238").is_some(), "{:?}", phone.heard());
}

#[test]
fn a_real_export_of_google_authenticator_comes_in() {
    let Some(folder) = fixture("qr/proton") else { return };
    let mut files: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.extension().is_some_and(|end| end == "png" || end == "jpg" || end == "jpeg"));
    files.sort();
    let files: Vec<_> = files
        .iter()
        .map(|file| (file.file_name().unwrap().to_string_lossy().into_owned(), std::fs::read(file).unwrap()))
        .collect();
    assert!(!files.is_empty());
    let bytes: Vec<&[u8]> = files.iter().map(|(_, bytes)| bytes.as_slice()).collect();
    let (expected, _) = smartotp_core::import::read_all(&bytes, None, None);
    assert!(!expected.tokens.is_empty());
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    add_picture(&phone, "Add your first token", files);
    let add = phone.heard().into_iter().find(|label| label.starts_with("Add ") && label.contains("token")).unwrap();
    phone.tap(&add);
    let here = on_disk(&phone);
    for enrolment in &expected.tokens {
        let same = |token: &smartotp_core::token::Token| token.secret == enrolment.secret;
        assert!(here.tokens().iter().any(same), "{} {} is missing", enrolment.issuer, enrolment.account);
    }
}

/// Texts by the clipboard, pictures by the chooser: what the manifest says of each, and of those that hold nothing.
#[test]
fn lists_and_pictures_of_other_apps_come_in_as_their_manifest_says() {
    let Some(folder) = fixture("exports") else { return };
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&manifest).unwrap();
    let texts = ["aegis-repo/importers/plain.txt", "stratum-repo/urilist.txt", "stratum-repo/googleauthenticator.txt"];
    let mut seen = 0;
    for row in &rows {
        let file = row["file"].as_str().unwrap();
        // A picture that the manifest takes for one of a cat holds a real export.
        if !(texts.contains(&file) || file.starts_with("google-extract/")) || file.ends_with("example_export.png") {
            continue;
        }
        seen += 1;
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let file = file.to_owned();
        let there: BTreeSet<(String, String)> = (row["tokens"].as_array().into_iter().flatten())
            .map(|token| [&token["type"], &token["secret"]].map(|field| field.as_str().unwrap().to_owned()).into())
            .collect();
        // A window needs a thread of its own.
        std::thread::spawn(move || assert_eq!(taken_from(&file, bytes), there, "{file}")).join().unwrap();
    }
    assert_eq!(seen, 9);
}

/// Kinds and secrets in the vault of a phone that was given one text or picture; none when it was refused.
fn taken_from(file: &str, bytes: Vec<u8>) -> BTreeSet<(String, String)> {
    let phone = Phone::new(Glass::PHONE, RFC_TIME);
    begin(&phone);
    if file.ends_with(".png") {
        add_picture(&phone, "Add your first token", vec![(file.to_owned(), bytes)]);
    } else {
        phone.outside.clipboard.put(Clip::Text(SecretText::from(std::str::from_utf8(&bytes).unwrap())));
        phone.tap("Add your first token");
        phone.tap("From the clipboard");
    }
    // What holds nothing to add is shown too, with what stands in its way, or refused at once.
    let Some(add) = phone.heard().into_iter().find(|label| label.starts_with("Add ") && label.contains(" token"))
    else {
        return BTreeSet::new();
    };
    phone.tap(&add);
    let here = on_disk(&phone);
    let facts = |token: &Token| (token.kind.name().as_str().to_owned(), token.secret.to_base32().expose().to_owned());
    here.tokens().iter().map(facts).collect()
}
