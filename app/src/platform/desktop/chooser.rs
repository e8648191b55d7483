//! The desktop's file chooser, asked for by a process of its own.
//!
//! A portal looks up who asks by `/proc/PID/root`, and refuses a process that lets nobody look there, as the window does. So
//! the window starts this program once more, as [`ARGUMENT`]: that one holds no secret and can be looked at.

use std::ffi::OsString;
use std::io::{self, Read as _, Write as _};
use std::os::unix::ffi::{OsStrExt as _, OsStringExt as _};
use std::path::PathBuf;
use std::process::{Command, ExitCode, Stdio};

use smartotp_ui::services::PickError;

use super::files::{self, Wish};

/// How the process is started; nothing that a person types.
pub(crate) const ARGUMENT: &str = "--choose";
/// What is to be chosen, as the second argument.
const PICTURES: &str = "pictures";
const FILES: &str = "files";
const PLACE: &str = "place";
const FOLDER: &str = "folder";

/// The exit code that says that there is no chooser.
const NONE_HERE: u8 = 2;

/// What is read of its answer: paths of some hundred files.
const LONGEST: u64 = 1 << 20;

/// Lets the user choose; waits until that is done.
pub(super) fn choose(wish: Wish) -> Result<Vec<PathBuf>, PickError> {
    let (answer, code) = ask(wish).map_err(|_| PickError::NoChooser)?;
    match code {
        Some(0) => Ok(answer.split(|byte| *byte == 0).filter(|path| !path.is_empty()).map(path).collect()),
        Some(code) if code == i32::from(NONE_HERE) => Err(PickError::NoChooser),
        _ => Err(PickError::Cancelled),
    }
}

fn ask(wish: Wish) -> io::Result<(Vec<u8>, Option<i32>)> {
    let mut command = Command::new(std::env::current_exe()?);
    command.arg(ARGUMENT);
    match wish {
        Wish::Pictures => command.arg(PICTURES),
        Wish::Files => command.arg(FILES),
        Wish::Folder => command.arg(FOLDER),
        Wish::Place(name) => command.args([PLACE, name.as_str()]),
    };
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let mut answer = Vec::new();
    if let Some(stdout) = child.stdout.take() {
        stdout.take(LONGEST).read_to_end(&mut answer)?;
    }
    Ok((answer, child.wait()?.code()))
}

fn path(bytes: &[u8]) -> PathBuf {
    OsString::from_vec(bytes.to_vec()).into()
}

/// The process itself: shows the chooser and prints the paths, a zero byte after each.
pub(crate) fn run() -> ExitCode {
    // The chooser goes with the window that asked for it.
    #[cfg(target_os = "linux")]
    let _ = rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::TERM));
    if !at_hand() {
        return NONE_HERE.into();
    }
    let mut asked = std::env::args_os().skip(2);
    let wish = asked.next().unwrap_or_default();
    let dialog = rfd::FileDialog::new();
    let chosen = if wish == PLACE {
        let name = asked.next().unwrap_or_default();
        dialog.set_file_name(name.to_string_lossy()).save_file().map(|place| vec![place])
    } else if wish == FOLDER {
        dialog.pick_folder().map(|folder| vec![folder])
    } else if wish == PICTURES {
        dialog.add_filter(files::PICTURES_NAME, files::PICTURES).pick_files()
    } else {
        dialog.pick_files()
    };
    let Some(files) = chosen else { return ExitCode::FAILURE };
    let mut stdout = io::stdout().lock();
    let said = files.iter().try_for_each(|file| {
        stdout.write_all(file.as_os_str().as_bytes())?;
        stdout.write_all(&[0])
    });
    if said.and_then(|()| stdout.flush()).is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Whether there is a file chooser: the desktop portal, or `zenity` in its stead.
fn at_hand() -> bool {
    portal_answers() || zenity_installed()
}

/// Asks the portal for its chooser's version: it can be there without a chooser.
fn portal_answers() -> bool {
    let Ok(bus) = zbus::blocking::connection::Builder::session()
        .map(|bus| bus.method_timeout(std::time::Duration::from_secs(5)))
        .and_then(zbus::blocking::connection::Builder::build)
    else {
        return false;
    };
    bus.call_method(
        Some("org.freedesktop.portal.Desktop"),
        "/org/freedesktop/portal/desktop",
        Some("org.freedesktop.DBus.Properties"),
        "Get",
        &("org.freedesktop.portal.FileChooser", "version"),
    )
    .is_ok()
}

fn zenity_installed() -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|folder| folder.join("zenity").is_file()))
}
