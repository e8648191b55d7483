//! Other people's servers, started on this machine for one test each.
#![allow(
    clippy::expect_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// Who logs in.
pub const USER: &str = "mira";
/// Their password there.
pub const PASSWORD: &str = "a-password-of-the-server";
/// The bucket of [`s3s`] and [`s3`].
pub const BUCKET: &str = "backups";

/// A server; it ends with this.
#[derive(Debug)]
pub struct Server {
    child: Child,
    /// Where it listens.
    pub port: u16,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// A port that nobody has.
///
/// # Panics
/// Where this machine has none.
#[must_use]
pub fn free_port() -> u16 {
    TcpListener::bind(("127.0.0.1", 0)).and_then(|listener| listener.local_addr()).expect("a free port").port()
}

/// `wsgidav` over a folder: WebDAV that honours preconditions. `None`: it is not installed.
#[must_use]
pub fn wsgidav(folder: &Path) -> Option<Server> {
    let config = folder.with_extension("yaml");
    let root = folder.display();
    let text = format!(
        "server: cheroot\nprovider_mapping:\n  '/': '{root}'\nsimple_dc:\n  user_mapping:\n    '*':\n      {USER}:\n        password: {PASSWORD}\nhttp_authenticator:\n  accept_basic: true\n  accept_digest: false\n  default_to_digest: false\nlock_storage: true\nverbose: 1\n"
    );
    std::fs::write(&config, text).ok()?;
    start("wsgidav", |port| {
        let port = port.to_string();
        ["--config".into(), config.display().to_string(), "--host".into(), "127.0.0.1".into(), "--port".into(), port]
            .into()
    })
}

/// `rclone serve webdav` over a folder: WebDAV that ignores preconditions; over TLS where there are a certificate and a key.
#[must_use]
pub fn rclone(folder: &Path, tls: Option<(&Path, &Path)>) -> Option<Server> {
    start("rclone", |port| {
        let mut arguments = vec!["serve".to_owned(), "webdav".to_owned(), folder.display().to_string()];
        arguments.extend(["--addr".into(), format!("127.0.0.1:{port}"), "--user".into(), USER.into()]);
        arguments.extend(["--pass".into(), PASSWORD.into(), "--config".into(), "/dev/null".into()]);
        if let Some((certificate, key)) = tls {
            arguments.extend(["--cert".into(), certificate.display().to_string()]);
            arguments.extend(["--key".into(), key.display().to_string()]);
        }
        arguments
    })
}

/// `s3s-fs` over a folder, with one bucket: S3 that checks signatures, and the time in them. `clock`: what its own clock says, as
/// `faketime` takes it.
#[must_use]
pub fn s3s(folder: &Path, clock: Option<&str>) -> Option<Server> {
    std::fs::create_dir_all(folder.join(BUCKET)).ok()?;
    let program = if clock.is_some() { "faketime" } else { "s3s-fs" };
    if Command::new("s3s-fs").arg("--version").stdout(Stdio::null()).status().is_err() {
        println!("skipped: no s3s-fs");
        return None;
    }
    start(program, |port| {
        let mut arguments = match clock {
            // `faketime` starts a process of its own, which ends with it.
            Some(clock) => ["-f", clock, "setpriv", "--pdeathsig", "KILL", "s3s-fs"].map(str::to_owned).into(),
            None => Vec::new(),
        };
        arguments.extend(["--host".into(), "127.0.0.1".into(), "--port".into(), port.to_string()]);
        arguments.extend(["--access-key".into(), USER.into(), "--secret-key".into(), PASSWORD.into()]);
        arguments.push(folder.display().to_string());
        arguments
    })
}

/// `moto_server` with one bucket: S3 that checks no signature.
#[must_use]
pub fn s3() -> Option<Server> {
    let server = start("moto_server", |port| ["-H".into(), "127.0.0.1".into(), "-p".into(), port.to_string()].into())?;
    let request =
        format!("PUT /{BUCKET} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
    let mut stream = TcpStream::connect(("127.0.0.1", server.port)).ok()?;
    stream.write_all(request.as_bytes()).ok()?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer).ok()?;
    answer.starts_with("HTTP/1.1 200").then_some(server)
}

fn start(program: &str, arguments: impl FnOnce(u16) -> Vec<String>) -> Option<Server> {
    let port = free_port();
    let spawned = Command::new(program)
        .args(arguments(port))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .env_remove("http_proxy")
        .spawn();
    let Ok(child) = spawned else {
        println!("skipped: no {program}");
        return None;
    };
    let mut server = Server { child, port };
    let begun = Instant::now();
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        let ended = server.child.try_wait().ok().flatten();
        assert!(ended.is_none() && begun.elapsed() < Duration::from_secs(60), "{program} does not start: {ended:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
    Some(server)
}
