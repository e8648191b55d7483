//! OCRA suites beyond the RFC's vectors: every answer agrees with a second implementation, written in another language.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test stops where something fails, and says why it was skipped"
)]

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use fastrand::Rng;
use serde_json::json;
use smartotp_core::code::ocra::{ChallengeFormat, Inputs, Suite, respond};
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{ChallengeEncoding, Counter};

const REQUESTS: usize = 600;

#[test]
fn random_suites_and_inputs_get_the_same_answers() {
    let Ok(mut reference) = Command::new("python3")
        .arg(Path::new(env!("CARGO_MANIFEST_DIR")).join("reference/ocra.py"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
    else {
        println!("skipped: no python3");
        return;
    };
    let mut rng = Rng::with_seed(6287);
    let (requests, ours): (Vec<String>, Vec<String>) = (0..REQUESTS).map(|_| request_and_answer(&mut rng)).unzip();
    // The answers of all of them fit in a pipe's buffer only by luck, so they are written from a thread of their own.
    let mut stdin = reference.stdin.take().unwrap();
    let lines = requests.join("\n");
    let writer = std::thread::spawn(move || stdin.write_all(lines.as_bytes()));
    let output = reference.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();

    assert!(output.status.success());
    let theirs: Vec<&str> = std::str::from_utf8(&output.stdout).unwrap().lines().collect();
    assert_eq!(theirs.len(), REQUESTS);
    for ((request, ours), theirs) in requests.iter().zip(&ours).zip(theirs) {
        assert_eq!(ours, theirs, "{request}");
    }
}

fn request_and_answer(rng: &mut Rng) -> (String, String) {
    let text = suite(rng);
    let suite: Suite = text.parse().unwrap();
    let key = bytes(rng, 1..=100);
    let challenge = challenge(rng, suite.challenge_format(), usize::from(suite.challenge_length()));
    let (encoding, encoding_name) = pick(rng, &[(ChallengeEncoding::Rfc, "rfc"), (ChallengeEncoding::Ascii, "ascii")]);
    let counter = rng.u64(..);
    let pin = pick(
        rng,
        &[
            "",
            "0000",
            "1234",
            "пароль",
            "a long passphrase, longer than a block of SHA-1 or SHA-256, which has 64 bytes",
        ],
    );
    let session = bytes(rng, 0..=suite.session_length().unwrap_or(0));
    let unix = rng.u64(..1 << 40);

    let inputs = Inputs {
        challenge: &challenge,
        encoding,
        counter: Counter(counter),
        pin: Some(&SecretText::from(pin)),
        session: Some(&session),
        unix,
    };
    let request = json!({
        "suite": text, "key": hex(&key), "challenge": challenge, "encoding": encoding_name,
        "counter": counter, "pin": pin, "session": hex(&session), "unix": unix,
    });
    let answer = respond(&Secret::from_bytes(key), &suite, &inputs).unwrap();
    (request.to_string(), answer.as_str().to_owned())
}

fn suite(rng: &mut Rng) -> String {
    let hash = pick(rng, &["SHA1", "SHA256", "SHA512"]);
    let digits = pick(rng, &["0", "4", "5", "6", "7", "8", "9", "10"]);
    let counter = pick(rng, &["", "C-"]);
    let format = pick(rng, &['A', 'N', 'H']);
    let length = pick(rng, &["4", "04", "8", "08", "10", "33", "40", "64"]);
    let pin = pick(rng, &["", "-P", "-PSHA1", "-PSHA256", "-PSHA512"]);
    let session = pick(rng, &["", "-S", "-S064", "-S128", "-S256", "-S512"]);
    let step = pick(rng, &["", "-T", "-T1S", "-T30S", "-T59S", "-T1M", "-T05M", "-T59M", "-T1H", "-T48H"]);
    format!("OCRA-1:HOTP-{hash}-{digits}:{counter}Q{format}{length}{pin}{session}{step}")
}

fn challenge(rng: &mut Rng, format: ChallengeFormat, most: usize) -> String {
    let character = |rng: &mut Rng| match format {
        ChallengeFormat::Alphanumeric => rng.alphanumeric(),
        ChallengeFormat::Numeric => rng.digit(10),
        ChallengeFormat::Hexadecimal => pick(rng, &['0', '1', '9', 'a', 'F', 'f', 'C']),
    };
    // Up to two parties' challenges, as mutual authentication joins them.
    (0..rng.usize(1..=2 * most)).map(|_| character(rng)).collect()
}

fn bytes(rng: &mut Rng, length: std::ops::RangeInclusive<usize>) -> Vec<u8> {
    (0..rng.usize(length)).map(|_| rng.u8(..)).collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn pick<T: Copy>(rng: &mut Rng, among: &[T]) -> T {
    among[rng.usize(..among.len())]
}
