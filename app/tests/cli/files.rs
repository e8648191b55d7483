//! `qr`, `export`, `settings`, `completions`, `man`: files and texts that others read.

use serde_json::json;

use crate::harness::{Home, RFC_KEY, fixtures, hotp, totp};

#[test]
fn a_token_goes_out_as_a_picture_and_comes_back() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let png = home.path("token.png");
    let png = png.to_str().unwrap();
    assert_eq!(home.run(&["qr", "show", "github", "--png", png]).code, 0);
    let read = home.plain(&["qr", "read", png, "--json"]);
    assert_eq!(read.code, 0);
    let texts = read.json();
    assert_eq!(texts[0]["file"], png);
    let uri = texts[0]["texts"][0].as_str().unwrap();
    assert!(uri.starts_with("otpauth://totp/GitHub") && uri.contains(RFC_KEY), "{uri}");
    let other = Home::new();
    assert_eq!(other.run(&["import", png]).code, 0);
    assert_eq!(other.run(&["code", "github", "--at", "59"]).out, "94287082\n");
    let svg = home.path("token.svg");
    assert_eq!(home.run(&["qr", "show", "github", "--svg", svg.to_str().unwrap()]).code, 0);
    assert!(std::fs::read_to_string(svg).unwrap().contains("<svg"));
    assert!(home.run(&["qr", "show", "github"]).out.contains('█'));
}

#[test]
fn a_file_without_a_code_is_six_and_the_others_are_read() {
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let png = home.path("token.png");
    home.run(&["qr", "show", "github", "--png", png.to_str().unwrap()]);
    let text = home.file("text.png", "no picture");
    let absent = home.path("absent.png");
    let outcome =
        home.plain(&["qr", "read", text.to_str().unwrap(), png.to_str().unwrap(), absent.to_str().unwrap(), "--json"]);
    assert_eq!(outcome.code, 6);
    let results = outcome.json();
    assert_eq!((&results[0]["texts"], &results[2]["texts"]), (&json!([]), &json!([])));
    assert_eq!(results[1]["texts"].as_array().unwrap().len(), 1);
}

#[test]
fn pictures_of_others_give_their_texts() {
    let Some(fixtures) = fixtures() else { return };
    let home = Home::bare();
    for name in [
        "GoogleAuthImportScreenshotCropped.jpg",
        "GoogleAuthenticatorExport_2.png",
        "GoogleAuthenticator_ScreenshotBigQR.jpeg",
    ] {
        let picture = fixtures.join("qr/proton").join(name);
        let expected = std::fs::read_to_string(picture.with_extension("txt")).unwrap();
        let outcome = home.plain(&["qr", "read", picture.to_str().unwrap(), "--json"]);
        assert_eq!(outcome.code, 0, "{name}: {outcome:?}");
        assert_eq!(outcome.json()[0]["texts"], json!([expected.trim_end()]), "{name}");
    }
}

#[test]
fn an_export_comes_back_whole() {
    let home = Home::with(&[
        &totp("GitHub", "mira"),
        &hotp("Bank", "mira"),
        "otpauth://ocra/B?secret=GEZDGNBVGY3TQOJQ&suite=OCRA-1:HOTP-SHA1-6:QN08",
    ]);
    home.run(&["edit", "github", "--group", "Work", "--note", "mine"]);
    let exported = home.json(&["export", "--to", "json"]);
    assert_eq!(
        exported[0],
        json!({"type": "totp", "issuer": "GitHub", "account": "mira", "secret": RFC_KEY, "algorithm": "SHA1",
               "digits": 8, "period": 30, "groups": ["Work"], "note": "mine", "favourite": false})
    );
    assert_eq!(exported[1]["counter"], 0);
    assert_eq!(exported[2]["suite"], "OCRA-1:HOTP-SHA1-6:QN08");
    // Without --json too: the format is the export's own.
    let links = home.run(&["export", "--to", "otpauth", "--quiet"]);
    assert_eq!((links.code, links.out.lines().count(), links.err.as_str()), (0, 3, ""));
    let other = Home::new();
    assert_eq!(other.feed(&["add", "-"], &links.out).code, 0);
    assert_eq!(other.json(&["list"]).as_array().unwrap().len(), 3);
    assert_eq!(home.json(&["export", "--to", "json", "bank"]).as_array().unwrap().len(), 1);
    assert_eq!(home.run(&["export", "--to", "json", "nobody"]).code, 4);
}

#[cfg(unix)]
#[test]
fn an_exported_file_is_its_owners_alone() {
    use std::os::unix::fs::PermissionsExt as _;
    let home = Home::with(&[&totp("GitHub", "mira")]);
    let file = home.file("export.json", "what was here");
    let refused = home.run(&["export", "--to", "json", "--output", file.to_str().unwrap(), "--json"]);
    assert_eq!((refused.code, refused.error()["code"].as_str()), (8, Some("file_exists")), "{refused:?}");
    assert_eq!(std::fs::read_to_string(&file).unwrap(), "what was here");
    let outcome = home.run(&["export", "--to", "json", "--force", "--output", file.to_str().unwrap()]);
    assert_eq!((outcome.code, outcome.out.contains(RFC_KEY)), (0, false), "{outcome:?}");
    assert!(outcome.err.contains("in clear"));
    assert!(std::fs::read_to_string(&file).unwrap().contains(RFC_KEY));
    assert_eq!(std::fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn settings_are_kept_and_checked() {
    let home = Home::bare();
    assert_eq!(home.plain(&["settings", "set", "language", "de"]).code, 0);
    assert_eq!(home.plain(&["settings", "get", "language"]).out, "de\n");
    assert_eq!(home.plain(&["settings", "--json"]).json()["language"], "de");
    assert!(home.run(&["list"]).err.contains("Tresor"), "the setting is the language");
    assert!(home.run(&["list", "--lang", "en"]).err.contains("vault"));
    assert_eq!(home.plain(&["settings", "set", "theme", "purple"]).code, 2);
    assert_eq!(home.plain(&["settings", "set", "theme", "dark"]).code, 0);
    assert_eq!(home.plain(&["settings", "get", "nothing"]).code, 2);
    assert_eq!(home.plain(&["settings", "set", "language", "system"]).code, 0);
    assert_eq!(home.plain(&["settings", "--json"]).json()["language"], json!(null));
}

#[test]
fn completions_and_manual_pages() {
    let home = Home::bare();
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let outcome = home.plain(&["completions", shell]);
        assert!(outcome.code == 0 && outcome.out.contains("smartotp"), "{shell}");
    }
    assert!(home.plain(&["man"]).out.starts_with(".ie"));
    assert!(home.plain(&["man", "vault", "create"]).out.contains("device"));
    assert_eq!(home.plain(&["--version"]).out, format!("smartotp {}\n", env!("CARGO_PKG_VERSION")));
}
