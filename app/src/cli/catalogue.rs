//! The catalogue: every sentence that the command line says, in six languages.
//!
//! English is the source and costs nothing; the others are `locales/*/LC_MESSAGES/smartotp.po`, sorted into tables
//! when the app is built. A sentence is written where it is said, with [`tr!`] or [`trn!`]; a test holds sources and
//! catalogues together.

use std::fmt::Display;
use std::sync::OnceLock;

use smartotp_core::settings::Settings;

use super::Platform;

include!(concat!(env!("OUT_DIR"), "/catalogues.rs"));

/// The languages that there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Language {
    English,
    French,
    German,
    Spanish,
    Russian,
    Ukrainian,
}

/// A sentence and its forms in another language: one, or as many as the language has plurals.
type Entry = (&'static str, &'static [&'static str]);

static CHOSEN: OnceLock<Language> = OnceLock::new();

/// A sentence in the user's language; `{name}` is filled with `name = value`.
macro_rules! tr {
    ($sentence:literal) => {
        $crate::cli::catalogue::sentence($sentence)
    };
    ($sentence:literal, $($name:ident = $value:expr),+ $(,)?) => {
        $crate::cli::catalogue::fill(
            $crate::cli::catalogue::sentence($sentence),
            &[$((stringify!($name), &$value as &dyn std::fmt::Display)),+],
        )
    };
}

/// A sentence about a number of things, in the form that the language has for that number; `{n}` is the number.
macro_rules! trn {
    ($one:literal, $many:literal, $n:expr $(, $name:ident = $value:expr)* $(,)?) => {{
        let n: usize = $n;
        $crate::cli::catalogue::fill(
            $crate::cli::catalogue::plural($one, $many, n),
            &[("n", &n as &dyn std::fmt::Display) $(, (stringify!($name), &$value as &dyn std::fmt::Display))*],
        )
    }};
}

impl Language {
    /// The language of a tag such as `de`, `de-AT`, `uk_UA.UTF-8`; `None` for one that there is not.
    fn of_tag(tag: &str) -> Option<Self> {
        match tag.split(['-', '_', '.', '@']).next().unwrap_or_default().to_ascii_lowercase().as_str() {
            "en" => Some(Self::English),
            "fr" => Some(Self::French),
            "de" => Some(Self::German),
            "es" => Some(Self::Spanish),
            "ru" => Some(Self::Russian),
            "uk" => Some(Self::Ukrainian),
            _ => None,
        }
    }

    /// As settings name it.
    pub(super) fn tag(self) -> &'static str {
        match self {
            Self::English => "en",
            Self::French => "fr",
            Self::German => "de",
            Self::Spanish => "es",
            Self::Russian => "ru",
            Self::Ukrainian => "uk",
        }
    }

    fn table(self) -> &'static [Entry] {
        match self {
            Self::English => &[],
            Self::French => FR,
            Self::German => DE,
            Self::Spanish => ES,
            Self::Russian => RU,
            Self::Ukrainian => UK,
        }
    }

    /// Which of its forms a language uses for a number, as the catalogue's `Plural-Forms` line says.
    fn form(self, n: usize) -> usize {
        match self {
            Self::English | Self::German | Self::Spanish => usize::from(n != 1),
            Self::French => usize::from(n > 1),
            Self::Russian | Self::Ukrainian => match (n % 10, n % 100) {
                (1, rest) if rest != 11 => 0,
                (2..=4, rest) if !(12..=14).contains(&rest) => 1,
                _ => 2,
            },
        }
    }
}

/// For `--lang`.
pub(super) fn parse_language(tag: &str) -> Result<Language, &'static str> {
    Language::of_tag(tag).ok_or("en, fr, de, es, ru, uk")
}

/// Settles the language: what was asked for, else the setting, else the system's.
pub(super) fn choose(asked: Option<&str>, platform: &Platform) {
    let language = asked.and_then(Language::of_tag).or_else(|| setting(platform));
    let language = language.or_else(|| Language::of_tag(&platform.system_language));
    let _ = CHOSEN.set(language.unwrap_or(Language::English));
}

fn setting(platform: &Platform) -> Option<Language> {
    let file = platform.settings_file.as_deref().filter(|file| file.exists())?;
    Language::of_tag(&Settings::load(file).language?)
}

/// The chosen language, as settings name it.
pub(super) fn language() -> &'static str {
    chosen().tag()
}

fn chosen() -> Language {
    CHOSEN.get().copied().unwrap_or(Language::English)
}

fn forms(sentence: &str) -> Option<&'static [&'static str]> {
    let table = chosen().table();
    let at = table.binary_search_by(|(source, _)| (*source).cmp(sentence)).ok()?;
    table.get(at).map(|(_, forms)| *forms)
}

/// A sentence in the user's language.
pub(super) fn sentence(source: &'static str) -> &'static str {
    forms(source).and_then(|forms| forms.first()).copied().unwrap_or(source)
}

/// The right form of a sentence about `n` things.
pub(super) fn plural(one: &'static str, many: &'static str, n: usize) -> &'static str {
    let source = if n == 1 { one } else { many };
    forms(one).and_then(|forms| forms.get(chosen().form(n))).copied().unwrap_or(source)
}

/// Puts values into `{name}` places, each once: a value is never looked into.
pub(super) fn fill(pattern: &str, values: &[(&str, &dyn Display)]) -> String {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(pattern.len() + 32);
    let mut rest = pattern;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        let (name, behind) = after.split_once('}').unwrap_or((after, ""));
        if let Some((_, value)) = values.iter().find(|(known, _)| *known == name) {
            let _ = write!(text, "{value}");
        }
        rest = behind;
    }
    text.push_str(rest);
    text
}

/// The parser's help in the user's language.
pub(super) fn translate(command: clap::Command) -> clap::Command {
    if chosen() == Language::English {
        return command;
    }
    translated(command)
}

fn translated(mut command: clap::Command) -> clap::Command {
    if let Some(about) = command.get_about().and_then(|about| known(&about.to_string())) {
        command = command.about(about);
    }
    let (options, arguments) = (tr!("Options"), tr!("Arguments"));
    command = command.mut_args(|argument| {
        let argument = match argument.get_help().and_then(|help| known(&help.to_string())) {
            Some(help) => argument.help(help),
            None => argument,
        };
        if argument.get_help_heading().is_some() {
            return argument;
        }
        let heading = if argument.is_positional() { arguments } else { options };
        argument.help_heading(heading)
    });
    let template = format!("{{about-with-newline}}\n{} {{usage}}\n\n{{all-args}}{{after-help}}", tr!("Usage:"));
    command.subcommand_help_heading(tr!("Commands")).help_template(template).mut_subcommands(translated)
}

fn known(sentence: &str) -> Option<&'static str> {
    forms(sentence)?.first().copied()
}

#[cfg(test)]
mod tests;
