//! Reads picture files and prints one JSON line each: `{"file":…,"texts":[…],"ms":…}`.
//!
//! ```text
//! cargo run --release -p smartotp-core --example read_qr -- [--frame | --with rqrr | --with rxing] FILE…
//! ```
//!
//! `--frame` reads with a live frame's budget. `--with` reads with a library alone, to compare. `-` takes the names of the files
//! from standard input, one a line. Raw camera planes are named `WIDTHxHEIGHTxSTRIDE:FILE`.
#![allow(clippy::print_stdout)]

use std::{
    error::Error,
    fs, io,
    panic::{AssertUnwindSafe, catch_unwind},
    time::Duration,
};

use rxing::{
    BinaryBitmap, DecodeHints, Luma8Source, common::HybridBinarizer, multi::MultipleBarcodeReader,
    qrcode::cpp_port::QrReader,
};
use smartotp_core::qr::read::{self, Budget, Luma, ReadError};

#[derive(Clone, Copy)]
enum With {
    Ours(Budget),
    Rqrr,
    Rxing,
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut with = With::Ours(Budget::PICTURE);
    let mut files = Vec::new();
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "--frame" => with = With::Ours(Budget::FRAME),
            "--with" => {
                with = match arguments.next().as_deref() {
                    Some("rqrr") => With::Rqrr,
                    Some("rxing") => With::Rxing,
                    _ => return Err("--with rqrr or --with rxing".into()),
                }
            }
            "-" => files.extend(io::read_to_string(io::stdin())?.lines().map(str::to_owned)),
            _ => files.push(argument),
        }
    }
    for file in files {
        let (texts, milliseconds, error) = measure(&file, with)?;
        println!("{}", serde_json::json!({ "file": file, "texts": texts, "ms": milliseconds, "error": error }));
    }
    Ok(())
}

/// Texts, milliseconds of processor time (a file's decoding to pixels not counted, as for the other readers), and an error.
type Reading = (Vec<String>, f64, Option<String>);

fn measure(file: &str, with: With) -> Result<Reading, Box<dyn Error>> {
    if let Some((size, path)) = file.split_once(':') {
        let size: Vec<usize> = size.split('x').map(str::parse).collect::<Result<_, _>>()?;
        let [width, height, stride] = size[..] else { return Err("WIDTHxHEIGHTxSTRIDE:FILE".into()) };
        let bytes = fs::read(path)?;
        return Ok(timed(|| ours(Luma { bytes: &bytes, width, height, stride }, with)));
    }
    let bytes = fs::read(file)?;
    let Ok(picture) = image::load_from_memory(&bytes) else {
        return Ok(timed(|| read::picture(&bytes, Budget::PICTURE).map_err(|error| error.to_string())));
    };
    let rgba = picture.has_alpha();
    let grey = picture.to_luma8();
    let (width, height) = grey.dimensions();
    Ok(match with {
        With::Ours(budget) if rgba => {
            let rgba = picture.to_rgba8();
            timed(|| read::rgba(&rgba, width as usize, height as usize, budget).map_err(|e| e.to_string()))
        }
        With::Ours(_) => timed(|| {
            let (width, height) = (width as usize, height as usize);
            ours(Luma { bytes: &grey, width, height, stride: width }, with)
        }),
        With::Rqrr => timed(|| {
            let mut image = rqrr::PreparedImage::prepare_from_greyscale(width as usize, height as usize, |x, y| {
                grey.as_raw()[y * width as usize + x]
            });
            Ok(image.detect_grids().iter().filter_map(|grid| Some(grid.decode().ok()?.1)).collect())
        }),
        With::Rxing => timed(|| {
            let source = Luma8Source::new_with_slice(grey.as_raw(), width, height).map_err(|e| e.to_string())?;
            let hints = DecodeHints { TryHarder: Some(true), ..DecodeHints::default() };
            let mut bitmap = BinaryBitmap::new(HybridBinarizer::new(source));
            let codes = QrReader.decode_multiple_with_hints(&mut bitmap, &hints).map_err(|e| e.to_string())?;
            Ok(codes.iter().map(|code| code.getText().to_owned()).collect())
        }),
    })
}

fn ours(luma: Luma<'_>, with: With) -> Result<Vec<String>, String> {
    let With::Ours(budget) = with else { return Err("planes are for our own reader".into()) };
    read::luma(luma, budget).map_err(|error: ReadError| error.to_string())
}

fn timed(read: impl FnOnce() -> Result<Vec<String>, String>) -> Reading {
    let started = processor_time();
    let outcome = catch_unwind(AssertUnwindSafe(read)).unwrap_or(Err("panic".into()));
    let milliseconds = processor_time().saturating_sub(started).as_secs_f64() * 1e3;
    let error = outcome.as_ref().err().cloned();
    (outcome.unwrap_or_default(), milliseconds, error)
}

/// What this process has spent on all threads: other programs on the machine do not count.
#[cfg(unix)]
fn processor_time() -> Duration {
    let time = rustix::time::clock_gettime(rustix::time::ClockId::ProcessCPUTime);
    time.try_into().unwrap_or_default()
}

#[cfg(not(unix))]
fn processor_time() -> Duration {
    use std::{sync::LazyLock, time::Instant};
    static START: LazyLock<Instant> = LazyLock::new(Instant::now);
    START.elapsed()
}
