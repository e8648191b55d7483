//! What is exported, read by other people's readers: scripts written from published formats, zxing-cpp, poppler.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};
use smartotp_core::backup::words::TransferKey;
use smartotp_core::backup::{Keys, Lock, Origin};
use smartotp_core::enrol::otpauth;
use smartotp_core::export::{Format, Request, sheet};
use smartotp_core::qr::animated::Frames;
use smartotp_core::qr::write::Modules;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Counter, Digits, Kind, Period, Token, TokenId};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{RecoveryKey, SystemEntropy};
use smartotp_tests::python::script;

const PASSWORD: &str = "pässwörd with blanks";

fn tokens() -> Vec<Token> {
    let kinds = [
        Kind::usual_totp(),
        Kind::Totp { algorithm: Default::default(), digits: Digits::EIGHT, period: Period::new(60).unwrap() },
        Kind::Hotp { algorithm: Default::default(), digits: Digits::SIX, counter: Counter(41) },
        Kind::Steam,
        Kind::usual_totp(),
    ];
    let tokens = (1..).zip(kinds).map(|(number, kind)| {
        let (id, secret) = (TokenId::from_bytes([number; 16]), Secret::from_bytes(vec![number; 20]));
        let mut token =
            Token::new(id, format!("Ощадбанк Ž{number}"), format!("міра{number}@keller.example"), secret, kind);
        token.groups = vec!["Дім".into()];
        token
    });
    tokens.collect()
}

fn file(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    std::fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn export(name: &str, tokens: &[&Token], request: &Request<'_>) -> Vec<Vec<u8>> {
    let written = Format::named(name).unwrap().write(tokens, request).unwrap();
    written.files().into_iter().map(<[u8]>::to_vec).collect()
}

#[test]
fn a_script_written_from_the_documented_format_opens_a_sealed_file_by_each_of_its_keys() {
    let folder = tempfile::tempdir().unwrap();
    let (password, recovery) = (SecretText::from(PASSWORD), RecoveryKey::generate(&SystemEntropy).unwrap());
    let transfer = TransferKey::random(&SystemEntropy).unwrap();
    let locks = [Lock::Password(&password, Cost::FLOOR), Lock::Recovery(&recovery), Lock::Transfer(&transfer)];
    let tokens = tokens();
    let origin = Origin { vault: [7; 16], generation: 3, made_at: 1_700_000_000, ..Origin::default() };
    let keys = Keys::new(&locks, &SystemEntropy).unwrap();
    let sealed = keys.seal(&origin, &tokens.iter().collect::<Vec<_>>(), &SystemEntropy).unwrap();
    let sealed = file(folder.path(), "all.sealed", &sealed);
    let Some(read) = script("open_sealed.py", "argon2, cryptography", &[&sealed, "password"], PASSWORD.as_bytes())
    else {
        return;
    };
    assert_eq!(read["vault"], "07".repeat(16));
    assert_eq!((&read["generation"], &read["made_at"]), (&json!(3), &json!(1_700_000_000)));
    let expected = |token: &Token| json!({"issuer": token.issuer, "secret": token.secret.to_base32().expose()});
    let found = read["tokens"].as_array().unwrap();
    assert_eq!(found.len(), tokens.len());
    for (found, token) in found.iter().zip(&tokens) {
        assert_eq!(json!({"issuer": found["issuer"], "secret": found["secret"]}), expected(token));
    }
    // The scripts take the bytes: four characters of a group of the recovery key carry it, the fifth checks.
    let base32: String = recovery.text().expose().split('-').filter_map(|group| group.get(..4)).collect();
    let bytes = Secret::from_base32(&base32).unwrap();
    let words = bits_of(&transfer);
    for (kind, key) in [("recovery", hex(bytes.expose())), ("transfer", hex(&words))] {
        let again = script("open_sealed.py", "argon2, cryptography", &[&sealed, kind], key.as_bytes()).unwrap();
        assert_eq!(again["tokens"], read["tokens"], "{kind}");
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// A transfer's bytes from its words and the published list.
fn bits_of(key: &TransferKey) -> Vec<u8> {
    let list: Vec<_> = smartotp_core::backup::words::beginning_with("").collect();
    let words = key.to_words();
    let places = words.expose().split(' ').map(|word| list.iter().position(|known| *known == word).unwrap());
    let bits: Vec<bool> = places.flat_map(|place| (0..11).rev().map(move |bit| place >> bit & 1 == 1)).collect();
    bits.chunks(8).take(10).map(|byte| byte.iter().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}

#[test]
fn aegis_published_procedure_opens_our_vault() {
    let folder = tempfile::tempdir().unwrap();
    let (tokens, password) = (tokens(), SecretText::from(PASSWORD));
    let request = Request { password: Some(&password), ..Request::default() };
    let vault = export("aegis", &tokens.iter().collect::<Vec<_>>(), &request);
    let vault = file(folder.path(), "aegis.json", &vault[0]);
    let Some(database) = script("aegis_decrypt.py", "cryptography", &[&vault], PASSWORD.as_bytes()) else { return };
    assert_eq!(database["version"], 3);
    let entries = database["entries"].as_array().unwrap();
    let info = |token: &Token, rest: Value| {
        let mut info = json!({"secret": token.secret.to_base32().expose(), "algo": "SHA1", "digits": 6});
        info.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        info
    };
    assert_eq!(entries[0]["info"], info(&tokens[0], json!({"period": 30})));
    assert_eq!(entries[1]["info"], info(&tokens[1], json!({"digits": 8, "period": 60})));
    assert_eq!(entries[2]["info"], info(&tokens[2], json!({"counter": 41})));
    assert_eq!(entries[3]["info"], info(&tokens[3], json!({"digits": 5, "period": 30})));
    assert_eq!(entries[0]["issuer"], tokens[0].issuer);
    assert_eq!(entries[0]["groups"][0], database["groups"][0]["uuid"]);
    assert_eq!(database["groups"][0]["name"], "Дім");
}

#[test]
fn another_script_opens_our_backup_for_2fas() {
    let folder = tempfile::tempdir().unwrap();
    let (tokens, password) = (tokens(), SecretText::from(PASSWORD));
    let request = Request { password: Some(&password), ..Request::default() };
    let backup = export("2fas", &tokens.iter().collect::<Vec<_>>(), &request);
    let backup = file(folder.path(), "backup.2fas", &backup[0]);
    let Some(services) = script("twofas_decrypt.py", "cryptography", &[&backup], PASSWORD.as_bytes()) else { return };
    let services = services.as_array().unwrap();
    let types: Vec<_> = services.iter().map(|service| service["otp"]["tokenType"].as_str().unwrap()).collect();
    assert_eq!(types, ["TOTP", "TOTP", "HOTP", "STEAM", "TOTP"]);
    for (service, token) in services.iter().zip(&tokens) {
        assert_eq!(
            (&service["secret"], &service["name"]),
            (&json!(token.secret.to_base32().expose()), &json!(token.issuer))
        );
    }
}

#[test]
fn another_reader_reads_our_export_codes_and_frames() {
    let folder = tempfile::tempdir().unwrap();
    let tokens = tokens();
    let many: Vec<&Token> = tokens.iter().cycle().take(40).collect();
    let links =
        String::from_utf8(export("migration", &many, &Request { extension: "txt", ..Request::default() }).concat());
    let pictures = export("migration", &many, &Request::default());
    assert_eq!(links.unwrap().lines().count(), pictures.len());
    let mut names: Vec<String> =
        (0..).zip(&pictures).map(|(place, png)| file(folder.path(), &format!("{place}.png"), png)).collect();
    let frames: Vec<String> = Frames::new(&[7; 60_000]).unwrap().step_by(50).take(4).collect();
    for (place, frame) in frames.iter().enumerate() {
        let png = Modules::encode_frame(frame).unwrap().to_png(4);
        names.push(file(folder.path(), &format!("frame{place}.png"), &png));
    }
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let Some(read) = script("read_codes.py", "zxingcpp, PIL", &names, &[]) else { return };
    let read: Vec<&str> = read.as_array().unwrap().iter().map(|texts| texts[0].as_str().unwrap()).collect();
    let (codes, shown) = read.split_at(pictures.len());
    assert_eq!(shown, frames);
    // Its texts are an export that comes back whole.
    let text = codes.join("\n");
    let outcome = smartotp_core::import::read(text.as_bytes(), None).unwrap();
    assert_eq!((outcome.tokens.len(), outcome.unfinished.len()), (24, 0));
}

#[test]
fn poppler_shows_the_printed_sheet() {
    if Command::new("pdftotext").arg("-v").output().is_err() {
        println!("skipped: no poppler");
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let tokens = tokens();
    let recovery = SecretText::from("ABCDE-FGHIJ");
    let words = sheet::Words {
        title: "Аварійний аркуш",
        paragraphs: &["Зберігайте його там, де й паспорт.", "Кто его прочтёт, сможет войти."],
        recovery: Some(("Ключ відновлення", &recovery)),
        language: "uk",
    };
    let many: Vec<&Token> = tokens.iter().cycle().take(14).collect();
    let pdf = export("sheet", &many, &Request { words: &words, ..Request::default() });
    let pdf = file(folder.path(), "sheet.pdf", &pdf[0]);
    let text = Command::new("pdftotext").args(["-layout", &pdf, "-"]).output().unwrap();
    assert!(text.status.success() && text.stderr.is_empty(), "{}", String::from_utf8_lossy(&text.stderr));
    let text = String::from_utf8(text.stdout).unwrap();
    let words =
        ["Аварійний аркуш", "де й паспорт", "прочтёт", "ABCDE-FGHIJ", "Ощадбанк Ž1", "TOTP · SHA1 · 8 · 60 s", "#41"];
    for words in words {
        assert!(text.contains(words), "{words}: {text}");
    }
    let picture = folder.path().join("page");
    let drawn = Command::new("pdftoppm").args(["-r", "200", "-gray", "-png", &pdf]).arg(&picture).output().unwrap();
    assert!(drawn.status.success() && drawn.stderr.is_empty());
    let mut pages: Vec<_> = std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().path()).collect();
    pages.retain(|path| path.extension().is_some_and(|extension| extension == "png"));
    pages.sort();
    assert_eq!(pages.len(), 2);
    let pages: Vec<&str> = pages.iter().map(|page| page.to_str().unwrap()).collect();
    let Some(read) = script("read_codes.py", "zxingcpp, PIL", &pages, &[]) else { return };
    let mut read: Vec<&str> = read
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|texts| texts.as_array().unwrap())
        .map(|t| t.as_str().unwrap())
        .collect();
    let links: Vec<SecretText> = many.iter().map(|token| otpauth::write(token)).collect();
    let mut links: Vec<&str> = links.iter().map(SecretText::expose).collect();
    read.sort_unstable();
    links.sort_unstable();
    assert_eq!(read, links);
}
