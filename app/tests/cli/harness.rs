//! The program in a home of its own.

use std::ffi::OsStr;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;

use serde_json::Value;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Environment, NewSlot, ProcessClock, Session, SystemEntropy};
use tempfile::TempDir;

/// The password of every vault here.
pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// RFC 4226's and RFC 6238's key, `12345678901234567890`, in Base32.
pub(crate) const RFC_KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

/// A home with a data folder, a vault and a password file.
pub(crate) struct Home {
    folder: TempDir,
}

/// What a call left behind.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Home {
    /// A home without a vault.
    pub(crate) fn bare() -> Self {
        let home = Self { folder: tempfile::tempdir().unwrap() };
        home.file("password", PASSWORD);
        home
    }

    /// A home with an empty vault whose key derivation is the cheapest that there is.
    pub(crate) fn new() -> Self {
        Self::at_cost(Cost::FLOOR)
    }

    /// A home with an empty vault whose key derivation costs that.
    pub(crate) fn at_cost(cost: Cost) -> Self {
        let home = Self::bare();
        let (entropy, boot) = (Arc::new(SystemEntropy), Arc::new(ProcessClock::start()));
        let environment = Environment { file: home.vault(), entropy, keystore: None, boot };
        drop(Session::create(environment, NewSlot::Password(SecretText::from(PASSWORD), cost)).unwrap());
        home
    }

    /// A home whose vault holds these links.
    pub(crate) fn with(links: &[&str]) -> Self {
        let home = Self::new();
        let outcome = home.feed(&["add", "-"], &links.join("\n"));
        assert_eq!(outcome.code, 0, "{outcome:?}");
        home
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub(crate) fn vault(&self) -> PathBuf {
        self.path("vault.smartotp")
    }

    /// Writes a file and gives its path.
    pub(crate) fn file(&self, name: &str, bytes: impl AsRef<[u8]>) -> PathBuf {
        let path = self.path(name);
        std::fs::write(&path, bytes).unwrap();
        path
    }

    /// The program, with nothing of this machine's in its surroundings and nobody to ask.
    pub(crate) fn command<S: AsRef<OsStr>>(&self, arguments: &[S]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smartotp"));
        command.args(arguments).env_clear().env("HOME", self.folder.path()).env("XDG_DATA_HOME", self.path("data"));
        command.env(LOG, "trace");
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command
    }

    /// A call with the vault and its password.
    pub(crate) fn run(&self, arguments: &[&str]) -> Outcome {
        self.feed(arguments, "")
    }

    /// A call with the vault and its password, and something on standard input.
    pub(crate) fn feed(&self, arguments: &[&str], input: &str) -> Outcome {
        let (vault, password) = (self.vault(), self.path("password"));
        let mut command = self.command(arguments);
        command.arg("--vault").arg(vault).arg("--password-file").arg(password);
        finish(command, input)
    }

    /// A call with the vault and another secret, in a file of this home.
    pub(crate) fn with_secret(&self, file: &str, arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        command.arg("--vault").arg(self.vault()).arg("--password-file").arg(self.path(file));
        finish(command, "")
    }

    /// A call with the vault and nothing that opens it.
    pub(crate) fn locked(&self, arguments: &[&str]) -> Outcome {
        let mut command = self.command(arguments);
        command.arg("--vault").arg(self.vault());
        finish(command, "")
    }

    /// A call without any of that.
    pub(crate) fn plain(&self, arguments: &[&str]) -> Outcome {
        finish(self.command(arguments), "")
    }

    /// The JSON of a call that succeeds.
    pub(crate) fn json(&self, arguments: &[&str]) -> Value {
        let outcome = self.run(&[arguments, &["--json"]].concat());
        assert_eq!(outcome.code, 0, "{arguments:?}: {outcome:?}");
        outcome.json()
    }
}

impl Outcome {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The JSON error on standard error.
    pub(crate) fn error(&self) -> Value {
        let last = self.err.lines().last().unwrap_or_default();
        serde_json::from_str::<Value>(last).unwrap_or_else(|error| panic!("{error}: {self:?}"))["error"].clone()
    }
}

/// Has the program say what it and its libraries do: every call here runs so.
pub(crate) const LOG: &str = "SMARTOTP_LOG";

/// Parts a log from what is meant for people, and looks through it: no password, key or code, and nothing that came by
/// standard input.
fn without_log(err: &str, input: &str) -> String {
    let is_log =
        |line: &&str| ["ERROR ", "WARN  ", "INFO  ", "DEBUG ", "TRACE "].iter().any(|level| line.starts_with(level));
    let (log, rest): (Vec<&str>, Vec<&str>) = err.split_inclusive('\n').partition(is_log);
    let given = input.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 5);
    let secrets: Vec<&str> = given.chain([PASSWORD, RFC_KEY, "12345678901234567890"]).collect();
    for line in log {
        let secret = secrets.iter().find(|secret| line.contains(**secret));
        assert!(secret.is_none(), "{secret:?} in the log: {line}");
        let codes = line.split(|letter: char| !letter.is_alphanumeric()).filter(|word| word.len() > 5);
        assert!(
            !codes.into_iter().any(|word| word.bytes().all(|byte| byte.is_ascii_digit())),
            "a code in the log: {line}"
        );
    }
    rest.concat()
}

/// Runs a command to its end.
pub(crate) fn finish(mut command: Command, input: &str) -> Outcome {
    let mut child = command.stdin(Stdio::piped()).spawn().unwrap();
    // A program that doesn't read its input may be gone already.
    let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
    let output = child.wait_with_output().unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    let logs = command.get_envs().any(|(name, value)| name == LOG && value.is_some());
    let err = text(output.stderr);
    let err = if logs { without_log(&err, input) } else { err };
    Outcome { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err }
}

/// A link for a TOTP token with the RFCs' key.
pub(crate) fn totp(issuer: &str, account: &str) -> String {
    format!("otpauth://totp/{issuer}:{account}?secret={RFC_KEY}&issuer={issuer}&digits=8")
}

/// A link for a HOTP token with the RFCs' key.
pub(crate) fn hotp(issuer: &str, account: &str) -> String {
    format!("otpauth://hotp/{issuer}:{account}?secret={RFC_KEY}&issuer={issuer}&counter=0")
}

/// Other apps' files, where they are.
pub(crate) fn fixtures() -> Option<PathBuf> {
    let named = std::env::var_os("SMARTOTP_FIXTURES").map(PathBuf::from);
    let folder = named.unwrap_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"));
    if folder.is_dir() {
        return Some(folder);
    }
    println!("skipped: no fixtures");
    None
}
