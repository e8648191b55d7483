//! Codes of other people's pictures, and pictures made to hurt.
#![allow(clippy::unwrap_used, clippy::print_stdout, clippy::cast_possible_truncation)]

use std::{
    fs,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

use proptest::prelude::*;
use smartotp_core::qr::{
    read::{self, Budget, Luma, ReadError},
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
fn count_right(folder: &Path) -> usize {
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
    right
}

#[test]
fn phone_photos_are_read() {
    let Some(root) = fixtures() else { return };
    for (folder, floor) in
        [("zxing/qrcode-1", 20), ("zxing/qrcode-3", 42), ("zxing/qrcode-5", 19), ("proton", 3), ("rqrr", 4)]
    {
        let right = count_right(&root.join(folder));
        assert!(right >= floor, "{folder}: {right}");
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

#[test]
fn every_code_of_a_picture_is_read() {
    let Some(root) = fixtures() else { return };
    let texts = read::picture(&fs::read(root.join("zxing/multi-qrcode-1/1.png")).unwrap(), Budget::PICTURE).unwrap();
    assert_eq!(texts.len(), 4, "{texts:?}");
    for name in ["multiple.png", "multiple_rotated.png"] {
        let texts = read::picture(&fs::read(root.join("rqrr/full").join(name)).unwrap(), Budget::PICTURE).unwrap();
        assert!(texts.len() >= 2, "{name}: {texts:?}");
    }
}

#[test]
fn broken_codes_of_other_readers_tests_do_no_harm() {
    let Some(root) = fixtures() else { return };
    for picture in pictures(&root.join("rqrr/errors")) {
        // Some can be mended; what is read is text.
        println!("{}: {:?}", picture.display(), read::picture(&fs::read(&picture).unwrap(), Budget::PICTURE));
    }
}

#[test]
fn camera_planes_are_read_with_and_without_a_stride() {
    let Some(root) = fixtures() else { return };
    for (name, width, height, stride) in [("qr", 1600, 1200, 1600), ("qr.strided", 1840, 1380, 1856)] {
        let expected = plain(&fs::read_to_string(root.join(format!("aegis/{name}.txt"))).unwrap());
        let bytes = gunzip(&fs::read(root.join(format!("aegis/{name}.y.gz"))).unwrap());
        let plane = Luma { bytes: &bytes, width, height, stride };
        assert_eq!(read::luma(plane, Budget::PICTURE), Ok(vec![expected.clone()]), "{name}");
        assert_eq!(read::luma(plane, Budget(Duration::from_millis(450))), Ok(vec![expected]), "{name}, live");
    }
}

/// The one member of a gzip file without optional fields but a name.
fn gunzip(file: &[u8]) -> Vec<u8> {
    let named = file[3] & 8 != 0;
    let name = if named { file[10..].iter().position(|&b| b == 0).unwrap() + 1 } else { 0 };
    miniz_oxide::inflate::decompress_to_vec(&file[10 + name..file.len() - 8]).unwrap()
}

/// A written code on light grey, as pixels.
fn drawn(text: &str, scale: usize) -> (Vec<u8>, usize) {
    let code = Modules::encode(text).unwrap();
    let side = (code.side() + 8) * scale;
    let dark = |n: usize| code.dark((n % side / scale).wrapping_sub(4), (n / side / scale).wrapping_sub(4));
    ((0..side * side).map(|n| if dark(n) { 30 } else { 220 }).collect(), side)
}

fn read_square(pixels: &[u8], side: usize) -> Result<Vec<String>, ReadError> {
    read::luma(Luma { bytes: pixels, width: side, height: side, stride: side }, Budget::PICTURE)
}

const URI: &str = "otpauth://totp/ACME:alice@example.com?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=ACME";

#[test]
fn light_on_dark_and_mirrored_codes_are_read() {
    let (pixels, side) = drawn(URI, 4);
    let light: Vec<u8> = pixels.iter().map(|p| 255 - p).collect();
    assert_eq!(read_square(&light, side), Ok(vec![URI.into()]));
    let mirrored: Vec<u8> = pixels.chunks(side).flat_map(|row| row.iter().rev().copied()).collect();
    assert_eq!(read_square(&mirrored, side), Ok(vec![URI.into()]));
}

#[test]
fn a_dark_and_a_light_code_and_one_twice_are_three_codes_with_two_texts() {
    let (one, side) = drawn("the first", 5);
    let (other, other_side) = drawn("the other", 5);
    assert_eq!(side, other_side);
    let row = |y: usize| {
        let rows = [&one, &other, &one].map(|code| &code[y * side..(y + 1) * side]);
        [rows[0].to_vec(), rows[1].iter().map(|p| 255 - p).collect(), rows[2].to_vec()].concat()
    };
    let pixels: Vec<u8> = (0..side).flat_map(row).collect();
    let luma = Luma { bytes: &pixels, width: 3 * side, height: side, stride: 3 * side };
    let mut texts = read::luma(luma, Budget::PICTURE).unwrap();
    texts.sort();
    assert_eq!(texts, ["the first", "the other"]);
}

#[test]
fn a_code_on_a_bottle_is_read() {
    let (pixels, side) = drawn(URI, 12);
    // Rows sink and rise by three modules over the width.
    let shift = |x: usize| (36.0 * (x as f32 / side as f32 * 4.0).sin()) as isize;
    let bent: Vec<u8> = (0..side * side)
        .map(|n| {
            let (x, y) = (n % side, n / side);
            let from = (y as isize - shift(x)).clamp(0, side as isize - 1) as usize;
            pixels[from * side + x]
        })
        .collect();
    assert_eq!(read_square(&bent, side), Ok(vec![URI.into()]));
}

#[test]
fn a_code_out_of_focus_is_read() {
    let (mut pixels, side) = drawn(URI, 8);
    // Three box blurs are nearly a Gaussian, here of three quarters of a module.
    for _ in 0..3 {
        pixels = boxed(&pixels, side, 5);
    }
    assert_eq!(read_square(&pixels, side), Ok(vec![URI.into()]));
}

fn boxed(pixels: &[u8], side: usize, radius: usize) -> Vec<u8> {
    let along = |source: &[u8], step: usize, other: usize| -> Vec<u8> {
        let mut blurred = vec![0; source.len()];
        for line in 0..side {
            for n in 0..side {
                let near = n.saturating_sub(radius)..(n + radius + 1).min(side);
                let sum: usize = near.clone().map(|n| usize::from(source[line * other + n * step])).sum();
                blurred[line * other + n * step] = u8::try_from((sum + near.len() / 2) / near.len()).unwrap();
            }
        }
        blurred
    };
    along(&along(pixels, 1, side), side, 1)
}

#[test]
fn transparency_is_read_over_white() {
    let (pixels, side) = drawn(URI, 4);
    let rgba: Vec<u8> = pixels.iter().flat_map(|&p| if p < 128 { [0, 0, 0, 255] } else { [0, 0, 0, 0] }).collect();
    assert_eq!(read::rgba(&rgba, side, side, Budget::PICTURE), Ok(vec![URI.into()]));
}

#[test]
fn binary_data_is_no_text() {
    let code = qrcodegen::QrCode::encode_binary(&[0, 1, 2, 3, 0xFF, 0xFE, 0], qrcodegen::QrCodeEcc::Medium).unwrap();
    let side = usize::try_from(code.size() + 8).unwrap() * 6;
    let module = |n: usize| i32::try_from(n / 6).unwrap() - 4;
    let pixels: Vec<u8> =
        (0..side * side).map(|n| if code.get_module(module(n % side), module(n / side)) { 0 } else { 255 }).collect();
    assert_eq!(read_square(&pixels, side), Err(ReadError::NoCode));
}

#[test]
fn sizes_that_cannot_be_are_refused_before_anything_is_paid() {
    let read = |bytes: &[u8], width, height, stride| read::luma(Luma { bytes, width, height, stride }, Budget::PICTURE);
    assert_eq!(read(&[0; 100], 0, 0, 0), Err(ReadError::NoCode));
    assert_eq!(read(&[0; 2000], 1, 2000, 1), Err(ReadError::NoCode));
    assert_eq!(read(&[0; 100], 30, 30, 30), Err(ReadError::Damaged));
    assert_eq!(read(&[0; 900], 30, 30, 29), Err(ReadError::Damaged));
    assert_eq!(read(&[0; 900], 30, 30, usize::MAX), Err(ReadError::Damaged));
    assert_eq!(read(&[0; 900], usize::MAX, 2, usize::MAX), Err(ReadError::TooLarge));
    assert_eq!(read::rgba(&[0; 100], 30, 30, Budget::PICTURE), Err(ReadError::Damaged));
    assert_eq!(read::picture(&vec![0; (32 << 20) + 1], Budget::PICTURE), Err(ReadError::TooLarge));
    assert_eq!(read::picture(&png_header(60_000, 60_000), Budget::PICTURE), Err(ReadError::TooLarge));
    assert_eq!(read::picture(&png_header(60_000, 1_000), Budget::PICTURE), Err(ReadError::Damaged));
    assert_eq!(read::picture(b"otpauth://totp/a?secret=AA", Budget::PICTURE), Err(ReadError::NotAPicture));
    assert_eq!(read::picture(b"", Budget::PICTURE), Err(ReadError::NotAPicture));
}

/// A PNG that claims a size and holds the beginning of nothing.
fn png_header(width: u32, height: u32) -> Vec<u8> {
    let mut chunk = b"IHDR".to_vec();
    chunk.extend([width.to_be_bytes(), height.to_be_bytes()].concat());
    chunk.extend([8, 0, 0, 0, 0]);
    let crc = !chunk.iter().fold(u32::MAX, |crc, &byte| {
        (0..8).fold(crc ^ u32::from(byte), |crc, _| crc >> 1 ^ if crc & 1 == 1 { 0xEDB8_8320 } else { 0 })
    });
    [b"\x89PNG\r\n\x1a\n\0\0\0\x0d".as_slice(), &chunk, &crc.to_be_bytes(), b"\0\0\0\x10IDAT\x78\x9c".as_slice()]
        .concat()
}

#[test]
fn no_beginning_of_a_picture_does_harm() {
    let png = Modules::encode(URI).unwrap().to_png(3);
    for length in 0..png.len() {
        match read::picture(&png[..length], Budget::FRAME) {
            Ok(texts) => assert_eq!(texts, [URI]),
            Err(error) => assert!(matches!(error, ReadError::NotAPicture | ReadError::Damaged), "{length}: {error}"),
        }
    }
}

#[test]
fn pages_made_to_hurt_end_with_the_budget() {
    let finder = |x: usize, y: usize| {
        let ring = x.abs_diff(4).max(y.abs_diff(4));
        if ring == 4 || ring == 2 { 255 } else { 0 }
    };
    let chance = |n: usize| u8::try_from((n as u64).wrapping_mul(0x9E37_79B9_7F4A_7C15) >> 56).unwrap();
    let pages: [(&str, Vec<u8>, usize); 5] = [
        ("60 by 60 finders", (0..1620 * 1620).map(|n| finder(n % 1620 / 3 % 9, n / 1620 / 3 % 9)).collect(), 1620),
        ("finders of a pixel", (0..1530 * 1530).map(|n| finder(n % 1530 % 9, n / 1530 % 9)).collect(), 1530),
        ("noise", (0..1600 * 1200).map(chance).collect(), 1600),
        ("12 MP of black", vec![0; 12_000_000], 4000),
        ("a strip", (0..21 * 100_000).map(chance).collect(), 21),
    ];
    for (name, pixels, width) in &pages {
        let luma = Luma { bytes: pixels, width: *width, height: pixels.len() / width, stride: *width };
        for budget in [Budget::FRAME, Budget::PICTURE] {
            let started = Instant::now();
            assert_eq!(read::luma(luma, budget), Err(ReadError::NoCode), "{name}");
            let spent = started.elapsed();
            assert!(spent < 3 * budget.0 + Duration::from_millis(500), "{name}: {spent:?} of {:?}", budget.0);
        }
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
