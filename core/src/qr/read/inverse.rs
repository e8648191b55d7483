//! Inverse filters: what undoes a blur that is known, as far as noise lets it.

use std::f32::consts::PI;

use super::grey::Grey;

impl Grey {
    /// Filters each row, its ends repeated outwards, with half of a symmetric filter (the middle tap halved).
    pub(super) fn filtered_rows(&self, filter: &[f32]) -> Vec<f32> {
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
}

/// Half of the filter whose response is `H / (H² + floor)`, `H` being the blur's, and 1 at rest; the middle tap halved.
pub(super) fn inverse(reach: f32, floor: f32, blur: impl Fn(f32) -> f32) -> Vec<f32> {
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

/// Rounds to a grey level.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // `as` keeps within the byte
pub(super) fn grey(value: f32) -> u8 {
    (value + 0.5) as u8
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_inverse_keeps_even_grey_as_it_is() {
        let flat = Grey { pixels: vec![90; 40], width: 40, height: 1 };
        let filter = inverse(10.0, 1e-3, |f| (-2.0 * (PI * 2.0 * f).powi(2)).exp());
        assert!(flat.filtered_rows(&filter).iter().all(|p| (p - 90.0).abs() < 0.1));
    }
}
