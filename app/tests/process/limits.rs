//! No core dumps, and no debugger of the same user.

use std::fs;
use std::os::unix::fs::MetadataExt as _;
use std::os::unix::process::CommandExt as _;

use crate::harness::Home;
use crate::scan::may_look;
use crate::screen::{Ends, wait_for};

/// `nobody`: whose processes belong to them in /proc, unless they keep others out.
const SOMEBODY: u32 = 65_534;

#[test]
fn the_program_keeps_core_dumps_and_debuggers_away() {
    if !may_look() {
        return;
    }
    let home = Home::bare();
    // It waits for a password.
    let mut command = home.command(&["list", "--password-fd", "0"]);
    command.uid(SOMEBODY).current_dir("/").stdin(std::process::Stdio::piped());
    let Ok(child) = command.spawn() else {
        println!("skipped: another user can't start the program from where it was built");
        return;
    };
    let child = Ends(child);
    let folder = format!("/proc/{}", child.0.id());
    wait_for("no core file is allowed", || {
        let limits = fs::read_to_string(format!("{folder}/limits")).unwrap();
        let core = limits.lines().find(|line| line.starts_with("Max core file size")).unwrap();
        core.split_whitespace().filter(|word| *word == "0").count() == 2
    });
    wait_for("its memory belongs to root", || fs::metadata(format!("{folder}/mem")).unwrap().uid() == 0);
    // So does not that of a program that does nothing about it.
    let plain = Ends(std::process::Command::new("sleep").arg("30").uid(SOMEBODY).current_dir("/").spawn().unwrap());
    let memory = format!("/proc/{}/mem", plain.0.id());
    wait_for("a plain one's does not", || fs::metadata(&memory).unwrap().uid() == SOMEBODY);
}
