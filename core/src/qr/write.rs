//! Texts to QR codes: modules, and from them terminal text, PNG and SVG.

use std::fmt::Write as _;

use image::{ExtendedColorType, ImageEncoder, codecs::png::PngEncoder};
use qrcodegen::{QrCode, QrCodeEcc};
use zeroize::{Zeroize as _, Zeroizing};

/// Light modules around a code (ISO/IEC 18004, 9.1).
const QUIET_ZONE: usize = 4;
/// Widest module of a picture, in pixels; the largest code is then 5,920 pixels wide.
const MAX_PIXELS_PER_MODULE: u32 = 32;
/// Modules a side of the largest code, version 40.
const MAX_SIDE: usize = 177;

/// A QR code's modules, without the quiet zone.
pub struct Modules {
    side: usize,
    dark: Vec<bool>,
}

/// The text fits no QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too long for a QR code")]
pub struct TooLong;

impl Modules {
    /// Encodes a text with error correction M or better: better where the code grows no larger by it.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encode(text: &str) -> Result<Self, TooLong> {
        QrCode::encode_text(text, QrCodeEcc::Medium).map_err(|_| TooLong).and_then(|code| Self::of(&code))
    }

    /// The same with error correction L, for what is shown on a screen again and again: larger modules, and another frame
    /// comes anyway.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encode_frame(text: &str) -> Result<Self, TooLong> {
        QrCode::encode_text(text, QrCodeEcc::Low).map_err(|_| TooLong).and_then(|code| Self::of(&code))
    }

    fn of(code: &QrCode) -> Result<Self, TooLong> {
        let side = code.size();
        let dark = (0..side).flat_map(|y| (0..side).map(move |x| (x, y))).map(|(x, y)| code.get_module(x, y)).collect();
        Ok(Self { side: usize::try_from(side).map_err(|_| TooLong)?, dark })
    }

    /// Runs of dark modules as (x, y, length), from the code's own corner: what vector pictures draw.
    pub(crate) fn runs(&self) -> impl Iterator<Item = (usize, usize, usize)> {
        (0..self.side).flat_map(move |y| {
            let mut x = 0;
            std::iter::from_fn(move || {
                x += (x..self.side).take_while(|&x| !self.dark(x, y)).count();
                let run = (x..self.side).take_while(|&x| self.dark(x, y)).count();
                x += run;
                (run > 0).then(|| (x - run, y, run))
            })
        })
    }

    /// The code that was drawn by such runs; `None` where they lie outside of it.
    pub(crate) fn from_runs(side: usize, runs: impl Iterator<Item = (usize, usize, usize)>) -> Option<Self> {
        let mut dark = vec![false; side.checked_mul(side).filter(|_| side <= MAX_SIDE)?];
        for (x, y, run) in runs {
            let start = y.checked_mul(side)?.checked_add(x)?;
            if x.checked_add(run)? > side {
                return None;
            }
            dark.get_mut(start..start + run)?.fill(true);
        }
        Some(Self { side, dark })
    }

    /// Modules in a row and in a column.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether a module is dark; outside all is light.
    #[must_use]
    pub fn dark(&self, x: usize, y: usize) -> bool {
        x < self.side && y < self.side && self.dark.get(y * self.side + x).copied().unwrap_or(false)
    }

    /// Half-block characters with the quiet zone, for a terminal.
    ///
    /// Each character is two modules, one above the other. Light modules are drawn, so that the code stands on a light
    /// ground in a dark terminal; in a light one it is inverted, which readers accept.
    #[must_use]
    pub fn to_terminal(&self) -> String {
        let side = self.side + 2 * QUIET_ZONE;
        let mut text = String::with_capacity(3 * (side + 1) * side.div_ceil(2));
        for y in (0..side).step_by(2) {
            for x in 0..side {
                // The row below the last one is not part of the code: left as the terminal's ground.
                let lower_is_light = y + 1 < side && !self.dark_in_zone(x, y + 1);
                text.push(match (!self.dark_in_zone(x, y), lower_is_light) {
                    (true, true) => '█',
                    (true, false) => '▀',
                    (false, true) => '▄',
                    (false, false) => ' ',
                });
            }
            text.push('\n');
        }
        text
    }

    /// A PNG with whole-pixel modules (1 to 32 pixels each) and the quiet zone.
    #[must_use]
    pub fn to_png(&self, pixels_per_module: u32) -> Vec<u8> {
        let scale = pixels_per_module.clamp(1, MAX_PIXELS_PER_MODULE) as usize;
        let modules = self.side + 2 * QUIET_ZONE;
        let side = modules * scale;
        let mut pixels = Zeroizing::new(Vec::with_capacity(side * side));
        for y in 0..modules {
            let start = pixels.len();
            for x in 0..modules {
                let grey = if self.dark_in_zone(x, y) { 0 } else { u8::MAX };
                pixels.extend(std::iter::repeat_n(grey, scale));
            }
            for _ in 1..scale {
                pixels.extend_from_within(start..start + side);
            }
        }
        let mut png = Vec::new();
        let length = u32::try_from(side).unwrap_or(u32::MAX);
        let written = PngEncoder::new(&mut png).write_image(&pixels, length, length, ExtendedColorType::L8);
        debug_assert!(written.is_ok(), "memory takes every byte");
        png
    }

    /// An SVG with the quiet zone, one unit a module.
    #[must_use]
    pub fn to_svg(&self) -> String {
        let side = self.side + 2 * QUIET_ZONE;
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {side} {side}\" shape-rendering=\"crispEdges\">\
             <path fill=\"#fff\" d=\"M0 0h{side}v{side}H0z\"/><path fill=\"#000\" d=\""
        );
        for (x, y, run) in self.runs() {
            let (x, y) = (x + QUIET_ZONE, y + QUIET_ZONE);
            // Writing to a string cannot fail.
            let _ = write!(svg, "M{x} {y}h{run}v1H{x}z");
        }
        svg.push_str("\"/></svg>\n");
        svg
    }

    /// The code of an SVG that [`Modules::to_svg`] made.
    pub(crate) fn from_svg(svg: &str) -> Option<Self> {
        let (_, rest) = svg.split_once("viewBox=\"0 0 ")?;
        let (side, rest) = rest.split_once(' ')?;
        let side = side.parse::<usize>().ok()?.checked_sub(2 * QUIET_ZONE)?;
        let (_, path) = rest.rsplit_once("d=\"M")?;
        let (path, _) = path.split_once('"')?;
        let run = |run: &str| {
            let (x, rest) = run.split_once(' ')?;
            let (y, rest) = rest.split_once('h')?;
            let (length, _) = rest.split_once('v')?;
            let from_zone = |text: &str| text.parse::<usize>().ok()?.checked_sub(QUIET_ZONE);
            Some((from_zone(x)?, from_zone(y)?, length.parse().ok()?))
        };
        let runs: Option<Vec<_>> = path.split('M').map(run).collect();
        Self::from_runs(side, runs?.into_iter())
    }

    /// Whether a module is dark, counted from the quiet zone's corner.
    fn dark_in_zone(&self, x: usize, y: usize) -> bool {
        match (x.checked_sub(QUIET_ZONE), y.checked_sub(QUIET_ZONE)) {
            (Some(x), Some(y)) => self.dark(x, y),
            _ => false,
        }
    }
}

impl core::fmt::Debug for Modules {
    /// Without the modules: they may be a secret.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Modules").field("side", &self.side).finish_non_exhaustive()
    }
}

impl Drop for Modules {
    fn drop(&mut self) {
        self.dark.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_has_its_finders_and_a_light_outside() {
        let code = Modules::encode("otpauth://totp/a?secret=MFRGGZDFMZTWQ2LK").unwrap();
        assert_eq!((code.side() - 17) % 4, 0);
        let far = code.side() - 1;
        assert!(code.dark(0, 0) && code.dark(far, 0) && code.dark(0, far));
        assert!(!code.dark(code.side(), 0) && !code.dark(0, usize::MAX));
    }

    #[test]
    fn a_text_beyond_the_largest_code_is_refused() {
        assert_eq!(Modules::encode(&"x".repeat(3_000)).unwrap_err(), TooLong);
    }

    #[test]
    fn the_terminal_shows_light_modules_and_the_quiet_zone() {
        let code = Modules::encode("a").unwrap();
        let text = code.to_terminal();
        let side = code.side() + 8;
        assert_eq!(text.lines().count(), side.div_ceil(2));
        assert!(text.lines().all(|line| line.chars().count() == side));
        assert!(text.lines().take(2).all(|line| line.chars().all(|c| c == '█')));
    }

    #[test]
    fn a_vector_picture_can_be_read_again() {
        let code = Modules::encode("otpauth://totp/a?secret=MFRGGZDFMZTWQ2LK").unwrap();
        assert_eq!(Modules::from_svg(&code.to_svg()).unwrap().dark, code.dark);
        assert_eq!(Modules::from_runs(code.side(), code.runs()).unwrap().dark, code.dark);
        assert!(Modules::from_svg("<svg").is_none() && Modules::from_runs(5, [(3, 0, 3)].into_iter()).is_none());
        assert!(Modules::from_runs(5, [(0, 5, 1)].into_iter()).is_none());
    }

    #[test]
    fn the_vector_picture_covers_every_dark_module() {
        let code = Modules::encode("a").unwrap();
        let dark = (0..code.side()).flat_map(|y| (0..code.side()).map(move |x| (x, y)));
        let dark = dark.filter(|&(x, y)| code.dark(x, y)).count();
        let svg = code.to_svg();
        let (_, runs) = svg.rsplit_once("d=\"").unwrap();
        let length = |part: &str| part.split('v').next()?.parse::<usize>().ok();
        let drawn: usize = runs.split('h').skip(1).filter_map(length).sum();
        assert_eq!(drawn, dark);
    }
}
