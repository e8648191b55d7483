//! HOTP and TOTP against OATH Toolkit's `oathtool`, as Debian packages it: ten thousand random codes are the same.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::process::Command;

use fastrand::Rng;
use smartotp_core::code;
use smartotp_core::secret::Secret;
use smartotp_core::token::{Algorithm, Counter, Digits, Kind, Period};

const RUNS: u64 = 200;
/// One process gives so many consecutive codes; starting it costs more than they do.
const CODES_A_RUN: u64 = 50;

#[test]
fn ten_thousand_random_codes_agree_with_oathtool() {
    if Command::new("oathtool").arg("--version").output().is_err() {
        println!("skipped: no oathtool");
        return;
    }
    let mut rng = Rng::with_seed(4226);
    let mut compared = 0;
    for run in 0..RUNS {
        let key: Vec<u8> = (0..rng.usize(1..=130)).map(|_| rng.u8(..)).collect();
        let digits = rng.u64(6..=8); // oathtool knows no others
        compared += if run % 2 == 0 { hotp(&mut rng, &key, digits) } else { totp(&mut rng, &key, digits) };
    }
    assert_eq!(compared, RUNS * CODES_A_RUN);
}

fn hotp(rng: &mut Rng, key: &[u8], digits: u64) -> u64 {
    let first = rng.u64(..1 << 60);
    let theirs = oathtool(&["--hotp", &format!("--counter={first}")], key, digits);
    let digits = Digits::new(digits).unwrap();
    let kind = |n| Kind::Hotp { algorithm: Algorithm::Sha1, digits, counter: Counter(first + n) };
    compare(key, &theirs, |n| (kind(n), 0))
}

fn totp(rng: &mut Rng, key: &[u8], digits: u64) -> u64 {
    let (algorithm, mode) = match rng.u8(..3) {
        0 => (Algorithm::Sha1, "--totp=sha1"),
        1 => (Algorithm::Sha256, "--totp=sha256"),
        _ => (Algorithm::Sha512, "--totp=sha512"),
    };
    let seconds = if rng.bool() { 30 } else { rng.u64(1..=86_400) };
    let unix = rng.u64(..1 << 36); // into the year 4147
    let arguments = [mode, &format!("--time-step-size={seconds}s"), &format!("--now=@{unix}")];
    let theirs = oathtool(&arguments, key, digits);
    let (digits, period) = (Digits::new(digits).unwrap(), Period::new(seconds).unwrap());
    compare(key, &theirs, |n| (Kind::Totp { algorithm, digits, period }, unix + n * seconds))
}

fn oathtool(arguments: &[&str], key: &[u8], digits: u64) -> String {
    let key: String = key.iter().map(|byte| format!("{byte:02x}")).collect();
    let output = Command::new("oathtool")
        .args(arguments)
        .args([format!("--digits={digits}"), format!("--window={}", CODES_A_RUN - 1), key])
        .output()
        .unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).unwrap()
}

/// How many codes were the same.
fn compare(key: &[u8], theirs: &str, moment: impl Fn(u64) -> (Kind, u64)) -> u64 {
    let secret = Secret::from_bytes(key.to_vec());
    let mut compared = 0;
    for theirs in theirs.lines() {
        let (kind, unix) = moment(compared);
        assert_eq!(code::at(&kind, &secret, unix).unwrap().as_str(), theirs, "{kind:?} at {unix}");
        compared += 1;
    }
    compared
}
