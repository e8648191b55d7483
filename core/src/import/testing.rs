//! What every importer's tests do: make a file, cut it, change it, and look at what comes.

use super::{ImportError, Outcome, read};

pub(super) const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// What comes of a file, in one line a token: `type issuer:account`.
pub(super) fn tokens(outcome: &Outcome) -> Vec<String> {
    let line =
        |token: &crate::enrol::Enrolment| format!("{} {}:{}", token.kind.name().as_str(), token.issuer, token.account);
    outcome.tokens.iter().map(line).collect()
}

/// Every `step`th cut of a plain file is an error that fits one: never tokens, never a panic.
pub(super) fn cuts_are_damage(file: &[u8], step: usize) {
    for cut in (0..file.trim_ascii_end().len()).step_by(step) {
        let error = read(&file[..cut], None).expect_err("a file cut short");
        let fits = matches!(error, ImportError::Damaged | ImportError::Empty | ImportError::Unknown);
        assert!(fits, "{cut}: {error}");
    }
}

/// Cuts of an encrypted file at its fields' borders and at 20 places besides are errors, whatever the password.
pub(super) fn sealed_cuts_are_errors(file: &[u8], borders: &[usize], password: &str) {
    let step = file.len() / 20;
    for cut in borders.iter().copied().chain((0..file.len()).step_by(step.max(1))) {
        assert!(read(&file[..cut], Some(&password.into())).is_err(), "{cut}");
    }
}

/// The right password opens it, a wrong one and none say so.
pub(super) fn opens_with(file: &[u8], password: &str) -> Outcome {
    assert_eq!(read(file, None), Err(ImportError::NeedsPassword));
    assert_eq!(read(file, Some(&"wrong".into())), Err(ImportError::WrongPassword));
    read(file, Some(&password.into())).expect("the right password")
}

/// The same ASCII text with another letter of Base64 at a place.
pub(super) fn with_another_letter(text: &str, place: usize) -> String {
    let mut bytes = text.as_bytes().to_vec();
    bytes[place] = if bytes[place] == b'A' { b'B' } else { b'A' };
    String::from_utf8(bytes).unwrap()
}
