//! Bitwarden's CSV (RFC 4180): what counts are the columns' names, whatever their order and number.

use csv_core::{ReadRecordResult, Reader};
use zeroize::Zeroizing;

use crate::enrol::names;
use crate::import::found::Found;
use crate::import::input::Input;
use crate::import::{ImportError, login};
use crate::secret::SecretText;

/// The most columns that are looked at.
const MAX_COLUMNS: usize = 64;

/// Whether the first line names Bitwarden's columns.
pub(in crate::import) fn fits(input: &Input<'_>) -> bool {
    let line = input.bytes.split(|byte| matches!(byte, b'\r' | b'\n')).next().unwrap_or_default();
    let has = |name: &[u8]| line.split(|byte| *byte == b',').any(|column| column.trim_ascii() == name);
    line.len() < 1024 && has(b"login_totp") && (has(b"name") || has(b"\"name\""))
}

/// Reads every row.
pub(in crate::import) fn read(
    input: &Input<'_>,
    _password: Option<&SecretText>,
    found: &mut Found<'_>,
) -> Result<(), ImportError> {
    let mut rows = Rows::new(input.bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(input.bytes));
    let header = rows.next().ok_or(ImportError::Damaged)??;
    let column = |name: &str| header.iter().position(|known| known.expose().trim() == name);
    let totp = column("login_totp").ok_or(ImportError::Damaged)?;
    let [name, user, notes, folder, favourite] = ["name", "login_username", "notes", "folder", "favorite"].map(column);
    for (number, row) in (1..).zip(rows) {
        let row = row?;
        let cell = |column: Option<usize>| column.and_then(|column| row.get(column)).map(SecretText::expose);
        let text = |column| cell(column).unwrap_or_default().to_owned();
        let Some(field) = row.get(totp).filter(|field| !field.expose().trim().is_empty()) else { continue };
        let label = names::whole(&text(name), &text(user));
        let read = login::enrol(field, text(name), text(user)).map(|mut enrolment| {
            enrolment.note = text(notes);
            enrolment.favourite = cell(favourite) == Some("1");
            enrolment.groups.extend(Some(text(folder)).filter(|folder| !folder.is_empty()));
            enrolment
        });
        found.entry(number, &label, read)?;
    }
    Ok(())
}

/// Rows of cells, unquoted into wiped memory.
struct Rows<'a> {
    reader: Reader,
    rest: &'a [u8],
    /// As large as what is left of the file, so that no row is too long for it.
    buffer: Zeroizing<Vec<u8>>,
}

impl<'a> Rows<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { reader: Reader::new(), rest: bytes, buffer: Zeroizing::new(vec![0; bytes.len() + 1]) }
    }
}

impl Iterator for Rows<'_> {
    type Item = Result<Vec<SecretText>, ImportError>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut ends = [0; MAX_COLUMNS];
        let (mut written, mut columns) = (0, 0);
        loop {
            let (result, read, wrote, ended) =
                self.reader.read_record(self.rest, self.buffer.get_mut(written..)?, ends.get_mut(columns..)?);
            self.rest = self.rest.get(read..)?;
            written += wrote;
            columns += ended;
            match result {
                // No input left: asked once more, with none, it ends the last row.
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return None,
                ReadRecordResult::OutputFull | ReadRecordResult::OutputEndsFull => {
                    return Some(Err(ImportError::Damaged));
                }
            }
        }
        let mut start = 0;
        let cells = ends.iter().take(columns).map(|end| {
            let cell = self.buffer.get(start..*end).and_then(|cell| core::str::from_utf8(cell).ok());
            start = *end;
            cell.map(SecretText::from).ok_or(ImportError::Damaged)
        });
        Some(cells.collect())
    }
}
