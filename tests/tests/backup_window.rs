//! Backups as a person meets them in the window: turned on, run by themselves, looked into, brought back, and what goes wrong.
#![allow(clippy::unwrap_used, reason = "a test ends where its ground gives way")]

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use slint::ComponentHandle as _;
use smartotp_core::backup::folder::Folder;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::versions::{self, How};
use smartotp_core::backup::{Keys, Lock};
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Environment, NewSlot, ProcessClock, Session, SystemEntropy};
use smartotp_tests::phone::{Glass, Phone};
use smartotp_tests::servers;
use smartotp_ui::{BackupKind, BackupOnScreen, BackupPick, BackupScreen, BackupWork, Nav, Place, StepUpScreen};

const NOW: u64 = 1_790_000_000;
const PASSWORD: &str = "a row of four words";
const OF_BACKUP: &str = "another row of words";
const LINKS: [&str; 3] = [
    "otpauth://totp/GitHub:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://totp/Aurora:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJB&issuer=Aurora",
    "otpauth://totp/Harbor:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJC&issuer=Harbor",
];
const ELSEWHERE: [&str; 2] = [
    "otpauth://totp/GitHub:mira?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=GitHub",
    "otpauth://totp/Mastodon:mira?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP&issuer=Mastodon",
];

/// A phone with an open vault of three tokens.
fn prepared() -> Phone {
    let mut phone = Phone::new(Glass::PHONE, NOW);
    let slot = NewSlot::Password(SecretText::from(PASSWORD), Cost::FLOOR);
    let mut session = Session::create(phone.services().vault, slot).unwrap();
    session.add(LINKS.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
    drop(session);
    phone.restart(Glass::PHONE);
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.tap("Backup");
    phone
}

#[track_caller]
fn hears(phone: &Phone, words: &[&str]) {
    for word in words {
        assert!(phone.sees(word), "{word:?}: {:?}", phone.heard());
    }
}

fn folder(phone: &Phone) -> PathBuf {
    phone.folder().join("otp")
}

fn files(folder: &Path) -> usize {
    let names = std::fs::read_dir(folder).map(|files| files.flatten().map(|file| file.file_name()));
    names.map_or(0, |names| names.filter(|name| name.to_string_lossy().ends_with(".smartotp")).count())
}

/// Turns the backup on for a folder that is empty or not there.
fn turn_on(phone: &Phone) {
    phone.tap("Turn on");
    phone.tap("Folder");
    phone.outside.gallery.next_place(folder(phone));
    phone.tap("Choose a folder");
    phone.tap("Go on");
    phone.type_into("Backup password", OF_BACKUP);
    phone.type_into("The same once more", OF_BACKUP);
    phone.tap("Turn the backup on");
}

/// Another device backs two tokens up to a folder.
fn backed_up_elsewhere(at: &Path, home: &Path) -> Session {
    std::fs::create_dir_all(home).unwrap();
    let (file, entropy) = (home.join("vault.smartotp"), std::sync::Arc::new(SystemEntropy));
    let boot = std::sync::Arc::new(ProcessClock::start());
    let environment = Environment { file, entropy, keystore: None, boot };
    let slot = NewSlot::Password(SecretText::from("of the other vault"), Cost::FLOOR);
    let mut session = Session::create(environment, slot).unwrap();
    session.add(ELSEWHERE.map(|link| otpauth::read(link, None).unwrap()).into()).unwrap();
    let folder = Folder::new(at.to_owned());
    folder.make().unwrap();
    let password = SecretText::from(OF_BACKUP);
    let keys = Keys::new(&[Lock::Password(&password, Cost::FLOOR)], &SystemEntropy).unwrap();
    let id = session.add_place(Location::Folder { path: at.display().to_string() }, keys).unwrap();
    back_up(&mut session, id, &folder);
    session
}

fn back_up(session: &mut Session, id: u32, folder: &Folder) {
    let how = How { device: "Tablet", now: NOW - 7200, entropy: &SystemEntropy, verify: true };
    versions::now(session, folder, id, &how, &()).unwrap();
}

fn prove(phone: &Phone) {
    phone.ui().window().global::<StepUpScreen>().invoke_prove(PASSWORD.into());
    phone.settle();
}

#[test]
fn a_folder_is_chosen_sealed_to_and_read_back() {
    let phone = prepared();
    hears(&phone, &["No backup yet", "Turn on"]);
    phone.tap("Turn on");
    phone.tap("Folder");
    phone.outside.gallery.next_place(folder(&phone));
    phone.tap("Choose a folder");
    phone.tap("Go on");
    phone.type_into("Backup password", OF_BACKUP);
    phone.type_into("The same once more", "something else");
    phone.tap("Turn the backup on");
    hears(&phone, &["The two passwords differ. Type the second one again."]);
    assert_eq!(files(&folder(&phone)), 0);
    phone.ui().window().global::<BackupOnScreen>().invoke_choose(OF_BACKUP.into(), OF_BACKUP.into());
    phone.settle();
    hears(&phone, &["All 3 tokens are safe", "Where, otp", "Tokens, 3", "Back up now", "Show all 1"]);
    assert_eq!(files(&folder(&phone)), 1);
    phone.tap("Back up now");
    hears(&phone, &["3 tokens are backed up and verified."]);
    assert_eq!(files(&folder(&phone)), 1, "nothing is new, so nothing is written");
}

#[test]
fn a_change_is_backed_up_by_itself_once_it_is_quiet() {
    let phone = prepared();
    turn_on(&phone);
    let change = || {
        let mut other = Session::open(phone.services().vault, credential()).unwrap().0;
        let id = other.contents().tokens()[0].id;
        let note = Some(format!("note {}", other.contents().tokens()[0].note.len()));
        other.edit(id, smartotp_core::vault::Edit { note, ..Default::default() }).unwrap();
    };
    change();
    phone.pass(Duration::from_secs(3));
    phone.settle();
    hears(&phone, &["Something new waits"]);
    assert_eq!(files(&folder(&phone)), 1);
    pass(&phone, 40);
    hears(&phone, &["All 3 tokens are safe"]);
    assert_eq!(files(&folder(&phone)), 2);
    phone.tap("After every change");
    change();
    pass(&phone, 50);
    hears(&phone, &["Something new waits", "Back it up when you like."]);
    assert_eq!(files(&folder(&phone)), 2);
}

fn credential() -> smartotp_core::vault::Credential {
    smartotp_core::vault::Credential::Password(SecretText::from(PASSWORD))
}

/// Time goes by while somebody is there.
fn pass(phone: &Phone, seconds: u64) {
    for _ in 0..seconds / 5 {
        phone.pass(Duration::from_secs(5));
        phone.press(slint::platform::Key::Shift);
        phone.settle();
    }
}

#[test]
fn a_place_that_is_gone_is_said_and_tried_again() {
    let phone = prepared();
    turn_on(&phone);
    let away = phone.folder().join("unplugged");
    std::fs::rename(folder(&phone), &away).unwrap();
    phone.tap("Back up now");
    hears(&phone, &["Waiting for otp", "otp isn't there. Is the drive plugged in, the folder in its place?"]);
    std::fs::rename(&away, folder(&phone)).unwrap();
    pass(&phone, 75);
    hears(&phone, &["All 3 tokens are safe"]);
}

#[test]
fn a_backup_that_is_there_is_looked_into_before_its_tokens_come() {
    let phone = prepared();
    let mut other = backed_up_elsewhere(&folder(&phone), &phone.folder().join("other"));
    phone.tap("Turn on");
    phone.tap("Folder");
    phone.outside.gallery.next_place(folder(&phone));
    phone.tap("Choose a folder");
    phone.tap("Go on");
    phone.type_into("Its backup password", "wrong");
    phone.tap("Open the backup");
    hears(&phone, &["This password doesn't open the backup there. Nothing was changed."]);
    phone.ui().window().global::<BackupOnScreen>().invoke_open(OF_BACKUP.into());
    phone.settle();
    hears(&phone, &["2 tokens lie there", "New here, 1", "Here already, 1"]);
    phone.tap("Turn the backup on");
    hears(&phone, &["All 4 tokens are safe", "1 token came from the backup."]);
    // The other device takes up what is new, adds something, and it is offered here.
    let place = Folder::new(folder(&phone));
    back_up(&mut other, 1, &place);
    assert_eq!(other.contents().tokens().len(), 4);
    let link = "otpauth://totp/Later:mira?secret=JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXQ&issuer=Later";
    other.add(vec![otpauth::read(link, None).unwrap()]).unwrap();
    back_up(&mut other, 1, &place);
    phone.ui().lock();
    phone.settle();
    assert!(!phone.sees("All 4 tokens are safe"));
    phone.type_into("Password", PASSWORD);
    phone.tap("Unlock");
    phone.tap("Backup");
    pass(&phone, 10);
    hears(&phone, &["Bring it here"]);
    phone.tap("Bring it here");
    hears(&phone, &["All 5 tokens are safe", "1 token came from the backup."]);
    assert!(!phone.sees("Bring it here"));
}

#[test]
fn a_version_is_looked_into_brought_back_and_deleted() {
    let phone = prepared();
    turn_on(&phone);
    let mut session = Session::open(phone.services().vault, credential()).unwrap().0;
    let id = session.contents().tokens()[0].id;
    session.remove(&[id], NOW).unwrap();
    drop(session);
    phone.pass(Duration::from_secs(3));
    phone.settle();
    phone.tap("Back up now");
    hears(&phone, &["All 2 tokens are safe", "Show all 2", "Just now, Verified"]);
    // Until the bar at the foot has gone.
    pass(&phone, 5);
    phone.tap("Restore");
    phone.tap("Just now");
    hears(&phone, &["Add 1 missing token", "GitHub · mira · not here"]);
    phone.tap("Add 1 missing token");
    hears(&phone, &["1 token came from the backup."]);
    phone.ui().window().global::<BackupScreen>().invoke_open_version(1, Place::Versions);
    phone.settle();
    phone.tap("Delete this version");
    phone.tap("Delete for good");
    assert_eq!(files(&folder(&phone)), 2, "not before the lock was asked again");
    prove(&phone);
    hears(&phone, &["1 version is deleted."]);
    assert_eq!(files(&folder(&phone)), 1);
}

#[test]
fn the_password_changes_everywhere_and_the_backup_ends_when_it_is_told_to() {
    let phone = prepared();
    turn_on(&phone);
    pass(&phone, 5);
    phone.tap("Password");
    prove(&phone);
    phone.type_into("New backup password", "a third row of words");
    phone.type_into("The same once more", "a third row of words");
    phone.tap("Change it everywhere");
    hears(&phone, &["The backup has a new password: 1 version was sealed anew."]);
    let provider = Folder::new(folder(&phone));
    let unlock = |text: &str| {
        versions::unlock(&provider, &smartotp_core::backup::Unlock::Password(&SecretText::from(text))).is_ok()
    };
    assert!(unlock("a third row of words") && !unlock(OF_BACKUP));
    let nav = || phone.ui().window().global::<Nav>();
    phone.ui().window().global::<BackupScreen>().invoke_open_place(1);
    phone.settle();
    phone.ui().window().global::<BackupScreen>().invoke_delete_all();
    phone.settle();
    prove(&phone);
    assert_eq!(files(&folder(&phone)), 0);
    hears(&phone, &["Nothing lies there yet"]);
    phone.tap("Turn off");
    prove(&phone);
    assert_eq!(nav().get_place(), Place::Home);
    hears(&phone, &["No backup yet"]);
}

#[test]
fn the_first_start_restores_from_a_place_and_then_asks_for_a_lock() {
    let phone = Phone::new(Glass::PHONE, NOW);
    backed_up_elsewhere(&folder(&phone), &phone.folder().join("other"));
    phone.tap("Restore from a backup");
    phone.tap("Folder");
    phone.outside.gallery.next_place(folder(&phone));
    phone.tap("Choose a folder");
    phone.tap("Go on");
    phone.type_into("Its backup password", OF_BACKUP);
    phone.tap("Open the backup");
    hears(&phone, &["2 tokens lie there"]);
    phone.tap("Go on to the lock");
    phone.type_into("Password", PASSWORD);
    phone.type_into("The same once more", PASSWORD);
    phone.tap("Create the vault");
    hears(&phone, &["2 tokens came from the backup."]);
    phone.tap("Backup");
    hears(&phone, &["All 2 tokens are safe"]);
    let session = Session::open(phone.services().vault, credential()).unwrap().0;
    assert_eq!((session.contents().tokens().len(), session.backup().places().len()), (2, 1));
}

#[test]
fn a_server_that_says_nothing_is_given_up_when_somebody_cancels() {
    let phone = prepared();
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let port = listener.local_addr().unwrap().port();
    // Takes the call, says nothing for a while, and hangs up.
    let silent = std::thread::spawn(move || {
        let call = listener.accept();
        std::thread::sleep(Duration::from_secs(1));
        drop(call);
    });
    phone.tap("Turn on");
    phone.tap("WebDAV");
    let window = phone.ui().window();
    let url = format!("http://127.0.0.1:{port}/otp/");
    let pick = BackupPick { kind: BackupKind::Webdav, url: url.into(), ..BackupPick::default() };
    window.global::<BackupOnScreen>().invoke_look(pick);
    phone.pass(Duration::from_millis(200));
    window.global::<BackupWork>().invoke_cancel();
    phone.settle();
    silent.join().unwrap();
    hears(&phone, &["Cancelled."]);
    assert_eq!(window.global::<Nav>().get_place(), Place::BackupOn);
}

#[test]
fn a_webdav_server_keeps_what_is_sealed_and_a_wrong_password_there_is_said() {
    let phone = prepared();
    let root = tempfile::tempdir().unwrap();
    let Some(server) = servers::rclone(root.path(), None) else { return };
    let url = format!("http://127.0.0.1:{}/otp/", server.port);
    let fill = |password: &str| BackupPick {
        kind: BackupKind::Webdav,
        url: url.as_str().into(),
        user: servers::USER.into(),
        password: password.into(),
        ..BackupPick::default()
    };
    phone.tap("Turn on");
    phone.tap("WebDAV");
    let screen = || phone.ui().window().global::<BackupOnScreen>();
    screen().invoke_look(fill("not this one"));
    phone.settle();
    let name = format!("127.0.0.1:{}", server.port);
    let refused =
        format!("{name} doesn't accept this user and password, or this key. Check them and the permissions there.");
    hears(&phone, &[&refused]);
    screen().invoke_look(fill(servers::PASSWORD));
    phone.settle();
    phone.type_into("Backup password", OF_BACKUP);
    phone.type_into("The same once more", OF_BACKUP);
    phone.tap("Turn the backup on");
    hears(&phone, &["All 3 tokens are safe", &format!("Where, {name}")]);
    assert_eq!(files(&root.path().join("otp")), 1);
    drop(server);
    phone.tap("Back up now");
    hears(&phone, &[&format!("Waiting for {name}"), &format!("{name} doesn't answer. Is there a network?")]);
}
