//! Where an export goes: standard output, one file, or several with numbers.

use std::path::{Path, PathBuf};

use smartotp_core::export::Format;

/// Where to, as it was typed.
pub(super) struct Place<'a>(pub(super) &'a Path);

impl Place<'_> {
    /// Whether it is standard output.
    pub(super) fn is_standard(&self) -> bool {
        self.0.as_os_str() == "-"
    }

    /// Which of the format's makes is wanted; a text where it is standard output that several pictures don't go to.
    pub(super) fn extension(&self, format: Format) -> String {
        if self.is_standard() {
            let text = format.extensions().iter().find(|extension| **extension == "txt");
            return text.map(|text| (*text).to_owned()).unwrap_or_default();
        }
        if self.is_folder() {
            return String::new();
        }
        self.0.extension().and_then(|extension| extension.to_str()).unwrap_or_default().to_ascii_lowercase()
    }

    /// The names of so many files: the name itself, or `name-1.png`, `name-2.png`; in a folder they are called after the
    /// format.
    pub(super) fn files(&self, format: Format, count: usize) -> Vec<PathBuf> {
        let usual = format.extensions().first().copied().unwrap_or_default();
        let file = if self.is_folder() {
            self.0.join(format!("smartotp-{}.{usual}", format.name()))
        } else {
            self.0.to_owned()
        };
        if count == 1 {
            return vec![file];
        }
        let stem = file.file_stem().unwrap_or_default().to_owned();
        let extension = file.extension().map_or_else(|| usual.into(), ToOwned::to_owned);
        let numbered = |number: usize| {
            let mut name = stem.clone();
            name.push(format!("-{number}."));
            name.push(&extension);
            file.with_file_name(name)
        };
        (1..=count).map(numbered).collect()
    }

    fn is_folder(&self) -> bool {
        self.0.is_dir() || self.0.as_os_str().as_encoded_bytes().ends_with(b"/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(place: &str, format: &str, count: usize) -> Vec<String> {
        let format = Format::named(format).unwrap();
        let files = Place(Path::new(place)).files(format, count);
        files.into_iter().map(|file| file.display().to_string()).collect()
    }

    #[test]
    fn several_pictures_are_numbered() {
        assert_eq!(names("base.png", "migration", 1), ["base.png"]);
        assert_eq!(names("a/base.svg", "migration", 2), ["a/base-1.svg", "a/base-2.svg"]);
        assert_eq!(names("base", "migration", 2), ["base-1.png", "base-2.png"]);
        assert_eq!(names("folder/", "migration", 1), ["folder/smartotp-migration.png"]);
        assert_eq!(names("folder/", "sheet", 1), ["folder/smartotp-sheet.pdf"]);
    }

    #[test]
    fn the_ending_says_which_make() {
        let ending = |place: &str, format: &str| Place(Path::new(place)).extension(Format::named(format).unwrap());
        assert_eq!((ending("a.HTML", "sheet"), ending("-", "migration")), ("html".to_owned(), "txt".to_owned()));
        assert_eq!((ending("-", "sheet"), ending("folder/", "sheet")), (String::new(), String::new()));
    }
}
