//! Why a command did not do what it was asked: an exit code, a name for scripts, a sentence for people.

use std::io;

use serde_json::{Map, Value, json};

/// The exit codes, a contract with every script.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
pub(super) enum Exit {
    /// Done.
    Done = 0,
    /// Failed for a reason that no other code names.
    Failed = 1,
    /// The command line itself is wrong, or not exact enough.
    Usage = 2,
    /// Locked: no password, or a wrong one.
    Locked = 3,
    /// Nothing found: no vault, no such token.
    NotFound = 4,
    /// A damaged vault or backup.
    Damaged = 5,
    /// Input that can't be read.
    Unreadable = 6,
    /// The network, or a place that isn't there.
    Network = 7,
    /// Refused for safety.
    Refused = 8,
}

/// Why a command did not do what it was asked.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) exit: Exit,
    /// A stable name: `wrong_password`.
    code: &'static str,
    /// One or two sentences in the user's language: what is, then what to do. Never a secret.
    message: String,
    /// Facts for scripts, beside code and message.
    facts: Map<String, Value>,
}

impl Failure {
    pub(super) fn new(exit: Exit, code: &'static str, message: impl Into<String>) -> Self {
        Self { exit, code, message: message.into(), facts: Map::new() }
    }

    /// Adds a fact for scripts.
    pub(super) fn with(mut self, name: &str, fact: impl Into<Value>) -> Self {
        self.facts.insert(name.to_owned(), fact.into());
        self
    }

    /// The same with a sentence more.
    pub(super) fn saying(mut self, sentence: &str) -> Self {
        self.message = format!("{} {sentence}", self.message);
        self
    }

    /// The same with another exit code.
    pub(super) fn with_exit(self, exit: Exit) -> Self {
        Self { exit, ..self }
    }

    /// The exit code alone: what there was to say has been said.
    pub(super) fn silent(exit: Exit) -> Self {
        Self::new(exit, "", "")
    }

    /// The reader of our output went away: that is no error of ours.
    fn is_silent(&self) -> bool {
        self.code.is_empty()
    }

    /// Says it on standard error. Where even that fails there is nobody to tell.
    pub(super) fn tell(&self, as_json: bool) {
        if self.is_silent() {
            return;
        }
        let _ = if as_json {
            let mut error = self.facts.clone();
            error.insert("code".into(), self.code.into());
            error.insert("exit".into(), (self.exit as u8).into());
            error.insert("message".into(), self.message.as_str().into());
            write_line(&json!({ "error": error }).to_string())
        } else {
            write_line(&self.message)
        };
    }
}

fn write_line(text: &str) -> io::Result<()> {
    use io::Write as _;
    writeln!(io::stderr().lock(), "{text}")
}

/// Standard output can't be written.
impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        if error.kind() == io::ErrorKind::BrokenPipe {
            return Self::silent(Exit::Done);
        }
        Self::new(Exit::Failed, "output", tr!("The result couldn't be written: {reason}.", reason = reason(&error)))
    }
}

/// The system's own words for an I/O error, without the number that Rust adds.
pub(super) fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    text.split_once(" (os error").map_or(text.as_str(), |(words, _)| words).to_owned()
}
