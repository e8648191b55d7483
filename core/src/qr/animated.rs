//! A file from screen to screen: an endless row of QR codes, of which any that arrive will do.
//!
//! A fountain code (RaptorQ, RFC 6330) makes any number of symbols of the file; whoever has caught a few more of them than the
//! file is long can put it together, whichever they are. So lost frames cost time and nothing else, no matter where the other
//! phone starts to look.
//!
//! # A frame
//! A text of the characters that a QR code packs best: `SMARTOTP1:` and, in Base45 (RFC 9285), the bytes
//!
//! | bytes | what |
//! | --- | --- |
//! | 8 | transfer: the first bytes of the file's SHA-256 |
//! | 12 | RFC 6330's object transmission information (3.3.2, 3.3.3): the file's length, the symbols' |
//! | 4 | RFC 6330's payload id (3.2): which symbol this is |
//! | … | the symbol |
//! | 4 | CRC-32 (as PNG has it) of all bytes before |
//!
//! There is one source block and one sub-block; a reader takes nothing else, and no file over [`MAX_BYTES`].
//!
//! What goes through is a sealed file ([`mod@crate::backup`]), so that who films the screen has nothing without the words.
//!
//! ```
//! use smartotp_core::qr::animated::{Frames, Receiver};
//!
//! let file = [7; 3_000];
//! let mut receiver = Receiver::default();
//! for frame in Frames::new(&file)?.step_by(3) { // two of three are missed
//!     receiver.frame(&frame);
//!     if receiver.finished().is_some() {
//!         break;
//!     }
//! }
//! assert_eq!(receiver.finished(), Some(file.as_slice()));
//! # Ok::<(), smartotp_core::qr::animated::TooLarge>(())
//! ```

mod frame;
mod receive;
mod send;

pub use receive::{Progress, Receiver, Taken};
pub use send::{Frames, TooLarge};

/// The largest file that goes through, in bytes: some minutes of ten frames a second.
pub const MAX_BYTES: usize = 2 * 1024 * 1024;
/// How many frames a second cameras still tell apart, and screens show steadily.
pub const FRAMES_PER_SECOND: u32 = 10;

/// The texts of one frame rendered as a QR code stay below this number of modules a side.
pub const MAX_SIDE: usize = 85;

/// Any bytes as a frame with a checksum that fits: for fuzzing.
#[doc(hidden)]
#[must_use]
pub fn frame_of(bytes: &[u8]) -> String {
    frame::text_of(bytes.to_vec())
}

#[cfg(test)]
mod tests;
