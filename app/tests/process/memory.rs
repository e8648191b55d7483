//! After the lock, and after the clipboard was cleared, the memory of the real processes holds nothing that opens anything.
//!
//! Each test first finds what it looks for while the vault is open: so it could fail.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use smartotp_core::vault::{Entropy as _, SystemEntropy};

use crate::bus::Bus;
use crate::harness::{Home, PASSWORD, finish};
use crate::keys;
use crate::scan::{Needle, find, has, may_look};
use crate::screen::{Ends, Screen, wait_for};

const SECRET: &str = "token secret";
const VAULT_KEY: &str = "vault key";
const WRAPPING_KEY: &str = "wrapping key";
const ENTERED: &str = "password";

/// A home with a vault in its data folder, and what is in it.
fn furnished() -> (Home, Vec<Needle>) {
    let home = Home::new();
    let mut secret = vec![0; 20];
    SystemEntropy.fill(&mut secret).unwrap();
    let link = format!("otpauth://totp/Bank:mira?secret={}&issuer=Bank", data_encoding::BASE32_NOPAD.encode(&secret));
    assert_eq!(home.feed(&["add", "-"], &link).code, 0);
    let data = home.path("data/smartotp");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::copy(home.vault(), data.join("vault.smartotp")).unwrap();
    let (wrapping, key) = keys::of(&home.vault(), PASSWORD);
    let needles = vec![
        Needle::bytes(SECRET, &secret),
        Needle::bytes(VAULT_KEY, &key),
        Needle::bytes(WRAPPING_KEY, &wrapping),
        Needle::text(ENTERED, PASSWORD),
    ];
    (home, needles)
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
        wait_for("the vault opens", || has(&find(process, &needles), SECRET));
        // What the derivation and the toolkit still hold is to go within a moment.
        std::thread::sleep(Duration::from_secs(2));
        let found = find(process, &needles);
        println!("open: {found:#?}");
        assert!(has(&found, SECRET) && has(&found, VAULT_KEY) && has(&found, WRAPPING_KEY), "{found:#?}");
        assert!(!has(&found, ENTERED), "the password is not needed any more: {found:#?}");
    };
    let locked = |why: &str| {
        wait_for(why, || !has(&find(process, &needles), SECRET));
        std::thread::sleep(Duration::from_secs(1));
        let found = find(process, &needles);
        assert!(found.is_empty(), "{why}: {found:#?}");
    };
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
        let process = watch.0.id();
        wait_for("the vault opens", || has(&find(process, &needles), SECRET));
        std::thread::sleep(Duration::from_secs(2));
        let found = find(process, &needles);
        println!("watching: {found:#?}");
        assert!(has(&found, VAULT_KEY), "{found:#?}");
        assert!(!has(&found, ENTERED), "{found:#?}");
    }
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
