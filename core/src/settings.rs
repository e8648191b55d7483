//! What can be read before the vault is open: language, theme, window place.

use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::Path;

use serde_json::{Map, Value};

/// More than a settings file ever has.
const MOST_BYTES: u64 = 64 * 1024;

/// Settings of this device. Nothing protective is here: who can change this file must gain nothing by it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Settings {
    /// `en`, `fr`, `de`, `es`, `ru`, `uk`; `None` follows the system.
    pub language: Option<String>,
    /// Light, dark or the system's.
    pub theme: ThemeChoice,
    /// More contrast.
    pub contrast: bool,
    /// Seconds until a copied code leaves the clipboard; 0: it stays. Not protective: who writes this file also reads the
    /// clipboard.
    pub clipboard_seconds: u32,
    /// Who is asked for the time: `HOST:PORT` or `https://…`; none: those that [`crate::clock`] knows.
    pub time_servers: Vec<String>,
    /// Whether codes are made with the measured time, where it counts.
    pub correct_codes: bool,
    /// Whether the time may be measured again unasked. Nothing is before the user has measured it once.
    pub check_time: bool,
    /// How a challenge is entered first on the screen that signs.
    pub challenge_entry: ChallengeEntry,
    /// When the reminder to prove that one can get back in was put aside last, in Unix time.
    pub reminded: Option<u64>,
    /// Where the window was, on desktops.
    pub window: Option<WindowPlace>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            language: None,
            theme: ThemeChoice::System,
            contrast: false,
            clipboard_seconds: 30,
            time_servers: Vec::new(),
            correct_codes: true,
            check_time: true,
            challenge_entry: ChallengeEntry::Type,
            reminded: None,
            window: None,
        }
    }
}

/// Light or dark.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ThemeChoice {
    /// As the system has it.
    #[default]
    System,
    /// Light.
    Light,
    /// Dark.
    Dark,
}

/// How a challenge gets into the app.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ChallengeEntry {
    /// Typed.
    #[default]
    Type,
    /// Scanned.
    Scan,
}

/// Where a window is, in logical pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[allow(missing_docs)]
pub struct WindowPlace {
    pub x: i32,
    pub y: i32,
    pub width: u32,
    pub height: u32,
    #[serde(default)]
    pub maximized: bool,
}

impl Settings {
    /// Reads the file; a missing or damaged one gives the defaults, and so does a single value that makes no sense.
    #[must_use]
    pub fn load(file: &Path) -> Self {
        let mut settings = match serde_json::to_value(Self::default()) {
            Ok(Value::Object(defaults)) => defaults,
            _ => return Self::default(),
        };
        for (name, value) in read(file) {
            let before = settings.insert(name.clone(), value);
            // One field at a time, so that a value of a later version does not take the others with it.
            if Self::deserialize_from(&settings).is_none() {
                match before {
                    Some(before) => settings.insert(name, before),
                    None => settings.remove(&name),
                };
            }
        }
        Self::deserialize_from(&settings).unwrap_or_default()
    }

    /// Writes the file as a whole. Fields that this version does not know stay in it.
    ///
    /// # Errors
    /// When it cannot be written; the old file is still there then.
    pub fn save(&self, file: &Path) -> io::Result<()> {
        let mut fields = read(file);
        if let Value::Object(own) = serde_json::to_value(self)? {
            fields.extend(own);
        }
        replace(file, &serde_json::to_vec_pretty(&fields)?)
    }

    fn deserialize_from(fields: &Map<String, Value>) -> Option<Self> {
        serde_json::from_value(Value::Object(fields.clone())).ok()
    }
}

/// The file's fields; none where there is no such file or no sense in it.
fn read(file: &Path) -> Map<String, Value> {
    let mut bytes = Vec::new();
    let read = File::open(file).and_then(|file| file.take(MOST_BYTES).read_to_end(&mut bytes));
    read.ok().and_then(|_| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

/// Writes a file as a whole, for its user alone, in a folder that is made where there is none.
pub(crate) fn replace(file: &Path, bytes: &[u8]) -> io::Result<()> {
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    let mut new = OsString::from(file);
    new.push(".new");
    let written = write_whole(Path::new(&new), bytes).and_then(|()| fs::rename(&new, file));
    if written.is_err() {
        fs::remove_file(&new).ok();
    }
    written
}

fn write_whole(file: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(file)?;
    file.write_all(bytes)?;
    file.sync_all()
}

fn make_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings_of(text: &str) -> Settings {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        fs::write(&file, text).unwrap();
        Settings::load(&file)
    }

    #[test]
    fn what_is_saved_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("new folder").join("settings.json");
        assert_eq!(Settings::load(&file), Settings::default());
        let settings = Settings {
            language: Some("uk".into()),
            theme: ThemeChoice::Dark,
            contrast: true,
            clipboard_seconds: 0,
            time_servers: vec!["time.example:123".into()],
            correct_codes: false,
            check_time: false,
            challenge_entry: ChallengeEntry::Scan,
            window: Some(WindowPlace { x: -5, y: 7, width: 390, height: 844, maximized: false }),
            reminded: Some(1_790_000_000),
        };
        settings.save(&file).unwrap();
        assert_eq!(Settings::load(&file), settings);
        assert_eq!(fs::read_dir(file.parent().unwrap()).unwrap().count(), 1, "no leftover");
    }

    #[test]
    fn a_damaged_file_gives_the_defaults() {
        for text in ["", "{", "[1]", "\0\0\0\0", "null", "{\"theme\":"] {
            assert_eq!(settings_of(text), Settings::default(), "{text:?}");
        }
    }

    #[test]
    fn one_value_of_a_later_version_does_not_take_the_others_with_it() {
        let settings =
            settings_of(r#"{"theme":"sepia","contrast":true,"language":"de","cheese":{"holes":9},"window":3}"#);
        let expected = Settings { contrast: true, language: Some("de".into()), ..Settings::default() };
        assert_eq!(settings, expected);
    }

    #[test]
    fn fields_of_a_later_version_stay_in_the_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("settings.json");
        fs::write(&file, r#"{"cheese":{"holes":9}}"#).unwrap();
        Settings { contrast: true, ..Settings::default() }.save(&file).unwrap();
        let fields = read(&file);
        assert_eq!(fields.get("cheese"), Some(&serde_json::json!({"holes": 9})));
        assert_eq!(fields.get("contrast"), Some(&Value::Bool(true)));
    }
}
