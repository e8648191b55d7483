#![allow(clippy::cast_possible_truncation, clippy::cast_possible_wrap)]

use super::*;

/// A value that a test writes.
#[derive(Clone)]
pub(in super::super) enum Put {
    Null,
    Integer(i64),
    Text(String),
}

impl From<i64> for Put {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Put {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

/// A table that a test writes: its sentence and its rows.
pub(in super::super) struct Written {
    pub(in super::super) sql: &'static str,
    pub(in super::super) rows: Vec<Vec<Put>>,
}

fn put_varint(number: usize, out: &mut Vec<u8>) {
    assert!(number < 1 << 14);
    if number >= 128 {
        out.push(0x80 | (number >> 7) as u8);
    }
    out.push((number & 0x7F) as u8);
}

fn record(row: &[Put]) -> Vec<u8> {
    let (mut types, mut body) = (Vec::new(), Vec::new());
    for value in row {
        match value {
            Put::Null => types.push(0),
            Put::Integer(number) => {
                types.push(6);
                body.extend(number.to_be_bytes());
            }
            Put::Text(text) => {
                put_varint(text.len() * 2 + 13, &mut types);
                body.extend(text.as_bytes());
            }
        }
    }
    let mut record = Vec::new();
    let length = types.len() + if types.len() + 1 < 128 { 1 } else { 2 };
    put_varint(length, &mut record);
    record.extend(types);
    record.extend(body);
    record
}

/// A database with one leaf for each table, overflow pages where a row is long, and `reserved` bytes behind each page.
pub(in super::super) fn database(page_size: usize, reserved: usize, tables: &[Written]) -> Vec<u8> {
    let usable = page_size - reserved;
    let mut pages = vec![vec![0_u8; page_size]; tables.len() + 1];
    let sentence = |index: usize, table: &Written| {
        let name = table.sql.split_whitespace().nth(2).expect("a name").trim_matches(['"', '`']);
        [name.into(), name.into(), (index as i64 + 2).into(), table.sql.into()]
    };
    let schema: Vec<Vec<Put>> = tables
        .iter()
        .enumerate()
        .map(|(index, table)| [vec!["table".into()], sentence(index, table).to_vec()].concat())
        .collect();
    let leaves: Vec<&Vec<Vec<Put>>> = core::iter::once(&schema).chain(tables.iter().map(|table| &table.rows)).collect();
    for (index, rows) in leaves.into_iter().enumerate() {
        let header = if index == 0 { 100 } else { 0 };
        let mut end = usable;
        pages[index][header] = TABLE_LEAF;
        pages[index][header + 3..header + 5].copy_from_slice(&(rows.len() as u16).to_be_bytes());
        for (number, row) in rows.iter().enumerate() {
            let record = record(row);
            let most = usable - 35;
            let least = (usable - 12) * 32 / 255 - 23;
            let fitting = least + record.len().saturating_sub(least) % (usable - 4);
            let local = if record.len() <= most {
                record.len()
            } else if fitting <= most {
                fitting
            } else {
                least
            };
            let mut cell = Vec::new();
            put_varint(record.len(), &mut cell);
            put_varint(number + 1, &mut cell);
            cell.extend(&record[..local]);
            let mut left = &record[local..];
            if !left.is_empty() {
                cell.extend((pages.len() as u32 + 1).to_be_bytes());
            }
            while !left.is_empty() {
                let part = left.len().min(usable - 4);
                let mut page = vec![0_u8; page_size];
                let next = if part == left.len() { 0 } else { pages.len() as u32 + 2 };
                page[..4].copy_from_slice(&next.to_be_bytes());
                page[4..4 + part].copy_from_slice(&left[..part]);
                pages.push(page);
                left = &left[part..];
            }
            end -= cell.len();
            pages[index][end..end + cell.len()].copy_from_slice(&cell);
            let pointer = header + 8 + number * 2;
            pages[index][pointer..pointer + 2].copy_from_slice(&(end as u16).to_be_bytes());
        }
    }
    let count = (pages.len() as u32).to_be_bytes();
    let first = &mut pages[0];
    first[..16].copy_from_slice(MAGIC);
    first[16..18].copy_from_slice(&(page_size as u16).to_be_bytes());
    first[18..24].copy_from_slice(&[1, 1, reserved as u8, 64, 32, 32]);
    first[28..32].copy_from_slice(&count);
    first[56..60].copy_from_slice(&1_u32.to_be_bytes());
    pages.concat()
}

fn names(bytes: &[u8], table: &str) -> Result<Vec<String>, ImportError> {
    let database = Database::open(bytes)?;
    let table = database.table(table)?.ok_or(ImportError::Unknown)?;
    let mut names = Vec::new();
    database.rows(&table, |row| {
        names.push(format!("{}={}", row.text("name").unwrap_or("-"), row.integer("n").unwrap_or(-1)));
        Ok(())
    })?;
    Ok(names)
}

fn small() -> Vec<u8> {
    let long = "x".repeat(3000);
    let rows = vec![vec!["one".into(), 1.into()], vec![long.as_str().into(), 2.into()], vec![Put::Null, Put::Null]];
    database(1024, 48, &[Written { sql: "CREATE TABLE t (name TEXT, n INTEGER)", rows }])
}

#[test]
fn rows_with_overflow_and_nulls() {
    let names = names(&small(), "T").expect("three rows");
    assert_eq!(names, ["one=1".to_owned(), format!("{}=2", "x".repeat(3000)), "-=-1".to_owned()]);
    assert_eq!(self::names(&small(), "u"), Err(ImportError::Unknown));
}

#[test]
fn what_is_cut_or_changed_is_damaged() {
    let whole = small();
    for cut in (0..whole.len()).step_by(100) {
        assert_eq!(names(&whole[..cut], "t"), Err(ImportError::Damaged), "{cut}");
    }
    for at in 0..200 {
        for value in [0, 1, 0x7F, 0xFF] {
            let mut changed = whole.clone();
            changed[at] = value;
            let _ = names(&changed, "t");
        }
    }
}

#[test]
fn cycles_end() {
    // The second page points at itself, as an inner page and as an overflow chain.
    let mut inner = small();
    inner[1024] = TABLE_INTERIOR;
    inner[1024 + 8..1024 + 12].copy_from_slice(&2_u32.to_be_bytes());
    assert_eq!(names(&inner, "t"), Err(ImportError::Damaged));
    let mut chain = small();
    chain[2048..2052].copy_from_slice(&3_u32.to_be_bytes());
    assert!(names(&chain, "t").is_ok_and(|names| names.len() == 3) || names(&chain, "t").is_err());
}

proptest::proptest! {
    #[test]
    fn no_bytes_make_it_panic(page in proptest::collection::vec(0_u8.., 1024), at in 0_usize..3) {
        let mut file = small();
        file[at * 1024 + 100..(at + 1) * 1024].copy_from_slice(&page[100..]);
        let _ = names(&file, "t");
    }
}
