//! Language and theme: kept in the settings file, which can be read before the vault is open.

use std::cell::RefCell;
use std::rc::Rc;

use slint::language::ColorScheme;
use slint::{ComponentHandle as _, ModelRc, SharedString, VecModel};
use smartotp_core::settings::{ChallengeEntry, Settings, ThemeChoice};

use crate::{App, ChoiceOf, Languages, MoreScreen, Palette, Services, SignScreen, Theme, WelcomeScreen};

/// Code and own name of every language, in the order in which they are offered.
pub const LANGUAGES: [(&str, &str); 6] = [
    ("en", "English"),
    ("fr", "Français"),
    ("de", "Deutsch"),
    ("es", "Español"),
    ("ru", "Русский"),
    ("uk", "Українська"),
];

/// Seconds after which a copied code leaves the clipboard; 0: never.
const CLEAR_AFTER: [u32; 5] = [15, 30, 60, 120, 0];

/// The settings in use.
pub(crate) struct Look {
    app: slint::Weak<App>,
    services: Services,
    settings: RefCell<Settings>,
}

impl Look {
    pub(crate) fn connect(app: &App, services: &Services) -> Rc<Self> {
        let settings = Settings::load(&services.settings_file);
        let look = Rc::new(Self { app: app.as_weak(), services: services.clone(), settings: RefCell::new(settings) });
        let languages = app.global::<Languages>();
        let names = std::iter::once(SharedString::new()).chain(LANGUAGES.iter().map(|(_, name)| (*name).into()));
        languages.set_names(ModelRc::new(VecModel::from_iter(names)));
        languages.on_choose({
            let look = look.clone();
            move |index| {
                let code = usize::try_from(index - 1).ok().and_then(|index| LANGUAGES.get(index));
                look.change(|settings| settings.language = code.map(|(code, _)| (*code).to_owned()));
            }
        });
        let more = app.global::<MoreScreen>();
        more.set_version(env!("CARGO_PKG_VERSION").into());
        let seconds = CLEAR_AFTER.iter().map(|seconds| i32::try_from(*seconds).unwrap_or(0));
        more.set_clear_seconds(ModelRc::new(VecModel::from_iter(seconds)));
        more.on_set_contrast({
            let look = look.clone();
            move |contrast| look.change(|settings| settings.contrast = contrast)
        });
        look.apply();
        look
    }

    /// A choice from the sheet, if it is one of these.
    pub(crate) fn chosen(&self, of: ChoiceOf, index: i32) {
        match of {
            ChoiceOf::Theme => self.change(|settings| {
                settings.theme = match index {
                    1 => ThemeChoice::Light,
                    2 => ThemeChoice::Dark,
                    _ => ThemeChoice::System,
                };
            }),
            ChoiceOf::Clipboard => {
                let seconds = usize::try_from(index).ok().and_then(|index| CLEAR_AFTER.get(index)).copied();
                self.change(|settings| settings.clipboard_seconds = seconds.unwrap_or(settings.clipboard_seconds));
            }
            ChoiceOf::ChallengeEntry => self.change(|settings| {
                settings.challenge_entry = if index == 1 { ChallengeEntry::Scan } else { ChallengeEntry::Type };
            }),
            _ => {}
        }
    }

    /// Seconds after which a copied code leaves the clipboard; 0: never.
    pub(crate) fn clear_after(&self) -> u32 {
        self.settings.borrow().clipboard_seconds
    }

    /// The code of the language in use.
    pub(crate) fn language(&self) -> &'static str {
        let wanted = self.settings.borrow().language.clone();
        let wanted = wanted.unwrap_or_else(|| system_language(&self.services.system_language));
        LANGUAGES.iter().find(|(code, _)| *code == wanted).map_or("en", |(code, _)| code)
    }

    /// Who the user wants to be asked for the time; none: those that core knows.
    pub(crate) fn time_servers(&self) -> Vec<String> {
        self.settings.borrow().time_servers.clone()
    }

    pub(crate) fn set_time_servers(&self, servers: Vec<String>) {
        self.change(|settings| settings.time_servers = servers);
    }

    /// Whether codes are made with the measured time.
    pub(crate) fn corrects_codes(&self) -> bool {
        self.settings.borrow().correct_codes
    }

    pub(crate) fn set_corrects_codes(&self, corrects: bool) {
        self.change(|settings| settings.correct_codes = corrects);
    }

    /// Whether the time may be measured unasked.
    pub(crate) fn checks_time(&self) -> bool {
        self.settings.borrow().check_time
    }

    pub(crate) fn set_checks_time(&self, checks: bool) {
        self.change(|settings| settings.check_time = checks);
    }

    /// When the reminder to prove a way in was put aside last, in Unix time.
    pub(crate) fn reminded(&self) -> u64 {
        self.settings.borrow().reminded.unwrap_or(0)
    }

    /// Puts the reminder aside.
    pub(crate) fn remind_later(&self, now: u64) {
        self.change(|settings| settings.reminded = Some(now));
    }

    fn change(&self, change: impl FnOnce(&mut Settings)) {
        change(&mut self.settings.borrow_mut());
        // Look and language hold for this run even where the file can't be written.
        let _ = self.settings.borrow().save(&self.services.settings_file);
        self.apply();
    }

    fn apply(&self) {
        let Some(app) = self.app.upgrade() else { return };
        let settings = self.settings.borrow();
        app.global::<Palette>().set_color_scheme(match settings.theme {
            ThemeChoice::System => ColorScheme::Unknown,
            ThemeChoice::Light => ColorScheme::Light,
            ThemeChoice::Dark => ColorScheme::Dark,
        });
        app.global::<Theme>().set_contrast(settings.contrast);

        let code = settings.language.clone().unwrap_or_else(|| system_language(&self.services.system_language));
        let (code, name) = LANGUAGES.iter().find(|(known, _)| *known == code).unwrap_or(&LANGUAGES[0]);
        // English is the source and has no catalogue.
        let _ = slint::select_bundled_translation(if *code == "en" { "" } else { code });

        let chosen =
            settings.language.as_ref().and_then(|chosen| LANGUAGES.iter().position(|(known, _)| known == chosen));
        app.global::<Languages>().set_current(chosen.and_then(|index| i32::try_from(index + 1).ok()).unwrap_or(0));
        app.global::<WelcomeScreen>().set_language((*name).into());
        let more = app.global::<MoreScreen>();
        more.set_language((*name).into());
        more.set_contrast(settings.contrast);
        let scans = settings.challenge_entry == ChallengeEntry::Scan;
        more.set_scans_challenges(scans);
        app.global::<SignScreen>().set_prefers_scan(scans);
        more.set_theme(match settings.theme {
            ThemeChoice::System => 0,
            ThemeChoice::Light => 1,
            ThemeChoice::Dark => 2,
        });
        let clear = CLEAR_AFTER.iter().position(|seconds| *seconds == settings.clipboard_seconds).unwrap_or(1);
        more.set_clear_clipboard(i32::try_from(clear).unwrap_or(1));
    }
}

/// The language of a system that names it `de-AT` or `uk_UA.UTF-8`; English where it is none of ours.
fn system_language(name: &str) -> String {
    let base = name.split(['-', '_', '.', '@']).next().unwrap_or_default().to_lowercase();
    LANGUAGES.iter().find(|(code, _)| *code == base).map_or("en", |(code, _)| code).to_owned()
}

#[cfg(test)]
mod tests {
    use super::system_language;

    #[test]
    fn the_system_names_its_language_in_many_ways() {
        for (name, code) in [
            ("de-AT", "de"),
            ("uk_UA.UTF-8", "uk"),
            ("fr", "fr"),
            ("RU_ru", "ru"),
            ("ja_JP", "en"),
            ("C.UTF-8", "en"),
            ("", "en"),
        ] {
            assert_eq!(system_language(name), code, "{name}");
        }
    }
}
