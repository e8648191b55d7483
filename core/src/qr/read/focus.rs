//! Takes out a lens's blur: how strong it is, and its inverse.

use std::f32::consts::PI;

use super::{
    grey::Grey,
    inverse::{grey, inverse},
};

/// Half an inverse Gaussian's length, in the blur's standard deviations.
const REACH: f32 = 5.0;
/// Side of the squares whose strongest edges are measured.
const SQUARE: usize = 64;
/// Contrast below which a square holds no code, in levels of grey.
const FLAT: f32 = 20.0;

impl Grey {
    /// The picture as before a Gaussian blur of `sigma` pixels; `floor` is the noise-to-signal power that bounds the gain.
    pub(super) fn focused(&self, sigma: f32, floor: f32) -> Self {
        let filter = inverse(REACH * sigma, floor, |f| (-2.0 * (PI * sigma * f).powi(2)).exp());
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

    /// The standard deviation of the blur, in pixels, from the steepest edges where the contrast is highest.
    ///
    /// A step of height A, blurred, is A / (σ √2π) steep at most.
    #[allow(clippy::cast_precision_loss)] // counts and levels of grey
    pub(super) fn blur(&self) -> Option<f32> {
        let smooth = self.blurred(1);
        let mut squares = Vec::new();
        for top in (0..=self.height.saturating_sub(SQUARE)).step_by(SQUARE) {
            for left in (0..=self.width.saturating_sub(SQUARE)).step_by(SQUARE) {
                let (mut levels, mut slopes) = ([0usize; 256], [0usize; 512]);
                let row = |y: usize| {
                    smooth.pixels.get(y * self.width..(y + 1) * self.width)?.get(left..(left + SQUARE).min(self.width))
                };
                for y in top + 1..(top + SQUARE).min(self.height).saturating_sub(1) {
                    let (Some(above), Some(own), Some(below)) = (row(y - 1), row(y), row(y + 1)) else { continue };
                    for ((trio, a), b) in own.windows(3).zip(above.iter().skip(1)).zip(below.iter().skip(1)) {
                        let &[l, p, r] = trio else { continue };
                        levels[usize::from(p)] += 1;
                        let (dx, dy) = (f32::from(r) - f32::from(l), f32::from(*b) - f32::from(*a));
                        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most 361
                        let slope = dx.hypot(dy) as usize;
                        slopes[slope.min(511)] += 1;
                    }
                }
                let all: usize = levels.iter().sum();
                let contrast = rank(&levels, all * 98 / 100) - rank(&levels, all * 2 / 100);
                // The differences span two pixels.
                let slope = (rank(&slopes, all * 98 / 100) + 0.5) / 2.0;
                if contrast > FLAT {
                    squares.push((contrast, contrast / (slope * (2.0 * PI).sqrt())));
                }
            }
        }
        squares.sort_by(|a, b| b.0.total_cmp(&a.0));
        squares.truncate((squares.len() / 4).max(3));
        squares.sort_by(|a, b| a.1.total_cmp(&b.1));
        squares.get(squares.len() / 2).map(|square| square.1)
    }
}

/// The bin that holds the `nth` count.
#[allow(clippy::cast_precision_loss)] // at most 512
fn rank(bins: &[usize], nth: usize) -> f32 {
    let mut seen = 0;
    bins.iter()
        .position(|count| {
            seen += count;
            seen > nth
        })
        .unwrap_or(0) as f32
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_blur_of_an_edge_is_measured_and_taken_out() {
        // A dark part and a light one, between them the integral of a Gaussian of four pixels, as a logistic curve.
        let row: Vec<u8> =
            (0..128u8).map(|x| grey(40.0 + 180.0 / (1.0 + (-(f32::from(x) - 96.0) * 1.702 / 4.0).exp()))).collect();
        let picture = Grey { pixels: row.repeat(128), width: 128, height: 128 };
        let sigma = picture.blur().unwrap();
        assert!((3.5..5.0).contains(&sigma), "{sigma}");
        let sharp = picture.focused(sigma, 1e-3);
        let steepest = |picture: &Grey| picture.pixels.windows(2).take(127).map(|p| p[1].abs_diff(p[0])).max().unwrap();
        assert!(steepest(&sharp) > 2 * steepest(&picture));
    }
}
