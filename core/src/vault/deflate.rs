//! Deflate (RFC 1951) that leaves no clear text behind in buffers of its own making.
//!
//! The compressor keeps a window of 32 KiB and its tables on the heap; they are overwritten before they are freed. What cannot
//! be reached is what it had on the stack.

use miniz_oxide::deflate::core::{CompressorOxide, TDEFLFlush, TDEFLStatus, compress};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress, inflate_flags};
use miniz_oxide::{DataFormat, deflate::CompressionLevel};
use zeroize::Zeroizing;

/// Deflates. The fastest level: secrets do not shrink, and names shrink well enough.
pub(crate) fn deflate(text: &[u8]) -> Zeroizing<Vec<u8>> {
    // What the format can grow by at most: five bytes for each stored block, and the end.
    let mut out = Zeroizing::new(vec![0; text.len() + text.len() / 8 + 256]);
    let mut compressor = Box::new(CompressorOxide::with_format_and_level(DataFormat::Raw, CompressionLevel::BestSpeed));
    let (status, _, written) = compress(&mut compressor, text, &mut out, TDEFLFlush::Finish);
    debug_assert_eq!(status, TDEFLStatus::Done);
    compressor.reset();
    // Without this look at it the overwriting could be left out as useless.
    core::hint::black_box(&compressor);
    out.truncate(written);
    out
}

/// Inflates to exactly `length` bytes; `None` for anything else. What comes after the last block is not looked at.
pub(crate) fn inflate(deflated: &[u8], length: usize) -> Option<Zeroizing<Vec<u8>>> {
    let mut out = Zeroizing::new(Vec::new());
    out.try_reserve_exact(length).ok()?;
    out.resize(length, 0);
    let flags = inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
    let mut decompressor = Box::<DecompressorOxide>::default();
    let (status, _, written) = decompress(&mut decompressor, deflated, &mut out, 0, flags);
    (status == TINFLStatus::Done && written == length).then_some(out)
}

/// The same in zlib's wrapping (RFC 1950), as PDF has it.
pub(crate) fn zlib(text: &[u8]) -> Zeroizing<Vec<u8>> {
    let deflated = deflate(text);
    let mut out = Zeroizing::new(Vec::with_capacity(deflated.len() + 6));
    out.extend_from_slice(&[0x78, 0x01]);
    out.extend_from_slice(&deflated);
    // In pieces so short that the sums don't overflow.
    let (mut a, mut b) = (1_u32, 0_u32);
    for piece in text.chunks(5_000) {
        for byte in piece {
            a += u32::from(*byte);
            b += a;
        }
        (a, b) = (a % 65_521, b % 65_521);
    }
    out.extend_from_slice(&(b << 16 | a).to_be_bytes());
    out
}
