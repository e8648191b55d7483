//! With the log at its loudest, nothing that it says gives anything away.

use std::process::{Command, Stdio};

use crate::bus::Bus;
use crate::harness::{Home, PASSWORD, RFC_KEY, finish, totp};
use crate::screen::{Screen, has, wait_for};

/// What a log must not hold, besides what `Home` looks for after every call.
const SECRETS: &[&str] =
    &[PASSWORD, RFC_KEY, "GEZDGNBV", "12345678901234567890", "94287082", "mira", "GitHub", "0JpdGhub"];

fn assert_silent(log: &str) {
    for secret in SECRETS {
        let line = log.lines().find(|line| line.to_lowercase().contains(&secret.to_lowercase()));
        assert!(line.is_none(), "{secret} in {line:?}");
    }
}

#[test]
fn the_window_types_unlocks_and_locks_without_a_word_of_it() {
    let (Some(screen), Some(bus)) = (Screen::start(), Bus::start()) else { return };
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let data = home.path("data/smartotp");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::copy(home.vault(), data.join("vault.smartotp")).unwrap();
    let login = bus.login_manager();
    let log = home.path("log");
    let mut command = home.command::<&str>(&[]);
    command.env("DISPLAY", &screen.display).env("DBUS_SYSTEM_BUS_ADDRESS", &bus.address);
    command.env("DBUS_SESSION_BUS_ADDRESS", &bus.address).env("LC_ALL", "C.UTF-8").env("SMARTOTP_LOG", "trace");
    command.stdout(std::fs::File::create(home.path("out")).unwrap()).stderr(std::fs::File::create(&log).unwrap());
    let app = crate::screen::Ends(command.spawn().unwrap());
    screen.focus(app.0.id());
    wait_for("sleep is held up", || login.held() == 1);
    screen.enter(PASSWORD);
    std::thread::sleep(std::time::Duration::from_secs(3));
    // A code is copied: the first card has the keyboard after a Tab or two, whatever has it gets a Return.
    for key in ["Tab", "Return", "Tab", "Return", "ctrl+l"] {
        screen.press(key);
    }
    login.sleep();
    drop(app);
    let log = std::fs::read_to_string(log).unwrap();
    assert!(log.contains("TRACE"), "the libraries say nothing at all: {log}");
    println!("{} lines, {} of them from zbus", log.lines().count(), log.matches(" zbus").count());
    assert_silent(&log);
    assert_silent(&std::fs::read_to_string(home.path("out")).unwrap());
}

/// The keystore's secrets pass over the bus, whose library logs every message whole.
#[test]
fn the_keystore_is_asked_without_a_word_of_it() {
    if !(has("dbus-run-session") && has("gnome-keyring-daemon")) {
        return;
    }
    let home = Home::bare();
    let links = home.file("links", totp("GitHub", "mira"));
    let script = format!(
        r#"export SMARTOTP_LOG=trace
        printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        otp() {{ '{binary}' --vault '{vault}' "$@"; }}
        otp vault create --slot device && otp add - < '{links}' && otp code github --at 59 && otp export --to json --yes
        "#,
        binary = env!("CARGO_BIN_EXE_smartotp"),
        vault = home.vault().display(),
        links = links.display(),
    );
    let runtime = home.path("runtime");
    std::fs::create_dir(&runtime).unwrap();
    let mut command = Command::new("dbus-run-session");
    command.args(["--", "sh", "-c", &script]).stdout(Stdio::piped()).stderr(Stdio::piped());
    command.env("HOME", home.path("")).env("XDG_RUNTIME_DIR", runtime).env("XDG_DATA_HOME", home.path("data"));
    command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
    let outcome = finish(command, "");
    if outcome.err.contains("keystore") {
        println!("skipped: the keystore doesn't start here");
        return;
    }
    assert_eq!(outcome.code, 0, "{outcome:?}");
    assert!(
        outcome.out.contains("94287082") && outcome.out.contains(RFC_KEY),
        "what was asked for is there: {outcome:?}"
    );
    assert!(outcome.err.matches("zbus").count() > 20, "the bus was spoken to: {outcome:?}");
    assert_silent(&outcome.err);
}
