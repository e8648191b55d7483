//! Every input that fuzzing has kept, once more, with an ordinary compiler. The corpus is made of our own examples and of
//! what libFuzzer made from them: see `core/fuzz`.
#![allow(clippy::unwrap_used)]

use std::fs;
use std::path::Path;

// A crate of its own over there, whose items are public for its targets.
#[allow(unreachable_pub)]
#[path = "../fuzz/src/lib.rs"]
mod bodies;

fn files(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus").join(target);
    let files: Vec<_> = fs::read_dir(folder).unwrap().map(|file| fs::read(file.unwrap().path()).unwrap()).collect();
    assert!(!files.is_empty(), "{target}");
    files
}

fn replay(target: &str, body: fn(&[u8])) {
    files(target).iter().for_each(|file| body(file));
}

#[test]
fn uri() {
    replay("uri", bodies::uri);
}

#[test]
fn migration() {
    replay("migration", bodies::migration);
}

#[test]
fn ocra_suite() {
    replay("ocra_suite", bodies::ocra_suite);
}

#[test]
fn challenge() {
    replay("challenge", bodies::challenge);
}

#[test]
fn sntp() {
    replay("sntp", bodies::sntp);
}

#[test]
fn https_date() {
    replay("https_date", bodies::https_date);
}

#[test]
fn push_uri() {
    replay("push_uri", bodies::push_uri);
}

#[test]
fn redirect() {
    replay("redirect", bodies::redirect);
}

#[test]
fn push_answer() {
    replay("push_answer", bodies::push_answer);
}

#[test]
fn tiqr() {
    replay("tiqr", bodies::tiqr);
}

#[test]
fn vault_header() {
    replay("vault_header", bodies::vault_header);
}

#[test]
fn backup_version() {
    replay("backup_version", bodies::backup_version);
}

#[test]
fn journal() {
    replay("journal", bodies::journal_file);
}

#[test]
fn frame() {
    replay("frame", bodies::frame);
}

#[test]
fn qr_image() {
    replay("qr_image", bodies::qr_image);
}

/// The importers, each with the files that its tests make and what fuzzing made of them.
#[test]
fn importers() {
    for format in [
        "sealed",
        "json",
        "aegis",
        "2fas",
        "ente",
        "stratum",
        "stratum-html",
        "proton",
        "proton-pass",
        "bitwarden",
        "bitwarden-csv",
        "lastpass",
        "andotp",
        "andotp-old",
        "zip",
        "keepass",
        "sqlite",
        "freeotp",
        "freeotp-xml",
        "freeotp-plus",
        "authy",
        "totp-authenticator-xml",
        "battlenet",
        "duo",
        "steam",
        "raivo",
        "pdf",
        "html",
        "totp-authenticator",
        "authenticator-plus",
    ] {
        let target = format!("import_{}", format.replace('-', "_"));
        for file in files(&target) {
            bodies::import(format, &file);
        }
    }
}
