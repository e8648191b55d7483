//! Pictures to texts, within a time budget.
//!
//! ```text
//! file ── decode ─┐
//! rgba, camera ───┴─> grey, 1600 px or less ──> cascade: filter ─> binarise ─> symbols ──> texts
//! ```
//!
//! The work runs on a thread of its own. The caller waits for the budget and not longer; the worker looks at the same
//! deadline between steps that are short by construction, so nothing runs on for long after the caller has left.

use std::time::Duration;

use rxing::common::BitMatrix;
use rxing::qrcode::decoder::qrcode_decoder::decode_bitmatrix;

use super::write::Modules;

mod cascade;
mod codewords;
mod decode;
mod filter;
mod finders;
mod focus;
mod grey;
mod inverse;
mod lattice;
mod motion;
mod phase;
mod quiet;
mod reed_solomon;
mod soft;
mod symbols;
mod worker;

use grey::Grey;
use worker::Search;

/// An 8-bit grey picture whose rows may be longer than they are wide (raw camera planes).
#[derive(Clone, Copy)]
pub struct Luma<'a> {
    /// Row after row.
    pub bytes: &'a [u8],
    /// Pixels in a row.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// Bytes from one row's start to the next's.
    pub stride: usize,
}

/// How much time may be spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget(pub Duration);

impl Budget {
    /// A live camera frame.
    pub const FRAME: Self = Self(Duration::from_millis(150));
    /// A picture that the user picked.
    pub const PICTURE: Self = Self(Duration::from_secs(2));
}

/// Why a picture gave nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ReadError {
    /// Not a picture, or of a kind that is not read.
    #[error("not a picture")]
    NotAPicture,
    /// The picture is damaged.
    #[error("a damaged picture")]
    Damaged,
    /// More bytes or pixels than are ever read.
    #[error("too large")]
    TooLarge,
    /// A picture without a readable code.
    #[error("no readable code")]
    NoCode,
}

/// Texts of all codes in a picture file (PNG, JPEG, GIF, WebP, BMP), each once.
///
/// Of an animation, the first frame is read; transparency is read over white.
///
/// # Errors
/// [`ReadError`].
pub fn picture(file: &[u8], budget: Budget) -> Result<Vec<String>, ReadError> {
    decode::bound_file(file)?;
    let file = file.to_vec();
    worker::run(Search::within(budget), move |search| {
        let picture = decode::grey(&file)?.into();
        drop(file);
        cascade::run(&picture, search);
        Ok(())
    })
}

/// Texts of all codes in a grey picture, each once.
///
/// # Errors
/// [`ReadError`]; [`ReadError::Damaged`] where the bytes are fewer than the size asks for.
pub fn luma(luma: Luma<'_>, budget: Budget) -> Result<Vec<String>, ReadError> {
    let search = Search::within(budget);
    read(Grey::from_luma(luma)?, search)
}

/// Texts of all codes in raw RGBA pixels (a clipboard picture), each once.
///
/// # Errors
/// [`ReadError`]; [`ReadError::Damaged`] where the bytes are not four a pixel.
pub fn rgba(bytes: &[u8], width: usize, height: usize, budget: Budget) -> Result<Vec<String>, ReadError> {
    let search = Search::within(budget);
    read(Grey::from_rgba(bytes, width, height)?, search)
}

/// What a code says whose modules are known, without looking for it in a picture: to check what was drawn.
pub(crate) fn modules(modules: &Modules) -> Option<String> {
    let side = u32::try_from(modules.side()).ok()?;
    let mut matrix = BitMatrix::new(side, side).ok()?;
    for (x, y, run) in modules.runs() {
        matrix.setRegion(u32::try_from(x).ok()?, u32::try_from(y).ok()?, u32::try_from(run).ok()?, 1).ok()?;
    }
    // A reader's panic is a code that cannot be read.
    let decoded = std::panic::catch_unwind(|| decode_bitmatrix(&matrix).ok().map(|code| code.getText().to_owned()));
    decoded.ok().flatten()
}

fn read(grey: Grey, search: Search) -> Result<Vec<String>, ReadError> {
    worker::run(search, move |search| {
        cascade::run(&grey.into(), search);
        Ok(())
    })
}

impl core::fmt::Debug for Luma<'_> {
    /// Without the pixels: they may show a secret.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Luma").field("width", &self.width).field("height", &self.height).finish_non_exhaustive()
    }
}
