//! The catalogues hold every sentence of the sources, and nothing else.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use clap::CommandFactory as _;

use super::*;
use crate::cli::arguments::Cli;

#[test]
fn system_languages_as_systems_name_them() {
    for (tag, language) in [
        ("de-AT", Some(Language::German)),
        ("uk_UA.UTF-8", Some(Language::Ukrainian)),
        ("FR", Some(Language::French)),
        ("C.UTF-8", None),
        ("", None),
    ] {
        assert_eq!(Language::of_tag(tag), language, "{tag}");
    }
}

#[test]
fn russian_and_ukrainian_count_in_three_forms() {
    let forms: Vec<usize> = [1, 2, 5, 11, 12, 21, 22, 25, 111, 0].map(|n| Language::Russian.form(n)).to_vec();
    assert_eq!(forms, [0, 1, 2, 2, 2, 0, 1, 2, 2, 2]);
    assert_eq!([0, 1, 2].map(|n| Language::French.form(n)), [0, 0, 1]);
}

#[test]
fn a_value_is_never_looked_into() {
    assert_eq!(fill("{a} and {b}.", &[("a", &"{b}"), ("b", &2)]), "{b} and 2.");
}

/// A sentence of the sources, with its plural where it has one.
type Source = (String, Option<String>);

/// Every sentence that the sources say, and the help texts of the parser.
fn sources() -> BTreeSet<Source> {
    let mut sentences = BTreeSet::new();
    let cli = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    for file in rust_files(&cli.join("cli")).into_iter().chain([cli.join("cli.rs")]) {
        sentences.extend(said_in(&std::fs::read_to_string(file).unwrap()));
    }
    help_of(&Cli::command(), &mut sentences);
    sentences
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let (folders, files): (Vec<_>, Vec<_>) = entries.partition(|path| path.is_dir());
    // This file names the macros without saying anything.
    let files = files.into_iter().filter(|file| file.file_name().is_some_and(|name| name != "tests.rs"));
    files.chain(folders.iter().flat_map(|folder| rust_files(folder))).collect()
}

/// The literals right after `tr!(` and `trn!(`.
fn said_in(source: &str) -> Vec<Source> {
    let mut found = Vec::new();
    for (at, macro_name) in source.match_indices("tr!(").chain(source.match_indices("trn!(")) {
        let Some((one, rest)) = source.get(at + macro_name.len()..).and_then(literal) else { continue };
        let many = if macro_name == "trn!(" { literal(rest.trim_start().trim_start_matches(',')) } else { None };
        found.push((one, many.map(|(many, _)| many)));
    }
    found
}

/// A string literal at the start, unescaped, and what follows it.
fn literal(text: &str) -> Option<(String, &str)> {
    let text = text.trim_start().strip_prefix('"')?;
    let mut value = String::new();
    let mut characters = text.char_indices();
    while let Some((at, character)) = characters.next() {
        match character {
            '"' => return Some((value, text.get(at + 1..)?)),
            '\\' => value.push(characters.next()?.1),
            other => value.push(other),
        }
    }
    None
}

fn help_of(command: &clap::Command, sentences: &mut BTreeSet<Source>) {
    let helps = command.get_arguments().filter_map(clap::Arg::get_help).chain(command.get_about());
    sentences.extend(helps.map(|help| (help.to_string(), None)));
    command.get_subcommands().for_each(|command| help_of(command, sentences));
}

fn catalogue(language: Language) -> polib::catalog::Catalog {
    polib::po_file::parse(&file(language)).unwrap()
}

fn file(language: Language) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../locales").join(language.tag()).join("LC_MESSAGES/smartotp.po")
}

const TRANSLATED: [Language; 5] =
    [Language::French, Language::German, Language::Spanish, Language::Russian, Language::Ukrainian];

#[test]
fn every_sentence_is_in_every_catalogue_and_none_is_stale() {
    let sources = sources();
    assert!(sources.len() > 200);
    for language in TRANSLATED {
        let translated: BTreeSet<Source> = catalogue(language)
            .messages()
            .filter(|message| message.is_translated())
            .map(|message| (message.msgid().to_owned(), message.msgid_plural().ok().map(str::to_owned)))
            .collect();
        let missing: Vec<_> = sources.difference(&translated).collect();
        assert!(missing.is_empty(), "{}: not translated: {missing:#?}", language.tag());
        let stale: Vec<_> = translated.difference(&sources).collect();
        assert!(stale.is_empty(), "{}: nobody says: {stale:#?}", language.tag());
    }
}

#[test]
fn every_translation_has_the_places_of_its_source() {
    for language in TRANSLATED {
        for message in catalogue(language).messages() {
            let forms = match message.msgstr_plural() {
                Ok(forms) => forms.clone(),
                Err(_) => vec![message.msgstr().unwrap().to_owned()],
            };
            if message.is_plural() {
                assert_eq!(forms.len(), 1 + (0..200).map(|n| language.form(n)).max().unwrap(), "{}", message.msgid());
            }
            for form in forms {
                assert_eq!(places(&form), places(message.msgid()), "{}: {form}", language.tag());
            }
        }
    }
}

fn places(text: &str) -> BTreeSet<&str> {
    text.split('{').skip(1).filter_map(|rest| rest.split('}').next()).collect()
}

#[test]
fn gettext_finds_nothing_wrong() {
    for language in TRANSLATED {
        let file = file(language);
        let Ok(output) = std::process::Command::new("msgfmt").args(["--check", "-o", "/dev/null"]).arg(file).output()
        else {
            println!("skipped: no msgfmt");
            return;
        };
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
}
