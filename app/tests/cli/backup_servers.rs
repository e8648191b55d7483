//! `backup` to a WebDAV server on this machine, and what is said of addresses, passwords and servers that are not there.

use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::harness::{Home, Outcome, totp};

const SERVICE_PASSWORD: &str = "a-password-of-the-service";

struct Server(Child, u16);

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap().port()
}

/// `rclone serve webdav`, where it is installed.
fn server(folder: &Path) -> Option<Server> {
    std::fs::create_dir(folder).unwrap();
    let port = free_port();
    let address = format!("127.0.0.1:{port}");
    let mut command = Command::new("rclone");
    command.args(["serve", "webdav", "--addr", &address, "--user", "mira", "--pass", SERVICE_PASSWORD]);
    command.args(["--config", "/dev/null"]).arg(folder).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(child) = command.spawn() else {
        println!("skipped: no rclone");
        return None;
    };
    let server = Server(child, port);
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        assert!(begun.elapsed() < Duration::from_secs(30), "rclone does not start");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(server)
}

fn on(home: &Home, url: &str, service_password: &str) -> Outcome {
    let (backup, service) =
        (home.file("backup-password", "of the backup"), home.file("service-password", service_password));
    let named = ["backup", "on", "--json", "--provider", "webdav", "--url", url, "--user", "mira"];
    let files =
        ["--provider-password-file", service.to_str().unwrap(), "--backup-password-file", backup.to_str().unwrap()];
    home.run(&[&named[..], &files].concat())
}

#[test]
fn a_backup_goes_to_a_webdav_server_and_comes_back() {
    let one = Home::with(&[&totp("GitHub", "mira")]);
    let Some(server) = server(&one.path("dav")) else { return };
    let url = format!("http://127.0.0.1:{}/otp/", server.1);
    let refused = on(&one, &url, "wrong");
    assert_eq!((refused.code, refused.error()["code"].as_str().unwrap().to_owned()), (3, "service_refused".into()));
    let outcome = on(&one, &url, SERVICE_PASSWORD);
    assert_eq!((outcome.code, outcome.json()["written"].clone()), (0, true.into()), "{outcome:?}");
    assert!(outcome.err.contains("not_encrypted"), "{outcome:?}");
    let other = Home::new();
    assert_eq!(on(&other, &url, SERVICE_PASSWORD).json()["added"], 1);
    assert_eq!(other.json(&["list"])[0]["issuer"], "GitHub");
    assert_eq!(other.json(&["backup", "list"]).as_array().unwrap().len(), 1);
    // The password of the service is asked for no more: it lies in the vault, and nowhere else.
    assert!(!String::from_utf8_lossy(&std::fs::read(one.vault()).unwrap()).contains(SERVICE_PASSWORD));
    assert_eq!(one.json(&["backup", "now"])[0]["written"], false);
    drop(server);
    let away = one.run(&["backup", "now", "--json"]);
    assert_eq!((away.code, away.error()["code"].as_str().unwrap().to_owned()), (7, "place_unreachable".into()));
}

#[test]
fn addresses_that_give_something_away_are_refused() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    for (url, code) in [
        ("http://cloud.example/dav/", 8),
        ("http://localhost:1/", 8),
        ("https://mira:secret@cloud.example/", 2),
        ("cloud.example", 2),
        ("http://127.0.0.1:9/", 7),
    ] {
        let outcome = on(&home, url, SERVICE_PASSWORD);
        assert_eq!(outcome.code, code, "{url}: {outcome:?}");
        assert!(!outcome.err.contains("secret@"), "{outcome:?}");
    }
    assert_eq!(home.json(&["backup", "status"])["on"], false);
    let outcome =
        home.run(&["backup", "on", "--provider", "webdav", "--url", "https://cloud.example/", "--user", "mira"]);
    assert_eq!(outcome.code, 3, "{outcome:?}");
    assert_eq!(home.run(&["backup", "on", "--provider", "webdav"]).code, 2);
    assert_eq!(home.run(&["backup", "on", "--provider", "s3"]).code, 2);
}
