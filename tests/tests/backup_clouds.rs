//! Backups to Google Drive, Dropbox and OneDrive: small servers after their published interfaces stand in for them.
#![allow(clippy::unwrap_used, reason = "a test stops where something fails")]

use std::sync::Arc;
use std::thread;
use std::time::Duration;

use smartotp_core::backup::cloud::{Cloud, SignIn};
use smartotp_core::backup::location::Location;
use smartotp_core::backup::oauth::{self, Page, SignInError};
use smartotp_core::backup::provider::{Provider as _, ProviderError};
use smartotp_core::backup::remote::Remote;
use smartotp_core::backup::versions::{self, BackupError, Done, How, Opens};
use smartotp_core::backup::{Keys, Lock, Unlock, VersionId};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::Kind;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Credential, Environment, NewSlot, ProcessClock, RecoveryKey, Session, SystemEntropy};
use smartotp_tests::clouds::{Clouds, Person};
use tempfile::TempDir;

const PAGE: Page<'_> = Page { language: "en", title: "Smart OTP", done: "You can close this.", denied: "Not let in." };
const NOW: u64 = 1_700_000_000;

fn sign_in(clouds: &Clouds, cloud: Cloud, person: Person) -> Result<SignIn, SignInError> {
    // Other tests may sit on the three ports that Dropbox knows.
    let waiting = loop {
        match oauth::begin_here(cloud, Clouds::client(cloud), &SystemEntropy) {
            Err(SignInError::System) => thread::sleep(Duration::from_millis(50)),
            begun => break begun?,
        }
    };
    let back = clouds.visit(waiting.url(), person).unwrap();
    let browser = thread::spawn(move || Clouds::come_back(&back));
    let outcome = waiting.finish(&PAGE, &clouds.network(), &|| false);
    let page = browser.join().unwrap();
    let said = if person == Person::Denies { PAGE.denied } else { PAGE.done };
    assert!(page.starts_with("HTTP/1.1 200") && page.contains(said), "{page}");
    outcome
}

/// A folder at a cloud, signed in to.
fn location(clouds: &Clouds, cloud: Cloud) -> Location {
    let sign_in = sign_in(clouds, cloud, Person::Allows).unwrap();
    Location::Cloud { cloud, folder: cloud.usual_folder().into(), sign_in }
}

/// A device: a vault with the backup turned on.
struct Device {
    home: TempDir,
    session: Session,
    remote: Remote,
}

impl Device {
    fn new(clouds: &Clouds, location: Location, recovery: &RecoveryKey) -> Self {
        let home = tempfile::tempdir().unwrap();
        let slot = NewSlot::Password(SecretText::from("of the vault"), Cost::FLOOR);
        let mut session = Session::create(environment(&home), slot).unwrap();
        let remote = Remote::over(&location, &clouds.network()).unwrap();
        let keys = versions::unlock(&remote, &Unlock::Recovery(recovery)).unwrap();
        let keys = keys.unwrap_or_else(|| Keys::new(&[Lock::Recovery(recovery)], &SystemEntropy).unwrap());
        session.add_place(location, keys).unwrap();
        Self { home, session, remote }
    }

    /// The same device, started anew: what it knows is what its vault holds.
    fn restarted(self, clouds: &Clouds) -> Self {
        let Self { home, session, remote } = self;
        drop((session, remote));
        let password = SecretText::from("of the vault");
        let (session, _) = Session::open(environment(&home), Credential::Password(password)).unwrap();
        let remote = Remote::over(&session.backup().places()[0].location, &clouds.network()).unwrap();
        Self { home, session, remote }
    }

    fn add(&mut self, number: u32) {
        let secret = Secret::from_bytes(format!("the secret number {number:04}").into_bytes());
        let account = format!("mira-{number}@keller.example");
        let enrolment = Enrolment::new(format!("Issuer{number}"), account, secret, Kind::usual_totp());
        self.session.add(vec![enrolment]).unwrap();
    }

    fn backup(&mut self) -> Result<Done, BackupError> {
        let how = How { device: "Mira's phone", now: NOW, entropy: &SystemEntropy, verify: true };
        versions::now(&mut self.session, &self.remote, 1, &how, &())
    }

    fn issuers(&self) -> Vec<String> {
        let tokens = self.session.contents().tokens().iter();
        let mut issuers: Vec<String> = tokens.map(|token| token.issuer.clone()).collect();
        issuers.sort();
        issuers
    }

    fn has_ended(&self) -> bool {
        self.session.backup().places()[0].location.sign_in().unwrap().has_ended()
    }
}

fn environment(home: &TempDir) -> Environment {
    let file = home.path().join("vault.smartotp");
    Environment { file, entropy: Arc::new(SystemEntropy), keystore: None, boot: Arc::new(ProcessClock::start()) }
}

fn recovery() -> RecoveryKey {
    RecoveryKey::generate(&SystemEntropy).unwrap()
}

/// Nothing that should not happen has happened, and nothing of a token has left the devices.
fn nothing_leaked(clouds: &Clouds) {
    assert_eq!(clouds.violations(), Vec::<String>::new());
    let traffic = clouds.traffic();
    for word in ["Issuer1", "mira-1", "keller", "the secret number", "Mira", "phone", "of the vault"] {
        assert!(memchr::memmem::find(&traffic, word.as_bytes()).is_none(), "{word}");
    }
    assert!(traffic.len() > 5_000);
}

fn a_cloud_is_good_for_two_devices(cloud: Cloud) {
    let (clouds, recovery) = (Clouds::start(), recovery());
    let mut one = Device::new(&clouds, location(&clouds, cloud), &recovery);
    one.add(1);
    let first = one.backup().unwrap();
    assert!(first.written.is_some() && !first.stepped_back);
    assert_eq!(one.remote.list().unwrap(), [first.written.unwrap()]);
    let mut other = Device::new(&clouds, location(&clouds, cloud), &recovery);
    other.add(2);
    assert_eq!(other.backup().unwrap().taken_in.added, 1);
    one.backup().unwrap();
    other.backup().unwrap();
    assert_eq!((one.issuers(), other.issuers()), (vec!["Issuer1".to_owned(), "Issuer2".to_owned()], one.issuers()));
    for device in [&mut one, &mut other] {
        assert!(device.backup().unwrap().written.is_none(), "they come to rest");
    }
    // More versions than fit on two pages of a list.
    for number in 3..10 {
        one.add(number);
        one.backup().unwrap();
    }
    let mut other = other.restarted(&clouds);
    assert_eq!(other.backup().unwrap().taken_in.added, 7);
    assert_eq!((other.remote.list().unwrap().len(), clouds.files()), (9, 9));
    let place = &other.session.backup().places()[0];
    assert_eq!(versions::read_newest(&other.remote, Opens::Place(place), &()).unwrap().tokens.len(), 9);
    assert_eq!(versions::read_all(&other.remote, Opens::Place(place), &()).unwrap().versions().len(), 9);

    let missing = VersionId::of(b"missing");
    assert!(matches!(one.remote.get(missing), Err(ProviderError::NoSuchVersion)));
    one.remote.delete(missing).unwrap();
    one.remote.delete(first.written.unwrap()).unwrap();
    assert!(matches!(other.remote.get(first.written.unwrap()), Err(ProviderError::NoSuchVersion)));
    // A longer one, in several pieces where the cloud wants that.
    let bytes: Vec<u8> = (0..9_000_000_u32).map(|number| number.to_le_bytes()[0]).collect();
    let id = VersionId::of(&bytes);
    one.remote.put_new(id, &bytes).unwrap();
    assert!(one.remote.get(id).unwrap() == bytes);
    one.remote.delete(id).unwrap();
    versions::delete_all(&mut other.session, &other.remote, 1, &()).unwrap();
    assert_eq!((clouds.files(), other.issuers().len()), (0, 9));
    nothing_leaked(&clouds);
}

#[test]
fn google_drive() {
    a_cloud_is_good_for_two_devices(Cloud::GoogleDrive);
}

#[test]
fn dropbox() {
    a_cloud_is_good_for_two_devices(Cloud::Dropbox);
}

#[test]
fn onedrive() {
    a_cloud_is_good_for_two_devices(Cloud::OneDrive);
}

#[test]
fn a_folder_of_another_name_is_made_and_found_again() {
    for cloud in Cloud::ALL {
        let (clouds, recovery) = (Clouds::start(), recovery());
        let sign_in = sign_in(&clouds, cloud, Person::Allows).unwrap();
        let location = Location::Cloud { cloud, folder: "Deep down/Er zwei".into(), sign_in };
        let mut device = Device::new(&clouds, location, &recovery);
        device.add(1);
        let written = device.backup().unwrap().written.unwrap();
        let mut device = device.restarted(&clouds);
        assert_eq!(device.remote.list().unwrap(), [written], "{cloud:?}");
        assert!(device.backup().unwrap().written.is_none());
        nothing_leaked(&clouds);
    }
}

#[test]
fn access_runs_out_in_the_middle_of_a_backup_and_nobody_notices() {
    for cloud in Cloud::ALL {
        let (clouds, recovery) = (Clouds::start(), recovery());
        let mut device = Device::new(&clouds, location(&clouds, cloud), &recovery);
        for turn in 0..6 {
            clouds.expire_after(turn);
            device.add(turn);
            device.backup().unwrap();
        }
        // A backup makes a few calls: not every turn comes to its end.
        assert!(clouds.refreshes() >= 3, "{cloud:?}");
        // OneDrive's refresh token is another one by now, and the vault has it: an older one would end the sign-in.
        for _ in 0..2 {
            device = device.restarted(&clouds);
            device.backup().unwrap();
        }
        assert!(!device.has_ended());
        nothing_leaked(&clouds);
    }
}

#[test]
fn what_was_taken_back_is_told_and_after_signing_in_again_nothing_is_missing() {
    for cloud in Cloud::ALL {
        let (clouds, recovery) = (Clouds::start(), recovery());
        let mut device = Device::new(&clouds, location(&clouds, cloud), &recovery);
        device.add(1);
        device.backup().unwrap();
        clouds.revoke();
        device.add(2);
        assert!(matches!(device.backup(), Err(BackupError::Place(ProviderError::SignedOut))), "{cloud:?}");
        let mut device = device.restarted(&clouds);
        assert!(device.has_ended(), "the vault knows it");
        assert_eq!((device.issuers().len(), device.session.backup().places()[0].versions().len()), (2, 1));
        assert!(matches!(device.backup(), Err(BackupError::Place(ProviderError::SignedOut))));
        let again = sign_in(&clouds, cloud, Person::Allows).unwrap();
        device.session.set_sign_in(1, again).unwrap();
        let mut device = device.restarted(&clouds);
        let done = device.backup().unwrap();
        assert!(done.written.is_some() && !done.stepped_back && !device.has_ended());
        assert_eq!(clouds.files(), 2);
        nothing_leaked(&clouds);
    }
}

#[test]
fn a_full_cloud_and_a_busy_one_say_so_and_nothing_counts_as_backed_up() {
    for cloud in Cloud::ALL {
        let (clouds, recovery) = (Clouds::start(), recovery());
        let mut device = Device::new(&clouds, location(&clouds, cloud), &recovery);
        device.add(1);
        clouds.set_full(true);
        assert!(matches!(device.backup(), Err(BackupError::Place(ProviderError::Full))), "{cloud:?}");
        assert!(matches!(device.remote.put_new(VersionId::of(b"x"), &vec![0; 5_000_000]), Err(ProviderError::Full)));
        clouds.set_full(false);
        clouds.set_busy(1);
        let outcome = device.backup();
        let Err(BackupError::Place(ProviderError::Busy { retry_after })) = outcome else { panic!("{outcome:?}") };
        assert_eq!((retry_after, clouds.files()), (Some(17), 0));
        device.backup().unwrap();
        assert_eq!(clouds.files(), 1);
    }
}

#[test]
fn a_person_who_says_no_or_leaves_out_a_tick_signs_in_nobody() {
    let clouds = Clouds::start();
    for cloud in Cloud::ALL {
        assert_eq!(sign_in(&clouds, cloud, Person::Denies).unwrap_err(), SignInError::Denied);
        assert_eq!(sign_in(&clouds, cloud, Person::AllowsLess).unwrap_err(), SignInError::NotAllowed);
    }
}

#[test]
fn a_code_is_good_once_and_only_for_who_began() {
    let clouds = Clouds::start();
    let begin = |port: u16| {
        let redirect = format!("http://127.0.0.1:{port}/signed-in");
        oauth::begin(Cloud::OneDrive, Clouds::client(Cloud::OneDrive), &redirect, &SystemEntropy).unwrap()
    };
    let refused = SignInError::Refused { code: "invalid_grant".into() };
    // Somebody else on this machine saw the answer, but does not have the verifier.
    let (own, thief) = (begin(5000), begin(5000));
    let back = clouds.visit(own.url(), Person::Allows).unwrap();
    assert_eq!(thief.read(&back).unwrap_err(), SignInError::Foreign);
    let code = own.read(&back).unwrap();
    assert_eq!(thief.finish(code, &clouds.network()).unwrap_err(), refused);
    // The code is used up by that.
    let code = own.read(&back).unwrap();
    assert_eq!(own.finish(code, &clouds.network()).unwrap_err(), refused);
    // A phone: the answer comes in by the system.
    let own = begin(5000);
    let code = own.read(&clouds.visit(own.url(), Person::Allows).unwrap()).unwrap();
    assert!(!own.finish(code, &clouds.network()).unwrap().has_ended());
}

#[test]
fn two_devices_that_made_the_folder_at_once_come_together() {
    let (clouds, recovery) = (Clouds::start(), recovery());
    let mut one = Device::new(&clouds, location(&clouds, Cloud::GoogleDrive), &recovery);
    one.add(1);
    one.backup().unwrap();
    // A folder of the same name, newer: who comes now finds that one.
    clouds.double_folder("Smart OTP");
    let mut other = Device::new(&clouds, location(&clouds, Cloud::GoogleDrive), &recovery);
    other.add(2);
    other.backup().unwrap();
    // The one that has the other folder notices, says so, and both have everything.
    let mut one = one.restarted(&clouds);
    one.session.add_place(one.session.backup().places()[0].location.duplicate(), keys_of(&one, &recovery)).unwrap();
    let done = one.backup().unwrap();
    assert!(done.stepped_back && done.written.is_some());
    other.backup().unwrap();
    assert_eq!((one.issuers(), other.issuers().len()), (other.issuers(), 2));
    nothing_leaked(&clouds);
}

fn keys_of(device: &Device, recovery: &RecoveryKey) -> Keys {
    versions::unlock(&device.remote, &Unlock::Recovery(recovery)).unwrap().unwrap()
}
