//! Pictures to texts, within a time budget.

use std::time::Duration;

/// An 8-bit grey picture whose rows may be longer than they are wide (raw camera planes).
#[derive(Debug, Clone, Copy)]
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
/// # Errors
/// [`ReadError`].
pub fn picture(_file: &[u8], _budget: Budget) -> Result<Vec<String>, ReadError> {
    todo!()
}

/// Texts of all codes in a grey picture, each once.
///
/// # Errors
/// [`ReadError`].
pub fn luma(_luma: Luma<'_>, _budget: Budget) -> Result<Vec<String>, ReadError> {
    todo!()
}

/// Texts of all codes in raw RGBA pixels (a clipboard picture), each once.
///
/// # Errors
/// [`ReadError`].
pub fn rgba(_bytes: &[u8], _width: usize, _height: usize, _budget: Budget) -> Result<Vec<String>, ReadError> {
    todo!()
}
