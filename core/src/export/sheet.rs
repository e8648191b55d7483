//! A sheet to print and put away: a QR code for each token, its names and its key beside it, and on top what the user should know
//! to get back in. PDF, or HTML for who wants to print from a browser.

mod html;
mod pdf;
mod text;

use super::{ExportError, Files, Holds, Loss, Lost, PasswordUse, Reader, Request, Target};
use crate::enrol::otpauth;
use crate::qr::write::Modules;
use crate::secret::SecretText;
use crate::token::{Kind, Token};
use text::Font;

pub(super) const TARGET: Target = Target {
    name: "sheet",
    extensions: &["pdf", "html"],
    password: PasswordUse::Never,
    holds: Holds { parameters: true, ..Holds::CODES },
    reader: Reader::Texts(texts),
    write,
};

/// What stands on a sheet beside the tokens, in the user's language.
#[derive(Debug, Clone, Copy)]
pub struct Words<'a> {
    /// On top.
    pub title: &'a str,
    /// Below it, a paragraph each: what this is, how to keep it, how to get back in.
    pub paragraphs: &'a [&'a str],
    /// What the recovery key is called, and the key as it is typed, where the vault has one.
    pub recovery: Option<(&'a str, &'a SecretText)>,
    /// The language as HTML names it: `en`.
    pub language: &'a str,
}

impl Words<'_> {
    /// Nothing but the tokens.
    pub const NONE: Self = Self { title: "Smart OTP", paragraphs: &[], recovery: None, language: "en" };
}

/// One token on the sheet.
struct Entry<'a> {
    issuer: &'a str,
    account: &'a str,
    /// `TOTP, SHA256, 8, 60 s`: what has to be chosen where the key is typed by hand.
    making: String,
    /// The key in groups of four.
    key: SecretText,
    code: Modules,
}

fn write(tokens: &[&Token], request: &Request<'_>) -> Result<(Files, Vec<Lost>), ExportError> {
    let font = Font::embedded();
    let mut lost = Vec::new();
    let mut entries = Vec::with_capacity(tokens.len());
    for token in tokens {
        match Modules::encode(otpauth::write(token).expose()) {
            Ok(code) => {
                entries.push(Entry::of(token, code));
                lost.extend(super::otpauth::lost(token));
            }
            Err(_) => {
                lost.push(Lost::token(token));
                continue;
            }
        }
        if request.extension != "html" && !font.has_all(&token.issuer, &token.account) {
            lost.push(Lost { token: token.id, what: Loss::Letters });
        }
    }
    let file = match request.extension {
        "html" => html::write(&entries, request.words),
        _ => pdf::write(&entries, request.words, &font)?,
    };
    Ok((vec![file], lost))
}

impl<'a> Entry<'a> {
    fn of(token: &'a Token, code: Modules) -> Self {
        let making = super::Making::of(&token.kind);
        let kind = token.kind.name().as_str().to_uppercase();
        let mut words = vec![kind];
        match &token.kind {
            Kind::Ocra { suite, .. } => words.push(suite.to_string()),
            Kind::Totp { .. } | Kind::Hotp { .. } => {
                words.extend([making.algorithm.to_owned(), making.digits.to_string()])
            }
            Kind::Steam | Kind::Motp { .. } | Kind::Yandex { .. } => {}
        }
        words.extend(making.period.map(|period| format!("{period} s")));
        words.extend(making.counter.map(|counter| format!("#{counter}")));
        Self { issuer: &token.issuer, account: &token.account, making: words.join(" · "), key: groups(token), code }
    }
}

/// The key as it is typed, in groups of four.
fn groups(token: &Token) -> SecretText {
    let base32 = token.secret.to_base32();
    let text = base32.expose();
    let mut grouped = zeroize::Zeroizing::new(String::with_capacity(text.len() / 4 * 5 + 5));
    for (place, character) in text.chars().enumerate() {
        if place > 0 && place % 4 == 0 {
            grouped.push(' ');
        }
        grouped.push(character);
    }
    SecretText::new(core::mem::take(&mut *grouped))
}

/// The texts of the codes on a sheet that was written here.
fn texts(file: &[u8]) -> Option<Vec<SecretText>> {
    if file.starts_with(b"%PDF") { pdf::texts(file) } else { html::texts(file) }
}
