//! A window on a symbol, and the phase of the edges in it.
//!
//! A code's edges lie on its module borders wherever they are. In a window a few modules wide, the edges' strength, summed as a
//! phasor of one turn a module, has the phase of the borders: by how much they lie beside where they were thought.

use std::f32::consts::TAU;

use rxing::common::{
    BitMatrix,
    cpp_essentials::{ConcentricPattern, FindConcentricPatternCorners},
};

use super::grey::Grey;

/// Half a window's side, in modules.
const REACH: f32 = 3.5;
/// Samples a module in a window.
const FINE: f32 = 4.0;
/// Samples in a row of a window.
const SAMPLES: usize = 29;
/// Coherence of a window's edges below which its phase is mostly noise.
const COHERENT: f32 = 0.12;

/// A point or a direction in a picture, in pixels.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct At {
    pub(super) x: f32,
    pub(super) y: f32,
}

impl At {
    pub(super) fn plus(self, scale: f32, other: Self) -> Self {
        Self { x: self.x + scale * other.x, y: self.y + scale * other.y }
    }

    pub(super) fn minus(self, other: Self) -> Self {
        self.plus(-1.0, other)
    }

    pub(super) fn mixed(self, part: f32, other: Self) -> Self {
        self.plus(part, other.minus(self))
    }

    pub(super) fn length(self) -> f32 {
        self.x.hypot(self.y)
    }

    fn dot(self, other: Self) -> f32 {
        self.x * other.x + self.y * other.y
    }
}

/// Where a point of the symbol lies, and what one module to the right and one down are there.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Frame {
    pub(super) at: At,
    pub(super) right: At,
    pub(super) down: At,
    /// How well the edges agreed, 0 to 1.
    pub(super) trust: f32,
}

impl Frame {
    pub(super) fn plausible(&self) -> bool {
        let (right, down) = (self.right.length(), self.down.length());
        let area = (self.right.x * self.down.y - self.right.y * self.down.x).abs();
        (1.0..200.0).contains(&right)
            && (1.0..200.0).contains(&down)
            && area > 0.2 * right * down
            && self.at.length().is_finite()
    }

    /// The modules that lead to a point.
    pub(super) fn modules_to(&self, point: At) -> At {
        let d = point.minus(self.at);
        let area = self.right.x * self.down.y - self.right.y * self.down.x;
        At { x: (d.x * self.down.y - d.y * self.down.x) / area, y: (self.right.x * d.y - self.right.y * d.x) / area }
    }

    /// The frame of a finder pattern, the symbol's rows running along `right`.
    pub(super) fn of_finder(matrix: &BitMatrix, finder: ConcentricPattern, right: At, down: At) -> Self {
        let at = At { x: finder.p.x, y: finder.p.y };
        #[allow(clippy::cast_precision_loss)] // a size in pixels
        let module = finder.size as f32 / 7.0;
        let rough = Self {
            at,
            right: At::default().plus(module / right.length().max(1.0), right),
            down: At::default().plus(module / down.length().max(1.0), down),
            trust: 1.0,
        };
        let Some(corners) = FindConcentricPatternCorners(matrix, finder.p, finder.size, 2) else { return rough };
        // The four corners of a square of six modules, in order round it; which is which, the directions tell.
        let corners: Vec<At> = corners.0.iter().map(|c| At { x: c.x, y: c.y }).collect();
        let mut best = (f32::NEG_INFINITY, rough);
        for start in 0..4 {
            for back in [1, 3] {
                let corner = |n: usize| corners.get((start + n * back) % 4).copied().unwrap_or_default();
                let (tl, tr, br, bl) = (corner(0), corner(1), corner(2), corner(3));
                let frame = Self {
                    at,
                    right: At::default().plus(1.0 / 12.0, tr.minus(tl)).plus(1.0 / 12.0, br.minus(bl)),
                    down: At::default().plus(1.0 / 12.0, bl.minus(tl)).plus(1.0 / 12.0, br.minus(tr)),
                    trust: 1.0,
                };
                let fit =
                    frame.right.dot(right) / right.length().max(1.0) + frame.down.dot(down) / down.length().max(1.0);
                if fit > best.0 {
                    best = (fit, frame);
                }
            }
        }
        if best.1.plausible() { best.1 } else { rough }
    }
}

impl Frame {
    /// The frame, which stands at `here` of the symbol, moved, turned and stretched onto the phase of the edges around it.
    pub(super) fn locked(self, grey: &Grey, here: At) -> Self {
        let mut window = [[0f32; SAMPLES]; SAMPLES];
        for (row, b) in window.iter_mut().zip(0u16..) {
            let start = self.at.plus(f32::from(b) / FINE - REACH, self.down).plus(-REACH, self.right);
            for (sample, a) in row.iter_mut().zip(0u16..) {
                *sample = grey.between(start.plus(f32::from(a) / FINE, self.right));
            }
        }
        let (mut across, mut along) = (Phases::default(), Phases::default());
        let fade = |modules: f32| 1.0 - (modules / (REACH + 0.5)).abs();
        for (b, row) in (0u16..).zip(&window) {
            let y = f32::from(b) / FINE - REACH;
            for (a, pair) in (0u16..).zip(row.windows(2)) {
                let [one, other] = pair else { continue };
                let x = (f32::from(a) + 0.5) / FINE - REACH;
                across.add((one - other).abs() * fade(x) * fade(y), here.x + x, x > 0.0, y > 0.0);
            }
        }
        for (b, rows) in (0u16..).zip(window.windows(2)) {
            let [upper, lower] = rows else { continue };
            let y = (f32::from(b) + 0.5) / FINE - REACH;
            for (a, (one, other)) in (0u16..).zip(upper.iter().zip(lower)) {
                let x = f32::from(a) / FINE - REACH;
                along.add((one - other).abs() * fade(x) * fade(y), here.y + y, x > 0.0, y > 0.0);
            }
        }
        let (x, y) = (across.shift(), along.shift());
        // A change of phase over the window is a stretch or a turn.
        Self {
            at: self.at.plus(x.0, self.right).plus(y.0, self.down),
            right: self.right.plus(across.drift(false), self.right).plus(along.drift(false), self.down),
            down: self.down.plus(across.drift(true), self.right).plus(along.drift(true), self.down),
            trust: x.1.min(y.1),
        }
    }
}

/// Edges of one direction as phasors, for each quarter of a window: left and right, upper and lower.
#[derive(Debug, Default)]
struct Phases {
    quarters: [[(f32, f32); 2]; 2],
    all: f32,
}

impl Phases {
    fn add(&mut self, edge: f32, modules: f32, right: bool, lower: bool) {
        let (sin, cos) = (TAU * modules).sin_cos();
        let quarter = &mut self.quarters[usize::from(lower)][usize::from(right)];
        quarter.0 += edge * cos;
        quarter.1 += edge * sin;
        self.all += edge;
    }

    fn half(&self, vertical: bool, second: bool) -> (f32, f32) {
        let n = usize::from(second);
        let [a, b] = if vertical { self.quarters[n] } else { [self.quarters[0][n], self.quarters[1][n]] };
        (a.0 + b.0, a.1 + b.1)
    }

    /// Modules to the borders, less where the edges do not agree, and how well they agree.
    fn shift(&self) -> (f32, f32) {
        let (first, second) = (self.half(true, false), self.half(true, true));
        let (cos, sin) = (first.0 + second.0, first.1 + second.1);
        let coherence = cos.hypot(sin) / (self.all + 1.0);
        (coherence / (coherence + COHERENT) * sin.atan2(cos) / TAU, coherence)
    }

    /// By how much of a module the phase changes a module further right, or down.
    fn drift(&self, vertical: bool) -> f32 {
        // The triangular weights' centres are a third of the reach from the middle.
        const APART: f32 = 2.0 * (REACH + 0.5) / 3.0;
        let (first, second) = (self.half(vertical, false), self.half(vertical, true));
        let (cos, sin) = (first.0 * second.0 + first.1 * second.1, first.0 * second.1 - first.1 * second.0);
        let coherence = first.0.hypot(first.1).min(second.0.hypot(second.1)) / (self.all / 2.0 + 1.0);
        coherence / (coherence + 2.0 * COHERENT) * sin.atan2(cos) / TAU / APART
    }
}
