//! What leaves the device for a backup: all traffic and all files, looked through for anything that is somebody's.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::path::Path;

use data_encoding::{BASE32_NOPAD, BASE64_NOPAD, BASE64URL_NOPAD, HEXLOWER, HEXUPPER};
use memchr::memmem;
use smartotp_core::backup::location::Location;
use smartotp_core::backup::remote::Patience;
use smartotp_core::backup::versions::{self, How, Opens};
use smartotp_core::backup::{Keys, Lock, Unlock};
use smartotp_core::enrol::Enrolment;
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Algorithm, Counter, Digits, Kind};
use smartotp_core::vault::kdf::Cost;
use smartotp_core::vault::{Edit, SystemEntropy};
use smartotp_tests::devices::{Device, NAME, s3, webdav};
use smartotp_tests::fault_proxy::{Call, Exchange, Fault, FaultProxy};
use smartotp_tests::servers::{self, PASSWORD};

const BACKUP_PASSWORD: &str = "of the backup alone, and of nothing else";
const NEW_PASSWORD: &str = "another one for the backup from today on";
/// Nothing of these may be seen, in any writing.
const WORDS: [&str; 12] = [
    "Northwind Bank",
    "mira.keller@northwind.example",
    "a note about the drawer",
    "Household papers",
    "secret bytes of token",
    "Renamed Northwind",
    "Ephemeral issuer",
    "of the vault itself",
    BACKUP_PASSWORD,
    NEW_PASSWORD,
    NAME,
    "vault.smartotp",
];

/// All writings of some bytes that somebody might use without meaning any harm: plain, hexadecimal, Base32 and Base64, the last two at
/// each place of a group at which they can begin.
fn writings(word: &[u8]) -> Vec<Vec<u8>> {
    let mut all = vec![word.to_vec(), word.to_ascii_lowercase(), word.to_ascii_uppercase()];
    all.extend([HEXLOWER.encode(word).into_bytes(), HEXUPPER.encode(word).into_bytes()]);
    all.push(word.iter().flat_map(|byte| [*byte, 0]).collect());
    for (encoding, bits, group) in [(&BASE64_NOPAD, 6, 3), (&BASE64URL_NOPAD, 6, 3), (&BASE32_NOPAD, 5, 5)] {
        for before in 0..group {
            let text = encoding.encode(&[vec![0; before], word.to_vec()].concat());
            // Letters that the neighbours have a part in are left out.
            let (start, end) = ((before * 8_usize).div_ceil(bits), (before + word.len()) * 8 / bits);
            let text = &text.as_bytes()[start..end];
            all.extend([text.to_vec(), text.to_ascii_lowercase()]);
        }
    }
    all
}

/// The words that are in some bytes.
fn seen(bytes: &[u8]) -> Vec<&'static str> {
    let is_in = |word: &&&str| writings(word.as_bytes()).iter().any(|text| memmem::find(bytes, text).is_some());
    WORDS.iter().filter(is_in).copied().collect()
}

fn enrolment(number: u8) -> Enrolment {
    let secret = Secret::from_bytes([b"secret bytes of token".as_slice(), &[number]].concat());
    let kind = match number % 2 {
        0 => Kind::usual_totp(),
        _ => Kind::Hotp { algorithm: Algorithm::Sha256, digits: Digits::SIX, counter: Counter(7) },
    };
    Enrolment::new("Northwind Bank".into(), "mira.keller@northwind.example".into(), secret, kind)
}

/// A life with a backup: two devices, edits, a deletion, another password, a restored version, and a line that fails now and then.
fn a_life(location: &Location, proxy: &FaultProxy) {
    let password = SecretText::from(BACKUP_PASSWORD);
    let keys = Keys::new(&[Lock::Password(&password, Cost::FLOOR)], &SystemEntropy).unwrap();
    let mut one = Device::new(location, keys, Patience::default());
    one.session.add(vec![enrolment(1), enrolment(2)]).unwrap();
    let first = one.backup().unwrap().written.unwrap();
    let id = one.session.contents().tokens()[0].id;
    let groups = Some(vec!["Household papers".to_owned()]);
    let note = Some("a note about the drawer".to_owned());
    one.session.edit(id, Edit { note, groups, issuer: Some("Renamed Northwind".into()), ..Edit::default() }).unwrap();
    proxy.next(Call::Put, Fault::CutRequest(2_000));
    assert!(one.backup().is_err());
    one.backup().unwrap();
    let keys = versions::unlock(&one.remote, &Unlock::Password(&password)).unwrap().unwrap();
    let mut other = Device::new(location, keys, Patience::default());
    let gone = Enrolment { issuer: "Ephemeral issuer".into(), ..enrolment(3) };
    let added = other.session.add(vec![gone]).unwrap();
    other.backup().unwrap();
    other.session.remove(&[added.added[0].1], 1_700_000_000).unwrap();
    other.backup().unwrap();
    one.backup().unwrap();
    let read = versions::read_one(&one.remote, Opens::Place(&one.session.backup().places()[0]), first).unwrap();
    one.session.restore_version(read, true, 1_700_000_000).unwrap();
    one.backup().unwrap();
    let new = SecretText::from(NEW_PASSWORD);
    let keys = Keys::new(&[Lock::Password(&new, Cost::FLOOR)], &SystemEntropy).unwrap();
    let how = How { device: NAME, now: 1_700_000_000, entropy: &SystemEntropy, verify: true };
    versions::change_password(&mut one.session, &one.remote, 1, keys, &how, &()).unwrap();
}

/// All files below a folder, with their names.
fn files(folder: &Path) -> Vec<u8> {
    let mut all = Vec::new();
    for entry in folder.read_dir().unwrap().map(Result::unwrap) {
        all.extend_from_slice(entry.file_name().as_encoded_bytes());
        all.push(b'\n');
        match entry.file_type().unwrap().is_dir() {
            true => all.extend(files(&entry.path())),
            false => all.extend(std::fs::read(entry.path()).unwrap()),
        }
    }
    all
}

/// The sealed file in a request that brings one.
fn sealed(exchange: &Exchange) -> Option<&[u8]> {
    let request = exchange.request.strip_prefix(b"PUT ")?;
    request.get(memmem::find(request, b"SOTPseal")?..)
}

/// The length of a sealed file's payload: what `sealed.rs` says stands before it, and the tag after it.
fn payload_length(file: &[u8]) -> usize {
    let header = u32::from_be_bytes(file[10..14].try_into().unwrap());
    file.len() - (14 + usize::try_from(header).unwrap() + 32 + 12) - 16
}

fn is_bucket(length: usize) -> bool {
    length >= 4096 && (length.is_power_of_two() || (length.is_multiple_of(3) && (length / 3 * 2).is_power_of_two()))
}

fn nothing_of_a_token_leaves(location: impl Fn(u16) -> Location, server: u16, folder: &Path) {
    let proxy = FaultProxy::before(server, 0, 1);
    a_life(&location(proxy.port), &proxy);
    let exchanges = proxy.exchanges();
    let traffic: Vec<u8> = exchanges.iter().flat_map(|own| [&*own.request, &*own.answer].concat()).collect();
    println!("{} requests, {} bytes in both directions", exchanges.len(), traffic.len());
    assert!(exchanges.len() > 20 && traffic.len() > 50_000, "all of it went this way");
    assert_eq!(seen(&traffic), [""; 0]);
    let files = files(folder);
    assert!(files.len() > 8_000);
    assert_eq!(seen(&files), [""; 0]);
    // What a request says in clear is the same few words, whatever is in the vault.
    let lengths: Vec<usize> =
        exchanges.iter().filter_map(sealed).filter(|file| file.len() > 4096).map(payload_length).collect();
    assert!(lengths.len() > 5 && lengths.iter().all(|length| is_bucket(*length)), "{lengths:?}");
    assert!(lengths.iter().all(|length| *length == lengths[0]), "one token or three: {lengths:?}");
    // The key of the service goes where its protocol puts it, and nowhere else.
    let elsewhere = exchanges.iter().map(|own| without_authorization(&own.request)).collect::<Vec<_>>().concat();
    assert!(writings(PASSWORD.as_bytes()).iter().all(|text| memmem::find(&elsewhere, text).is_none()));
}

fn without_authorization(request: &[u8]) -> Vec<u8> {
    let lines = request.split_inclusive(|byte| *byte == b'\n');
    lines.filter(|line| !line.to_ascii_lowercase().starts_with(b"authorization:")).flatten().copied().collect()
}

#[test]
fn nothing_of_a_token_leaves_for_a_folder() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = servers::rclone(home.path(), None) else { return };
    nothing_of_a_token_leaves(|port| webdav("http", port, "otp", PASSWORD, ""), server.port, home.path());
}

#[test]
fn nothing_of_a_token_leaves_for_a_bucket() {
    let home = tempfile::tempdir().unwrap();
    let Some(server) = servers::s3s(home.path(), None) else { return };
    nothing_of_a_token_leaves(|port| s3(port, "otp", PASSWORD), server.port, home.path());
}

#[test]
fn what_must_not_be_there_would_be_found() {
    for word in WORDS {
        for lead in 0..7 {
            let bytes = [&vec![0xa5; lead], word.as_bytes(), &[0x5a; 9]].concat();
            for text in [
                HEXLOWER.encode(&bytes),
                BASE32_NOPAD.encode(&bytes),
                BASE64_NOPAD.encode(&bytes),
                BASE64URL_NOPAD.encode(&bytes),
            ] {
                assert_eq!(seen(text.as_bytes()), [word], "{text}");
            }
            assert_eq!(seen(&bytes), [word]);
        }
    }
}
