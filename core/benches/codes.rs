//! Codes per second of each kind, beside the peers, in one run: `cargo bench -p smartotp-core --bench codes`.
//!
//! Divan times each on its own (it was chosen over Criterion because a bench is a plain function and there are a dozen
//! crates less to build). The ratios at the end come from short rounds in turn, ours and the peer's, of which the
//! fastest counts, so that they hold on a machine that others use as well.
#![allow(clippy::print_stdout, clippy::unwrap_used, reason = "a bench prints, and stops where a peer fails")]

use std::hint::black_box;
use std::time::{Duration, Instant};

use divan::{Bencher, counter::ItemsCount};
use hmac::{Hmac, KeyInit, Mac};
use smartotp_core::code::{self, ocra};
use smartotp_core::secret::{Secret, SecretText};
use smartotp_core::token::{Algorithm, ChallengeEncoding, Counter, Digits, Kind, Period};

const KEY: &[u8] = b"12345678901234567890";

fn main() {
    divan::main();
    // A filter asks for some of the benches, `cargo test --benches` for none of the figures.
    if std::env::args().skip(1).all(|argument| argument == "--bench") && std::env::args().count() > 1 {
        ratios();
    }
}

// From the stored secret to the displayed text, another moment each time.

fn ours(kind: &Kind) -> impl FnMut(u64) {
    let length = if matches!(kind, Kind::Yandex { .. }) { 16 } else { KEY.len() };
    let secret = Secret::from_bytes(KEY[..length].to_vec());
    move |moment| {
        black_box(code::at(kind, black_box(&secret), moment * 30).unwrap());
    }
}

fn totp(algorithm: Algorithm) -> Kind {
    Kind::Totp { algorithm, digits: Digits::SIX, period: Period::THIRTY }
}

fn pin() -> SecretText {
    SecretText::from("1234")
}

fn ocra(suite: &str) -> impl FnMut(u64) {
    let secret = Secret::from_bytes(KEY.to_vec());
    let suite: ocra::Suite = suite.parse().unwrap();
    let pin = pin();
    move |moment| {
        let inputs = ocra::Inputs {
            challenge: "12345678",
            encoding: ChallengeEncoding::Rfc,
            counter: Counter(moment),
            pin: Some(&pin),
            session: Some(KEY),
            unix: moment * 30,
        };
        black_box(ocra::respond(black_box(&secret), &suite, &inputs).unwrap());
    }
}

/// totp-rs as it comes, made from the stored secret.
fn totp_rs(moment: u64) {
    let totp = totp_rs::Builder::new().with_secret(black_box(KEY)).build_noncompliant();
    black_box(totp.generate(moment * 30).to_string());
}

/// totp-rs as it comes, with an object that lives on and keeps a copy of the secret.
fn totp_rs_kept() -> impl FnMut(u64) {
    let totp = totp_rs::Builder::new().with_secret(KEY).build_noncompliant();
    move |moment| {
        black_box(black_box(&totp).generate(moment * 30).to_string());
    }
}

fn truncated(mac: &[u8]) -> u32 {
    let offset = usize::from(mac[mac.len() - 1] & 0xF);
    u32::from_be_bytes(mac[offset..offset + 4].try_into().unwrap()) & 0x7FFF_FFFF
}

/// RustCrypto's hmac and sha1 as they come.
fn rustcrypto(moment: u64) {
    let mut hmac = Hmac::<sha1::Sha1>::new_from_slice(black_box(KEY)).unwrap();
    hmac.update(&moment.to_be_bytes());
    black_box(format!("{:06}", truncated(&hmac.finalize().into_bytes()) % 1_000_000));
}

/// ring's HMAC as it comes.
fn ring(moment: u64) {
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA1_FOR_LEGACY_USE_ONLY, black_box(KEY));
    let mac = ring::hmac::sign(&key, &moment.to_be_bytes());
    black_box(format!("{:06}", truncated(mac.as_ref()) % 1_000_000));
}

fn each_moment(bencher: Bencher<'_, '_>, mut code: impl FnMut(u64)) {
    let mut moment = 0;
    bencher.counter(ItemsCount::new(1_usize)).bench_local(move || {
        moment += 1;
        code(moment);
    });
}

#[divan::bench]
fn a_totp_sha1(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ours(&totp(Algorithm::Sha1)));
}

#[divan::bench]
fn a_totp_sha256(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ours(&totp(Algorithm::Sha256)));
}

#[divan::bench]
fn a_totp_sha512(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ours(&totp(Algorithm::Sha512)));
}

#[divan::bench]
fn b_hotp_sha1(bencher: Bencher<'_, '_>) {
    let secret = Secret::from_bytes(KEY.to_vec());
    each_moment(bencher, move |moment| {
        black_box(code::hotp::code(black_box(&secret), Algorithm::Sha1, Digits::SIX, Counter(moment)));
    });
}

#[divan::bench]
fn c_steam(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ours(&Kind::Steam));
}

#[divan::bench]
fn d_motp(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ours(&Kind::Motp { pin: pin() }));
}

#[divan::bench]
fn e_yandex(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ours(&Kind::Yandex { pin: pin() }));
}

#[divan::bench(args = ["OCRA-1:HOTP-SHA1-6:QN08", "OCRA-1:HOTP-SHA256-8:QN08", "OCRA-1:HOTP-SHA512-8:C-QA08-PSHA1-S064-T1M"])]
fn f_ocra(bencher: Bencher<'_, '_>, suite: &str) {
    each_moment(bencher, ocra(suite));
}

#[divan::bench]
fn peer_totp_rs(bencher: Bencher<'_, '_>) {
    each_moment(bencher, totp_rs);
}

#[divan::bench]
fn peer_totp_rs_kept(bencher: Bencher<'_, '_>) {
    each_moment(bencher, totp_rs_kept());
}

#[divan::bench]
fn peer_rustcrypto(bencher: Bencher<'_, '_>) {
    each_moment(bencher, rustcrypto);
}

#[divan::bench]
fn peer_ring(bencher: Bencher<'_, '_>) {
    each_moment(bencher, ring);
}

type Contestant<'a> = (&'static str, Box<dyn FnMut(u64) + 'a>);

/// What ours takes for each nanosecond of a peer's.
fn ratios() {
    const ROUNDS: usize = 400;
    const CODES: u32 = 5_000;
    let hotp = Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(1) };
    let totp = totp(Algorithm::Sha1);
    let mut ours: [Contestant<'_>; 3] =
        [("TOTP", Box::new(ours(&totp))), ("HOTP", Box::new(ours(&hotp))), ("Steam", Box::new(ours(&Kind::Steam)))];
    let mut peers: [Contestant<'_>; 4] = [
        ("totp-rs", Box::new(totp_rs)),
        ("totp-rs, kept", Box::new(totp_rs_kept())),
        ("hmac and sha1", Box::new(rustcrypto)),
        ("ring", Box::new(ring)),
    ];
    let mut fastest = [Duration::MAX; 7];
    for _ in 0..ROUNDS {
        for ((_, code), fastest) in ours.iter_mut().chain(&mut peers).zip(&mut fastest) {
            let start = Instant::now();
            (0..u64::from(CODES)).for_each(&mut *code);
            *fastest = start.elapsed().min(*fastest);
        }
    }
    let nanoseconds = fastest.map(|time| time.as_secs_f64() * 1e9 / f64::from(CODES));
    let (our_times, peer_times) = nanoseconds.split_at(ours.len());

    println!(
        "\nFrom stored secret to displayed code, in ns; then ours divided by each peer (below 1: ours is faster)."
    );
    let row = |name: &str, time: Option<&f64>, cells: &dyn Fn(&f64) -> String| {
        let time = time.map_or_else(String::new, |time| format!("{time:.0}"));
        println!("{name:14}{time:>6}{}", our_times.iter().map(cells).collect::<String>());
    };
    println!("{:20}{}", "", ours.iter().map(|(name, _)| format!("{name:>8}")).collect::<String>());
    row("ours", None, &|time| format!("{time:8.0}"));
    for ((name, _), peer) in peers.iter().zip(peer_times) {
        row(name, Some(peer), &|time| format!("{:8.2}", time / peer));
    }
    println!("10,000 codes of TOTP: {:.2} ms", our_times[0] / 100.0);
}
