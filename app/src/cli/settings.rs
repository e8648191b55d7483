//! `settings`: what can be set before the vault is open, and how the open vault is protected.
//!
//! The second lie in the vault: they are shown where the call brings what opens it, and changed only with it.

mod protective;

use std::path::Path;

use clap::{Args, Subcommand};
use serde_json::{Map, Value};
use smartotp_core::settings::Settings as Stored;

use super::context::Context;
use super::failure::{Exit, Failure, reason};
use super::opening::Yes;
use super::output::visible;
use super::table::Table;
use super::{catalogue, time, writing};

/// Show or change settings
#[derive(Debug, Args)]
pub(super) struct Settings {
    #[command(subcommand)]
    command: Option<SettingsCommand>,
}

#[derive(Debug, Subcommand)]
enum SettingsCommand {
    /// List all settings; with its password given those of the vault too
    List,
    /// Print one setting
    Get {
        /// Its name
        name: String,
    },
    /// Change one setting
    Set {
        /// Its name
        name: String,
        /// Its value; for the language en, fr, de, es, ru, uk or system
        value: String,
        #[command(flatten)]
        yes: Yes,
    },
}

impl Settings {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let file = context.platform.settings_file.as_deref().ok_or_else(|| {
            Failure::new(Exit::Failed, "no_data_folder", tr!("There is no data folder here, so nothing can be set."))
        })?;
        let settings = fields(&Stored::load(file))?;
        match &self.command {
            None | Some(SettingsCommand::List) => {
                let mut settings = settings;
                if context.brings_credential() {
                    settings.extend(protective::all(context)?);
                }
                list(context, &settings)
            }
            Some(SettingsCommand::Get { name }) => {
                let protective = protective::named(name);
                let protective = protective.map(|name| protective::get(context, name)).transpose()?;
                let value = protective.as_ref().or_else(|| settings.get(name)).ok_or_else(|| unknown(name))?;
                if context.out.json { context.out.result(value) } else { context.out.line(&words(name, value)) }
            }
            Some(SettingsCommand::Set { name, value, yes }) => match protective::named(name) {
                Some(name) => protective::set(context, name, value, *yes),
                None => set(context, file, settings, name, value),
            },
        }
    }
}

fn fields(settings: &Stored) -> Result<Map<String, Value>, Failure> {
    match serde_json::to_value(settings).map_err(std::io::Error::from)? {
        Value::Object(mut fields) => {
            // The window keeps its place itself.
            fields.remove("window");
            Ok(fields)
        }
        _ => Ok(Map::new()),
    }
}

fn list(context: &Context<'_>, settings: &Map<String, Value>) -> Result<(), Failure> {
    if context.out.json {
        return context.out.result(settings);
    }
    let mut table = Table::default();
    for (name, value) in settings {
        table.row([name.clone(), words(name, value)]);
    }
    table.print(context.out)
}

/// Changes one field; the type of the settings decides what is possible.
fn set(
    context: &Context<'_>,
    file: &Path,
    mut settings: Map<String, Value>,
    name: &str,
    text: &str,
) -> Result<(), Failure> {
    let field = settings.get_mut(name).ok_or_else(|| unknown(name))?;
    let impossible = || impossible(name, text);
    *field = match (name, text) {
        ("language", "system") => Value::Null,
        ("time_servers", text) => servers(text)?.into(),
        ("language", tag) => catalogue::parse_language(tag).map_err(|_| impossible())?.tag().into(),
        _ => serde_json::from_str(text).unwrap_or_else(|_| text.into()),
    };
    let mut stored: Stored = serde_json::from_value(Value::Object(settings)).map_err(|_| impossible())?;
    stored.window = Stored::load(file).window;
    writing::make_folder_of(file)?;
    stored.save(file).map_err(|error| {
        let message = tr!("The settings couldn't be saved: {reason}.", reason = reason(&error));
        Failure::new(Exit::Failed, "settings_unwritable", message)
    })?;
    if context.out.json { context.out.result(&fields(&stored)?) } else { context.out.done(tr!("Saved.")) }
}

/// Time servers, parted by blanks or commas; `default` is none of one's own.
fn servers(text: &str) -> Result<Vec<String>, Failure> {
    let names = text.split([',', ' ']).filter(|name| !name.is_empty() && *name != "default");
    names.map(|name| Ok(time::server(name)?.to_string())).collect()
}

fn impossible(name: &str, text: &str) -> Failure {
    let message = tr!("\"{value}\" is no value of {name}.", value = visible(text), name = name);
    Failure::new(Exit::Usage, "bad_value", message)
}

fn unknown(name: &str) -> Failure {
    Failure::new(Exit::Usage, "no_setting", tr!("There is no setting \"{name}\".", name = visible(name)))
}

/// A value as people write it.
fn words(name: &str, value: &Value) -> String {
    match value {
        Value::Null if name == "language" => "system".to_owned(),
        Value::Null => "off".to_owned(),
        Value::Array(list) if list.is_empty() => "default".to_owned(),
        Value::Array(list) => list.iter().map(|item| words(name, item)).collect::<Vec<_>>().join(","),
        Value::String(text) => visible(text),
        other => other.to_string(),
    }
}
