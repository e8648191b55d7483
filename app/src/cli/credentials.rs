//! Where a password, a PIN or a recovery key comes from: a file, a descriptor, a prompt. Never an argument, never a try
//! without one.

use std::fs::File;
use std::io::{self, IsTerminal as _, Read};
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use smartotp_core::secret::SecretText;
use smartotp_core::vault::{Credential, RecoveryError, RecoveryKey, SlotKind};

use super::arguments::Global;
use super::context::Context;
use super::failure::{Exit, Failure, reason};
use super::output::visible;
use super::tries;

/// Longer than any password, PIN or key: what is read of a file or descriptor before giving up.
const LONGEST: usize = 64 * 1024;

/// What a person knows, or has on paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum With {
    Password,
    Pin,
    Recovery,
}

impl From<With> for SlotKind {
    fn from(with: With) -> Self {
        match with {
            With::Password => Self::Password,
            With::Pin => Self::Pin,
            With::Recovery => Self::Recovery,
        }
    }
}

/// Where a new password or PIN comes from.
#[derive(Debug, Args)]
pub(super) struct NewSecret {
    /// Read the new password or PIN from a file
    #[arg(long, value_name = "FILE", conflicts_with = "new_password_fd")]
    new_password_file: Option<PathBuf>,
    /// Read the new password or PIN from an open file descriptor, one line
    #[arg(long, value_name = "N")]
    new_password_fd: Option<u32>,
}

/// The vault's password where it comes by standard input; links or a key may follow it there.
pub(super) fn early_password(global: &Global) -> Result<Option<SecretText>, Failure> {
    let by_standard_input = global.password_fd == Some(0) || global.password_file.as_deref() == Some(Path::new("-"));
    if by_standard_input { given(None, Some(0), global.with.map_or(SlotKind::Password, Into::into)) } else { Ok(None) }
}

impl Context<'_> {
    /// Whether this call brings what opens the vault, so that nobody has to be asked.
    pub(super) fn brings_credential(&self) -> bool {
        self.global.password_file.is_some() || self.global.password_fd.is_some()
    }

    /// What opens that kind of slot, as this call gives it or a person types it.
    pub(super) fn secret_of(&self, kind: SlotKind) -> Result<SecretText, Failure> {
        self.given_secret(kind)?.map_or_else(|| ask_for(question(kind), kind), Ok)
    }

    /// The same, but nobody is asked while wrong tries are waited out.
    pub(super) fn secret_when_due(&self, kind: SlotKind) -> Result<SecretText, Failure> {
        tries::check(&self.environment(true)?)?;
        self.secret_of(kind)
    }

    /// The password of a vault that is about to be made: typed twice where it is typed.
    pub(super) fn first_password(&self) -> Result<SecretText, Failure> {
        let kind = SlotKind::Password;
        self.given_secret(kind)?.map_or_else(|| prompt_twice(kind), Ok)
    }

    fn given_secret(&self, kind: SlotKind) -> Result<Option<SecretText>, Failure> {
        match self.early_password.take() {
            Some(password) => Ok(Some(password)),
            None => given(self.global.password_file.as_deref(), self.global.password_fd, kind),
        }
    }
}

impl NewSecret {
    /// The password or PIN that is to open the vault.
    pub(super) fn get(&self, kind: SlotKind) -> Result<SecretText, Failure> {
        given(self.new_password_file.as_deref(), self.new_password_fd, kind)?.map_or_else(|| prompt_twice(kind), Ok)
    }
}

/// What opens that kind of slot. Nothing is tried here.
pub(super) fn credential(kind: SlotKind, secret: &SecretText) -> Result<Credential, Failure> {
    match kind {
        SlotKind::Pin => Ok(Credential::Pin(secret.duplicate())),
        SlotKind::Recovery => Ok(Credential::Recovery(RecoveryKey::parse(secret.expose())?)),
        _ => Ok(Credential::Password(secret.duplicate())),
    }
}

fn given(file: Option<&Path>, descriptor: Option<u32>, kind: SlotKind) -> Result<Option<SecretText>, Failure> {
    let text = match (file, descriptor) {
        // Without its password the vault stays locked, whatever keeps it away.
        (Some(file), _) => secret_file(file).map_err(|failure| failure.with_exit(Exit::Locked))?,
        (None, Some(number)) => first_line(number)?.ok_or_else(|| missing(kind))?,
        (None, None) => return Ok(None),
    };
    if text.is_empty() { Err(missing(kind)) } else { Ok(Some(text)) }
}

/// A secret in a file, `-` for standard input: all of it but one newline at its end.
pub(super) fn secret_file(path: &Path) -> Result<SecretText, Failure> {
    let bytes = secret_bytes(path)?;
    utf8(bytes).ok_or_else(|| unreadable(path, tr!("it is no text")))
}

/// The bytes of a file that holds a secret, but one newline at its end.
pub(super) fn secret_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = if path.as_os_str() == "-" { whole(io::stdin().lock()) } else { File::open(path).and_then(whole) };
    let mut bytes = read.map_err(|error| unreadable(path, &reason(&error)))?;
    if bytes.last() == Some(&b'\n') {
        bytes.pop();
        if bytes.last() == Some(&b'\r') {
            bytes.pop();
        }
    }
    Ok(bytes)
}

/// One line of a descriptor, byte by byte: what follows belongs to somebody else.
fn first_line(number: u32) -> Result<Option<SecretText>, Failure> {
    let line = descriptor(number).and_then(line).map_err(|error| {
        Failure::new(
            Exit::Locked,
            "missing_password",
            tr!("Descriptor {number} can't be read: {reason}.", number = number, reason = reason(&error)),
        )
    })?;
    Ok(utf8(line))
}

#[cfg(unix)]
fn descriptor(number: u32) -> io::Result<File> {
    crate::platform::descriptor::duplicate(number)
}

#[cfg(not(unix))]
fn descriptor(_number: u32) -> io::Result<File> {
    Err(io::ErrorKind::Unsupported.into())
}

fn line(mut reader: impl Read) -> io::Result<Vec<u8>> {
    let mut line = Vec::with_capacity(1024);
    let mut byte = [0];
    loop {
        match reader.read(&mut byte) {
            Ok(0) => break,
            Ok(_) if byte == *b"\n" => break,
            Ok(_) if line.len() == LONGEST => return Err(io::ErrorKind::FileTooLarge.into()),
            Ok(_) => line.extend(byte),
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    if line.last() == Some(&b'\r') {
        line.pop();
    }
    Ok(line)
}

fn whole(reader: impl Read) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(1024);
    reader.take(LONGEST as u64 + 1).read_to_end(&mut bytes)?;
    if bytes.len() > LONGEST { Err(io::ErrorKind::FileTooLarge.into()) } else { Ok(bytes) }
}

fn utf8(bytes: Vec<u8>) -> Option<SecretText> {
    match String::from_utf8(bytes) {
        Ok(text) => Some(SecretText::new(text)),
        Err(error) => {
            drop(zeroize::Zeroizing::new(error.into_bytes()));
            None
        }
    }
}

/// Whether somebody is there to be asked: a prompt is only shown where remarks are seen too.
pub(super) fn somebody_is_there() -> bool {
    io::stderr().is_terminal()
}

/// Asks for the password of a file, or the words of a transfer; `None` where nobody is there, or nothing is typed.
pub(super) fn ask(words: &str) -> Option<SecretText> {
    let typed = somebody_is_there().then(|| rpassword::prompt_password(words).map(SecretText::new).ok());
    typed.flatten().filter(|typed| !typed.is_empty())
}

/// Asks for a password that is to be, twice; `None` where nobody is there, or nothing is typed.
pub(super) fn ask_twice(words: &str) -> Result<Option<SecretText>, Failure> {
    let Some(first) = ask(words) else { return Ok(None) };
    if ask(tr!("The same once more: ")).is_some_and(|second| second == first) {
        return Ok(Some(first));
    }
    Err(differ(false))
}

/// Asks for a secret on the terminal without showing it.
pub(super) fn prompt(words: &str, kind: SlotKind) -> Result<SecretText, Failure> {
    if !somebody_is_there() {
        return Err(missing(kind));
    }
    let typed = rpassword::prompt_password(words).map(SecretText::new).map_err(|_| missing(kind))?;
    if typed.is_empty() { Err(missing(kind)) } else { Ok(typed) }
}

/// Asks for it; a group of a recovery key that is mistyped is asked for anew, and the rest of it stays.
pub(super) fn ask_for(words: &str, kind: SlotKind) -> Result<SecretText, Failure> {
    let typed = prompt(words, kind)?;
    if kind != SlotKind::Recovery {
        return Ok(typed);
    }
    mended(typed, |group| prompt(&tr!("Group {group} is mistyped. Type that group again: ", group = group), kind))
}

/// A recovery key with its mistyped groups typed anew, each once; what is still wrong then is said by whoever reads it.
fn mended(
    mut typed: SecretText,
    mut again: impl FnMut(usize) -> Result<SecretText, Failure>,
) -> Result<SecretText, Failure> {
    let mut mended = Vec::new();
    while let Err(RecoveryError::Character { group, .. } | RecoveryError::Mistyped { group }) =
        RecoveryKey::parse(typed.expose())
        && !mended.contains(&group)
        && let Some(place) = RecoveryKey::place_of(typed.expose(), group)
    {
        let group_again = again(group)?;
        let (text, after) = (typed.expose(), place.end);
        let mut whole = String::with_capacity(text.len() + group_again.expose().len());
        for part in [text.get(..place.start), Some(group_again.expose()), text.get(after..)] {
            whole.push_str(part.unwrap_or_default());
        }
        typed = SecretText::new(whole);
        mended.push(group);
    }
    Ok(typed)
}

/// Asks for a backup's password; empty where nobody types one.
pub(super) fn backup_password() -> SecretText {
    ask(tr!("Password of the backup: ")).unwrap_or_default()
}

/// Asks for the password of a backup that is about to be made, twice.
pub(super) fn backup_password_twice() -> Result<SecretText, Failure> {
    Ok(ask_twice(tr!("New password of the backup: "))?.unwrap_or_default())
}

/// Asks for the password of a service; empty where nobody types one.
pub(super) fn service_password() -> SecretText {
    ask(tr!("Password or secret key of the service: ")).unwrap_or_default()
}

fn question(kind: SlotKind) -> &'static str {
    match kind {
        SlotKind::Pin => tr!("PIN of the vault: "),
        SlotKind::Recovery => tr!("Recovery key of the vault: "),
        _ => tr!("Password of the vault: "),
    }
}

fn prompt_twice(kind: SlotKind) -> Result<SecretText, Failure> {
    let is_pin = kind == SlotKind::Pin;
    let first = prompt(if is_pin { tr!("New PIN: ") } else { tr!("New password: ") }, kind)?;
    if prompt(tr!("The same once more: "), kind)? == first {
        return Ok(first);
    }
    Err(differ(is_pin))
}

fn differ(is_pin: bool) -> Failure {
    let (code, words) = if is_pin {
        ("pins_differ", tr!("The two PINs differ. Nothing was changed."))
    } else {
        ("passwords_differ", tr!("The two passwords differ. Nothing was changed."))
    };
    Failure::new(Exit::Usage, code, words)
}

fn missing(kind: SlotKind) -> Failure {
    let (code, words) = match kind {
        SlotKind::Pin => (
            "missing_pin",
            tr!(
                "The vault is locked. Give its PIN with --password-file or --password-fd, or at the prompt of a terminal."
            ),
        ),
        SlotKind::Recovery => (
            "missing_recovery_key",
            tr!(
                "The vault is locked. Give its recovery key with --password-file or --password-fd, or at the prompt of a terminal."
            ),
        ),
        _ => (
            "missing_password",
            tr!(
                "The vault is locked. Give its password with --password-file or --password-fd, or at the prompt of a terminal."
            ),
        ),
    };
    Failure::new(Exit::Locked, code, words)
}

fn unreadable(path: &Path, why: &str) -> Failure {
    let file = visible(&path.display().to_string());
    Failure::new(
        Exit::Unreadable,
        "unreadable_secret_file",
        tr!("{file} can't be read: {reason}.", file = file, reason = why),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_newline_at_the_end_is_no_part_of_a_secret() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        for (bytes, text) in [("pass\n", "pass"), ("pass\r\n", "pass"), ("pass\n\n", "pass\n"), (" p ", " p ")] {
            std::fs::write(&file, bytes).unwrap();
            assert_eq!(secret_file(&file).unwrap().expose(), text);
        }
    }

    #[test]
    fn a_mistyped_group_alone_is_typed_again() {
        let key = RecoveryKey::generate(&smartotp_core::vault::SystemEntropy).unwrap();
        let text = key.text().expose().to_owned();
        let groups: Vec<&str> = text.split('-').collect();
        let mut wrong = groups.clone();
        (wrong[1], wrong[6]) = ("8888A", "#####");
        let mut asked = Vec::new();
        let typed = mended(SecretText::new(wrong.join(" ")), |group| {
            asked.push(group);
            Ok(SecretText::from(groups[group - 1]))
        });
        assert!(RecoveryKey::parse(typed.unwrap().expose()).is_ok_and(|typed| typed == key));
        assert_eq!(asked, [7, 2], "what no key has is told first");
        // Wrong again: it is not asked for without end.
        let mut asked = 0;
        let typed = mended(SecretText::new(wrong.join(" ")), |_| {
            asked += 1;
            Ok(SecretText::from("8888A"))
        });
        assert!(RecoveryKey::parse(typed.unwrap().expose()).is_err() && asked == 2);
    }

    #[test]
    fn a_line_leaves_the_rest_for_others() {
        let mut reader = io::Cursor::new(b"first\nsecond\n".to_vec());
        assert_eq!(line(&mut reader).unwrap(), b"first");
        assert_eq!(line(&mut reader).unwrap(), b"second");
        assert_eq!(line(&mut reader).unwrap(), b"");
    }
}
