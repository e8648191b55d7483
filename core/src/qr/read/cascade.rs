//! The passes over one picture, cheapest first, until its codes are read.
//!
//! Each pass brings out what another hides: noise asks for blur and blur for sharpening, shadows for a local threshold and a code
//! without a margin for a global one. What each is worth is measured in docs/qr.md.

use rxing::{
    Binarizer, Luma8Source,
    common::{BitMatrix, HybridBinarizer},
};

use super::{
    grey::{Grey, Picture},
    quiet, symbols,
    worker::Search,
};

/// What is done to the grey picture.
#[derive(Debug, Clone, Copy)]
enum Filter {
    None,
    /// Mean of a square: radius in pixels.
    Blur(usize),
    /// Unsharp mask: radius in pixels, strength.
    Sharpen(usize, i32),
    Double,
    /// Inverse of a Gaussian: standard deviation in pixels, noise-to-signal power.
    Focus(f32, f32),
    /// Inverse of a straight motion, in pixels.
    Steady(f32),
}

/// How grey becomes black and white.
#[derive(Debug, Clone, Copy)]
enum Threshold {
    /// By 8 by 8 blocks, with care for flat ones.
    Blocks,
    /// By the mean of a wide neighbourhood.
    LocalMean,
    /// By one level, in parts of the picture's range.
    Level(f32),
}

type Pass = (Filter, Threshold);

/// What a live frame gets.
const QUICK: [Pass; 3] = [
    (Filter::None, Threshold::Blocks),
    (Filter::Blur(1), Threshold::LocalMean),
    (Filter::Sharpen(3, 2), Threshold::Blocks),
];

/// What a finer version of a large picture gets.
const FINER: [Pass; 2] = [(Filter::None, Threshold::Blocks), (Filter::Blur(1), Threshold::LocalMean)];

/// What a picture gets that showed nothing.
const THOROUGH: [Pass; 9] = [
    (Filter::Blur(1), Threshold::Blocks),
    (Filter::Blur(2), Threshold::LocalMean),
    (Filter::None, Threshold::Level(0.1)),
    (Filter::Sharpen(4, 3), Threshold::LocalMean),
    (Filter::Double, Threshold::Blocks),
    (Filter::None, Threshold::Level(0.2)),
    (Filter::Focus(2.0, 1e-2), Threshold::Blocks),
    (Filter::Focus(3.0, 1e-2), Threshold::Blocks),
    (Filter::Focus(4.5, 1e-2), Threshold::Blocks),
];

/// Blurs tried, in parts of the measured one, which is a little small where the blur is strong; with them the noise supposed.
const FOCUS: [(f32, f32); 9] = [
    (1.05, 1e-3),
    (1.15, 3e-4),
    (1.0, 1e-4),
    (0.9, 1e-3),
    (1.1, 1e-4),
    (1.25, 3e-4),
    (1.05, 1e-2),
    (1.2, 1e-4),
    (1.4, 3e-4),
];
/// Standard deviation in pixels up to which a blur is none to speak of.
const SHARP: f32 = 1.7;

/// Shortest motion that is taken out, in pixels; the next ones are each an eighth longer.
const SHORTEST_MOTION: f32 = 5.0;
const MOTION_STEP: f32 = 1.13;
const MOTIONS: i32 = 17;

/// Whether to look on after a symbol was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Until {
    /// One pass has read a symbol.
    Read,
    /// A pass has read a symbol, and it left none unread.
    AllRead,
}

/// Looks until nothing is left to find or the search is over.
pub(super) fn run(picture: &Picture, search: &Search) {
    let Picture { grey, finer } = picture;
    if search.is_quick() {
        run_passes(grey, &QUICK, Until::Read, search);
        return;
    }
    if run_passes(grey, &QUICK, Until::AllRead, search)
        || finer.as_ref().is_some_and(|finer| run_passes(finer, &FINER, Until::AllRead, search))
        || search.count() > 0
        || run_passes(grey, &THOROUGH, Until::Read, search)
    {
        return;
    }
    if let Some(sigma) = quiet::catch(|| grey.blur()).flatten().filter(|&sigma| sigma > SHARP) {
        let passes = FOCUS.map(|(part, floor)| (Filter::Focus(sigma * part, floor), Threshold::Blocks));
        if run_passes(grey, &passes, Until::Read, search) {
            return;
        }
    }
    let turned = quiet::catch(|| Some(grey.turned(grey.motion()?))).flatten();
    if let Some(turned) = turned {
        let lengths = (0..MOTIONS).map(|n| SHORTEST_MOTION * MOTION_STEP.powi(n));
        let passes: Vec<Pass> = lengths.map(|length| (Filter::Steady(length), Threshold::Blocks)).collect();
        run_passes(&turned, &passes, Until::Read, search);
    }
}

/// Whether the search may end.
fn run_passes(grey: &Grey, passes: &[Pass], until: Until, search: &Search) -> bool {
    let closely = !search.is_quick();
    for &pass in passes {
        if search.over() {
            return true;
        }
        let Some((mut grey, mut matrix)) = quiet::catch(|| apply(pass, grey)).flatten() else { continue };
        let dark = symbols::read(&grey, &matrix, closely, search);
        if dark.read && until == Until::Read {
            return true;
        }
        // Light codes on dark ground.
        matrix.flip_self();
        grey.invert();
        let light = symbols::read(&grey, &matrix, closely, search);
        let left = dark.left || light.left;
        if (dark.read || light.read) && (until == Until::Read || !left) {
            return true;
        }
    }
    false
}

fn apply((filter, threshold): Pass, grey: &Grey) -> Option<(Grey, BitMatrix)> {
    let grey = match filter {
        Filter::None => grey.clone(),
        Filter::Blur(radius) => grey.blurred(radius),
        Filter::Sharpen(radius, strength) => grey.sharpened(radius, strength),
        Filter::Double => grey.doubled(),
        Filter::Focus(sigma, floor) => grey.focused(sigma, floor),
        Filter::Steady(length) => grey.steadied(length),
    };
    let matrix = match threshold {
        Threshold::Blocks => blocks(&grey)?,
        // Wide enough for several modules of a code that fills the picture.
        Threshold::LocalMean => grey.below_local_mean((grey.width.min(grey.height) / 24).max(4))?,
        Threshold::Level(part) => grey.below_level(part)?,
    };
    Some((grey, matrix))
}

fn blocks(grey: &Grey) -> Option<BitMatrix> {
    let (width, height) = (u32::try_from(grey.width).ok()?, u32::try_from(grey.height).ok()?);
    let source = Luma8Source::new_with_slice(&grey.pixels, width, height).ok()?;
    HybridBinarizer::new(source).get_black_matrix().ok().cloned()
}
