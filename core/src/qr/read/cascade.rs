//! The passes over one picture, cheapest first, until one finds a code.

use rxing::{
    Binarizer, Luma8Source,
    common::{BitMatrix, HybridBinarizer},
};

use super::{grey::Grey, quiet, symbols, worker::Search};

/// One way to make a picture black and white.
#[derive(Debug, Clone, Copy)]
enum Pass {
    Raw,
    BlurThreshold,
    Sharpen,
    Blur,
    SharpenThreshold,
    Double,
}

const PASSES: [Pass; 6] =
    [Pass::Raw, Pass::BlurThreshold, Pass::Sharpen, Pass::Blur, Pass::SharpenThreshold, Pass::Double];

/// Looks until a pass finds something, all passes are done or the search is over.
pub(super) fn run(grey: &Grey, search: &Search) {
    for pass in PASSES {
        if search.over() {
            return;
        }
        let Some(mut matrix) = quiet::catch(|| pass.apply(grey)).flatten() else { continue };
        if symbols::read(&matrix, true, search) || search.over() {
            return;
        }
        matrix.flip_self();
        if symbols::read(&matrix, true, search) {
            return;
        }
    }
}

impl Pass {
    fn apply(self, grey: &Grey) -> Option<BitMatrix> {
        // Wide enough for several modules of a code that fills the picture.
        let radius = (grey.width.min(grey.height) / 24).max(4);
        match self {
            Self::Raw => hybrid(grey),
            Self::BlurThreshold => grey.blurred(1).below_local_mean(radius),
            Self::Sharpen => hybrid(&grey.sharpened(3, 2)),
            Self::Blur => hybrid(&grey.blurred(1)),
            Self::SharpenThreshold => grey.sharpened(4, 3).below_local_mean(radius),
            Self::Double => hybrid(&grey.doubled()),
        }
    }
}

/// Thresholds by 8 by 8 blocks, with care for flat ones.
fn hybrid(grey: &Grey) -> Option<BitMatrix> {
    let (width, height) = (u32::try_from(grey.width).ok()?, u32::try_from(grey.height).ok()?);
    let source = Luma8Source::new_with_slice(&grey.pixels, width, height).ok()?;
    HybridBinarizer::new(source).get_black_matrix().ok().cloned()
}
