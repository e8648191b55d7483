use std::io::Cursor;

use super::super::samples::{accounts, read, seed, survives};
use super::*;
use crate::qr::read::ReadError;

const URI: &str = "otpauth://totp/ACME:mira?secret=GEZDGNBVGY3TQOJQ&digits=8";

/// A picture of a code with its quiet zone.
fn png(text: &str) -> Vec<u8> {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).expect("short");
    let side = u32::try_from(code.size()).expect("small") + 8;
    let picture = image::GrayImage::from_fn(side * 4, side * 4, |x, y| {
        let at = |n: u32| i32::try_from(n / 4).expect("small") - 4;
        image::Luma([if code.get_module(at(x), at(y)) { 0 } else { 255 }])
    });
    let mut file = Cursor::new(Vec::new());
    picture.write_to(&mut file, image::ImageFormat::Png).expect("memory");
    file.into_inner()
}

#[test]
fn uris_as_text_and_as_links() {
    let link = URI.replace('&', "&amp;");
    let page = format!(
        "<!DOCTYPE html>\n<html><p>{link}</p><a href='{link}'>same</a>\n<td>{}</td></html>",
        link.replace("mira", "b")
    );
    let outcome = read(page.as_bytes(), None).expect("two tokens");
    assert_eq!(accounts(&outcome), ["mira", "b"]);
    seed("html", "links", page.as_bytes());
    assert_eq!(read(&page.as_bytes()[..page.len() - 8], None), Err(ImportError::Damaged));
    survives(page.as_bytes(), None);
}

#[test]
fn codes_in_pictures() {
    let picture =
        |text: &str| format!("<img src=\"data:image/png;base64,{}\">", data_encoding::BASE64.encode(&png(text)));
    let page = format!("<html>{}{}{}</html>", picture(URI), picture("hello"), picture(&URI.replace("mira", "b")));
    assert_eq!(accounts(&read(page.as_bytes(), None).expect("two tokens")), ["mira", "b"]);
    let none = format!("<html>{}</html>", "<img src=\"data:image/png;base64,AAAA\">");
    assert_eq!(read(none.as_bytes(), None), Err(ImportError::Picture(ReadError::NotAPicture)));
    assert_eq!(read(b"<html>nothing</html>", None), Err(ImportError::Unknown));
}
