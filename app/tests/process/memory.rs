//! After the lock, and after the clipboard was cleared, the memory of the real processes holds nothing that opens anything.
//!
//! Each test first finds what it looks for while the vault is open: so it could fail.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use smartotp_core::vault::{Entropy as _, SystemEntropy};

use crate::bus::Bus;
use crate::harness::{Home, Outcome, PASSWORD, finish};
use crate::keyring::Keyring;
use crate::keys;
use crate::scan::{Needle, find, has, may_look, swappable};
use crate::screen::{Ends, Screen, wait_for};

const SECRET: &str = "token secret";
const VAULT_KEY: &str = "vault key";
const WRAPPING_KEY: &str = "wrapping key";
const ENTERED: &str = "password";
const PAYLOAD_KEY: &str = "payload key";
const DIGITS: &str = "PIN";
const PIN_SECRET: &str = "secret of the PIN";
const RECOVERY: &str = "recovery key";
const PIN: &str = "583920714263";

/// A home with a vault in its data folder, and what is in it.
fn furnished() -> (Home, Vec<Needle>) {
    let home = Home::new();
    let mut secret = vec![0; 20];
    SystemEntropy.fill(&mut secret).unwrap();
    let link = format!("otpauth://totp/Bank:mira?secret={}&issuer=Bank", data_encoding::BASE32_NOPAD.encode(&secret));
    assert_eq!(home.feed(&["add", "-"], &link).code, 0);
    move_in(&home);
    let mut needles = keys_in(&home);
    needles.push(Needle::bytes(SECRET, &secret));
    (home, needles)
}

/// The window is to open what the command line made.
fn move_in(home: &Home) {
    let data = home.path("data/smartotp");
    let _ = std::fs::remove_dir_all(&data);
    std::fs::create_dir_all(&data).unwrap();
    std::fs::copy(home.vault(), data.join("vault.smartotp")).unwrap();
}

/// What opens that vault as it is now.
fn keys_in(home: &Home) -> Vec<Needle> {
    let mut needles = keys(keys::of(&home.vault(), PASSWORD));
    needles.push(Needle::text(ENTERED, PASSWORD));
    needles
}

fn keys(keys: keys::Keys) -> Vec<Needle> {
    assert!(keys.wrapping.contains(&keys.opened_by));
    let mut needles: Vec<_> = keys.wrapping.iter().map(|key| Needle::bytes(WRAPPING_KEY, key)).collect();
    needles.push(Needle::bytes(VAULT_KEY, &keys.vault));
    needles.push(Needle::bytes(PAYLOAD_KEY, &keys.payload));
    needles
}

/// A recovery key in all ways in which it is written, and its bytes.
fn recovery(key: &str) -> (Vec<Needle>, Vec<u8>) {
    let carried: String = key.split('-').flat_map(|group| group.chars().take(4)).collect();
    let bytes = data_encoding::BASE32_NOPAD.decode(carried.as_bytes()).unwrap();
    let written = [key, &key.replace('-', ""), &key.replace('-', " ")].map(|text| Needle::text(RECOVERY, text));
    (written.into_iter().chain([Needle::bytes(RECOVERY, &bytes)]).collect(), bytes)
}

/// The program where a vault is open: what codes and changes need is there, in memory that is not swapped out; what it was
/// opened with is gone, and the stack of its main thread holds no key.
fn check_open(how: &str, process: u32, needles: &[Needle]) {
    wait_for("the vault opens", || has(&find(process, needles), SECRET));
    // What the derivation and the toolkit still hold is to go within a moment.
    std::thread::sleep(Duration::from_secs(2));
    let mut found = find(process, needles);
    println!("{how}: {found:#?}");
    assert!(has(&found, SECRET) && has(&found, VAULT_KEY) && has(&found, WRAPPING_KEY), "{how}: {found:#?}");
    for gone in [ENTERED, DIGITS, PIN_SECRET, RECOVERY, PAYLOAD_KEY] {
        assert!(!has(&found, gone), "{gone}, {how}: {found:#?}");
    }
    // A code's own secret may be anywhere for the moment in which the code is made.
    found.retain(|line| !line.starts_with(SECRET) || line.contains("[heap]"));
    assert!(!found.iter().any(|line| line.contains("[stack]")), "{how}: {found:#?}");
    assert_eq!(swappable(process, &found), [""; 0], "{how}");
}

fn check_locked(why: &str, process: u32, needles: &[Needle]) {
    wait_for(why, || !has(&find(process, needles), SECRET));
    std::thread::sleep(Duration::from_secs(1));
    let found = find(process, needles);
    assert!(found.is_empty(), "{why}: {found:#?}");
}

fn window(home: &Home, screen: &Screen, bus: &Bus) -> Child {
    let mut command = home.command::<&str>(&[]);
    command.env("DISPLAY", &screen.display).env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address);
    command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address).env("LC_ALL", "C.UTF-8");
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn a_locked_window_remembers_nothing() {
    if !may_look() {
        return;
    }
    let (Some(screen), Some(bus)) = (Screen::start(), Bus::start()) else { return };
    let (home, needles) = furnished();
    let login = bus.login_manager();
    let app = Ends(window(&home, &screen, &bus));
    let process = app.0.id();
    screen.focus(process);
    wait_for("sleep is held up", || login.held() == 1);
    let open = || {
        screen.enter(PASSWORD);
        check_open("the window, by password", process, &needles);
    };
    let locked = |why: &str| check_locked(why, process, &needles);
    locked("before it was ever open");
    open();
    screen.press("ctrl+l");
    locked("locked by a key");
    open();
    login.lock_session();
    locked("locked with the session");
    open();
    bus.screen_saver_comes_up();
    locked("locked with the screen");
    open();
    login.sleep();
    locked("locked before sleep");
    login.wake();
    wait_for("sleep is held up again", || login.held() == 1);
}

#[test]
fn a_watching_command_line_keeps_no_password() {
    if !may_look() {
        return;
    }
    let (home, needles) = furnished();
    for by_standard_input in [false, true] {
        let mut command = home.command(&["code", "bank", "--watch", "--vault"]);
        command.arg(home.vault());
        if by_standard_input {
            command.args(["--password-fd", "0"]).stdin(Stdio::piped());
        } else {
            command.arg("--password-file").arg(home.path("password"));
        }
        let mut watch = Ends(command.stdout(Stdio::null()).spawn().unwrap());
        if let Some(mut stdin) = watch.0.stdin.take() {
            std::io::Write::write_all(&mut stdin, PASSWORD.as_bytes()).unwrap();
        }
        check_open("watching, by password", watch.0.id(), &needles);
        // What another call changes is read anew.
        let link = format!("otpauth://totp/mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer={by_standard_input}");
        assert_eq!(home.feed(&["add", "-"], &link).code, 0);
        check_open("watching, after a change", watch.0.id(), &needles);
    }
}

/// A PIN and a recovery key are as gone after the derivation as a password, and so is the keystore's half of the PIN.
#[test]
fn a_watching_command_line_keeps_no_pin_and_no_recovery_key() {
    if !may_look() {
        return;
    }
    let (home, mut needles) = furnished();
    let Some(keyring) = Keyring::start(&home) else { return };
    home.file("pin", PIN);
    let path = home.path("pin");
    run(&home, &keyring, &["vault", "slots", "add", "pin", "--new-password-file", path.to_str().unwrap()]);
    let made = run(&home, &keyring, &["vault", "slots", "add", "recovery", "--json"]).json();
    let key = made["recovery_key"].as_str().unwrap();
    home.file("recovery", key);
    needles.retain(|needle| needle.name == SECRET);
    needles.extend(keys_in(&home));
    needles.extend(recovery(key).0);
    needles.extend(pin(&keyring));
    for (way, by_standard_input) in [("pin", false), ("pin", true), ("recovery", false), ("recovery", true)] {
        let mut command = home.command(&["code", "bank", "--watch", "--with", way, "--vault"]);
        command.arg(home.vault()).env("DBUS_SESSION_BUS_ADDRESS", &keyring.bus.address);
        if by_standard_input {
            command.args(["--password-fd", "0"]).stdin(Stdio::piped());
        } else {
            command.arg("--password-file").arg(home.path(way));
        }
        let mut watch = Ends(command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap());
        if let Some(mut stdin) = watch.0.stdin.take() {
            std::io::Write::write_all(&mut stdin, &std::fs::read(home.path(way)).unwrap()).unwrap();
        }
        check_open(&format!("watching, by {way}"), watch.0.id(), &needles);
    }
}

/// Runs a command on the vault by its password.
fn run(home: &Home, keyring: &Keyring, arguments: &[&str]) -> Outcome {
    let mut command = home.command(arguments);
    command.arg("--vault").arg(home.vault()).arg("--password-file").arg(home.path("password"));
    command.env("DBUS_SESSION_BUS_ADDRESS", &keyring.bus.address);
    let outcome = finish(command, "");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    outcome
}

/// The PIN and what the keystore has of it.
fn pin(keyring: &Keyring) -> Vec<Needle> {
    let kept: Vec<_> = keyring.secrets().into_iter().filter(|secret| secret.len() == 32).collect();
    assert!(!kept.is_empty(), "the keystore has the PIN's half");
    let halves = kept.iter().map(|secret| Needle::bytes(PIN_SECRET, secret));
    halves.chain([Needle::text(DIGITS, PIN)]).collect()
}

#[test]
fn a_window_opened_by_pin_or_recovery_key_remembers_neither() {
    if !may_look() {
        return;
    }
    let Some(screen) = Screen::start() else { return };
    let (home, mut needles) = furnished();
    let Some(keyring) = Keyring::start(&home) else { return };
    home.file("pin", PIN);
    let path = home.path("pin");
    run(&home, &keyring, &["vault", "slots", "add", "pin", "--new-password-file", path.to_str().unwrap()]);
    move_in(&home);
    needles.retain(|needle| needle.name == SECRET);
    needles.extend(keys_in(&home));
    needles.extend(pin(&keyring));
    opened_and_locked("PIN", &home, &screen, &keyring.bus, PIN, &needles);

    // Alone, so that the window asks for it.
    let made = run(&home, &keyring, &["vault", "slots", "add", "recovery", "--json"]).json();
    let key = made["recovery_key"].as_str().unwrap();
    run(&home, &keyring, &["vault", "slots", "remove", "pin"]);
    run(&home, &keyring, &["vault", "slots", "remove", "password"]);
    move_in(&home);
    let (written, bytes) = recovery(key);
    needles.retain(|needle| needle.name == SECRET);
    needles.extend(keys(keys::of_recovery(&home.vault(), &bytes)));
    needles.extend(written);
    opened_and_locked("recovery key", &home, &screen, &keyring.bus, key, &needles);
}

fn opened_and_locked(how: &str, home: &Home, screen: &Screen, bus: &Bus, typed: &str, needles: &[Needle]) {
    let app = Ends(window(home, screen, bus));
    let process = app.0.id();
    screen.focus(process);
    // The field, or the pad, has the keyboard with the first frame.
    std::thread::sleep(Duration::from_secs(2));
    for round in ["first", "again"] {
        screen.enter(typed);
        check_open(&format!("the window, by {how}, {round}"), process, needles);
        screen.press("ctrl+l");
        check_locked(&format!("locked, by {how}, {round}"), process, needles);
    }
}

/// A command that waits for its user to type a key back holds what it must, and not the password that it was given.
#[test]
fn a_command_that_waits_for_its_user_has_forgotten_the_password() {
    if !may_look() {
        return;
    }
    let (home, needles) = furnished();
    let mut command = home.command(&["vault", "slots", "add", "recovery", "--json", "--confirm-file", "-", "--vault"]);
    command.arg(home.vault()).arg("--password-file").arg(home.path("password")).stdin(Stdio::piped());
    let mut child = Ends(command.stderr(Stdio::null()).spawn().unwrap());
    let mut shown = String::new();
    BufReader::new(child.0.stdout.take().unwrap()).read_line(&mut shown).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    let found = find(child.0.id(), &needles);
    println!("waiting: {found:#?}");
    assert!(shown.contains("recovery_key") && !has(&found, ENTERED), "{found:#?}");
}

/// The holder of a copied code, found by its argument among this test's descendants.
fn holder(home: &Home) -> Option<u32> {
    let marker = format!("HOME={}", home.path("").display());
    let marker = marker.trim_end_matches('/');
    std::fs::read_dir("/proc").unwrap().filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok()).find(|id| {
        let read = |name: &str| std::fs::read_to_string(format!("/proc/{id}/{name}")).unwrap_or_default();
        read("cmdline").contains("--hold-clipboard") && read("environ").split('\0').any(|pair| pair == marker)
    })
}

#[test]
fn the_holder_of_a_copied_code_knows_the_code_alone() {
    if !may_look() {
        return;
    }
    let Some(screen) = Screen::start() else { return };
    let (home, needles) = furnished();
    let mut command = home.command(&["code", "bank", "--at", "59", "--copy", "--clear-after", "60", "--vault"]);
    command.arg(home.vault()).arg("--password-file").arg(home.path("password")).env("DISPLAY", &screen.display);
    let outcome = finish(command, "");
    assert_eq!(outcome.code, 0, "{outcome:?}");
    let code = home.run(&["code", "bank", "--at", "59"]).out.trim().to_owned();
    let process = holder(&home).expect("a holder");
    assert!(has(&find(process, &[Needle::text("code", &code)]), "code"));
    let found = find(process, &needles);
    assert!(found.is_empty(), "{found:#?}");
    // Another copy takes its place: the holder ends, and the code with it.
    let mut clip = Command::new(std::env::current_exe().unwrap());
    clip.args(["--exact", "memory::copies_something", "--ignored"]).env("DISPLAY", &screen.display);
    assert!(clip.stdout(Stdio::null()).status().unwrap().success());
    wait_for("the holder ends", || holder(&home).is_none());
}

#[test]
#[ignore = "part of the test of the holder"]
fn copies_something() {
    arboard::Clipboard::new().unwrap().set_text("something else").unwrap();
    std::thread::sleep(Duration::from_secs(3));
}
