//! Real files of other apps, which lie outside the project.

use std::path::PathBuf;

/// A folder or file of the fixtures; `None`, said on standard error, where there are none.
#[must_use]
pub fn fixture(path: &str) -> Option<PathBuf> {
    let root = std::env::var_os("SMARTOTP_FIXTURES")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/fixtures"), PathBuf::from);
    let file = root.join(path);
    if file.exists() {
        return Some(file);
    }
    eprintln!("skipped: no fixtures");
    None
}
