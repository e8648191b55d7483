//! Enrolments into the vault, and the report of what became of each: shared by `add` and `import`.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use serde::Serialize;
use smartotp_core::enrol::Enrolment;
use smartotp_core::enrol::migration::Progress;
use smartotp_core::token::{Token, TokenId};
use smartotp_core::vault::journal::Event;
use smartotp_core::vault::{Contents, Session};

use super::context::Context;
use super::enrolment_words;
use super::failure::Failure;
use super::opening::contents;
use super::output::Output;
use super::shapes::{Listed, name, name_of};

/// What was read, before anything is added.
#[derive(Debug, Default)]
pub(super) struct Incoming {
    pub(super) enrolments: Vec<Enrolment>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) lost: Vec<Lost>,
    /// Google exports of which parts are missing.
    pub(super) unfinished: Vec<Progress>,
}

/// An entry that could not be read.
#[derive(Debug, Serialize)]
pub(super) struct Unreadable {
    /// Which one: its line or its name.
    pub(super) entry: String,
    /// One sentence, without anything secret.
    pub(super) reason: String,
}

/// An entry that was read, but for a part that nobody kept.
#[derive(Debug, Serialize)]
pub(super) struct Lost {
    pub(super) entry: String,
    pub(super) what: String,
}

impl Incoming {
    /// Whether nothing came at all, readable or not.
    pub(super) fn is_empty(&self) -> bool {
        self.enrolments.is_empty() && self.unreadable.is_empty()
    }

    /// Tells that nothing of it could be read. No vault is needed for that.
    pub(super) fn refuse(self, out: Output) -> Result<(), Failure> {
        let Self { unreadable, lost, .. } = self;
        let report = Report { unreadable, lost, ..Report::default() };
        report.tell(out)
    }
}

/// What became of everything; its JSON is a contract.
#[derive(Debug, Default, Serialize)]
pub(super) struct Report {
    pub(super) added: Vec<Listed>,
    /// As they came in, with the id of the token that is here already.
    pub(super) duplicates: Vec<Listed>,
    pub(super) unreadable: Vec<Unreadable>,
    pub(super) lost: Vec<Lost>,
    /// Under which names the duplicates are here.
    #[serde(skip)]
    known_as: Vec<String>,
    #[serde(skip)]
    dry_run: bool,
}

/// How enrolments are taken in.
#[derive(Debug, Clone, Copy)]
pub(super) struct How {
    /// Only look at what would be added.
    pub(super) dry_run: bool,
    /// They come from another app: that is written down in the journal.
    pub(super) is_import: bool,
}

/// Adds what is new, or only looks what would be.
pub(super) fn add_all(context: &Context<'_>, incoming: Incoming, how: How) -> Result<Report, Failure> {
    let dry_run = how.dry_run;
    let mut session = if dry_run { context.open_or_none()? } else { Some(context.open_to_change()?) };
    let Incoming { enrolments, unreadable, lost, unfinished } = incoming;
    tell_unfinished(&unfinished, context.out);
    tell_warnings(&enrolments, context.out);
    let mut report = Report { unreadable, lost, dry_run, ..Report::default() };
    match session.as_mut().filter(|_| !dry_run) {
        Some(session) => {
            report.add(session, enrolments)?;
            if how.is_import && !report.added.is_empty() {
                session.record(Event::Imported { tokens: u32::try_from(report.added.len()).unwrap_or(u32::MAX) });
            }
            context.tidy(session);
        }
        None => report.preview(&contents(session.as_deref()), enrolments),
    }
    Ok(report)
}

fn tell_unfinished(exports: &[Progress], out: Output) {
    for Progress { have, of, .. } in exports {
        out.warn(
            "incomplete_export",
            &tr!("{have} of {of} codes of this export are here. Add the others too.", have = have, of = of),
        );
    }
}

/// Says what should be known about tokens that can be added; what holds for many is said once.
fn tell_warnings(enrolments: &[Enrolment], out: Output) {
    let mut remarks: Vec<(&'static str, String, Vec<String>)> = Vec::new();
    for enrolment in enrolments {
        for (code, words) in enrolment.warnings.iter().filter_map(enrolment_words::warning) {
            let name = name(&enrolment.issuer, &enrolment.account);
            match remarks.iter_mut().find(|(_, known, _)| *known == words) {
                Some((_, _, names)) => names.push(name),
                None => remarks.push((code, words, vec![name])),
            }
        }
    }
    for (code, words, names) in remarks {
        let whose = match names.as_slice() {
            [_] | [_, _] => names.join("; "),
            many => trn!("{n} token", "{n} tokens", many.len()),
        };
        out.warn(code, &format!("{whose}: {words}"));
    }
}

impl Report {
    fn add(&mut self, session: &mut Session, enrolments: Vec<Enrolment>) -> Result<(), Failure> {
        if enrolments.is_empty() {
            return Ok(());
        }
        let listed: Vec<Listed> = enrolments.iter().map(Listed::from).collect();
        let outcome = session.add(enrolments)?;
        let contents = session.contents();
        self.added.extend(outcome.added.iter().filter_map(|(_, id)| contents.token(*id)).map(Listed::from));
        for (index, id) in outcome.duplicates {
            self.known_as.push(contents.token(id).map(name_of).unwrap_or_default());
            self.duplicates.extend(listed.get(index).map(|listed| Listed { id: Some(id), ..listed.clone() }));
        }
        Ok(())
    }

    fn preview(&mut self, contents: &Contents, enrolments: Vec<Enrolment>) {
        // By their keys first, so that thousands are not compared each with each.
        let hasher = RandomState::new();
        let hash = |token: &Token| hasher.hash_one(token.secret.expose());
        let mut here: HashMap<u64, Vec<&Token>> = HashMap::new();
        for token in contents.tokens() {
            here.entry(hash(token)).or_default().push(token);
        }
        let mut new: HashMap<u64, Vec<Token>> = HashMap::new();
        for enrolment in enrolments {
            let listed = Listed::from(&enrolment);
            let token = enrolment.into_token(TokenId::from_bytes([0; 16]));
            let key = hash(&token);
            let known = here.get(&key).into_iter().flatten().find(|known| known.is_duplicate_of(&token));
            let twin = new.get(&key).into_iter().flatten().find(|known| known.is_duplicate_of(&token));
            match (known, twin) {
                (Some(known), _) => {
                    self.known_as.push(name_of(known));
                    self.duplicates.push(Listed { id: Some(known.id), ..listed });
                }
                (None, Some(twin)) => {
                    self.known_as.push(name_of(twin));
                    self.duplicates.push(listed);
                }
                (None, None) => {
                    self.added.push(listed);
                    new.entry(key).or_default().push(token);
                }
            }
        }
    }

    /// Tells it, as JSON or in words.
    pub(super) fn tell(&self, out: Output) -> Result<(), Failure> {
        if out.json {
            return out.result(self);
        }
        for listed in &self.added {
            let name = name(&listed.issuer, &listed.account);
            out.done(&if self.dry_run { tr!("New: {name}", name = name) } else { tr!("Added: {name}", name = name) })?;
        }
        for known in &self.known_as {
            out.done(&tr!("This token is already here, under \"{name}\". Nothing was added.", name = known))?;
        }
        for lost in &self.lost {
            out.warn("lost", &format!("{}: {}", lost.entry, lost.what));
        }
        for unreadable in &self.unreadable {
            out.complain(&format!("{}: {}", unreadable.entry, unreadable.reason));
        }
        Ok(())
    }
}
