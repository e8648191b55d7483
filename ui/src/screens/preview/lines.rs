//! What was read, as lines: what is new, what differs, what is here already, what can't be read, what stays behind.

mod losses;

use std::collections::{HashMap, HashSet};

use slint::{ModelRc, VecModel};
use smartotp_core::enrol::Enrolment;
use smartotp_core::import::{ImportError, Unreadable};
use smartotp_core::token::{Counter, Icon, Kind, Token};
use smartotp_core::vault::Contents;

use crate::intake::Intake;
use crate::problem;
use crate::show;
use crate::{PreviewLine, PreviewOnly, PreviewRow};

/// The lines of each sort.
#[derive(Default)]
pub(super) struct Lines {
    pub(super) fresh: Vec<PreviewRow>,
    pub(super) differing: Vec<PreviewRow>,
    pub(super) here: Vec<PreviewRow>,
    pub(super) broken: Vec<PreviewRow>,
    lost: Vec<PreviewRow>,
}

/// A token that is here, or that came before.
struct Known<'a> {
    kind: &'a Kind,
    name: String,
    is_here: bool,
}

/// Tokens by secret and by name: thousands against thousands would take too long.
struct Register<'a> {
    by_secret: HashMap<&'a [u8], Vec<Known<'a>>>,
    names: HashSet<String>,
}

/// What became of an entry.
enum Finding {
    Fresh,
    /// The same codes, and the file's counter is ahead.
    Counter {
        twin: String,
        here: Counter,
        there: Counter,
    },
    /// The same names with another key.
    OtherKey,
    Here {
        twin: String,
    },
}

impl<'a> Register<'a> {
    fn of(tokens: &'a [Token]) -> Self {
        let mut register = Self { by_secret: HashMap::new(), names: HashSet::new() };
        for token in tokens {
            let known = Known { kind: &token.kind, name: show::name(&token.issuer, &token.account), is_here: true };
            register.names.insert(known.name.to_lowercase());
            register.by_secret.entry(token.secret.expose()).or_default().push(known);
        }
        register
    }

    /// Looks an entry up, and keeps it for those that follow.
    fn find(&mut self, enrolment: &'a Enrolment) -> Finding {
        let name = show::name(&enrolment.issuer, &enrolment.account);
        let same = self.by_secret.entry(enrolment.secret.expose()).or_default();
        let finding = match same.iter().find(|known| known.kind.makes_the_same_codes_as(&enrolment.kind)) {
            Some(twin) => {
                let counters = twin.kind.counter().zip(enrolment.kind.counter());
                match counters.filter(|(here, there)| twin.is_here && there > here) {
                    Some((here, there)) => Finding::Counter { twin: twin.name.clone(), here, there },
                    None => Finding::Here { twin: twin.name.clone() },
                }
            }
            None if !name.is_empty() && self.names.contains(&name.to_lowercase()) => Finding::OtherKey,
            None => Finding::Fresh,
        };
        same.push(Known { kind: &enrolment.kind, name, is_here: false });
        finding
    }
}

impl Lines {
    /// Sorts what was read.
    pub(super) fn of(contents: &Contents, intake: &Intake, unwanted: &HashSet<usize>) -> Self {
        let mut register = Register::of(contents.tokens());
        let mut lines = Self::default();
        for (place, enrolment) in intake.outcome.tokens.iter().enumerate() {
            let row = row(place, enrolment, !unwanted.contains(&place));
            match register.find(enrolment) {
                Finding::Fresh => lines.fresh.push(row),
                Finding::Counter { twin, here, there } => lines.differing.push(PreviewRow {
                    line: PreviewLine::Counter,
                    here_as: twin.into(),
                    here_counter: here.0.to_string().into(),
                    there_counter: there.0.to_string().into(),
                    ..row
                }),
                Finding::OtherKey => lines.differing.push(PreviewRow { line: PreviewLine::OtherKey, ..row }),
                Finding::Here { twin } => {
                    lines.here.push(PreviewRow { line: PreviewLine::Here, here_as: twin.into(), ..row })
                }
            }
        }
        let unreadable = intake.outcome.unreadable.iter().enumerate();
        lines.broken.extend(unreadable.map(|(at, entry)| match intake.wants_pin(at) {
            // The index leads back to it when its PIN comes.
            Some(_) => PreviewRow { line: PreviewLine::AsksPin, place: number(at), ..broken(at, entry) },
            None => broken(at, entry),
        }));
        lines.broken.extend(intake.failed.iter().map(|(index, error)| {
            file(intake.source(*index).map(|source| source.name.as_str()).unwrap_or_default(), error)
        }));
        lines.lost = losses::rows(&intake.outcome);
        lines
    }

    /// All lines, or those of one sort, under their headings.
    pub(super) fn in_order(self, only: PreviewOnly) -> Vec<PreviewRow> {
        let heading = |line| PreviewRow { line, ..PreviewRow::default() };
        let mut rows = vec![heading(PreviewLine::Top)];
        for (sort, head, mut lines) in [
            (PreviewOnly::Fresh, PreviewLine::FreshHead, self.fresh),
            (PreviewOnly::Differing, PreviewLine::DifferingHead, self.differing),
            (PreviewOnly::Here, PreviewLine::HereHead, self.here),
            (PreviewOnly::Broken, PreviewLine::BrokenHead, self.broken),
            (PreviewOnly::All, PreviewLine::LostHead, self.lost),
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

/// How many of these are chosen.
pub(super) fn chosen(rows: &[PreviewRow]) -> i32 {
    number(rows.iter().filter(|row| row.chosen).count())
}

/// Whether a line has a box.
pub(super) fn has_box(line: PreviewLine) -> bool {
    matches!(line, PreviewLine::Fresh | PreviewLine::Counter | PreviewLine::OtherKey)
}

fn number(place: usize) -> i32 {
    i32::try_from(place).unwrap_or(i32::MAX)
}

fn row(place: usize, enrolment: &Enrolment, chosen: bool) -> PreviewRow {
    let (title, account) = show::names(&enrolment.issuer, &enrolment.account);
    let warnings: Vec<_> = enrolment.warnings.iter().map(problem::of_warning).collect();
    PreviewRow {
        line: PreviewLine::Fresh,
        place: number(place),
        title: title.into(),
        account: account.into(),
        facts: show::facts(&enrolment.kind),
        letter: show::letter(&enrolment.issuer, &enrolment.account),
        tile: Icon::Letter.tile(&enrolment.issuer, &enrolment.account).into(),
        chosen,
        warnings: ModelRc::new(VecModel::from(warnings)),
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

/// A whole file that gave nothing.
fn file(name: &str, error: &ImportError) -> PreviewRow {
    PreviewRow {
        line: PreviewLine::File,
        title: name.into(),
        file_problem: problem::of_import(error),
        detail: problem::format_of(error).into(),
        ..PreviewRow::default()
    }
}

#[cfg(test)]
mod tests {
    use smartotp_core::secret::Secret;
    use smartotp_core::token::{Algorithm, Digits, TokenId};

    use super::*;

    fn hotp(counter: u64) -> Kind {
        Kind::Hotp { algorithm: Algorithm::Sha1, digits: Digits::SIX, counter: Counter(counter) }
    }

    fn enrolment(account: &str, key: u8, kind: Kind) -> Enrolment {
        Enrolment::new("ACME".into(), account.into(), Secret::from_bytes(vec![key; 20]), kind)
    }

    #[test]
    fn what_differs_is_told_from_what_is_here() {
        let here = [
            enrolment("mira", 1, Kind::usual_totp()).into_token(TokenId::from_bytes([1; 16])),
            enrolment("counter", 2, hotp(5)).into_token(TokenId::from_bytes([2; 16])),
        ];
        let read = [
            enrolment("renamed", 1, Kind::usual_totp()),
            enrolment("MIRA", 9, Kind::usual_totp()),
            enrolment("counter", 2, hotp(5)),
            enrolment("counter", 2, hotp(6)),
            enrolment("new", 3, Kind::usual_totp()),
            enrolment("new again", 3, Kind::usual_totp()),
        ];
        let mut register = Register::of(&here);
        let findings: Vec<Finding> = read.iter().map(|enrolment| register.find(enrolment)).collect();
        assert!(matches!(&findings[0], Finding::Here { twin } if twin == "ACME, mira"));
        assert!(matches!(findings[1], Finding::OtherKey));
        assert!(matches!(findings[2], Finding::Here { .. }));
        assert!(matches!(findings[3], Finding::Counter { here: Counter(5), there: Counter(6), .. }));
        assert!(matches!(findings[4], Finding::Fresh));
        assert!(matches!(&findings[5], Finding::Here { twin } if twin == "ACME, new"));
    }
}
