//! Whom to believe: the offset that most servers agree on (Marzullo's algorithm, RFC 5905 section 11.2.1).
//!
//! Every server gives an interval that holds the truth if it is honest. Where the most intervals overlap, the truth is;
//! whoever lies elsewhere is outvoted.

use super::Sample;

/// No clock is read more exactly than this, in microseconds: the scheduler comes in between. It keeps honest servers a few
/// microseconds apart from looking like liars.
const READING: i64 = 5_000;

/// The fewest servers that can outvote one.
pub const LEAST_SOURCES: usize = 3;

/// What most servers agree on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Agreement {
    /// What has to be added to this device's clock, in microseconds.
    pub offset: i64,
    /// By how much that may be wrong, in microseconds.
    pub uncertainty: i64,
    /// Which samples hold it, by their place.
    pub agreeing: Vec<usize>,
    /// Of how many.
    pub of: usize,
}

impl Agreement {
    /// The offset that the most samples hold; `None` without samples.
    ///
    /// ```
    /// use smartotp_core::clock::{Agreement, Sample};
    ///
    /// let sample = |offset| Sample { offset, uncertainty: 20_000, delay: 0, stratum: Some(1) };
    /// let agreement = Agreement::of(&[sample(1_000), sample(90_000_000), sample(3_000), sample(2_000)]).unwrap();
    /// assert_eq!((agreement.offset, agreement.agreeing.as_slice()), (2_000, &[0, 2, 3][..]));
    /// assert!(agreement.counts());
    /// ```
    #[must_use]
    pub fn of(samples: &[Sample]) -> Option<Self> {
        let interval = |sample: &Sample| {
            let half = sample.uncertainty.max(0).saturating_add(READING);
            (sample.offset.saturating_sub(half), sample.offset.saturating_add(half))
        };
        // Starts before ends, so that intervals that only touch overlap.
        let mut edges: Vec<(i64, i32)> =
            samples.iter().map(interval).flat_map(|(low, high)| [(low, 0), (high, 1)]).collect();
        edges.sort_unstable();
        let (mut depth, mut best, mut found) = (0_u32, 0, (0, 0));
        for (place, (edge, kind)) in edges.iter().enumerate() {
            if *kind == 1 {
                depth = depth.saturating_sub(1);
                continue;
            }
            depth += 1;
            if depth > best {
                best = depth;
                // Up to whatever edge comes next, all of them overlap.
                found = (*edge, edges.get(place + 1).map_or(*edge, |(next, _)| *next));
            }
        }
        let (low, high) = found;
        let agreeing: Vec<usize> = samples
            .iter()
            .enumerate()
            .filter(|(_, sample)| {
                let (from, to) = interval(sample);
                from <= low && to >= high
            })
            .map(|(place, _)| place)
            .collect();
        if agreeing.is_empty() {
            return None;
        }
        let half = high.saturating_sub(low) / 2;
        Some(Self { offset: low.saturating_add(half), uncertainty: half.max(1), agreeing, of: samples.len() })
    }

    /// Whether codes may be corrected by it: a strict majority of at least three servers.
    #[must_use]
    pub fn counts(&self) -> bool {
        self.of >= LEAST_SOURCES && self.agreeing.len() * 2 > self.of
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sample((offset, uncertainty): (i64, i64)) -> Sample {
        Sample { offset, uncertainty, delay: 0, stratum: None }
    }

    fn agree(samples: &[(i64, i64)]) -> Option<(i64, Vec<usize>, bool)> {
        let samples: Vec<Sample> = samples.iter().copied().map(sample).collect();
        Agreement::of(&samples).map(|found| (found.offset, found.agreeing.clone(), found.counts()))
    }

    #[test]
    fn nobody_agrees_on_nothing_and_one_is_no_majority() {
        assert_eq!(agree(&[]), None);
        assert_eq!(agree(&[(7, 100)]), Some((7, vec![0], false)));
        assert_eq!(agree(&[(7, 100), (8, 100)]).map(|found| found.2), Some(false), "two are too few");
    }

    #[test]
    fn a_liar_is_outvoted() {
        let honest = [(1_000_000, 20_000), (1_001_000, 15_000), (60_000_000, 1), (999_000, 30_000)];
        let (offset, agreeing, counts) = agree(&honest).unwrap();
        assert!((offset - 1_000_000).abs() < 5_000 && counts, "{offset}");
        assert_eq!(agreeing, [0, 1, 3]);
    }

    #[test]
    fn a_tie_is_no_majority() {
        let (_, agreeing, counts) = agree(&[(0, 1), (0, 1), (90_000_000, 1), (90_000_000, 1)]).unwrap();
        assert_eq!((agreeing.len(), counts), (2, false));
        let (_, _, counts) = agree(&[(0, 1), (50_000_000, 1), (90_000_000, 1)]).unwrap();
        assert!(!counts, "three that all differ");
    }

    #[test]
    fn a_wide_interval_does_not_widen_the_answer() {
        let samples: Vec<Sample> = [(500_000, 900_000), (0, 2_000), (0, 3_000)].map(sample).to_vec();
        let found = Agreement::of(&samples).unwrap();
        assert_eq!((found.offset, found.uncertainty, found.agreeing.len()), (0, 7_000, 3));
    }

    proptest! {
        #[test]
        fn most_honest_servers_find_the_truth(
            truth in -1_000_000_000_000..1_000_000_000_000_i64,
            errors in proptest::collection::vec((-100_000..100_000_i64, 0..100_000_i64), 3..9),
            lies in proptest::collection::vec(any::<i64>(), 0..3),
        ) {
            let honest = errors.iter().map(|(error, more)| sample((truth + error, error.abs() + more)));
            let samples: Vec<Sample> =
                honest.chain(lies.iter().take(errors.len() - 1).map(|lie| sample((*lie, 10)))).collect();
            let found = Agreement::of(&samples).unwrap();
            if lies.is_empty() {
                prop_assert!((found.offset - truth).abs() <= found.uncertainty + 1);
                prop_assert!(found.counts());
            }
            prop_assert!(found.agreeing.len() >= errors.len());
        }

        #[test]
        fn no_sample_overflows(samples in proptest::collection::vec((any::<i64>(), any::<i64>()), 0..20)) {
            let samples: Vec<Sample> = samples.into_iter().map(sample).collect();
            prop_assert_eq!(Agreement::of(&samples).is_some(), !samples.is_empty());
        }
    }
}
