//! `smartotp backup` with Google Drive, Dropbox and OneDrive: sign in, back up, look, restore, tidy, sign in again.
#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::io::{BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use serde_json::Value;
use smartotp_core::backup::cloud::Cloud;
use smartotp_tests::clouds::{Clouds, Person};
use tempfile::TempDir;

/// A person with a vault, beside the clouds of a test.
struct Beside<'a> {
    home: TempDir,
    clouds: &'a Clouds,
}

/// What a command said.
#[derive(Debug)]
struct Said {
    exit: i32,
    out: Value,
    err: String,
}

impl<'a> Beside<'a> {
    fn new(clouds: &'a Clouds) -> Self {
        let beside = Self { home: tempfile::tempdir().unwrap(), clouds };
        for (file, text) in [("password", "of the vault"), ("backup", "of the backup")] {
            std::fs::write(beside.home.path().join(file), text).unwrap();
        }
        assert_eq!(beside.run(&["vault", "create"]).exit, 0);
        beside
    }

    fn path(&self, file: &str) -> String {
        self.home.path().join(file).display().to_string()
    }

    fn start(&self, arguments: &[&str]) -> Child {
        Command::new(env!("CARGO_BIN_EXE_smartotp-beside-clouds"))
            .args(["--vault", &self.path("vault"), "--password-file", &self.path("password"), "--json"])
            .args(arguments)
            .env("SMARTOTP_TEST_CLOUDS", self.clouds.address().to_string())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap()
    }

    fn run(&self, arguments: &[&str]) -> Said {
        said(self.start(arguments), String::new())
    }

    /// A command that somebody has to sign in for.
    fn run_signed_in(&self, arguments: &[&str], person: Person) -> Said {
        loop {
            let mut child = self.start(arguments);
            let mut reader = BufReader::new(child.stderr.take().unwrap());
            let (url, before) = url_of(&mut reader);
            let Some(url) = url else {
                // The three ports that Dropbox knows are with other tests.
                if before.contains("no_port") {
                    child.wait().unwrap();
                    std::thread::sleep(std::time::Duration::from_millis(100));
                    continue;
                }
                return said(child, before);
            };
            let back = self.clouds.visit(&url, person).unwrap();
            stranger(&back);
            let page = Clouds::come_back(&back);
            assert!(page.starts_with("HTTP/1.1 200"), "{page}");
            let mut err = String::new();
            reader.read_to_string(&mut err).unwrap();
            return said(child, before + &err);
        }
    }

    fn on(&self, cloud: Cloud, person: Person) -> Said {
        let backup = self.path("backup");
        let provider = cloud.kind().name();
        self.run_signed_in(&["backup", "on", "--provider", provider, "--backup-password-file", &backup], person)
    }

    fn add(&self, issuer: &str) {
        let file = self.path("secret");
        // Equal secrets would be one token.
        let secret = if issuer < "B" { "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" } else { "MFRGGZDFMZTWQ2LKNNWG23TPOBYXE43U" };
        std::fs::write(&file, secret).unwrap();
        let arguments = ["add", "--issuer", issuer, "--account", "mira@keller.example", "--secret-file", &file];
        assert_eq!(self.run(&arguments).exit, 0);
    }

    fn issuers(&self) -> Vec<String> {
        let list = self.run(&["list"]).out;
        let mut issuers: Vec<_> =
            list.as_array().unwrap().iter().map(|token| token["issuer"].as_str().unwrap().to_owned()).collect();
        issuers.sort();
        issuers
    }
}

/// The address that a command asks to open, with all that it said until then.
fn url_of(reader: &mut impl std::io::BufRead) -> (Option<String>, String) {
    let mut before = String::new();
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap() == 0 {
            return (None, before);
        }
        before += &line;
        let said: Value = serde_json::from_str(&line).unwrap_or_default();
        if let Some(url) = said["sign_in"]["url"].as_str() {
            return (Some(url.to_owned()), before);
        }
    }
}

/// Somebody else on this machine knocks first.
fn stranger(back: &str) {
    let host = back.strip_prefix("http://").unwrap().split('/').next().unwrap();
    for path in ["signed-in?code=stolen&state=guessed", "favicon.ico"] {
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET /{path} HTTP/1.1\r\nHost: {host}\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        assert!(answer.starts_with("HTTP/1.1 404"), "{answer}");
    }
}

fn said(child: Child, before: String) -> Said {
    let output = child.wait_with_output().unwrap();
    let err = before + &String::from_utf8(output.stderr).unwrap();
    let out = serde_json::from_slice(&output.stdout).unwrap_or_default();
    Said { exit: output.status.code().unwrap(), out, err }
}

fn the_whole_cycle(cloud: Cloud) {
    let clouds = Clouds::start();
    let one = Beside::new(&clouds);
    one.add("Aurora Bank");
    let denied = one.on(cloud, Person::Denies);
    assert_eq!(denied.exit, 3, "{denied:?}");
    assert!(denied.err.contains("sign_in_denied") && one.run(&["backup", "status"]).out["on"] == false);
    let on = one.on(cloud, Person::Allows);
    assert_eq!(on.exit, 0, "{on:?}");
    assert_eq!(
        (&on.out["provider"], &on.out["joined"], &on.out["written"]),
        (&cloud.kind().name().into(), &false.into(), &true.into())
    );

    let other = Beside::new(&clouds);
    other.add("Birch Mail");
    let on = other.on(cloud, Person::Allows);
    assert_eq!((on.exit, &on.out["joined"], &on.out["added"]), (0, &true.into(), &1.into()), "{on:?}");
    // An hour later.
    clouds.expire();
    let now = one.run(&["backup", "now"]);
    assert_eq!((now.exit, &now.out[0]["added"]), (0, &1.into()), "{now:?}");
    assert_eq!(
        (one.issuers(), other.issuers()),
        (vec!["Aurora Bank".to_owned(), "Birch Mail".to_owned()], one.issuers())
    );

    let list = one.run(&["backup", "list"]).out;
    let versions = list.as_array().unwrap();
    let newest = versions[0]["id"].as_str().unwrap();
    let inside = one.run(&["backup", "inspect", newest]);
    assert_eq!((inside.exit, inside.out["tokens"].as_array().unwrap().len()), (0, 2));
    assert_eq!(one.run(&["rm", "Birch Mail", "--yes"]).exit, 0);
    let restored = one.run(&["backup", "restore", "--version", newest]);
    assert_eq!((restored.exit, &restored.out["added"]), (0, &1.into()), "{restored:?}");
    assert_eq!(one.run(&["backup", "prune"]).exit, 0);

    // A third one only looks, without turning anything on.
    let third = Beside::new(&clouds);
    let arguments =
        ["backup", "restore", "--provider", cloud.kind().name(), "--backup-password-file", &third.path("backup")];
    let restored = third.run_signed_in(&arguments, Person::Allows);
    assert_eq!((restored.exit, third.issuers().len()), (0, 2), "{restored:?}");
    assert_eq!(third.run(&["backup", "status"]).out["on"], false);

    // The owner takes it back.
    clouds.revoke();
    let now = one.run(&["backup", "now"]);
    assert_eq!(now.exit, 3, "{now:?}");
    assert!(now.err.contains("signed_out"), "{now:?}");
    assert_eq!(one.run(&["backup", "status"]).out["places"][0]["sign_in_ended"], true);
    let again = one.run_signed_in(&["backup", "sign-in"], Person::Allows);
    assert_eq!((again.exit, &again.out[0]["place"]), (0, &1.into()), "{again:?}");
    assert_eq!(one.run(&["backup", "status"]).out["places"][0]["sign_in_ended"], false);
    assert_eq!(one.run(&["backup", "now"]).exit, 0);

    let deleted = one.run(&["backup", "delete", "--yes"]);
    assert_eq!((deleted.exit, clouds.files()), (0, 0), "{deleted:?}");
    assert_eq!(one.run(&["backup", "off", "--yes"]).exit, 0);
    assert_eq!(clouds.violations(), Vec::<String>::new());
    let traffic = clouds.traffic();
    for word in
        ["Aurora", "Birch", "keller", "GEZDGNBV", "MFRGGZDF", "12345678901234567890", "of the vault", "of the backup"]
    {
        assert!(memchr::memmem::find(&traffic, word.as_bytes()).is_none(), "{word}");
    }
    no_token_in_clear(one.home.path());
}

/// What a cloud gave lies in the sealed vault alone.
fn no_token_in_clear(home: &Path) {
    for file in std::fs::read_dir(home).unwrap().flatten().filter(|file| file.path().is_file()) {
        let bytes = std::fs::read(file.path()).unwrap();
        for word in ["refresh-", "access-"] {
            assert!(memchr::memmem::find(&bytes, word.as_bytes()).is_none(), "{word} in {}", file.path().display());
        }
    }
}

#[test]
fn the_whole_cycle_at_google_drive() {
    the_whole_cycle(Cloud::GoogleDrive);
}

#[test]
fn the_whole_cycle_at_dropbox() {
    the_whole_cycle(Cloud::Dropbox);
}

#[test]
fn the_whole_cycle_at_onedrive() {
    the_whole_cycle(Cloud::OneDrive);
}

#[test]
fn a_vault_that_does_not_open_and_a_folder_that_cannot_be_ask_nobody_to_sign_in() {
    let clouds = Clouds::start();
    let one = Beside::new(&clouds);
    let folder = one.run(&["backup", "on", "--provider", "gdrive", "--path", "a/../b"]);
    assert_eq!((folder.exit, folder.err.contains("sign_in")), (2, false), "{folder:?}");
    assert_eq!(one.run(&["backup", "sign-in"]).exit, 4);
    std::fs::write(one.path("password"), "another").unwrap();
    let locked = one.run(&["backup", "on", "--provider", "gdrive"]);
    assert_eq!((locked.exit, locked.err.contains("sign_in")), (3, false), "{locked:?}");
    assert!(clouds.calls().is_empty());
}
