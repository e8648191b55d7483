//! Where results and remarks go: results to standard output, everything else to standard error.

use std::io::{self, IsTerminal as _, Write as _};

use serde::Serialize;
use serde_json::json;
use zeroize::Zeroizing;

use super::arguments::Global;
use super::failure::Failure;

/// How this call speaks.
#[derive(Debug, Clone, Copy)]
pub(super) struct Output {
    pub(super) json: bool,
    quiet: bool,
    /// Whether a person looks at standard output.
    pub(super) terminal: bool,
}

impl Output {
    pub(super) fn new(global: &Global) -> Self {
        Self { json: global.json, quiet: global.quiet, terminal: io::stdout().is_terminal() }
    }

    /// Whether remarks are unwanted.
    pub(super) fn is_quiet(self) -> bool {
        self.quiet
    }

    /// The result as JSON, in one line.
    pub(super) fn result(self, value: &impl Serialize) -> Result<(), Failure> {
        // Results may hold codes and secrets: the text is wiped, and has room enough not to leave copies while it grows.
        let mut text = Zeroizing::new(Vec::with_capacity(16 * 1024));
        serde_json::to_writer(&mut *text, value).map_err(io::Error::from)?;
        text.push(b'\n');
        write(&text)
    }

    /// A line of the result for people.
    pub(super) fn line(self, text: &str) -> Result<(), Failure> {
        write(text.as_bytes())?;
        write(b"\n")
    }

    /// What was done, for people who didn't ask for quiet or JSON.
    pub(super) fn done(self, text: &str) -> Result<(), Failure> {
        if self.quiet || self.json { Ok(()) } else { self.line(text) }
    }

    /// What could not be done, beside what could; quiet calls say it too.
    pub(super) fn complain(self, message: &str) {
        let _ = writeln!(io::stderr().lock(), "{message}");
    }

    /// Names an address that somebody has to open for the call to go on: quiet calls need it too.
    pub(super) fn ask_to_open(self, sentence: &str, url: &str) {
        let _ = if self.json {
            writeln!(io::stderr().lock(), "{}", json!({ "sign_in": { "url": url, "message": sentence } }))
        } else {
            writeln!(io::stderr().lock(), "{sentence}\n{url}")
        };
    }

    /// A remark on standard error: no failure, but worth knowing.
    pub(super) fn warn(self, code: &str, message: &str) {
        if self.quiet {
            return;
        }
        let _ = if self.json {
            writeln!(io::stderr().lock(), "{}", json!({ "warning": { "code": code, "message": message } }))
        } else {
            writeln!(io::stderr().lock(), "{message}")
        };
    }
}

/// Text to standard output as it is.
pub(super) fn print(text: &str) -> Result<(), Failure> {
    write(text.as_bytes())
}

/// Bytes to standard output.
pub(super) fn write(bytes: &[u8]) -> Result<(), Failure> {
    let mut stdout = io::stdout().lock();
    stdout.write_all(bytes)?;
    stdout.flush()?;
    Ok(())
}

/// A foreign text made harmless: control characters and those that turn the writing direction around are spelled out.
pub(super) fn visible(text: &str) -> String {
    let mut clean = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\u{200E}' | '\u{200F}' | '\u{2028}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => {
                clean.extend(character.escape_unicode());
            }
            _ if character.is_control() => clean.extend(character.escape_unicode()),
            _ => clean.push(character),
        }
    }
    clean
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_cannot_drive_the_terminal() {
        assert_eq!(visible("Ban\x1b[2Jk\u{202E}\u{9b}"), "Ban\\u{1b}[2Jk\\u{202e}\\u{9b}");
        assert_eq!(visible("Банк · Ünïcode"), "Банк · Ünïcode");
    }
}
