//! A command line that can't be understood, in words: what is wrong, then where to look.
//!
//! What was typed is repeated only where it can hold no secret: people paste keys and links into the wrong place.

use clap::error::{ContextKind, ContextValue, ErrorKind};

use super::failure::{Exit, Failure};

/// The parser's error as ours.
pub(super) fn failure(error: &clap::Error) -> Failure {
    let message = match error.kind() {
        // What is shown instead of an error is the help itself.
        ErrorKind::DisplayHelpOnMissingArgumentOrSubcommand => error.render().to_string().trim_end().to_owned(),
        kind => format!("{}\n{}", sentence(kind, error), tr!("See: smartotp --help")),
    };
    Failure::new(Exit::Usage, "usage", message)
}

fn sentence(kind: ErrorKind, error: &clap::Error) -> String {
    let argument = || context(error, ContextKind::InvalidArg);
    match kind {
        ErrorKind::MissingRequiredArgument => tr!("Something is missing: {arguments}.", arguments = argument()),
        ErrorKind::InvalidSubcommand => {
            let command = harmless(&context(error, ContextKind::InvalidSubcommand));
            tr!("There is no command {command}.", command = command)
        }
        ErrorKind::MissingSubcommand => tr!("Which command? One is missing.").to_owned(),
        ErrorKind::UnknownArgument => {
            tr!("{argument} is not understood here.", argument = harmless(&argument()))
        }
        ErrorKind::ArgumentConflict => {
            let other = context(error, ContextKind::PriorArg);
            tr!("{argument} and {other} can't be used together.", argument = argument(), other = other)
        }
        ErrorKind::InvalidValue | ErrorKind::ValueValidation | ErrorKind::TooFewValues | ErrorKind::NoEquals => {
            let possible = possible(error);
            if possible.is_empty() {
                tr!("The value of {argument} can't be used.", argument = argument())
            } else {
                tr!(
                    "The value of {argument} can't be used. Possible: {values}.",
                    argument = argument(),
                    values = possible
                )
            }
        }
        ErrorKind::InvalidUtf8 => tr!("An argument is no text.").to_owned(),
        _ => tr!("An argument comes too often or with too many values.").to_owned(),
    }
}

fn context(error: &clap::Error, kind: ContextKind) -> String {
    match error.get(kind) {
        Some(ContextValue::String(text)) => text.clone(),
        Some(ContextValue::Strings(texts)) => texts.join(", "),
        _ => String::new(),
    }
}

/// The values that would do: the parser's own list, or what our parsers and ranges say.
fn possible(error: &clap::Error) -> String {
    let listed = context(error, ContextKind::ValidValue);
    if listed.is_empty() {
        std::error::Error::source(error).map(ToString::to_string).filter(|text| is_list(text)).unwrap_or_default()
    } else {
        listed
    }
}

/// Only our own lists (`rfc, ascii`): the messages of number parsers repeat what was typed.
fn is_list(text: &str) -> bool {
    text.contains(", ")
        && text.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, ',' | ' ' | '-'))
        && text.split(", ").all(|word| !word.contains(' '))
}

/// The names of options and what looks like a mistyped command; anything else could be a key.
fn harmless(argument: &str) -> String {
    let name = argument.split('=').next().unwrap_or_default();
    let is_name = name.len() <= 24 && name.chars().all(|c| c.is_ascii_lowercase() || c == '-');
    if is_name { format!("\"{name}\"") } else { tr!("An argument").to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_could_be_a_key_is_not_repeated() {
        assert_eq!(harmless("--digit"), "\"--digit\"");
        assert_eq!(harmless("--secret=GEZDGNBV"), "\"--secret\"");
        assert_eq!(harmless("lst"), "\"lst\"");
        for key in
            ["GEZDGNBVGY3TQOJQ", "otpauth://totp/a?secret=GEZD", "jbswy3dpehpk3pxp", "jbswydpehpkpxpjbswydpehpkpxp"]
        {
            assert_eq!(harmless(key), "An argument");
        }
    }
}
