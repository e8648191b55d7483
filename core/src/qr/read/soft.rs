//! How dark each module is and how sure that is, from the picture itself.

use super::{grey::Grey, lattice::Lattice};

/// Modules around one that tell what dark and light are there.
const AROUND: usize = 4;

/// A symbol's modules as numbers: above 0 is dark, and the further from 0 the surer.
#[derive(Debug, Clone)]
pub(super) struct Soft {
    pub(super) side: usize,
    values: Vec<f32>,
}

impl Soft {
    /// Samples a symbol; `lift` is how much of a module's neighbours is taken out of it, against blur.
    #[allow(clippy::cast_precision_loss)] // at most 177
    pub(super) fn sample(grey: &Grey, lattice: &Lattice, lift: f32) -> Self {
        let side = lattice.side;
        let mut levels = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let mut sum = 0.0;
                for dy in [0.3, 0.5, 0.7] {
                    for dx in [0.3, 0.5, 0.7] {
                        sum += grey.between(lattice.at(x as f32 + dx, y as f32 + dy));
                    }
                }
                levels.push(sum / 9.0);
            }
        }
        let level = |x: usize, y: usize| levels.get(y * side + x).copied().unwrap_or(255.0);
        let mut lifted = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let own = level(x, y);
                let next = [
                    level(x.saturating_sub(1), y),
                    level((x + 1).min(side - 1), y),
                    level(x, y.saturating_sub(1)),
                    level(x, (y + 1).min(side - 1)),
                ];
                lifted.push(own + lift * (4.0 * own - next.iter().sum::<f32>()));
            }
        }
        let mut values = Vec::with_capacity(side * side);
        for y in 0..side {
            for x in 0..side {
                let (mut sum, mut squares, mut count) = (0.0, 0.0, 0.0);
                for row in y.saturating_sub(AROUND)..(y + AROUND + 1).min(side) {
                    let (from, to) = (x.saturating_sub(AROUND), (x + AROUND + 1).min(side));
                    for &v in lifted.get(row * side + from..row * side + to).unwrap_or_default() {
                        sum += v;
                        squares += v * v;
                        count += 1.0;
                    }
                }
                let mean = sum / count;
                let spread = (squares / count - mean * mean).max(0.0).sqrt();
                let own = lifted.get(y * side + x).copied().unwrap_or(mean);
                // Where all is alike, a few levels of grey say nothing.
                values.push((mean - own) / (spread + 4.0));
            }
        }
        Self { side, values }
    }

    /// A module's value.
    pub(super) fn get(&self, x: usize, y: usize) -> f32 {
        self.values.get(y * self.side + x).copied().unwrap_or(0.0)
    }

    /// The same symbol seen in a mirror.
    pub(super) fn mirrored(&self) -> Self {
        let values = (0..self.side * self.side).map(|n| self.get(n / self.side, n % self.side)).collect();
        Self { side: self.side, values }
    }
}
