//! Filters that bring out a code: box blur, unsharp mask, local mean threshold, doubling.

use rxing::common::{BIT_FIELD_BASE_BITS, BitArray, BitMatrix};

use super::grey::Grey;

impl Grey {
    /// Mean over a square of side `2 * radius + 1`, clipped at the borders.
    pub(super) fn blurred(&self, radius: usize) -> Self {
        let mut sums = vec![0u32; self.width];
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut row = Vec::with_capacity(self.width);
        self.rows_of_means(radius, &mut sums, &mut row, |means, _| pixels.extend_from_slice(means));
        Self { pixels, ..*self }
    }

    /// Adds `amount` times the difference to the blurred picture, in quarters.
    pub(super) fn sharpened(&self, radius: usize, amount: i32) -> Self {
        let mut sums = vec![0u32; self.width];
        let mut pixels = Vec::with_capacity(self.pixels.len());
        let mut row = Vec::with_capacity(self.width);
        self.rows_of_means(radius, &mut sums, &mut row, |means, own| {
            pixels.extend(own.iter().zip(means).map(|(&p, &mean)| {
                let (p, mean) = (i32::from(p), i32::from(mean));
                (p + amount * (p - mean)).clamp(0, 255).try_into().unwrap_or(0)
            }));
        });
        Self { pixels, ..*self }
    }

    /// Dark where a pixel is below the mean around it.
    pub(super) fn below_local_mean(&self, radius: usize) -> Option<BitMatrix> {
        let mut matrix = BitMatrix::new(u32::try_from(self.width).ok()?, u32::try_from(self.height).ok()?).ok()?;
        let mut sums = vec![0u32; self.width];
        let mut row = Vec::with_capacity(self.width);
        let mut y = 0;
        let mut bits = BitArray::with_size(self.width);
        self.rows_of_means(radius, &mut sums, &mut row, |means, own| {
            let words = own.chunks(BIT_FIELD_BASE_BITS).zip(means.chunks(BIT_FIELD_BASE_BITS));
            for (i, (own, means)) in words.enumerate() {
                let dark = own.iter().zip(means).enumerate();
                let word = dark.fold(0, |word, (bit, (p, mean))| word | usize::from(p < mean) << bit);
                bits.setBulk(i * BIT_FIELD_BASE_BITS, word);
            }
            matrix.setRow(y, &bits);
            y += 1;
        });
        Some(matrix)
    }

    /// Dark where a pixel is below a part of the range between the darkest and the lightest hundredth.
    pub(super) fn below_level(&self, part: f32) -> Option<BitMatrix> {
        let mut counts = [0usize; 256];
        for &p in &self.pixels {
            counts[usize::from(p)] += 1;
        }
        let hundredth = self.pixels.len() / 100;
        let quantile = |mut seen: usize, from: usize| {
            (0..256usize).map(|step| step.abs_diff(from)).find(|&level| {
                seen += counts[level];
                seen > hundredth
            })
        };
        let (low, high) = (quantile(0, 0)?, quantile(0, 255)?);
        let level = low as f32 + part * (high.saturating_sub(low)) as f32;
        let mut matrix = BitMatrix::new(u32::try_from(self.width).ok()?, u32::try_from(self.height).ok()?).ok()?;
        let mut bits = BitArray::with_size(self.width);
        for (y, row) in self.pixels.chunks_exact(self.width).enumerate() {
            for (i, word) in row.chunks(BIT_FIELD_BASE_BITS).enumerate() {
                let word =
                    word.iter().enumerate().fold(0, |word, (bit, &p)| word | usize::from(f32::from(p) < level) << bit);
                bits.setBulk(i * BIT_FIELD_BASE_BITS, word);
            }
            matrix.setRow(u32::try_from(y).ok()?, &bits);
        }
        Some(matrix)
    }

    /// Twice as wide and high, linearly interpolated.
    pub(super) fn doubled(&self) -> Self {
        let (width, height) = (2 * self.width, 2 * self.height);
        let mut pixels = Vec::with_capacity(width * height);
        let rows: Vec<&[u8]> = self.pixels.chunks_exact(self.width).collect();
        let mut mixed = vec![0u32; self.width];
        for y in 0..height {
            // Pixel centres: an even row lies a quarter above its source row's centre, an odd one a quarter below.
            let near = y / 2;
            let far = if y % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(self.height - 1) };
            let (Some(near), Some(far)) = (rows.get(near), rows.get(far)) else { break };
            for ((m, &n), &f) in mixed.iter_mut().zip(*near).zip(*far) {
                *m = 3 * u32::from(n) + u32::from(f);
            }
            let last = mixed.len() - 1;
            for x in 0..width {
                let near = x / 2;
                let far = if x % 2 == 0 { near.saturating_sub(1) } else { (near + 1).min(last) };
                let sum = 3 * mixed.get(near).copied().unwrap_or(0) + mixed.get(far).copied().unwrap_or(0);
                pixels.push(u8::try_from((sum + 8) / 16).unwrap_or(u8::MAX));
            }
        }
        Self { pixels, width, height }
    }

    /// Hands over each row of local means, with the row itself; running sums, so the radius costs nothing.
    fn rows_of_means(&self, radius: usize, sums: &mut [u32], means: &mut Vec<u8>, mut each: impl FnMut(&[u8], &[u8])) {
        let row = |y: usize| self.pixels.get(y * self.width..(y + 1) * self.width).unwrap_or_default();
        let add = |sums: &mut [u32], y: usize| {
            for (sum, &p) in sums.iter_mut().zip(row(y)) {
                *sum += u32::from(p);
            }
        };
        let take = |sums: &mut [u32], y: usize| {
            for (sum, &p) in sums.iter_mut().zip(row(y)) {
                *sum -= u32::from(p);
            }
        };
        let mut prefix = vec![0u32; self.width + 1];
        for y in 0..radius.min(self.height) {
            add(sums, y);
        }
        for y in 0..self.height {
            if y + radius < self.height {
                add(sums, y + radius);
            }
            if y > radius {
                take(sums, y - radius - 1);
            }
            let rows = (y + radius).min(self.height - 1) - y.saturating_sub(radius) + 1;
            let mut total = 0u32;
            for (p, &sum) in prefix.iter_mut().skip(1).zip(sums.iter()) {
                total += sum;
                *p = total;
            }
            means.clear();
            // Inside, the divisor is one number: a multiplication does.
            let full = 2 * radius + 1;
            let scale = (1u64 << 32) / (full * rows) as u64 + 1;
            let mean = |x: usize| {
                let (left, right) = (x.saturating_sub(radius), (x + radius + 1).min(self.width));
                let sum = prefix.get(right).copied().unwrap_or(0) - prefix.get(left).copied().unwrap_or(0);
                u8::try_from(sum as usize / ((right - left) * rows)).unwrap_or(u8::MAX)
            };
            let inner = radius..self.width.saturating_sub(radius).max(radius);
            means.extend((0..inner.start.min(self.width)).map(mean));
            if !inner.is_empty() {
                means.extend(
                    prefix
                        .iter()
                        .zip(prefix.iter().skip(full))
                        .map(|(left, right)| u8::try_from((u64::from(right - left) * scale) >> 32).unwrap_or(u8::MAX)),
                );
            }
            means.extend((means.len()..self.width).map(mean));
            each(means, row(y));
        }
    }
}
