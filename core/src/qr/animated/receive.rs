//! The receiver: takes what arrives, whatever else the camera sees.

use std::collections::HashSet;

use raptorq::{Decoder, EncodingPacket, PayloadId};
use sha2::{Digest as _, Sha256};

use super::frame::{Fault, Frame, Transfer};

/// Symbols kept beyond what a file is long. A handful is enough; more come from somebody who plays.
const MOST_FURTHER: u32 = 512;
/// So many frames of another transfer in a row, and the sender has begun anew.
const PATIENCE: u32 = 5;

/// What became of a text that the camera read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Taken {
    /// A new symbol.
    New,
    /// One that is in already.
    Again,
    /// A frame of another transfer: left out. After five in a row the receiver changes over to it.
    Foreign,
    /// The sender has begun another transfer, and so has the receiver.
    Restarted,
    /// A frame that was read wrong.
    Damaged,
    /// A frame of a newer version of the app.
    Newer,
    /// No frame at all.
    NotAFrame,
}

/// Where a transfer stands.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Progress {
    /// Symbols that are in.
    pub have: u32,
    /// Symbols that the file is long; it may take a few more. 0 before the first frame.
    pub of: u32,
}

/// Puts a file together from frames, in whatever order they arrive.
#[derive(Default)]
pub struct Receiver {
    current: Option<Current>,
    file: Option<Vec<u8>>,
    /// The transfer that was seen last instead, and how often in a row.
    other: Option<(Transfer, u32)>,
}

struct Current {
    transfer: Transfer,
    decoder: Decoder,
    seen: HashSet<u32>,
}

impl Receiver {
    /// Takes up a text that the camera read.
    pub fn frame(&mut self, text: &str) -> Taken {
        let frame = match Frame::read(text) {
            Ok(frame) => frame,
            Err(Fault::NotAFrame) => return Taken::NotAFrame,
            Err(Fault::Damaged) => return Taken::Damaged,
            Err(Fault::Newer) => return Taken::Newer,
        };
        let mut restarted = false;
        if self.current.as_ref().is_some_and(|current| current.transfer != frame.transfer) {
            let before = self.other.filter(|(transfer, _)| *transfer == frame.transfer).map_or(0, |(_, times)| times);
            self.other = Some((frame.transfer, before + 1));
            if before + 1 < PATIENCE {
                return Taken::Foreign;
            }
            (self.current, self.file, restarted) = (None, None, true);
        }
        self.other = None;
        let current = self.current.get_or_insert_with(|| Current::new(frame.transfer));
        if self.file.is_some() || !current.seen.insert(frame.number) {
            return Taken::Again;
        }
        match current.decode(frame) {
            Some(file) if Sha256::digest(&file).starts_with(&current.transfer.id) => self.file = Some(file),
            // Somebody mixes in symbols of their own under this transfer's name: all of it anew.
            Some(_) => self.current = None,
            None if current.is_overfull() => self.current = None,
            None => {}
        }
        if restarted { Taken::Restarted } else { Taken::New }
    }

    /// Where it stands.
    #[must_use]
    pub fn progress(&self) -> Progress {
        let progress = |current: &Current| Progress {
            have: u32::try_from(current.seen.len()).unwrap_or(u32::MAX),
            of: current.transfer.symbols(),
        };
        self.current.as_ref().map(progress).unwrap_or_default()
    }

    /// The file, once it is whole; its digest is the one that its frames name.
    #[must_use]
    pub fn finished(&self) -> Option<&[u8]> {
        self.file.as_deref()
    }
}

impl Current {
    fn new(transfer: Transfer) -> Self {
        Self { transfer, decoder: Decoder::new(transfer.information()), seen: HashSet::new() }
    }

    fn decode(&mut self, frame: Frame) -> Option<Vec<u8>> {
        self.decoder.decode(EncodingPacket::new(PayloadId::new(0, frame.number), frame.symbol))
    }

    fn is_overfull(&self) -> bool {
        u32::try_from(self.seen.len()).is_ok_and(|have| have > self.transfer.symbols() + MOST_FURTHER)
    }
}
