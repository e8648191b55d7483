//! `export`: tokens in clear, for other apps. It says so, and asks for the lock as everything sensitive does.

use std::path::PathBuf;

use clap::{Args, ValueEnum};
use smartotp_core::enrol::otpauth;
use smartotp_core::secret::SecretText;
use smartotp_core::token::Token;
use smartotp_core::vault::journal::Event;
use zeroize::Zeroizing;

use super::context::Context;
use super::failure::Failure;
use super::opening::Yes;
use super::shapes::Exported;
use super::{query, writing};

/// Write tokens with their keys, in clear, for other apps
#[derive(Debug, Args)]
pub(super) struct Export {
    /// The format: an array of objects, or links, one a line
    #[arg(long, value_enum)]
    to: Format,
    /// Where to; - is standard output
    #[arg(long, short, value_name = "FILE", default_value = "-")]
    output: PathBuf,
    /// Only those that it matches: issuer, account, issuer:account or id
    query: Option<String>,
    #[command(flatten)]
    yes: Yes,
}

#[derive(Debug, Clone, Copy, ValueEnum)]
enum Format {
    Json,
    Otpauth,
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
        let bytes = match self.to {
            Format::Json => json(&tokens)?,
            Format::Otpauth => links(&tokens),
        };
        // Written down before anything leaves.
        session.record(Event::Exported { tokens: u32::try_from(tokens.len()).unwrap_or(u32::MAX) });
        writing::secret_file(&self.output, &bytes)?;
        if self.output.as_os_str() == "-" {
            return Ok(());
        }
        context.out.done(&trn!("{n} token was exported.", "{n} tokens were exported.", tokens.len()))
    }
}

fn json(tokens: &[&Token]) -> Result<Zeroizing<Vec<u8>>, Failure> {
    let secrets: Vec<SecretText> = tokens.iter().map(|token| token.secret.to_base32()).collect();
    let exported: Vec<Exported<'_>> =
        tokens.iter().zip(&secrets).map(|(token, secret)| Exported::of(token, secret.expose())).collect();
    // Room enough not to leave unwiped copies while it grows, for all but huge notes.
    let mut bytes = Zeroizing::new(Vec::with_capacity(64 + tokens.len() * 2048));
    serde_json::to_writer_pretty(&mut *bytes, &exported).map_err(std::io::Error::from)?;
    bytes.push(b'\n');
    Ok(bytes)
}

fn links(tokens: &[&Token]) -> Zeroizing<Vec<u8>> {
    let links: Vec<SecretText> = tokens.iter().map(|token| otpauth::write(token)).collect();
    let mut bytes = Zeroizing::new(Vec::with_capacity(links.iter().map(|link| link.expose().len() + 1).sum()));
    for link in &links {
        bytes.extend(link.expose().as_bytes());
        bytes.push(b'\n');
    }
    bytes
}
