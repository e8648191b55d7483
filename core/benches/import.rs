//! Entries per second of each plain format, 10,000 at a time: `cargo bench -p smartotp-core --bench import`.
#![allow(clippy::unwrap_used, reason = "a bench stops where something fails")]

use divan::{Bencher, counter::ItemsCount};
use smartotp_core::import::read;

const ENTRIES: usize = 10_000;
const KEY: &str = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";

fn main() {
    divan::main();
}

/// A file of that many entries, from what stands around them and what each is.
fn file(before: &str, between: &str, after: &str, entry: impl Fn(usize) -> String) -> Vec<u8> {
    let entries: Vec<String> = (0..ENTRIES).map(entry).collect();
    format!("{before}{}{after}", entries.join(between)).into_bytes()
}

fn uri(n: usize) -> String {
    format!("otpauth://totp/ACME:user{n}?secret={KEY}&issuer=ACME&algorithm=SHA1&digits=6&period=30")
}

fn run(bencher: Bencher<'_, '_>, file: &[u8]) {
    assert_eq!(read(file, None).unwrap().tokens.len(), ENTRIES);
    bencher.counter(ItemsCount::new(ENTRIES)).bench(|| read(divan::black_box(file), None).unwrap());
}

#[divan::bench]
fn aegis(bencher: Bencher<'_, '_>) {
    let before = r#"{"version":1,"header":{"slots":null,"params":null},"db":{"version":3,"entries":["#;
    run(
        bencher,
        &file(before, ",", r#"],"groups":[{"uuid":"g","name":"Work"}],"icons_optimized":true}}"#, |n| {
            format!(
                r#"{{"type":"totp","uuid":"3ae6f1ad-2e65-4ed2-a953-1ec0dff2386d","name":"user{n}","issuer":"ACME","note":"","favorite":false,"icon":null,"info":{{"secret":"{KEY}","algo":"SHA1","digits":6,"period":30}},"groups":["g"]}}"#
            )
        }),
    );
}

#[divan::bench]
fn twofas(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file(r#"{"services":["#, ",", r#"],"groups":[],"schemaVersion":4}"#, |n| {
            format!(
                r#"{{"name":"ACME","secret":"{KEY}","updatedAt":1702934567518,"otp":{{"label":"user{n}","account":"user{n}","issuer":"ACME","digits":6,"period":30,"algorithm":"SHA1","tokenType":"TOTP","source":"Link"}},"order":{{"position":{n}}},"icon":{{"selected":"Label","label":{{"text":"AC","backgroundColor":"Red"}}}}}}"#
            )
        }),
    );
}

#[divan::bench]
fn ente(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file("", "\n", "\n", |n| {
            uri(n)
                + "&codeDisplay=%7B%22pinned%22%3Afalse%2C%22trashed%22%3Afalse%2C%22tapCount%22%3A0%2C%22tags%22%3A%5B%5D%7D"
        }),
    );
}

#[divan::bench]
fn text(bencher: Bencher<'_, '_>) {
    run(bencher, &file("", "\n", "\n", uri));
}

#[divan::bench]
fn stratum(bencher: Bencher<'_, '_>) {
    let after = r#"],"Categories":[],"AuthenticatorCategories":[],"CustomIcons":[]}"#;
    run(
        bencher,
        &file(r#"{"Authenticators":["#, ",", after, |n| {
            format!(
                r#"{{"Type":2,"Icon":null,"Issuer":"ACME","Username":"user{n}","Secret":"{KEY}","Pin":null,"Algorithm":0,"Digits":6,"Period":30,"Counter":0,"Ranking":{n}}}"#
            )
        }),
    );
}

#[divan::bench]
fn stratum_html(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file("<!doctype html><html><body><table>", "\n", "</table></body></html>", |n| {
            format!("<tr><td>ACME</td><td>user{n}</td><td><code>{}</code></td></tr>", uri(n))
        }),
    );
}

#[divan::bench]
fn proton(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file(r#"{"version":1,"entries":["#, ",", "]}", |n| {
            format!(r#"{{"id":"0","content":{{"uri":"{}","entry_type":"Totp","name":"user{n}"}},"note":null}}"#, uri(n))
        }),
    );
}

#[divan::bench]
fn proton_pass(bencher: Bencher<'_, '_>) {
    let before = r#"{"encrypted":false,"version":"1.21.2","vaults":{"v":{"name":"Personal","items":["#;
    run(
        bencher,
        &file(before, ",", "]}}}", |n| {
            format!(
                r#"{{"itemId":"0","state":1,"pinned":false,"data":{{"metadata":{{"name":"ACME","note":""}},"type":"login","content":{{"itemUsername":"user{n}","totpUri":"{}"}}}}}}"#,
                uri(n)
            )
        }),
    );
}

#[divan::bench]
fn bitwarden(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file(r#"{"encrypted":false,"folders":[],"items":["#, ",", "]}", |n| {
            format!(
                r#"{{"id":"0","folderId":null,"type":1,"name":"ACME","notes":null,"favorite":false,"login":{{"uris":null,"username":"user{n}","password":null,"totp":"{}"}},"collectionIds":null}}"#,
                uri(n)
            )
        }),
    );
}

#[divan::bench]
fn bitwarden_csv(bencher: Bencher<'_, '_>) {
    let before = "folder,favorite,type,name,notes,fields,login_uri,login_username,login_password,login_totp\n";
    run(bencher, &file(before, "\n", "\n", |n| format!(",,login,ACME,,,,user{n},,{}", uri(n))));
}

#[divan::bench]
fn lastpass(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file(r#"{"localDeviceId":"0","version":3,"accounts":["#, ",", r#"],"folders":[]}"#, |n| {
            format!(
                r#"{{"accountID":"0","issuerName":"ACME","originalIssuerName":"ACME","userName":"user{n}","secret":"{KEY}","timeStep":30,"digits":6,"isFavorite":false,"algorithm":"SHA1","folderData":{{"folderId":0,"position":0}}}}"#
            )
        }),
    );
}

#[divan::bench]
fn andotp(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file("[", ",", "]", |n| {
            format!(
                r#"{{"secret":"{KEY}","issuer":"ACME","label":"user{n}","digits":6,"type":"TOTP","algorithm":"SHA1","thumbnail":"Default","last_used":1608146844162,"used_frequency":0,"period":30,"tags":[]}}"#
            )
        }),
    );
}
