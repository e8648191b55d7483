//! Letters on paper: the app's own font, which has Latin and Cyrillic.

use ttf_parser::{Face, GlyphId};

/// The font file that is embedded into every PDF.
pub(super) static FILE: &[u8] =
    include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/../assets/fonts/IBMPlexSans-Regular.ttf"));

/// A font, ready to measure with.
pub(super) struct Font {
    face: Option<Face<'static>>,
}

/// What a PDF says of a font, in thousandths of its size.
pub(super) struct Measures {
    pub(super) ascent: i32,
    pub(super) descent: i32,
    pub(super) capital: i32,
    pub(super) bounds: [i32; 4],
}

impl Font {
    pub(super) fn embedded() -> Self {
        Self { face: Face::parse(FILE, 0).ok() }
    }

    /// A character's glyph; 0, the empty box, for what the font lacks.
    pub(super) fn glyph(&self, character: char) -> u16 {
        self.face.as_ref().and_then(|face| face.glyph_index(character)).unwrap_or_default().0
    }

    /// Whether there is a letter for every character of these names.
    pub(super) fn has_all(&self, issuer: &str, account: &str) -> bool {
        issuer.chars().chain(account.chars()).all(|character| self.glyph(character) != 0)
    }

    /// A glyph's width in thousandths of the font's size.
    pub(super) fn width(&self, glyph: u16) -> u32 {
        let width = self.face.as_ref().and_then(|face| face.glyph_hor_advance(GlyphId(glyph))).unwrap_or_default();
        u32::from(width) * 1000 / self.units()
    }

    pub(super) fn measures(&self) -> Measures {
        let units = i32::try_from(self.units()).unwrap_or(1000);
        let scale = |value: i16| i32::from(value) * 1000 / units;
        let face = self.face.as_ref();
        let bounds = face.map(Face::global_bounding_box);
        Measures {
            ascent: face.map_or(0, |face| scale(face.ascender())),
            descent: face.map_or(0, |face| scale(face.descender())),
            capital: face.and_then(Face::capital_height).map_or(700, scale),
            bounds: bounds.map_or([0; 4], |b| [b.x_min, b.y_min, b.x_max, b.y_max].map(scale)),
        }
    }

    /// Lines of at most `width` points in a size, broken at blanks where there are any; at most `most` lines, the last one ending in
    /// an ellipsis where there would be more.
    pub(super) fn wrap(&self, text: &str, size: f32, width: f32, most: usize) -> Vec<String> {
        let room = width * 1000.0 / size;
        let advance = |character| self.width(self.glyph(character)) as f32;
        let mut lines: Vec<String> = Vec::new();
        let (mut line, mut taken) = (String::new(), 0.0);
        for character in text.chars() {
            if taken + advance(character) > room && !line.is_empty() {
                let rest = match line.rfind(' ') {
                    Some(at) if character != ' ' => line.split_off(at + 1),
                    _ => String::new(),
                };
                lines.push(core::mem::replace(&mut line, rest).trim_end().to_owned());
                if lines.len() > most {
                    break;
                }
                taken = line.chars().map(advance).sum();
                if character == ' ' && line.is_empty() {
                    continue;
                }
            }
            line.push(character);
            taken += advance(character);
        }
        if !line.is_empty() {
            lines.push(line);
        }
        if lines.len() > most {
            lines.truncate(most);
            if let Some(last) = lines.last_mut() {
                last.push('…');
            }
        }
        lines
    }

    fn units(&self) -> u32 {
        self.face.as_ref().map_or(1000, |face| u32::from(face.units_per_em()).max(1))
    }
}
