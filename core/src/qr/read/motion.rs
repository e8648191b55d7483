//! Takes out a hand's shake: which way it went, and its inverse.

use std::f32::consts::PI;

use super::{
    grey::Grey,
    inverse::{grey, inverse},
    phase::At,
};

/// Half an inverse motion's length, in the motion's lengths.
const REACH: f32 = 3.0;
/// Noise-to-signal power that bounds the gain.
const FLOOR: f32 = 5e-3;
/// Ratio of the gradients along and across above which there is no motion to speak of.
const STEADY: f32 = 0.75;

impl Grey {
    /// The picture as before a motion of `length` pixels along its rows.
    pub(super) fn steadied(&self, length: f32) -> Self {
        let filter = inverse(REACH * length, FLOOR, |f| {
            let turn = PI * length * f;
            if turn.abs() < 1e-3 { 1.0 } else { turn.sin() / turn }
        });
        Self { pixels: self.filtered_rows(&filter).iter().map(|&s| grey(s)).collect(), ..*self }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_motion_along_the_rows_is_seen_and_a_steady_picture_shows_none() {
        // Squares of four by four, dark or light by chance.
        let dots = |x: usize, y: usize| {
            let mixed =
                (x as u64 / 4).wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ (y as u64 / 4).wrapping_mul(0xC2B2_AE3D_27D4_EB4F);
            if mixed.wrapping_mul(0x1656_67B1_9E37_79F9) >> 63 == 0 { 20 } else { 220 }
        };
        let still: Vec<u8> = (0..128 * 128).map(|n| dots(n % 128, n / 128)).collect();
        let picture = Grey { pixels: still, width: 128, height: 128 };
        let moved = picture.pixels.chunks(128).flat_map(|row| {
            (0..128).map(|x| {
                let near = &row[x.max(5) - 5..(x + 6).min(128)];
                let sum: usize = near.iter().map(|&p| usize::from(p)).sum();
                u8::try_from(sum / near.len()).unwrap()
            })
        });
        let moved = Grey { pixels: moved.collect(), width: 128, height: 128 };
        let angle = moved.motion().unwrap();
        assert!(angle.sin().abs() < 0.2, "{angle}");
        assert_eq!(picture.motion(), None);
    }
}
