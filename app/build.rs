//! Sorts the command line's catalogues (`locales/*/LC_MESSAGES/smartotp.po`) into static tables.

use std::error::Error;
use std::fmt::Write as _;
use std::path::Path;
use std::{env, fs};

fn main() -> Result<(), Box<dyn Error>> {
    let mut tables = String::new();
    for language in ["fr", "de", "es", "ru", "uk"] {
        let file = Path::new("../locales").join(language).join("LC_MESSAGES/smartotp.po");
        println!("cargo::rerun-if-changed={}", file.display());
        let catalogue = polib::po_file::parse(&file)?;
        let mut entries = Vec::new();
        for message in catalogue.messages() {
            let forms = if message.is_plural() {
                message.msgstr_plural().map_err(|_| "plural forms")?.clone()
            } else {
                vec![message.msgstr().map_err(|_| "one form")?.to_owned()]
            };
            // A sentence that waits for its translation stays English; a test lets none through.
            if forms.iter().all(|form| !form.is_empty()) {
                entries.push((message.msgid().to_owned(), forms));
            }
        }
        entries.sort();
        writeln!(tables, "static {}: &[Entry] = &[", language.to_uppercase())?;
        for (source, forms) in entries {
            writeln!(tables, "    ({source:?}, &{forms:?}),")?;
        }
        writeln!(tables, "];")?;
    }
    fs::write(Path::new(&env::var("OUT_DIR")?).join("catalogues.rs"), tables)?;
    Ok(())
}
