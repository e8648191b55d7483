//! The bodies of the fuzz targets: what each does with its bytes, and what must hold then.
//!
//! `core/tests/corpus.rs` runs the same code over the kept corpus with an ordinary compiler.

use std::time::Duration;

use sha2::{Digest as _, Sha256};
use smartotp_core::backup::cloud::{Client, Cloud};
use smartotp_core::backup::{oauth, sealed};
use smartotp_core::clock;
use smartotp_core::code::ocra::{Inputs, Suite, respond};
use smartotp_core::confirm::{Challenge, SOUND_BITS};
use smartotp_core::enrol::migration::{Collector, Part, write as write_migration};
use smartotp_core::enrol::{Enrolment, detect, manual, otpauth, push_uri};
use smartotp_core::import;
use smartotp_core::push::privacyidea::{sift, wire};
use smartotp_core::push::{ProviderName, PushToken};
use smartotp_core::qr::animated::{self, Receiver};
use smartotp_core::qr::read::{Budget, Luma, luma, picture};
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::tiqr::{Login, service};
use smartotp_core::token::{ChallengeEncoding, Counter, KindName, Token, TokenId};
use smartotp_core::vault::format::check_header;
use smartotp_core::vault::{Entropy, NoEntropy, SystemEntropy, journal};

fn token(enrolment: Enrolment) -> Token {
    enrolment.into_token(TokenId::from_bytes([0; 16]))
}

fn same(one: &Token, other: &Token) -> bool {
    (&one.issuer, &one.account, &one.secret, &one.kind) == (&other.issuer, &other.account, &other.secret, &other.kind)
}

/// Any text: scanned, pasted, typed as a key, imported as a file. What is read can be written and read again.
pub fn uri(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = detect(&text, None);
    for kind in KindName::ALL {
        let _ = manual::check_key(&text, kind, data.len().is_multiple_of(2));
    }
    let _ = import::read(data, None);
    if let Ok(read) = otpauth::read(&text, Some(&SecretText::from("1234"))) {
        let read = token(read);
        let again = otpauth::read(otpauth::write(&read).expose(), None).map(token);
        // Escapes make a text longer, and there is a limit.
        assert!(again.is_ok_and(|again| same(&read, &again)) || data.len() > 8_192);
    }
}

/// The bytes of an export's payload. What is read can be written and read again.
pub fn migration(data: &[u8]) {
    let text = format!("otpauth-migration://offline?data={}", data_encoding::BASE64URL_NOPAD.encode(data));
    let Ok(part) = Part::read(&text) else { return };
    let mut collector = Collector::default();
    collector.add(part);
    let tokens: Vec<Token> = collector.take().into_iter().filter_map(Result::ok).map(token).collect();
    let (codes, left_out) = write_migration(&tokens.iter().collect::<Vec<_>>(), -1);
    assert!(left_out.is_empty());
    for code in codes.iter().rev() {
        if let Ok(part) = Part::read(code.expose()) {
            collector.add(part);
        }
    }
    let again: Vec<Token> = collector.take().into_iter().filter_map(Result::ok).map(token).collect();
    assert!(tokens.len() == again.len() && tokens.iter().zip(&again).all(|(one, other)| same(one, other)));
}

/// A suite, a line break, a challenge. A suite is its text; an answer has the suite's length.
pub fn ocra_suite(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let (suite, challenge) = text.split_once('\n').unwrap_or((&text, "12345678"));
    let Ok(suite) = suite.parse::<Suite>() else { return };
    assert_eq!(suite.to_string().parse(), Ok(suite.clone()));
    let secret = Secret::from_bytes(b"12345678901234567890".to_vec());
    let pin = SecretText::from("1234");
    for encoding in [ChallengeEncoding::Rfc, ChallengeEncoding::Ascii] {
        let inputs =
            Inputs { challenge, encoding, counter: Counter(7), pin: Some(&pin), session: Some(data), unix: u64::MAX };
        if let (Ok(code), Some(digits)) = (respond(&secret, &suite, &inputs), suite.digits()) {
            assert_eq!(code.as_str().len(), usize::from(digits.get()));
        }
    }
}

/// What was typed or scanned as a challenge. What is shown is fit to be shown, and all of it is there.
pub fn challenge(data: &[u8]) {
    let Ok(challenge) = Challenge::read(&String::from_utf8_lossy(data)) else { return };
    assert!(!challenge.question.is_empty());
    let Some(transaction) = &challenge.transaction else { return };
    assert!(!transaction.fields.is_empty() && challenge.binding().is_some() && SOUND_BITS > 60);
    for field in &transaction.fields {
        assert!(!field.name.chars().chain(field.value.chars()).any(char::is_control));
    }
}

/// A time server's answer, as it came and as one to our request.
pub fn sntp(data: &[u8]) {
    let number = [7; 8];
    let _ = clock::sntp::answer(data, number, 1_795_478_400_000_000, 20_000);
    let mut fitting = data.to_vec();
    if let Some(flags) = fitting.first_mut() {
        *flags = *flags & 0xC0 | 0x24;
    }
    if let Some(origin) = fitting.get_mut(24..32) {
        origin.copy_from_slice(&number);
    }
    if let Ok(sample) = clock::sntp::answer(&fitting, number, 1_795_478_400_000_000, 20_000) {
        assert!(sample.uncertainty >= 0 && sample.delay >= 0);
        let found = clock::Agreement::of(&[sample; 3]);
        assert!(found.is_some_and(|found| found.counts()));
    }
}

/// A `Date` of an answer, a server's name, what was measured before.
pub fn https_date(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    let _ = clock::https_date::sample(&text, i64::MAX, 1);
    let _ = clock::https_date::sample(&text, 0, 1);
    if let Ok(server) = text.parse::<clock::Server>() {
        assert_eq!(server.to_string().parse(), Ok(server));
    }
}

/// The enrolment of a push token.
pub fn push_uri(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(enrolment) = push_uri::read(&text) {
        assert!(push_uri::is_one(&text) && !enrolment.serial.contains('|') && !enrolment.url.is_empty());
    }
}

/// A push server's answer, and its requests: nobody here has the key to sign one.
pub fn push_answer(data: &[u8]) {
    for status in [200, 400] {
        let Ok(answer) = wire::answer(status, data) else { continue };
        let _ = (answer.is_true(), answer.detail("public_key"), answer.detail("display_code"));
        if let Ok(requests) = answer.requests() {
            assert!(sift(&requests, &push_token(), 7).requests.is_empty());
        }
    }
    let text = String::from_utf8_lossy(data);
    assert!(sift(&[&text], &push_token(), 7).requests.is_empty());
    let _ = smartotp_core::push::keys::server_key(&text);
}

/// What a browser brings back from a cloud: whoever can open a page here can make one up, but for the state.
pub fn redirect(data: &[u8]) {
    struct Nought;
    impl Entropy for Nought {
        fn fill(&self, buffer: &mut [u8]) -> Result<(), NoEntropy> {
            buffer.fill(0);
            Ok(())
        }
    }
    let text = String::from_utf8_lossy(data);
    let client = Client::new("id", None);
    let pending = oauth::begin(Cloud::Dropbox, client, "http://127.0.0.1:28417/signed-in", &Nought);
    if let Ok(pending) = pending
        && !matches!(pending.read(&text), Err(oauth::SignInError::Foreign))
    {
        assert!(text.contains("127.0.0.1:28417/signed-in"), "{text}");
    }
}

fn push_token() -> PushToken {
    PushToken {
        id: TokenId::from_bytes([0; 16]),
        provider: ProviderName::PrivacyIdea,
        label: String::new(),
        issuer: String::new(),
        serial: "S".into(),
        url: "https://u".into(),
        key: Secret::from_bytes(Vec::new()),
        server_key: vec![0x30; 300],
        ask_unlock: false,
        enrolled_at: 0,
        seen: Vec::new(),
    }
}

/// A TiQR code, what a service says of itself, and its word on an answer.
pub fn tiqr(data: &[u8]) {
    let text = String::from_utf8_lossy(data);
    if let Ok(login) = Login::read(&text) {
        assert!(!login.service_id.is_empty() && !login.challenge.is_empty());
    }
    let _ = service::address(&text);
    let _ = service::outcome(data);
    if let Ok(offer) = service::offer(data) {
        assert!(offer.suite.pin_hash().is_none() && !offer.user.is_empty());
    }
}

/// The bytes of a vault file, and the same as a header behind a digest that fits.
pub fn vault_header(data: &[u8]) {
    let _ = check_header(data);
    let Ok(length) = u32::try_from(data.len()) else { return };
    let mut file = b"SmartOTP\x00\x01".to_vec();
    file.extend(length.to_be_bytes());
    file.extend(data);
    let digest = Sha256::digest(&file);
    file.extend(digest);
    file.extend([0; 12 + 16]);
    let _ = check_header(&file);
}

/// What lies inside the seal of a version of a backup: two texts, a line each, that are merged in both orders.
pub fn backup_version(data: &[u8]) {
    let (one, other) = data.split_at(data.iter().position(|byte| *byte == b'\n').unwrap_or(data.len()));
    let (one, other) = (sealed::digest_of(&[one, other]), sealed::digest_of(&[other, one]));
    assert_eq!(one, other, "the order makes a difference");
}

/// A journal: the bytes as a file, as texts of records a line each, and as what stands behind sound records. Two bytes in front say
/// where it is cut and where a bit is flipped.
pub fn journal_file(data: &[u8]) {
    let _ = journal::check(data);
    let [cut, flip, rest @ ..] = data else { return };
    let lines: Vec<_> = rest.split(|byte| *byte == b'\n').filter(|line| line.len() < 60_000).take(64).collect();
    let Some((whole, ends)) = journal::sample(&lines, &SystemEntropy) else { return };
    assert_eq!(journal::check(&whole), Some((lines.len(), false)));

    let place = |byte: u8, below: usize| HEAD + usize::from(byte) * (below - HEAD) / 256;
    let at = place(*cut, whole.len());
    let records = ends.iter().filter(|end| **end <= at).count();
    assert_eq!(whole.get(..at).and_then(journal::check), Some((records, false)));
    let _ = journal::check(&[whole.get(..at).unwrap_or_default(), rest].concat());

    let (mut flipped, at) = (whole.clone(), place(*flip, whole.len()));
    if let Some(byte) = flipped.get_mut(at) {
        *byte ^= 1;
        // It costs one record, and is noticed unless that was the last.
        assert_eq!(
            journal::check(&flipped),
            Some((lines.len() - 1, ends.iter().rev().nth(1).is_some_and(|end| at < *end)))
        );
    }
}

/// Bytes of a journal's head.
const HEAD: usize = 74;

/// A file in the format of that name, under the password of the corpus' encrypted files; and the same found by its content.
pub fn import(format: &str, data: &[u8]) {
    let format = import::Format::named(format);
    assert!(format.is_some());
    let password = SecretText::from("right");
    let (outcome, errors) = import::read_all(&[data], Some(&password), format);
    assert!(errors.is_empty() || outcome.tokens.is_empty());
    let _ = import::read(data, None);
}

/// Texts that a camera read during a transfer, one a line; and the bytes as what a frame carries, behind a checksum that fits.
pub fn frame(data: &[u8]) {
    let mut receiver = Receiver::default();
    for line in String::from_utf8_lossy(data).lines() {
        receiver.frame(line);
    }
    for part in data.chunks(224) {
        receiver.frame(&animated::frame_of(part));
    }
    let progress = receiver.progress();
    assert!(receiver.finished().is_none_or(|file| file.len() <= animated::MAX_BYTES) && progress.of <= 16 * 1024);
}

/// A picture file; without one, raw grey pixels with two bytes of width and stride in front.
pub fn qr_image(data: &[u8]) {
    let budget = Budget(Duration::from_millis(100));
    let _ = picture(data, budget);
    if let [width, stride, bytes @ ..] = data {
        let (width, stride) = (usize::from(*width), usize::from(*stride));
        let height = bytes.len().checked_div(stride).unwrap_or(0);
        let _ = luma(Luma { bytes, width, height, stride }, budget);
    }
}
