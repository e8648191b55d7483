//! A picture's samples as grey pixels that the reader of codes can take.

use super::super::ImportError;
use super::super::found::Found;
use super::super::scan::Pictures;
use super::filters::{Decoded, Stream};
use crate::qr::read::Luma;

/// Pixels of the largest picture that is looked at, and what small ones are enlarged to at least.
const MAX_PIXELS: usize = 40_000_000;
const WANTED_WIDTH: usize = 400;
/// Modules of white that a code needs around it.
const MARGIN: usize = 24;

/// Reads the codes in a picture.
///
/// # Errors
/// [`ImportError::Cost`], and what [`Pictures`] says.
pub(super) fn read(
    stream: &Stream<'_>,
    left: &mut usize,
    pictures: &mut Pictures,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    match stream.decode_picture(left)? {
        Some(Decoded::Jpeg(file)) => pictures.read_file(&file, found),
        Some(Decoded::Bytes(samples)) => match grey(stream, &samples) {
            Some(grey) => {
                let framed = grey.framed();
                let (before, width) = (found.entries(), framed.width);
                pictures.read_luma(framed.luma(), found)?;
                // A mask or an index does not say which of its two values is the dark one, and the frame is white.
                if found.entries() == before && width != grey.width {
                    pictures.read_luma(grey.turned().framed().luma(), found)?;
                }
                Ok(())
            }
            None => {
                pictures.broken();
                Ok(())
            }
        },
        None => {
            pictures.broken();
            Ok(())
        }
    }
}

struct Grey {
    pixels: Vec<u8>,
    width: usize,
    height: usize,
}

/// `None` where the samples are not those of the picture that the dictionary tells of.
fn grey(stream: &Stream<'_>, samples: &[u8]) -> Option<Grey> {
    let (width, height) = (stream.number(b"/Width")?, stream.number(b"/Height")?);
    let is_mask = stream.after(b"/ImageMask").is_some_and(|value| value.starts_with(b"true"));
    let bits = if is_mask { 1 } else { stream.number(b"/BitsPerComponent").unwrap_or(8) };
    let pixels = width.checked_mul(height).filter(|pixels| (1..=MAX_PIXELS).contains(pixels))?;
    if !matches!(bits, 1 | 2 | 4 | 8) {
        return None;
    }
    // A colour space may stand in another object; how many samples there are tells as much.
    let row = |components: usize| (width * components * bits).div_ceil(8);
    let components = [4, 3, 1].into_iter().find(|components| {
        let whole = row(*components) * height;
        samples.len() >= whole && samples.len() < whole + row(1).max(16)
    })?;
    let indexed = stream.has(b"/Indexed");
    let highest = (1_u32 << bits) - 1;
    let mut grey = Vec::with_capacity(pixels);
    for line in samples.chunks(row(components)).take(height) {
        for x in 0..width {
            let sample = |component: usize| {
                let at = (x * components + component) * bits;
                let byte = u32::from(line.get(at / 8).copied().unwrap_or(0));
                let shift = 8 - bits - at % 8;
                byte >> shift & highest
            };
            let value = match components {
                1 if indexed => sample(0),
                1 => sample(0) * 255 / highest,
                3 => (sample(0) * 299 + sample(1) * 587 + sample(2) * 114) * 255 / highest / 1000,
                _ => {
                    let ink = sample(0).max(sample(1)).max(sample(2)) + sample(3);
                    255_u32.saturating_sub(ink * 255 / highest)
                }
            };
            grey.push(u8::try_from(value).unwrap_or(u8::MAX));
        }
    }
    // An index says nothing about brightness; a code has two colours, and either may be the dark one.
    if let (true, Some(low), Some(high)) = (indexed, grey.iter().min().copied(), grey.iter().max().copied()) {
        for value in &mut grey {
            let stretched = u32::from(*value - low) * 255 / u32::from(high - low).max(1);
            *value = u8::try_from(stretched).unwrap_or(u8::MAX);
        }
    }
    Some(Grey { pixels: grey, width, height })
}

impl Grey {
    /// Enlarged where it has a pixel for a module, and with the quiet zone that writers leave to the page. Large pictures
    /// are as they are.
    fn framed(&self) -> Self {
        let scale = WANTED_WIDTH.div_ceil(self.width.max(1)).clamp(1, 16);
        if self.width > 4 * WANTED_WIDTH || self.width * self.height * scale * scale > MAX_PIXELS {
            return Self { pixels: self.pixels.clone(), ..*self };
        }
        let margin = MARGIN * scale.max(2);
        let (width, height) = (self.width * scale + 2 * margin, self.height * scale + 2 * margin);
        let mut pixels = vec![u8::MAX; width * height];
        for (y, line) in pixels.chunks_mut(width).skip(margin).take(self.height * scale).enumerate() {
            let source = self.pixels.get(y / scale * self.width..).unwrap_or_default();
            for (x, pixel) in line.iter_mut().skip(margin).take(self.width * scale).enumerate() {
                *pixel = source.get(x / scale).copied().unwrap_or(u8::MAX);
            }
        }
        Self { pixels, width, height }
    }

    /// Dark for light.
    fn turned(&self) -> Self {
        Self { pixels: self.pixels.iter().map(|value| !value).collect(), ..*self }
    }

    fn luma(&self) -> Luma<'_> {
        Luma { bytes: &self.pixels, width: self.width, height: self.height, stride: self.width }
    }
}
