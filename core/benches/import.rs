//! Entries per second of each plain format, 10,000 at a time: `cargo bench -p smartotp-core --bench import`.
#![allow(clippy::unwrap_used, reason = "a bench stops where something fails")]

#[path = "import/database.rs"]
mod database;

use std::io::{Cursor, Write as _};

use database::Put;
use divan::{Bencher, counter::ItemsCount};
use smartotp_core::export::{Format, Request};
use smartotp_core::import::read;
use smartotp_core::secret::Secret;
use smartotp_core::token::{Kind, Token, TokenId};

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
fn links(bencher: Bencher<'_, '_>) {
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

/// Google's codes and our own JSON, as this app exports them.
#[divan::bench(args = ["migration/txt", "json"])]
fn exported(bencher: Bencher<'_, '_>, name: &str) {
    let (name, extension) = name.split_once('/').unwrap_or((name, ""));
    let token = |n: usize| {
        let (mut id, secret) = ([0; 16], Secret::from_base32(KEY).unwrap());
        id[..8].copy_from_slice(&n.to_le_bytes());
        Token::new(TokenId::from_bytes(id), "ACME".into(), format!("user{n}"), secret, Kind::usual_totp())
    };
    let tokens: Vec<Token> = (0..ENTRIES).map(token).collect();
    let tokens: Vec<&Token> = tokens.iter().collect();
    let written = Format::named(name).unwrap().write(&tokens, &Request { extension, ..Request::default() }).unwrap();
    run(bencher, &written.files().concat());
}

#[divan::bench]
fn html(bencher: Bencher<'_, '_>) {
    let link = |n| format!("<a href=\"{}\">user{n}</a>", uri(n).replace('&', "&amp;"));
    run(bencher, &file("<html><body>", "\n", "</body></html>", link));
}

#[divan::bench]
fn zip(bencher: Bencher<'_, '_>) {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    writer.start_file("export.txt", zip::write::SimpleFileOptions::default()).unwrap();
    writer.write_all(&file("", "\n", "\n", uri)).unwrap();
    run(bencher, &writer.finish().unwrap().into_inner());
}

#[divan::bench]
fn raivo(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file("[", ",", "]", |n| {
            format!(
                r#"{{"issuer":"ACME","account":"user{n}","secret":"{KEY}","algorithm":"SHA1","digits":"6","kind":"TOTP","timer":"30","counter":"0","pinned":"false","iconType":"","iconValue":""}}"#
            )
        }),
    );
}

#[divan::bench]
fn duo(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file("[", ",", "]", |n| {
            format!(
                r#"{{"accountType":"ThirdParty","name":"user{n}","otpGenerator":{{"otpSecret":"{KEY}"}},"pkey":"p{n}"}}"#
            )
        }),
    );
}

#[divan::bench]
fn steam(bencher: Bencher<'_, '_>) {
    run(
        bencher,
        &file(r#"{"accounts":{"#, ",", "}}", |n| {
            format!(
                r#""{n}":{{"shared_secret":"MTIzNDU2Nzg5MDEyMzQ1Njc4OTA=","account_name":"user{n}","identity_secret":""}}"#
            )
        }),
    );
}

/// What FreeOTP 1 and FreeOTP+ keep of a token.
fn freeotp(n: usize) -> String {
    format!(
        r#"{{"algo":"SHA1","counter":0,"digits":6,"issuerExt":"ACME","label":"user{n}","period":30,"secret":[49,50,51,52,53,54,55,56,57,48,49,50,51,52,53,54,55,56,57,48],"type":"TOTP"}}"#
    )
}

#[divan::bench]
fn freeotp_plus(bencher: Bencher<'_, '_>) {
    run(bencher, &file(r#"{"tokenOrder":[],"tokens":["#, ",", "]}", freeotp));
}

#[divan::bench]
fn freeotp_xml(bencher: Bencher<'_, '_>) {
    let token = |n| format!("<string name=\"ACME:user{n}\">{}</string>", freeotp(n).replace('"', "&quot;"));
    run(bencher, &file("<?xml version='1.0' ?>\n<map>\n", "\n", "\n</map>\n", token));
}

/// A list of objects as the text of a name in preferences.
fn preferences(name: &str, entry: impl Fn(usize) -> String) -> Vec<u8> {
    let before = format!("<?xml version='1.0' ?>\n<map>\n<string name=\"{name}\">[");
    file(&before, ",", "]</string>\n</map>\n", |n| entry(n).replace('"', "&quot;"))
}

#[divan::bench]
fn authy(bencher: Bencher<'_, '_>) {
    let token = |n| {
        format!(
            r#"{{"accountType":"generic","decryptedSecret":"{KEY}","digits":6,"name":"ACME: user{n}","originalName":"ACME:user{n}"}}"#
        )
    };
    run(bencher, &preferences("com.authy.storage.tokens.authenticator.key", token));
}

#[divan::bench]
fn totp_authenticator_xml(bencher: Bencher<'_, '_>) {
    let token = |n| {
        format!(
            r#"{{"base":32,"digits":"6","isFavorite":false,"issuer":"ACME","key":"{KEY}","name":"user{n}","period":"30"}}"#
        )
    };
    run(bencher, &preferences("STATIC_TOTP_CODES_LIST", token));
}

fn text(of: impl Into<String>) -> Put {
    Put::Text(of.into())
}

#[divan::bench]
fn google_database(bencher: Bencher<'_, '_>) {
    let sql = "CREATE TABLE accounts (_id INTEGER PRIMARY KEY, email TEXT, secret TEXT, counter INTEGER, type INTEGER, issuer TEXT)";
    let row =
        |n: usize| vec![Put::Null, text(format!("user{n}")), text(KEY), Put::Integer(0), Put::Integer(0), text("ACME")];
    run(bencher, &database::database(sql, (0..ENTRIES).map(row)));
}

#[divan::bench]
fn stratum_database(bencher: Bencher<'_, '_>) {
    let sql = "CREATE TABLE authenticator (type INTEGER, issuer TEXT, username TEXT, secret TEXT, algorithm INTEGER, digits INTEGER, period INTEGER, counter INTEGER, ranking INTEGER)";
    let row = |n: usize| {
        let [kind, algorithm, digits, period, counter] = [2, 0, 6, 30, 0].map(Put::Integer);
        vec![
            kind,
            text("ACME"),
            text(format!("user{n}")),
            text(KEY),
            algorithm,
            digits,
            period,
            counter,
            Put::Integer(u32::try_from(n).unwrap()),
        ]
    };
    run(bencher, &database::database(sql, (0..ENTRIES).map(row)));
}

#[divan::bench]
fn microsoft_database(bencher: Bencher<'_, '_>) {
    let sql = "CREATE TABLE accounts (account_type INTEGER, name TEXT, username TEXT, oath_secret_key TEXT, ux_position INTEGER)";
    let row = |n: usize| {
        let position = Put::Integer(u32::try_from(n).unwrap());
        vec![Put::Integer(0), text("ACME"), text(format!("user{n}")), text(KEY), position]
    };
    run(bencher, &database::database(sql, (0..ENTRIES).map(row)));
}
