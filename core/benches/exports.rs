//! Exports of 10,000 tokens, and sealed files written and read with their keys at hand: no key derivation is in any of it.
//!
//! `cargo bench -p smartotp-core --bench exports`
#![allow(clippy::unwrap_used, missing_docs)]

use divan::Bencher;
use smartotp_core::backup::words::TransferKey;
use smartotp_core::backup::{Keys, Lock, Origin};
use smartotp_core::export::{Format, Request, verify};
use smartotp_core::qr::animated::{Frames, Receiver};
use smartotp_core::secret::Secret;
use smartotp_core::token::{Kind, Token, TokenId};
use smartotp_core::vault::{Entropy as _, SystemEntropy};

const TOKENS: usize = 10_000;

fn main() {
    divan::main();
}

fn tokens(count: usize) -> Vec<Token> {
    let token = |number: usize| {
        let (mut id, mut secret) = ([0; 16], vec![0; 20]);
        SystemEntropy.fill(&mut id).unwrap();
        SystemEntropy.fill(&mut secret).unwrap();
        let (issuer, account) = (format!("Issuer {}", number % 500), format!("someone{number}@example.org"));
        Token::new(TokenId::from_bytes(id), issuer, account, Secret::from_bytes(secret), Kind::usual_totp())
    };
    (0..count).map(token).collect()
}

fn request(extension: &str) -> Request<'_> {
    Request { extension, ..Request::default() }
}

/// Each format in clear; a slash stands before another make of it.
#[divan::bench(args = ["json", "otpauth", "aegis", "2fas", "bitwarden", "migration/txt", "migration/svg", "sheet/html", "sheet/pdf"], sample_count = 5, sample_size = 1)]
fn write(bencher: Bencher, name: &str) {
    let (name, extension) = name.split_once('/').unwrap_or((name, ""));
    let tokens = tokens(TOKENS);
    let tokens: Vec<&Token> = tokens.iter().collect();
    bencher.bench_local(|| Format::named(name).unwrap().write(&tokens, &request(extension)).unwrap());
}

/// Read back and compared.
#[divan::bench(args = ["json", "otpauth", "aegis", "2fas", "bitwarden", "migration/txt"], sample_count = 5, sample_size = 1)]
fn read_back(bencher: Bencher, name: &str) {
    let (name, extension) = name.split_once('/').unwrap_or((name, ""));
    let (tokens, request) = (tokens(TOKENS), request(extension));
    let tokens: Vec<&Token> = tokens.iter().collect();
    let format = Format::named(name).unwrap();
    let written = format.write(&tokens, &request).unwrap();
    bencher.bench_local(|| verify(format, &written.files(), &tokens, &written.lost, &request).unwrap());
}

fn set() -> Keys {
    Keys::new(&[Lock::Transfer(&TransferKey::random(&SystemEntropy).unwrap())], &SystemEntropy).unwrap()
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20, sample_size = 1)]
fn seal(bencher: Bencher, count: usize) {
    let (tokens, keys) = (tokens(count), set());
    let tokens: Vec<&Token> = tokens.iter().collect();
    bencher.bench_local(|| keys.seal(&Origin::default(), &tokens, &SystemEntropy).unwrap());
}

#[divan::bench(args = [100, 1_000, 10_000], sample_count = 20, sample_size = 1)]
fn open(bencher: Bencher, count: usize) {
    let (tokens, keys) = (tokens(count), set());
    let file = keys.seal(&Origin::default(), &tokens.iter().collect::<Vec<_>>(), &SystemEntropy).unwrap();
    bencher.bench_local(|| keys.open(&file).unwrap());
}

/// The frames of a file until it is whole again, every other one of them missed: without pictures.
#[divan::bench(args = [100, 1_000, 10_000], sample_count = 5, sample_size = 1)]
fn frames(bencher: Bencher, count: usize) {
    let tokens = tokens(count);
    let file = set().seal(&Origin::default(), &tokens.iter().collect::<Vec<_>>(), &SystemEntropy).unwrap();
    bencher.bench_local(|| {
        let mut receiver = Receiver::default();
        for frame in Frames::new(&file).unwrap().step_by(2) {
            receiver.frame(&frame);
            if receiver.finished().is_some() {
                break;
            }
        }
        receiver
    });
}
