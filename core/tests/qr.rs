//! Codes of other people's pictures, and pictures made to hurt.

use std::{
    fs,
    path::{Path, PathBuf},
};

use proptest::prelude::*;
use smartotp_core::qr::{
    read::{self, Budget, ReadError},
    write::Modules,
};

/// The QR fixtures, where they are.
fn fixtures() -> Option<PathBuf> {
    let root = std::env::var_os("SMARTOTP_FIXTURES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"), PathBuf::from)
        .join("qr");
    if !root.is_dir() {
        println!("skipped: no fixtures");
        return None;
    }
    Some(root)
}

/// Picture files in a folder.
fn pictures(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|file| file.is_file() && file.extension().is_some_and(|end| end != "txt" && end != "gz"));
    files.sort();
    files
}

/// The text beside a picture, lines ended alike.
fn text_beside(picture: &Path) -> Option<String> {
    Some(plain(&fs::read_to_string(picture.with_extension("txt")).ok()?))
}

/// A text without the line ends that editors and repositories change.
fn plain(text: &str) -> String {
    text.replace('\r', "").trim_end_matches('\n').to_owned()
}

/// Reads all pictures of a folder that have a text beside; counts the right ones; a wrong text fails.
fn count_right(folder: &Path) -> (usize, usize) {
    let (mut right, mut all) = (0, 0);
    for picture in pictures(folder) {
        let Some(expected) = text_beside(&picture) else { continue };
        all += 1;
        match read::picture(&fs::read(&picture).unwrap(), Budget::PICTURE) {
            Ok(texts) => {
                let texts: Vec<String> = texts.iter().map(|text| plain(text)).collect();
                assert_eq!(texts, [expected], "{}", picture.display());
                right += 1;
            }
            Err(error) => println!("{}: {error}", picture.display()),
        }
    }
    println!("{}: {right} of {all}", folder.display());
    (right, all)
}

#[test]
fn phone_photos_are_read() {
    let Some(root) = fixtures() else { return };
    for folder in ["zxing/qrcode-1", "zxing/qrcode-3", "zxing/qrcode-5", "proton", "rqrr"] {
        let (right, all) = count_right(&root.join(folder));
        assert!(right * 10 >= all * 9, "{folder}: {right} of {all}");
    }
}

#[test]
fn pictures_without_a_code_give_nothing() {
    let Some(root) = fixtures() else { return };
    for picture in pictures(&root.join("zxing-cpp/falsepositives-1")) {
        let outcome = read::picture(&fs::read(&picture).unwrap(), Budget::PICTURE);
        assert_eq!(outcome, Err(ReadError::NoCode), "{}", picture.display());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_written_code_reads_back(text in "\\PC{1,200}") {
        let png = Modules::encode(&text).unwrap().to_png(4);
        prop_assert_eq!(read::picture(&png, Budget::PICTURE), Ok(vec![text]));
    }
}
