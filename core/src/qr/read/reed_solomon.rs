//! Reed-Solomon decoding with erasures: a byte known to be lost costs half of what a wrong one costs.
//!
//! GF(256) with the polynomial x⁸ + x⁴ + x³ + x² + 1 and the roots α⁰, α¹, …, as in ISO/IEC 18004, 8.5. Berlekamp-Massey,
//! begun with the erasures' locator, finds the locator; Forney's formula gives the values.

use std::sync::LazyLock;

/// x⁸ + x⁴ + x³ + x² + 1
const POLYNOMIAL: u16 = 0x11D;

struct Field {
    exp: [u8; 512],
    log: [u8; 256],
}

static FIELD: LazyLock<Field> = LazyLock::new(|| {
    let mut field = Field { exp: [0; 512], log: [0; 256] };
    let mut x = 1u16;
    for n in 0..255u8 {
        let [low, _] = x.to_le_bytes();
        field.exp[usize::from(n)] = low;
        field.exp[usize::from(n) + 255] = low;
        field.log[usize::from(low)] = n;
        x <<= 1;
        if x & 0x100 != 0 {
            x ^= POLYNOMIAL;
        }
    }
    field
});

fn mul(a: u8, b: u8) -> u8 {
    if a == 0 || b == 0 {
        return 0;
    }
    FIELD.exp[usize::from(FIELD.log[usize::from(a)]) + usize::from(FIELD.log[usize::from(b)])]
}

fn inverse(a: u8) -> u8 {
    FIELD.exp[255 - usize::from(FIELD.log[usize::from(a)])]
}

/// α to the power of `n`.
fn power(n: usize) -> u8 {
    FIELD.exp[n % 255]
}

/// A polynomial's value, its lowest coefficient first.
fn value(polynomial: &[u8], x: u8) -> u8 {
    polynomial.iter().rev().fold(0, |sum, &c| mul(sum, x) ^ c)
}

fn times(a: &[u8], b: &[u8]) -> Vec<u8> {
    let mut product = vec![0; a.len() + b.len()];
    for (i, &x) in a.iter().enumerate() {
        for (j, &y) in b.iter().enumerate() {
            product[i + j] ^= mul(x, y);
        }
    }
    product.truncate((a.len() + b.len()).saturating_sub(1));
    product
}

/// Corrects a block in place; gives how many bytes were wrong besides the erased ones.
///
/// `erased` are indices into the block. Nothing is changed where the errors are too many to find.
pub(super) fn correct(block: &mut [u8], parity: usize, erased: &[usize]) -> Option<usize> {
    let length = block.len();
    if length > 255 || parity >= length || erased.len() > parity {
        return None;
    }
    let syndromes: Vec<u8> =
        (0..parity).map(|n| block.iter().fold(0, |sum, &byte| mul(sum, power(n)) ^ byte)).collect();
    if syndromes.iter().all(|&s| s == 0) {
        return Some(0);
    }
    // The erasures' locator.
    let mut locator = vec![1u8];
    for &index in erased {
        locator = times(&locator, &[1, power(length - 1 - index)]);
    }
    // Berlekamp-Massey, from there.
    let mut previous = locator.clone();
    let mut degree = erased.len();
    for step in erased.len()..parity {
        let discrepancy = locator
            .iter()
            .enumerate()
            .filter_map(|(i, &c)| Some(mul(c, *syndromes.get(step.checked_sub(i)?)?)))
            .fold(0, |sum, term| sum ^ term);
        previous.insert(0, 0);
        if discrepancy == 0 {
            continue;
        }
        let mut next = locator.clone();
        next.resize(next.len().max(previous.len()), 0);
        for (n, &p) in next.iter_mut().zip(&previous) {
            *n ^= mul(discrepancy, p);
        }
        if 2 * degree <= step + erased.len() {
            degree = step + 1 + erased.len() - degree;
            let scale = inverse(discrepancy);
            previous = locator.iter().map(|&c| mul(c, scale)).collect();
        }
        locator = next;
    }
    while locator.last() == Some(&0) {
        locator.pop();
    }
    let found = locator.len() - 1;
    if found > degree || 2 * found.saturating_sub(erased.len()) + erased.len() > parity {
        return None;
    }
    let mut evaluator = times(&syndromes, &locator);
    evaluator.truncate(parity);
    // The derivative keeps the odd powers.
    let derivative: Vec<u8> =
        locator.iter().enumerate().skip(1).map(|(i, &c)| if i % 2 == 1 { c } else { 0 }).collect();
    let mut corrections = Vec::with_capacity(found);
    for index in 0..length {
        let position = length - 1 - index;
        let root = inverse(power(position));
        if value(&locator, root) != 0 {
            continue;
        }
        let slope = value(&derivative, root);
        if slope == 0 {
            return None;
        }
        corrections.push((index, mul(power(position), mul(value(&evaluator, root), inverse(slope)))));
    }
    if corrections.len() != found {
        return None;
    }
    for &(index, change) in &corrections {
        block[index] ^= change;
    }
    Some(corrections.iter().filter(|(index, change)| *change != 0 && !erased.contains(index)).count())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Appends parity bytes by division by the generator.
    fn encoded(data: &[u8], parity: usize) -> Vec<u8> {
        let mut generator = vec![1u8];
        for n in 0..parity {
            // Highest coefficient first.
            generator = times(&generator, &[1, power(n)]);
        }
        let mut rest = data.to_vec();
        rest.resize(data.len() + parity, 0);
        for i in 0..data.len() {
            let lead = rest[i];
            for (j, &g) in generator.iter().enumerate() {
                rest[i + j] ^= mul(g, lead);
            }
        }
        [data, &rest[data.len()..]].concat()
    }

    proptest! {
        #[test]
        fn errors_and_erasures_within_reach_are_mended(
            data in proptest::collection::vec(any::<u8>(), 1..100),
            parity in 2usize..60,
            places in proptest::collection::vec((any::<prop::sample::Index>(), 1u8..), 0..60),
            share in 0.0..1.0f64,
        ) {
            let whole = encoded(&data, parity);
            let mut places: Vec<(usize, u8)> = places.iter().map(|(i, x)| (i.index(whole.len()), *x)).collect();
            places.sort();
            places.dedup_by_key(|(i, _)| *i);
            let mut erased = Vec::new();
            let mut wrong = 0;
            let mut damaged = whole.clone();
            for (n, (index, change)) in places.iter().enumerate() {
                let erase = (n as f64 * 0.618).fract() < share;
                if 2 * (wrong + usize::from(!erase)) + erased.len() + usize::from(erase) > parity {
                    break;
                }
                damaged[*index] ^= change;
                if erase { erased.push(*index) } else { wrong += 1 }
            }
            prop_assert_eq!(correct(&mut damaged, parity, &erased), Some(wrong));
            prop_assert_eq!(damaged, whole);
        }

        #[test]
        fn noise_is_refused_or_becomes_a_codeword(mut block in proptest::collection::vec(any::<u8>(), 30..60)) {
            if correct(&mut block, 20, &[0, 3]).is_some() {
                prop_assert_eq!(correct(&mut block, 20, &[]), Some(0));
            }
        }
    }
}
