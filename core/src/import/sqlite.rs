//! Reads tables out of a file of SQLite (<https://www.sqlite.org/fileformat2.html>): enough for the databases of
//! authenticator apps, and nothing is ever written.
//!
//! The library itself would be a megabyte of C that has to be built for every phone. What importers need of it is one
//! walk over one table: b-tree pages, overflow chains, records. A page belongs to one place of a sound file, so a walk
//! that visits more bytes than the file has is refused: no cycle and no chain that several rows share can cost more.

mod record;
mod schema;

use core::cell::Cell;

use zeroize::Zeroizing;

use super::{ImportError, MAX_ENTRIES};
pub(super) use record::Row;
use record::{Encoding, varint};

/// What every plain file begins with.
pub(super) const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// A file of SQLite.
pub(super) struct Database<'a> {
    bytes: &'a [u8],
    page_size: usize,
    usable: usize,
    encoding: Encoding,
    /// Bytes that a walk may still visit.
    budget: Cell<usize>,
}

/// A table: where it begins, and what its columns are called.
#[derive(Clone)]
pub(super) struct Table {
    root: usize,
    columns: Vec<String>,
}

impl Table {
    /// Whether it has all these columns.
    pub(super) fn has(&self, names: &[&str]) -> bool {
        names.iter().all(|name| self.columns.iter().any(|column| column.eq_ignore_ascii_case(name)))
    }
}

const TABLE_INTERIOR: u8 = 5;
const TABLE_LEAF: u8 = 13;

impl<'a> Database<'a> {
    /// Reads the file's header.
    ///
    /// # Errors
    /// [`ImportError::Damaged`] for what no whole file has; a file that was cut is shorter than it says.
    pub(super) fn open(bytes: &'a [u8]) -> Result<Self, ImportError> {
        let header =
            bytes.first_chunk::<100>().filter(|header| header.starts_with(MAGIC)).ok_or(ImportError::Damaged)?;
        let page_size = match number(header, 16, 2).ok_or(ImportError::Damaged)? {
            1 => 65_536,
            size => size,
        };
        let reserved = number(header, 20, 1).ok_or(ImportError::Damaged)?;
        let usable = page_size.checked_sub(reserved).filter(|usable| *usable >= 480).ok_or(ImportError::Damaged)?;
        let encoding = Encoding::of(number(header, 56, 4).unwrap_or(0)).ok_or(ImportError::Damaged)?;
        let pages = number(header, 28, 4).unwrap_or(0);
        let counts = number(header, 24, 4) == number(header, 92, 4);
        let short = counts && pages.checked_mul(page_size).is_none_or(|size| size > bytes.len());
        if !page_size.is_power_of_two() || !bytes.len().is_multiple_of(page_size) || short {
            return Err(ImportError::Damaged);
        }
        // More than once: the schema's pages are walked for each table that is asked for.
        Ok(Self { bytes, page_size, usable, encoding, budget: Cell::new(bytes.len().saturating_mul(8)) })
    }

    /// The table of that name, where there is one.
    ///
    /// # Errors
    /// [`ImportError::Damaged`].
    pub(super) fn table(&self, name: &str) -> Result<Option<Table>, ImportError> {
        let schema =
            Table { root: 1, columns: ["type", "name", "tbl_name", "rootpage", "sql"].map(str::to_owned).into() };
        let mut table = None;
        self.rows(&schema, |row| {
            let is_it =
                row.text("type") == Some("table") && row.text("name").is_some_and(|n| n.eq_ignore_ascii_case(name));
            if let (true, Some(root), Some(sql)) = (is_it, row.integer("rootpage"), row.text("sql")) {
                let root = usize::try_from(root).map_err(|_| ImportError::Damaged)?;
                table = schema::columns(sql).map(|columns| Table { root, columns });
            }
            Ok(())
        })?;
        Ok(table)
    }

    /// Hands over every row of a table, in the order of their row numbers, one at a time.
    ///
    /// # Errors
    /// [`ImportError::Damaged`], [`ImportError::TooManyEntries`], and what `each` says.
    pub(super) fn rows(
        &self,
        table: &Table,
        mut each: impl FnMut(&Row<'_>) -> Result<(), ImportError>,
    ) -> Result<(), ImportError> {
        let mut rows = 0_usize;
        let mut ahead = vec![table.root];
        while let Some(page_number) = ahead.pop() {
            let page = self.page(page_number)?;
            let header = if page_number == 1 { 100 } else { 0 };
            let cells = number(page, header + 3, 2).ok_or(ImportError::Damaged)?;
            match number(page, header, 1).and_then(|kind| u8::try_from(kind).ok()) {
                Some(TABLE_INTERIOR) => {
                    ahead.push(number(page, header + 8, 4).ok_or(ImportError::Damaged)?);
                    for cell in (0..cells).rev() {
                        let start = number(page, header + 12 + cell * 2, 2).ok_or(ImportError::Damaged)?;
                        ahead.push(number(page, start, 4).ok_or(ImportError::Damaged)?);
                    }
                }
                Some(TABLE_LEAF) => {
                    for cell in 0..cells {
                        let start = number(page, header + 8 + cell * 2, 2).ok_or(ImportError::Damaged)?;
                        let payload = self.payload(page, start)?;
                        rows += 1;
                        if rows > MAX_ENTRIES {
                            return Err(ImportError::TooManyEntries);
                        }
                        each(&Row::read(&payload, &table.columns, self.encoding).ok_or(ImportError::Damaged)?)?;
                    }
                }
                _ => return Err(ImportError::Damaged),
            }
        }
        Ok(())
    }

    /// A page by its number, from 1.
    fn page(&self, number: usize) -> Result<&'a [u8], ImportError> {
        let left = self.budget.get().checked_sub(self.page_size).ok_or(ImportError::Damaged)?;
        self.budget.set(left);
        let start = number.checked_sub(1).and_then(|n| n.checked_mul(self.page_size)).ok_or(ImportError::Damaged)?;
        let page = self.bytes.get(start..).and_then(|rest| rest.get(..self.usable));
        page.ok_or(ImportError::Damaged)
    }

    /// The record of a leaf's cell, with what flows over into further pages.
    fn payload(&self, page: &[u8], start: usize) -> Result<Zeroizing<Vec<u8>>, ImportError> {
        let mut cell = page.get(start..).ok_or(ImportError::Damaged)?;
        let size = varint(&mut cell).and_then(|size| usize::try_from(size).ok()).ok_or(ImportError::Damaged)?;
        varint(&mut cell).ok_or(ImportError::Damaged)?;
        if size > self.bytes.len() {
            return Err(ImportError::Damaged);
        }
        let local = self.local(size);
        let (own, rest) = cell.split_at_checked(local).ok_or(ImportError::Damaged)?;
        let left = self.budget.get().checked_sub(local).ok_or(ImportError::Damaged)?;
        self.budget.set(left);
        // Reserved whole, so that no growth leaves unwiped copies behind.
        let mut payload = Zeroizing::new(Vec::with_capacity(size));
        payload.extend_from_slice(own);
        let mut next = if local < size { number(rest, 0, 4).ok_or(ImportError::Damaged)? } else { 0 };
        while payload.len() < size {
            let page = self.page(next)?;
            next = number(page, 0, 4).ok_or(ImportError::Damaged)?;
            let wanted = (size - payload.len()).min(self.usable - 4);
            payload.extend_from_slice(page.get(4..4 + wanted).ok_or(ImportError::Damaged)?);
        }
        Ok(payload)
    }

    /// How much of a record stands in its cell (section 1.6 of the format: X, M and K).
    fn local(&self, size: usize) -> usize {
        let most = self.usable - 35;
        if size <= most {
            return size;
        }
        let least = (self.usable - 12) * 32 / 255 - 23;
        let fitting = least + (size - least) % (self.usable - 4);
        if fitting <= most { fitting } else { least }
    }
}

/// A big-endian number of 1 to 4 bytes.
fn number(bytes: &[u8], start: usize, width: usize) -> Option<usize> {
    let bytes = bytes.get(start..start.checked_add(width)?)?;
    Some(bytes.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte)))
}

#[cfg(test)]
pub(super) mod tests;
