//! Backups to other people's servers, on this machine, and over a line that fails.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use smartotp_core::backup::location::Location;
use smartotp_core::backup::provider::{Provider as _, ProviderError};
use smartotp_core::backup::remote::{ConnectError, Remote};
use smartotp_core::backup::versions::{self, BackupError, Done, How, Opens};
use smartotp_core::backup::{Keys, Lock, VersionId};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::Kind;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Environment, NewSlot, ProcessClock, RecoveryKey, Session, SystemEntropy};
use smartotp_tests::fault_proxy::FaultProxy;
use smartotp_tests::servers::{self, BUCKET, PASSWORD, USER};
use tempfile::TempDir;

/// A device: a vault with the backup turned on.
struct Device {
    _home: TempDir,
    session: Session,
    remote: Remote,
}

impl Device {
    fn new(location: &Location, recovery: &RecoveryKey) -> Self {
        let home = tempfile::tempdir().unwrap();
        let (file, entropy) = (home.path().join("vault.smartotp"), Arc::new(SystemEntropy));
        let environment = Environment { file, entropy, keystore: None, boot: Arc::new(ProcessClock::start()) };
        let slot = NewSlot::Password(SecretText::from("of the vault"), Cost::FLOOR);
        let mut session = Session::create(environment, slot).unwrap();
        let remote = Remote::new(location).unwrap();
        let found = versions::unlock(&remote, &smartotp_core::backup::Unlock::Recovery(recovery));
        let keys = found.ok().flatten();
        let keys = keys.unwrap_or_else(|| Keys::new(&[Lock::Recovery(recovery)], &SystemEntropy).unwrap());
        session.add_place(location.duplicate(), keys).unwrap();
        Self { _home: home, session, remote }
    }

    fn add(&mut self, number: u32) {
        let secret = Secret::from_bytes(format!("the secret number {number:04}").into_bytes());
        let account = format!("mira-{number}@keller.example");
        let enrolment = Enrolment::new(format!("Issuer{number}"), account, secret, Kind::usual_totp());
        self.session.add(vec![enrolment]).unwrap();
    }

    fn backup(&mut self) -> Result<Done, BackupError> {
        let how = How { device: "Mira's phone", now: 1_700_000_000, entropy: &SystemEntropy, verify: true };
        versions::now(&mut self.session, &self.remote, 1, &how, &())
    }

    fn issuers(&self) -> Vec<String> {
        let tokens = self.session.contents().tokens().iter();
        let mut issuers: Vec<String> = tokens.map(|token| token.issuer.clone()).collect();
        issuers.sort();
        issuers
    }
}

fn recovery() -> RecoveryKey {
    RecoveryKey::generate(&SystemEntropy).unwrap()
}

fn webdav(scheme: &str, port: u16, password: &str, authority: &str) -> Location {
    Location::WebDav {
        url: format!("{scheme}://127.0.0.1:{port}/"),
        user: USER.into(),
        password: SecretText::from(password),
        authority: authority.into(),
    }
}

fn s3(port: u16) -> Location {
    Location::S3 {
        url: format!("http://127.0.0.1:{port}"),
        bucket: BUCKET.into(),
        region: "eu-central-1".into(),
        folder: "otp".into(),
        key_id: USER.into(),
        secret_key: SecretText::from(PASSWORD),
        authority: String::new(),
    }
}

/// What every place must be good for.
fn a_place_is_good_for_two_devices(location: &Location) {
    let recovery = recovery();
    let mut one = Device::new(location, &recovery);
    one.add(1);
    let first = one.backup().unwrap();
    assert!(first.written.is_some() && !first.stepped_back);
    assert_eq!(one.remote.list().unwrap(), [first.written.unwrap()]);
    let mut other = Device::new(location, &recovery);
    other.add(2);
    assert_eq!(other.backup().unwrap().taken_in.added, 1);
    one.backup().unwrap();
    other.backup().unwrap();
    assert_eq!((one.issuers(), other.issuers()), (vec!["Issuer1".to_owned(), "Issuer2".to_owned()], one.issuers()));
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
    a_place_is_good_for_two_devices(&webdav("http", server.port, PASSWORD, ""));
    let wrong = Remote::new(&webdav("http", server.port, "wrong", "")).unwrap();
    assert!(matches!(wrong.list(), Err(ProviderError::Refused)));
}

#[test]
fn webdav_that_ignores_preconditions() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = servers::rclone(&subfolder(&home, "dav"), None) else { return };
    a_place_is_good_for_two_devices(&webdav("http", server.port, PASSWORD, ""));
    // A folder below, which is not there yet.
    let url = format!("http://127.0.0.1:{}/deep/er%20one", server.port);
    let (user, password) = (USER.into(), SecretText::from(PASSWORD));
    a_place_is_good_for_two_devices(&Location::WebDav { url, user, password, authority: String::new() });
    assert!(home.path().join("dav/deep/er one").read_dir().unwrap().count() > 0);
    let wrong = Remote::new(&webdav("http", server.port, "wrong", "")).unwrap();
    assert!(matches!(wrong.list(), Err(ProviderError::Refused)));
    let nobody = Remote::new(&webdav("http", servers::free_port(), PASSWORD, "")).unwrap();
    assert!(matches!(nobody.list(), Err(ProviderError::Unreachable { .. })));
}

#[test]
fn a_bucket() {
    let Some(server) = servers::s3() else { return };
    a_place_is_good_for_two_devices(&s3(server.port));
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
    a_place_is_good_for_two_devices(&webdav("https", server.port, PASSWORD, &authority));
    let untrusted = Remote::new(&webdav("https", server.port, PASSWORD, "")).unwrap();
    assert!(matches!(untrusted.list(), Err(ProviderError::Unreachable { .. })));
    let senseless = Remote::new(&webdav("https", server.port, PASSWORD, "no certificate")).map(|_| ());
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

#[test]
fn five_devices_over_a_line_that_fails_lose_nothing_and_nothing_of_a_token_is_on_it() {
    let home = tempfile::tempdir().unwrap();
    let runs: u64 = std::env::var("SMARTOTP_FAULT_RUNS").ok().and_then(|runs| runs.parse().ok()).unwrap_or(3);
    for run in 0..runs {
        let folder = subfolder(&home, &format!("dav{run}"));
        let server = if run % 2 == 0 { servers::rclone(&folder, None) } else { servers::wsgidav(&folder) };
        let Some(server) = server else { return };
        let proxy = FaultProxy::before(server.port, 25, run + 1);
        let (location, recovery) = (webdav("http", proxy.port, PASSWORD, ""), recovery());
        // One key for all, made before there is anything to be opened.
        let keys = Keys::new(&[Lock::Recovery(&recovery)], &SystemEntropy).unwrap();
        let sealed = keys.seal(&smartotp_core::backup::Origin::default(), &[], &SystemEntropy).unwrap();
        let keys = || Keys::unlock(&sealed, &smartotp_core::backup::Unlock::Recovery(&recovery)).unwrap();
        let mut devices: Vec<Device> = (0..5).map(|_| Device::new(&location, &recovery)).collect();
        for device in &mut devices {
            device.session.add_place(location.duplicate(), keys()).unwrap();
        }
        let (mut all, mut failed) = (Vec::new(), 0);
        for turn in 0..25_u32 {
            let device = &mut devices[(turn * 3 % 5) as usize];
            device.add(turn);
            all.push(format!("Issuer{turn}"));
            match device.backup() {
                // What is said to be there is there.
                Ok(done) => assert!(folder.join(done.head.unwrap().file_name()).exists()),
                Err(BackupError::Place(_) | BackupError::NotVerified) => failed += 1,
                Err(error) => panic!("{error}"),
            }
        }
        proxy.mend();
        for _ in 0..3 {
            for device in &mut devices {
                device.backup().unwrap();
            }
        }
        all.sort();
        for device in &mut devices {
            assert_eq!(device.issuers(), all, "run {run}");
            assert!(device.backup().unwrap().written.is_none());
        }
        println!("run {run}: {failed} of 25 backups failed, and said so");
        let traffic = proxy.traffic();
        for word in ["Issuer1", "mira-1", "keller", "the secret number", "phone"] {
            assert!(memchr::memmem::find(&traffic, word.as_bytes()).is_none(), "{word}");
        }
        assert!(traffic.len() > 50_000);
    }
}
