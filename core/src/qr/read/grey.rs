//! A grey picture of a size that the passes can afford.

use super::{Luma, ReadError, phase::At};

/// Most pixels that are ever read.
pub(super) const MAX_PIXELS: usize = 64_000_000;
/// Longest side that most passes look at: a code that fills such a picture has nine pixels a module at least.
const MAX_SIDE: usize = 1600;
/// Modules of the smallest code: a picture that is narrower holds none.
const MIN_SIDE: usize = 21;
/// Pixels above which even a narrow picture is halved.
const MAX_NARROW: usize = 4_000_000;

/// Grey pixels, row after row, without gaps; 0 is black.
#[derive(Debug, Clone)]
pub(super) struct Grey {
    pub(super) pixels: Vec<u8>,
    pub(super) width: usize,
    pub(super) height: usize,
}

impl Grey {
    /// Takes a camera plane.
    pub(super) fn from_luma(luma: Luma<'_>) -> Result<Self, ReadError> {
        bound(luma.width, luma.height)?;
        if luma.stride < luma.width {
            return Err(ReadError::Damaged);
        }
        // The last row may end with its last pixel.
        let needed = (luma.height - 1).checked_mul(luma.stride).and_then(|n| n.checked_add(luma.width));
        if needed.is_none_or(|n| n > luma.bytes.len()) {
            return Err(ReadError::Damaged);
        }
        let rows = luma.bytes.chunks(luma.stride).take(luma.height);
        let mut pixels = Vec::with_capacity(luma.width * luma.height);
        for row in rows {
            pixels.extend_from_slice(row.get(..luma.width).ok_or(ReadError::Damaged)?);
        }
        Ok(Self { pixels, width: luma.width, height: luma.height })
    }

    /// Takes pixels of three bytes.
    pub(super) fn from_rgb(bytes: &[u8], width: usize, height: usize) -> Result<Self, ReadError> {
        Self::from_pixels(bytes, 3, width, height, |p| match *p {
            [r, g, b] => luminance(r, g, b),
            _ => 0,
        })
    }

    /// Takes pixels of four bytes; transparency shows white.
    pub(super) fn from_rgba(bytes: &[u8], width: usize, height: usize) -> Result<Self, ReadError> {
        Self::from_pixels(bytes, 4, width, height, |p| match *p {
            [r, g, b, 255] => luminance(r, g, b),
            [r, g, b, a] => {
                let (y, a) = (u32::from(luminance(r, g, b)), u32::from(a));
                byte((y * a + 255 * (255 - a)) / 255)
            }
            _ => 0,
        })
    }

    /// Takes pixels of `channels` bytes, each made grey by `grey`.
    pub(super) fn from_pixels(
        bytes: &[u8],
        channels: usize,
        width: usize,
        height: usize,
        grey: impl Fn(&[u8]) -> u8,
    ) -> Result<Self, ReadError> {
        bound(width, height)?;
        if bytes.len() != width * height * channels {
            return Err(ReadError::Damaged);
        }
        let pixels = bytes.chunks_exact(channels).map(grey).collect();
        Ok(Self { pixels, width, height })
    }

    /// Grey between four pixels; beyond the borders as at them.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // clamped to the picture
    pub(super) fn between(&self, at: At) -> f32 {
        let x = (at.x - 0.5).clamp(0.0, (self.width - 1) as f32);
        let y = (at.y - 0.5).clamp(0.0, (self.height - 1) as f32);
        let (column, row) = (x as usize, y as usize);
        let (across, along) = (x - column as f32, y - row as f32);
        let next = usize::from(column + 1 < self.width);
        let here = row * self.width + column;
        let below = here + if row + 1 < self.height { self.width } else { 0 };
        let pixel = |n: usize| self.pixels.get(n).map_or(0.0, |&p| f32::from(p));
        let upper = pixel(here) * (1.0 - across) + pixel(here + next) * across;
        let lower = pixel(below) * (1.0 - across) + pixel(below + next) * across;
        upper * (1.0 - along) + lower * along
    }

    /// Light for dark.
    pub(super) fn invert(&mut self) {
        for p in &mut self.pixels {
            *p = !*p;
        }
    }

    /// Half as wide and high: each pixel the mean of four. An odd last row or column is dropped.
    fn halved(&self) -> Self {
        let (width, height) = (self.width / 2, self.height / 2);
        let mut pixels = Vec::with_capacity(width * height);
        for pair in self.pixels.chunks_exact(2 * self.width) {
            let (upper, lower) = pair.split_at(self.width);
            let mean = |(upper, lower): (&[u8], &[u8])| match (upper, lower) {
                (&[a, b], &[c, d]) => {
                    let sum = u16::from(a) + u16::from(b) + u16::from(c) + u16::from(d) + 2;
                    #[allow(clippy::cast_possible_truncation)] // at most 255
                    let mean = (sum >> 2) as u8;
                    mean
                }
                _ => 0,
            };
            pixels.extend(upper.chunks_exact(2).zip(lower.chunks_exact(2)).map(mean));
        }
        Self { pixels, width, height }
    }
}

/// A picture in the size that most passes look at.
#[derive(Debug)]
pub(super) struct Picture {
    pub(super) grey: Grey,
    /// Twice as wide and high, where the original was.
    pub(super) finer: Option<Grey>,
}

impl From<Grey> for Picture {
    fn from(mut grey: Grey) -> Self {
        let mut finer = None;
        while grey.width.max(grey.height) > MAX_SIDE
            && (grey.width.min(grey.height) >= 2 * MIN_SIDE || grey.pixels.len() > MAX_NARROW)
        {
            let half = grey.halved();
            finer = Some(std::mem::replace(&mut grey, half));
        }
        Self { grey, finer }
    }
}

fn bound(width: usize, height: usize) -> Result<(), ReadError> {
    match width.checked_mul(height) {
        Some(pixels) if pixels <= MAX_PIXELS && width.min(height) >= MIN_SIDE => Ok(()),
        Some(pixels) if pixels <= MAX_PIXELS => Err(ReadError::NoCode),
        _ => Err(ReadError::TooLarge),
    }
}

/// Rec. 601 luminance in 1024ths.
fn luminance(r: u8, g: u8, b: u8) -> u8 {
    byte((306 * u32::from(r) + 601 * u32::from(g) + 117 * u32::from(b) + 512) >> 10)
}

fn byte(value: u32) -> u8 {
    u8::try_from(value).unwrap_or(u8::MAX)
}
