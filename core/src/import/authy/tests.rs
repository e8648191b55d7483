use super::super::cipher::seal;
use super::super::samples::{accounts, read, seed, tokens};
use super::*;

const KEY: &str = "GEZDGNBVGY3TQOJQ";

fn file(name: &str, json: &str) -> String {
    let json = json.replace('&', "&amp;").replace('"', "&quot;");
    format!(
        "<?xml version='1.0' ?>\n<map>\n<int name=\"v\" value=\"1\" />\n<string name=\"{name}\">{json}</string>\n</map>\n"
    )
}

fn sealed(password: &str) -> String {
    let mut key = [0; 32];
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA1, ROUNDS, b"salt", password.as_bytes(), &mut key);
    let secret = data_encoding::BASE64.encode(&seal::cbc(&key, &[0; 16], KEY.as_bytes()));
    format!(
        "{{\"encryptedSecret\":\"{secret}\",\"salt\":\"salt\",\"digits\":7,\"originalName\":\"ACME:mira\",\"name\":\"ACME: mira\"}}"
    )
}

#[test]
fn in_clear_with_names_of_all_kinds() {
    let names = [
        (r#""originalIssuer":"ACME","originalName":"ACME:mira","name":"ACME: mira""#, ["ACME", "mira"]),
        (r#""originalName":"ACME:x","name":"mine""#, ["ACME", "mine"]),
        (r#""originalName":"x","name":"ACME - mira""#, ["ACME", "mira"]),
        (r#""originalName":"mira","name":"""#, ["", "mira"]),
    ];
    for (names, wanted) in names {
        let json = format!("[{{\"decryptedSecret\":\"{KEY}\",\"digits\":8,{names}}},{{\"name\":\"none\"}}]");
        let outcome = read(file(OTHERS, &json).as_bytes(), None).expect("a token");
        assert_eq!([outcome.tokens[0].issuer.as_str(), outcome.tokens[0].account.as_str()], wanted);
        assert_eq!((outcome.unreadable.len(), outcome.lost.len()), (1, 2));
    }
}

#[test]
fn authys_own() {
    let json = r#"[{"name":"Own","secretSeed":"31323334353637383930"}]"#;
    let outcome = read(file(OWN, json).as_bytes(), None).expect("a token");
    assert_eq!(tokens(&outcome), [format!("totp  {KEY} SHA1 7 10")]);
}

#[test]
fn under_a_password() {
    let list = file(OTHERS, &format!("[{},{}]", sealed("right"), sealed("older")));
    seed("authy", "authy", list.as_bytes());
    let outcome = read(list.as_bytes(), Some("right")).expect("a token");
    assert_eq!((accounts(&outcome), outcome.unreadable.len()), (vec!["mira"], 1));
    assert_eq!(outcome.unreadable[0].reason, EnrolError::NoSecret);
    assert_eq!(read(list.as_bytes(), None), Err(ImportError::NeedsPassword));
    assert_eq!(read(list.as_bytes(), Some("wrong")), Err(ImportError::WrongPassword));
    for cut in (160..list.trim_end().len()).step_by(10) {
        assert_eq!(read(&list.as_bytes()[..cut], Some("right")), Err(ImportError::Damaged), "{cut}");
    }
}
