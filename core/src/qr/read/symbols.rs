//! Finds and decodes the symbols of a black-and-white picture, one finder triple after another.

use rxing::{
    common::{BitMatrix, DetectorRXingResult},
    qrcode::cpp_port::{
        decoder::Decode,
        detector::{FindFinderPatterns, GenerateFinderPatternSets, SampleQR},
    },
};

use super::{quiet, worker::Search};

/// Finder patterns that are ever combined: a page of 60 by 60 of them is no page of codes.
const MAX_FINDERS: usize = 400;

/// Notes the texts of all symbols; says whether there was one.
pub(super) fn read(matrix: &BitMatrix, thorough: bool, search: &Search) -> bool {
    let Some(mut finders) = quiet::catch(|| FindFinderPatterns(matrix, thorough, 0)) else { return false };
    finders.truncate(MAX_FINDERS);
    let Some(triples) = quiet::catch(|| GenerateFinderPatternSets(&mut finders)) else { return false };
    let mut used = Vec::new();
    let mut any = false;
    for triple in triples {
        if search.over() {
            break;
        }
        let corners = [triple.bl, triple.tl, triple.tr];
        if corners.iter().any(|corner| used.contains(corner)) {
            continue;
        }
        let decoded = quiet::catch(|| SampleQR(matrix, &triple).and_then(|symbol| Decode(symbol.getBits())));
        let Some(Ok(decoded)) = decoded else { continue };
        if !decoded.isValid() {
            continue;
        }
        used.extend(corners);
        if let Some(text) = text(decoded.content().has_eci, decoded.content().bytes(), || decoded.text()) {
            search.found(text);
            any = true;
        }
    }
    any
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
