//! The answer to a request that was shown: after the choice, after the lock where that is asked for, off the UI thread.

use std::rc::Rc;

use slint::ComponentHandle as _;
use smartotp_core::push::{self, Answer, Answered, DenyReason, PushError};
use smartotp_core::vault::journal::Event as Happened;

use super::history::Past;
use super::{Requests, words};
use crate::off_thread::{off_thread, spawn};
use crate::screens::step_up;
use crate::show;
use crate::{
    App, DenyWhy, Nav, OpenSheet, Place, PushProblem, RequestEnd, RequestPhase, RequestScreen, SnackKind, StepUpFor,
};

/// What is sent.
#[derive(Debug, Clone)]
enum Said {
    Yes { choice: Option<String> },
    No(DenyReason),
}

pub(super) fn connect(app: &App, requests: &Rc<Requests>) {
    let screen = app.global::<RequestScreen>();
    screen.on_approve({
        let requests = requests.clone();
        move || requests.approve()
    });
    screen.on_deny({
        let requests = requests.clone();
        move |why| {
            requests.send(Said::No(match why {
                DenyWhy::Plain => DenyReason::None,
                DenyWhy::NotMe => DenyReason::NotMe,
                DenyWhy::Cancelled => DenyReason::Cancelled,
            }));
        }
    });
    screen.on_done({
        let requests = requests.clone();
        move || requests.leave()
    });
}

impl Requests {
    /// Back to the list.
    fn leave(&self) {
        self.close();
        if self.with(|app| app.global::<Nav>().get_place()) == Some(Place::Request)
            && let Some(desk) = self.desk()
        {
            desk.go(Place::Home);
        }
    }

    fn approve(self: &Rc<Self>) {
        let Some(desk) = self.desk() else { return };
        let Some((key, contents)) = self.open.get().zip(desk.door.contents()) else { return };
        let Some((token, has_choices)) =
            self.list.find(key, |waiting| (waiting.token, !waiting.request.choices.is_empty()))
        else {
            return;
        };
        let chosen = desk.with(|app| app.global::<RequestScreen>().get_chosen().to_string()).unwrap_or_default();
        if has_choices && chosen.is_empty() {
            return self.fail((PushProblem::Choice, String::new()));
        }
        let choice = has_choices.then_some(chosen);
        let Some(token) = contents.push().iter().find(|candidate| candidate.id == token) else { return };
        if token.ask_unlock || contents.protection().ask_before_sign {
            let requests = self.clone();
            let name = show::names(&token.issuer, &token.label).0;
            step_up::ask(&desk, StepUpFor::Approve, &name, move |_| {
                // It may have run out while the lock was asked for.
                if requests.open.get() == Some(key) {
                    requests.send(Said::Yes { choice });
                }
            });
        } else {
            self.send(Said::Yes { choice });
        }
    }

    fn send(self: &Rc<Self>, said: Said) {
        let Some(desk) = self.desk() else { return };
        let Some((key, contents)) = self.open.get().zip(desk.door.contents()) else { return };
        if self.sending.get().is_some() {
            return;
        }
        let Some((id, request)) = self.list.find(key, |waiting| (waiting.token, waiting.request.clone())) else {
            return;
        };
        self.sending.set(Some(key));
        let phase = if matches!(said, Said::Yes { .. }) { RequestPhase::Approving } else { RequestPhase::Denying };
        desk.with(|app| {
            let screen = app.global::<RequestScreen>();
            screen.set_problem(PushProblem::None);
            screen.set_phase(phase);
        });
        let round = self.round.get();
        let (requests, network) = (self.clone(), desk.network.clone());
        spawn(async move {
            let (job, asked) = ((said.clone(), request.clone()), contents.clone());
            let answered = off_thread(&*desk.door.services.background, move || {
                let (said, request) = job;
                let token = asked.push().iter().find(|token| token.id == id).ok_or(PushError::Key)?;
                let answer = match &said {
                    Said::Yes { choice } => Answer::Approve { choice: choice.as_deref() },
                    Said::No(reason) => Answer::Deny(*reason),
                };
                push::provider(token.provider, &network.web()?).answer(token, &request, answer)
            });
            let answered = answered.await.unwrap_or(Err(PushError::Answer));
            if requests.round.get() != round {
                return;
            }
            match answered {
                Ok(answered) => {
                    let seen = [(id, request.nonce.clone(), request.seen_at, true)];
                    if let Err(problem) = desk.door.change(move |session| session.remember_requests(&seen)).await {
                        desk.snack.problem(problem);
                    }
                    let yes = matches!(said, Said::Yes { .. });
                    desk.door.record(if yes {
                        Happened::PushApproved { token: id }
                    } else {
                        Happened::PushDenied { token: id }
                    });
                    requests.sending.set(None);
                    requests.answered(key, yes, &answered);
                }
                Err(error) => {
                    requests.sending.set(None);
                    let said = match (&error, request.choices.is_empty()) {
                        (PushError::NotTaken, true) => (PushProblem::TooLate, String::new()),
                        (PushError::NotTaken, false) if matches!(said, Said::Yes { .. }) => {
                            (PushProblem::WrongChoice, String::new())
                        }
                        _ => words::problem(&error),
                    };
                    requests.fail(said);
                    requests.ask_everybody();
                }
            }
        });
    }

    fn fail(&self, (problem, detail): words::Said) {
        self.with(|app| {
            let screen = app.global::<RequestScreen>();
            screen.set_phase(RequestPhase::Open);
            screen.set_problem(problem);
            screen.set_detail(detail.into());
        });
    }

    /// The server took it.
    fn answered(&self, key: i32, yes: bool, answered: &Answered) {
        let now = self.now();
        let mut name = String::new();
        for waiting in self.list.take(|waiting| waiting.key == key) {
            let desk = self.desk();
            let contents = desk.as_ref().and_then(|desk| desk.door.contents());
            let token = contents.as_ref().and_then(|all| all.push().iter().find(|token| token.id == waiting.token));
            name = token.map(|token| show::names(&token.issuer, &token.label).0).unwrap_or_default();
            let end = if yes { RequestEnd::Approved } else { RequestEnd::Denied };
            self.past.borrow_mut().push(Past::answered(&waiting, end, now));
        }
        self.count();
        let is_open = self.open.get() == Some(key);
        match answered {
            Answered::Code(code) if is_open => {
                self.with(|app| {
                    let screen = app.global::<RequestScreen>();
                    screen.set_code(code.expose().into());
                    screen.set_phase(RequestPhase::Code);
                });
            }
            _ => {
                if is_open {
                    if self.with(|app| app.global::<Nav>().get_sheet()) == Some(OpenSheet::Deny) {
                        self.with(|app| app.global::<Nav>().invoke_close());
                    }
                    self.leave();
                }
                if let Some(desk) = self.desk() {
                    desk.snack.say(if yes { SnackKind::Approved } else { SnackKind::Denied }, &name, 0);
                }
            }
        }
    }
}
