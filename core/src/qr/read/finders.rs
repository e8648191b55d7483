//! Finds the finder patterns of a black-and-white picture, in a time that the picture cannot stretch.

use std::cmp::Reverse;

use rxing::{
    common::{
        BitMatrix,
        cpp_essentials::{ConcentricPattern, LocateConcentricPattern},
    },
    point,
    qrcode::cpp_port::detector::FinderPatternSet,
};

use super::worker::Search;

/// Finder patterns that are looked at: three for each of the codes that one picture may hold, and as many false ones.
const MAX_FINDERS: usize = 600;
/// Rows from one scan line to the next: the middle of a finder is three modules high.
const STEP: usize = 3;
/// Dark and light modules across a finder's middle.
const PATTERN: [u16; 5] = [1, 1, 3, 1, 1];

/// All finder patterns, or as many as time and bounds allow.
pub(super) fn find(matrix: &BitMatrix, search: &Search) -> Vec<ConcentricPattern> {
    let mut found: Vec<ConcentricPattern> = Vec::new();
    let mut runs = Vec::new();
    for y in (STEP - 1..matrix.height() as usize).step_by(STEP) {
        if search.over() {
            break;
        }
        let Ok(row) = u32::try_from(y) else { break };
        ends_of_runs(matrix, row, &mut runs);
        // Runs take turns, light first: every second window of five starts dark.
        for window in runs.windows(6).step_by(2) {
            let Some((middle, width)) = crossing(window) else { continue };
            #[allow(clippy::cast_precision_loss)] // at most a few thousand
            let at = point(middle, y as f32 + 0.5);
            #[allow(clippy::cast_precision_loss)]
            let known = |old: &ConcentricPattern| (old.p.x - at.x).hypot(old.p.y - at.y) < old.size as f32 / 2.0;
            if found.iter().any(known) {
                continue;
            }
            // Three times the width: a very slanted finder is that high.
            let range = i32::try_from(3 * width).unwrap_or(i32::MAX);
            if let Some(finder) = LocateConcentricPattern::<true, 5, 7>(matrix, &PATTERN, at, range) {
                found.push(finder);
                if found.len() == MAX_FINDERS {
                    return found;
                }
            }
        }
    }
    found
}

/// Where each run of a row ends, the first run being light and perhaps empty.
fn ends_of_runs(matrix: &BitMatrix, y: u32, ends: &mut Vec<usize>) {
    ends.clear();
    let row = matrix.getRow(y);
    let width = matrix.width() as usize;
    let mut x = 0;
    while x < width {
        x = if ends.len().is_multiple_of(2) { row.getNextSet(x) } else { row.getNextUnset(x) }.min(width);
        ends.push(x);
    }
}

/// The middle and the width of five runs that may cross a finder, given where they and the run before them end.
#[allow(clippy::cast_precision_loss)] // pixels
fn crossing(ends: &[usize]) -> Option<(f32, usize)> {
    let &[start, a, b, c, d, end] = ends else { return None };
    let runs = [a - start, b - a, c - b, d - c, end - d];
    let [outer, ring, core, other_ring, other_outer] = runs;
    if core < 3 || core < 2 * outer.max(other_outer) || core < ring.max(other_ring) {
        return None;
    }
    // Ink and light spread unalike: each has its own module width, from edges of the same kind.
    let dark = (outer + core + other_outer) as f32 / 5.0;
    let light = (ring + other_ring) as f32 / 2.0;
    if dark.max(light) > 4.0 * dark.min(light) {
        return None;
    }
    let fits = runs.iter().zip(PATTERN).enumerate().all(|(n, (&run, modules))| {
        let (module, tolerance) = if n % 2 == 0 { (dark, dark * 0.75 + 0.5) } else { (light, light / 3.0 + 0.5) };
        (run as f32 - f32::from(modules) * module).abs() <= tolerance
    });
    fits.then(|| (b as f32 + core as f32 / 2.0, end - start))
}

/// Finders among which slanted triples are looked for: a symbol seen so is large, or its modules could not be told apart.
const MAX_SLANTED: usize = 8;

/// Triples that may be a symbol's finders seen from far aside: the corner may look sharp or flat, and the sizes unalike.
pub(super) fn slanted(finders: &[ConcentricPattern]) -> Vec<FinderPatternSet> {
    let mut largest = finders.to_vec();
    largest.sort_by_key(|finder| Reverse(finder.size));
    largest.truncate(MAX_SLANTED);
    let mut triples = Vec::new();
    for (i, &tl) in largest.iter().enumerate() {
        for (j, &tr) in largest.iter().enumerate().skip(i + 1) {
            for &bl in largest.iter().skip(j + 1) {
                // Largest first: the third is the smallest.
                if tl.size > 3 * bl.size {
                    continue;
                }
                let (right, down) = (tr.p - tl.p, bl.p - tl.p);
                let area = right.x * down.y - right.y * down.x;
                let sides = [right, down, tr.p - bl.p].map(|side| side.x.hypot(side.y));
                let (longest, shortest) =
                    (sides.iter().fold(0f32, |a, &b| a.max(b)), sides.iter().fold(f32::MAX, |a, &b| a.min(b)));
                // Centres of a symbol's finders are 14 to 170 modules apart; 7 modules are a finder.
                #[allow(clippy::cast_precision_loss)] // pixels
                let size = (tl.size + tr.size + bl.size) as f32 / 3.0;
                if shortest < size || longest > 30.0 * size || area.abs() < 0.15 * longest * longest {
                    continue;
                }
                let (tr, bl) = if area > 0.0 { (tr, bl) } else { (bl, tr) };
                triples.push(FinderPatternSet { bl, tl, tr });
            }
        }
    }
    triples
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_runs_of_a_finder_cross_it_and_others_do_not() {
        assert_eq!(crossing(&[4, 6, 8, 14, 16, 18]), Some((11.0, 14)));
        assert_eq!(crossing(&[4, 6, 8, 10, 12, 14]), None);
        assert_eq!(crossing(&[0, 1, 2, 40, 41, 42]), None);
    }

    #[test]
    fn runs_end_where_the_colour_changes() {
        let mut matrix = BitMatrix::new(10, 1).unwrap();
        matrix.setRegion(2, 0, 3, 1).unwrap();
        let mut ends = Vec::new();
        ends_of_runs(&matrix, 0, &mut ends);
        assert_eq!(ends, [2, 5, 10]);
    }
}
