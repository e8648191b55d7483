//! What was read, as lines: what is new, what is here already, what can't be read.

use std::collections::{HashMap, HashSet};

use slint::{ModelRc, VecModel};
use smartotp_core::enrol::Enrolment;
use smartotp_core::import::Unreadable;
use smartotp_core::token::{Icon, Kind};
use smartotp_core::vault::Contents;

use crate::intake::Intake;
use crate::problem;
use crate::show;
use crate::{PreviewLine, PreviewOnly, PreviewRow};

/// The lines of each sort.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) fresh: Vec<PreviewRow>,
    pub(super) here: Vec<PreviewRow>,
    pub(super) broken: Vec<PreviewRow>,
}

/// A token that is here, or that came before: its kind and its name.
type Known<'a> = (&'a Kind, String);

impl Lines {
    /// Sorts what was read. By the secret first: thousands against thousands would take too long.
    pub(super) fn of(contents: &Contents, intake: &Intake, unwanted: &HashSet<usize>) -> Self {
        let mut known: HashMap<&[u8], Vec<Known<'_>>> = HashMap::new();
        for token in contents.tokens() {
            let name = show::name(&token.issuer, &token.account);
            known.entry(token.secret.expose()).or_default().push((&token.kind, name));
        }
        let mut lines = Self::default();
        for (place, enrolment) in intake.outcome.tokens.iter().enumerate() {
            let same = known.entry(enrolment.secret.expose()).or_default();
            let twin = same.iter().find(|(kind, _)| kind.makes_the_same_codes_as(&enrolment.kind));
            let row = row(place, enrolment, !unwanted.contains(&place), twin.map(|(_, name)| name.as_str()));
            if twin.is_some() {
                lines.here.push(row)
            } else {
                lines.fresh.push(row)
            }
            same.push((&enrolment.kind, show::name(&enrolment.issuer, &enrolment.account)));
        }
        let unreadable = intake.outcome.unreadable.iter().enumerate();
        lines.broken.extend(unreadable.map(|(at, entry)| match intake.wants_pin(at) {
            // The index leads back to it when its PIN comes.
            Some(_) => PreviewRow { line: PreviewLine::AsksPin, place: number(at), ..broken(at, entry) },
            None => broken(at, entry),
        }));
        lines
    }

    /// How many would be added.
    pub(super) fn chosen(&self) -> usize {
        self.fresh.iter().filter(|row| row.chosen).count()
    }

    /// All lines, or those of one sort, under their headings.
    pub(super) fn in_order(self, only: PreviewOnly) -> Vec<PreviewRow> {
        let heading = |line| PreviewRow { line, ..PreviewRow::default() };
        let mut rows = vec![heading(PreviewLine::Top)];
        for (sort, head, mut lines) in [
            (PreviewOnly::Fresh, PreviewLine::FreshHead, self.fresh),
            (PreviewOnly::Here, PreviewLine::HereHead, self.here),
            (PreviewOnly::Broken, PreviewLine::BrokenHead, self.broken),
        ] {
            if lines.is_empty() || (only != PreviewOnly::All && only != sort) {
                continue;
            }
            if let Some(row) = lines.first_mut() {
                row.first = true;
            }
            if let Some(row) = lines.last_mut() {
                row.last = true;
            }
            rows.push(heading(head));
            rows.append(&mut lines);
        }
        rows
    }
}

fn number(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

fn row(place: usize, enrolment: &Enrolment, chosen: bool, twin: Option<&str>) -> PreviewRow {
    let (title, account) = show::names(&enrolment.issuer, &enrolment.account);
    let warnings: Vec<_> = enrolment.warnings.iter().map(problem::of_warning).collect();
    PreviewRow {
        line: if twin.is_some() { PreviewLine::Here } else { PreviewLine::Fresh },
        place: number(place),
        title: title.into(),
        account: account.into(),
        facts: show::facts(&enrolment.kind),
        letter: show::letter(&enrolment.issuer, &enrolment.account),
        tile: Icon::Letter.tile(&enrolment.issuer, &enrolment.account).into(),
        chosen,
        warnings: ModelRc::new(VecModel::from(warnings)),
        here_as: twin.unwrap_or_default().into(),
        ..PreviewRow::default()
    }
}

fn broken(at: usize, unreadable: &Unreadable) -> PreviewRow {
    let (problem, detail) = problem::of_enrolment(&unreadable.reason);
    PreviewRow {
        line: PreviewLine::Broken,
        place: number(unreadable.entry.place.map_or(at + 1, |place| place.number)),
        title: unreadable.entry.name.as_str().into(),
        problem,
        detail: detail.into(),
        ..PreviewRow::default()
    }
}
