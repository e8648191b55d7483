//! Backups to other people's servers, on this machine, and over a line that fails.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;

use smartotp_core::backup::VersionId;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::{Provider as _, ProviderError};
use smartotp_core::backup::remote::{ConnectError, Patience, Remote};
use smartotp_core::backup::versions::{self, Opens};
use smartotp_core::secret::SecretText;
use smartotp_tests::devices::{Device, Shared, s3, webdav};
use smartotp_tests::servers::{self, PASSWORD, USER};
use tempfile::TempDir;

/// What every place must be good for.
fn a_place_is_good_for_two_devices(location: &Location) {
    let shared = Shared::new();
    let mut one = Device::new(location, shared.keys(), Patience::default());
    one.add(1);
    let first = one.backup().unwrap();
    assert!(first.written.is_some() && !first.stepped_back);
    assert_eq!(one.remote.list().unwrap(), [first.written.unwrap()]);
    // As a second phone does it: with nothing but the key.
    let keys = versions::unlock(&one.remote, &smartotp_core::backup::Unlock::Recovery(&shared.recovery));
    let mut other = Device::new(location, keys.unwrap().unwrap(), Patience::default());
    other.add(2);
    assert_eq!(other.backup().unwrap().taken_in.added, 1);
    one.backup().unwrap();
    other.backup().unwrap();
    assert_eq!(
        (one.issuers(), other.issuers()),
        (vec!["Issuer0001".to_owned(), "Issuer0002".to_owned()], one.issuers())
    );
    for device in [&mut one, &mut other] {
        assert!(device.backup().unwrap().written.is_none(), "they come to rest");
    }
    let place = &one.session.backup().places()[0];
    let read = versions::read_newest(&one.remote, Opens::Place(place), &()).unwrap();
    assert_eq!(read.tokens.len(), 2);
    let missing = VersionId::of(b"missing");
    assert!(matches!(one.remote.get(missing), Err(ProviderError::NoSuchVersion)));
    one.remote.delete(missing).unwrap();
    one.remote.delete(first.written.unwrap()).unwrap();
    assert!(!one.remote.list().unwrap().contains(&first.written.unwrap()));
    // A longer one, in many pieces.
    let bytes: Vec<u8> = (0..3_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let id = VersionId::of(&bytes);
    one.remote.put_new(id, &bytes).unwrap();
    assert!(one.remote.get(id).unwrap() == bytes);
    one.remote.delete(id).unwrap();
}

#[test]
fn webdav_that_honours_preconditions() {
    let home = tempfile::tempdir().unwrap();
    let folder = subfolder(&home, "dav");
    let Some(server) = servers::wsgidav(&folder) else { return };
    a_place_is_good_for_two_devices(&webdav("http", server.port, "", PASSWORD, ""));
    let wrong = Remote::new(&webdav("http", server.port, "", "wrong", "")).unwrap();
    assert!(matches!(wrong.list(), Err(ProviderError::Refused)));
}

#[test]
fn webdav_that_ignores_preconditions() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = servers::rclone(&subfolder(&home, "dav"), None) else { return };
    a_place_is_good_for_two_devices(&webdav("http", server.port, "", PASSWORD, ""));
    // A folder below, which is not there yet.
    let url = format!("http://127.0.0.1:{}/deep/er%20one", server.port);
    let (user, password) = (USER.into(), SecretText::from(PASSWORD));
    a_place_is_good_for_two_devices(&Location::WebDav { url, user, password, authority: String::new() });
    assert!(home.path().join("dav/deep/er one").read_dir().unwrap().count() > 0);
    let wrong = Remote::new(&webdav("http", server.port, "", "wrong", "")).unwrap();
    assert!(matches!(wrong.list(), Err(ProviderError::Refused)));
    let nobody = Remote::new(&webdav("http", servers::free_port(), "", PASSWORD, "")).unwrap();
    assert!(matches!(nobody.list(), Err(ProviderError::Unreachable { .. })));
}

#[test]
fn a_bucket_of_a_server_that_checks_signatures() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = servers::s3s(&subfolder(&home, "s3"), None) else { return };
    a_place_is_good_for_two_devices(&s3(server.port, "otp", PASSWORD));
    assert!(home.path().join("s3/backups/otp").read_dir().unwrap().count() > 0);
    let wrong = Remote::new(&s3(server.port, "otp", "another secret key")).unwrap();
    assert!(matches!(wrong.list(), Err(ProviderError::Refused)));
    let id = VersionId::of(b"bytes");
    assert!(matches!(wrong.put_new(id, b"bytes"), Err(ProviderError::Refused)));
    assert!(matches!(wrong.get(id), Err(ProviderError::Refused)));
}

#[test]
fn a_wrong_clock_is_told_from_a_wrong_key() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = servers::s3s(&subfolder(&home, "s3"), Some("+2h")) else { return };
    let remote = Remote::new(&s3(server.port, "otp", PASSWORD)).unwrap();
    assert!(matches!(remote.list(), Err(ProviderError::ClockWrong)), "{:?}", remote.list());
}

#[test]
fn a_bucket_of_a_server_that_checks_none() {
    let Some(server) = servers::s3() else { return };
    a_place_is_good_for_two_devices(&s3(server.port, "otp", PASSWORD));
}

#[test]
fn a_server_proves_itself_by_an_authority_that_is_trusted() {
    let home = tempfile::tempdir().unwrap();
    let Some(authority) = authority(home.path()) else {
        println!("skipped: no openssl");
        return;
    };
    let tls = (home.path().join("server.pem"), home.path().join("server.key"));
    let Some(server) = servers::rclone(&subfolder(&home, "dav"), Some((&tls.0, &tls.1))) else { return };
    a_place_is_good_for_two_devices(&webdav("https", server.port, "", PASSWORD, &authority));
    let untrusted = Remote::new(&webdav("https", server.port, "", PASSWORD, "")).unwrap();
    assert!(matches!(untrusted.list(), Err(ProviderError::Unreachable { .. })));
    let senseless = Remote::new(&webdav("https", server.port, "", PASSWORD, "no certificate")).map(|_| ());
    assert_eq!(senseless, Err(ConnectError::Certificates));
}

/// Makes an authority and a server's certificate; gives the authority's.
fn authority(folder: &Path) -> Option<String> {
    let openssl = |arguments: &str| {
        let output = Command::new("openssl").args(arguments.split(' ')).current_dir(folder).output().ok()?;
        output.status.success().then_some(())
    };
    std::fs::write(folder.join("names"), "subjectAltName=IP:127.0.0.1\nbasicConstraints=CA:FALSE\n").ok()?;
    let key = "-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes";
    openssl(&format!("req -x509 {key} -keyout ca.key -out ca.pem -days 2 -subj /CN=authority"))?;
    openssl(&format!("req {key} -keyout server.key -out server.csr -subj /CN=server"))?;
    openssl(
        "x509 -req -in server.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 2 -out server.pem -extfile names",
    )?;
    std::fs::read_to_string(folder.join("ca.pem")).ok()
}

fn subfolder(home: &TempDir, name: &str) -> PathBuf {
    let folder = home.path().join(name);
    std::fs::create_dir(&folder).unwrap();
    folder
}
