//! Aligned columns for people, tab-separated ones for programs.

use unicode_width::UnicodeWidthStr as _;

use super::failure::Failure;
use super::output::Output;

/// Rows of columns; columns that are empty in every row take no room.
#[derive(Debug, Default)]
pub(super) struct Table {
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(super) fn row(&mut self, columns: impl IntoIterator<Item = String>) {
        self.rows.push(columns.into_iter().collect());
    }

    /// Prints the rows: aligned on a terminal, separated by tabs elsewhere.
    pub(super) fn print(&self, out: Output) -> Result<(), Failure> {
        if out.terminal {
            return self.aligned().iter().try_for_each(|line| out.line(line));
        }
        self.rows.iter().try_for_each(|row| out.line(&row.join("\t")))
    }

    /// One line a row, every column as wide as its widest cell.
    pub(super) fn aligned(&self) -> Vec<String> {
        let columns = self.rows.iter().map(Vec::len).max().unwrap_or_default();
        let cell = |row: &Vec<String>, column: usize| row.get(column).cloned().unwrap_or_default();
        let widths: Vec<usize> = (0..columns)
            .map(|column| self.rows.iter().map(|row| cell(row, column).width()).max().unwrap_or_default())
            .collect();
        let line = |row: &Vec<String>| {
            let mut line = String::new();
            for (column, width) in widths.iter().enumerate().filter(|(_, width)| **width > 0) {
                let text = cell(row, column);
                line.push_str(&text);
                line.extend(std::iter::repeat_n(' ', width + 2 - text.width()));
            }
            line.trim_end().to_owned()
        };
        self.rows.iter().map(line).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_under_each_other() {
        let mut table = Table::default();
        table.row(["GitHub".to_owned(), String::new(), "1".to_owned()]);
        table.row(["Банк".to_owned(), String::new(), "22".to_owned()]);
        assert_eq!(table.aligned(), ["GitHub  1", "Банк    22"]);
    }
}
