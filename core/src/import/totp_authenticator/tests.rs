use super::super::cipher::seal;
use super::super::samples::{read, seed, tokens};
use super::*;

const LIST_TEXT: &str = r#"[{"base":16,"digits":"8","issuer":"ACME","key":"31323334353637383930","name":"mira","period":"60",
    "isFavorite":true},{"base":32,"digits":"","issuer":"ACME","key":"GEZDGNBVGY3TQOJQ","name":"b","period":""},
    {"base":64,"digits":"6","key":"MTIzNDU2Nzg5MA==","period":"30"},{"base":16,"key":""}]"#;

fn sealed(password: &str) -> Vec<u8> {
    let json = serde_json::json!({ LIST_TEXT: "1677872756" }).to_string();
    let key: [u8; 32] = Sha256::digest(password.as_bytes()).into();
    data_encoding::BASE64.encode(&seal::cbc(&key, &[0; 16], json.as_bytes())).into_bytes()
}

fn lines() -> [String; 3] {
    ["totp ACME GEZDGNBVGY3TQOJQ SHA1 8 60", "totp ACME GEZDGNBVGY3TQOJQ SHA1 6 30", "totp  GEZDGNBVGY3TQOJQ SHA1 6 30"]
        .map(str::to_owned)
}

#[test]
fn the_backup() {
    seed("totp-authenticator", "backup", &sealed("right"));
    let outcome = read(&sealed("right"), Some("right")).expect("three tokens");
    assert_eq!(tokens(&outcome), lines());
    assert!(outcome.tokens[0].favourite && outcome.unreadable.len() == 1);
    assert_eq!(tokens(&read(&sealed(NO_PASSWORD), None).expect("three tokens")), lines());
    assert_eq!(read(&sealed("right"), None), Err(ImportError::NeedsPassword));
    for wrong in ["wrong", "", "right "] {
        assert_eq!(read(&sealed("right"), Some(wrong)), Err(ImportError::WrongPassword));
    }
}

#[test]
fn a_cut_backup() {
    let whole = sealed("right");
    for cut in (100..whole.len()).step_by(20) {
        let error = read(&whole[..cut], Some("right")).expect_err("a cut file");
        assert!(matches!(error, ImportError::Damaged | ImportError::Unknown), "{cut}: {error}");
    }
}

#[test]
fn the_preferences() {
    let list = LIST_TEXT.replace('"', "&quot;");
    let file = format!(
        "<?xml version='1.0' ?>\n<map><int name=\"a\" value=\"1\" /><string name=\"{LIST}\">{list}</string></map>"
    );
    seed("totp-authenticator-xml", "preferences", file.as_bytes());
    assert_eq!(tokens(&read(file.as_bytes(), None).expect("three tokens")), lines());
}
