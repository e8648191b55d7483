//! What stands on a printed sheet above the tokens.

use smartotp_core::export::sheet::Words;

use crate::cli::catalogue;

/// The paragraphs: what this is, how to keep it, how to get back in.
pub(super) fn paragraphs() -> [&'static str; 3] {
    [
        tr!(
            "This sheet holds the keys of your accounts: whoever has it can make your codes. Keep it as you keep a passport, on paper alone."
        ),
        tr!(
            "To get back in, install Smart OTP or another authenticator and scan the codes one by one. Where a code can't be scanned, type in the key beside it."
        ),
        tr!("Print it anew when a token is added or its key changes, and destroy the old sheet."),
    ]
}

/// All of it, in the user's language.
pub(super) fn words<'a>(paragraphs: &'a [&'a str]) -> Words<'a> {
    Words { title: tr!("Smart OTP: emergency sheet"), paragraphs, recovery: None, language: catalogue::language() }
}
