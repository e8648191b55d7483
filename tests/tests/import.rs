//! Other apps' files on their way into the vault, as a person meets them: picked, opened, looked at, brought in with one write.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use smartotp_core::enrol::otpauth;
use smartotp_core::export::{Format, Request};
use smartotp_core::import;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Counter, Kind, Token, TokenId};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Contents, Credential, NewSlot, Session};
use smartotp_tests::fixtures::fixture;
use smartotp_tests::phone::{Glass, Phone};

const NOW: u64 = 1_790_000_000;
const PASSWORD: &str = "a row of four words";
const FILE_PASSWORD: &str = "another row of words";
const GITHUB: &str = "otpauth://totp/GitHub:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub";
const COUNTER: &str = "otpauth://hotp/Aurora:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora&counter=5";

fn credential() -> Credential {
    Credential::Password(SecretText::from(PASSWORD))
}

/// A phone with an open vault.
fn prepared(links: &[&str]) -> Phone {
    let mut phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(links.iter().map(|link| otpauth::read(link, None).unwrap()).collect()).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone
}

fn on_disk(phone: &Phone) -> std::sync::Arc<Contents> {
    Session::open(phone.services().vault, credential()).unwrap().0.contents().clone()
}

fn token(issuer: &str, key: u8) -> Token {
    let secret = Secret::from_bytes(vec![key; 20]);
    Token::new(TokenId::from_bytes([key; 16]), issuer.into(), "mira".into(), secret, Kind::usual_totp())
}

fn export(format: &str, password: Option<&str>, tokens: &[Token]) -> Vec<u8> {
    let password = password.map(SecretText::from);
    let request = Request { password: password.as_ref(), cost: Cost::FLOOR, ..Request::default() };
    let tokens: Vec<&Token> = tokens.iter().collect();
    Format::named(format).unwrap().write(&tokens, &request).unwrap().files()[0].to_vec()
}

fn bring(phone: &Phone, files: Vec<(&str, Vec<u8>)>) {
    phone.outside.gallery.next(files.into_iter().map(|(name, bytes)| (name.to_owned(), bytes)).collect());
    phone.tap("More");
    phone.tap("Import");
}

#[track_caller]
fn hears(phone: &Phone, words: &[&str]) {
    for word in words {
        assert!(phone.sees(word), "{word:?}: {:?}", phone.heard());
    }
}

#[test]
fn new_here_and_different_ones_are_told_apart_and_chosen_one_by_one() {
    let phone = prepared(&[GITHUB, COUNTER]);
    let file = [
        GITHUB,
        &COUNTER.replace("counter=5", "counter=9"),
        &GITHUB.replace("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "JBSWY3DPEHPK3PXP"),
        &GITHUB.replace("GitHub", "Mastodon").replace("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "JBSWY3DPEHPK3PXPJBSWY3DP"),
        &GITHUB.replace("GitHub", "Lumen").replace("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ", "GEZDGNBVGY3TQOJQ"),
        "otpauth://totp/Old?secret=",
    ]
    .join("\n");
    bring(&phone, vec![("links.txt", file.into_bytes())]);
    hears(
        &phone,
        &[
            "Look before you import",
            "links.txt",
            "List of setup links · not encrypted",
            "This file holds your keys in clear. Delete it once they are here.",
            "2 new",
            "2 differ",
            "1 already here",
            "1 unreadable",
            "New · 2 of 2 chosen",
            "Differs from what is here · 2 of 2 chosen",
            "Import 4 tokens",
        ],
    );
    assert_eq!(on_disk(&phone).tokens().len(), 2, "nothing is added unseen");
    phone.tap("Choose none");
    hears(&phone, &["New · 0 of 2 chosen", "Import 2 tokens"]);
    phone.tap("Mastodon");
    phone.tap("Import 3 tokens");
    hears(&phone, &["2 tokens added. Tap copies a code, hold for more."]);
    let here = on_disk(&phone);
    let names: Vec<_> = here.tokens().iter().map(|token| token.issuer.as_str()).collect();
    assert_eq!(names, ["GitHub", "Aurora", "GitHub", "Mastodon"]);
    assert_eq!(here.tokens()[1].kind.counter(), Some(Counter(9)), "the counter that is ahead is taken");
}

#[test]
fn an_encrypted_file_asks_for_its_password_and_says_what_is_wrong() {
    let phone = prepared(&[]);
    let file = export("aegis", Some(FILE_PASSWORD), &[token("ACME", 1), token("Bank", 2)]);
    bring(&phone, vec![("aegis-backup.json", file.clone())]);
    hears(&phone, &["aegis-backup.json", "This file is encrypted. Its password is the one that was chosen in Aegis."]);
    phone.type_into("Password of the file", "wrong");
    phone.tap("Open the file");
    hears(&phone, &["This password doesn't open the file. Nothing was changed."]);
    phone.type_into("Password of the file", FILE_PASSWORD);
    phone.tap("Open the file");
    hears(&phone, &["Look before you import", "Aegis, encrypted · opened with its password", "Import 2 tokens"]);
    phone.tap("Import 2 tokens");
    assert_eq!(on_disk(&phone).tokens().len(), 2);

    // Damaged is another sentence, and so is a file for one account alone.
    let damaged = file[..file.len() / 2].to_vec();
    bring(&phone, vec![("aegis-backup.json", damaged)]);
    hears(&phone, &["Nothing was brought in", "This file is damaged or cut short. Export it anew from the other app."]);
    let restricted =
        br#"{"encrypted":true,"passwordProtected":false,"encKeyValidation_DO_NOT_EDIT":"2.a|b|c","items":[]}"#;
    phone.outside.gallery.next(vec![("bitwarden.json".to_owned(), restricted.to_vec())]);
    phone.tap("Choose another file");
    let words = "This file is encrypted for one account or device alone. Export it with a password of its own.";
    hears(&phone, &["Nothing was brought in", words]);
    phone.press(slint::platform::Key::Escape);
    assert_eq!(on_disk(&phone).tokens().len(), 2);
}

#[test]
fn of_several_files_each_is_opened_and_a_bad_one_takes_no_other_down() {
    let phone = prepared(&[]);
    let files = || {
        vec![
            ("one.json", export("aegis", Some(FILE_PASSWORD), &[token("ACME", 1)])),
            ("two.2fas", export("2fas", Some(FILE_PASSWORD), &[token("Bank", 2)])),
            ("three.sealed", export("sealed", Some("quite another"), &[token("Cloud", 3)])),
            ("notes.txt", b"nothing of the kind".to_vec()),
            ("links.txt", GITHUB.as_bytes().to_vec()),
        ]
    };
    bring(&phone, files());
    hears(&phone, &["one.json"]);
    phone.type_into("Password of the file", FILE_PASSWORD);
    phone.tap("Open the file");
    // The second one opened with the same password; the third one is left out.
    hears(&phone, &["three.sealed"]);
    phone.tap("Leave this file out");
    hears(&phone, &["5 files", "3 new", "2 unreadable", "notes.txt", "three.sealed", "Import 3 tokens"]);
    phone.tap("Import 3 tokens");
    let here = on_disk(&phone);
    let names: Vec<_> = here.tokens().iter().map(|token| token.issuer.as_str()).collect();
    assert_eq!(names, ["GitHub", "ACME", "Bank"]);

    // Given up half way, nothing is kept.
    bring(&phone, files());
    phone.press(slint::platform::Key::Escape);
    assert!(!phone.sees("Look before you import"), "{:?}", phone.heard());
    assert_eq!(on_disk(&phone).tokens().len(), 3);
}

#[test]
fn without_a_chooser_a_path_is_asked_for() {
    let phone = prepared(&[]);
    let path = phone.folder().join("links.txt");
    std::fs::write(&path, GITHUB).unwrap();
    phone.outside.gallery.close();
    phone.tap("Add your first token");
    phone.tap("From another app's file");
    hears(&phone, &["Where is the file?"]);
    phone.type_into("Path of the file", &path.display().to_string());
    phone.tap("Read it");
    hears(&phone, &["Look before you import", "links.txt"]);
    phone.tap("Import 1 token");
    assert_eq!(on_disk(&phone).tokens().len(), 1);
}

#[test]
fn ten_thousand_tokens_come_in_with_progress() {
    let phone = prepared(&[]);
    let links: Vec<String> =
        (0..10_000_u32).map(|n| format!("otpauth://totp/Number%20{n}?secret={}", base32(n))).collect();
    bring(&phone, vec![("many.txt", links.join("\n").into_bytes())]);
    hears(&phone, &["New · 10000 of 10000 chosen"]);
    phone.tap("Import 10000 tokens");
    assert_eq!(on_disk(&phone).tokens().len(), 10_000);
}

fn base32(n: u32) -> String {
    let bytes: Vec<u8> = n.to_be_bytes().repeat(3);
    Secret::from_bytes(bytes).to_base32().expose().to_owned()
}

/// Real files of other apps: what the importers read of them comes in.
#[test]
fn real_files_of_other_apps_come_in() {
    let Some(folder) = fixture("exports") else { return };
    let manifest = std::fs::read(folder.join("manifest.json")).unwrap();
    let rows: Vec<serde_json::Value> = serde_json::from_slice(&manifest).unwrap();
    let mut seen = 0;
    for row in rows.iter().filter(|row| row["tokens"].as_array().is_some_and(|tokens| !tokens.is_empty())).step_by(5) {
        let file = row["file"].as_str().unwrap();
        if file.ends_with(".png") || file.ends_with(".jpg") {
            continue;
        }
        seen += 1;
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let (file, row) = (file.to_owned(), row.clone());
        // A window needs a thread of its own.
        std::thread::spawn(move || comes_in(&file, bytes, &row)).join().unwrap();
    }
    assert!(seen > 5, "{seen} files");
}

fn comes_in(file: &str, bytes: Vec<u8>, row: &serde_json::Value) {
    let phone = prepared(&[]);
    let password = row["password"].as_str().map(SecretText::from);
    // What the manifest says of each file, the importers' own tests hold.
    let expected = import::read(&bytes, password.as_ref()).unwrap().tokens;
    assert!(!expected.is_empty(), "{file}");
    bring(&phone, vec![(file, bytes)]);
    if let Some(password) = row["password"].as_str().filter(|_| phone.sees("Password of the file")) {
        phone.type_into("Password of the file", password);
        phone.tap("Open the file");
    }
    assert!(phone.sees("Look before you import"), "{file}: {:?}", phone.heard());
    while phone.sees("Leave it out") {
        phone.tap("Leave it out");
    }
    let import = |label: &String| label.starts_with("Import ") && label.contains(" token");
    phone.tap(&phone.heard().iter().map(ToString::to_string).find(import).unwrap());
    let here = on_disk(&phone);
    for enrolment in &expected {
        let is_here = here.tokens().iter().any(|token| token.secret == enrolment.secret);
        assert!(is_here, "{file}: {} {} is missing", enrolment.issuer, enrolment.account);
    }
}
