//! Streams, and undoing their filters.

use miniz_oxide::inflate::decompress_to_vec_zlib_with_limit;
use zeroize::Zeroizing;

use super::super::ImportError;

/// Filters on one stream; real documents have two at most.
const MAX_FILTERS: usize = 4;

/// A stream: its dictionary and its bytes as they stand in the file.
pub(super) struct Stream<'a> {
    dictionary: &'a [u8],
    bytes: &'a [u8],
}

/// Pixels of a picture, or its file.
pub(super) enum Decoded {
    Bytes(Zeroizing<Vec<u8>>),
    Jpeg(Zeroizing<Vec<u8>>),
}

impl<'a> Stream<'a> {
    /// The next stream: what stands before it, itself, and what comes after.
    pub(super) fn next(rest: &'a [u8]) -> Option<(&'a [u8], Self, &'a [u8])> {
        let mut from = 0;
        loop {
            let at = from + find(rest.get(from..)?, b"stream")?;
            from = at + b"stream".len();
            let before = rest.get(..at)?;
            let mut bytes = rest.get(from..)?;
            if !before.trim_ascii_end().ends_with(b">>") {
                continue;
            }
            bytes = bytes.strip_prefix(b"\r").unwrap_or(bytes);
            bytes = bytes.strip_prefix(b"\n").unwrap_or(bytes);
            // A dictionary is short; what is further back belongs to another object.
            let window = before.get(before.len().saturating_sub(4096)..)?;
            let start = window.windows(4).rposition(|window| window == b" obj").unwrap_or(0);
            let dictionary = window.get(start..)?;
            let told = number(dictionary, b"/Length").filter(|length| {
                let after = bytes.get(*length..).unwrap_or_default();
                after.trim_ascii_start().starts_with(b"endstream")
            });
            let length = told.or_else(|| find(bytes, b"endstream")).unwrap_or(bytes.len());
            let (bytes, after) = bytes.split_at_checked(length)?;
            return Some((before, Self { dictionary, bytes }, after.strip_prefix(b"endstream").unwrap_or(after)));
        }
    }

    /// Whether it is a picture.
    pub(super) fn is_image(&self) -> bool {
        self.name(b"/Subtype").is_some_and(|name| name == b"Image")
    }

    /// Whether it holds objects rather than a page's content.
    pub(super) fn is_of_objects(&self) -> bool {
        self.name(b"/Type").is_some()
    }

    /// A number of the dictionary.
    pub(super) fn number(&self, key: &[u8]) -> Option<usize> {
        number(self.dictionary, key)
    }

    /// Whether the dictionary has this anywhere.
    pub(super) fn has(&self, text: &[u8]) -> bool {
        find(self.dictionary, text).is_some()
    }

    /// What follows a key in the dictionary.
    pub(super) fn after(&self, key: &[u8]) -> Option<&'a [u8]> {
        after(self.dictionary, key)
    }

    fn name(&self, key: &[u8]) -> Option<&'a [u8]> {
        let name = self.after(key)?.strip_prefix(b"/")?;
        let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
        name.get(..end)
    }

    /// Bytes in clear; `None` where a filter is not known or its data are not as they should be.
    ///
    /// # Errors
    /// [`ImportError::Cost`] when all streams together unpack to too much.
    pub(super) fn decode(&self, left: &mut usize) -> Result<Option<Zeroizing<Vec<u8>>>, ImportError> {
        Ok(match self.decode_picture(left)? {
            Some(Decoded::Bytes(bytes)) => Some(bytes),
            _ => None,
        })
    }

    /// The same, where a JPEG may be left.
    ///
    /// # Errors
    /// As above.
    pub(super) fn decode_picture(&self, left: &mut usize) -> Result<Option<Decoded>, ImportError> {
        let mut bytes = Zeroizing::new(self.bytes.to_vec());
        for filter in self.filters() {
            let plain = match filter {
                b"FlateDecode" | b"Fl" => {
                    // Cut streams give what they have: some writers leave the checksum out.
                    let unpacked = decompress_to_vec_zlib_with_limit(&bytes, *left);
                    let plain = match unpacked {
                        Ok(plain) => plain,
                        Err(error) if error.status == miniz_oxide::inflate::TINFLStatus::HasMoreOutput => {
                            return Err(ImportError::Cost);
                        }
                        Err(error) => error.output,
                    };
                    unpredict(Zeroizing::new(plain), self)
                }
                b"ASCII85Decode" | b"A85" => ascii_85(&bytes),
                b"ASCIIHexDecode" | b"AHx" => ascii_hex(&bytes),
                b"DCTDecode" | b"DCT" => return Ok(Some(Decoded::Jpeg(bytes))),
                _ => None,
            };
            let Some(plain) = plain else { return Ok(None) };
            *left = left.checked_sub(plain.len()).ok_or(ImportError::Cost)?;
            bytes = plain;
        }
        Ok(Some(Decoded::Bytes(bytes)))
    }

    fn filters(&self) -> Vec<&'a [u8]> {
        let Some(value) = self.after(b"/Filter") else { return Vec::new() };
        let list = match value.strip_prefix(b"[") {
            Some(list) => list.split(|byte| *byte == b']').next().unwrap_or_default(),
            None => value.get(..value.len().min(32)).unwrap_or_default(),
        };
        let names = list.split(|byte| *byte == b'/').skip(1);
        let names = names.map(|name| {
            let end = name.iter().position(|byte| !byte.is_ascii_alphanumeric()).unwrap_or(name.len());
            name.get(..end).unwrap_or_default()
        });
        let most = if value.starts_with(b"[") { MAX_FILTERS } else { 1 };
        names.take(most).collect()
    }
}

fn find(bytes: &[u8], needle: &[u8]) -> Option<usize> {
    bytes.windows(needle.len()).position(|window| window == needle)
}

/// What follows a key that is not the beginning of a longer one.
fn after<'a>(dictionary: &'a [u8], key: &[u8]) -> Option<&'a [u8]> {
    let mut rest = dictionary;
    loop {
        rest = rest.get(find(rest, key)? + key.len()..)?;
        if !rest.first().is_some_and(u8::is_ascii_alphanumeric) {
            return Some(rest.trim_ascii_start());
        }
    }
}

fn number(dictionary: &[u8], key: &[u8]) -> Option<usize> {
    let value = after(dictionary, key)?;
    let end = value.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(value.len());
    let (digits, rest) = value.split_at_checked(end)?;
    // `12 0 R` is a number that stands elsewhere.
    let mut words = rest.split(u8::is_ascii_whitespace).filter(|word| !word.is_empty());
    let is_reference = words.next().is_some_and(|word| word.iter().all(u8::is_ascii_digit))
        && words.next().is_some_and(|word| word.first() == Some(&b'R'));
    core::str::from_utf8(digits).ok().filter(|_| !is_reference)?.parse().ok()
}

/// Undoes PNG's predictors (ISO 32000-1, 7.4.4.4), which pictures are packed with.
fn unpredict(bytes: Zeroizing<Vec<u8>>, stream: &Stream<'_>) -> Option<Zeroizing<Vec<u8>>> {
    match stream.number(b"/Predictor") {
        None | Some(1) => return Some(bytes),
        Some(10..=15) => {}
        _ => return None,
    }
    let number = |key: &[u8], usual| stream.number(key).unwrap_or(usual);
    let bits = number(b"/Colors", 1).checked_mul(number(b"/BitsPerComponent", 8))?;
    let row = number(b"/Columns", 1).checked_mul(bits)?.div_ceil(8);
    let step = bits.div_ceil(8);
    if row == 0 || step == 0 || row > bytes.len() {
        return None;
    }
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut above = Zeroizing::new(vec![0_u8; row]);
    for line in bytes.chunks(row + 1) {
        let (kind, values) = line.split_first()?;
        let mut current = Zeroizing::new(vec![0_u8; row]);
        for (index, value) in values.iter().enumerate() {
            let before = |line: &[u8]| index.checked_sub(step).and_then(|index| line.get(index).copied()).unwrap_or(0);
            let (left, up, corner) = (before(&current), above.get(index).copied().unwrap_or(0), before(&above));
            let guess = match kind {
                1 => left,
                2 => up,
                3 => u8::midpoint(left, up),
                4 => paeth(left, up, corner),
                _ => 0,
            };
            if let Some(place) = current.get_mut(index) {
                *place = value.wrapping_add(guess);
            }
        }
        plain.extend_from_slice(&current);
        above = current;
    }
    Some(plain)
}

fn paeth(left: u8, up: u8, corner: u8) -> u8 {
    let guess = i16::from(left) + i16::from(up) - i16::from(corner);
    let distance = |value: u8| (guess - i16::from(value)).abs();
    if distance(left) <= distance(up) && distance(left) <= distance(corner) {
        left
    } else if distance(up) <= distance(corner) {
        up
    } else {
        corner
    }
}

fn ascii_hex(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let digits = bytes.iter().take_while(|byte| **byte != b'>').filter(|byte| !byte.is_ascii_whitespace());
    let digits = digits.map(|digit| char::from(*digit).to_digit(16)).collect::<Option<Vec<u32>>>()?;
    let byte = |pair: &[u32]| u8::try_from(pair.first()? << 4 | pair.get(1).copied().unwrap_or(0)).ok();
    digits.chunks(2).map(byte).collect::<Option<Vec<u8>>>().map(Zeroizing::new)
}

fn ascii_85(bytes: &[u8]) -> Option<Zeroizing<Vec<u8>>> {
    let mut plain = Zeroizing::new(Vec::with_capacity(bytes.len()));
    let mut group: Vec<u32> = Vec::with_capacity(5);
    let mut give = |group: &mut Vec<u32>| -> Option<()> {
        let count = group.len();
        group.resize(5, 84);
        let word = group.iter().try_fold(0_u32, |word, digit| word.checked_mul(85)?.checked_add(*digit))?;
        plain.extend_from_slice(word.to_be_bytes().get(..count.checked_sub(1)?)?);
        group.clear();
        Some(())
    };
    for byte in bytes {
        match byte {
            b'~' => break,
            b'z' if group.is_empty() => {
                group.resize(5, 0);
                give(&mut group)?;
            }
            b'!'..=b'u' => {
                group.push(u32::from(byte - b'!'));
                if group.len() == 5 {
                    give(&mut group)?;
                }
            }
            byte if byte.is_ascii_whitespace() => {}
            _ => return None,
        }
    }
    if !group.is_empty() {
        give(&mut group)?;
    }
    Some(plain)
}
