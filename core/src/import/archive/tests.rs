use std::io::Write as _;

use zip::write::SimpleFileOptions;
use zip::{AesMode, CompressionMethod, ZipWriter, unstable::write::FileOptionsExt as _};

use super::super::samples::{accounts, cuts, read, seed};
use super::*;

const URI: &str = "otpauth://totp/ACME:mira?secret=GEZDGNBVGY3TQOJQ\r\n";

fn plain() -> SimpleFileOptions {
    SimpleFileOptions::default().compression_method(CompressionMethod::Deflated)
}

fn archive(files: &[(&str, &[u8], SimpleFileOptions)]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes, options) in files {
        writer.start_file(*name, *options).and_then(|()| Ok(writer.write_all(bytes)?)).expect("memory");
    }
    writer.finish().expect("memory").into_inner()
}

fn aes(bytes: &[u8]) -> Vec<u8> {
    let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
    let options = plain().with_aes_encryption(AesMode::Aes256, "right");
    writer.start_file("export.txt", options).and_then(|()| Ok(writer.write_all(bytes)?)).expect("memory");
    writer.finish().expect("memory").into_inner()
}

#[test]
fn files_in_clear_and_under_either_cipher() {
    let old = archive(&[("a.txt", URI.as_bytes(), plain().with_deprecated_encryption(b"right").expect("a password"))]);
    let clear = archive(&[("a.txt", URI.as_bytes(), plain())]);
    seed("zip", "clear", &clear);
    seed("zip", "old", &old);
    seed("zip", "aes", &aes(URI.as_bytes()));
    for (file, password) in
        [(&clear, None), (&clear, Some("any")), (&old, Some("right")), (&aes(URI.as_bytes()), Some("right"))]
    {
        assert_eq!(accounts(&read(file, password).expect("a token")), ["mira"]);
    }
    for file in [&old, &aes(URI.as_bytes())] {
        assert_eq!(read(file, None), Err(ImportError::NeedsPassword));
        assert_eq!(read(file, Some("wrong")), Err(ImportError::WrongPassword));
    }
    // Some of these pass the old cipher's own check.
    for wrong in 0..300 {
        assert_eq!(read(&old, Some(&format!("wrong {wrong}"))), Err(ImportError::WrongPassword), "{wrong}");
    }
}

#[test]
fn what_lies_beside_the_data_adds_nothing() {
    let page = format!("<html><a href=\"{}\">x</a></html>", URI.trim_end().replace("mira", "other"));
    let files = [
        ("a.html", page.as_bytes(), plain()),
        ("read.me", b"Lorem ipsum", plain()),
        ("b.txt", URI.as_bytes(), plain()),
    ];
    assert_eq!(accounts(&read(&archive(&files), None).expect("a token")), ["mira"]);
    assert_eq!(accounts(&read(&archive(&files[..2]), None).expect("a token")), ["other"]);
    assert_eq!(read(&archive(&files[1..2]), None), Err(ImportError::Unknown));
    assert_eq!(read(&archive(&[]), None), Err(ImportError::Empty));
    let nested = archive(&[("a.zip", &archive(&files), plain())]);
    assert_eq!(read(&nested, None), Err(ImportError::Unknown));
}

#[test]
fn what_is_cut_is_damaged() {
    for file in [archive(&[("a.txt", URI.as_bytes(), plain())]), aes(URI.as_bytes())] {
        for cut in cuts(file.len()).filter(|cut| *cut >= 4) {
            assert_eq!(read(&file[..cut], Some("right")), Err(ImportError::Damaged), "{cut}");
        }
        let mut damaged = file.clone();
        damaged[file.len() / 3] ^= 1;
        assert!(read(&damaged, Some("right")).is_err());
    }
}

#[test]
fn bombs_and_crowds_are_refused() {
    let zeros = vec![b' '; MAX_BYTES / 8];
    let files: Vec<String> = (0..10).map(|n| n.to_string()).collect();
    let bomb: Vec<_> = files.iter().map(|name| (name.as_str(), &zeros[..], plain())).collect();
    assert_eq!(read(&archive(&bomb), None), Err(ImportError::Cost));
    let names: Vec<String> = (0..=MAX_FILES).map(|n| n.to_string()).collect();
    let crowd: Vec<_> = names.iter().map(|name| (name.as_str(), &b""[..], plain())).collect();
    assert_eq!(read(&archive(&crowd), None), Err(ImportError::TooManyEntries));
}
