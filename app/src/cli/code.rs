//! `code`: the codes of one token, or of many.

mod row;
mod watch;

use std::time::{SystemTime, UNIX_EPOCH};

use clap::Args;
use smartotp_core::secret::SecretText;
use smartotp_core::settings::Settings;
use smartotp_core::token::{Kind, Token};
use smartotp_core::vault::Session;

use row::Row;

use super::context::Context;
use super::failure::{Exit, Failure};
use super::shapes::name_of;
use super::time::Clock;
use super::{holder, query};

/// Show codes; a HOTP token moves on only where QUERY names it alone
#[derive(Debug, Args)]
pub(super) struct Code {
    /// Whose code: issuer, account, issuer:account or id; all where it is left out
    query: Option<String>,
    /// The codes of this Unix time; it is taken as it is
    #[arg(long, value_name = "UNIX")]
    at: Option<u64>,
    /// The next code too
    #[arg(long)]
    next: bool,
    /// Show a HOTP code without using it up
    #[arg(long)]
    peek: bool,
    /// Keep showing, until Ctrl-C
    #[arg(long, conflicts_with_all = ["at", "copy"])]
    watch: bool,
    /// Copy the code instead of showing it; it is cleared after a while
    #[arg(long)]
    copy: bool,
    /// How long a copied code stays, instead of what the settings say; 0 is until something else is copied
    #[arg(long, value_name = "SECONDS", requires = "copy")]
    clear_after: Option<u32>,
}

impl Code {
    pub(super) fn run(&self, context: &Context<'_>) -> Result<(), Failure> {
        let mut session = context.open()?;
        let clock = Clock::of(context);
        if self.at.is_none() {
            clock.tell(context.out);
        }
        let rows = self.rows(&mut session, &clock, true)?;
        if rows.iter().any(Row::is_used) && !self.peek {
            context.tidy(&mut session);
        }
        self.count(&mut session, &rows);
        if self.watch {
            return watch::run(self, context, &mut session, rows, &clock);
        }
        if self.copy {
            copy(context, &rows, self.clear_after)?;
            return if context.out.json { context.out.result(&rows) } else { Ok(()) };
        }
        if context.out.json {
            context.out.result(&rows)
        } else {
            row::print(&rows, self.query.is_some(), clock.unix(), context.out)
        }
    }

    /// Counts the use of a code of now that was asked for alone. It is written when the session ends, after the code was
    /// shown: one append and fsync, beside a key derivation of half a second.
    fn count(&self, session: &mut Session, rows: &[Row]) {
        let of_now = self.query.is_some() && self.at.is_none() && !self.peek;
        if let ([Row { id, code: Some(_), .. }], true) = (rows, of_now) {
            session.used(*id, now());
        }
    }

    /// The rows to show now. A HOTP token that is named alone moves on if it may: its counter is on disk before its code
    /// exists.
    fn rows(&self, session: &mut Session, clock: &Clock, may_advance: bool) -> Result<Vec<Row>, Failure> {
        let contents = std::sync::Arc::clone(session.contents());
        let unix = self.at.unwrap_or_else(|| clock.unix());
        let Some(query) = &self.query else {
            return Ok(contents.tokens().iter().map(|token| self.row(token, unix)).collect());
        };
        match query::matches(contents.tokens().iter(), query).as_slice() {
            [] => Err(query::nothing(query)),
            [token] => match token.kind {
                Kind::Hotp { .. } if !self.peek && may_advance => {
                    let (code, counter) = session.next_code(token.id)?;
                    let next = self.next.then(|| row::hotp_code(token, counter.next().ok()?)).flatten();
                    Ok(vec![Row::used(token, &code, counter, next)])
                }
                Kind::Ocra { .. } => Err(Failure::new(
                    Exit::Usage,
                    "needs_challenge",
                    tr!("{name} answers challenges. Use: smartotp sign", name = name_of(token)),
                )),
                _ => {
                    let row = self.row(token, unix);
                    if row.code.is_none() && !matches!(token.kind, Kind::Hotp { .. }) {
                        return Err(Failure::new(
                            Exit::Failed,
                            "bad_secret",
                            tr!("The key of {name} makes no codes. Enrol it anew.", name = name_of(token)),
                        ));
                    }
                    Ok(vec![row])
                }
            },
            several => Ok(several.iter().map(|token| self.row(token, unix)).collect()),
        }
    }

    fn row(&self, token: &Token, unix: u64) -> Row {
        Row::of(token, unix, self.peek, self.next)
    }
}

fn copy(context: &Context<'_>, rows: &[Row], clear_after: Option<u32>) -> Result<(), Failure> {
    let ([Row { code: Some(code), issuer, account, .. }], true) = (rows, rows.len() == 1) else {
        return Err(Failure::new(
            Exit::Usage,
            "ambiguous",
            tr!("One code at a time can be copied. Name one token by its id or issuer:account."),
        ));
    };
    let set = || context.platform.settings_file.as_deref().map(Settings::load).unwrap_or_default().clipboard_seconds;
    let seconds = clear_after.unwrap_or_else(set);
    holder::hold(&SecretText::from(code.expose()), seconds)?;
    let name = super::shapes::name(issuer, account);
    let words = if seconds == 0 {
        tr!("Copied the code of {name}.", name = name)
    } else {
        trn!(
            "Copied the code of {name}. It is cleared in {n} second.",
            "Copied the code of {name}. It is cleared in {n} seconds.",
            seconds as usize,
            name = name
        )
    };
    context.out.warn("copied", &words);
    Ok(())
}

/// Seconds since the Unix epoch, as this device has them.
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs())
}
