//! Scripts in another language, with other people's libraries: what they read of ours, and write for us.
#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::Value;

/// The JSON that a script of `tests/reference` prints; `None`, said on standard error, where the modules that it needs are
/// not there. `modules` is as in an `import`.
///
/// # Panics
/// Where the script fails.
#[must_use]
pub fn script(name: &str, modules: &str, arguments: &[&str], input: &[u8]) -> Option<Value> {
    let import = Command::new("python3").args(["-c", &format!("import {modules}")]).output();
    if !import.is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: no python3 with {modules}");
        return None;
    }
    let mut child = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("reference").join(name))
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(input).unwrap();
    let output = child.wait_with_output().unwrap();
    assert!(output.status.success(), "{name}: {}", String::from_utf8_lossy(&output.stderr));
    Some(serde_json::from_slice(&output.stdout).unwrap())
}
