//! QR codes as pictures that a screen can draw: one pixel a module, scaled up without smoothing.

use slint::{Image, Rgb8Pixel, SharedPixelBuffer};
use smartotp_core::qr::write::Modules;

/// Light modules around a code (ISO 18004).
const QUIET: usize = 4;
const DARK: Rgb8Pixel = Rgb8Pixel { r: 0, g: 0, b: 0 };
const LIGHT: Rgb8Pixel = Rgb8Pixel { r: 255, g: 255, b: 255 };

/// Dark on light, whatever the theme is.
pub(crate) fn of_modules(modules: &Modules) -> Image {
    let side = modules.side() + 2 * QUIET;
    let edge = u32::try_from(side).unwrap_or(0);
    let mut buffer = SharedPixelBuffer::<Rgb8Pixel>::new(edge, edge);
    for (place, pixel) in buffer.make_mut_slice().iter_mut().enumerate() {
        let (x, y) = (place % side, place / side);
        let inside = |at: usize| (QUIET..side - QUIET).contains(&at);
        let dark = inside(x) && inside(y) && modules.dark(x - QUIET, y - QUIET);
        *pixel = if dark { DARK } else { LIGHT };
    }
    Image::from_rgb8(buffer)
}
