//! A SQLite database of one table, as large as it must be: the file format's page 1, one inner page, and leaves.

const PAGE: usize = 4096;

/// A value of a row.
pub(crate) enum Put {
    Null,
    Integer(u32),
    Text(String),
}

/// A database whose only table has these rows.
pub(crate) fn database(sql: &str, rows: impl Iterator<Item = Vec<Put>>) -> Vec<u8> {
    let table = sql.split_whitespace().nth(2).unwrap();
    let schema = [
        Put::Text("table".into()),
        Put::Text(table.into()),
        Put::Text(table.into()),
        Put::Integer(2),
        Put::Text(sql.into()),
    ];
    let mut leaves: Vec<(Vec<Vec<u8>>, usize)> = Vec::new();
    let mut room = 0;
    for (row, number) in rows.zip(1..) {
        let cell = cell(number, &record(&row));
        if room < cell.len() + 2 {
            leaves.push((Vec::new(), 0));
            room = PAGE - 8;
        }
        room -= cell.len() + 2;
        let (cells, last) = leaves.last_mut().unwrap();
        cells.push(cell);
        *last = number;
    }
    let mut first = page(100, 0x0D, &[cell(1, &record(&schema))], &[]);
    first[..16].copy_from_slice(b"SQLite format 3\0");
    first[16..24].copy_from_slice(&[0x10, 0, 1, 1, 0, 64, 32, 32]);
    first[28..32].copy_from_slice(&u32::try_from(leaves.len() + 2).unwrap().to_be_bytes());
    first[44..48].copy_from_slice(&4_u32.to_be_bytes());
    first[56..60].copy_from_slice(&1_u32.to_be_bytes());
    let numbered = |place: usize| u32::try_from(place + 3).unwrap().to_be_bytes();
    let inner: Vec<Vec<u8>> =
        leaves.iter().enumerate().map(|(place, (_, last))| [&numbered(place)[..], &varint(*last)].concat()).collect();
    let (_, inner) = inner.split_last().unwrap();
    let root = page(0, 0x05, inner, &numbered(leaves.len() - 1));
    let pages = leaves.iter().map(|(cells, _)| page(0, 0x0D, cells, &[]));
    [first, root].into_iter().chain(pages).collect::<Vec<_>>().concat()
}

fn page(header: usize, kind: u8, cells: &[Vec<u8>], last: &[u8]) -> Vec<u8> {
    let mut page = vec![0; PAGE];
    let mut end = PAGE;
    let pointers = header + 8 + last.len();
    for (place, cell) in cells.iter().enumerate() {
        end -= cell.len();
        page[end..end + cell.len()].copy_from_slice(cell);
        page[pointers + 2 * place..][..2].copy_from_slice(&u16::try_from(end).unwrap().to_be_bytes());
    }
    page[header] = kind;
    page[header + 3..][..2].copy_from_slice(&u16::try_from(cells.len()).unwrap().to_be_bytes());
    page[header + 5..][..2].copy_from_slice(&u16::try_from(end).unwrap().to_be_bytes());
    page[header + 8..][..last.len()].copy_from_slice(last);
    page
}

fn cell(number: usize, record: &[u8]) -> Vec<u8> {
    [varint(record.len()), varint(number), record.to_vec()].concat()
}

fn record(row: &[Put]) -> Vec<u8> {
    let (mut types, mut body) = (Vec::new(), Vec::new());
    for value in row {
        match value {
            Put::Null => types.push(0),
            Put::Integer(number) => {
                types.push(4);
                body.extend(number.to_be_bytes());
            }
            Put::Text(text) => {
                types.extend(varint(text.len() * 2 + 13));
                body.extend(text.as_bytes());
            }
        }
    }
    [varint(types.len() + 1), types, body].concat()
}

fn varint(number: usize) -> Vec<u8> {
    let groups = (1..4).find(|groups| number < 1 << (7 * groups)).unwrap();
    (0..groups)
        .rev()
        .map(|group| u8::try_from(number >> (7 * group) & 0x7F).unwrap() | if group > 0 { 0x80 } else { 0 })
        .collect()
}
