//! The columns' names out of the sentence that made a table.

/// Words that begin a constraint of the whole table.
const CONSTRAINTS: [&str; 5] = ["CONSTRAINT", "PRIMARY", "UNIQUE", "CHECK", "FOREIGN"];

/// The names, in order. `None` for tables that keep their rows elsewhere than others do.
pub(super) fn columns(sql: &str) -> Option<Vec<String>> {
    let (_, body) = sql.split_once('(')?;
    let mut names = Vec::new();
    let mut depth = 0_usize;
    let mut quote = None;
    let mut definition = String::new();
    let mut characters = body.chars();
    for character in characters.by_ref() {
        match (quote, character) {
            (Some(end), c) if c == end => quote = None,
            (Some(_), _) => {}
            (None, '"' | '\'' | '`') => quote = Some(character),
            (None, '[') => quote = Some(']'),
            (None, '(') => depth += 1,
            (None, ')') if depth == 0 => break,
            (None, ')') => depth -= 1,
            (None, ',') if depth == 0 => {
                names.extend(name(&core::mem::take(&mut definition)));
                continue;
            }
            _ => {}
        }
        definition.push(character);
    }
    names.extend(name(&definition));
    let options = characters.as_str().to_ascii_uppercase();
    (!options.contains("WITHOUT")).then_some(names)
}

/// The name that a column's definition begins with.
fn name(definition: &str) -> Option<String> {
    let definition = definition.trim();
    let first = definition.chars().next()?;
    let end = match first {
        '"' | '\'' | '`' => Some(first),
        '[' => Some(']'),
        _ => None,
    };
    if let Some(end) = end {
        let inside = definition.strip_prefix(first)?;
        return inside.split_once(end).map(|(name, _)| name.to_owned());
    }
    let word = definition.split(|c: char| c.is_whitespace() || c == '(').next()?;
    (!CONSTRAINTS.iter().any(|constraint| constraint.eq_ignore_ascii_case(word))).then(|| word.to_owned())
}

#[cfg(test)]
mod tests {
    use super::columns;

    #[test]
    fn names_as_apps_write_them() {
        let sql = "CREATE TABLE \"t\" (\n\"type\" integer ,\n`_id` INTEGER PRIMARY KEY, [a b] varchar(3, 4) DEFAULT 'x,)y', c,\
                   CHECK (a = 1), FOREIGN KEY(c) REFERENCES d(e))";
        assert_eq!(columns(sql), Some(["type", "_id", "a b", "c"].map(str::to_owned).to_vec()));
        assert_eq!(columns("CREATE TABLE t(a PRIMARY KEY) WITHOUT ROWID"), None);
        assert_eq!(columns("CREATE TABLE t"), None);
    }
}
