//! The sender: frames without end.

use raptorq::{Encoder, EncodingPacket};
use sha2::{Digest as _, Sha256};

use super::MAX_BYTES;
use super::frame::{Frame, SYMBOLS, Transfer};

/// The file is longer than what goes through, or empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("too large to be shown")]
pub struct TooLarge;

/// The frames of one file, as texts for QR codes; an iterator that never ends.
pub struct Frames {
    encoder: Encoder,
    transfer: Transfer,
    /// The file itself, cut.
    source: Vec<EncodingPacket>,
    next: u32,
}

impl Frames {
    /// Frames of a file.
    ///
    /// # Errors
    /// [`TooLarge`] over [`MAX_BYTES`], and for an empty one.
    pub fn new(file: &[u8]) -> Result<Self, TooLarge> {
        let fitting = SYMBOLS.iter().find(|(bytes, _)| file.len() <= *bytes);
        let (_, symbol) = *fitting.filter(|_| !file.is_empty()).ok_or(TooLarge)?;
        let id = Sha256::digest(file).first_chunk().copied().unwrap_or_default();
        let transfer = Transfer { id, bytes: file.len(), symbol };
        debug_assert!(file.len() <= MAX_BYTES);
        let encoder = Encoder::new(file, transfer.information());
        let source = encoder.get_block_encoders().iter().flat_map(|block| block.source_packets()).collect();
        Ok(Self { encoder, transfer, source, next: 0 })
    }

    /// How many frames it takes at least.
    #[must_use]
    pub fn least(&self) -> u32 {
        self.transfer.symbols()
    }
}

impl Iterator for Frames {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        let number = self.next;
        // 24 bits: at ten frames a second nobody sees them all.
        self.next = (self.next + 1) & 0xFF_FFFF;
        // The file itself first, then sums of it.
        let packet = match self.source.get(number as usize) {
            Some(packet) => packet.clone(),
            None => {
                let repair = number.saturating_sub(self.transfer.symbols());
                self.encoder.get_block_encoders().first()?.repair_packets(repair, 1).pop()?
            }
        };
        let (payload, symbol) = packet.split();
        Some(Frame { transfer: self.transfer, number: payload.encoding_symbol_id(), symbol }.to_text())
    }
}
