//! What needs a desktop: the system's keystore, and a clipboard. Skipped where this machine has none to start.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::harness::{Home, RFC_KEY, finish, totp};

fn has(program: &str) -> bool {
    let found = Command::new("sh").args(["-c", &format!("command -v {program}")]).stdout(Stdio::null()).status();
    let found = found.is_ok_and(|status| status.success());
    if !found {
        println!("skipped: no {program}");
    }
    found
}

/// A vault that opens by the device alone: what is sensitive needs a yes besides, and refuses without.
#[test]
#[cfg(target_os = "linux")]
fn a_vault_without_a_password_asks_for_a_yes() {
    if !(has("dbus-run-session") && has("gnome-keyring-daemon")) {
        return;
    }
    let home = Home::bare();
    let links = home.file("links", totp("GitHub", "mira"));
    let script = format!(
        r#"printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        say() {{ label=$1; shift; "$@"; echo "$label=$?"; }}
        otp() {{ '{binary}' --vault '{vault}' "$@" </dev/null 2>/dev/null; }}
        say create otp vault create --slot device --quiet
        '{binary}' --vault '{vault}' add - --quiet < '{links}'; echo "add=$?"
        say code otp code github --at 59
        for command in "rm github" "export --to json" "transfer show" "qr show github" "show github --secret" "vault password"; do
            otp $command >/dev/null; echo "$command=$?"
        done
        say show otp show github --quiet >/dev/null
        say export otp export --to json --yes
        say rm otp rm github --yes --quiet
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
    let out = &outcome.out;
    if out.contains("create=8") {
        println!("skipped: the keystore doesn't start here");
        return;
    }
    for line in ["create=0", "add=0", "94287082", "code=0", "export=0", "rm=0"] {
        assert!(out.lines().any(|have| have == line), "{line}: {outcome:?}");
    }
    for refused in
        ["rm github", "export --to json", "transfer show", "qr show github", "show github --secret", "vault password"]
    {
        assert!(out.contains(&format!("{refused}=8\n")), "{refused}: {outcome:?}");
    }
    assert_eq!(out.matches(RFC_KEY).count(), 1, "only the export with a yes: {outcome:?}");
}

/// A PIN opens the vault with its half in the keystore, and with nothing where the keystore has lost it.
#[test]
#[cfg(target_os = "linux")]
fn a_pin_opens_only_where_the_keystore_has_its_half() {
    if !(has("dbus-run-session") && has("gnome-keyring-daemon")) {
        return;
    }
    let home = Home::with(&[&totp("GitHub", "mira")]);
    for (name, text) in [("pin", "583920"), ("wrong", "583921"), ("short", "583"), ("new", "170468"), ("weak", "1234")]
    {
        home.file(name, text);
    }
    let script = format!(
        r#"printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        cd '{home}'
        otp() {{ file=$1; shift; '{binary}' --vault '{vault}' --password-file "$file" "$@" </dev/null 2>>err; }}
        say() {{ label=$1; shift; otp "$@"; echo "$label=$?"; }}
        say short password vault slots add pin --new-password-file short --quiet
        say add password vault slots add pin --new-password-file pin --quiet
        say twice password vault slots add pin --new-password-file pin --quiet
        say code pin code github --at 59 --with pin
        say wrong wrong code github --with pin
        say tries pin vault info --json
        say right pin list --with pin --quiet
        say rehearse pin vault rehearse --with pin --quiet
        say slots password vault slots --json
        say change pin vault slots change pin --with pin --new-password-file new --quiet
        say old pin list --with pin --quiet
        say new new list --with pin --quiet
        say weak new vault slots change pin --with pin --new-password-file weak
        say back weak vault slots change pin --with pin --new-password-file new --quiet
        say only new vault slots remove password --with pin --quiet
        '{binary}' --vault device vault create --slot device --recovery --json </dev/null >made 2>>err; echo "device=$?"
        '{binary}' --vault device list --quiet </dev/null 2>>err; echo "alone=$?"
        "#,
        home = home.path("").display(),
        binary = env!("CARGO_BIN_EXE_smartotp"),
        vault = home.vault().display(),
    );
    let run = |data: &str, script: &str| {
        let runtime = home.path(&format!("runtime-{data}"));
        std::fs::create_dir(&runtime).unwrap();
        let mut command = Command::new("dbus-run-session");
        command.args(["--", "sh", "-c", script]).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.env("HOME", home.path("")).env("XDG_RUNTIME_DIR", runtime).env("XDG_DATA_HOME", home.path(data));
        command.env_remove("DISPLAY").env_remove("WAYLAND_DISPLAY");
        finish(command, "")
    };
    let outcome = run("data", &script);
    if outcome.out.contains("add=8") {
        println!("skipped: the keystore doesn't start here");
        return;
    }
    let err = std::fs::read_to_string(home.path("err")).unwrap_or_default();
    for line in [
        "short=2",
        "add=0",
        "twice=8",
        "94287082",
        "code=0",
        "wrong=3",
        "tries=0",
        "right=0",
        "rehearse=0",
        "slots=0",
        "change=0",
        "old=3",
        "new=0",
        "weak=0",
        "back=0",
        "only=8",
        "device=0",
        "alone=0",
    ] {
        assert!(outcome.out.lines().any(|have| have == line), "{line}: {outcome:?} {err}");
    }
    assert!(outcome.out.contains(r#""wrong_tries":1"#) && outcome.out.contains(r#""in_keystore":true"#), "{outcome:?}");
    assert!(err.contains("first PINs that a thief tries"), "{err}");

    // The same user, with another keyring: this one has lost everything.
    let lost = format!(
        r#"printf keyring | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1
        cd '{home}'
        otp() {{ file=$1; shift; '{binary}' --vault '{vault}' --password-file "$file" "$@" </dev/null; }}
        otp new list --with pin --json; echo "pin=$?"
        otp password code github --at 59; echo "password=$?"
        otp password vault slots --json
        '{binary}' --vault '{vault}' vault slots --json </dev/null | grep -c '"in_keystore":false'
        sed -n 's/.*"recovery_key":"\([^"]*\)".*/\1/p' made >recovery
        device() {{ '{binary}' --vault device --password-file recovery "$@" </dev/null; }}
        '{binary}' --vault device list --json </dev/null; echo "alone=$?"
        device list --with recovery; echo "recovery=$?"
        device vault password --with recovery --new-password-file new --quiet; echo "no=$?"
        device vault password --with recovery --new-password-file new --yes --quiet; echo "locked=$?"
        '{binary}' --vault device --password-file new list --quiet </dev/null; echo "opened=$?"
        otp password vault slots change pin --new-password-file pin --quiet; echo "anew=$?"
        otp pin code github --at 59 --with pin --quiet; echo "again=$?"
        "#,
        home = home.path("").display(),
        binary = env!("CARGO_BIN_EXE_smartotp"),
        vault = home.vault().display(),
    );
    let outcome = run("lost", &lost);
    let expected =
        ["pin=3", "password=0", "1", "alone=3", "recovery=0", "no=8", "locked=0", "opened=0", "anew=0", "again=0"];
    for line in expected {
        assert!(outcome.out.lines().any(|have| have == line), "{line}: {outcome:?}");
    }
    assert!(outcome.out.contains(r#""in_keystore":false"#), "{outcome:?}");
    assert!(outcome.err.contains(r#""code":"pin_lost""#) && outcome.err.contains("lost its half"), "{outcome:?}");
}

/// An X server of its own, ended when dropped.
struct Screen {
    server: Child,
    display: String,
}

impl Screen {
    fn start() -> Option<Self> {
        if !has("Xvfb") {
            return None;
        }
        let mut command = Command::new("Xvfb");
        command.args(["-displayfd", "1", "-screen", "0", "64x64x24", "-nolisten", "tcp"]);
        let mut server = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut number = String::new();
        BufReader::new(server.stdout.take().unwrap()).read_line(&mut number).unwrap();
        Some(Self { server, display: format!(":{}", number.trim()) })
    }

    /// What lies on the clipboard, read by another program: this one, started once more.
    fn clipboard(&self) -> String {
        let mut command = Command::new(std::env::current_exe().unwrap());
        command.args(["--exact", "desktop::prints_the_clipboard", "--ignored", "--nocapture"]);
        command.env("DISPLAY", &self.display).env_remove("WAYLAND_DISPLAY").stdout(Stdio::piped());
        let outcome = finish(command, "");
        let text = outcome.out.split_once("clipboard[").and_then(|(_, rest)| rest.split_once(']'));
        text.map(|(text, _)| text.to_owned()).unwrap_or_else(|| panic!("{outcome:?}"))
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

#[test]
#[ignore = "part of the clipboard test"]
fn prints_the_clipboard() {
    let text = arboard::Clipboard::new().and_then(|mut clipboard| clipboard.get_text()).unwrap_or_default();
    println!("clipboard[{text}]");
}

#[test]
#[cfg(target_os = "linux")]
fn a_copied_code_outlives_the_call_and_is_cleared() {
    let Some(screen) = Screen::start() else { return };
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let mut command = home.command(&["code", "github", "--at", "59", "--copy", "--clear-after", "4", "--vault"]);
    command.arg(home.vault()).arg("--password-file").arg(home.path("password")).env("DISPLAY", &screen.display);
    let outcome = finish(command, "");
    assert_eq!((outcome.code, outcome.out.as_str()), (0, ""), "{outcome:?}");
    assert!(outcome.err.contains("4 seconds"), "{outcome:?}");
    assert_eq!(screen.clipboard(), "94287082");
    std::thread::sleep(Duration::from_secs(6));
    assert_eq!(screen.clipboard(), "");
}

#[test]
fn without_a_clipboard_nothing_is_said_to_be_copied() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    // The harness clears the surroundings: there is no display.
    #[cfg(target_os = "linux")]
    assert_eq!(home.run(&["code", "github", "--copy"]).code, 1);
    drop(home);
}
