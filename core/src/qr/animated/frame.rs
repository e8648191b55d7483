//! One frame: bytes to text and back, with everything checked that can be wrong about it.

use raptorq::{ObjectTransmissionInformation, PayloadId};

use super::MAX_BYTES;
use crate::qr::base45;

/// In front of every frame; the digit is the version.
const START: &str = "SMARTOTP1:";
/// Bytes of a transfer's id.
pub(super) const ID_LEN: usize = 8;
/// The symbols' lengths in bytes: as small as the file allows, so that the codes are easy to see.
pub(super) const SYMBOLS: [(usize, u16); 3] = [(8 * 1024, 192), (32 * 1024, 320), (MAX_BYTES, 512)];
/// Longer texts are no frames.
const MOST_TEXT: usize = 1024;

/// Which transfer, how long, how cut: the same in all frames of one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Transfer {
    pub(super) id: [u8; ID_LEN],
    pub(super) bytes: usize,
    pub(super) symbol: u16,
}

/// A frame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    pub(super) transfer: Transfer,
    /// Which symbol (RFC 6330's encoding symbol id).
    pub(super) number: u32,
    pub(super) symbol: Vec<u8>,
}

/// Why a text is no frame.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Something else.
    NotAFrame,
    /// A frame that was read wrong, or that nobody should send.
    Damaged,
    /// A frame of a newer version.
    Newer,
}

impl Transfer {
    /// How many symbols the file is long.
    pub(super) fn symbols(&self) -> u32 {
        u32::try_from(self.bytes.div_ceil(self.symbol.into())).unwrap_or(u32::MAX)
    }

    pub(super) fn information(&self) -> ObjectTransmissionInformation {
        ObjectTransmissionInformation::new(self.bytes as u64, self.symbol, 1, 1, 1)
    }

    /// What the information says, if our own sender could have said so: nothing else is ever allocated or solved.
    fn of(id: [u8; ID_LEN], said: &[u8; 12]) -> Option<Self> {
        let information = ObjectTransmissionInformation::deserialize(said);
        let bytes =
            usize::try_from(information.transfer_length()).ok().filter(|bytes| (1..=MAX_BYTES).contains(bytes))?;
        let symbol = information.symbol_size();
        let transfer = Self { id, bytes, symbol };
        let known = SYMBOLS.iter().any(|(_, known)| *known == symbol) && transfer.symbols() <= 16 * 1024;
        (known && transfer.information() == information).then_some(transfer)
    }
}

impl Frame {
    pub(super) fn to_text(&self) -> String {
        let mut bytes = Vec::with_capacity(ID_LEN + 12 + 4 + self.symbol.len() + 4);
        bytes.extend(self.transfer.id);
        bytes.extend(self.transfer.information().serialize());
        bytes.extend(PayloadId::new(0, self.number).serialize());
        bytes.extend(&self.symbol);
        text_of(bytes)
    }

    pub(super) fn read(text: &str) -> Result<Self, Fault> {
        let Some(encoded) = text.strip_prefix(START) else {
            let (name, digit) = START.split_at(START.len() - 2);
            let newer = text.strip_prefix(name).is_some_and(|rest| rest > digit && rest.contains(':'));
            return Err(if newer { Fault::Newer } else { Fault::NotAFrame });
        };
        if text.len() > MOST_TEXT {
            return Err(Fault::Damaged);
        }
        Self::decode(&base45::decode(encoded).ok_or(Fault::Damaged)?).ok_or(Fault::Damaged)
    }

    fn decode(bytes: &[u8]) -> Option<Self> {
        let (bytes, crc) = bytes.split_last_chunk::<4>()?;
        if crc32(bytes) != u32::from_be_bytes(*crc) {
            return None;
        }
        let (id, rest) = bytes.split_first_chunk::<ID_LEN>()?;
        let (information, rest) = rest.split_first_chunk::<12>()?;
        let (payload, symbol) = rest.split_first_chunk::<4>()?;
        let transfer = Transfer::of(*id, information)?;
        let payload = PayloadId::deserialize(payload);
        let fits = payload.source_block_number() == 0 && symbol.len() == usize::from(transfer.symbol);
        fits.then(|| Self { transfer, number: payload.encoding_symbol_id(), symbol: symbol.to_vec() })
    }
}

/// What a frame carries, as its text: with the checksum.
pub(super) fn text_of(mut bytes: Vec<u8>) -> String {
    bytes.extend(crc32(&bytes).to_be_bytes());
    let mut text = String::with_capacity(START.len() + bytes.len() / 2 * 3 + 2);
    text.push_str(START);
    base45::encode(&bytes, &mut text);
    text
}

/// CRC-32 as PNG, zip and Ethernet have it.
fn crc32(bytes: &[u8]) -> u32 {
    !bytes.iter().fold(!0, |crc, byte| {
        (0..8).fold(crc ^ u32::from(*byte), |crc, _| if crc & 1 == 1 { crc >> 1 ^ 0xEDB8_8320 } else { crc >> 1 })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_checksum_is_the_usual_one() {
        assert_eq!(crc32(b"123456789"), 0xCBF4_3926);
    }
}
