//! Texts to QR codes: modules, and from them terminal text, PNG and SVG.

/// A QR code's modules, without the quiet zone.
#[derive(Debug)]
pub struct Modules {
    side: usize,
    dark: Vec<bool>,
}

/// The text fits no QR code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too long for a QR code")]
pub struct TooLong;

impl Modules {
    /// Encodes a text with error correction M or better.
    ///
    /// # Errors
    /// [`TooLong`].
    pub fn encode(_text: &str) -> Result<Self, TooLong> {
        todo!()
    }

    /// Modules in a row and in a column.
    #[must_use]
    pub fn side(&self) -> usize {
        self.side
    }

    /// Whether a module is dark; outside all is light.
    #[must_use]
    pub fn dark(&self, _x: usize, _y: usize) -> bool {
        let _ = &self.dark;
        todo!()
    }

    /// Half-block characters with the quiet zone, for a terminal.
    #[must_use]
    pub fn to_terminal(&self) -> String {
        todo!()
    }

    /// A PNG with whole-pixel modules and the quiet zone.
    #[must_use]
    pub fn to_png(&self, _pixels_per_module: u32) -> Vec<u8> {
        todo!()
    }

    /// An SVG with the quiet zone.
    #[must_use]
    pub fn to_svg(&self) -> String {
        todo!()
    }
}
