use super::super::samples::{accounts, read, seed, survives, tokens};
use super::super::sqlcipher::tests::encrypt;
use super::super::sqlite::tests::{Put, Written, database};
use super::*;

const KEY: &str = "GEZDGNBVGY3TQOJQ";

fn plus(reserved: usize) -> Vec<u8> {
    let row = |position: i64, email: &str, secret: &str, counter: i64, kind: i64, issuer: Put, category: &str| {
        vec![position.into(), email.into(), secret.into(), counter.into(), kind.into(), issuer, category.into()]
    };
    let sql = "CREATE TABLE accounts (position INTEGER, email TEXT NOT NULL, secret TEXT NOT NULL, counter INTEGER, \
               type INTEGER, issuer TEXT, category TEXT)";
    let rows = vec![
        row(2, "ACME:mira", KEY, 0, 0, "ACME".into(), "All Accounts"),
        row(1, "counted", KEY, 9, 1, Put::Null, "Work"),
        row(3, "bn", "3132333435363738393031323334353637383930", 0, 2, "Battle.net".into(), "All Accounts"),
        row(4, "bad", "1", 0, 0, "ACME".into(), "All Accounts"),
        row(5, "odd", KEY, 0, 7, "ACME".into(), "All Accounts"),
    ];
    database(1024, reserved, &[Written { sql, rows }])
}

#[test]
fn google_and_authenticator_plus() {
    let outcome = read(&plus(0), None).expect("three tokens");
    let lines = [
        format!("hotp  {KEY} SHA1 6 9"),
        format!("totp ACME {KEY} SHA1 6 30"),
        "totp Battle.net GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ SHA1 8 30".to_owned(),
    ];
    assert_eq!(tokens(&outcome), lines);
    assert_eq!(accounts(&outcome), ["counted", "mira", "bn"]);
    assert_eq!(outcome.tokens[0].groups, ["Work"]);
    assert_eq!(outcome.unreadable.len(), 2);
    seed("sqlite", "accounts", &plus(0));
    survives(&plus(0), None);
}

#[test]
fn the_encrypted_one() {
    let sealed = encrypt(&plus(48), "right", 0);
    seed("authenticator-plus", "accounts", &sealed);
    assert_eq!(accounts(&read(&sealed, Some("right")).expect("three tokens")), ["counted", "mira", "bn"]);
    assert_eq!(read(&sealed, None), Err(ImportError::NeedsPassword));
    assert_eq!(read(&sealed, Some("wrong")), Err(ImportError::WrongPassword));
    // A page of it is missing.
    let sql = "CREATE TABLE accounts (email TEXT, secret TEXT, type INTEGER)";
    let long = "x".repeat(1500);
    let rows = vec![vec![long.as_str().into(), KEY.into(), 0.into()]];
    let longer = encrypt(&database(1024, 48, &[Written { sql, rows }]), "right", 0);
    assert_eq!(read(&longer[..longer.len() - 1024], Some("right")), Err(ImportError::Damaged));
}

#[test]
fn microsoft() {
    let sql = "CREATE TABLE `accounts` (`name` TEXT, `username` TEXT, `oath_secret_key` TEXT, `account_type` INTEGER)";
    let row = |name: &str, key: &str, kind: i64| vec![name.into(), "mira".into(), key.into(), kind.into()];
    let rows =
        vec![row("ACME", KEY, 0), row("Microsoft", "MTIzNDU2Nzg5MA==", 1), row("Work", "", 2), row("None", "", 0)];
    let outcome = read(&database(4096, 0, &[Written { sql, rows }]), None).expect("two tokens");
    assert_eq!(tokens(&outcome), [format!("totp ACME {KEY} SHA1 6 30"), format!("totp Microsoft {KEY} SHA1 8 30")]);
    let reasons: Vec<_> = outcome.unreadable.iter().map(|failed| failed.reason.clone()).collect();
    let work = EnrolError::NotACodeToken { scheme: "microsoft".to_owned() };
    assert_eq!(reasons, [work, EnrolError::NoSecret]);
}

#[test]
fn stratums_own_with_groups() {
    let tokens_sql = "CREATE TABLE \"authenticator\" (\n\"type\" integer, \"issuer\" varchar(32), \"username\" varchar, \
                      \"secret\" varchar primary key not null, \"pin\" varchar, \"algorithm\" integer, \"digits\" integer, \
                      \"period\" integer, \"counter\" integer, \"ranking\" integer, \"icon\" varchar)";
    let row = |kind: i64, secret: &str, pin: &str, algorithm: i64, ranking: i64| -> Vec<Put> {
        let [six, period, counter] = [6, 60, 5].map(Put::from);
        vec![
            kind.into(),
            "ACME".into(),
            "m".into(),
            secret.into(),
            pin.into(),
            algorithm.into(),
            six,
            period,
            counter,
            ranking.into(),
            "@own".into(),
        ]
    };
    let rows = vec![
        row(2, KEY, "", 1, 3),
        row(1, "GEZDGNBVGY3TQOJR", "", 2, 2),
        row(3, "7ac61d4736f51a2b", "1234", 0, 1),
        row(4, "GEZDGNBVGY3TQOJS", "", 0, 0),
        row(9, "GEZDGNBVGY3TQOJT", "", 0, 4),
    ];
    let category = Written {
        sql: "CREATE TABLE category (id varchar primary key, name varchar)",
        rows: vec![vec!["a".into(), "Home".into()], vec!["b".into(), "Work".into()]],
    };
    let link = Written {
        sql: "CREATE TABLE authenticatorcategory (categoryId varchar, authenticatorSecret varchar)",
        rows: vec![vec!["a".into(), KEY.into()], vec!["b".into(), KEY.into()], vec!["zz".into(), KEY.into()]],
    };
    let file = database(4096, 0, &[Written { sql: tokens_sql, rows }, category, link]);
    let outcome = read(&file, None).expect("four tokens");
    let lines = [
        "steam ACME GEZDGNBVGY3TQOJS".to_owned(),
        "motp ACME PLDB2RZW6UNCW".to_owned(),
        "hotp ACME GEZDGNBVGY3TQOJR SHA512 6 5".to_owned(),
        format!("totp ACME {KEY} SHA256 6 60"),
    ];
    assert_eq!(tokens(&outcome), lines);
    assert_eq!(outcome.tokens[3].groups, ["Home", "Work"]);
    assert!(outcome.lost.iter().any(|lost| lost.what == Loss::Icon));
    seed("sqlite", "stratum", &file);
    survives(&file, None);
}

#[test]
fn a_database_of_somebody_else() {
    let file = database(1024, 0, &[Written { sql: "CREATE TABLE x (a)", rows: vec![vec![1.into()]] }]);
    assert_eq!(read(&file, None), Err(ImportError::Unknown));
}
