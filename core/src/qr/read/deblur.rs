//! Takes out what a lens or a hand blurred: regularised inverses of a Gaussian and of a straight motion.

use std::f32::consts::PI;

use super::{grey::Grey, lattice::At};

/// Half an inverse Gaussian's length, in the blur's standard deviations.
const GAUSSIAN_REACH: f32 = 5.0;
/// Half an inverse motion's length, in the motion's lengths.
const MOTION_REACH: f32 = 3.0;
/// Noise-to-signal power that bounds the gain of an inverse motion.
const MOTION_FLOOR: f32 = 5e-3;
/// Lengths of gradients across and along a motion above whose ratio there is no motion to speak of.
const STEADY: f32 = 0.75;

impl Grey {
    /// The picture as before a Gaussian blur of `sigma` pixels; `floor` is the noise-to-signal power that bounds the gain.
    pub(super) fn focused(&self, sigma: f32, floor: f32) -> Self {
        let filter = inverse(GAUSSIAN_REACH * sigma, floor, |f| (-2.0 * (PI * sigma * f).powi(2)).exp());
        let rows = self.filtered_rows(&filter);
        // Along the columns, row by row.
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut sum = vec![0f32; self.width];
        let row = |y: usize| rows.get(y * self.width..(y + 1) * self.width).unwrap_or_default();
        for y in 0..self.height {
            sum.fill(0.0);
            for (distance, &tap) in filter.iter().enumerate() {
                let (above, below) = (row(y.saturating_sub(distance)), row((y + distance).min(self.height - 1)));
                for ((s, a), b) in sum.iter_mut().zip(above).zip(below) {
                    *s += tap * (a + b);
                }
            }
            pixels.extend(sum.iter().map(|&s| grey(s)));
        }
        Self { pixels, ..*self }
    }

    /// The picture as before a motion of `length` pixels along its rows.
    pub(super) fn steadied(&self, length: f32) -> Self {
        let filter = inverse(MOTION_REACH * length, MOTION_FLOOR, |f| {
            let turn = PI * length * f;
            if turn.abs() < 1e-3 { 1.0 } else { turn.sin() / turn }
        });
        Self { pixels: self.filtered_rows(&filter).iter().map(|&s| grey(s)).collect(), ..*self }
    }

    /// Filters each row, its ends repeated outwards, with half of a symmetric filter (the middle tap halved).
    fn filtered_rows(&self, filter: &[f32]) -> Vec<f32> {
        let reach = filter.len().saturating_sub(1);
        let mut rows = vec![0f32; self.pixels.len()];
        let mut padded = Vec::with_capacity(self.width + 2 * reach);
        for (source, target) in self.pixels.chunks_exact(self.width).zip(rows.chunks_exact_mut(self.width)) {
            let (Some(&first), Some(&last)) = (source.first(), source.last()) else { continue };
            padded.clear();
            padded.extend(std::iter::repeat_n(f32::from(first), reach));
            padded.extend(source.iter().map(|&p| f32::from(p)));
            padded.extend(std::iter::repeat_n(f32::from(last), reach));
            for (distance, &tap) in filter.iter().enumerate() {
                let (Some(left), Some(right)) = (padded.get(reach - distance..), padded.get(reach + distance..)) else {
                    continue;
                };
                for ((t, l), r) in target.iter_mut().zip(left).zip(right) {
                    *t += tap * (l + r);
                }
            }
        }
        rows
    }

    /// The angle of a motion that blurred the picture, in radians from its rows, where there is one.
    ///
    /// A code's edges run in all directions of its two axes alike. A motion weakens those across it: the structure
    /// tensor then has a short axis.
    #[allow(clippy::cast_precision_loss)] // sums of a sample
    pub(super) fn motion(&self) -> Option<f32> {
        let (mut xx, mut yy, mut xy) = (0f64, 0f64, 0f64);
        let blurred = self.blurred(1);
        let rows: Vec<&[u8]> = blurred.pixels.chunks_exact(self.width).collect();
        for rows in rows.windows(3) {
            let [above, row, below] = rows else { continue };
            for ((a, b), r) in above.iter().zip(*below).skip(1).zip(row.windows(3)) {
                let [left, _, right] = r else { continue };
                let (dx, dy) = (i32::from(*right) - i32::from(*left), i32::from(*b) - i32::from(*a));
                xx += f64::from(dx * dx);
                yy += f64::from(dy * dy);
                xy += f64::from(dx * dy);
            }
        }
        let spread = ((xx - yy).powi(2) + 4.0 * xy * xy).sqrt();
        let (long, short) = (xx + yy + spread, xx + yy - spread);
        if long <= 0.0 || short / long > f64::from(STEADY * STEADY) {
            return None;
        }
        // The long axis is across the motion.
        #[allow(clippy::cast_possible_truncation)] // an angle
        let across = 0.5 * (2.0 * xy).atan2(xx - yy) as f32;
        Some(across + PI / 2.0)
    }

    /// The picture turned so that `angle` runs along its rows, on mid-grey.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // a picture's size
    pub(super) fn turned(&self, angle: f32) -> Self {
        let (sin, cos) = angle.sin_cos();
        let (w, h) = (self.width as f32, self.height as f32);
        let width = (w * cos.abs() + h * sin.abs()).ceil() as usize;
        let height = (w * sin.abs() + h * cos.abs()).ceil() as usize;
        let mut pixels = Vec::with_capacity(width * height);
        for y in 0..height {
            let dy = y as f32 + 0.5 - height as f32 / 2.0;
            for x in 0..width {
                let dx = x as f32 + 0.5 - width as f32 / 2.0;
                let at = At { x: w / 2.0 + dx * cos - dy * sin, y: h / 2.0 + dx * sin + dy * cos };
                pixels.push(grey(self.between(at)));
            }
        }
        Self { pixels, width, height }
    }
}

/// Half of the filter whose response is `H / (H² + floor)`, `H` being the blur's, and 1 at rest; the middle tap halved.
fn inverse(reach: f32, floor: f32, blur: impl Fn(f32) -> f32) -> Vec<f32> {
    const STEPS: u16 = 512;
    let responses: Vec<(f32, f32)> = (0..STEPS)
        .map(|step| (f32::from(step) + 0.5) / f32::from(2 * STEPS))
        .map(|f| (f, blur(f) / (blur(f).powi(2) + floor)))
        .collect();
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // a few dozen
    let reach = reach.ceil() as u16;
    let tap = |n: u16| -> f32 {
        let sum: f32 = responses.iter().map(|(f, response)| response * (2.0 * PI * f * f32::from(n)).cos()).sum();
        // A raised cosine ends the filter softly.
        let window = 0.5 + 0.5 * (PI * f32::from(n) / f32::from(reach + 1)).cos();
        window * sum * if n == 0 { 0.5 } else { 1.0 }
    };
    let taps: Vec<f32> = (0..=reach).map(tap).collect();
    let rest = 2.0 * taps.iter().sum::<f32>();
    taps.iter().map(|tap| tap / rest).collect()
}

#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps within the byte
fn grey(value: f32) -> u8 {
    (value + 0.5) as u8
}
