//! A copied code outlives this process in a small holder of its own, which takes it away again.
//!
//! On X11 and Wayland the clipboard's content lives in the program that copied it. So this program starts itself once
//! more, as [`ARGUMENT`], gives it the code through a pipe (no argument, no environment: others can read those), and
//! waits until it says that the code is there. The holder leaves the terminal's session, and after the given time it
//! clears the clipboard, if what lies there is still ours.

use std::io::{self, Read as _, Write as _};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use smartotp_core::secret::SecretText;
use zeroize::Zeroizing;

use super::failure::{Exit, Failure};

/// How the holder is started; nothing that a person types.
pub(super) const ARGUMENT: &str = "--hold-clipboard";

/// What the holder says when the code lies on the clipboard.
const HELD: &[u8] = b"held";

/// How often the holder looks whether somebody else copied something.
const LOOK: Duration = Duration::from_secs(1);

/// Puts a code on the clipboard for some seconds.
pub(super) fn hold(code: &SecretText, seconds: u32) -> Result<(), Failure> {
    let held = start(code, seconds).unwrap_or(false);
    if held {
        return Ok(());
    }
    Err(Failure::new(Exit::Failed, "no_clipboard", tr!("There is no clipboard here. Nothing was copied.")))
}

fn start(code: &SecretText, seconds: u32) -> io::Result<bool> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args([ARGUMENT, &seconds.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
    #[cfg(windows)]
    {
        use std::os::windows::process::CommandExt as _;
        const DETACHED_PROCESS: u32 = 0x0000_0008;
        command.creation_flags(DETACHED_PROCESS);
    }
    let mut child = command.spawn()?;
    if let Some(mut stdin) = child.stdin.take() {
        stdin.write_all(code.expose().as_bytes())?;
    }
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(HELD.len() as u64).read_to_end(&mut answer)?;
    }
    Ok(answer == HELD)
}

/// The holder itself: what the process does that was started as one.
pub(super) fn run(seconds: u64) -> Result<(), Failure> {
    // Its own session: closing the terminal doesn't end it.
    #[cfg(unix)]
    let _ = rustix::process::setsid();
    let mut code = Zeroizing::new(String::with_capacity(64));
    io::stdin().lock().take(64).read_to_string(&mut code)?;
    let _ = keep(&code, Duration::from_secs(seconds));
    Ok(())
}

fn keep(code: &str, time: Duration) -> Result<(), arboard::Error> {
    let mut clipboard = arboard::Clipboard::new()?;
    set(&mut clipboard, code)?;
    let mut stdout = io::stdout().lock();
    let _ = stdout.write_all(HELD).and_then(|()| stdout.flush());
    // 0: until somebody copies something else.
    let end = if time.is_zero() { None } else { Instant::now().checked_add(time) };
    loop {
        let left = end.map_or(LOOK, |end| end.saturating_duration_since(Instant::now()));
        if left.is_zero() {
            break;
        }
        thread::sleep(left.min(LOOK));
        if !is_ours(&mut clipboard, code) {
            return Ok(());
        }
    }
    clipboard.clear()
}

fn is_ours(clipboard: &mut arboard::Clipboard, code: &str) -> bool {
    clipboard.get_text().is_ok_and(|text| *Zeroizing::new(text) == code)
}

/// Copies a code, asking clipboard histories to leave it out.
fn set(clipboard: &mut arboard::Clipboard, code: &str) -> Result<(), arboard::Error> {
    #[cfg(target_os = "macos")]
    use arboard::SetExtApple as _;
    #[cfg(all(unix, not(target_os = "macos")))]
    use arboard::SetExtLinux as _;
    #[cfg(windows)]
    use arboard::SetExtWindows as _;
    #[cfg(not(windows))]
    let set = clipboard.set().exclude_from_history();
    #[cfg(windows)]
    let set = clipboard.set().exclude_from_cloud().exclude_from_history().exclude_from_monitoring();
    set.text(code)
}
