//! The sheet as PDF 1.4: A4, two tokens a row, codes as vectors, names in the app's own font, so that Latin and Cyrillic are printed
//! and can be copied as text.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use zeroize::Zeroizing;

use super::text::{FILE, Font};
use super::{Entry, Words};
use crate::export::ExportError;
use crate::qr::read;
use crate::qr::write::Modules;
use crate::secret::SecretText;
use crate::vault::deflate;
use crate::vault::wiped::Wiped;

/// A4 in points.
const PAGE: (f32, f32) = (595.0, 842.0);
const MARGIN: f32 = 42.0;
/// A code with its quiet zone: 34 mm.
const CODE: f32 = 96.0;
const CELL: (f32, f32) = ((PAGE.0 - 2.0 * MARGIN) / 2.0, 118.0);
const GAP: f32 = 8.0;
/// The objects that every sheet has, then two a page.
const FIRST_PAGE: usize = 9;
/// In front of the modules of a code, so that they can be read back.
const MARK: &str = "%qr ";

pub(super) fn write(entries: &[Entry<'_>], words: &Words<'_>, font: &Font) -> Result<Zeroizing<Vec<u8>>, ExportError> {
    let mut sheet = Sheet { font, pages: Vec::new(), used: BTreeMap::new(), top: 0.0 };
    sheet.page();
    sheet.head(words);
    for pair in entries.chunks(2) {
        if sheet.top - CELL.1 < MARGIN {
            sheet.page();
        }
        for (entry, x) in pair.iter().zip([MARGIN, MARGIN + CELL.0]) {
            sheet.entry(entry, x);
        }
        sheet.top -= CELL.1;
    }
    Ok(sheet.into_file(words.title))
}

struct Sheet<'a> {
    font: &'a Font,
    pages: Vec<Zeroizing<String>>,
    /// Every glyph that is shown, and the character it is shown for.
    used: BTreeMap<u16, char>,
    /// How far down the page is filled, from below.
    top: f32,
}

impl Sheet<'_> {
    fn page(&mut self) {
        // Reserved, so that a page of codes leaves few unwiped copies behind while it grows.
        self.pages.push(Zeroizing::new(String::with_capacity(512 * 1024)));
        self.top = PAGE.1 - MARGIN;
    }

    fn draw(&mut self, operators: &str) {
        if let Some(page) = self.pages.last_mut() {
            page.push_str(operators);
        }
    }

    fn head(&mut self, words: &Words<'_>) {
        let width = PAGE.0 - 2.0 * MARGIN;
        self.paragraph(words.title, 18.0, width);
        self.top -= 4.0;
        for paragraph in words.paragraphs {
            self.paragraph(paragraph, 10.0, width);
            self.top -= 4.0;
        }
        if let Some((name, key)) = words.recovery {
            self.top -= 4.0;
            self.paragraph(name, 10.0, width);
            self.paragraph(key.expose(), 13.0, width);
        }
        self.top -= 12.0;
    }

    fn paragraph(&mut self, text: &str, size: f32, width: f32) {
        for line in self.font.wrap(text, size, width, usize::MAX - 1) {
            if self.top - size < MARGIN {
                self.page();
            }
            self.top -= size;
            self.line(&line, size, MARGIN, self.top);
            self.top -= size * 0.35;
        }
    }

    fn entry(&mut self, entry: &Entry<'_>, x: f32) {
        self.code(&entry.code, x, self.top);
        let (x, width) = (x + CODE + GAP, CELL.0 - CODE - 2.0 * GAP);
        let mut y = self.top - 4.0;
        let texts: [(&str, f32, usize); 3] =
            [(entry.issuer, 11.0, 2), (entry.account, 9.5, 2), (&entry.making, 8.0, 3)];
        for (text, size, most) in texts {
            for line in self.font.wrap(text, size, width, most) {
                y -= size;
                self.line(&line, size, x, y);
                y -= size * 0.25;
            }
        }
        // A longer key is in the code alone: half of one would help nobody.
        let key: Vec<_> = self.font.wrap(entry.key.expose(), 8.0, width, 6).into_iter().map(Zeroizing::new).collect();
        if y - 10.0 * key.len() as f32 > self.top - CELL.1 && !key.iter().any(|line| line.ends_with('…')) {
            y -= 2.0;
            for line in key {
                y -= 8.0;
                self.line(&line, 8.0, x, y);
                y -= 2.0;
            }
        }
    }

    /// One line, its baseline at `y`.
    fn line(&mut self, text: &str, size: f32, x: f32, y: f32) {
        let mut glyphs = Zeroizing::new(String::with_capacity(4 * text.len()));
        for character in text.chars() {
            let glyph = self.font.glyph(character);
            self.used.entry(glyph).or_insert(character);
            // Writing to a string cannot fail.
            let _ = write!(glyphs, "{glyph:04X}");
        }
        self.draw(&format!("BT /F1 {size} Tf {x:.2} {y:.2} Td <"));
        self.draw(&glyphs);
        self.draw("> Tj ET\n");
    }

    /// A code, its upper left corner there.
    fn code(&mut self, code: &Modules, x: f32, y: f32) {
        // Four light modules around it, as the standard wants.
        let module = CODE / (code.side() + 8) as f32;
        let (x, y) = (x + 4.0 * module, y - 4.0 * module);
        self.draw(&format!("q {module:.4} 0 0 -{module:.4} {x:.2} {y:.2} cm\n{MARK}{}\n", code.side()));
        let mut runs = Zeroizing::new(String::with_capacity(16 * code.side() * code.side() / 2));
        for (x, y, run) in code.runs() {
            let _ = writeln!(runs, "{x} {y} {run} 1 re");
        }
        self.draw(&runs);
        self.draw("f\nQ\n");
    }

    fn into_file(self, title: &str) -> Zeroizing<Vec<u8>> {
        let room = FILE.len() + self.pages.iter().map(|page| page.len() / 2 + 512).sum::<usize>();
        let mut file = File { bytes: Wiped::with_capacity(room), places: Vec::new() };
        file.bytes.push(b"%PDF-1.4\n%\xE2\xE3\xCF\xD3\n");
        let kids: String = (0..self.pages.len()).map(|page| format!("{} 0 R ", FIRST_PAGE + 2 * page)).collect();
        file.object("<< /Type /Catalog /Pages 2 0 R >>");
        file.object(&format!("<< /Type /Pages /Kids [{}] /Count {} >>", kids.trim_end(), self.pages.len()));
        file.font(self.font, &self.used);
        file.object(&format!("<< /Title {} /Producer (Smart OTP) >>", utf16(title)));
        for (page, content) in self.pages.iter().enumerate() {
            let content_at = FIRST_PAGE + 2 * page + 1;
            file.object(&format!(
                "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 {} {}] /Resources << /Font << /F1 3 0 R >> >> /Contents {content_at} 0 R >>",
                PAGE.0, PAGE.1
            ));
            file.stream("", content.as_bytes());
        }
        file.end()
    }
}

/// A PDF file as it grows.
struct File {
    bytes: Wiped,
    places: Vec<usize>,
}

impl File {
    fn object(&mut self, text: &str) {
        self.begin();
        self.bytes.push(text.as_bytes());
        self.bytes.push(b"\nendobj\n");
    }

    fn begin(&mut self) {
        self.places.push(self.bytes.len());
        self.bytes.push(format!("{} 0 obj\n", self.places.len()).as_bytes());
    }

    /// `DL` is PDF's own name for the length before compression.
    fn stream(&mut self, entries: &str, content: &[u8]) {
        let packed = deflate::zlib(content);
        self.begin();
        let (packed_length, length) = (packed.len(), content.len());
        let head = format!("<< /Length {packed_length} /DL {length} /Filter /FlateDecode{entries} >>\nstream\n");
        self.bytes.push(head.as_bytes());
        self.bytes.push(&packed);
        self.bytes.push(b"\nendstream\nendobj\n");
    }

    /// The font whole, as CIDs that are its glyphs.
    fn font(&mut self, font: &Font, used: &BTreeMap<u16, char>) {
        let name = "IBMPlexSans";
        let measures = font.measures();
        let widths: String = used.keys().map(|glyph| format!("{glyph} [{}] ", font.width(*glyph))).collect();
        let [left, bottom, right, top] = measures.bounds;
        self.object(&format!(
            "<< /Type /Font /Subtype /Type0 /BaseFont /{name} /Encoding /Identity-H /DescendantFonts [4 0 R] /ToUnicode 7 0 R >>"
        ));
        self.object(&format!(
            "<< /Type /Font /Subtype /CIDFontType2 /BaseFont /{name} /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) \
             /Supplement 0 >> /FontDescriptor 5 0 R /DW 600 /W [{}] /CIDToGIDMap /Identity >>",
            widths.trim_end()
        ));
        self.object(&format!(
            "<< /Type /FontDescriptor /FontName /{name} /Flags 32 /FontBBox [{left} {bottom} {right} {top}] /ItalicAngle 0 \
             /Ascent {} /Descent {} /CapHeight {} /StemV 80 /FontFile2 6 0 R >>",
            measures.ascent, measures.descent, measures.capital
        ));
        self.stream(&format!(" /Length1 {}", FILE.len()), FILE);
        self.stream("", to_unicode(used).as_bytes());
    }

    fn end(mut self) -> Zeroizing<Vec<u8>> {
        let table_at = self.bytes.len();
        let count = self.places.len() + 1;
        let mut table = format!("xref\n0 {count}\n0000000000 65535 f \n");
        for place in &self.places {
            let _ = writeln!(table, "{place:010} 00000 n ");
        }
        let _ = writeln!(table, "trailer\n<< /Size {count} /Root 1 0 R /Info 8 0 R >>\nstartxref\n{table_at}\n%%EOF");
        self.bytes.push(table.as_bytes());
        self.bytes.into_inner()
    }
}

/// Which character each glyph stands for, so that text can be searched and copied.
fn to_unicode(used: &BTreeMap<u16, char>) -> String {
    let mut map = String::from(
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n/CMapName /Smart def\n/CMapType 2 def\n\
         1 begincodespacerange\n<0000> <FFFF>\nendcodespacerange\n",
    );
    let known: Vec<_> = used.iter().filter(|(glyph, _)| **glyph != 0).collect();
    for some in known.chunks(100) {
        let _ = writeln!(map, "{} beginbfchar", some.len());
        for (glyph, character) in some {
            let _ = writeln!(map, "<{glyph:04X}> <{}>", units(&character.to_string()));
        }
        map.push_str("endbfchar\n");
    }
    map.push_str("endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n");
    map
}

/// A text string with its byte order mark.
fn utf16(text: &str) -> String {
    format!("<FEFF{}>", units(text))
}

fn units(text: &str) -> String {
    text.encode_utf16().map(|unit| format!("{unit:04X}")).collect()
}

/// The texts of the codes on a sheet that was written here.
pub(super) fn texts(file: &[u8]) -> Option<Vec<SecretText>> {
    const START: &[u8] = b"<< /Length ";
    let mut texts = Vec::new();
    let mut rest = file;
    while let Some(at) = rest.windows(START.len()).position(|window| window == START) {
        let after = rest.get(at + START.len()..)?;
        let head_end = after.windows(8).position(|window| window == b"stream\n\x78")? + 7;
        let (head, stream) = after.split_at_checked(head_end)?;
        let mut numbers = core::str::from_utf8(head).ok()?.split(' ').filter_map(|word| word.parse::<usize>().ok());
        let (packed, length) = (numbers.next()?, numbers.next()?);
        let (packed, after) = stream.split_at_checked(packed)?;
        rest = after;
        // Codes are in streams that hold nothing else of PDF's: the font has a length of its own.
        if core::str::from_utf8(head).is_ok_and(|head| !head.contains("/Length1")) {
            let content = deflate::inflate(packed.get(2..)?, length.min(64 * 1024 * 1024))?;
            codes(core::str::from_utf8(&content).ok()?, &mut texts)?;
        }
    }
    Some(texts)
}

fn codes(content: &str, texts: &mut Vec<SecretText>) -> Option<()> {
    for code in content.split(MARK).skip(1) {
        let (side, runs) = code.split_once('\n')?;
        let run = |line: &str| {
            let mut numbers = line.split(' ').map(str::parse::<usize>);
            Some((numbers.next()?.ok()?, numbers.next()?.ok()?, numbers.next()?.ok()?))
        };
        let runs: Option<Vec<_>> = runs.lines().take_while(|line| *line != "f").map(run).collect();
        let modules = Modules::from_runs(side.parse().ok()?, runs?.into_iter())?;
        texts.push(SecretText::new(read::modules(&modules)?));
    }
    Some(())
}
