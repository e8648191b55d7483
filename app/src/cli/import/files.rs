//! Files on their way into the vault: read, asked for their passwords, added in one write.

use std::ops::ControlFlow;

use smartotp_core::backup::sealed::is_sealed;
use smartotp_core::import::{self, Format, ImportError, Outcome};
use smartotp_core::secret::SecretText;
use zeroize::Zeroizing;

use super::words::{Naming, failure};
use crate::cli::adding::{self, How, Incoming, Unreadable};
use crate::cli::context::Context;
use crate::cli::credentials;
use crate::cli::failure::{Exit, Failure};
use crate::cli::interrupt::Interrupt;
use crate::cli::output::{Output, visible};
use crate::cli::progress::Progress;

/// How often a mistyped password may be typed anew.
const TRIES: usize = 3;

/// Files, and what they are called. Exports in clear are wiped.
#[derive(Default)]
pub(in crate::cli) struct Files {
    names: Vec<String>,
    bytes: Vec<Zeroizing<Vec<u8>>>,
}

/// What came of them: the index and reason of each that gave nothing.
type Read = (Outcome, Vec<(usize, ImportError)>);

impl Files {
    /// One more.
    pub(in crate::cli) fn push(&mut self, name: String, bytes: Vec<u8>) {
        self.names.push(name);
        self.bytes.push(Zeroizing::new(bytes));
    }

    /// Reads all of them and adds what is new. `failed` is what went wrong before. Ctrl-C ends it until the vault is
    /// written.
    pub(in crate::cli) fn take_in(
        &self,
        context: &Context<'_>,
        password: Option<&SecretText>,
        format: Option<Format>,
        dry_run: bool,
        mut failed: Option<Exit>,
    ) -> Result<(), Failure> {
        let out = context.out;
        let (outcome, errors) = self.read(password, format, out)?;
        let naming = Naming { files: &self.names };
        let mut unreadable: Vec<Unreadable> =
            outcome.unreadable.iter().map(|failed| naming.unreadable(failed)).collect();
        for (index, error) in errors {
            let failure = self.failure(index, &error);
            if error == ImportError::Cancelled {
                return Err(failure);
            }
            failure.tell(out.json);
            if let ImportError::NoTokens { unreadable: entries } = &error {
                unreadable.extend(entries.iter().map(|failed| naming.unreadable(failed)));
            }
            failed = failed.or(Some(failure.exit));
        }
        let lost = outcome.lost.iter().map(|lost| naming.lost(lost)).collect();
        let incoming = Incoming { enrolments: outcome.tokens, unreadable, lost, unfinished: outcome.unfinished };
        // Nothing to add: no reason to open the vault, and no password is asked for.
        if incoming.enrolments.is_empty() {
            incoming.refuse(out)?;
        } else {
            adding::add_all(context, incoming, How { dry_run, is_import: true })?.tell(out)?;
        }
        failed.map_or(Ok(()), |exit| Err(Failure::silent(exit)))
    }

    fn failure(&self, index: usize, error: &ImportError) -> Failure {
        let name = self.names.get(index).map(String::as_str).unwrap_or_default();
        failure(name, self.bytes.get(index).is_some_and(|bytes| is_sealed(bytes)), error)
    }

    /// Reads them; those that are encrypted once more, when somebody has typed their passwords.
    fn read(&self, password: Option<&SecretText>, format: Option<Format>, out: Output) -> Result<Read, Failure> {
        let files: Vec<&[u8]> = self.bytes.iter().map(|bytes| bytes.as_slice()).collect();
        let (mut outcome, errors) = watched(&files, password, format, out)?;
        let mut left = Vec::new();
        let mut typed = None;
        for (index, error) in errors {
            let error = match (error, files.get(index)) {
                (ImportError::NeedsPassword, Some(file)) if credentials::somebody_is_there() => {
                    match self.read_asking(index, file, &mut typed, format, out)? {
                        Ok(read) => {
                            join(&mut outcome, read, index);
                            continue;
                        }
                        Err(error) => error,
                    }
                }
                (error, _) => error,
            };
            left.push((index, error));
        }
        Ok((outcome, left))
    }

    /// Reads one encrypted file with the password that opened the one before it, else with what somebody types.
    fn read_asking(
        &self,
        index: usize,
        file: &[u8],
        typed: &mut Option<SecretText>,
        format: Option<Format>,
        out: Output,
    ) -> Result<Result<Outcome, ImportError>, Failure> {
        let name = self.names.get(index).map(String::as_str).unwrap_or_default();
        let question = tr!("Password of {file}: ", file = visible(name));
        let with = |password: &SecretText| -> Result<Result<Outcome, ImportError>, Failure> {
            let (outcome, errors) = watched(&[file], Some(password), format, out)?;
            Ok(errors.into_iter().next().map_or(Ok(outcome), |(_, error)| Err(error)))
        };
        let mut result = match typed {
            Some(password) => with(password)?,
            None => Err(ImportError::NeedsPassword),
        };
        for _ in 0..TRIES {
            if !matches!(result, Err(ImportError::NeedsPassword | ImportError::WrongPassword)) {
                break;
            }
            let Some(password) = credentials::ask(&question) else { break };
            result = with(&password)?;
            if result == Err(ImportError::WrongPassword) {
                self.failure(index, &ImportError::WrongPassword).tell(out.json);
            }
            *typed = Some(password);
        }
        Ok(result)
    }
}

/// Reads files, telling how far it is; Ctrl-C ends it.
fn watched(
    files: &[&[u8]],
    password: Option<&SecretText>,
    format: Option<Format>,
    out: Output,
) -> Result<Read, Failure> {
    let interrupt = Interrupt::listen()?;
    let mut progress = Progress::new(out);
    let mut watch = |entries: usize| {
        progress.tell(|| trn!("{n} entry read…", "{n} entries read…", entries));
        if interrupt.pressed() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    };
    let (outcome, mut errors) = import::read_watched(files, password, format, &mut watch);
    // Pressed where nobody could ask, in a key derivation say.
    if interrupt.pressed() && errors.iter().all(|(_, error)| *error != ImportError::Cancelled) {
        errors = vec![(0, ImportError::Cancelled)];
    }
    Ok((outcome, errors))
}

/// Puts what one file gave to the rest.
fn join(outcome: &mut Outcome, mut one: Outcome, index: usize) {
    let entries = one.unreadable.iter_mut().map(|failed| &mut failed.entry);
    for entry in entries.chain(one.lost.iter_mut().map(|lost| &mut lost.entry)) {
        if let Some(place) = &mut entry.place {
            place.file = index;
        }
    }
    outcome.tokens.append(&mut one.tokens);
    outcome.unreadable.append(&mut one.unreadable);
    outcome.lost.append(&mut one.lost);
    outcome.unfinished.append(&mut one.unfinished);
}
