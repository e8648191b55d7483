//! Decodes the symbols of a black-and-white picture, one finder triple after another.

use rxing::{
    common::{
        BitMatrix, DetectorRXingResult,
        cpp_essentials::{ConcentricPattern, DecoderResult},
    },
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FinderPatternSet, GenerateFinderPatternSets, SampleQR},
    },
};

use super::{codewords, finders, grey::Grey, lattice::Lattice, quiet, soft::Soft, worker::Search};

/// Triples of finders that are tried in vain in one black-and-white picture.
const MAX_MISSES: usize = 300;
/// Triples that are followed module by module in one black-and-white picture.
const MAX_LATTICES: usize = 3;
/// How much of a module's neighbours is taken out of it.
const LIFTS: [f32; 3] = [0.0, 0.15, 0.3];

/// What one black-and-white picture gave.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Outcome {
    /// A symbol was read.
    pub(super) read: bool,
    /// Three finders that belong to no symbol read stand as a symbol's do.
    pub(super) left: bool,
}

/// Notes the texts of all symbols of `matrix`, which was made from `grey`.
///
/// `closely` spends time on symbols that no plane fits.
pub(super) fn read(grey: &Grey, matrix: &BitMatrix, closely: bool, search: &Search) -> Outcome {
    let mut outcome = Outcome::default();
    let mut finders = quiet::catch(|| finders::find(matrix, search)).unwrap_or_default();
    let Some(triples) = quiet::catch(|| GenerateFinderPatternSets(&mut finders)) else { return outcome };
    let mut used: Vec<ConcentricPattern> = Vec::new();
    let mut missed = Vec::new();
    for triple in triples {
        if search.over() || missed.len() == MAX_MISSES {
            break;
        }
        if corners(&triple).iter().any(|corner| used.contains(corner)) {
            continue;
        }
        match quiet::catch(|| plane(matrix, &triple)).flatten() {
            Some(symbol) => {
                used.extend(corners(&triple));
                outcome.read |= note(&symbol, search);
            }
            None => missed.push(triple),
        }
    }
    let unused = |triple: &FinderPatternSet, used: &[ConcentricPattern]| {
        corners(triple).iter().all(|corner| !used.contains(corner))
    };
    missed.retain(|triple| unused(triple, &used));
    if closely {
        let slanted = finders::slanted(&finders);
        for triple in missed.iter().take(MAX_LATTICES).chain(slanted.iter().take(MAX_LATTICES)) {
            if search.over() || !unused(triple, &used) {
                continue;
            }
            if let Some(symbol) = quiet::catch(|| bent(grey, matrix, triple, search)).flatten() {
                used.extend(corners(triple));
                outcome.read |= note(&symbol, search);
            }
        }
        missed.retain(|triple| unused(triple, &used));
    }
    outcome.left = !missed.is_empty();
    outcome
}

fn corners(triple: &FinderPatternSet) -> [ConcentricPattern; 3] {
    [triple.bl, triple.tl, triple.tr]
}

/// A symbol sampled in the plane of its finders and alignment patterns.
fn plane(matrix: &BitMatrix, triple: &FinderPatternSet) -> Option<DecoderResult<bool>> {
    let symbol = SampleQR(matrix, triple).ok()?;
    Decode(symbol.getBits()).ok().filter(DecoderResult::isValid)
}

/// A symbol followed module by module, its modules weighed.
fn bent(grey: &Grey, matrix: &BitMatrix, triple: &FinderPatternSet, search: &Search) -> Option<DecoderResult<bool>> {
    // Seen from the side, a right angle may be the sharpest of the three: each finder may be the corner.
    let FinderPatternSet { bl, tl, tr } = *triple;
    let roles = [*triple, FinderPatternSet { bl: tr, tl: bl, tr: tl }, FinderPatternSet { bl: tl, tl: tr, tr: bl }];
    for lattice in roles.iter().flat_map(|triple| Lattice::follow(grey, matrix, triple, search)) {
        let decoded = LIFTS.iter().find_map(|&lift| codewords::decode(&Soft::sample(grey, &lattice, lift)));
        if decoded.is_some() {
            return decoded;
        }
    }
    None
}

fn note(symbol: &DecoderResult<bool>, search: &Search) -> bool {
    let content = symbol.content();
    match text(content.has_eci, content.bytes(), || symbol.text()) {
        Some(text) => {
            search.found(text);
            true
        }
        None => false,
    }
}

/// The payload as text: UTF-8 where it is UTF-8, else by the encoding it names or shows; nothing for binary data.
fn text(names_encoding: bool, bytes: &[u8], guessed: impl FnOnce() -> String) -> Option<String> {
    let control = |c: char| c.is_control() && !matches!(c, '\t' | '\n' | '\r');
    let text = match std::str::from_utf8(bytes) {
        Ok(utf8) if !names_encoding => utf8.to_owned(),
        _ => Some(guessed()).filter(|text| !text.contains(char::REPLACEMENT_CHARACTER))?,
    };
    (!text.is_empty() && !text.contains(control)).then_some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn utf8_needs_no_guess_and_binary_data_is_no_text() {
        let never = || -> String { unreachable!() };
        assert_eq!(text(false, "Bücher 日本".as_bytes(), never).as_deref(), Some("Bücher 日本"));
        assert_eq!(text(false, b"\0\x01\x02", never), None);
        assert_eq!(text(false, b"", never), None);
        assert_eq!(text(false, &[0xE9], || "é".into()).as_deref(), Some("é"));
        assert_eq!(text(false, &[0xFF, 0xFE], || "\u{FFFD}".into()), None);
    }
}
