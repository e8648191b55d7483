//! What hostile files cost: one error each, and memory within bounds. Every file is read in a process of its own, whose
//! peak is looked at; the table is printed with `-- --nocapture`.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test stops where something fails")]

#[path = "hostile/files.rs"]
mod files;

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use files::{Case, MIB};
use smartotp_core::import::{Format, ImportError, read, read_all};
use smartotp_core::secret::SecretText;

/// Tells the other process which file it reads.
const FILE: &str = "SMARTOTP_HOSTILE_FILE";
/// What it prints before the error and its peak.
const MARK: &str = "came to: ";

/// The variant's name, without the entries of one that lists them.
fn name(error: &ImportError) -> String {
    format!("{error:?}").split([' ', '(']).next().unwrap().to_owned()
}

/// The most memory that this process has had, in bytes; `None` where the system doesn't tell.
fn peak() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.split_whitespace().next()?.parse::<u64>().ok().map(|kib| kib * 1024)
}

/// Not a test of its own: what the other process does.
#[test]
fn one_file() {
    let Some(file) = std::env::var_os(FILE) else { return };
    let bytes = std::fs::read(file).unwrap();
    let start = Instant::now();
    let result = match read(&bytes, Some(&SecretText::from("right"))) {
        Ok(outcome) => format!("{}+{}", outcome.tokens.len(), outcome.unreadable.len()),
        Err(error) => name(&error),
    };
    let millis = start.elapsed().as_millis();
    println!("\n{MARK}{result} {millis} {}", peak().unwrap_or_default());
}

/// What came of a file, in how many milliseconds, and the peak of memory in bytes.
fn read_apart(file: &Path) -> (String, u64, u64) {
    let program = std::env::current_exe().unwrap();
    let output = Command::new(program).args(["one_file", "--exact", "--nocapture"]).env(FILE, file).output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let line = text.lines().find_map(|line| line.strip_prefix(MARK));
    let words: Vec<&str> = line.unwrap_or_else(|| panic!("{:?}: {text}", output.status)).split(' ').collect();
    (words[0].to_owned(), words[1].parse().unwrap(), words[2].parse().unwrap())
}

#[test]
fn hostile_files_are_refused_within_bounds() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("hostile");
    let mut wrong = Vec::new();
    println!("| format | attack | size | came to | ms | peak MiB |\n| --- | --- | --- | --- | --- | --- |");
    for Case { format, attack, bytes, expected, most } in files::cases() {
        let bytes = bytes();
        std::fs::write(&file, &bytes).unwrap();
        let (result, millis, peak) = read_apart(&file);
        let size = if bytes.len() < 10_000 {
            format!("{} B", bytes.len())
        } else {
            format!("{:.1} MiB", bytes.len() as f64 / MIB as f64)
        };
        println!("| {format} | {attack} | {size} | {result} | {millis} | {} |", peak / MIB);
        if result != expected || peak > most {
            wrong.push(format!("{format}, {attack}: {result} instead of {expected}, {} MiB", peak / MIB));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whatever a user says that a file is, it is looked at first.
#[test]
fn a_format_that_the_file_does_not_have_is_an_error() {
    let wrong: [&[u8]; 11] = [
        b"",
        b"\x7fELF\x02\x01\x01",
        b"{}",
        b"[]",
        b"[{}]",
        b"null",
        b"<?xml version='1.0'?><map></map>",
        b"PK\x05\x06\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
        b"SQLite format 3\0",
        b"\x03\xD9\xA2\x9A\x67\xFB\x4B\xB5\0\0\x04\0",
        b"%PDF-1.7\n%%EOF",
    ];
    for format in Format::all() {
        for bytes in wrong {
            let (outcome, errors) = read_all(&[bytes], Some(&SecretText::from("right")), Some(format));
            assert!(
                outcome.tokens.is_empty() && errors.len() == 1,
                "{format:?}: {:?}",
                bytes.escape_ascii().to_string()
            );
        }
    }
}
