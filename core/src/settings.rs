//! What can be read before the vault is open: language, theme, window place.

use std::path::Path;

/// Settings of this device. Nothing protective is here: who can change this file must gain nothing by it.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct Settings {
    /// `en`, `fr`, `de`, `es`, `ru`, `uk`; `None` follows the system.
    pub language: Option<String>,
    /// Light, dark or the system's.
    pub theme: ThemeChoice,
    /// More contrast.
    pub contrast: bool,
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

impl Settings {
    /// Reads the file; a missing or damaged one gives the defaults.
    #[must_use]
    pub fn load(_file: &Path) -> Self {
        todo!()
    }

    /// Writes the file as a whole.
    ///
    /// # Errors
    /// When it cannot be written; the old file is still there then.
    pub fn save(&self, _file: &Path) -> std::io::Result<()> {
        todo!()
    }
}
