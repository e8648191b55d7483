//! An X server with one window on it, and a person's hands.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Whether a program is here.
pub(crate) fn has(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        println!("skipped: no {program}");
    }
    found
}

/// A child that ends with the test.
pub(crate) struct Ends(pub(crate) Child);

impl Drop for Ends {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// An X server.
pub(crate) struct Screen {
    _server: Ends,
    pub(crate) display: String,
}

impl Screen {
    /// Starts one; `None` where there is none.
    pub(crate) fn start() -> Option<Self> {
        if !has("Xvfb") || !has("xdotool") {
            return None;
        }
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "800x1000x24", "-nolisten", "tcp", "-noreset"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { _server: Ends(server), display: format!(":{}", number.trim()) })
    }

    fn xdotool(&self, arguments: &[&str]) -> String {
        let output = Command::new("xdotool").args(arguments).env("DISPLAY", &self.display).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits for the window of a process, and gives it the keyboard.
    pub(crate) fn focus(&self, process: u32) {
        let found = self.xdotool(&["search", "--sync", "--onlyvisible", "--pid", &process.to_string()]);
        let window = found.lines().next().unwrap_or_else(|| panic!("no window"));
        self.xdotool(&["windowfocus", "--sync", window]);
    }

    /// Types text and presses Return.
    pub(crate) fn enter(&self, text: &str) {
        self.xdotool(&["type", "--delay", "20", text]);
        self.press("Return");
    }

    /// Presses keys: `ctrl+l`.
    pub(crate) fn press(&self, keys: &str) {
        self.xdotool(&["key", keys]);
    }
}

/// Waits until something is so, for half a minute at most.
pub(crate) fn wait_for(what: &str, mut is_so: impl FnMut() -> bool) {
    let begun = Instant::now();
    while !is_so() {
        assert!(begun.elapsed() < Duration::from_secs(30), "waited in vain: {what}");
        std::thread::sleep(Duration::from_millis(200));
    }
}
