//! What the importers' tests share: reading like everybody does, and tokens as short lines.

use super::{ImportError, Outcome};
use crate::enrol::Enrolment;
use crate::secret::SecretText;
use crate::token::Kind;

/// Reads a file as the public function does.
pub(super) fn read(bytes: &[u8], password: Option<&str>) -> Result<Outcome, ImportError> {
    super::read(bytes, password.map(SecretText::from).as_ref())
}

/// Accounts, in order.
pub(super) fn accounts(outcome: &Outcome) -> Vec<&str> {
    outcome.tokens.iter().map(|token| token.account.as_str()).collect()
}

/// `type issuer secret algorithm digits period-or-counter` of each token, in order.
pub(super) fn tokens(outcome: &Outcome) -> Vec<String> {
    outcome.tokens.iter().map(line).collect()
}

fn line(token: &Enrolment) -> String {
    let start = format!("{} {} {}", token.kind.name().as_str(), token.issuer, token.secret.to_base32().expose());
    match &token.kind {
        Kind::Totp { algorithm, digits, period } => {
            format!("{start} {} {} {}", algorithm.name(), digits.get(), period.seconds())
        }
        Kind::Hotp { algorithm, digits, counter } => {
            format!("{start} {} {} {}", algorithm.name(), digits.get(), counter.0)
        }
        _ => start,
    }
}

/// A file that is cut anywhere, or has a byte turned, gives an error or fewer tokens, and never panics or hangs.
pub(super) fn survives(bytes: &[u8], password: Option<&str>) {
    for cut in cuts(bytes.len()) {
        let _ = read(bytes.get(..cut).unwrap_or_default(), password);
        let mut turned = bytes.to_vec();
        if let Some(byte) = turned.get_mut(cut) {
            *byte ^= 0x55;
        }
        let _ = read(&turned, password);
    }
}

/// Some forty places of a file, its ends among them.
pub(super) fn cuts(length: usize) -> impl Iterator<Item = usize> {
    (0..length).step_by((length / 40).max(1)).chain(length.saturating_sub(3)..length)
}

/// Keeps a file as a seed for fuzzing where somebody asks for that: `SMARTOTP_SEEDS=1 cargo test -p smartotp-core --lib import`.
pub(super) fn seed(format: &str, name: &str, bytes: &[u8]) {
    if std::env::var_os("SMARTOTP_SEEDS").is_some() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
        let folder = folder.join(format!("import_{}", format.replace('-', "_")));
        let written = std::fs::create_dir_all(&folder).and_then(|()| std::fs::write(folder.join(name), bytes));
        written.expect("a folder of the project");
    }
}
