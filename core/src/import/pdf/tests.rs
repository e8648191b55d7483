use miniz_oxide::deflate::compress_to_vec_zlib;

use super::super::samples::{accounts, read, seed, survives};
use super::*;

const URI: &str = "otpauth://totp/ACME:mira?secret=GEZDGNBVGY3TQOJQ";

fn document(objects: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"%PDF-1.4\n".to_vec();
    for (number, object) in (1..).zip(objects) {
        file.extend(format!("{number} 0 obj\n").bytes());
        file.extend(object);
        file.extend(b"\nendobj\n");
    }
    file.extend(b"trailer\n<< /Root 1 0 R >>\n%%EOF\n");
    file
}

fn stream(dictionary: &str, bytes: &[u8]) -> Vec<u8> {
    let head = format!("<< {dictionary} /Length {} >>\nstream\n", bytes.len());
    [head.as_bytes(), bytes, b"\nendstream"].concat()
}

/// A code with one pixel for a module and no quiet zone, as writers of documents make them.
fn modules(text: &str) -> (usize, Vec<Vec<bool>>) {
    let code = qrcodegen::QrCode::encode_text(text, qrcodegen::QrCodeEcc::Medium).expect("short");
    let rows = (0..code.size()).map(|y| (0..code.size()).map(|x| code.get_module(x, y)).collect()).collect();
    (usize::try_from(code.size()).expect("small"), rows)
}

#[test]
fn uris_in_texts_and_links() {
    let (start, rest) = URI.split_at(20);
    let content = format!("BT /F1 9 Tf (My tokens) Tj T* [({start}) -20 ({rest})] TJ ET");
    let packed = compress_to_vec_zlib(content.as_bytes(), 6);
    let link = format!("<< /Type /Annot /A << /S /URI /URI ({}) >> >>", URI.replace("mira", "b\\051"));
    let file = document(&[stream("/Filter /FlateDecode", &packed), link.into_bytes(), stream("", content.as_bytes())]);
    let outcome = read(&file, None).expect("two tokens");
    assert_eq!(accounts(&outcome), ["mira", "b)"]);
    seed("pdf", "links", &file);
    survives(&file, None);
}

#[test]
fn codes_in_pictures() {
    let (side, rows) = modules(URI);
    let grey: Vec<u8> = rows.iter().flatten().map(|dark| if *dark { 0 } else { 255 }).collect();
    let rgb: Vec<u8> = grey.iter().flat_map(|value| [*value; 3]).collect();
    let bits = |dark_is: bool| -> Vec<u8> {
        let byte = |bits: &[bool]| {
            bits.iter().enumerate().fold(0, |byte, (n, dark)| byte | u8::from(*dark == dark_is) << (7 - n))
        };
        rows.iter().flat_map(|row| row.chunks(8).map(byte).collect::<Vec<_>>()).collect()
    };
    let predicted: Vec<u8> = grey
        .chunks(side)
        .flat_map(|row| {
            let sub = |n: usize| row[n].wrapping_sub(if n == 0 { 0 } else { row[n - 1] });
            core::iter::once(1).chain((0..side).map(sub)).collect::<Vec<_>>()
        })
        .collect();
    let size = format!("/Type /XObject /Subtype /Image /Width {side} /Height {side} /Filter /FlateDecode");
    let parameters = format!("/DecodeParms << /Predictor 15 /Colors 1 /Columns {side} >>");
    for (more, samples) in [
        ("/ColorSpace /DeviceGray /BitsPerComponent 8".to_owned(), grey),
        ("/ColorSpace /DeviceRGB /BitsPerComponent 8".to_owned(), rgb),
        ("/ColorSpace /DeviceGray /BitsPerComponent 1".to_owned(), bits(false)),
        ("/ColorSpace [/Indexed /DeviceRGB 1 9 0 R] /BitsPerComponent 1".to_owned(), bits(true)),
        ("/ImageMask true /Decode [1 0]".to_owned(), bits(true)),
        (format!("/ColorSpace /DeviceGray /BitsPerComponent 8 {parameters}"), predicted),
    ] {
        let packed = compress_to_vec_zlib(&samples, 6);
        let file = document(&[stream(&format!("{size} {more}"), &packed)]);
        let outcome = read(&file, None).unwrap_or_else(|error| panic!("{more}: {error}"));
        assert_eq!(accounts(&outcome), ["mira"], "{more}");
    }
}

#[test]
fn documents_without_any() {
    assert_eq!(read(&document(&[]), None), Err(ImportError::Unknown));
    let encrypted = b"%PDF-1.4\ntrailer << /Encrypt 5 0 R >>\n%%EOF";
    assert_eq!(read(&encrypted[..20], None), Err(ImportError::Damaged));
    assert!(matches!(read(encrypted, None), Err(ImportError::Unsupported { .. })));
    let huge = stream("/Subtype /Image /Width 60000 /Height 60000 /BitsPerComponent 8", b"x");
    assert!(matches!(read(&document(&[huge]), None), Err(ImportError::Picture(_))));
    let bomb = compress_to_vec_zlib(&vec![b' '; MAX_BYTES / 2 + 1], 6);
    let bombs: Vec<_> = (0..3).map(|_| stream("/Filter /FlateDecode", &bomb)).collect();
    assert_eq!(read(&document(&bombs), None), Err(ImportError::Cost));
}
