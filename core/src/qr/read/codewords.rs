//! From a symbol's modules to its payload, with what is known of each module's certainty (ISO/IEC 18004, 7.7 and 8).

use rxing::{
    common::{BitMatrix, cpp_essentials::DecoderResult},
    qrcode::{
        common::{FormatInformation, Version},
        cpp_port::decoder::DecodeBitStream,
        decoder::DataBlock,
    },
};

use super::{reed_solomon, soft::Soft};

/// Wrong bits of the 15 in the format information that can be told from other formats.
const MAX_FORMAT_DISTANCE: u32 = 3;

/// The payload of a symbol whose modules are more or less sure.
pub(super) fn decode(symbol: &Soft) -> Option<DecoderResult<bool>> {
    let format = format(symbol)?;
    let turned;
    let symbol = if format.isMirrored {
        turned = symbol.mirrored();
        &turned
    } else {
        symbol
    };
    let number = u32::try_from(symbol.side.checked_sub(17)? / 4).ok()?;
    let version = Version::Model2(number).ok()?;
    let function = version.buildFunctionPattern().ok()?;
    let (bytes, doubts) = bytes(symbol, &function, format.data_mask);
    let blocks = DataBlock::getDataBlocks(&bytes, version, format.error_correction_level).ok()?;
    // Which byte of the symbol each byte of a block is: the same shuffle, applied to indices, low and high byte apart.
    let shuffle = |part: fn(usize) -> u8| {
        let indices: Vec<u8> = (0..bytes.len()).map(part).collect();
        DataBlock::getDataBlocks(&indices, version, format.error_correction_level).ok()
    };
    let lows = shuffle(|n| n.to_le_bytes()[0])?;
    let highs = shuffle(|n| n.to_le_bytes()[1])?;
    let mut payload = Vec::with_capacity(bytes.len());
    for ((block, low), high) in blocks.iter().zip(&lows).zip(&highs) {
        let indices = low.getCodewords().iter().zip(high.getCodewords());
        let doubts: Vec<f32> = indices
            .map(|(&low, &high)| doubts.get(usize::from(u16::from_le_bytes([low, high]))).copied().unwrap_or(0.0))
            .collect();
        let data = usize::try_from(block.getNumDataCodewords()).ok()?;
        payload.extend_from_slice(mended(block.getCodewords(), data, &doubts)?.get(..data)?);
    }
    let decoded = DecodeBitStream(&payload, version, format.error_correction_level).ok()?;
    decoded.isValid().then_some(decoded)
}

/// A block's bytes, mended: as read, then with more and more of the least sure bytes given up.
///
/// Some parity is always left over to tell a codeword from chance.
fn mended(block: &[u8], data: usize, sureness: &[f32]) -> Option<Vec<u8>> {
    let parity = block.len().checked_sub(data)?;
    let spare = (parity / 12).max(2);
    let mut order: Vec<usize> = (0..block.len()).collect();
    order.sort_by(|&a, &b| {
        let sure = |n: usize| sureness.get(n).copied().unwrap_or(0.0);
        sure(a).total_cmp(&sure(b))
    });
    let mut given_up = 0;
    while given_up + spare <= parity || given_up == 0 {
        let erased = order.get(..given_up)?;
        let mut bytes = block.to_vec();
        if let Some(wrong) = reed_solomon::correct(&mut bytes, parity, erased)
            && (2 * wrong + given_up + spare <= parity || given_up == 0)
        {
            return Some(bytes);
        }
        given_up += 1 + parity / 16;
    }
    None
}

/// The symbol's bytes in the order of reading, each with the sureness of its least sure module.
fn bytes(symbol: &Soft, function: &BitMatrix, mask: u8) -> (Vec<u8>, Vec<f32>) {
    let side = symbol.side;
    let (mut bytes, mut sureness) = (Vec::new(), Vec::new());
    let (mut byte, mut sure, mut bits) = (0u8, f32::INFINITY, 0);
    let mut right = side - 1;
    let mut upward = true;
    while right > 0 {
        if right == 6 {
            right = 5;
        }
        for step in 0..side {
            let y = if upward { side - 1 - step } else { step };
            for x in [right, right - 1] {
                let place = (u32::try_from(x).unwrap_or(0), u32::try_from(y).unwrap_or(0));
                if function.get(place.0, place.1) {
                    continue;
                }
                let value = symbol.get(x, y);
                byte = byte << 1 | u8::from((value > 0.0) != masked(mask, x, y));
                sure = sure.min(value.abs());
                bits += 1;
                if bits == 8 {
                    bytes.push(byte);
                    sureness.push(sure);
                    (byte, sure, bits) = (0, f32::INFINITY, 0);
                }
            }
        }
        upward = !upward;
        right = right.saturating_sub(2);
    }
    (bytes, sureness)
}

/// Whether a data mask turns a module over (ISO/IEC 18004, table 10).
fn masked(mask: u8, x: usize, y: usize) -> bool {
    match mask {
        0 => (x + y).is_multiple_of(2),
        1 => y.is_multiple_of(2),
        2 => x.is_multiple_of(3),
        3 => (x + y).is_multiple_of(3),
        4 => (y / 2 + x / 3).is_multiple_of(2),
        5 => (x * y).is_multiple_of(6),
        6 => (x * y) % 6 < 3,
        _ => (x + y + (x * y) % 3).is_multiple_of(2),
    }
}

/// Error correction level, mask and whether the symbol is seen in a mirror.
fn format(symbol: &Soft) -> Option<FormatInformation> {
    let side = symbol.side;
    let bits = |places: &mut dyn Iterator<Item = (usize, usize)>| {
        places.fold(0u32, |bits, (x, y)| bits << 1 | u32::from(symbol.get(x, y) > 0.0))
    };
    let mut beside_first = (0..6).map(|x| (x, 8)).chain([(7, 8), (8, 8), (8, 7)]).chain((0..6).rev().map(|y| (8, y)));
    let mut beside_others = (side - 8..side).rev().map(|y| (8, y)).chain((side - 8..side).map(|x| (x, 8)));
    let format = FormatInformation::DecodeQR(bits(&mut beside_first), bits(&mut beside_others));
    (format.hammingDistance <= MAX_FORMAT_DISTANCE).then_some(format)
}
