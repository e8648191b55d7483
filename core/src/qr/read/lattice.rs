//! Follows a symbol's modules over a picture that bends them.
//!
//! Three finder patterns and an alignment pattern define a plane, and paper on a bottle is none. A lattice of windows grows
//! outward from the finders, each window placed by its neighbours and then moved by the phase of its own edges, and is
//! relaxed until it lies on the module borders everywhere.

use std::{cmp::Ordering, collections::BinaryHeap};

use rxing::{
    common::{BitMatrix, cpp_essentials::ConcentricPattern},
    qrcode::cpp_port::detector::FinderPatternSet,
};

use super::{
    grey::Grey,
    phase::{At, Frame},
    worker::Search,
};

/// Modules from a finder's centre to the symbol's nearest edges.
const FINDER: f32 = 3.5;
/// Wanted modules between two windows' centres.
const SPACING: f32 = 2.5;
/// Rounds of relaxation.
const ROUNDS: usize = 3;

/// The module borders of one symbol.
#[derive(Debug)]
pub(super) struct Lattice {
    /// Modules in a row.
    pub(super) side: usize,
    /// Windows in a row.
    nodes: usize,
    /// Modules from one window to the next.
    spacing: f32,
    frames: Vec<Frame>,
}

impl Lattice {
    /// Follows the borders from three finders over the whole symbol.
    ///
    /// Two, where the modules counted along the top and along the left differ; none where the finders lead nowhere.
    pub(super) fn follow(grey: &Grey, matrix: &BitMatrix, finders: &FinderPatternSet, search: &Search) -> Vec<Self> {
        let point = |finder: ConcentricPattern| At { x: finder.p.x, y: finder.p.y };
        let (tl, tr, bl) = (point(finders.tl), point(finders.tr), point(finders.bl));
        let (right, down) = (tr.minus(tl), bl.minus(tl));
        let seeds = [
            Frame::of_finder(matrix, finders.tl, right, down),
            Frame::of_finder(matrix, finders.tr, right, down),
            Frame::of_finder(matrix, finders.bl, right, down),
        ];
        let [first, ..] = seeds;
        if !seeds.iter().all(Frame::plausible) {
            return Vec::new();
        }
        let mut sides: Vec<usize> = Vec::new();
        for counted in [count(grey, first, tr, true), count(grey, first, bl, false)].into_iter().flatten() {
            // A symbol has 21, 25, 29 … 177 modules.
            let side = 17.0 + 4.0 * ((counted - 17.0) / 4.0).round();
            if (21.0..=177.0).contains(&side) {
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // just bounded
                let side = side as usize;
                if !sides.contains(&side) {
                    sides.push(side);
                }
            }
        }
        sides.into_iter().filter(|_| !search.over()).filter_map(|side| Self::grow(grey, side, &seeds)).collect()
    }

    #[allow(clippy::cast_precision_loss)] // at most 177
    fn grow(grey: &Grey, side: usize, seeds: &[Frame; 3]) -> Option<Self> {
        let length = side as f32;
        let steps = (length / SPACING).round().max(1.0);
        let spacing = length / steps;
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // at most 60
        let nodes = steps as usize + 1;
        let place = |node: usize| At { x: (node % nodes) as f32 * spacing, y: (node / nodes) as f32 * spacing };
        let centres =
            [At { x: FINDER, y: FINDER }, At { x: length - FINDER, y: FINDER }, At { x: FINDER, y: length - FINDER }];
        let mut frames: Vec<Option<Frame>> = vec![None; nodes * nodes];
        let mut edge = BinaryHeap::new();
        for node in 0..nodes * nodes {
            let here = place(node);
            for (seed, centre) in seeds.iter().zip(&centres) {
                let modules = here.minus(*centre);
                if modules.length() < FINDER + spacing / 2.0 {
                    let at = seed.at.plus(modules.x, seed.right).plus(modules.y, seed.down);
                    *frames.get_mut(node)? = Some(Frame { at, ..*seed }.locked(grey, here));
                    edge.push(Candidate { trust: 1.0, node });
                }
            }
        }
        // Outward from the finders, the surest next.
        while let Some(Candidate { node, .. }) = edge.pop() {
            for near in neighbours(nodes, node) {
                if frames.get(near)?.is_some() {
                    continue;
                }
                let frame = predicted(&frames, nodes, near, spacing)?;
                if !frame.plausible() {
                    return None;
                }
                let frame = frame.locked(grey, place(near));
                edge.push(Candidate { trust: frame.trust, node: near });
                *frames.get_mut(near)? = Some(frame);
            }
        }
        let frames: Vec<Frame> = frames.into_iter().collect::<Option<_>>()?;
        let mut lattice = Self { side, nodes, spacing, frames };
        for _ in 0..ROUNDS {
            lattice.relax(grey)?;
        }
        Some(lattice)
    }

    /// Moves each window half-way to where its neighbours would have it, then by its own phase.
    #[allow(clippy::cast_precision_loss)]
    fn relax(&mut self, grey: &Grey) -> Option<()> {
        let before = self.frames.clone();
        let nodes = self.nodes;
        let at = |x: usize, y: usize| before.get(y * nodes + x).map(|frame| frame.at);
        for (node, frame) in self.frames.iter_mut().enumerate() {
            let (x, y) = (node % nodes, node / nodes);
            let here = at(x, y)?;
            let (left, right) = (at(x.saturating_sub(1), y)?, at((x + 1).min(nodes - 1), y)?);
            let (above, below) = (at(x, y.saturating_sub(1))?, at(x, (y + 1).min(nodes - 1))?);
            let spans = |low: bool, high: bool| self.spacing * (f32::from(u8::from(low)) + f32::from(u8::from(high)));
            frame.right = At::default().plus(1.0 / spans(x > 0, x + 1 < nodes), right.minus(left));
            frame.down = At::default().plus(1.0 / spans(y > 0, y + 1 < nodes), below.minus(above));
            let mut middles = Vec::with_capacity(2);
            if x > 0 && x + 1 < nodes {
                middles.push(left.mixed(0.5, right));
            }
            if y > 0 && y + 1 < nodes {
                middles.push(above.mixed(0.5, below));
            }
            let pull = 0.5 / middles.len().max(1) as f32;
            frame.at = middles.iter().fold(here, |at, middle| at.plus(pull, middle.minus(here)));
            if !frame.plausible() {
                return None;
            }
            *frame = frame.locked(grey, At { x: x as f32 * self.spacing, y: y as f32 * self.spacing });
        }
        Some(())
    }

    /// Where a point of the symbol, in modules from its corner, lies in the picture.
    pub(super) fn at(&self, x: f32, y: f32) -> At {
        let (column, across) = self.cell(x);
        let (row, along) = self.cell(y);
        let node = |c: usize, r: usize| self.frames.get(r * self.nodes + c).map_or(At::default(), |frame| frame.at);
        let upper = node(column, row).mixed(across, node(column + 1, row));
        let lower = node(column, row + 1).mixed(across, node(column + 1, row + 1));
        upper.mixed(along, lower)
    }

    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss)] // within the nodes
    fn cell(&self, modules: f32) -> (usize, f32) {
        let steps = modules / self.spacing;
        let whole = (steps.max(0.0) as usize).min(self.nodes.saturating_sub(2));
        (whole, steps - whole as f32)
    }
}

/// A window whose neighbours may be placed next.
#[derive(Debug, PartialEq)]
struct Candidate {
    trust: f32,
    node: usize,
}

impl Eq for Candidate {}

impl Ord for Candidate {
    fn cmp(&self, other: &Self) -> Ordering {
        self.trust.total_cmp(&other.trust).then(other.node.cmp(&self.node))
    }
}

impl PartialOrd for Candidate {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The windows beside, above and below one.
fn neighbours(nodes: usize, node: usize) -> impl Iterator<Item = usize> {
    let (x, y) = (node % nodes, node / nodes);
    let left = (x > 0).then(|| node - 1);
    let right = (x + 1 < nodes).then(|| node + 1);
    let above = (y > 0).then(|| node - nodes);
    let below = (y + 1 < nodes).then(|| node + nodes);
    [left, right, above, below].into_iter().flatten()
}

/// The frame that a window's placed neighbours expect of it.
fn predicted(frames: &[Option<Frame>], nodes: usize, node: usize, spacing: f32) -> Option<Frame> {
    let (x, y) = (node % nodes, node / nodes);
    let mut sum = Frame::default();
    for (dx, dy) in
        [(-1f32, 0f32), (1.0, 0.0), (0.0, -1.0), (0.0, 1.0), (-1.0, -1.0), (1.0, -1.0), (-1.0, 1.0), (1.0, 1.0)]
    {
        let (Some(nx), Some(ny)) = (shifted(x, dx, nodes), shifted(y, dy, nodes)) else { continue };
        let Some(Some(near)) = frames.get(ny * nodes + nx) else { continue };
        let weight = (near.trust + 0.05) / (1.0 + dx.abs() * dy.abs());
        let at = near.at.plus(-dx * spacing, near.right).plus(-dy * spacing, near.down);
        sum.at = sum.at.plus(weight, at);
        sum.right = sum.right.plus(weight, near.right);
        sum.down = sum.down.plus(weight, near.down);
        sum.trust += weight;
    }
    if sum.trust <= 0.0 {
        return None;
    }
    let scale = |v: At| At::default().plus(1.0 / sum.trust, v);
    Some(Frame { at: scale(sum.at), right: scale(sum.right), down: scale(sum.down), trust: 0.0 })
}

fn shifted(n: usize, by: f32, nodes: usize) -> Option<usize> {
    let n = if by < 0.0 {
        n.checked_sub(1)?
    } else if by > 0.0 {
        n + 1
    } else {
        n
    };
    (n < nodes).then_some(n)
}

/// Counts modules from the first finder to another along the row or column between them.
fn count(grey: &Grey, first: Frame, target: At, along_row: bool) -> Option<f32> {
    const STEP: f32 = 2.0;
    let mut frame = first;
    let mut counted = FINDER;
    for _ in 0..100 {
        let left = frame.modules_to(target);
        let (ahead, aside) = if along_row { (left.x, left.y) } else { (left.y, left.x) };
        if aside.abs() > 30.0 {
            return None;
        }
        if ahead <= STEP {
            return (aside.abs() < 3.0).then_some(counted + ahead + FINDER);
        }
        let before = frame;
        frame.at = frame.at.plus(STEP, if along_row { frame.right } else { frame.down });
        counted += STEP;
        let here = if along_row { At { x: counted, y: FINDER } } else { At { x: FINDER, y: counted } };
        frame = frame.locked(grey, here);
        let step = At::default().plus(1.0 / STEP, frame.at.minus(before.at));
        let direction = if along_row { &mut frame.right } else { &mut frame.down };
        *direction = direction.mixed(0.4, step);
        if !frame.plausible() {
            return None;
        }
    }
    None
}
