//! What the source app had, or had not, that does not come along: one line for each sort of it, however many tokens it is about.

use std::collections::HashSet;

use smartotp_core::enrol::Warning;
use smartotp_core::import::{Loss, Outcome};

use super::number;
use crate::{LostWhat, PreviewLine, PreviewRow};

/// So many tokens are named, more are counted.
const NAMED: usize = 3;

/// A line for each sort of loss, in the order in which they come.
pub(super) fn rows(outcome: &Outcome) -> Vec<PreviewRow> {
    // What an entry's own line says already.
    let said: HashSet<&str> = outcome
        .tokens
        .iter()
        .flat_map(|enrolment| &enrolment.warnings)
        .filter_map(|warning| match warning {
            Warning::Ignored { parameter } => Some(parameter.as_str()),
            _ => None,
        })
        .collect();
    let mut sorts: Vec<(LostWhat, &str, Vec<&str>)> = Vec::new();
    for lost in &outcome.lost {
        let (what, detail) = sort(&lost.what);
        if what == LostWhat::Parameter && said.contains(detail) {
            continue;
        }
        match sorts.iter_mut().find(|(known, of, _)| (*known, *of) == (what, detail)) {
            Some((_, _, names)) => names.push(&lost.entry.name),
            None => sorts.push((what, detail, vec![&lost.entry.name])),
        }
    }
    let row = |(what, detail, names): (LostWhat, &str, Vec<&str>)| PreviewRow {
        line: PreviewLine::Lost,
        lost: what,
        detail: detail.into(),
        place: number(names.len()),
        title: if names.len() <= NAMED && names.iter().all(|name| !name.is_empty()) {
            names.join(", ").into()
        } else {
            slint::SharedString::new()
        },
        ..PreviewRow::default()
    };
    sorts.into_iter().map(row).collect()
}

fn sort(loss: &Loss) -> (LostWhat, &str) {
    match loss {
        Loss::Parameter { name } => (LostWhat::Parameter, name),
        Loss::Icon => (LostWhat::Icon, ""),
        Loss::Type => (LostWhat::Kind, ""),
        Loss::Algorithm => (LostWhat::Algorithm, ""),
        Loss::Period => (LostWhat::Period, ""),
        Loss::UnknownGroup => (LostWhat::UnknownGroup, ""),
        Loss::Trashed => (LostWhat::Trashed, ""),
        _ => (LostWhat::Other, ""),
    }
}

#[cfg(test)]
mod tests {
    use smartotp_core::import::{Entry, Lost};

    use super::*;

    #[test]
    fn losses_are_counted_by_their_sort() {
        let lost = |name: &str, what| Lost { entry: Entry { name: name.to_owned(), place: None }, what };
        let mut outcome = Outcome { lost: vec![lost("Old:mira", Loss::Trashed)], ..Outcome::default() };
        outcome.lost.extend((0..5).map(|n| lost(&format!("ACME:{n}"), Loss::Icon)));
        let rows = rows(&outcome);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].lost, rows[0].title.as_str(), rows[0].place), (LostWhat::Trashed, "Old:mira", 1));
        assert_eq!((rows[1].lost, rows[1].title.as_str(), rows[1].place), (LostWhat::Icon, "", 5));
    }
}
