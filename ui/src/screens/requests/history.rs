//! What became of requests: what the vault and its journal know, and, until it is locked, what was asked.

use std::rc::Rc;

use slint::{ComponentHandle as _, ModelRc, VecModel};
use smartotp_core::push::Dropped;
use smartotp_core::token::TokenId;
use smartotp_core::vault::journal::Event as Happened;

use super::{Requests, Waiting, words};
use crate::desk::Desk;
use crate::off_thread::spawn;
use crate::{App, DroppedWhy, PastRequest, Place, RequestEnd, RequestHistoryScreen, RequestsScreen, day, show};

/// The most lines that are shown.
const MOST: usize = 300;
/// The most that is kept in memory.
const MOST_KEPT: usize = 1_000;
/// Seconds within which a dropped request is the same one again.
const AGAIN: u64 = 60;
/// Seconds between the end of an answer and its line in the journal.
const APART: u64 = 5;

/// One that is over.
pub(super) struct Past {
    token: TokenId,
    at: u64,
    end: RequestEnd,
    why: Option<Dropped>,
    nonce: String,
    question: String,
}

impl Past {
    pub(super) fn ran_out(waiting: &Waiting) -> Self {
        Self::answered(waiting, RequestEnd::RanOut, waiting.came)
    }

    pub(super) fn answered(waiting: &Waiting, end: RequestEnd, at: u64) -> Self {
        let (nonce, question) = (waiting.request.nonce.clone(), waiting.request.question.clone());
        Self { token: waiting.token, at, end, why: None, nonce, question }
    }

    pub(super) fn dropped(token: TokenId, reason: Dropped, at: u64) -> Self {
        let (nonce, question) = (String::new(), String::new());
        Self { token, at, end: RequestEnd::Dropped, why: Some(reason), nonce, question }
    }

    /// Whether it was dropped for this reason a moment ago.
    pub(super) fn is_just(&self, token: TokenId, reason: Dropped, now: u64) -> bool {
        self.token == token && self.why == Some(reason) && now.saturating_sub(self.at) < AGAIN
    }
}

pub(super) fn connect(app: &App, desk: &Rc<Desk>, requests: &Rc<Requests>) {
    app.global::<RequestsScreen>().on_history({
        let requests = requests.clone();
        move || requests.show_history()
    });
    desk.on_left(Place::RequestHistory, {
        let desk = Rc::downgrade(desk);
        move || {
            if let Some(desk) = desk.upgrade() {
                desk.with(|app| app.global::<RequestHistoryScreen>().set_rows(ModelRc::default()));
            }
        }
    });
}

impl Requests {
    fn show_history(self: &Rc<Self>) {
        let Some(desk) = self.desk() else { return };
        let requests = self.clone();
        spawn(async move {
            let records = desk.door.ask(smartotp_core::vault::Session::journal).await.unwrap_or_default();
            let Some(contents) = desk.door.contents() else { return };
            let now = desk.door.unix();
            let mut past = requests.past.borrow_mut();
            let over = past.len().saturating_sub(MOST_KEPT);
            past.drain(..over);
            // The session's own lines say more than the journal's of the same answers.
            let mut lines: Vec<(u64, TokenId, RequestEnd, Option<Dropped>, &str)> =
                past.iter().map(|past| (past.at, past.token, past.end, past.why, past.question.as_str())).collect();
            for record in &records {
                let (token, end) = match record.event {
                    Happened::PushApproved { token } => (token, RequestEnd::Approved),
                    Happened::PushDenied { token } => (token, RequestEnd::Denied),
                    _ => continue,
                };
                let known = past
                    .iter()
                    .any(|past| past.token == token && past.end == end && past.at.abs_diff(record.unix) <= APART);
                if !known {
                    lines.push((record.unix, token, end, None, ""));
                }
            }
            for token in contents.push() {
                for seen in token.seen.iter().filter(|seen| !seen.answered) {
                    let open = requests.list.any(|waiting| waiting.request.nonce == seen.nonce);
                    let known = past.iter().any(|past| past.nonce == seen.nonce);
                    if !open && !known {
                        lines.push((seen.at, token.id, RequestEnd::RanOut, None, ""));
                    }
                }
            }
            lines.sort_by_key(|(at, ..)| core::cmp::Reverse(*at));
            let rows: Vec<PastRequest> = lines
                .into_iter()
                .take(MOST)
                .map(|(at, id, end, why, question)| {
                    let token = contents.push().iter().find(|token| token.id == id);
                    PastRequest {
                        end,
                        why: why.map_or(DroppedWhy::Malformed, words::dropped),
                        name: token.map(|token| show::name(&token.issuer, &token.label)).unwrap_or_default().into(),
                        question: question.into(),
                        ago: i32::try_from(now.saturating_sub(at)).unwrap_or(i32::MAX),
                        day: day::of(at).into(),
                    }
                })
                .collect();
            drop(past);
            desk.with(|app| {
                app.global::<RequestHistoryScreen>().set_rows(ModelRc::new(VecModel::from(rows)));
            });
            desk.go(Place::RequestHistory);
        });
    }
}
