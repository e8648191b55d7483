//! `export`: tokens in clear, for other apps. It says so, and asks for the lock as everything sensitive does.

use std::path::PathBuf;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use smartotp_core::export::{ExportError, Format, Request};
use smartotp_core::token::Token;
use smartotp_core::vault::journal::Event;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::opening::Yes;
use super::{query, writing};

/// Write tokens with their keys, in clear, for other apps
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The format: an array of objects, or links, one a line
    #[arg(long, value_name = "FORMAT", value_parser = format())]
    to: Format,
    /// Where to; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Only those that it matches: issuer, account, issuer:account or id
    query: Option<String>,
    #[command(flatten)]
    yes: Yes,
}

/// The formats in clear that are one file.
fn format() -> impl TypedValueParser<Value = Format> {
    PossibleValuesParser::new(["json", "otpauth"]).try_map(|name| Format::named(&name).ok_or("no such format"))
}

impl Export {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open_sensitive(self.yes)?;
        let contents = std::sync::Arc::clone(session.contents());
        let tokens = contents.tokens();
        let tokens: Vec<&Token> = match &self.query {
            Some(query) => query::matches(tokens.iter(), query),
            None => tokens.iter().collect(),
        };
        if let Some(query) = self.query.as_ref().filter(|_| tokens.is_empty()) {
            return Err(query::nothing(query));
        }
        context
            .out
            .warn("in_clear", tr!("This export holds your keys in clear: whoever reads it can make your codes."));
        let written = self.to.write(&tokens, &Request::default()).map_err(|error| failure(&error))?;
        // Written down before anything leaves.
        session.record(Event::Exported { tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX) });
        for file in written.files() {
            writing::secret_file(&self.output, file)?;
        }
        if self.output.as_os_str() == "-" {
            return Ok(());
        }
        context.out.done(&trn!("{n} token was exported.", "{n} tokens were exported.", tokens.len()))
    }
}

/// Nothing that these formats come to.
fn failure(error: &ExportError) -> Failure {
    Failure::new(Exit::Failed, "unexportable", error.to_string())
}
