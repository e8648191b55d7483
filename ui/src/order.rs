//! An export as it was ordered: which tokens, as what, under which password. Written and verified off the UI thread.

use std::collections::HashSet;
use std::sync::Arc;

use smartotp_core::backup::Origin;
use smartotp_core::export::sheet::Words;
use smartotp_core::export::{ExportError, Format, Request, VerifyError, Written, verify};
use smartotp_core::secret::SecretText;
use smartotp_core::token::{Token, TokenId};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Contents, SystemEntropy};

use crate::ExportKind;

/// What stands on a printed sheet beside the tokens.
#[derive(Default)]
pub(crate) struct SheetText {
    pub(crate) title: String,
    pub(crate) paragraphs: Vec<String>,
    pub(crate) language: String,
}

/// One export.
pub(crate) struct Order {
    pub(crate) kind: ExportKind,
    pub(crate) contents: Arc<Contents>,
    pub(crate) chosen: HashSet<TokenId>,
    /// `None`: in clear.
    pub(crate) password: Option<SecretText>,
    pub(crate) cost: Cost,
    pub(crate) origin: Origin,
    pub(crate) sheet: SheetText,
}

/// The name of a format in `core`, and the ending that chooses between its makes.
fn format_of(kind: ExportKind) -> (&'static str, &'static str) {
    match kind {
        ExportKind::Sealed => ("sealed", "sealed"),
        ExportKind::Aegis => ("aegis", "json"),
        ExportKind::Twofas => ("2fas", "2fas"),
        ExportKind::Bitwarden => ("bitwarden", "json"),
        ExportKind::Google => ("migration", "txt"),
        ExportKind::Links => ("otpauth", "txt"),
        ExportKind::Pdf => ("sheet", "pdf"),
        ExportKind::Page => ("sheet", "html"),
    }
}

/// What the file might be called.
pub(crate) fn name_of(kind: ExportKind, day: &str) -> String {
    let (_, ending) = format_of(kind);
    let stem = match kind {
        ExportKind::Sealed => "smartotp",
        ExportKind::Aegis => "aegis",
        ExportKind::Twofas => "2fas",
        ExportKind::Bitwarden => "bitwarden",
        ExportKind::Google => "google-authenticator",
        ExportKind::Links => "setup-links",
        ExportKind::Pdf | ExportKind::Page => "emergency-sheet",
    };
    format!("{stem}-{day}.{ending}")
}

impl Order {
    fn tokens(&self) -> Vec<&Token> {
        self.contents.tokens().iter().filter(|token| self.chosen.contains(&token.id)).collect()
    }

    fn with<T>(&self, work: impl FnOnce(Format, &[&Token], &Request<'_>) -> T) -> Option<T> {
        let (name, extension) = format_of(self.kind);
        let format = Format::named(name)?;
        let paragraphs: Vec<&str> = self.sheet.paragraphs.iter().map(String::as_str).collect();
        let words =
            Words { title: &self.sheet.title, paragraphs: &paragraphs, recovery: None, language: &self.sheet.language };
        let request = Request {
            password: self.password.as_ref(),
            cost: self.cost,
            extension,
            origin: &self.origin,
            words: &words,
            entropy: &SystemEntropy,
        };
        Some(work(format, &self.tokens(), &request))
    }

    /// Writes it, in memory. Pays for a key derivation where it is encrypted.
    pub(crate) fn write(&self) -> Result<Written, ExportError> {
        self.with(|format, tokens, request| format.write(tokens, request)).unwrap_or(Err(ExportError::Nothing))
    }

    /// Whether files hold what was to be written. Pays for the derivation once more.
    pub(crate) fn verify(&self, files: &[&[u8]], written: &Written) -> Result<(), VerifyError> {
        self.with(|format, tokens, request| verify(format, files, tokens, &written.lost, request)).unwrap_or(Ok(()))
    }

    /// How many tokens are in what was written.
    pub(crate) fn exported(&self, written: &Written) -> usize {
        self.tokens().len() - written.left_out()
    }

    /// The first names of some tokens.
    pub(crate) fn names(&self, of: &[TokenId]) -> Vec<String> {
        let tokens = self.contents.tokens().iter().filter(|token| of.contains(&token.id));
        tokens.map(|token| crate::show::name(&token.issuer, &token.account)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_is_a_format_and_has_a_name_of_its_own() {
        let kinds = [
            ExportKind::Sealed,
            ExportKind::Aegis,
            ExportKind::Twofas,
            ExportKind::Bitwarden,
            ExportKind::Google,
            ExportKind::Links,
            ExportKind::Pdf,
            ExportKind::Page,
        ];
        for kind in kinds {
            let (format, ending) = format_of(kind);
            assert!(Format::named(format).is_some_and(|format| format.extensions().contains(&ending)), "{kind:?}");
        }
        let names: HashSet<String> = kinds.iter().map(|kind| name_of(*kind, "2026-11-24")).collect();
        assert_eq!(names.len(), kinds.len());
    }
}
