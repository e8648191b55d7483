//! What other people's writers write is imported: KeePass databases of pykeepass, zips under a password of pyzipper.
#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

use smartotp_core::enrol::Enrolment;
use smartotp_core::import::{ImportError, Loss, Outcome, read};
use smartotp_core::secret::SecretText;
use smartotp_core::token::Kind;
use smartotp_tests::python::script;

const PASSWORD: &str = "pässwörd with blanks";
const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// Reads a file that a script makes, with the right password, and sees that a wrong one and none say so.
fn opened(name: &str, modules: &str, arguments: &[&str], input: &str) -> Option<Outcome> {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    script(name, modules, &[&[file.to_str().unwrap()], arguments].concat(), input.as_bytes())?;
    let bytes = std::fs::read(file).unwrap();
    assert_eq!(read(&bytes, None), Err(ImportError::NeedsPassword));
    assert_eq!(read(&bytes, Some(&SecretText::from("wrong"))), Err(ImportError::WrongPassword));
    Some(read(&bytes, Some(&SecretText::from(PASSWORD))).unwrap())
}

/// A token in one line.
fn line(token: &Enrolment) -> String {
    assert_eq!(token.secret.to_base32().expose(), KEY);
    let (issuer, account) = (&token.issuer, &token.account);
    match &token.kind {
        Kind::Totp { algorithm, digits, period } => {
            format!("totp {issuer}:{account} {} {} {}", algorithm.name(), digits.get(), period.seconds())
        }
        Kind::Hotp { counter, .. } => format!("hotp {issuer}:{account} {}", counter.0),
        kind => format!("{} {issuer}:{account}", kind.name().as_str()),
    }
}

#[test]
fn databases_of_another_writer_under_each_cipher() {
    for cipher in ["aes256", "twofish", "chacha20"] {
        let Some(outcome) = opened("write_kdbx.py", "pykeepass", &[cipher], PASSWORD) else { return };
        let lines: Vec<String> = outcome.tokens.iter().map(line).collect();
        let expected =
            ["totp ACME:mira SHA1 8 60", "steam Steam:mira", "totp Bank:mira SHA512 6 30", "hotp Bank:mira 41"];
        assert_eq!(lines, expected, "{cipher}");
        let first = &outcome.tokens[0];
        assert_eq!((first.note.as_str(), &first.groups[..]), ("own words", &["Робота".to_owned()][..]));
        let lost: Vec<_> = outcome.lost.iter().map(|lost| (lost.entry.name.as_str(), &lost.what)).collect();
        assert_eq!(lost, [("Gone:mira", &Loss::Trashed)]);
        assert!(outcome.unreadable.is_empty(), "an entry without codes is none");
    }
}

#[test]
fn zips_of_another_writer_under_each_length_of_key() {
    for bits in ["128", "192", "256"] {
        let text = format!("otpauth://totp/ACME:mira?secret={KEY}\notpauth://hotp/Bank:mira?secret={KEY}&counter=7\n");
        let Some(outcome) = opened("write_zip.py", "pyzipper", &["export.txt", PASSWORD, bits], &text) else { return };
        let lines: Vec<String> = outcome.tokens.iter().map(line).collect();
        assert_eq!(lines, ["totp ACME:mira SHA1 6 30", "hotp Bank:mira 7"], "{bits}");
    }
}
